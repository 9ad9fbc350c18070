"""Decide what signals do to the tickets of their conditions: open one, be one more of it, end it, or nothing.

Pure: no SQL, no clock, no await.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from whence.correlate.rules import Routed
from whence.domain.delivery import Delivery
from whence.domain.event import Kind, Report, Severity
from whence.domain.identity import new_id
from whence.domain.signal import Grade, Resource, Signal, SignalKind
from whence.domain.ticket import NO_ALERT, Ticket, Urgency

# What a monitor could not tell may be bad; what it did not say is not.
SEVERITY: Final[Mapping[Grade, Severity]] = {
    Grade.CRITICAL: Severity.CRITICAL,
    Grade.ERROR: Severity.ERROR,
    Grade.WARNING: Severity.WARNING,
    Grade.INFO: Severity.INFO,
    Grade.NOT_AVAILABLE: Severity.ERROR,
    Grade.NONE: Severity.INFO,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What one signal does: it is of `ticket`, and `ended` are the tickets that end with it.

    `ended` holds the newest last.
    """

    ticket: Ticket
    ended: tuple[Ticket, ...] = ()


class Tickets:
    """The tickets of one account through one commit.

    Args:
        standing: the open tickets of the conditions that the signals are about.
        numbers: the last number given in each workspace.
        at: when the signals arrived.
    """

    def __init__(self, standing: Iterable[Ticket], numbers: Mapping[str, int], *, at: datetime) -> None:
        self._at = at
        self._open: dict[tuple[str, str, str], list[Ticket]] = {}
        for ticket in sorted(standing, key=lambda ticket: ticket.number):
            self._open.setdefault((ticket.workspace, ticket.routed, ticket.key), []).append(ticket)
        self.numbers = dict(numbers)
        self.opened: dict[str, Ticket] = {}
        self.changed: dict[str, Ticket] = {}

    def take(self, delivery: Delivery, routed: Routed, *, recovers: bool, policy: str) -> Move | None:
        """What the signal does; None when it does nothing: a recovery of what is not open.

        Args:
            recovers: whether recoveries end the tickets of the project by themselves.
            policy: the id of the policy of a ticket that no rule gives another.
        """
        condition = delivery.webhook.workspace, routed.project, delivery.signal.key
        standing = self._open.get(condition, [])
        if delivery.signal.kind is SignalKind.RECOVERY:
            return self._recover(standing, recovers=recovers)
        if standing and self._is_within(standing[-1], delivery):
            return self._attach(delivery, standing)
        ticket = self._begin(delivery, routed, policy)
        self._open.setdefault(condition, []).append(ticket)
        return Move(ticket=ticket)

    def _is_within(self, ticket: Ticket, delivery: Delivery) -> bool:
        window = delivery.webhook.window
        return window is None or self._at - ticket.signalled_at < window

    def _recover(self, standing: list[Ticket], *, recovers: bool) -> Move | None:
        if not standing:
            return None
        ended: tuple[Ticket, ...] = ()
        newest = replace(standing[-1], updated_at=self._at)
        if recovers:
            ended = tuple(replace(one, updated_at=self._at, resolved_at=self._at) for one in standing)
            newest = ended[-1]
            standing.clear()
        for one in ended or (newest,):
            self._note(one)
        if not recovers:
            standing[-1] = newest
        return Move(ticket=newest, ended=ended)

    def _attach(self, delivery: Delivery, standing: list[Ticket]) -> Move:
        newest = standing[-1]
        standing[-1] = newest = replace(
            newest,
            description=delivery.signal.description or newest.description,
            updated_at=self._at,
            signalled_at=self._at,
        )
        self._note(newest)
        return Move(ticket=newest)

    def _begin(self, delivery: Delivery, routed: Routed, policy: str) -> Ticket:
        signal, webhook = delivery.signal, delivery.webhook
        self.numbers[webhook.workspace] = number = self.numbers.get(webhook.workspace, 0) + 1
        ticket = Ticket(
            id=new_ticket_id(self._at),
            alert_id=NO_ALERT,
            workspace=webhook.workspace,
            project=routed.project,
            routed=routed.project,
            key=signal.key,
            number=number,
            title=signal.title,
            description=signal.description,
            grade=signal.grade,
            rule=signal.rule,
            image_url=signal.image_url,
            resources=_resources(signal),
            provider=signal.provider,
            account=signal.account,
            info=routed.info,
            urgency=routed.urgency or Urgency.of(signal.grade),
            is_error=signal.kind is SignalKind.ERROR,
            assignee=routed.assignee,
            policy=routed.policy or policy,
            is_told=routed.is_told,
            triggered_by=webhook.id,
            webhook_id=webhook.id,
            created_at=self._at,
            updated_at=self._at,
            signalled_at=self._at,
        )
        self.opened[ticket.id] = ticket
        return ticket

    def _note(self, ticket: Ticket) -> None:
        """The ticket is as given after the commit."""
        (self.opened if ticket.id in self.opened else self.changed)[ticket.id] = ticket


def new_ticket_id(at: datetime) -> str:
    """An id that no other ticket has."""
    return f"alert-{new_id(at).hex[-12:]}"


def told(base: Report, delivery: Delivery, routed: Routed, move: Move) -> Report:
    """What the timeline and the alerts are told: of a problem in the ticket's words, of a recovery in the signal's own.

    The key of a ticket's alert is the ticket's id. A recovery that ends no ticket is news of it, and moves no alert.
    """
    ticket = move.ticket
    if delivery.signal.kind is not SignalKind.RECOVERY:
        return replace(
            base,
            kind=Kind.PROBLEM,
            key=ticket.id,
            severity=SEVERITY[ticket.grade],
            description=ticket.description,
            properties=facts(ticket.key, ticket.provider, ticket.account, ticket.info),
        )
    keys = [ended.id for ended in move.ended]
    signal = delivery.signal
    return replace(
        base,
        kind=Kind.RECOVERY if keys else Kind.INFO,
        key=ticket.id,
        also=tuple(keys[:-1]),
        severity=SEVERITY[signal.grade],
        properties=facts(signal.key, signal.provider, signal.account, routed.info),
    )


def facts(key: str, provider: str, account: str, info: Mapping[str, object]) -> dict[str, object]:
    """What is said beyond the title and the description, as properties: first what the source says of itself."""
    own = {"event_key": key, "provider": provider, "account": account}
    return {**info, **{name: value for name, value in own.items() if value and name not in info}}


def _resources(signal: Signal) -> tuple[Resource, ...]:
    """Each name that the signal has; the one that it says more of, with that."""
    known = signal.resource
    if known is None:
        return tuple(Resource(name=name) for name in signal.resources)
    named = tuple(known if name == known.name else Resource(name=name) for name in signal.resources)
    return named if known in named else (*named, known)
