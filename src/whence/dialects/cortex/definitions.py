"""The calls over the types that an account's entities may have, beside those that every account has.

Source: Cortex contract B4. A type that a descriptor was the first to name is here, too: without a schema, until one is
given.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from pydantic_core import to_json
from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import encode, path, races
from whence.dialects.cortex.answer import Answer, Done
from whence.dialects.cortex.described import info_of
from whence.dialects.cortex.descriptor_rules import TYPE
from whence.dialects.cortex.entity_type import is_built_in
from whence.dialects.cortex.fields import Fields
from whence.dialects.cortex.gate import Routes, caller, json_object
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.paging import Numbered
from whence.dialects.cortex.query import Query
from whence.domain.access import Principal, Right
from whence.domain.document import NEVER, Document
from whence.domain.errors import Conflict

KIND: Final = "definition"
_LONGEST_TYPE: Final = 64  # characters
_LIST: Final = "/api/v1/catalog/definitions"
_ONE: Final = f"{_LIST}/{{type}}"
_SCHEMA: Final = "schema"


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    calls = Definitions(context)
    return {
        ("GET", _LIST): calls.page,
        ("POST", _LIST): calls.create,
        ("GET", _ONE): calls.definition,
        ("PUT", _ONE): calls.replace,
        ("DELETE", _ONE): calls.remove,
    }


class Definitions:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def page(self, request: Request) -> Answer:
        """`GET /catalog/definitions`, by type."""
        by = await caller(self._context, request, None)
        page = Numbered.of(request)
        found, total = await self._context.documents.page(by, owner=None, kind=KIND, skip=page.skip, limit=page.size)
        return Answer(encode.page("definitions", (to_json(_told(one)) for one in found), page, total))

    async def definition(self, request: Request) -> Answer:
        """`GET /catalog/definitions/{type}`."""
        by = await caller(self._context, request, None)
        return Answer(_told(await self._require(by, request)))

    async def create(self, request: Request) -> Answer:
        """`POST /catalog/definitions`; the type is new, or was only named so far."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        value, _ = await json_object(self._context, request)
        fields = Fields(value)
        name = fields.required_text("type", most=_LONGEST_TYPE)
        said = _said(fields, value)
        fields.settle()
        standing = await self._context.documents.get(by, None, KIND, name)
        if is_built_in(name) or (standing is not None and _SCHEMA in _members(standing)):
            raise Conflict(f"Entity type already exists: {name}")
        nothing = Document(kind=KIND, key=name, updated_at=NEVER)
        definition = Document(kind=KIND, key=name, value=said)
        await self._context.registry.write(by, (), documents=[definition], based_on=[standing or nothing])
        return Answer(_told(definition))

    async def replace(self, request: Request) -> Answer:
        """`PUT /catalog/definitions/{type}`: all that is said of it, with or without force."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        query = Query.of(request)
        query.flag("force")
        query.settle()
        value, _ = await json_object(self._context, request)
        fields = Fields(value)
        said = _said(fields, value)
        fields.settle()

        async def replaced() -> Document:
            standing = await self._require(by, request)
            definition = Document(kind=KIND, key=standing.key, value=said)
            await self._context.registry.write(by, (), documents=[definition], based_on=[standing])
            return definition

        return Answer(_told(await races.won(replaced)))

    async def remove(self, request: Request) -> Answer:
        """`DELETE /catalog/definitions/{type}`; entities of the type stay."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)

        async def removed() -> Answer:
            standing = await self._require(by, request)
            await self._context.registry.write(by, (), without=[standing], based_on=[standing])
            return Done()

        return await races.won(removed)

    async def _require(self, by: Principal, request: Request) -> Document:
        return await path.document(self._context, by, request, "type", kind=KIND, noun="entity type")


async def implied(context: Context, by: Principal, descriptor: object) -> list[Document]:
    """What is to be kept of the type that a good descriptor names: nothing, unless nobody named it before.

    Source: Cortex contract B1.2.
    """
    name = str(info_of(descriptor).get(TYPE) or "")
    if not name or is_built_in(name) or await context.documents.get(by, None, KIND, name) is not None:
        return []
    return [Document(kind=KIND, key=name, value={})]


def _said(fields: Fields, sent: Mapping[str, Any]) -> dict[str, object]:
    """What a body says of a type; what is wrong with it is a fault of the fields."""
    if sent.get(_SCHEMA) is None:
        fields.fault(_SCHEMA, "is required")
    schema = fields.json_object(_SCHEMA)
    known = {name: fields.text(name) for name in ("name", "description", "iconTag")}
    return {_SCHEMA: schema, **{name: text for name, text in known.items() if text is not None}}


def _told(document: Document) -> dict[str, object]:
    said = _members(document)
    told: dict[str, object] = {"type": document.key, "name": said.get("name", document.key)}
    told |= {name: said[name] for name in ("description", "iconTag") if name in said}
    return {**told, _SCHEMA: said.get(_SCHEMA, {}), "source": "CUSTOM"}


def _members(document: Document) -> Mapping[str, Any]:
    return cast("dict[str, Any]", document.value) if isinstance(document.value, dict) else {}
