"""What happens to an event while somebody else has his hands on it: nothing that was acknowledged is lost."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from tests.builders import ago, asked, moment, report
from tests.problems import problems_of, settle
from tests.tenants import Tenant
from whence.domain.errors import NotFound
from whence.domain.event import Accepted, Duplicate, Event, Kind, Once, Pairing, Receipt, Report
from whence.domain.scope import Scope
from whence.domain.ticket import Urgency
from whence.store import alerts, events, once
from whence.store.pool import Writer

NOON: Final = ago(hours=10)
_SLOT: Final = 7


def firing(**given: Any) -> Report:  # noqa: ANN401  a builder takes what the value does
    """A report that begins a span at noon."""
    return report(**{"span": moment(NOON), "pairing": Pairing(key="k", ends=False), **given})


def resolved() -> Report:
    """A report that ends it, five minutes later."""
    return report(span=moment(NOON + timedelta(minutes=5)), pairing=Pairing(key="k", ends=True))


async def sent(tenant: Tenant, said: Report) -> Receipt:
    """What became of the report."""
    (receipt,) = await tenant.house.context.ingest.accept(tenant.admin.account_id, [said])
    return receipt


async def one_waits(db: Writer, working: asyncio.Task[Any]) -> None:
    """Return when somebody waits for what the transaction has locked."""
    while not await db.rows("select from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid))"):
        assert not working.done(), working


async def changed(db: Writer, tenant: Tenant, event: Event, **given: Any) -> None:  # noqa: ANN401  as above
    """The event is another, once the transaction has ended."""
    old = await events.require_locked(db, tenant.admin.account_id, event.id)
    await events.replace(db, tenant.admin.account_id, old, replace(old, **given), slot=_SLOT)


@pytest.mark.parametrize("minutes", [0, 1])
async def test_an_end_finds_the_event_that_was_changed(tenant: Tenant, minutes: int) -> None:
    """Another row stands in its place, here or at another time; its span ends all the same, with its links."""
    (event,) = await tenant.send([firing()])
    start = NOON + timedelta(minutes=minutes)

    async with tenant.house.pool.transaction() as db:
        await changed(db, tenant, event, description="said later", span=moment(start))
        ending = asyncio.create_task(sent(tenant, resolved()))
        await one_waits(db, ending)
    receipt = await ending

    (found,) = await tenant.found(asked())
    assert receipt == Accepted(id=event.id)
    assert (found.span.start, found.span.end) == (start, NOON + timedelta(minutes=5))
    assert (found.description, found.report_count) == ("said later", 2)
    async with tenant.house.pool.reader() as reader:
        links = await reader.rows("select ended_at from event_link where account_id = $1", tenant.admin.account_id)
    assert {link["ended_at"] for link in links} == {found.span.end}


async def test_an_end_and_a_move_wait_in_one_order(tenant: Tenant) -> None:
    """Who moves an event waits for who ends its span before he locks it, and they do not wait in a circle."""
    (event,) = await tenant.send([firing()])
    amend = tenant.house.context.amend

    def later(old: Event) -> Event:
        return replace(old, span=moment(NOON + timedelta(minutes=1)))

    async with tenant.house.pool.transaction() as db:
        await db.rows("delete from event_pair where account_id = $1 returning event_id", tenant.admin.account_id)
        moving = asyncio.create_task(amend.change(tenant.admin, event.id, later))
        await one_waits(db, moving)
        await events.require_locked(db, tenant.admin.account_id, event.id)
    await moving

    assert [one.span.start for one in await tenant.found(asked())] == [NOON + timedelta(minutes=1)]


async def test_a_repeat_is_counted_on_the_event_that_was_changed(tenant: Tenant) -> None:
    """Whatever stands in its place by then."""
    said = report(once=Once(key="k", content=b"c", lifetime=timedelta(hours=1), counts=True))
    (event,) = await tenant.send([said])

    async with tenant.house.pool.transaction() as db:
        await changed(db, tenant, event, description="said later")
        repeating = asyncio.create_task(sent(tenant, said))
        await one_waits(db, repeating)
    receipt = await repeating

    (found,) = await tenant.found(asked())
    assert (receipt, found.report_count) == (Duplicate(id=event.id), 2)


async def test_a_sender_s_id_that_held_an_event_open_is_free_when_that_is_gone(tenant: Tenant) -> None:
    """It was never the event's own; sent again, it is stored."""
    problem = report(kind=Kind.PROBLEM, key="disk", sender_id="first")
    (event,) = await tenant.send([problem])
    held = await sent(tenant, replace(problem, sender_id="second"))

    await tenant.house.context.amend.remove(tenant.admin, event.id)
    anew = await sent(tenant, replace(problem, sender_id="second"))
    again = await sent(tenant, replace(problem, sender_id="second"))

    (found,) = await tenant.found(asked())
    assert isinstance(held, Accepted)
    assert held.id == event.id
    assert isinstance(anew, Accepted)
    assert found.id == anew.id != event.id
    assert again == Duplicate(id=anew.id)


