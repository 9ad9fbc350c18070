"""The calls over an entity's documentation: an OpenAPI document that somebody gives to it.

Source: Cortex contract B4. It comes as text in YAML, JSON, or what a Python program prints of an object, which YAML
reads as well; it goes out as JSON text.
"""

import asyncio
from typing import Any, Final, cast

from pydantic_core import to_json
from starlette.requests import Request

from whence.descriptors.found import Faulty
from whence.descriptors.yaml_documents import only
from whence.dialects import Context
from whence.dialects.cortex import path
from whence.dialects.cortex.answer import Answer, NoContent
from whence.dialects.cortex.fields import Fields
from whence.dialects.cortex.gate import Routes, caller, json_object
from whence.dialects.cortex.options import Options
from whence.domain.access import Right
from whence.domain.document import Document
from whence.domain.errors import Invalid, NotFound

KIND: Final = "openapi"
_PATH: Final = "/api/v1/catalog/{tag_or_id}/documentation/openapi"
_SPEC: Final = "spec"


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    calls = Documentation(context)
    return {("GET", _PATH): calls.document, ("PUT", _PATH): calls.store, ("DELETE", _PATH): calls.remove}


class Documentation:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def document(self, request: Request) -> Answer:
        """`GET /catalog/{tagOrId}/documentation/openapi`; an entity has one, whatever `name` it is asked for by."""
        by = await caller(self._context, request, None)
        entity = await path.entity(self._context, by, request)
        found = await self._context.documents.get(by, entity.id, KIND, "")
        if found is None:
            raise NotFound("documentation", entity.tag)
        return Answer({_SPEC: found.text})

    async def store(self, request: Request) -> Answer:
        """`PUT /catalog/{tagOrId}/documentation/openapi`."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        value, _ = await json_object(self._context, request)
        fields = Fields(value)
        sent = fields.required_text(_SPEC)
        fields.settle()
        spec, text = await asyncio.to_thread(_read, sent)
        entity = await path.entity(self._context, by, request)
        await self._context.documents.put(by, [Document(owner=entity.id, kind=KIND, key="", value=spec, text=text)])
        return Answer({_SPEC: text})

    async def remove(self, request: Request) -> Answer:
        """`DELETE /catalog/{tagOrId}/documentation/openapi`."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        entity = await path.entity(self._context, by, request)
        await self._context.documents.remove(by, entity.id, KIND, None)
        return NoContent()


def _read(sent: str) -> tuple[dict[str, Any], str]:
    """The document and its JSON.

    Raises:
        Invalid: it is none.
    """
    found = only(sent.encode())
    if isinstance(found, Faulty):
        raise Invalid.at(_SPEC, f"cannot be read: line {found.place.line} {found.reason}")
    if not isinstance(found.value, dict):
        raise Invalid.at(_SPEC, "must be an object, as YAML or JSON")
    spec = cast("dict[str, Any]", found.value)
    try:
        return spec, to_json(spec).decode()
    except ValueError:  # halves of characters
        raise Invalid.at(_SPEC, "must be valid Unicode") from None
