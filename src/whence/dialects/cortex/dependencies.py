"""The calls over the dependencies of one caller.

Source: Cortex contract B3. Each looks at the key, the permission, the query and the body before it looks for anything.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from pydantic_core import to_json
from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import dependency, edges, encode, path, races
from whence.dialects.cortex.answer import Answer, NoContent
from whence.dialects.cortex.dependency import KIND, METHODS, About, Call, Edge, Edges
from whence.dialects.cortex.fields import Fields
from whence.dialects.cortex.gate import Routes, caller, json_object
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.paging import Numbered
from whence.dialects.cortex.query import Query
from whence.domain.access import Principal, Right
from whence.domain.document import Document
from whence.domain.entity import Entity
from whence.domain.errors import NotFound

_LIST: Final = "/api/v1/catalog/{tag_or_id}/dependencies"
_ONE: Final = f"{_LIST}/{{callee}}"
_AT_ONCE: Final = 5_000  # edges that one transaction removes


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    calls = Dependencies(context)
    return {
        ("GET", _LIST): calls.page,
        ("DELETE", _LIST): calls.remove_all,
        ("GET", _ONE): calls.dependency,
        ("POST", _ONE): calls.create,
        ("PUT", _ONE): calls.replace,
        ("DELETE", _ONE): calls.remove,
    }


class Dependencies:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def page(self, request: Request) -> Answer:
        """`GET /catalog/{caller}/dependencies`."""
        by = await caller(self._context, request, None)
        query = Query.of(request)
        goes_out = query.flag("includeOutgoing", otherwise=True)
        comes_in = query.flag("includeIncoming")
        page = Numbered.read(query)
        query.settle()
        entity = await path.entity(self._context, by, request)
        found = await edges.outgoing(self._context, by, [entity]) if goes_out else Edges()
        for edge in await edges.incoming(self._context, by, entity) if comes_in else ():
            found.add(edge)
        every = list(found)
        told = await edges.told(self._context, by, every[page.skip : page.skip + page.size])
        return Answer(encode.page("dependencies", map(to_json, told), page, len(every)))

    async def dependency(self, request: Request) -> Answer:
        """`GET /catalog/{caller}/dependencies/{callee}`."""
        by = await caller(self._context, request, None)
        method, where = _how(request)
        source, target = await self._ends(by, request)
        found = await edges.outgoing(self._context, by, [source])
        edge = found.find(source, Call(callee=target.id, method=method, path=where))
        if edge is None:
            raise _unknown(source, target)
        return await self._told(by, edge)

    async def create(self, request: Request) -> Answer:
        """`POST /catalog/{caller}/dependencies/{callee}`; what was made before is overwritten."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        method, where = _how(request)
        value, _ = await json_object(self._context, request)
        fields = Fields(value)
        about = about_of(fields)
        fields.settle()
        source, target = await self._ends(by, request)
        call = Call(callee=target.id, method=method, path=where)
        edges.require_free(await edges.outgoing(self._context, by, [source]), source, call)
        return await self._stored(by, source, target, call, about, HTTPStatus.CREATED)

    async def replace(self, request: Request) -> Answer:
        """`PUT /catalog/{caller}/dependencies/{callee}`."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        method, where = _how(request)
        value, _ = await json_object(self._context, request)
        about = _whole_about(value)
        source, target = await self._ends(by, request)
        call = Call(callee=target.id, method=method, path=where)

        async def replaced() -> Answer:
            made = await self._require_made(by, source, target, call)
            return await self._stored(by, source, target, call, about, HTTPStatus.OK, based_on=[made])

        return await races.won(replaced)

    async def remove(self, request: Request) -> Answer:
        """`DELETE /catalog/{caller}/dependencies/{callee}`."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        method, where = _how(request)
        source, target = await self._ends(by, request)
        call = Call(callee=target.id, method=method, path=where)

        async def removed() -> Answer:
            made = await self._require_made(by, source, target, call)
            await self._context.registry.write(
                by,
                (),
                without=[made],
                statements=[dependency.statement(source, call, stands=False)],
                based_on=[made],
            )
            return NoContent()

        return await races.won(removed)

    async def remove_all(self, request: Request) -> Answer:
        """`DELETE /catalog/{caller}/dependencies`: those that were made by calls and begin here."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        entity = await path.entity(self._context, by, request)
        while True:
            made, total = await self._context.documents.page(by, owner=entity.id, kind=KIND, limit=_AT_ONCE)
            if made:
                statements = [
                    dependency.statement(entity, dependency.kept(document)[0], stands=False) for document in made
                ]
                await self._context.registry.write(by, (), without=made, statements=statements)
            if total <= len(made):
                return NoContent()

    async def _ends(self, by: Principal, request: Request) -> tuple[Entity, Entity]:
        source = await path.entity(self._context, by, request)
        return source, await path.entity(self._context, by, request, "callee")

    async def _require_made(self, by: Principal, source: Entity, target: Entity, call: Call) -> Document:
        """What a call has made, as it is kept.

        Raises:
            Invalid: a descriptor says that the edge is there.
            NotFound: nobody does.
        """
        edges.require_free(await edges.outgoing(self._context, by, [source]), source, call)
        made = await self._context.documents.get(by, source.id, KIND, call.key)
        if made is None:
            raise _unknown(source, target)
        return made

    async def _stored(
        self,
        by: Principal,
        source: Entity,
        target: Entity,
        call: Call,
        about: About,
        status: HTTPStatus,
        *,
        based_on: Sequence[Document] = (),
    ) -> Answer:
        await self._context.registry.write(
            by,
            (),
            documents=[dependency.document(source, call, about)],
            statements=[dependency.statement(source, call, stands=True)],
            based_on=based_on,
        )
        return await self._told(by, Edge(caller=source, callee=target, call=call, about=about), status)

    async def _told(self, by: Principal, edge: Edge, status: HTTPStatus = HTTPStatus.OK) -> Answer:
        (told,) = await edges.told(self._context, by, [edge])
        return Answer(told, status)


def about_of(fields: Fields) -> About:
    """What a body says of an edge; what is wrong with it is a fault of the fields."""
    return About(description=fields.text("description"), metadata=fields.json_object("metadata"))


def _whole_about(sent: Mapping[str, Any]) -> About:
    """All that may be said of an edge; a description may be empty.

    Raises:
        Invalid: with every fault of it.
    """
    fields = Fields(sent)
    if sent.get("description") is None:
        fields.fault("description", "is required")
    description = fields.text("description")
    if sent.get("metadata") is None:
        fields.fault("metadata", "is required")
    metadata = fields.json_object("metadata")
    fields.settle()
    return About(description=description, metadata=metadata)


def _how(request: Request) -> tuple[str | None, str | None]:
    """The method and the path of a query; empty ones are none.

    Raises:
        Invalid: with every fault of them.
    """
    query = Query.of(request)
    method, where = query.text("method"), query.text("path")
    if method is not None and method not in METHODS:
        query.fault("method", f"must be one of {', '.join(METHODS)}")
    query.settle()
    return method, where


def _unknown(source: Entity, target: Entity) -> NotFound:
    return NotFound(KIND, f"{source.tag} -> {target.tag}")
