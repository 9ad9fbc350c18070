"""The worked example of the scope rules: 2 clusters x 2 namespaces x 5 services, over every road in."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Final, NamedTuple

import pytest

from tests.acceptance.server import TOKEN, Server


class Service(NamedTuple):
    cluster: str
    namespace: str
    name: str


class Case(NamedTuple):
    """A scope, each letter a name, and how many of the 20 services it matches."""

    clusters: Sequence[str]
    namespaces: Sequence[str]
    services: Sequence[str]
    matched: int

    @property
    def title(self) -> str:
        return "/".join(",".join(names) or "-" for names in self[:3])

    def matches(self, service: Service) -> bool:
        """Contract 5, the formula."""
        asked = [[name for name in names if name] for names in self[:3]]
        return all(not names or part in names for names, part in zip(asked, service, strict=True))


SERVICES: Final = [Service(*place) for place in product("AB", "CD", "12345")]
CASES: Final = [
    Case("", "", "", 20),
    Case("A", "", "", 10),
    Case("", "C", "", 10),
    Case("", "", "123", 12),
    Case("B", "D", "", 5),
    Case("", "C", "5", 2),
    Case("AB", "", "", 20),
    Case("", "CD", "4", 4),
    Case("A", "D", "2", 1),
    Case("", "", "59", 4),
    Case("Q", "", "", 0),
]
BLANK: Final = Case("A", ("",), "", 10)  # what a template makes from a missing label; Komodor's senders send it


def test_the_formula_is_that_of_the_example() -> None:
    assert [sum(map(case.matches, SERVICES)) for case in (*CASES, BLANK)] == [case.matched for case in (*CASES, BLANK)]


def _register(whence: Server, services: Sequence[Service]) -> dict[Service, str]:
    drafts = [s._asdict() | {"type": "SERVICE"} for s in services]
    made = whence.send("PUT", "/v1/entities", {"entities": drafts})["entities"]
    return dict(zip(services, (entity["id"] for entity in made), strict=True))


def _scope(case: Case, services: str) -> dict[str, list[str]]:
    return dict(zip(("clusters", "namespaces", services), map(list, case[:3]), strict=True))


def _send_native(whence: Server, case: Case, mark: str) -> str:
    scope = _scope(case, "services")
    return whence.send("POST", "/v1/events", {"title": f"{mark} {case.title}", "scope": scope})["id"]


def _send_komodor(whence: Server, case: Case, mark: str) -> str:
    scope = _scope(case, "servicesNames")
    body = {"eventType": "scope", "summary": f"{mark} {case.title}", "scope": scope}
    with whence.client(None, follow_redirects=True) as client:
        answer = client.post("/mgmt/v1/events", json=body, headers={"x-api-key": TOKEN})
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"message": "Custom event sent successfully"}
    return answer.headers["x-event-id"]


def _timelines(whence: Server, ids: Mapping[Service, str]) -> dict[Service, list[str]]:
    def titles(entity_id: str) -> list[str]:
        events: list[dict[str, Any]] = whence.get(f"/v1/entities/{entity_id}/events", limit=1000)["events"]
        return sorted(event["title"] for event in events)

    return {service: titles(entity_id) for service, entity_id in ids.items()}


@pytest.mark.parametrize(
    ("send", "cases"), [(_send_native, CASES), (_send_komodor, [*CASES, BLANK])], ids=["native", "komodor"]
)
def test_each_timeline_shows_exactly_its_events(whence: Server, send: Any, cases: Sequence[Case]) -> None:  # noqa: ANN401  one of the two above
    """[SC1, SC2] Services that stood before the events and those that came after them alike; the counts agree."""
    before, after = SERVICES[::2], SERVICES[1::2]

    ids = _register(whence, before)
    events = {("early", case): send(whence, case, "early") for case in cases}
    ids |= _register(whence, after)
    events |= {("late", case): send(whence, case, "late") for case in cases}

    assert _timelines(whence, ids) == {
        service: sorted(f"{mark} {case.title}" for mark, case in events if case.matches(service))
        for service in SERVICES
    }
    matched = {key: whence.get(f"/v1/events/{event_id}")["matched"] for key, event_id in events.items()}
    assert {key: (found["count"], found["of"]) for key, found in matched.items()} == {
        (mark, case): (case.matched, 20) for mark, case in events
    }