async def test_a_sender_s_id_is_remembered_though_its_event_is_removed_meanwhile(tenant: Tenant) -> None:
    """Who was waited for has taken the name away; it is ours then, and nobody else's."""
    said = report(sender_id="r-1")
    (event,) = await tenant.send([said])

    async with tenant.house.pool.transaction() as db:
        await events.forget(db, tenant.admin.account_id, event)
        sending = asyncio.create_task(sent(tenant, said))
        await one_waits(db, sending)
        old = await events.require_locked(db, tenant.admin.account_id, event.id)
        await events.remove(db, tenant.admin.account_id, old, slot=_SLOT)
    anew = await sending

    assert isinstance(anew, Accepted)
    assert await sent(tenant, said) == Duplicate(id=anew.id)
    assert [one.id for one in await tenant.found(asked())] == [anew.id]


@pytest.mark.parametrize("of_many", [False, True])
async def test_no_key_stands_for_an_event_that_was_removed(tenant: Tenant, *, of_many: bool) -> None:
    """Who held it open under a key while its removal waited has come first: the key goes with it."""
    account, amend = tenant.admin.account_id, tenant.house.context.amend
    (event,) = await tenant.send([report(kind=Kind.PROBLEM, key="disk")])
    assert event.alert_id is not None
    key = Once(key="k", content=b"c", lifetime=timedelta(hours=1))

    async with tenant.house.pool.transaction() as db:
        await alerts.locked(db, account, [event.alert_id])
        removing = asyncio.create_task(
            amend.remove_all(tenant.admin, asked(), dialect=event.dialect)
            if of_many
            else amend.remove(tenant.admin, event.id)
        )
        await one_waits(db, removing)
        await once.claim(db, account, [once.Claim(once=key, event_id=event.id)], at=datetime.now(UTC))
    await removing

    receipt = await sent(tenant, report(once=key))
    assert isinstance(receipt, Accepted)
    assert [one.id for one in await tenant.found(asked())] == [receipt.id]


async def test_an_alert_that_is_removed_while_its_problem_grows_is_not_counted(tenant: Tenant) -> None:
    """[PR13, IN10] Who looks at what belongs together has counted it, or waits for who removes it."""
    account = tenant.admin.account_id

    def alert(key: str) -> Report:
        return report(kind=Kind.PROBLEM, key=key, timeout=timedelta(minutes=15), scope=Scope.services(names=["cart"]))

    event, _ = await tenant.send([alert("gone"), alert("stays")])
    await settle(tenant)

    async with tenant.house.pool.transaction() as db:
        await alerts.remove(db, account, event)
        await sent(tenant, alert("comes"))
        grouping = asyncio.create_task(settle(tenant))
        await one_waits(db, grouping)
        await events.remove(db, account, await events.require_locked(db, account, event.id), slot=_SLOT)
    await grouping

    (found,) = await problems_of(tenant)
    assert found.alert_count == 2


async def test_the_removal_of_a_ticket_begins_again_when_another_came_first(tenant: Tenant) -> None:
    """Nothing of it stays, nor the key under which somebody held its event open meanwhile."""
    account, tickets = tenant.admin.account_id, tenant.house.context.tickets
    ticket = await tickets.open(
        tenant.admin, dialect="whence", title="disk full", description="", assignee="", urgency=Urgency.HIGH,
        project="p", workspace=None,
    )  # fmt: skip
    (event,) = await tenant.found(asked())
    key = Once(key="k", content=b"c", lifetime=timedelta(hours=1))

    async with tenant.house.pool.transaction() as db:
        await alerts.locked(db, account, [ticket.alert_id])
        removing = asyncio.create_task(tickets.remove(tenant.admin, ticket.id))
        await one_waits(db, removing)
        await once.claim(db, account, [once.Claim(once=key, event_id=event.id)], at=datetime.now(UTC))
    await removing

    assert await tenant.found(asked()) == []
    with pytest.raises(NotFound):
        await tickets.remove(tenant.admin, ticket.id)
    assert isinstance(await sent(tenant, report(once=key)), Accepted)
