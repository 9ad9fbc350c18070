"""Signals that were accepted together: rules route them, they move tickets, and each is a row beside its alert."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from whence.correlate.rules import Routed, route
from whence.correlate.tickets import Move, Tickets, told
from whence.domain.delivery import Delivery
from whence.domain.event import Ignored
from whence.domain.identity import in_millis, new_id
from whence.domain.rule import Rule
from whence.domain.ticket import default_policy
from whence.store import projects, rules, signals, tickets, webhooks
from whence.store.pool import Writer
from whence.store.rows import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A signal that does something, and what."""

    item: Item
    delivery: Delivery
    routed: Routed
    move: Move


class Deliveries:
    """The signals of one account through one commit: first they say what they do, then they are written."""

    def __init__(self, taken: list[_Taken], moved: Tickets | None, requests: list[tuple[str, bool]]) -> None:
        self._taken = taken
        self._moved = moved
        self._requests = requests

    @classmethod
    async def take(cls, db: Writer, account: UUID, items: Sequence[Item], *, at: datetime) -> Self:
        """Each signal's item has the report of what it does, or was ignored.

        Until the transaction ends nobody else moves tickets of the workspaces.
        """
        mine = [(item, item.report.delivery) for item in items if item.report.delivery is not None]
        requests = [(delivery.webhook.id, delivery.failed) for _, delivery in mine if delivery.counts]
        fresh = [(item, delivery) for item, delivery in mine if item.receipt is None]
        if not fresh:
            return cls([], None, requests)
        workspaces = {delivery.webhook.workspace for _, delivery in fresh}
        numbers = await tickets.heads(db, account, workspaces)
        known = await rules.of(db, account, sorted(workspaces))
        recovers = {project.id: project.recovers for project in await projects.every(db, account)}
        routed = [
            (item, delivery, route(delivery.signal, delivery.webhook, _of(known, delivery))) for item, delivery in fresh
        ]
        conditions = ((d.webhook.workspace, way.project, d.signal.key) for _, d, way in routed)
        moved = Tickets(await tickets.standing(db, account, conditions), numbers, at=in_millis(at))
        taken: list[_Taken] = []
        for item, delivery, way in routed:
            own = recovers.get(way.project)
            move = moved.take(
                delivery,
                way,
                recovers=delivery.recovers if own is None else own,
                policy=default_policy(account, delivery.webhook.workspace),
            )
            if move is None:
                item.receipt = Ignored()
                continue
            item.report = told(item.report, delivery, way, move)
            taken.append(_Taken(item=item, delivery=delivery, routed=way, move=move))
        return cls(taken, moved, requests)

    async def write(self, db: Writer, account: UUID, *, at: datetime) -> None:
        """Tickets, signals and the webhooks' counts are as they are to be; the alerts stand already."""
        if self._moved is not None and self._taken:
            alert_ids = {taken.move.ticket.id: taken.item.alert_id for taken in self._taken if taken.item.alert_id}
            opened = [replace(one, alert_id=alert_ids[one.id]) for one in self._moved.opened.values()]
            await tickets.insert(db, account, opened)
            await tickets.update(db, account, list(self._moved.changed.values()))
            if opened:
                await tickets.count_on(db, account, self._moved.numbers)
            await signals.insert(db, account, _stored(self._taken, in_millis(at)))
        await webhooks.count(db, account, self._requests)


def _of(known: Sequence[Rule], delivery: Delivery) -> list[Rule]:
    return [rule for rule in known if rule.workspace == delivery.webhook.workspace]


def _stored(taken: Sequence[_Taken], at: datetime) -> list[signals.Stored]:
    """The rows; those of one commit have ids in their order, as their time is the same."""
    ids = sorted(new_id(at).hex[-12:] for _ in taken)
    return [
        signals.Stored(
            id=f"event-{signal_id}",
            delivery=one.delivery,
            project=one.routed.project,
            info=one.routed.info,
            ticket_id=one.move.ticket.id,
            created_at=at,
        )
        for signal_id, one in zip(ids, taken, strict=True)
    ]
