"""The calls over entities: one by its name, put aside and taken back, removed.

Source: Cortex contract B1.1. Whatever registered an entity, these calls show and change it.
"""

from typing import Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import entity_type, path
from whence.dialects.cortex.answer import Answer, Done
from whence.dialects.cortex.facts import Rows
from whence.dialects.cortex.gate import Endpoint, Routes, caller
from whence.dialects.cortex.naming import entities_named
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.query import Query
from whence.dialects.cortex.shown import Shown
from whence.domain.access import Principal, Right
from whence.domain.entity import Entity
from whence.domain.entity_test import AllOf, EntityTest, WithId
from whence.domain.errors import Invalid
from whence.domain.filter import EntityFilter

_ALL: Final = "/api/v1/catalog"
_ONE: Final = f"{_ALL}/{{tag_or_id}}"
_MOST_NAMED: Final = 1_000  # ids in one call; clients send a hundred
_AT_ONCE: Final = 500  # entities that one transaction removes
_EVERYBODY: Final = EntityFilter(archived=None)


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    calls = Catalog(context)
    return {
        ("DELETE", _ALL): calls.remove_some,
        ("GET", _ONE): calls.entity,
        ("DELETE", _ONE): calls.remove,
        ("PUT", f"{_ONE}/archive"): calls.archiving(yes=True),
        ("PUT", f"{_ONE}/unarchive"): calls.archiving(yes=False),
    }


class Catalog:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def entity(self, request: Request) -> Answer:
        """`GET /catalog/{tagOrId}`."""
        by = await caller(self._context, request, None)
        query = Query.of(request)
        shown = Shown.in_details(query)
        query.settle()
        return await self._details(by, await path.entity(self._context, by, request), shown)

    def archiving(self, *, yes: bool) -> Endpoint:
        """`PUT /catalog/{tagOrId}/archive`, or `/unarchive`."""

        async def archive(request: Request) -> Answer:
            by = await caller(self._context, request, Right.WRITE_ENTITIES)
            query = Query.of(request)
            shown = Shown.in_details(query)
            query.settle()
            entity = await path.entity(self._context, by, request)
            return await self._details(by, await self._context.registry.archive(by, entity.id, yes=yes), shown)

        return archive

    async def remove(self, request: Request) -> Answer:
        """`DELETE /catalog/{tagOrId}`."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        entity = await path.entity(self._context, by, request)
        await self._context.registry.remove(by, entity.id)
        return Done()

    async def remove_some(self, request: Request) -> Answer:
        """`DELETE /catalog`: the entities of these types, with these ids, or both."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        query = Query.of(request)
        types, names = query.listed("types"), query.listed("ids")
        if len(names) > _MOST_NAMED:
            query.fault("ids", f"must have at most {_MOST_NAMED} values")
        query.settle()
        if not types and not names:
            raise Invalid.at("", "types or ids required")
        wanted = entity_type.shown_as(types) if types else AllOf(())
        if names:
            await self._remove_named(by, names, wanted)
        else:
            await self._remove_every(by, wanted)
        return Done()

    async def _details(self, by: Principal, entity: Entity, shown: Shown) -> Answer:
        rows = Rows(self._context, by, [entity], shown)
        (row,) = [row async for row in rows.walk()]
        return rows.signed(Answer(row))

    async def _remove_named(self, by: Principal, names: tuple[str, ...], wanted: EntityTest) -> None:
        """Those with one of the names as tag or generated id that pass the test are gone."""
        found = await entities_named(self._context, by, names)
        ids = tuple(entity.id for name, entity in found.items() if name in {entity.tag, entity.cid})
        await self._remove_every(by, AllOf((WithId(ids), wanted)))

    async def _remove_every(self, by: Principal, wanted: EntityTest) -> None:
        while True:
            found, _ = await self._context.catalog.window(by, _EVERYBODY, wanted, skip=0, limit=_AT_ONCE)
            await self._context.registry.remove_each(by, [entity.id for entity in found])
            if len(found) < _AT_ONCE:
                return
