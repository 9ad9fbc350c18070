"""One condition on one entity (or on none that is known): open from its first report until something ends it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from whence.domain.event import Event, Handling, Severity, Span
from whence.domain.immutable import immutable


class Silence(StrEnum):
    """Why an alert is in no problem, or came late into one.

    PLANNED: a maintenance window covers it, and it is only recorded; MAINTENANCE: one covers it that keeps it out of
    problems. TERMINATION: the host was said to go away. FREQUENT: the like of it came and went, and took longer.
    MUTED: a person closed the problem of the condition, which has not ended since. ASKED: its sender wants no problem.
    """

    PLANNED = "planned"
    MAINTENANCE = "maintenance"
    TERMINATION = "termination"
    FREQUENT = "frequent"
    MUTED = "muted"
    ASKED = "asked"


class AlertState(StrEnum):
    """Where in its life an alert is."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class ClosedBy(StrEnum):
    """What ended an alert."""

    RECOVERY = "recovery"
    TIMEOUT = "timeout"
    USER = "user"
    PROBLEM = "problem"


@immutable
class Alert:
    """One episode of a condition: the same `key` may open again later, as another alert.

    `expires_at`: when it ends if nobody reports it again; None: never by itself. `event_id` and `event_at` name the
    event that shows it on the timeline. `entity_id`: the one entity that it is about, if it is about one. `handling`:
    as its sender wants it. What follows from the alert is known a moment later: `subjects`, the entities that it is
    about, else where its scope says that it is; `problem_id`, the problem that it is part of, and `since` when;
    `silenced_by`, why it is not, or was not until `silenced_until` (None: for as long as it lives).
    """

    id: UUID
    key: str
    opened_at: datetime
    last_report_at: datetime
    expires_at: datetime | None
    closed_at: datetime | None = None
    closed_by: ClosedBy | None = None
    report_count: int = 1
    severity: Severity
    title: str
    type: str
    source: str
    dialect: str
    entity_id: str | None = None
    event_id: UUID
    event_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    comment: str = ""
    handling: frozenset[Handling] = frozenset()
    subjects: tuple[str, ...] = ()
    problem_id: UUID | None = None
    since: datetime | None = None
    silenced_by: Silence | None = None
    silenced_until: datetime | None = None

    @property
    def state(self) -> AlertState:
        """Where in its life it is."""
        if self.closed_at is not None:
            return AlertState.CLOSED
        return AlertState.OPEN if self.acknowledged_at is None else AlertState.ACKNOWLEDGED

    def has_expired(self, now: datetime) -> bool:
        """Whether its time is over; nobody may have closed it yet."""
        return self.closed_at is None and self.expires_at is not None and self.expires_at <= now

    def closed(self, at: datetime, by: ClosedBy) -> Self:
        """The same, ended at `at`, though not before it began."""
        return replace(self, closed_at=max(at, self.opened_at), closed_by=by)

    def as_of(self, now: datetime) -> Self:
        """The same as a reader sees it: what has expired is closed, whether or not somebody came by to close it."""
        if self.expires_at is None or not self.has_expired(now):
            return self
        return self.closed(self.expires_at, ClosedBy.TIMEOUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTold:
    """Something happened to an alert: as it is now, with the event that shows it."""

    alert: Alert
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Which alerts are asked for. Empty fields do not narrow; OR inside a field, AND between.

    `window`: the alert's life overlaps it; an open one lives on. `problems`: the one that it is part of; `None` any or
    none, and of no problem nothing is part.
    """

    window: Span | None = None
    states: tuple[AlertState, ...] = ()
    entity_ids: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    keys: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    problems: tuple[UUID, ...] | None = None
