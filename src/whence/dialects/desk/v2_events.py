"""`GET /api/v2/events`: a page of events, and one by its id. Source: DESK contract 5.5."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.desk import (
    asking,
    encode,
    event_selector,
    finding,
    paging,
    query,
    selected,
    selector,
    times,
    zones,
)
from whence.dialects.desk.answer import Answer
from whence.dialects.desk.event_selector import EventSelector
from whence.dialects.desk.finding import Found
from whence.dialects.desk.gate import Routes, Scope, caller, path_text
from whence.dialects.desk.options import Options
from whence.dialects.desk.subject import Subject
from whence.domain.access import Principal
from whence.domain.entity import Entity
from whence.domain.event import Event
from whence.domain.page import seal_cursor, unseal_cursor

PATH: Final = "/api/v2/events"
MOST_ENTITIES: Final = 10_000  # that an entity selector may mean

_LIST: Final = "desk events 2"  # what a key of this list is sealed with
_DEFAULT_WIDTH: Final = timedelta(hours=2)
_DEFAULT_SIZE: Final = 100
_MOST: Final = 1000
_CARRIED: Final = (
    "from", "to", "pageSize", "entitySelector", "eventSelector", zones.SELECTOR, "eventType", "allDialects",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list is of, times in milliseconds. `place`: the sealed end of the page before it.

    `is_of_zones`: only what lies in some management zone is asked for.
    """

    since: int
    to: int
    now: int
    size: int
    entity_selector: str | None = None
    event_selector: str | None = None
    event_type: str | None = None
    is_of_zones: bool = False
    sees_all: bool = False
    place: str | None = None

    @property
    def selector(self) -> EventSelector:
        """The event selector, and the type that some clients send beside it.

        Raises:
            Invalid: it cannot be read.
        """
        said = event_selector.parse(self.event_selector or "")
        return said if self.event_type is None else said.of_type(self.event_type)


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part is given them
    """The endpoints of this part."""
    events = Events(context)
    return {("GET", PATH): events.page, ("GET", f"{PATH}/{{event_id}}"): events.one}


class Events:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def page(self, request: Request) -> Answer:
        """`GET /api/v2/events`."""
        by = await caller(self._context, request, Scope.READ_EVENTS)
        asked, warnings = _asked(request, by, datetime.now(UTC))
        found = await self._found(by, asked)
        shown: dict[str, Any] = {"totalCount": found.total, "pageSize": asked.size}
        if found.place is not None:
            shown[paging.KEY] = paging.key(by, _LIST, replace(asked, place=seal_cursor(by.secret, found.place)))
        shown["events"] = await self._shown(by, found.items)
        answer = Answer({**shown, "warnings": []})
        answer.warn(warnings)
        return answer

    async def one(self, request: Request) -> Answer:
        """`GET /api/v2/events/{eventId}`."""
        by = await caller(self._context, request, Scope.READ_EVENTS)
        found = await finding.named(self._context, by, path_text(request, "event_id", noun="event"))
        return Answer((await self._shown(by, [found]))[0])

    async def _shown(self, by: Principal, items: Sequence[tuple[Event, Subject]]) -> list[dict[str, Any]]:
        marks = await finding.marks(self._context, by, [event for event, _ in items])
        return [encode.v2(event, subject, flags) for (event, subject), flags in zip(items, marks, strict=True)]

    async def _found(self, by: Principal, asked: Asked) -> Found:
        """The page.

        Raises:
            Invalid: a selector cannot be read, or selects more than is looked at.
        """
        chosen_by = asked.selector
        question = await asking.question(
            self._context,
            by,
            chosen_by,
            window=finding.window(times.instant(asked.since), times.instant(asked.to)),
            entities=await self._entities(by, asked),
            sees_all=asked.sees_all,
        )
        if asked.is_of_zones:
            return Found()
        cursor = unseal_cursor(by.secret, asked.place) if asked.place else None
        if question is None or chosen_by.event_ids is None:
            return await finding.page(self._context, by, question, cursor=cursor, limit=asked.size)
        chosen = sorted(chosen_by.event_ids)
        return await finding.chosen(self._context, by, question, chosen, cursor=cursor, limit=asked.size)

    async def _entities(self, by: Principal, asked: Asked) -> list[Entity] | None:
        if asked.entity_selector is None:
            return None
        catalog = self._context.catalog
        test = await selected.meant(catalog, by, asked.entity_selector, now=times.instant(asked.now))
        found = await catalog.select(by, test, limit=MOST_ENTITIES + 1)
        if len(found) > MOST_ENTITIES:
            raise query.fault(selector.PATH, f"must not select more than {MOST_ENTITIES} entities")
        return found


def _asked(request: Request, by: Principal, now: datetime) -> tuple[Asked, list[str]]:
    """What the query asks for, and what of it is not looked at.

    Raises:
        Invalid: a parameter means nothing.
    """
    if (going_on := paging.question(by, request, _LIST, Asked)) is not None:
        sees_all = going_on.sees_all and finding.sees_all(by, asked=True)
        return replace(going_on, sees_all=sees_all), paging.carried(request, _CARRIED)
    to = selected.instant(request, "to", now=now) or now
    since = selected.instant(request, "from", now=now) or now - _DEFAULT_WIDTH
    if since > to:
        raise query.fault("from", "must not be after to")
    size, warnings = paging.size(request, default=_DEFAULT_SIZE, most=_MOST)
    sees_all = query.truth(request, "allDialects")
    asked = Asked(
        since=times.millis(since),
        to=times.millis(to),
        now=times.millis(now),
        size=size,
        entity_selector=query.text(request, "entitySelector"),
        event_selector=query.text(request, "eventSelector"),
        event_type=query.text(request, "eventType"),
        is_of_zones=query.text(request, zones.SELECTOR) is not None,
        sees_all=finding.sees_all(by, asked=sees_all),
    )
    nobodys = [zones.SELECTOR] if asked.is_of_zones else []
    if asked.selector.zone_ids is not None:
        nobodys.append(event_selector.ZONES)
    return asked, [*warnings, *map(zones.warning, nobodys), *finding.unseen(by, asked=sees_all)]
