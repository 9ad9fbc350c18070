"""The calls that take a descriptor: it is put in place of the one that stands, or merged into it.

Source: Cortex contract B1.2 and B1.3. A descriptor is taken whole, with all that follows from it, or not at all.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, Final, TypeVar

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import definitions, described, races, uploaded, violations
from whence.dialects.cortex.answer import Answer
from whence.dialects.cortex.dependency import DESCRIPTOR
from whence.dialects.cortex.descriptor_rules import TAG
from whence.dialects.cortex.gate import Routes, caller
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.query import Query
from whence.dialects.cortex.violations import Fault, ViolatedError
from whence.dialects.request import body
from whence.domain.access import Principal, Right
from whence.domain.document import Document
from whence.domain.errors import NotFound

T = TypeVar("T")

_PATH: Final = "/api/v1/open-api"
_LONG: Final = 16_384  # bytes that are read beside the loop, which answers others meanwhile


def routes(context: Context, options: Options) -> Routes:
    """The endpoints, by method and path."""
    del options
    calls = Descriptors(context)
    return {("POST", _PATH): calls.put, ("PATCH", _PATH): calls.merge}


class Descriptors:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def put(self, request: Request) -> Answer:
        """`POST /open-api`."""
        return await self._answer(request, uploaded.Asked.replacing)

    async def merge(self, request: Request) -> Answer:
        """`PATCH /open-api`."""
        return await self._answer(request, uploaded.Asked.merged)

    async def _answer(self, request: Request, read: Callable[[Query], uploaded.Asked]) -> Answer:
        by = await caller(self._context, request, Right.WRITE_ENTITIES)
        query = Query.of(request)
        asked = read(query)
        query.settle()
        source = await body(request, self._context.max_body_bytes)
        try:
            sent = await _beside(len(source), partial(uploaded.parsed, source))
            taken = await self._take(by, asked, sent, source)
        except ViolatedError as refusal:
            return violations.answer(refusal.faults, source)
        is_new = asked.merging is not None and taken.standing is None
        return violations.answer(taken.doubts, source, HTTPStatus.CREATED if is_new else HTTPStatus.OK)

    async def _take(self, by: Principal, asked: uploaded.Asked, sent: dict[str, Any], source: bytes) -> uploaded.Taken:
        """Store the descriptor, unless that was only rehearsed.

        Raises:
            ViolatedError: it is not good, or not allowed.
            NotFound: the entity must stand, and does not.
            Conflict: others kept writing the same.
        """
        tag = uploaded.tag(sent, asked.merging)

        async def taken() -> uploaded.Taken:
            standing = await self._standing(by, tag)
            if standing is None and asked.must_stand:
                raise NotFound("entity", tag)
            taken = await _beside(len(source), partial(uploaded.taken, asked, sent, source, standing))
            if not asked.is_rehearsal:
                await self._write(by, tag, taken)
            return taken

        return await races.won(taken)

    async def _standing(self, by: Principal, tag: str) -> uploaded.Standing | None:
        """What there is of the tag.

        Raises:
            ViolatedError: it is another name of an entity with another tag.
        """
        found = (await self._context.catalog.named(by, [tag])).get(tag)
        if found is None:
            return None
        if found.tag != tag:
            raise ViolatedError([Fault(at=("info", TAG), said=f"is another name of the entity {found.tag}")])
        descriptor = await self._context.documents.get(by, found.id, DESCRIPTOR, "")
        return uploaded.Standing(
            entity=found, descriptor=descriptor or Document(owner=found.id, kind=DESCRIPTOR, key="")
        )

    async def _write(self, by: Principal, tag: str, taken: uploaded.Taken) -> None:
        types = await definitions.implied(self._context, by, taken.value)
        await self._context.registry.write(
            by,
            [taken.draft],
            documents=[*described.documents(tag, taken.value, taken.text), *types],
            statements=[described.statement(tag, taken.value, taken.said)],
            based_on=[*types, *([] if taken.standing is None else [taken.standing.descriptor])],
            only_new=taken.standing is None,
        )


async def _beside(size: int, work: Callable[[], T]) -> T:
    """What the work gives; long work is done in a thread."""
    return await asyncio.to_thread(work) if size > _LONG else work()
