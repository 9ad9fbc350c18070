"""The calls over the groups that an entity is in: said by its descriptor, or added by a call.

Source: Cortex contract B4. To the house a group is a tag of the entity with the key `group`.
"""

from dataclasses import replace
from typing import Final, cast

from pydantic_core import to_json
from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import encode, nested, path
from whence.dialects.cortex.answer import Answer, Done
from whence.dialects.cortex.described import GROUP, INFO, tagged
from whence.dialects.cortex.descriptor_rules import LONGEST_NAME, X, tag_of
from whence.dialects.cortex.facts import ADDED_GROUP
from whence.dialects.cortex.fields import Fields
from whence.dialects.cortex.gate import Routes, caller, json_object
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.paging import Numbered
from whence.domain.access import Principal, Right
from whence.domain.document import Document
from whence.domain.entity import CONTEXTLESS, Entity, Tag
from whence.domain.errors import Invalid

_PATH: Final = "/api/v1/catalog/{tag_or_id}/groups"


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    calls = Groups(context)
    return {("GET", _PATH): calls.page, ("PUT", _PATH): calls.add, ("DELETE", _PATH): calls.remove}


class Groups:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def page(self, request: Request) -> Answer:
        """`GET /catalog/{tagOrId}/groups`."""
        by = await caller(self._context, request, None)
        page = Numbered.of(request)
        return await self._page(by, await path.entity(self._context, by, request), page)

    async def add(self, request: Request) -> Answer:
        """`PUT /catalog/{tagOrId}/groups`: the entity is in these, too."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        page = Numbered.of(request)
        sent = await self._sent(request)
        entity = await path.entity(self._context, by, request)
        await self._context.documents.put(
            by, [Document(owner=entity.id, kind=ADDED_GROUP, key=group) for group in sent]
        )
        return await self._page(by, entity, page)

    async def remove(self, request: Request) -> Answer:
        """`DELETE /catalog/{tagOrId}/groups`: the entity is in none of these; what a descriptor says stays as it is."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        sent = await self._sent(request)
        entity = await path.entity(self._context, by, request)
        if not (await self._declared(by, entity)).isdisjoint(sent):
            raise Invalid.at("", "Cannot modify group that is defined in the descriptor")
        await self._context.documents.remove(by, entity.id, ADDED_GROUP, sent)
        if not set(sent).isdisjoint(tagged(entity, GROUP)):
            gone = {Tag(context=CONTEXTLESS, key=GROUP, value=group) for group in sent}
            await self._context.registry.edit_one(by, entity.id, lambda standing: _without(standing, gone))
        return Done()

    async def _page(self, by: Principal, entity: Entity, page: Numbered) -> Answer:
        added = await self._context.documents.of(by, [entity.id], [ADDED_GROUP])
        found = sorted({*tagged(entity, GROUP), *(document.key for document in added)})
        rows = (to_json({"tag": group}) for group in found[page.skip : page.skip + page.size])
        return Answer(encode.page("groups", rows, page, len(found)))

    async def _sent(self, request: Request) -> list[str]:
        value, _ = await json_object(self._context, request)
        return list(dict.fromkeys(nested.listed(value, "groups", _group)))

    async def _declared(self, by: Principal, entity: Entity) -> frozenset[str]:
        found = await self._context.documents.get(by, entity.id, INFO, "")
        info = cast("dict[str, object]", found.value) if found is not None and isinstance(found.value, dict) else {}
        said = info.get(f"{X}groups")
        return frozenset(map(tag_of, cast("list[object]", said))) if isinstance(said, list) else frozenset()


def _group(fields: Fields) -> str:
    tag = fields.required_text("tag")
    if len(tag) > LONGEST_NAME:
        fields.fault("tag", f"must be at most {LONGEST_NAME} characters")
    return tag


def _without(entity: Entity, gone: set[Tag]) -> Entity:
    return replace(entity, tags=tuple(tag for tag in entity.tags if tag not in gone))
