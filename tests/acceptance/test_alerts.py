"""An alert's life goes on whatever happens to the server."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.acceptance.server import Server, await_fact


def _problem(whence: Server, **given: object) -> dict[str, Any]:
    return whence.send("POST", "/v1/events", {"kind": "problem", "title": "Orders fail", "key": "orders", **given})


def test_an_open_alert_outlives_the_server(whence: Server) -> None:
    """[AL9] After `kill -9` it is as it was; the next report holds it open, and its recovery ends it."""
    opened = _problem(whence)
    await_fact(lambda: whence.get(f"/v1/alerts/{opened['alert_id']}")["problem_id"], seconds=10, what="it is grouped")
    was = whence.send("POST", f"/v1/alerts/{opened['alert_id']}/acknowledge", {"comment": "I am on it"})

    whence.restart(kill=True)
    found = whence.get(f"/v1/alerts/{opened['alert_id']}")
    held = _problem(whence)
    whence.send("POST", "/v1/events", {"kind": "recovery", "title": "Orders are fine", "key": "orders"})
    over = whence.get(f"/v1/alerts/{opened['alert_id']}")

    assert found == was
    assert (held["id"], held["alert_id"]) == (opened["id"], opened["alert_id"])
    assert (over["state"], over["closed_by"], over["report_count"]) == ("closed", "recovery", 2)


def test_an_alert_ends_in_time_while_no_server_runs(whence: Server) -> None:
    """[AL8, AL9] It ended when it should have, not when the server came back; who follows is told."""
    ends = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    opened = _problem(whence, end_time=ends)
    before = whence.get(f"/v1/alerts/{opened['alert_id']}")

    whence.kill()
    await_fact(lambda: datetime.now(UTC).isoformat() > ends, seconds=5, what="its time is over")
    whence.start()
    after = whence.get(f"/v1/alerts/{opened['alert_id']}")

    assert before["state"] == "open"
    assert (after["state"], after["closed_by"], after["closed_at"]) == ("closed", "timeout", before["expires_at"])
    assert whence.get(f"/v1/events/{opened['id']}")["end_time"] == before["expires_at"]
