"""What people do to tickets: open, describe, acknowledge, resolve, open again, remove.

What signals do to them is decided where signals are stored.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from whence.correlate.tickets import SEVERITY, facts, new_ticket_id
from whence.domain.access import AuditEntry, Principal
from whence.domain.alert import ClosedBy
from whence.domain.errors import Invalid
from whence.domain.event import Kind, Report, Span
from whence.domain.identity import in_millis, new_id
from whence.domain.ticket import NO_ALERT, Ticket, TicketState, Urgency, default_policy
from whence.domain.webhook import default_workspace
from whence.store import access, alerts, events, feed, removal, tickets
from whence.store.append import append
from whence.store.partitions import Partitions
from whence.store.pool import Pool, Writer
from whence.store.races import won
from whence.store.rows import Item

NOW: Final = partial(datetime.now, UTC)
_LONGEST_TITLE: Final = 1000  # characters on the timeline; the ticket keeps all
_TYPE: Final = "alert"
_TICKET: Final = "ticket"  # the call that the events of tickets come by which people open, or open again


class Tickets:
    """An account's tickets."""

    def __init__(self, pool: Pool, *, slot: int) -> None:
        self._pool = pool
        self._slot = slot
        self._partitions = Partitions()

    async def open(
        self,
        by: Principal,
        *,
        dialect: str,
        title: str,
        description: str,
        assignee: str,
        urgency: Urgency,
        project: str,
        workspace: str | None,
    ) -> Ticket:
        """A ticket that a person opens, with an alert and its event on the timeline."""
        now = in_millis(NOW())
        home = workspace or default_workspace(by.account_id)
        ticket = Ticket(
            id=new_ticket_id(now),
            alert_id=NO_ALERT,
            workspace=home,
            project=project,
            routed=project,
            key="",
            number=0,
            title=title,
            description=description,
            urgency=urgency,
            assignee=assignee,
            policy=default_policy(by.account_id, home),
            triggered_by=by.name,
            created_at=now,
            updated_at=now,
            signalled_at=now,
        )
        await self._partitions.ensure(self._pool, [now])
        async with self._pool.transaction() as db:
            heads = await tickets.heads(db, by.account_id, [home])
            ticket = replace(ticket, key=ticket.id, number=heads[home] + 1)
            ticket = await self._begin(db, by, ticket, dialect, now)
            await tickets.insert(db, by.account_id, [ticket])
            await tickets.count_on(db, by.account_id, {home: ticket.number})
            await self._record(db, by, "created", ticket, now)
        return ticket

    async def change(
        self,
        by: Principal,
        ticket_id: str,
        change: Callable[[Ticket], Ticket],
        *,
        dialect: str,
        state: TicketState | None = None,
    ) -> None:
        """The ticket as `change` made it (title, description, urgency, project, policy, assignee), and in the state.

        Raises:
            NotFound: the account has none such.
            Invalid: it is in the state ERROR, which nobody changes (`state`).
        """
        now = NOW()
        await self._partitions.ensure(self._pool, [now])
        async with self._pool.transaction() as db:
            standing = await tickets.require_locked(db, by.account_id, ticket_id)
            if standing.is_error and standing.is_open:
                raise Invalid.at("state", "The error state cannot be changed.")
            changed = replace(change(standing), updated_at=now)
            if state is not None:
                changed = await self._turn(db, by, changed, state, dialect, now)
            if changed.alert_id == standing.alert_id and _words(changed) != _words(standing):
                await self._reword(db, by, changed, now)
            await tickets.update(db, by.account_id, [changed])
            await self._record(db, by, "changed", changed, now)
            await feed.announce(db, by.account_id, alert_ids=[changed.alert_id])

    async def remove(self, by: Principal, ticket_id: str) -> None:
        """The ticket is gone, with its signals, its alert and the alert's event.

        Raises:
            NotFound: the account has none such.
        """
        await won(partial(self._remove, by, ticket_id))

    async def _remove(self, by: Principal, ticket_id: str) -> None:
        now = NOW()
        async with self._pool.transaction() as db:
            ticket = await tickets.require(db, by.account_id, ticket_id)
            # In the order in which everybody locks: what its events were sent by first, then its alert.
            await removal.remove_keyed(db, by.account_id, ticket.id, slot=self._slot)
            await tickets.remove(db, by.account_id, ticket.id)
            await self._record(db, by, "removed", ticket, now)

    async def _turn(
        self, db: Writer, by: Principal, ticket: Ticket, state: TicketState, dialect: str, now: datetime
    ) -> Ticket:
        """The ticket in that state, and its alert with it."""
        if state is TicketState.RESOLVED:
            if not ticket.is_open:
                return ticket
            standing = await alerts.require_locked(db, by.account_id, ticket.alert_id)
            await alerts.end(db, by.account_id, [standing.closed(now, ClosedBy.USER)], at=now)
            return replace(ticket, resolved_at=now)
        if not ticket.is_open:
            ticket = await self._begin(db, by, replace(ticket, resolved_at=None), dialect, now)
        seen = state is TicketState.ACKNOWLEDGED
        alert = await alerts.require_locked(db, by.account_id, ticket.alert_id)
        told = replace(alert, acknowledged_at=now if seen else None, acknowledged_by=by.name if seen else None)
        await alerts.acknowledge(db, by.account_id, told, at=now)
        return ticket

    async def _begin(self, db: Writer, by: Principal, ticket: Ticket, dialect: str, now: datetime) -> Ticket:
        """The ticket with a new episode of its alert, which has an event of its own."""
        title, description = _words(ticket)
        report = Report(
            kind=Kind.PROBLEM,
            type=(ticket.rule or _TYPE)[:_LONGEST_TITLE],
            severity=SEVERITY[ticket.grade],
            title=title,
            description=description,
            span=Span.moment(now),
            source=by.name,
            dialect=dialect,
            key=ticket.id,
            call=_TICKET,
            properties=facts(ticket.key, ticket.provider, ticket.account, ticket.info),
        )
        item = Item(id=new_id(now), report=report)
        made = await append(db, by.account_id, [item], at=now, slot=self._slot)
        await feed.announce(db, by.account_id, event_ids=[item.id], occurred_at=[now], alert_ids=made.alert_ids)
        return replace(ticket, alert_id=item.alert_id or NO_ALERT)

    async def _reword(self, db: Writer, by: Principal, ticket: Ticket, now: datetime) -> None:
        """Its alert, and the alert's event, say what the ticket says."""
        alert = await alerts.require_locked(db, by.account_id, ticket.alert_id)
        old = await events.require_locked(db, by.account_id, alert.event_id)
        title, description = _words(ticket)
        new = replace(old, title=title, description=description, updated_at=now)
        await events.replace(db, by.account_id, old, new, slot=self._slot)
        await alerts.follow(db, by.account_id, new)

    async def _record(self, db: Writer, by: Principal, action: str, ticket: Ticket, now: datetime) -> None:
        said = AuditEntry.by(by, action, "ticket", ticket.id, at=now, detail=ticket.title[:_LONGEST_TITLE])
        await access.record(db, by.account_id, [said])


def _words(ticket: Ticket) -> tuple[str, str]:
    """The title and the description that the timeline has of it."""
    return ticket.title[:_LONGEST_TITLE] or ticket.id, ticket.description
