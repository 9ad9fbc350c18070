"""Two servers on one PostgreSQL that is not theirs, as behind a balancer: they answer as one, and restart in turn."""

import asyncio
import time
from collections.abc import Generator, Iterable
from contextlib import ExitStack
from statistics import median
from typing import Any, Final

import httpx
import pytest

from tests.acceptance.external import External, external
from tests.acceptance.reader import Reader
from tests.acceptance.senders import Senders, assert_all_once
from tests.acceptance.server import Server, await_fact, directory
from tests.acceptance.workers import await_begun, begun

_EVENTS: Final = 200
_ALERTS: Final = 40
_SECONDS: Final = 30.0
_SOON_SECONDS: Final = 0.05  # from the answer at one server to the stream of the other


@pytest.fixture(scope="module")
def database() -> Generator[External]:
    """A PostgreSQL 15."""
    with external() as running:
        yield running


@pytest.fixture(scope="module")
def nodes(database: External) -> Generator[tuple[Server, Server]]:
    """Two servers on it, of which the second has two workers."""
    with ExitStack() as stack:
        started: list[Server] = []
        for workers in (1, 2):
            home = stack.enter_context(directory())
            server = Server(home, WHENCE_DATABASE_URL=database.url, WHENCE_WORKERS=str(workers))
            stack.callback(server.end)
            started.append(server.start())
        one, other = started
        await_begun(other, 2)
        yield one, other


def test_what_one_took_is_streamed_by_the_other_at_once(nodes: tuple[Server, Server]) -> None:
    """[LV1, RU5] Every event in order, half of them within 50 ms of the answer, in both directions."""
    for taking, telling in (nodes, reversed(nodes)):
        delays = asyncio.run(_delays(taking, telling))

        assert len(delays) == _EVENTS
        assert median(delays) <= _SOON_SECONDS


async def _delays(taking: Server, telling: Server) -> list[float]:
    """Seconds from each event's answer at one until it was on the stream of the other."""
    reader = Reader(server=telling)
    answered: dict[str, float] = {}
    async with asyncio.TaskGroup() as group, taking.aclient() as client:
        following = group.create_task(reader.run())
        await reader.until_connected()
        for n in range(_EVENTS):
            title = f"from {taking.port}: {n}"
            (await client.post("/v1/events", json={"title": title})).raise_for_status()
            answered[title] = time.perf_counter()
            await reader.until(n + 1)  # one at a time: what is measured is the way, not the queue
        following.cancel()
    assert reader.titles == list(answered)
    return [max(0.0, reader.seen_at[title] - at) for title, at in answered.items()]


def _alert(number: int) -> dict[str, Any]:
    return {
        "kind": "problem", "type": "errors", "severity": "error", "title": f"service {number} fails",
        "key": f"key {number}", "entities": [f"service-{number}"], "timeout_minutes": 60,
    }  # fmt: skip


def test_what_goes_on_by_itself_goes_on_once(database: External, nodes: tuple[Server, Server]) -> None:
    """[RU5, PR6] Of alerts that come to both, in pairs, each pair is one problem; each alert expires once."""
    one, other = nodes
    names = [f"service-{number}" for number in range(_ALERTS)]
    one.send("PUT", "/v1/entities", {"entities": [{"tag": name, "name": name} for name in names]})
    pairs = [{"from": names[n], "to": names[n + 1], "kind": "calls"} for n in range(0, _ALERTS, 2)]
    one.send("PUT", "/v1/relations", {"relations": pairs})
    expired = _counted(nodes, "whence_alerts_expired_total")

    for number in range(_ALERTS):
        nodes[number % 2].send("POST", "/v1/events", _alert(number))
    await_fact(lambda: _grouped(other) == _ALERTS, seconds=_SECONDS, what="every alert has its problem")
    problems = _problems(other)
    database.sql("update alert set expires_at = now(), due_at = now() where closed_at is null")
    await_fact(lambda: not _open_alerts(one), seconds=_SECONDS, what="all have expired")

    assert [problem["alert_count"] for problem in problems] == [2] * (_ALERTS // 2)
    assert len({problem["name"] for problem in problems}) == _ALERTS // 2
    await_fact(lambda: _all_closed(one), seconds=_SECONDS, what="the problems have ended")
    await_fact(lambda: _problems(one) == _problems(other), seconds=_SECONDS, what="both say the same of them")
    await_fact(
        lambda: _counted(nodes, "whence_alerts_expired_total") == expired + _ALERTS,
        seconds=_SECONDS,
        what="all are counted",
    )
    assert database.sql("select closed_by, count(*) from alert group by 1") == f"timeout|{_ALERTS}"
    assert '"background.broken"' not in one.said + other.said


def _problems(server: Server) -> list[dict[str, Any]]:
    return server.get("/v1/problems", limit=200)["problems"]


def _grouped(server: Server) -> int:
    return sum(problem["alert_count"] for problem in _problems(server))


def _all_closed(server: Server) -> bool:
    return all(problem["state"] == "closed" for problem in _problems(server))


def _open_alerts(server: Server) -> list[dict[str, Any]]:
    return server.get("/v1/alerts", state="open", limit=200)["alerts"]


def _counted(servers: Iterable[Server], name: str) -> float:
    """What the servers say of it together."""
    told = [httpx.get(f"{server.url}/metrics").raise_for_status().text for server in servers]
    return sum(
        float(line.rpartition(" ")[2]) for text in told for line in text.splitlines() if line.startswith(f"{name} ")
    )


def test_servers_restart_in_turn_and_nobody_notices(nodes: tuple[Server, Server]) -> None:
    """[RU4, RU5] A rolling restart under load: nothing is lost, and what is sent once more is answered, once."""
    senders = Senders(*nodes, name="rolling")

    def restart(server: Server, workers: int) -> None:
        before = begun(server)
        server.restart()
        await_begun(server, before + workers)

    one, other = nodes
    senders.struck(lambda: restart(one, 0), lambda: restart(other, 2))

    assert_all_once(senders, one)
    assert senders.stored(one) == senders.stored(other)
