"""The five lists of entities of the first version of the API: bare JSON lists, paged by headers.

Source: DESK contract 4.1.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request

from whence.catalog import Catalog
from whence.dialects import Context
from whence.dialects.desk import entity_shown, naming, paging, query, tag_text, times, zones
from whence.dialects.desk.answer import Answer
from whence.dialects.desk.entity_shown import Standing
from whence.dialects.desk.gate import Endpoint, Routes, Scope, caller
from whence.dialects.desk.options import Options
from whence.dialects.request import text_faults
from whence.domain.access import Principal
from whence.domain.entity import Entity, TagTest
from whence.domain.entity_test import AllOf, Comparison, EntityTest, FirstSeen, LastSeen, Never, OfType, Tagged, WithId

LISTS: Final = {
    "/api/v1/entity/applications": ("APPLICATION", "MOBILE_APPLICATION", "CUSTOM_APPLICATION"),
    "/api/v1/entity/services": ("SERVICE",),
    "/api/v1/entity/infrastructure/hosts": ("HOST",),
    "/api/v1/entity/infrastructure/processes": ("PROCESS_GROUP_INSTANCE",),
    "/api/v1/entity/infrastructure/process-groups": ("PROCESS_GROUP",),
}
"""The types of the entities that a list holds, by its path."""

_LARGEST_PAGE: Final = 4000  # what a shipped client asks for
_WIDEST: Final = timedelta(days=3)
_RELATIVE: Final = {word: length for word, length in times.RELATIVE.items() if length <= _WIDEST}
_MOST_NAMED: Final = 1000  # tags, and entities, in one request
_ENDS: Final = ("startTimestamp", "endTimestamp")
_ZONES: Final = ("managementZone", "managementZoneName")
_CARRIED: Final = (
    "relativeTime", *_ENDS, "tag", "entity", "includeDetails", paging.SIZE, *_ZONES,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A list that was asked for, as a page's key carries it. Times are milliseconds since 1970.

    `end`: None when nobody named one. `is_of_zones`: only what lies in some management zone is asked for. `after`: the
    id of the last entity that was shown.
    """

    start: int
    end: int | None
    tags: tuple[str, ...]
    entities: tuple[str, ...]
    size: int
    details: bool
    is_of_zones: bool = False
    after: str = ""

    def test(self, types: tuple[str, ...]) -> EntityTest:
        if self.is_of_zones:
            return Never()
        tests: list[EntityTest] = [OfType(types), LastSeen(times.instant(self.start))]
        if self.end is not None:  # whoever was first seen within that millisecond was there
            tests.append(FirstSeen(Comparison.BEFORE, times.instant(self.end + 1)))
        wanted = map(tag_text.parse, self.tags)
        tests += [Tagged((TagTest(context=tag.context, key=tag.key, value=tag.value),)) for tag in wanted]
        if self.entities:
            tests.append(WithId(self.entities))
        return AllOf(tuple(tests))


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part has the same signature
    """The endpoints of this part."""
    return {("GET", path): _list(context, path, types) for path, types in LISTS.items()}


def _list(context: Context, path: str, types: tuple[str, ...]) -> Endpoint:
    catalog = context.catalog

    async def page(request: Request) -> Answer:
        by = await caller(context, request, Scope.V1_READ_ENTITIES)
        asked, warnings = await _asked(catalog, by, request, path)
        test = asked.test(types)
        found = await catalog.select(by, test, after=asked.after, limit=asked.size + 1)
        shown = found[: asked.size]
        answer = Answer(await _shown(catalog, by, shown, details=asked.details))
        answer.headers["total-count"] = str(await catalog.count(by, test))
        answer.headers["page-size"] = str(asked.size)
        if len(found) > asked.size:
            answer.headers["next-page-key"] = paging.key(by, path, replace(asked, after=shown[-1].id))
        answer.warn(warnings)
        return answer

    return page


async def _shown(catalog: Catalog, by: Principal, entities: list[Entity], *, details: bool) -> list[dict[str, Any]]:
    """The entities; only with `details`, how they stand to others."""
    standings: dict[str, Standing] = {}
    if entities and details:
        relations = await catalog.relations_of(by, [entity.id for entity in entities])
        standings = entity_shown.standings(entities, relations)
    return [entity_shown.v1(entity, standings.get(entity.id, Standing())) for entity in entities]


async def _asked(catalog: Catalog, by: Principal, request: Request, path: str) -> tuple[_Asked, list[str]]:
    """What the request asks for; a page's key carries it all, and what is repeated beside it is not looked at."""
    if (going_on := paging.question(by, request, path, _Asked)) is not None:
        return going_on, paging.carried(request, _CARRIED)
    size, warnings = paging.size(request, default=_LARGEST_PAGE, most=_LARGEST_PAGE)
    start, end, ignored = _window(request)
    asked_zones = [name for name in _ZONES if query.text(request, name) is not None]
    asked = _Asked(
        start=start,
        end=end,
        tags=_named(request, "tag"),
        entities=await naming.entity_ids(catalog, by, _named(request, "entity")),
        size=size,
        details=query.truth(request, "includeDetails") is not False,
        is_of_zones=bool(asked_zones),
    )
    return asked, [*warnings, *ignored, *map(zones.warning, asked_zones)]


def _window(request: Request) -> tuple[int, int | None, list[str]]:
    """The start of the window and, if one was named, its end, one in the future is now; and what was not looked at.

    Raises:
        Invalid: it is wider than three days, or ends before it starts.
    """
    now = times.millis(datetime.now(UTC))
    word = query.choice(request, "relativeTime", _RELATIVE)
    if word is not None:
        return now - _millis(_RELATIVE[word]), None, query.replaced(request, "relativeTime", _ENDS)
    start, end = (_timestamp(request, name) for name in _ENDS)
    end = None if end is None or end > now else end
    last, widest = now if end is None else end, _millis(_WIDEST)
    if start is None:
        return max(0, last - widest), end, []
    if start > last:
        raise query.fault("startTimestamp", "must not be after endTimestamp")
    if last - start > widest:
        raise query.fault("startTimestamp", "must not be more than 3 days before endTimestamp")
    return start, end, []


def _timestamp(request: Request, name: str) -> int | None:
    text = query.text(request, name)
    if text is None:
        return None
    if (at := times.of_millis(text)) is None:
        raise query.fault(name, f"'{text}' is no time in milliseconds")
    return times.millis(at)


def _named(request: Request, name: str) -> tuple[str, ...]:
    """Every value of the parameter, each once."""
    values = tuple(dict.fromkeys(request.query_params.getlist(name)))
    if len(values) > _MOST_NAMED:
        raise query.fault(name, f"size must be between 0 and {_MOST_NAMED}")
    for value in values:
        if wrong := text_faults(value):
            raise query.fault(name, wrong)
    return tuple(value for value in values if value)


def _millis(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)
