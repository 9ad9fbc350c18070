"""Pages of events, for both versions of the API: what a token sees, the newest first, with the count of all."""

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from whence.dialects import Context
from whence.dialects.desk import flags, subject, times
from whence.dialects.desk.flags import Flags
from whence.dialects.desk.query import fault
from whence.dialects.desk.subject import Subject
from whence.dialects.desk.vocabulary import NAME
from whence.domain.access import Principal, Sees
from whence.domain.errors import NotFound
from whence.domain.event import Event, Kind, Span
from whence.domain.filter import Filter
from whence.domain.page import Cursor, Order

_ID: Final = re.compile(r"(-?[0-9]{1,19})(?:_([0-9]{1,15}))?", re.ASCII)
_NUMBERS: Final = range(-(2**63), 2**63)
MOST_WALKED: Final = 100_000  # events that are looked at one by one for a question that no index answers
_CHUNK: Final = 1_000  # events whose alerts are read at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The events that `asked` selects and that pass what a filter has no words for.

    `also`: by what the event tells; `marked`: by its marks.
    """

    asked: Filter
    also: Callable[[Event], bool] | None = None
    marked: Callable[[Flags], bool] | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the filter says it all."""
        return self.also is None and self.marked is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page, each event with what it is shown on; `total` of all pages.

    `following`: the first event of the next page, and `place` the end of this one; both None on the last.
    """

    items: tuple[tuple[Event, Subject], ...] = ()
    total: int = 0
    following: Event | None = None
    place: Cursor | None = None


def sees_all(by: Principal, *, asked: bool | None) -> bool:
    """Whether other dialects' events are shown: when the token may see them, and nobody says no."""
    return by.sees is Sees.ALL and asked is not False


def unseen(by: Principal, *, asked: bool | None) -> list[str]:
    """A warning when somebody asks for what the token does not see."""
    if asked and by.sees is Sees.OWN:
        return ["allDialects ignored, the token sees the events of this dialect only"]
    return []


def dialects(*, all_of_them: bool) -> tuple[str, ...]:
    """The dialects of a filter."""
    return () if all_of_them else (NAME,)


def window(since: datetime, to: datetime) -> Span:
    """All instants that are told in the milliseconds from `since` to `to`."""
    return Span(start=since, end=times.instant(times.millis(to)) + timedelta(milliseconds=1, microseconds=-1))


async def named(context: Context, by: Principal, text: str) -> tuple[Event, Subject]:
    """The event with that id (`<number>_<start>`, or the bare number) and what it is shown on.

    Raises:
        NotFound: the account has none such, or the principal does not see it.
    """
    event = await _numbered(context, by, text)
    if event is None:
        raise NotFound("event", text)
    (on,) = await subjects(context, by, [event])
    return event, on


async def page(
    context: Context, by: Principal, question: Question | None, *, cursor: Cursor | None, limit: int
) -> Found:
    """Up to `limit` events behind the cursor; none of None.

    Raises:
        Invalid: only looking at each would tell, and there are more than `MOST_WALKED`.
    """
    if question is None:
        return Found()
    if question.is_plain:
        found = (await context.timeline.page(by, question.asked, cursor=cursor, limit=limit + 1)).items
        total = (
            len(found) if cursor is None and len(found) <= limit else await context.timeline.count(by, question.asked)
        )
    else:
        found, total = await _walked(context, by, question, cursor=cursor, limit=limit + 1)
    return await _found(context, by, question, found, total=total, limit=limit)


async def chosen(
    context: Context, by: Principal, question: Question, names: Sequence[str], *, cursor: Cursor | None, limit: int
) -> Found:
    """As `page`, among the events with these ids."""
    by_id = {event.id: event for name in names if (event := await _numbered(context, by, name))}
    events = sorted(by_id.values(), key=_age, reverse=True)
    matching = [event for event in events if question.asked.matches(event)]
    answering = await _passing(context, by, question, matching)
    behind = [event for event in answering if cursor is None or _age(event) < (cursor.at, cursor.event_id)]
    return await _found(context, by, question, behind[: limit + 1], total=len(answering), limit=limit)


async def subjects(context: Context, by: Principal, events: Sequence[Event]) -> list[Subject]:
    """What each of the events is shown on, by the catalogue as it is now."""
    names = sorted({subject.id_of(event, by.account_id) for event in events})
    return subject.subjects(events, await context.catalog.known(by, names), by.account_id)


async def marks(context: Context, by: Principal, events: Sequence[Event]) -> list[Flags]:
    """What keeps each of the events out of problems now."""
    opened = [event.alert_id for event in events if event.kind is Kind.PROBLEM and event.alert_id is not None]
    alerts = await context.alerts.some(by, opened)
    now = datetime.now(UTC)
    return [flags.of(alerts.get(event.alert_id) if event.alert_id else None, now=now) for event in events]


async def _passing(context: Context, by: Principal, question: Question, events: Sequence[Event]) -> list[Event]:
    """Those of the events that the filter selected that pass the rest of the question."""
    passing = [event for event in events if question.also is None or question.also(event)]
    if question.marked is None or not passing:
        return passing
    found = zip(passing, await marks(context, by, passing), strict=True)
    return [event for event, of_it in found if question.marked(of_it)]


async def _numbered(context: Context, by: Principal, text: str) -> Event | None:
    found = _ID.fullmatch(text)
    start = times.of_millis(found[2]) if found and found[2] else None
    if found is None or (found[2] and start is None) or int(found[1]) not in _NUMBERS:
        return None
    dialect = NAME if by.sees is Sees.OWN else None
    try:
        return await context.timeline.numbered(by, int(found[1]), start=start, dialect=dialect)
    except NotFound:
        return None


async def _walked(
    context: Context, by: Principal, question: Question, *, cursor: Cursor | None, limit: int
) -> tuple[list[Event], int]:
    """The first `limit` events behind the cursor, and how many there are in all, by looking at each."""
    behind = (cursor.at, cursor.event_id) if cursor else None
    found: list[Event] = []
    looked_at = total = 0
    async with aclosing(_chunks(context.timeline.walk(by, question.asked))) as chunks:
        async for events in chunks:
            looked_at += len(events)
            if looked_at > MOST_WALKED:
                raise fault("from", f"selects more than {MOST_WALKED} events to look at one by one, ask for less")
            for event in await _passing(context, by, question, events):
                total += 1
                if len(found) < limit and (behind is None or _age(event) < behind):
                    found.append(event)
    return found, total


async def _chunks(events: AsyncGenerator[Event]) -> AsyncGenerator[list[Event]]:
    """The events, some at a time."""
    async with aclosing(events):
        chunk: list[Event] = []
        async for event in events:
            chunk.append(event)
            if len(chunk) == _CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk


async def _found(
    context: Context, by: Principal, question: Question, events: Sequence[Event], *, total: int, limit: int
) -> Found:
    """The page of the first `limit` of the events; one more of them says that there is a next."""
    shown = events[:limit]
    items = tuple(zip(shown, await subjects(context, by, shown), strict=True))
    if len(events) <= limit:
        return Found(items=items, total=total)
    last = shown[-1]
    place = Cursor(order=Order.NEWEST, window=question.asked.window, at=last.span.start, event_id=last.id)
    return Found(items=items, total=total, following=events[limit], place=place)


def _age(event: Event) -> tuple[datetime, UUID]:
    """What events are in order of."""
    return event.span.start, event.id
