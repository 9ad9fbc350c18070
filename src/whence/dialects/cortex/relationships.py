"""The calls over all relationships of one type.

Source: Cortex contract B5. Each looks at the key, the permission, the query and the body before it looks for the type.
"""

from collections.abc import Sequence
from typing import Final

from pydantic_core import to_json
from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import encode, nested, related, relationship_types
from whence.dialects.cortex.answer import Answer
from whence.dialects.cortex.descriptor_rules import LONGEST_NAME
from whence.dialects.cortex.fields import Fields
from whence.dialects.cortex.gate import Routes, caller, json_object
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.paging import Numbered
from whence.dialects.cortex.query import Query
from whence.dialects.cortex.relationship import Pair
from whence.dialects.cortex.relationship_changes import Change, Outcome, adding, replacing
from whence.dialects.cortex.relationship_type import RelationshipType
from whence.domain.access import Principal, Right
from whence.domain.document import Document

_PATH: Final = "/api/v1/relationships/{type}"


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    calls = Relationships(context)
    return {("GET", _PATH): calls.page, ("POST", _PATH): calls.add, ("PUT", _PATH): calls.replace}


class Relationships:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def page(self, request: Request) -> Answer:
        """`GET /relationships/{type}`, by the tags of source and destination."""
        by = await caller(self._context, request, None)
        page = Numbered.of(request)
        type_ = (await relationship_types.required(self._context, by, request)).key
        found, total = await self._context.ties.page(by, type_, skip=page.skip, limit=page.size)
        told = await related.told(self._context, by, (entity for pair in found for entity in pair))
        rows = (
            to_json(
                {
                    "sourceEntity": told[source.id],
                    "destinationEntity": told[destination.id],
                    "relationshipTypeTag": type_,
                }
            )
            for source, destination in found
        )
        return Answer(encode.page("relationships", rows, page, total))

    async def add(self, request: Request) -> Answer:
        """`POST /relationships/{type}`: these stand, too."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        by_force(request)
        sent = await self._sent(request)
        kept = await relationship_types.required(self._context, by, request)
        pairs = await self._pairs(by, sent)
        return await self._changed(by, kept, pairs, adding(RelationshipType.of(kept), pairs))

    async def replace(self, request: Request) -> Answer:
        """`PUT /relationships/{type}`: these stand, and no others."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        forced = by_force(request)
        sent = await self._sent(request)
        kept = await relationship_types.required(self._context, by, request)
        pairs = await self._pairs(by, sent)
        change = replacing(RelationshipType.of(kept), pairs, among=lambda _: True, by_force=forced)
        return await self._changed(by, kept, pairs, change)

    async def _sent(self, request: Request) -> list[tuple[str, str]]:
        value, _ = await json_object(self._context, request)
        return nested.listed(value, "relationships", _names)

    async def _pairs(self, by: Principal, sent: Sequence[tuple[str, str]]) -> list[Pair]:
        """What was sent, each once, with the entities that it names."""
        ends = await related.ends(self._context, by, (name for names in sent for name in names))
        pairs = (Pair(source=ends[source], destination=ends[destination]) for source, destination in sent)
        return list({pair.ends: pair for pair in pairs}.values())

    async def _changed(self, by: Principal, kept: Document, pairs: Sequence[Pair], change: Change) -> Answer:
        """What of the pairs stands after the change; and what does not, or not yet: first what was sent."""
        outcome = await self._context.registry.retie(by, kept.key, change, based_on=[kept])
        tags = await self._tags(by, pairs, outcome)
        why_of = {pair.ends: outcome.refused.get(pair.ends) or _waits(pair) for pair in pairs}
        others = sorted(outcome.refused.keys() - why_of.keys(), key=lambda ends: [tags.get(end, end) for end in ends])
        why_of |= {ends: outcome.refused[ends] for ends in others}
        stands: list[dict[str, str]] = []
        errors: list[dict[str, str]] = []
        for ends, why in why_of.items():
            source, destination = (tags.get(end, end) for end in ends)
            told = {"sourceEntityTag": source, "destinationEntityTag": destination, "relationshipTypeTag": kept.key}
            if why is None:
                stands.append(told)
            else:
                errors.append({**told, "errorMessage": why})
        return Answer({"relationships": stands, "errors": errors})

    async def _tags(self, by: Principal, pairs: Sequence[Pair], outcome: Outcome) -> dict[str, str]:
        """The tag of each end that the answer names, by what tells it from others."""
        tags = {end.id: end.tag for pair in pairs for end in (pair.source, pair.destination)}
        others = sorted({end for ends in outcome.refused for end in ends} - tags.keys())
        known = await self._context.catalog.named(by, others) if others else {}
        return {**tags, **{name: entity.tag for name, entity in known.items()}}


def by_force(request: Request) -> bool:
    """Whether what a descriptor says may go, until it is sent again.

    Raises:
        Invalid: nobody can tell.
    """
    query = Query.of(request)
    forced = query.flag("force")
    query.settle()
    return forced


def _names(fields: Fields) -> tuple[str, str]:
    source = fields.required_text("source", most=LONGEST_NAME)
    return source, fields.required_text("destination", most=LONGEST_NAME)


def _waits(pair: Pair) -> str | None:
    return f"{pair.missing}; the relationship waits for it" if pair.missing else None
