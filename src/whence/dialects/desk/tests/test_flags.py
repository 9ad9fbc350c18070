"""[5.5] What keeps an event out of problems is marked on it, and is asked for by its marks."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from tests.builders import NOW, ago
from tests.problems import settle
from tests.tenants import Tenant
from whence.dialects.desk import finding, flags
from whence.dialects.desk.flags import NONE, Flags
from whence.dialects.desk.tests.pushing import CART, MACHINE, ORDERS, message, pushed, violations
from whence.domain.alert import Alert, Silence
from whence.domain.event import Handling, Severity
from whence.domain.identity import new_id
from whence.domain.maintenance import Maintenance, Mode
from whence.domain.scope import Scope

EVENTS = "/api/v2/events"
MARKS = ("underMaintenance", "suppressAlert", "suppressProblem", "frequentEvent")


def alert(**given: Any) -> Alert:  # noqa: ANN401  a builder takes what the value does
    """An open alert."""
    common: dict[str, Any] = {
        "id": new_id(NOW), "key": "k", "opened_at": NOW, "last_report_at": NOW, "expires_at": None,
        "severity": Severity.ERROR, "title": "t", "type": "ERROR_EVENT", "source": "s", "dialect": "desk",
        "event_id": new_id(NOW), "event_at": NOW,
    }  # fmt: skip
    return Alert(**{**common, **given})


OUT = Flags(suppresses_problem=True)
PLANNED = Flags(under_maintenance=True, suppresses_alert=True, suppresses_problem=True)


@pytest.mark.parametrize(
    ("silence", "expected"),
    [
        (None, NONE),
        (Silence.PLANNED, PLANNED),
        (Silence.MAINTENANCE, Flags(under_maintenance=True, suppresses_problem=True)),
        (Silence.FREQUENT, Flags(is_frequent=True, suppresses_problem=True)),
        (Silence.TERMINATION, OUT),
        (Silence.MUTED, OUT),
        (Silence.ASKED, OUT),
    ],
)
def test_each_silence(silence: Silence | None, expected: Flags) -> None:
    """[5.5] [6] By why the alert is silenced."""
    assert flags.of(alert(silenced_by=silence), now=NOW) == expected


def test_every_silence_is_marked() -> None:
    """A new one cannot break the list."""
    assert all(flags.of(alert(silenced_by=silence), now=NOW) != NONE for silence in Silence)


@pytest.mark.parametrize(
    ("until", "problem", "expected"),
    [
        (None, None, PLANNED),
        (NOW + timedelta(seconds=1), None, PLANNED),
        (NOW, None, NONE),
        (ago(minutes=1), None, NONE),
        (NOW + timedelta(seconds=1), new_id(NOW), NONE),
    ],
)
def test_while_it_is_silenced(until: datetime | None, problem: Any, expected: Flags) -> None:  # noqa: ANN401  a UUID
    """[5.5] Until its time is over, or it came into a problem."""
    silenced = alert(silenced_by=Silence.PLANNED, silenced_until=until, problem_id=problem)

    assert flags.of(silenced, now=NOW) == expected


def test_what_its_sender_asked_for_shows_at_once() -> None:
    """[5.3] Nobody need have looked at the alert; and an event without one has no mark."""
    assert flags.of(alert(handling=frozenset({Handling.NO_PROBLEM})), now=NOW) == OUT
    assert flags.of(None, now=NOW) == NONE


async def plan(tenant: Tenant, entity_id: str, mode: Mode) -> None:
    """The entity is under maintenance now."""
    await tenant.house.context.maintenance.create(
        tenant.admin,
        lambda maintenance_id, now: Maintenance(
            id=maintenance_id,
            name=entity_id,
            mode=mode,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=1),
            scope=Scope.entities([entity_id]),
            created_by="ops",
            created_at=now,
            updated_at=now,
        ),
    )


async def marked(desk: AsyncClient, selector: str = "", **query: str) -> dict[str, list[str]]:
    """The marks of each event of the list, by its title."""
    page = (await desk.get(EVENTS, params={"eventSelector": selector, **query})).json()
    assert page["totalCount"] >= len(page["events"])
    found: dict[str, list[str]] = {}
    for event in page["events"]:
        assert (await desk.get(f"{EVENTS}/{event['eventId']}")).json() == event
        found[event["title"]] = [name for name in MARKS if event[name]]
    return found


async def silenced(desk: AsyncClient, tenant: Tenant) -> None:
    """One event of each kind: at planned work that nobody is to hear of, at other, unwanted, usual, and information."""
    await plan(tenant, ORDERS, Mode.RECORD_ONLY)
    await plan(tenant, MACHINE, Mode.NO_PROBLEM)
    suppressed = {"dt.event.suppress_problem": "true"}
    for title, entity_id in (("recorded", ORDERS), ("planned", MACHINE)):
        await pushed(desk, message("ERROR_EVENT", title=title, attachRules={"entityIds": [entity_id]}))
    on_cart: dict[str, Any] = {"attachRules": {"entityIds": [CART]}}
    await pushed(desk, message("ERROR_EVENT", title="unwanted", customProperties=suppressed, **on_cart))
    await pushed(desk, message("ERROR_EVENT", title="usual", **on_cart))
    await pushed(desk, message("CUSTOM_INFO", title="info", customProperties=suppressed, **on_cart))
    await settle(tenant)


RECORDED = {"recorded": ["underMaintenance", "suppressAlert", "suppressProblem"]}
AT_WORK = {"planned": ["underMaintenance", "suppressProblem"]}
UNWANTED: dict[str, list[str]] = {"unwanted": ["suppressProblem"]}
USUAL: dict[str, list[str]] = {"usual": [], "info": []}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", RECORDED | AT_WORK | UNWANTED | USUAL),
        ("underMaintenance(true)", RECORDED | AT_WORK),
        ("underMaintenance(false)", UNWANTED | USUAL),
        ("suppressAlert(true)", RECORDED),
        ("suppressAlert(false)", AT_WORK | UNWANTED | USUAL),
        ("suppressProblem(true)", RECORDED | AT_WORK | UNWANTED),
        ("suppressProblem(false)", USUAL),
        ("frequentEvent(true)", {}),
        ("frequentEvent(false)", RECORDED | AT_WORK | UNWANTED | USUAL),
        ("underMaintenance(true),suppressAlert(false)", AT_WORK),
        ("suppressProblem(true),suppressProblem(false)", {}),
        ('suppressProblem(true),eventType("CUSTOM_INFO")', {}),
        ('suppressProblem(true),property.dt.event.title("planned")', AT_WORK),
        (f'suppressProblem(true),entityId("{CART}")', UNWANTED),
    ],
)
async def test_events_are_found_by_their_marks(
    desk: AsyncClient, tenant: Tenant, selector: str, expected: dict[str, list[str]]
) -> None:
    """[5.5] Alone and with other criteria."""
    await silenced(desk, tenant)

    assert await marked(desk, selector) == expected


async def test_pages_of_what_is_marked(desk: AsyncClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """[5.5] The total is that of all pages, however few are looked at together; too many are refused."""
    monkeypatch.setattr(finding, "_CHUNK", 2)
    await silenced(desk, tenant)

    first = (await desk.get(EVENTS, params={"eventSelector": "suppressProblem(true)", "pageSize": 2})).json()
    second = (await desk.get(EVENTS, params={"nextPageKey": first["nextPageKey"]})).json()
    monkeypatch.setattr(finding, "MOST_WALKED", 4)
    refused = await desk.get(EVENTS, params={"eventSelector": "suppressProblem(false)"})

    assert (first["totalCount"], second["totalCount"], "nextPageKey" in second) == (3, 3, False)
    assert [event["title"] for event in (*first["events"], *second["events"])] == ["unwanted", "planned", "recorded"]
    assert violations(refused, place="QUERY") == [
        ("from", "selects more than 4 events to look at one by one, ask for less")
    ]


async def test_a_frequent_event(desk: AsyncClient, tenant: Tenant) -> None:
    """[6.17] What came and went more often, and for longer, opens no problem; unless its sender wants it to."""
    always = {"dt.event.allow_frequent_issue_detection": "false"}
    for minutes in (50, 40, 30):
        for title in ("usual", "wanted"):
            sent = message("ERROR_EVENT", title=title, start=0, customProperties=always if title == "wanted" else {})
            body = {**sent, "start": int((NOW - timedelta(minutes=minutes)).timestamp() * 1000)}
            if title == "wanted":
                body["attachRules"] = {"entityIds": [CART]}
            answer = await pushed(desk, body)
            await desk.post(f"/api/v1/events/{answer['storedCorrelationIds'][0]}/close")
            await settle(tenant)
    await pushed(desk, message("ERROR_EVENT", title="usual"))
    await pushed(
        desk, message("ERROR_EVENT", title="wanted", attachRules={"entityIds": [CART]}, customProperties=always)
    )
    await settle(tenant)

    assert await marked(desk, 'status("OPEN"),frequentEvent(true)') == {"usual": ["suppressProblem", "frequentEvent"]}
    assert await marked(desk, 'status("OPEN"),frequentEvent(false)') == {"wanted": []}
