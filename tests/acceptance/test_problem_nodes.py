"""Problems on several servers of one database, of which one is killed: no alert is in two, and none is left out."""

from collections.abc import Callable
from threading import Thread
from typing import Any, Final

from tests.acceptance.server import Server, await_fact

_SERVICES: Final = 60  # in pairs, of which the first calls the second: each pair is a problem
_ROUNDS: Final = 10
_SECONDS: Final = 30.0
_SOON: Final = 1.5  # seconds from the answer of a report until its problem is there, at rest


def _name(number: int) -> str:
    return f"service-{number}"


def _catalogued(server: Server) -> None:
    names = [_name(number) for number in range(_SERVICES)]
    server.send("PUT", "/v1/entities", {"entities": [{"tag": name, "name": name} for name in names]})
    pairs = [{"from": _name(n), "to": _name(n + 1), "kind": "calls"} for n in range(0, _SERVICES, 2)]
    server.send("PUT", "/v1/relations", {"relations": pairs})


def _alert(number: int, turn: int) -> dict[str, Any]:
    return {
        "kind": "problem", "type": "errors", "severity": "error", "title": f"{_name(number)} fails",
        "key": f"{number}-{turn}", "entities": [_name(number)],
    }  # fmt: skip


def _listed(server: Server, path: str, noun: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = server.get(path, limit=200, **cursor)
        found += page[noun]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def test_a_problem_is_there_soon(begin: Callable[..., Server]) -> None:
    """[PR1, PR12] Within a second or two of the report, with its causes."""
    server = begin()
    _catalogued(server)
    server.send("POST", "/v1/events", [_alert(0, 0), _alert(1, 0)])
    await_fact(
        lambda: len(_listed(server, "/v1/problems", "problems")) == 1, seconds=_SOON, what="the problem is there"
    )
    await_fact(lambda: bool(server.get("/v1/problems/P-1")["causes"]), seconds=_SECONDS, what="it is explained")
    problem = server.get("/v1/problems/P-1")
    assert (problem["alert_count"], problem["state"], len(problem["affected"])) == (2, "open", 2)
    assert problem["causes"][0]["entity"]["name"] == _name(1)


def test_two_nodes_make_one_problem_of_one(begin: Callable[..., Server]) -> None:
    """[PR6] Reports go to two servers; one is killed in the middle, and comes back."""
    one, other = begin(), begin(name="other")
    _catalogued(one)

    def tell(server: Server, turns: range) -> None:
        with server.client() as client:
            for turn in turns:
                for number in range(_SERVICES):
                    client.post("/v1/events", json=_alert(number, turn)).raise_for_status()

    told = Thread(target=tell, args=(one, range(_ROUNDS)))
    told.start()
    tell(other, range(_ROUNDS, _ROUNDS + 2))
    other.restart(kill=True)
    tell(other, range(_ROUNDS + 2, _ROUNDS + 4))
    told.join()

    def grouped() -> int:
        return sum(problem["alert_count"] for problem in _listed(one, "/v1/problems", "problems"))

    expected = _SERVICES * (_ROUNDS + 4)
    await_fact(lambda: grouped() == expected, seconds=_SECONDS, what="every alert has its problem")
    problems = _listed(one, "/v1/problems", "problems")
    alerts = _listed(one, "/v1/alerts", "alerts")
    assert len(problems) == _SERVICES // 2
    assert {problem["alert_count"] for problem in problems} == {2 * (_ROUNDS + 4)}
    assert len({problem["name"] for problem in problems}) == len(problems)
    services: dict[str, set[str]] = {}
    for alert in alerts:
        services.setdefault(alert["problem_id"], set()).add(alert["title"].partition(" ")[0])
    pairs = {frozenset({_name(n), _name(n + 1)}) for n in range(0, _SERVICES, 2)}
    assert set(map(frozenset, services.values())) == pairs
    assert '"background.broken"' not in one.said + other.said
