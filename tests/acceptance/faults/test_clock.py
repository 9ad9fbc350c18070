"""The clock of the server's machine jumps, forth and back, while the database's goes on: nobody is the worse for it.

The database is an external one: the server that starts its own sleeps while it does, which the library cannot bear.
"""

import os
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.acceptance.external import external
from tests.acceptance.faults.traffic import Traffic, exported, window
from tests.acceptance.server import Server, await_fact

_LIBRARY: Final = "faketime/libfaketimeMT.so.1"
_HOUR: Final = timedelta(hours=1)
_JUMPS: Final = (_HOUR, -_HOUR, timedelta())
_SECONDS: Final = 30.0


def _library() -> Path:
    """What shows a process another time; the test is skipped without, but never in CI."""
    for found in Path("/usr/lib").glob(f"*/{_LIBRARY}"):
        return found
    missing = "there is no libfaketime: apt-get install faketime"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


class _Clock:
    """That of one process, which is wrong by as much as it is set to; how long something takes it tells rightly."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(timedelta())

    @property
    def settings(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, wrong_by: timedelta) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{wrong_by.total_seconds():+.0f}\n")
        fresh.replace(self._file)


@pytest.fixture
def clock(home: Path) -> _Clock:
    """The server's; right, so far."""
    return _Clock(home / "clock")


@pytest.fixture
def server(begin: Callable[..., Server], clock: _Clock) -> Generator[Server]:
    """One that has that clock."""
    with external() as database:
        yield begin(WHENCE_DATABASE_URL=database.url, **clock.settings)


def _is_shown(server: Server, wrong_by: timedelta) -> bool:
    """Whether its answers are dated so."""
    told = server.send("POST", "/v1/events", {"title": "what time is it?", "type": "load"})
    at = datetime.fromisoformat(server.get(f"/v1/events/{told['id']}")["time"])
    return abs(at - datetime.now(UTC) - wrong_by) < timedelta(minutes=1)


def _walked(server: Server, order: str) -> list[dict[str, Any]]:
    """All events, page by page."""
    asked = {**window(), "order": order, "limit": "97"}
    page = server.get("/v1/events", **asked)
    found: list[dict[str, Any]] = page["events"]
    while page["next"]:
        page = server.get("/v1/events", **asked, cursor=page["next"])
        found += page["events"]
    return found


def test_a_clock_that_jumps_harms_nobody(server: Server, clock: _Clock) -> None:
    """[IN1, TL1, TL2, LV1] An hour forth, two back, one forth, under load: no error, gap, double or lost place."""
    traffic = Traffic(server)
    ends_at = (datetime.now(UTC) + 3 * _HOUR).isoformat()
    token = server.send("POST", "/v1/tokens", {"name": "t", "rights": ["events:read"], "expires_at": ends_at})["token"]

    def jump(wrong_by: timedelta) -> None:
        asked = {**window(), "limit": 3}
        cursor = server.get("/v1/events", **asked)["next"]
        clock.set(wrong_by)
        assert _is_shown(server, wrong_by)
        with server.client(token) as client:
            assert client.get("/v1/events", params={**asked, "cursor": cursor}).is_success
            assert httpx.get(f"{server.url}/readyz").is_success

    traffic.run(*[lambda wrong_by=wrong_by: jump(wrong_by) for wrong_by in _JUMPS], before=300)

    traffic.assert_reconciled(besides=frozenset({"what time is it?"}), alerts_a_key=1 + len(_JUMPS))
    ids = sorted(row["id"] for row in exported(server))
    assert len(set(ids)) == len(ids)
    for order, is_newest_first in (("time", False), ("-time", True)):
        walked = _walked(server, order)
        times = [row["time"] for row in walked]
        assert sorted(row["id"] for row in walked) == ids
        assert times == sorted(times, reverse=is_newest_first)


@pytest.mark.parametrize("wrong_by", [_HOUR, -_HOUR], ids=["forth", "back"])
def test_alerts_go_on_by_the_clock_that_there_is(server: Server, clock: _Clock, wrong_by: timedelta) -> None:
    """[AL1, AL8, PR3] What ended too early opens with its next report; what opens then is grouped, and ends in time."""

    def report(key: str, **given: str) -> str:
        sent = {"kind": "problem", "title": f"{key} fails", "key": key, "type": "errors", **given}
        return server.send("POST", "/v1/events", sent)["alert_id"]

    def alert(alert_id: str) -> dict[str, Any]:
        return server.get(f"/v1/alerts/{alert_id}")

    first = report("a", end_time=(datetime.now(UTC) + _HOUR / 2).isoformat())
    await_fact(lambda: alert(first)["problem_id"], seconds=_SECONDS, what="the first is grouped")

    clock.set(wrong_by)
    assert _is_shown(server, wrong_by)
    held = report("a")
    soon = report("b", end_time=(datetime.now(UTC) + wrong_by + timedelta(seconds=2)).isoformat())
    await_fact(lambda: alert(soon)["state"] == "closed", seconds=_SECONDS, what="the second ended in time")
    ended_by = alert(soon)["closed_by"]
    clock.set(timedelta())
    again = report("a")

    assert ended_by == "timeout"
    assert (held == first) is (wrong_by < timedelta())
    assert alert(again)["state"] == "open"
    await_fact(lambda: alert(again)["problem_id"], seconds=_SECONDS, what="what is open is grouped")
    assert '"background.broken"' not in server.said
