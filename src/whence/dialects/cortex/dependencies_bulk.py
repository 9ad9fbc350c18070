"""The calls that make or remove dependencies of many callers at once: all of them, or (with an error) none.

Source: Cortex contract B3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import dependency, edges, nested
from whence.dialects.cortex.answer import Answer, NoContent
from whence.dialects.cortex.dependencies import about_of
from whence.dialects.cortex.dependency import METHODS, About, Call, how
from whence.dialects.cortex.fields import Fields
from whence.dialects.cortex.gate import Routes, caller, json_object
from whence.dialects.cortex.naming import require_entities
from whence.dialects.cortex.options import Options
from whence.domain.access import Principal, Right
from whence.domain.entity import Entity

_PATH: Final = "/api/v1/catalog/dependencies"


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    calls = ManyDependencies(context)
    return {("PUT", _PATH): calls.store, ("DELETE", _PATH): calls.remove}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """An edge as a body names it."""

    tag: str
    method: str | None
    path: str | None
    about: About

    @classmethod
    def read(cls, fields: Fields) -> "_Sent":
        tag, method = fields.required_text("tag"), fields.text("method")
        if method and method not in METHODS:
            fields.fault("method", f"must be one of {', '.join(METHODS)}")
        return cls(tag=tag, method=method or None, path=fields.text("path") or None, about=about_of(fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """The same, with the entities that it names."""

    caller: Entity
    callee: Entity
    call: Call
    about: About


class ManyDependencies:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def store(self, request: Request) -> Answer:
        """`PUT /catalog/dependencies`; the answer is what stands now, in the shape in which it was sent."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        named = await self._named(by, await self._sent(request))
        await self._context.registry.write(
            by,
            (),
            documents=[dependency.document(one.caller, one.call, one.about) for one in named],
            statements=[dependency.statement(one.caller, one.call, stands=True) for one in named],
        )
        values: dict[str, list[dict[str, object]]] = {}
        for one in named:
            told = {"tag": one.callee.tag, **how(one.call), **one.about.members}
            values.setdefault(one.caller.tag, []).append(told)
        return Answer({"values": values})

    async def remove(self, request: Request) -> Answer:
        """`DELETE /catalog/dependencies`; one that is not there is as good as removed."""
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        named = await self._named(by, await self._sent(request))
        await self._context.registry.write(
            by,
            (),
            without=[dependency.document(one.caller, one.call, one.about) for one in named],
            statements=[dependency.statement(one.caller, one.call, stands=False) for one in named],
        )
        return NoContent()

    async def _sent(self, request: Request) -> Mapping[str, list[_Sent]]:
        value, _ = await json_object(self._context, request)
        return nested.listed_by_name(value, "values", _Sent.read)

    async def _named(self, by: Principal, sent: Mapping[str, list[_Sent]]) -> list[_Named]:
        """The edges, each once; of two of one identity the last counts.

        Raises:
            NotFound: an end is no entity.
            Invalid: a descriptor says that one of them is there.
        """
        known = await require_entities(
            self._context, by, (name for tag, each in sent.items() for name in (tag, *(one.tag for one in each)))
        )
        named: dict[tuple[str, Call], _Named] = {}
        for tag, each in sent.items():
            for one in each:
                source, target = known[tag], known[one.tag]
                call = Call(callee=target.id, method=one.method, path=one.path)
                named[source.id, call] = _Named(caller=source, callee=target, call=call, about=one.about)
        found = await edges.outgoing(self._context, by, (one.caller for one in named.values()))
        for one in named.values():
            edges.require_free(found, one.caller, one.call)
        return list(named.values())
