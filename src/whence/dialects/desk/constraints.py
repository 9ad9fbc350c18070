"""What an event must have, and when it may be: every fault of one body, in the order of its fields. Pure.

Source: DESK contract 3.4, 3.6 and 3.9.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from whence.dialects.desk.attach import FIELD as ATTACH_RULES
from whence.dialects.desk.errors import NOT_NULL
from whence.dialects.desk.times import GRACE, begun
from whence.dialects.desk.wire import Message
from whence.domain.errors import Violation

LONGEST_TIMEOUT: Final = 120  # minutes
LONGEST_SOURCE: Final = 500  # characters: events are counted by their source, and indexes hold no longer ones

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_MINUTE: Final = 60_000
_DAY: Final = 1440 * _MINUTE
_FIRST_MILLIS: Final = 10**11  # what is below was meant as seconds: as milliseconds it is 1973
_SECONDS: Final = "is far in the past, are these seconds? milliseconds are expected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When a request came, in milliseconds; `unkept`: why the house keeps no event of a time, if so."""

    now: int
    unkept: Callable[[datetime], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a message lacks. `stale`: its only fault is its age, which is none when its event is open already.

    `warnings`: what a lenient reading let pass.
    """

    faults: tuple[Violation, ...] = ()
    stale: bool = False
    warnings: tuple[str, ...] = ()


def check(sent: Message, clock: Clock, *, strict: bool) -> Checked:
    """What is wrong with the message when it comes at that time."""
    event_type = sent.event_type
    if event_type is None:
        needed: list[str] = []
    else:
        needed = [field for field, required in event_type.texts.items() if required and field not in sent.texts]
    faults = [
        *([] if event_type else [Violation(path="eventType", message=NOT_NULL)]),
        *_times(sent, clock),
        *_timeout(sent, strict=strict),
        *(sent.attach.faults if sent.attach else [Violation(path=ATTACH_RULES, message=NOT_NULL)]),
        *_source(sent.source),
        *(Violation(path=field, message=NOT_NULL) for field in needed if strict),
    ]
    if event_type and event_type.opens_problem and faults == [TOO_LATE]:
        return Checked(stale=True, warnings=() if strict else tuple(_tolerated(sent, needed)))
    return Checked(faults=tuple(faults), warnings=() if strict else tuple(_tolerated(sent, needed)))


def instant(millis: int) -> datetime:
    """The instant, exactly: an event's id is told with whole milliseconds."""
    return _EPOCH + millis * _MILLISECOND


TOO_LATE: Final = Violation(path="start", message="must not be more than 60 minutes in the past")


def _times(sent: Message, clock: Clock) -> Iterator[Violation]:
    if sent.event_type is None:
        return
    is_problem = sent.event_type.opens_problem
    if sent.start is not None and (fault := _start_fault(sent.start, clock, is_problem=is_problem)):
        yield Violation(path="start", message=fault)
    if sent.end is not None and (fault := _end_fault(sent.end, begun(sent.start, sent.end, now=clock.now), clock)):
        yield Violation(path="end", message=fault)


def _start_fault(start: int, clock: Clock, *, is_problem: bool) -> str | None:
    if start < _FIRST_MILLIS:
        return _SECONDS
    if is_problem:
        if start < clock.now - 60 * _MINUTE - GRACE:
            return TOO_LATE.message
        if start > clock.now + 5 * _MINUTE:
            return "must not be more than 5 minutes in the future"
    else:
        if start < clock.now - 30 * _DAY:
            return "must not be more than 30 days in the past"
        if start > clock.now + 7 * _DAY:
            return "must not be more than 7 days in the future"
    return clock.unkept(instant(start))


def _end_fault(end: int, start: int, clock: Clock) -> str | None:
    if end < _FIRST_MILLIS:
        return _SECONDS
    if end < start:
        return "must not be before start"
    if end > clock.now + 7 * _DAY:
        return "must not be more than 7 days in the future"
    return clock.unkept(instant(end))


def _timeout(sent: Message, *, strict: bool) -> Iterator[Violation]:
    minutes = sent.timeout_minutes or 0
    if minutes < 0 or (strict and minutes > LONGEST_TIMEOUT):
        yield Violation(path="timeoutMinutes", message=f"must be between 0 and {LONGEST_TIMEOUT}")


def _source(source: str | None) -> Iterator[Violation]:
    if source is None:
        yield Violation(path="source", message=NOT_NULL)
    elif len(source) > LONGEST_SOURCE:
        yield Violation(path="source", message=f"size must be between 0 and {LONGEST_SOURCE}")


def _tolerated(sent: Message, needed: list[str]) -> Iterator[str]:
    if sent.event_type is not None:
        yield from (f"{field} is required for {sent.event_type.name}" for field in needed)
    if sent.timeout_minutes is not None and sent.timeout_minutes > LONGEST_TIMEOUT:
        yield f"timeoutMinutes {sent.timeout_minutes} is over the maximum, {LONGEST_TIMEOUT} taken"
