"""Monitors post while people work on the alerts. Source: Cloudforet contract 7.4, 16, 20.13."""

from asyncio import gather
from collections import Counter
from random import Random
from typing import Any, Final

import httpx
import pytest

from tests.tenants import Tenant
from whence.dialects.cloudforet.tests.spoken import CLEARED, DISK, Hook, Speaker, hook

_KEYS: Final = 3
_ROUNDS: Final = 12
_GONE: Final = 404
_HOLD: Final = """
    select from ticket t join alert a using (account_id, alert_id) where t.account_id = $1 for update of a
"""
_WAITING: Final = "select 1 from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))"


def _said(key: int, *, over: bool = False) -> dict[str, Any]:
    return {**(CLEARED if over else DISK), "event_key": f"k{key}"}


async def _open(owner: Speaker) -> list[dict[str, Any]]:
    open_states = {"k": "state", "v": ["TRIGGERED", "ACKNOWLEDGED"], "o": "in"}
    return await owner.rows("alert/list", query={"filter": [open_states]})


async def _monitor(hooks: list[Hook], number: int) -> list[int]:
    """Posts problems and recoveries of a few keys; the statuses of the answers."""
    chance = Random(number)  # noqa: S311  a crowd is made up
    statuses: list[int] = []
    for n in range(_ROUNDS):
        said = _said(chance.randrange(_KEYS), over=chance.random() < 0.2)
        again = {"idempotency_key": f"{chance.randrange(50)}"} if chance.random() < 0.5 else {}
        answer = await hooks[n % 2].send({**said, "description": f"{number} {n}"}, **again)
        statuses.append(answer.status_code)
    return statuses


async def _person(owner: Speaker, number: int) -> list[int]:
    """Works on what is open; the statuses of the answers."""
    chance = Random(number)  # noqa: S311  a crowd is made up
    statuses: list[int] = []
    for _ in range(_ROUNDS):
        for alert in await _open(owner):
            named = {"alert_id": alert["alert_id"]}
            call, asked = chance.choice(
                [
                    ("alert/update", {**named, "state": "RESOLVED"}),
                    ("alert/update", {**named, "title": "seen", "urgency": "HIGH"}),
                    ("alert/assign-user", {**named, "assignee": "dba"}),
                    ("alert/delete", named),
                ]
            )
            statuses.append((await owner.post(call, asked)).status_code)
    return statuses


async def test_everybody_at_once(owner: Speaker, direct: Hook) -> None:
    """Nobody is told of a fault of ours, and in the end each key has one open alert with all that was said of it."""
    hooks = [direct, await hook(owner, name="other")]
    await owner("project-alert-config/update", project_id="p", options={"recovery_mode": "AUTO"})

    answered = await gather(*(_monitor(hooks, n) for n in range(16)), *(_person(owner, 100 + n) for n in range(2)))

    posted, worked = answered[:16], answered[16:]
    assert {status for statuses in posted for status in statuses} == {httpx.codes.OK}
    assert {status for statuses in worked for status in statuses} <= {httpx.codes.OK, _GONE}
    for n in range(_KEYS):
        await direct.post(_said(n))
    events = Counter(event["alert_id"] for event in await owner.rows("event/list"))
    alerts = await owner.rows("alert/list", query={"sort": [{"key": "alert_number"}]})
    standing = {event["event_key"] for alert in await _open(owner) for event in await _of(owner, alert)}
    assert (len(await _open(owner)), standing) == (_KEYS, {f"k{n}" for n in range(_KEYS)})
    assert events.keys() == {alert["alert_id"] for alert in alerts}
    assert len({alert["alert_number"] for alert in alerts}) == len(alerts)
    requests = [one["requests"]["total"] for one in await owner.rows("webhook/list")]
    assert sum(map(int, requests)) == 16 * _ROUNDS + _KEYS


async def _of(owner: Speaker, alert: dict[str, Any]) -> list[dict[str, Any]]:
    return await owner.rows("event/list", alert_id=alert["alert_id"])


async def test_what_a_person_says_is_not_undone_by_an_event(owner: Speaker, direct: Hook) -> None:
    """[16] Of two changes at once both are there: an event touches the description and the time alone."""
    await direct.post(DISK)
    (alert,) = await owner.rows("alert/list")

    for n in range(20):
        change = owner("alert/update", alert_id=alert["alert_id"], title=f"t{n}")
        assigned = owner("alert/assign-user", alert_id=alert["alert_id"], assignee=f"a{n}")
        await gather(change, assigned, *(direct.post({**DISK, "description": f"d{n}"}) for _ in range(4)))

        (after,) = await owner.rows("alert/list")
        assert (after["title"], after["assignee"], after["description"]) == (f"t{n}", f"a{n}", f"d{n}")


@pytest.mark.parametrize("state", ["RESOLVED", "ACKNOWLEDGED"])
async def test_a_stale_row_is_not_written_back(owner: Speaker, direct: Hook, tenant: Tenant, state: str) -> None:
    """An event that waits for a person's change goes on from what they made of the alert."""
    await direct.post(DISK)
    (alert,) = await owner.rows("alert/list")

    async with tenant.house.pool.transaction() as db:
        await db.execute(_HOLD, tenant.admin.account_id)
        posted = gather(direct.post({**DISK, "description": "d"}), direct.post({**DISK, "event_key": "other"}))
        while not await db.row(_WAITING):
            pass
        await db.execute("update ticket set assignee = 'dba' where account_id = $1", tenant.admin.account_id)
    await posted

    changed = await owner("alert/update", alert_id=alert["alert_id"], state=state)
    assert (changed["assignee"], changed["description"]) == ("dba", "d")
