"""The likely causes of what alerts."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import decode, encode, shape, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.gate import gate, principal
from whence.dialects.native.problems import named
from whence.domain.access import Right


def routes(context: Context) -> APIRouter:
    """The endpoint `/v1/causes`."""
    router = APIRouter()

    @router.get(
        "/v1/causes",
        summary="What can have caused what alerts, best first",
        description="The same data gives the same answer. `likely` says whether the first is worth acting on.",
        response_model=shape.CausesShape,
        dependencies=[gate(context, Right.READ_EVENTS)],
    )
    async def causes(request: Request, query: Annotated[wire.CausesQuery, Query()]) -> Response:
        by = principal(request)
        decode.require_one_question(query)
        if query.problem is not None:
            problem = await named(context, by, query.problem)
            found = await context.causes.explain(
                by, problem=problem, lookback=query.lookback, of=query.of, limit=query.limit
            )
            return Answer(encode.explanation(found))
        about = None if query.entity is None else await context.catalog.require(by, query.entity)
        found = await context.causes.explain(
            by, at=query.at, about=about, lookback=query.lookback, of=query.of, limit=query.limit
        )
        return Answer(encode.explanation(found))

    return router
