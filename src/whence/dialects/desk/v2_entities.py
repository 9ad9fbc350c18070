"""`/api/v2/entities`: the entities that a selector means, a page at a time, and one by its id.

Source: DESK contract 4.1 and 5.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request

from whence.catalog import Catalog
from whence.dialects import Context
from whence.dialects.desk import entity_shown, ids, naming, paging, query, selected, selector, zones
from whence.dialects.desk.answer import Answer
from whence.dialects.desk.entity_shown import ALL_FIELDS, Standing
from whence.dialects.desk.gate import Routes, Scope, caller, path_text
from whence.dialects.desk.options import Options
from whence.domain.access import Principal
from whence.domain.entity import MOST_AT_ONCE, Entity
from whence.domain.entity_test import EntityTest, Never
from whence.domain.errors import NotFound

PATH: Final = "/api/v2/entities"

_LIST: Final = "desk entities"
_PAGE: Final = 50
_LARGEST_PAGE: Final = 500
_WINDOW: Final = timedelta(days=3)
_DIRECTIONS: Final = {"name": 1, "+name": 1, "-name": -1}
_MOST_FIELDS: Final = 50
_CARRIED: Final = (selector.PATH, "from", "to", paging.SIZE, "sort", zones.SELECTOR)
_LONGEST_FIELD: Final = 100  # characters of a caller's text in a warning
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A list that was asked for, as a page's key carries it. Times are microseconds since 1970.

    `direction`: of the names, 1 upwards, -1 downwards; 0 when the ids are the order. `is_of_zones`: only what lies in
    some management zone is asked for. `name`, `id`: the last entity that was shown.
    """

    selector: str
    now: int
    start: int
    end: int | None
    size: int
    fields: tuple[str, ...]
    direction: int
    is_of_zones: bool = False
    name: str = ""
    id: str = ""

    async def test(self, catalog: Catalog, by: Principal) -> EntityTest:
        test = await selected.meant(catalog, by, self.selector, now=_instant(self.now))
        if self.is_of_zones:
            return Never()
        return selected.there(test, _instant(self.start), None if self.end is None else _instant(self.end))


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part has the same signature
    """The endpoints of this part."""
    catalog = context.catalog

    async def page(request: Request) -> Answer:
        by = await caller(context, request, Scope.READ_ENTITIES)
        asked, warnings = _asked(by, request)
        test = await asked.test(catalog, by)
        found = await _found(catalog, by, asked, test)
        shown = found[: asked.size]
        told: dict[str, Any] = {"totalCount": await catalog.count(by, test), "pageSize": asked.size}
        if len(found) > asked.size:
            last = shown[-1]
            told["nextPageKey"] = paging.key(by, _LIST, replace(asked, name=last.name, id=last.id))
        told["entities"] = await _shown(catalog, by, shown, asked.fields)
        answer = Answer(told)
        answer.warn(warnings)
        return answer

    async def one(request: Request) -> Answer:
        by = await caller(context, request, Scope.READ_ENTITIES)
        text = path_text(request, "entity_id", noun="entity")
        names = [ids.normal(text), text]
        entity = naming.owner(await catalog.named(by, names), text, names[0])
        if entity is None or {entity.id, entity.cid, *entity.aliases}.isdisjoint(names):
            raise NotFound("entity", text)
        return Answer((await _shown(catalog, by, [entity], ("type", *ALL_FIELDS)))[0])

    return {("GET", PATH): page, ("GET", PATH + "/{entity_id}"): one}


def _asked(by: Principal, request: Request) -> tuple[_Asked, list[str]]:
    """What the request asks for; a page's key is enough to go on, and other fields may be named with it."""
    fields, warnings = _fields(request)
    if (going_on := paging.question(by, request, _LIST, _Asked)) is not None:
        warnings += paging.carried(request, _CARRIED)
        return (replace(going_on, fields=fields) if fields else going_on), warnings
    now = datetime.now(UTC)
    size, capped = paging.size(request, default=_PAGE, most=_LARGEST_PAGE)
    start, end = selected.instant(request, "from", now=now), selected.instant(request, "to", now=now)
    if start is None:
        start = (end or now) - min(_WINDOW, (end or now) - _EPOCH)
    if start > (end or now):
        raise query.fault("from", "must not be after to")
    asked = _Asked(
        selector=selected.required(request),
        now=_micros(now),
        start=_micros(start),
        end=None if end is None else _micros(end),
        size=size,
        fields=fields,
        direction=_direction(request),
        is_of_zones=query.text(request, zones.SELECTOR) is not None,
    )
    if asked.is_of_zones:
        warnings.append(zones.warning(zones.SELECTOR))
    return asked, [*warnings, *capped]


def _fields(request: Request) -> tuple[tuple[str, ...], list[str]]:
    """The fields to show besides the usual ones, and a warning for each that there is not."""
    # A plus sign that nobody percent-encoded arrives as a blank.
    named = dict.fromkeys(part.strip(" +") for part in (query.text(request, "fields") or "").split(","))
    wanted = [name for name in named if name]
    if len(wanted) > _MOST_FIELDS:
        raise query.fault("fields", f"size must be between 0 and {_MOST_FIELDS}")
    known = tuple(name for name in wanted if entity_shown.is_field(name))
    return known, [f"there is no field {name[:_LONGEST_FIELD]}, ignored" for name in wanted if name not in known]


def _direction(request: Request) -> int:
    text = query.text(request, "sort")
    if text is None:
        return 0
    if (direction := _DIRECTIONS.get(text.strip())) is None:
        raise query.fault("sort", f"'{text}' must be any of [+name, -name, name]")
    return direction


async def _found(catalog: Catalog, by: Principal, asked: _Asked, test: EntityTest) -> list[Entity]:
    """The entities of the page, and one more if there is one.

    Raises:
        Invalid: they are too many to be sorted by name.
    """
    if not asked.direction:
        return await catalog.select(by, test, after=asked.id, limit=asked.size + 1)
    found = await catalog.select(by, test, limit=MOST_AT_ONCE + 1)
    if len(found) > MOST_AT_ONCE:
        raise query.fault("sort", f"is for {MOST_AT_ONCE} entities at most, and the selector selects more")
    found.sort(key=lambda entity: (entity.name, entity.id), reverse=asked.direction < 0)
    return [entity for entity in found if _is_behind(entity, asked)][: asked.size + 1]


def _is_behind(entity: Entity, asked: _Asked) -> bool:
    place, last = (entity.name, entity.id), (asked.name, asked.id)
    return not asked.id or (place > last if asked.direction > 0 else place < last)


async def _shown(
    catalog: Catalog, by: Principal, entities: Sequence[Entity], fields: Sequence[str]
) -> list[dict[str, Any]]:
    """The entities with those fields; what relations they have is asked for only if that is to be shown."""
    standings: dict[str, Standing] = {}
    if entities and any("Relationships" in field for field in fields):
        relations = await catalog.relations_of(by, [entity.id for entity in entities])
        standings = entity_shown.standings(entities, relations)
    return [entity_shown.v2(entity, standings.get(entity.id, Standing()), fields) for entity in entities]


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _instant(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND
