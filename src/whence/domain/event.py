"""What was reported, with a time or a span: before it is accepted (`Report`) and after (`Event`)."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Self, TypeVar, cast
from uuid import UUID

from whence.domain.delivery import Delivery
from whence.domain.errors import Invalid, Refusal
from whence.domain.immutable import immutable
from whence.domain.link import Link
from whence.domain.scope import ALL_SERVICES, Places, Scope

GRACE: Final = timedelta(minutes=1)  # how far a sender's clock may be behind ours
ENDLESS: Final = datetime(9999, 1, 1, tzinfo=UTC)  # the end of what is still going on: after every window


class Kind(StrEnum):
    """What an event says about the world."""

    CHANGE = "change"
    INFO = "info"
    PROBLEM = "problem"
    RECOVERY = "recovery"


class Severity(StrEnum):
    """How bad it is, mildest first."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class Handling(StrEnum):
    """How a sender wants the alert of its report to be taken.

    ALONE: as a problem of its own. NO_PROBLEM: as none. ALWAYS: also when the like of it comes and goes. NO_CAUSE:
    it says nothing of the cause of anything.
    """

    ALONE = "alone"
    NO_PROBLEM = "no_problem"
    ALWAYS = "always"
    NO_CAUSE = "no_cause"


@immutable
class Span:
    """A closed stretch of time, aware and in UTC; a moment is a span whose ends are equal."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise Invalid.at("end_time", "ends before it starts")

    @classmethod
    def moment(cls, at: datetime) -> Self:
        """The span of an instant."""
        return cls(start=at, end=at)

    @property
    def is_moment(self) -> bool:
        """Whether nothing lies between the ends."""
        return self.start == self.end

    def overlaps(self, other: Self) -> bool:
        """Whether some instant lies in both."""
        return self.start <= other.end and other.start <= self.end


Time = TypeVar("Time", int, datetime)


def began(start: Time | None, end: Time | None, *, now: Time, late: Time) -> Time:
    """When something of these times began: now, where its sender does not say.

    What ended now by a clock that is behind ours did not begin later: where only such an end is said, it began there.
    `late`: the earliest time that such a clock may show.
    """
    if start is None and end is not None and late <= end <= now:
        return end
    return now if start is None else start


@immutable
class Once:
    """The promise that a report sent again under the same `key` within `lifetime` is not stored again.

    `content` is a digest of what was sent: the same key with another content is a Conflict. `counts`: a
    repetition adds one to the event's `report_count`.
    """

    key: str
    content: bytes
    lifetime: timedelta
    counts: bool = False


@immutable
class Pairing:
    """A span that one report begins and a later one of the same `key` ends."""

    key: str
    ends: bool


@immutable
class Report:
    """One thing that a sender says, translated from the sender's words.

    `sender_id` is the sender's own id: (`source`, `sender_id`) is stored once. `original` is the JSON text as
    received. `places`: None stands for what the scope spells out. A problem with a `key` opens the alert of the key or
    holds it open: until the end of its span, else for `timeout` from its receipt, else (None) until something closes
    it. A recovery with a `key` closes it. `numbered`: the event can be found by its `identity.number` alone.
    `call`: the dialect's name for the one of its calls that brought the report; empty when it has but one.
    `may_be_far`: it may lie further ahead than others may. `also`: further keys whose alerts a recovery closes.
    `handling`: of the alert that it opens. `delivery`: the signal that the report speaks of: which alert it moves, and
    whether it says anything new, is decided where it is stored.
    """

    kind: Kind = Kind.INFO
    type: str
    severity: Severity = Severity.INFO
    title: str
    description: str = ""
    url: str = ""
    links: tuple[Link, ...] = ()
    span: Span
    source: str
    dialect: str
    scope: Scope = ALL_SERVICES
    places: Places | None = None
    properties: Mapping[str, object] = field(default_factory=dict[str, object])
    original: str | None = None
    sender_id: str | None = None
    key: str | None = None
    timeout: timedelta | None = None
    once: Once | None = None
    pairing: Pairing | None = None
    numbered: bool = False
    call: str = ""
    may_be_far: bool = False
    also: tuple[str, ...] = ()
    delivery: Delivery | None = None
    handling: frozenset[Handling] = frozenset()


@immutable
class Event:
    """A report that was accepted. `is_open`: a problem whose alert has not ended; its span is then `ENDLESS`.

    `alert_id`: the alert that it opened or closed; `problem_id`: the problem which that is part of by now. `call`: see
    `Report`.
    """

    id: UUID
    kind: Kind
    type: str
    severity: Severity
    title: str
    description: str = ""
    url: str = ""
    links: tuple[Link, ...] = ()
    span: Span
    source: str
    dialect: str
    scope: Scope = ALL_SERVICES
    places: Places = field(default_factory=Places)
    properties: Mapping[str, object] = field(default_factory=dict[str, object])
    original: str | None = None
    sender_id: str | None = None
    key: str | None = None
    received_at: datetime
    updated_at: datetime
    report_count: int = 1
    is_open: bool = False
    alert_id: UUID | None = None
    problem_id: UUID | None = None
    call: str = ""


@immutable
class Accepted:
    """The report is stored under `id`; that is the event of `alert_id` when it held an open alert open."""

    id: UUID
    alert_id: UUID | None = None


@immutable
class Duplicate:
    """The report had been stored before, under `id`; nothing new is stored."""

    id: UUID


@immutable
class Ignored:
    """The report was understood and changes nothing: a recovery of what is not open. Nothing is stored."""


@immutable
class Rejected:
    """The report is not stored, for this reason; its neighbours may be."""

    refusal: Refusal


Receipt = Accepted | Duplicate | Rejected


def searchable(said: Report | Event) -> str:
    """The text that a search looks into."""
    return search_text(said.title, said.description, said.type, said.source, said.properties)


def search_text(title: str, description: str, event_type: str, source: str, properties: Mapping[str, object]) -> str:
    """The text that a search looks into, folded to one case; fields are kept apart by line ends."""
    texts = [title, description, event_type, source]
    _collect(properties.values(), texts)
    return "\n".join(filter(None, texts)).casefold()


def _collect(values: Iterable[object], texts: list[str]) -> None:
    """Add every text and number in the JSON values; a loop over one list is half the cost of nested generators."""
    for value in values:
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, dict):
            _collect(cast("dict[str, object]", value).values(), texts)
        elif isinstance(value, list):
            _collect(cast("list[object]", value), texts)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            texts.append(repr(value))  # as JSON spells it
