"""The calls over the types of relationships that an account's people define.

Source: Cortex contract B5.
"""

from typing import Final

from pydantic_core import to_json
from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import encode, path, relationship_changes, relationship_type
from whence.dialects.cortex.answer import Answer, NoContent
from whence.dialects.cortex.fields import Fields
from whence.dialects.cortex.gate import Routes, caller, json_object
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.paging import Numbered
from whence.dialects.cortex.relationship_type import KIND
from whence.domain.access import Principal, Right
from whence.domain.document import Document
from whence.domain.errors import Conflict

_LIST: Final = "/api/v1/relationship-types"
_ONE: Final = f"{_LIST}/{{type}}"


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    calls = RelationshipTypes(context)
    return {
        ("GET", _LIST): calls.page,
        ("POST", _LIST): calls.create,
        ("GET", _ONE): calls.relationship_type,
        ("PUT", _ONE): calls.replace,
        ("DELETE", _ONE): calls.remove,
    }


class RelationshipTypes:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def page(self, request: Request) -> Answer:
        """`GET /relationship-types`, by tag."""
        by = await caller(self._context, request, None)
        page = Numbered.of(request)
        found, total = await self._context.documents.page(by, owner=None, kind=KIND, skip=page.skip, limit=page.size)
        rows = (to_json(relationship_type.told(one)) for one in found)
        return Answer(encode.page("relationshipTypes", rows, page, total))

    async def relationship_type(self, request: Request) -> Answer:
        """`GET /relationship-types/{type}`."""
        by = await caller(self._context, request, None)
        return Answer(relationship_type.told(await required(self._context, by, request)))

    async def create(self, request: Request) -> Answer:
        """`POST /relationship-types`; the type is new."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        value, _ = await json_object(self._context, request)
        fields = Fields(value)
        tag, said = relationship_type.tag(fields), relationship_type.said(fields)
        fields.settle()
        if await self._context.documents.get(by, None, KIND, tag) is not None:
            raise Conflict(f"Relationship type already exists: {tag}")
        return await self._stored(by, Document(kind=KIND, key=tag, value=said), Document(kind=KIND, key=tag))

    async def replace(self, request: Request) -> Answer:
        """`PUT /relationship-types/{type}`: all that is said of it. What stands already stands on."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        value, _ = await json_object(self._context, request)
        fields = Fields(value)
        tag = path.legible(path.segment(request, "type"))
        if fields.text("tag") not in {None, tag}:
            fields.fault("tag", f"must be {tag}: the tag of a relationship type does not change")
        said = relationship_type.said(fields)
        fields.settle()
        standing = await required(self._context, by, request)
        return await self._stored(by, Document(kind=KIND, key=standing.key, value=said), standing)

    async def remove(self, request: Request) -> Answer:
        """`DELETE /relationship-types/{type}`, with all relationships of it that calls have made."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        standing = await required(self._context, by, request)
        await self._context.registry.retie(
            by, standing.key, relationship_changes.without_made, based_on=[standing], without=[standing]
        )
        return NoContent()

    async def _stored(self, by: Principal, now: Document, before: Document) -> Answer:
        """The answer when it is stored in place of what was read before, which is `NEVER` updated if there was none.

        Raises:
            Conflict: somebody has written or removed it meanwhile.
        """
        await self._context.registry.write(by, (), documents=[now], based_on=[before])
        return Answer(relationship_type.told(now))


async def required(context: Context, by: Principal, request: Request) -> Document:
    """The type that the path names, as it is kept.

    Raises:
        NotFound: there is none such.
    """
    return await path.document(context, by, request, "type", kind=KIND, noun="relationship type")
