"""`GET /api/v1/events`: what was pushed, read back; a page at a time, and one by its id. Source: DESK contract 5.1."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.desk import asking, encode, finding, query, times
from whence.dialects.desk.answer import Answer
from whence.dialects.desk.event_selector import EventSelector
from whence.dialects.desk.finding import Found
from whence.dialects.desk.gate import Routes, Scope, caller, path_text
from whence.dialects.desk.options import Options
from whence.domain.access import Principal
from whence.domain.errors import Invalid
from whence.domain.identity import number
from whence.domain.page import Cursor, seal, seal_cursor, unseal, unseal_cursor

PAGE: Final = 150  # events
PATH: Final = "/api/v1/events"

_LIST: Final = "desk events 1"  # what a cursor of this list is sealed with
_DEFAULT_WIDTH: Final = timedelta(days=30)
_WIDEST_YEARS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list is of. `cursor`: where the page before it ended."""

    since: datetime
    to: datetime
    event_type: str | None = None
    entity_id: str | None = None
    correlation_id: str | None = None
    sees_all: bool = False
    cursor: Cursor | None = None

    @property
    def selector(self) -> EventSelector:
        """The same, as the second version asks it."""
        return EventSelector(
            types=_one(self.event_type),
            entity_ids=_one(self.entity_id),
            correlation_ids=_one(self.correlation_id),
        )


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part is given them
    """The endpoints of this part."""
    events = Events(context)
    return {("GET", PATH): events.page, ("GET", f"{PATH}/{{event_id}}"): events.one}


class Events:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def page(self, request: Request) -> Answer:
        """`GET /api/v1/events`."""
        by = await caller(self._context, request, Scope.V1_READ_EVENTS)
        asked, warnings = _asked(request, by, datetime.now(UTC))
        question = await asking.question(
            self._context,
            by,
            asked.selector,
            window=finding.window(asked.since, asked.to),
            sees_all=asked.sees_all,
        )
        found = await finding.page(self._context, by, question, cursor=asked.cursor, limit=PAGE)
        answer = Answer(_shown(by, asked, found))
        answer.warn(warnings)
        return answer

    async def one(self, request: Request) -> Answer:
        """`GET /api/v1/events/{id}`."""
        by = await caller(self._context, request, Scope.V1_READ_EVENTS)
        event, subject = await finding.named(self._context, by, path_text(request, "event_id", noun="event"))
        return Answer(encode.v1(event, subject))


def _asked(request: Request, by: Principal, now: datetime) -> tuple[Asked, list[str]]:
    """What the query asks for, and what of it is not looked at.

    Raises:
        Invalid: a parameter means nothing.
    """
    sees_all = query.truth(request, "allDialects")
    warnings = finding.unseen(by, asked=sees_all)
    if cursor := query.text(request, "cursor"):
        asked = _behind(by, cursor)
        ignored = [f"{name} ignored, cursor carries it" for name in _contradictions(request, by, asked)]
        return asked, [*warnings, *ignored]
    relative = query.choice(request, "relativeTime", times.RELATIVE)
    if relative is None:
        since, to = _window(request, now)
    else:
        since, to = now - times.RELATIVE[relative], now
        warnings += query.replaced(request, "relativeTime", ("from", "to"))
    asked = Asked(
        since=since,
        to=to,
        event_type=query.text(request, "eventType"),
        entity_id=query.text(request, "entityId"),
        correlation_id=query.text(request, "correlationId"),
        sees_all=finding.sees_all(by, asked=sees_all),
    )
    return asked, warnings


def _contradictions(request: Request, by: Principal, asked: Asked) -> Iterator[str]:
    """The parameters that say something else than what a cursor carries, which they may repeat."""
    carried = {
        "from": str(times.millis(asked.since)),
        "to": str(times.millis(asked.to)),
        "relativeTime": next((word for word, width in times.RELATIVE.items() if asked.to - asked.since == width), None),
        "eventType": asked.event_type,
        "entityId": asked.entity_id,
        "correlationId": asked.correlation_id,
    }
    for name, value in carried.items():
        if (said := query.text(request, name)) is not None and said != value:
            yield name
    sees_all = query.truth(request, "allDialects")
    if sees_all is not None and finding.sees_all(by, asked=sees_all) != asked.sees_all:
        yield "allDialects"


def _window(request: Request, now: datetime) -> tuple[datetime, datetime]:
    """The ends of the window.

    Raises:
        Invalid: they are no milliseconds, or too far apart, or the first is after the second.
    """
    since, to = query.millis(request, "from") or now - _DEFAULT_WIDTH, query.millis(request, "to") or now
    if since > to:
        raise query.fault("from", "must not be after to")
    if since < times.back(to, _WIDEST_YEARS, "y"):
        raise query.fault("from", f"must not be more than {_WIDEST_YEARS} years before to")
    return since, to


def _shown(by: Principal, asked: Asked, found: Found) -> dict[str, Any]:
    following, place = found.following, found.place
    return {
        "nextEventStartTms": None if following is None else times.millis(following.span.start),
        "nextEventId": None if following is None else number(following.id),
        "nextCursor": None if place is None else _sealed(by, asked, place),
        "from": times.millis(asked.since),
        "to": times.millis(asked.to),
        "totalEventCount": found.total,
        "events": [encode.v1(event, subject) for event, subject in found.items],
    }


def _sealed(by: Principal, asked: Asked, place: Cursor) -> str:
    """The whole question with the place at which this page of its answer ends."""
    ends = times.millis(asked.since), times.millis(asked.to)
    filters = asked.event_type, asked.entity_id, asked.correlation_id
    return seal(by.secret, [_LIST, seal_cursor(by.secret, place), *ends, *filters, asked.sees_all])


def _behind(by: Principal, text: str) -> Asked:
    """The question that an earlier page answered, and where that page ended.

    Raises:
        Invalid: the account was given no such cursor.
    """
    try:
        match unseal(by.secret, text):
            case [
                str(name),
                str(place),
                int(since),
                int(to),
                (None | str()) as event_type,
                (None | str()) as entity_id,
                (None | str()) as correlation_id,
                bool(sees_all),
            ] if name == _LIST:
                return Asked(
                    since=times.instant(since),
                    to=times.instant(to),
                    event_type=event_type,
                    entity_id=entity_id,
                    correlation_id=correlation_id,
                    sees_all=sees_all and finding.sees_all(by, asked=True),
                    cursor=unseal_cursor(by.secret, place),
                )
            case _:
                fault = "belongs to another list"
    except Invalid as exc:
        fault = exc.violations[0].message
    raise query.fault("cursor", fault)


def _one(value: str | None) -> frozenset[str] | None:
    return None if value is None else frozenset({value})
