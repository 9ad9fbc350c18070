"""The calls over the destinations of one entity in relationships of one type, and over its sources.

Source: Cortex contract B5. Each looks at the key, the permission, the query and the body before it looks for anything.
"""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import path, related, relationship_types
from whence.dialects.cortex.answer import Answer
from whence.dialects.cortex.descriptor_rules import LONGEST_NAME
from whence.dialects.cortex.fields import Fields
from whence.dialects.cortex.gate import Routes, caller, json_object
from whence.dialects.cortex.nested import MOST_AT_ONCE
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.query import Query
from whence.dialects.cortex.relationship import DESTINATIONS, SOURCES, End, Pair
from whence.dialects.cortex.relationship_changes import Change, adding, all_or_none, replacing
from whence.dialects.cortex.relationship_type import RelationshipType
from whence.dialects.cortex.relationships import by_force
from whence.dialects.cortex.shown import DEEPEST
from whence.domain.access import Principal, Right
from whence.domain.document import Document
from whence.domain.entity import Entity
from whence.domain.errors import Invalid

_PATH: Final = "/api/v1/catalog/{tag_or_id}/relationships/{type}"
_MOST: Final = 10_000  # entities in one answer


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    sides = {SOURCES: Side(context, SOURCES, outgoing=False), DESTINATIONS: Side(context, DESTINATIONS, outgoing=True)}
    return {
        (method, f"{_PATH}/{name}"): endpoint
        for name, side in sides.items()
        for method, endpoint in (("GET", side.entities), ("POST", side.add), ("PUT", side.replace))
    }


class Side:
    """The endpoints of one side. `outgoing`: they are about the destinations; False: about the sources."""

    def __init__(self, context: Context, name: str, *, outgoing: bool) -> None:
        self._context = context
        self._name = name
        self._outgoing = outgoing

    async def entities(self, request: Request) -> Answer:
        """`GET /catalog/{tagOrId}/relationships/{type}/destinations`, or `/sources`: as far as `depth`, by tag."""
        by = await caller(self._context, request, None)
        query = Query.of(request)
        depth = query.whole("depth")
        if depth is not None and depth < 1:
            query.fault("depth", "must be 1 or greater")
        archived = query.flag("includeArchived")
        query.settle()
        entity = await path.entity(self._context, by, request)
        kept = await relationship_types.required(self._context, by, request)
        return await self._told(by, entity, kept, depth=min(depth or 1, DEEPEST), archived=archived)

    async def add(self, request: Request) -> Answer:
        """`POST` to the same: these stand there, too."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        by_force(request)
        names = await self._sent(request)
        entity = await path.entity(self._context, by, request)
        kept = await relationship_types.required(self._context, by, request)
        pairs = await self._pairs(by, entity, names)
        return await self._changed(by, entity, kept, pairs, adding(RelationshipType.of(kept), pairs))

    async def replace(self, request: Request) -> Answer:
        """`PUT` to the same: these stand there, and no others."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        forced = by_force(request)
        names = await self._sent(request)
        entity = await path.entity(self._context, by, request)
        kept = await relationship_types.required(self._context, by, request)
        pairs = await self._pairs(by, entity, names)
        near = 0 if self._outgoing else 1
        change = replacing(
            RelationshipType.of(kept), pairs, among=lambda ends: ends[near] == entity.id, by_force=forced
        )
        return await self._changed(by, entity, kept, pairs, change)

    async def _sent(self, request: Request) -> list[str]:
        value, _ = await json_object(self._context, request)
        fields = Fields(value)
        names = fields.required_texts(self._name, most=LONGEST_NAME)
        if len(names) > MOST_AT_ONCE:
            raise Invalid.at(self._name, f"must hold at most {MOST_AT_ONCE} values")
        fields.settle()
        return names

    async def _pairs(self, by: Principal, entity: Entity, names: Sequence[str]) -> list[Pair]:
        """What the names mean, each once."""
        near = await related.end(self._context, by, entity)
        ends = await related.ends(self._context, by, names)
        others = {end.id: end for end in ends.values()}
        return [self._pair(near, other) for other in others.values()]

    def _pair(self, near: End, other: End) -> Pair:
        source, destination = (near, other) if self._outgoing else (other, near)
        return Pair(source=source, destination=destination)

    async def _changed(
        self, by: Principal, entity: Entity, kept: Document, pairs: Sequence[Pair], change: Change
    ) -> Answer:
        await self._context.registry.retie(by, kept.key, all_or_none(change), based_on=[kept])
        answer = await self._told(by, entity, kept, depth=1, archived=True)
        if waiting := sum(1 for pair in pairs if pair.missing):
            some = f"{waiting} of the entities " + (
                "is not there yet: its relationship waits for it"
                if waiting == 1
                else "are not there yet: their relationships wait for them"
            )
            answer.headers["x-whence-warning"] = some
        return answer

    async def _told(self, by: Principal, entity: Entity, kept: Document, *, depth: int, archived: bool) -> Answer:
        reach = await self._context.ties.reach(
            by, kept.key, entity.id, outgoing=self._outgoing, depth=depth, archived=archived, limit=_MOST
        )
        told = await related.told(self._context, by, reach.entities)
        answer = Answer({self._name: [told[found.id] for found in reach.entities]})
        if not reach.is_whole:
            answer.headers["x-whence-warning"] = f"there are more: the nearest {_MOST:,} are here"
        return answer
