"""Descriptors as they were sent: one of them, or a page of those of all entities.

Source: Cortex contract B1.5. `yaml=true` is lower case or means nothing: there is a client that sends `True` and needs
objects. An entity that nobody sent a descriptor of has the one that follows from what is known of it.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, cast

from pydantic_core import to_json
from starlette.requests import Request

from whence.descriptors.yaml_text import written
from whence.dialects import Context
from whence.dialects.cortex import entity_type, path
from whence.dialects.cortex.answer import Answer, Streamed
from whence.dialects.cortex.dependency import DESCRIPTOR
from whence.dialects.cortex.described import generated, info_of
from whence.dialects.cortex.descriptor_rules import TAG
from whence.dialects.cortex.gate import Routes, caller
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.paging import Numbered
from whence.dialects.cortex.query import Query
from whence.domain.access import Principal
from whence.domain.document import Document
from whence.domain.entity import Entity
from whence.domain.entity_test import AllOf
from whence.domain.filter import EntityFilter

_ONE: Final = "/api/v1/catalog/{tag_or_id}/openapi"
_ALL: Final = "/api/v1/catalog/descriptors"
_AT_ONCE: Final = 10  # descriptors in memory together: one may be of 2 MB


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    calls = StoredDescriptors(context)
    return {("GET", _ONE): calls.descriptor, ("GET", _ALL): calls.page}


class StoredDescriptors:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def descriptor(self, request: Request) -> Answer:
        """`GET /catalog/{tagOrId}/openapi`."""
        by = await caller(self._context, request, None)
        query = Query.of(request)
        is_yaml = _is_yaml(query)
        query.settle()
        entity = await path.entity(self._context, by, request)
        found = await self._context.documents.get(by, entity.id, DESCRIPTOR, "")
        if is_yaml:
            return Answer(_text(entity, found).encode(), media_type="application/yaml")
        return Answer(_value(entity, found))

    async def page(self, request: Request) -> Answer:
        """`GET /catalog/descriptors`."""
        by = await caller(self._context, request, None)
        query = Query.of(request)
        is_yaml, types, numbered = _is_yaml(query), query.listed("types"), Numbered.read(query)
        query.settle()
        test = entity_type.shown_as(types) if types else AllOf(())
        found, total = await self._context.catalog.window(
            by, EntityFilter(), test, skip=numbered.skip, limit=numbered.size
        )
        beside = to_json(numbered.beside(total)).removeprefix(b"{")
        return Streamed(self._written(by, found, beside, is_yaml=is_yaml))

    async def _written(
        self, by: Principal, entities: Sequence[Entity], beside: bytes, *, is_yaml: bool
    ) -> AsyncIterator[bytes]:
        """The list piece by piece: all of it may be gigabytes."""
        yield b'{"descriptors":['
        for start in range(0, len(entities), _AT_ONCE):
            some = entities[start : start + _AT_ONCE]
            documents = await self._context.documents.of(by, [entity.id for entity in some], [DESCRIPTOR])
            known = {document.owner: document for document in documents}
            rows = [(_text if is_yaml else _value)(entity, known.get(entity.id)) for entity in some]
            yield (b"," if start else b"") + b",".join(map(to_json, rows))
        yield b"]," + beside


def _is_yaml(query: Query) -> bool:
    return query.one("yaml") == "true"


def _value(entity: Entity, found: Document | None) -> object:
    """The descriptor, by the entity's tag: another API may have changed that since it was sent."""
    if found is None:
        return generated(entity)
    descriptor, info = cast("dict[str, Any]", found.value), info_of(found.value)
    return descriptor if info[TAG] == entity.tag else {**descriptor, "info": {**info, TAG: entity.tag}}


def _text(entity: Entity, found: Document | None) -> str:
    value = _value(entity, found)
    if found is not None and found.text is not None and value is found.value:
        return found.text
    return written(value)
