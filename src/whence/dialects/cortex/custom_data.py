"""The calls over an entity's custom data, and over many entities' at once.

Source: Cortex contract B4. The list is a bare array, whose pages clients read until one is empty.
"""

from collections.abc import Iterable
from typing import Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import custom_entry, nested, path
from whence.dialects.cortex.answer import Answer, Done
from whence.dialects.cortex.custom_entry import KIND, KINDS, REMOVED, Entry, Sent
from whence.dialects.cortex.described import INFO
from whence.dialects.cortex.descriptor_rules import LONGEST_NAME
from whence.dialects.cortex.fields import Fields
from whence.dialects.cortex.gate import Routes, caller, json_object
from whence.dialects.cortex.naming import entities_named
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.paging import Numbered
from whence.dialects.cortex.query import Query
from whence.domain.access import Principal, Right
from whence.domain.document import Document
from whence.domain.entity import Entity
from whence.domain.errors import Invalid, NotFound

_OF_ONE: Final = "/api/v1/catalog/{tag_or_id}/custom-data"
_OF_ANY: Final = "/api/v1/catalog/custom-data"
_NOT_FOUND: Final = "NOT_FOUND"
_AT_ONCE: Final = 50  # entities whose descriptors are in memory together, of which one may be vast


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    calls = CustomData(context)
    return {
        ("GET", _OF_ONE): calls.page,
        ("POST", _OF_ONE): calls.store,
        ("DELETE", _OF_ONE): calls.remove,
        ("GET", f"{_OF_ONE}/{{key}}"): calls.entry,
        ("GET", _OF_ANY): calls.of_tag,
        ("POST", _OF_ANY): calls.store,
        ("DELETE", _OF_ANY): calls.remove,
        ("PUT", _OF_ANY): calls.store_many,
    }


class CustomData:
    """The endpoints. Those without a name in their path have it in the query, as `tag`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def page(self, request: Request) -> Answer:
        """`GET /catalog/{tagOrId}/custom-data`."""
        by = await caller(self._context, request, None)
        page = Numbered.of(request)
        return await self._page(by, await path.entity(self._context, by, request), page)

    async def entry(self, request: Request) -> Answer:
        """`GET /catalog/{tagOrId}/custom-data/{key}`."""
        by = await caller(self._context, request, None)
        entity = await path.entity(self._context, by, request)
        return await self._entry(by, entity, path.segment(request, "key"))

    async def of_tag(self, request: Request) -> Answer:
        """`GET /catalog/custom-data`: one entry, or without a key the list."""
        by = await caller(self._context, request, None)
        query = Query.of(request)
        tag, key, page = query.required_text("tag"), query.text("key"), Numbered.read(query)
        query.settle()
        entity = await path.entity_named(self._context, by, tag)
        return await self._page(by, entity, page) if key is None else await self._entry(by, entity, key)

    async def store(self, request: Request) -> Answer:
        """`POST` of one entry; one that the descriptor has is set by force alone."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        query = Query.of(request)
        name = _name(request, query)
        is_forced = query.flag("force")
        key = None if _is_named_in_path(request) else query.text("key")
        query.settle()
        value, _ = await json_object(self._context, request)
        fields = Fields(value if value.get("key") is not None else {**value, "key": key})
        sent = Sent.read(fields)
        fields.settle()
        entity = await path.entity_named(self._context, by, name)
        if not is_forced:
            await self._require_free(by, [(entity, sent.key)])
        (stored,) = await self._context.documents.put(by, [sent.document(entity)])
        return Answer(custom_entry.kept(stored).told)

    async def remove(self, request: Request) -> Answer:
        """`DELETE` of one entry, which may be gone; one that the descriptor has is removed by force alone."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        query = Query.of(request)
        name = _name(request, query)
        key = query.required_text("key")
        if len(key) > LONGEST_NAME:
            query.fault("key", custom_entry.TOO_LONG)
        is_forced = query.flag("force")
        query.settle()
        entity = await path.entity_named(self._context, by, name)
        if not is_forced:
            await self._require_free(by, [(entity, key)])
        elif key in await self._declared_keys(by, entity):
            await self._context.documents.put(by, [Document(owner=entity.id, kind=REMOVED, key=key)])
        await self._context.documents.remove(by, entity.id, KIND, [key])
        return Done()

    async def store_many(self, request: Request) -> Answer:
        """`PUT /catalog/custom-data`: entries of many entities; those that nobody has the tag of are told."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        query = Query.of(request)
        is_forced = query.flag("force")
        query.settle()
        value, _ = await json_object(self._context, request)
        sent = nested.listed_by_name(value, "values", Sent.read)
        named = await entities_named(self._context, by, sent)
        known = {name: entity for name, entity in named.items() if name in {entity.tag, entity.cid}}
        wanted = [(known[name], one) for name, each in sent.items() if name in known for one in each]
        if not is_forced:
            await self._require_free(by, ((entity, one.key) for entity, one in wanted))
        newest = {(entity.id, one.key): (entity, one) for entity, one in wanted}
        stored = await self._context.documents.put(by, [one.document(entity) for entity, one in newest.values()])
        tags = [entity.tag for entity, _ in newest.values()]
        told = [{"tag": tag, **custom_entry.kept(one).told} for tag, one in zip(tags, stored, strict=True)]
        missing = {name: _NOT_FOUND for name in sent if name not in known}
        return Answer({"values": told, "errors": missing} if missing else {"values": told})

    async def _page(self, by: Principal, entity: Entity, page: Numbered) -> Answer:
        found = await self._entries(by, entity)
        return Answer([entry.told for entry in found[page.skip : page.skip + page.size]])

    async def _entry(self, by: Principal, entity: Entity, key: str) -> Answer:
        found = next((entry for entry in await self._entries(by, entity) if entry.key == key), None)
        if found is None:
            raise NotFound("custom data", path.legible(key))
        return Answer(found.told)

    async def _entries(self, by: Principal, entity: Entity) -> list[Entry]:
        return custom_entry.entries(entity, await self._context.documents.of(by, [entity.id], KINDS))

    async def _declared_keys(self, by: Principal, entity: Entity) -> frozenset[str]:
        info = await self._context.documents.get(by, entity.id, INFO, "") or custom_entry.undescribed(entity)
        return frozenset(custom_entry.declared(info.value))

    async def _require_free(self, by: Principal, wanted: Iterable[tuple[Entity, str]]) -> None:
        """Return when no descriptor has one of the keys of its entity.

        Raises:
            Invalid: one does.
        """
        keys: dict[str, tuple[Entity, set[str]]] = {}
        for entity, key in wanted:
            keys.setdefault(entity.id, (entity, set()))[1].add(key)
        owners = list(keys)
        for start in range(0, len(owners), _AT_ONCE):
            some = owners[start : start + _AT_ONCE]
            infos = {info.owner: info for info in await self._context.documents.of(by, some, [INFO])}
            for owner in some:
                entity, asked = keys[owner]
                info = infos.get(owner) or custom_entry.undescribed(entity)
                if not asked.isdisjoint(custom_entry.declared(info.value)):
                    raise Invalid.at("", "Cannot modify custom data that is defined in the descriptor")


def _is_named_in_path(request: Request) -> bool:
    return "tag_or_id" in request.path_params


def _name(request: Request, query: Query) -> str:
    return path.segment(request, "tag_or_id") if _is_named_in_path(request) else query.required_text("tag")
