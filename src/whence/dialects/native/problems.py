"""Problems: in order, by id or name; closed by people, and what they say of them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import unquote
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import decode, encode, shape, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.gate import gate, json_body, principal, read, read_optional
from whence.dialects.native.scalars import problem_name
from whence.domain.access import Principal, Right
from whence.domain.alert import Alert
from whence.domain.errors import NotFound
from whence.domain.page import unseal
from whence.domain.problem import FIRST, Problem, ProblemTold

_MOST: Final = 1_000  # of one alone

_PROBLEM_PATH: Final = "/v1/problems/{problem_id}"
_COMMENT_PATH: Final = f"{_PROBLEM_PATH}/comments/{{comment_id:uuid}}"  # whatever is no UUID is another path, or none

_Name = Annotated[str, Path(description="The problem's id, or its name: `P-41`.")]


def routes(context: Context) -> APIRouter:
    """The endpoints below `/v1/problems`."""
    router = APIRouter()
    problems = context.problems
    reads = [gate(context, Right.READ_EVENTS)]
    writes = [gate(context, Right.WRITE_PROBLEMS)]

    @router.get(
        "/v1/problems",
        summary="Problems, the last opened first",
        response_model=shape.ProblemPage,
        dependencies=reads,
    )
    async def page(request: Request, query: Annotated[wire.ProblemQuery, Query()]) -> Response:
        by = principal(request)
        asked = decode.problem_filter(query, entity_ids=await entity_ids(context, by, query))
        found = await problems.page(by, asked, cursor=query.cursor, limit=query.limit)
        members = await problems.alerts_of(by, [one.id for one in found.items], each=FIRST)
        unattended = await problems.unattended(by, found.items)
        answer = await _listed(context, by, found.items, members, unattended)
        return Answer({"problems": answer, "next": found.following})

    @router.get(
        _PROBLEM_PATH,
        summary="One problem, with what was said about it",
        response_model=shape.Problem,
        dependencies=reads,
    )
    async def one(request: Request, problem_id: _Name) -> Response:
        by = principal(request)
        return Answer(await _alone(context, by, await _called(context, by, problem_id)))

    @router.post(
        f"{_PROBLEM_PATH}/close",
        summary="End a problem and its alerts now; one that has ended stays as it is",
        description="Of one that is part of another by now, that one ends. A comment is kept in any case.",
        response_model=shape.Problem,
        openapi_extra=json_body(wire.ClosingIn, required=False),
        dependencies=writes,
    )
    async def close(request: Request, problem_id: _Name) -> Response:
        by = principal(request)
        said = await read_optional(context, request, wire.ClosingIn)
        standing = await _called(context, by, problem_id)
        return Answer(await _alone(context, by, (await problems.close(by, standing.id, said.comment)).problem))

    @router.get(
        f"{_PROBLEM_PATH}/comments",
        summary="What was said about a problem",
        response_model=shape.ProblemComments,
        dependencies=reads,
    )
    async def comments(request: Request, problem_id: _Name) -> Response:
        by = principal(request)
        return Answer({"comments": await _said(context, by, await _called(context, by, problem_id)), "next": None})

    @router.post(
        f"{_PROBLEM_PATH}/comments",
        summary="Say something about a problem",
        description="Of one that is part of another by now, it is said of that one.",
        status_code=201,
        response_model=shape.ProblemComment,
        openapi_extra=json_body(wire.ProblemCommentIn),
        dependencies=writes,
    )
    async def comment(request: Request, problem_id: _Name) -> Response:
        by = principal(request)
        said = await read(context, request, wire.ProblemCommentIn)
        standing = await _called(context, by, problem_id)
        made = await problems.comment(by, standing.id, said.comment)
        return Answer(encode.comment(made), HTTPStatus.CREATED)

    @router.delete(_COMMENT_PATH, summary="Remove what was said", status_code=204, dependencies=writes)
    async def unsay(request: Request, problem_id: _Name, comment_id: UUID) -> Response:
        by = principal(request)
        await problems.unsay(by, (await _called(context, by, problem_id)).id, comment_id)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


async def named(context: Context, by: Principal, name: UUID | int) -> Problem:
    """The problem with this id or number.

    Raises:
        NotFound: the account has none such.
    """
    return await (context.problems.numbered(by, name) if isinstance(name, int) else context.problems.require(by, name))


async def ids(context: Context, by: Principal, names: Sequence[UUID | int]) -> list[UUID] | None:
    """The ids of the problems that a query names, without the numbers that no problem has; None when it names none."""
    if not names:
        return None
    numbers = [name for name in names if isinstance(name, int)]
    numbered = await context.problems.ids(by, numbers) if numbers else {}
    return [name for name in names if isinstance(name, UUID)] + sorted(numbered.values())


async def entity_ids(context: Context, by: Principal, query: wire.AlertQuery | wire.ProblemQuery) -> list[str]:
    """The ids of the entities that a query names.

    Raises:
        Invalid: its cursor is none of ours, whoever there is.
        NotFound: the account has no such entity.
    """
    if query.cursor is not None:
        unseal(by.secret, query.cursor)
    return [(await context.catalog.require(by, name)).id for name in query.entity]


async def shown(context: Context, by: Principal, told: ProblemTold) -> encode.Json:
    """The problem as it is in a list."""
    members, unattended = {told.problem.id: told.alerts[:FIRST]}, {told.problem.id: told.unattended}
    (answer,) = await _listed(context, by, [told.problem], members, unattended)
    return answer


async def _called(context: Context, by: Principal, name: str) -> Problem:
    """The problem of a path. Raises as `named`."""
    try:
        return await named(context, by, problem_name(unquote(name, errors="surrogateescape")))
    except ValueError:
        raise NotFound("problem", name) from None


async def _alone(context: Context, by: Principal, problem: Problem) -> encode.Json:
    members = await context.problems.alerts_of(by, [problem.id], each=_MOST)
    unattended = await context.problems.unattended(by, [problem])
    (answer,) = await _listed(context, by, [problem], members, unattended)
    return {**answer, "comments": await _said(context, by, problem)}


async def _listed(
    context: Context,
    by: Principal,
    found: Sequence[Problem],
    members: Mapping[UUID, Sequence[Alert]],
    unattended: Mapping[UUID, int],
) -> list[encode.Json]:
    """The problems with these alerts, and of all so many unattended; what they name is looked up together."""
    causes = [cause for problem in found for cause in problem.causes]
    entity_ids = {entity_id for problem in found for entity_id in problem.entity_ids}
    entity_ids |= {cause.entity_id for cause in causes if cause.entity_id is not None}
    entities = await context.catalog.known(by, sorted(entity_ids))
    changes = sorted({cause.event_id for cause in causes if cause.event_id is not None})
    events = await context.problems.evidence(by, changes)
    return [
        encode.problem(
            problem,
            alerts=members[problem.id],
            unattended=unattended[problem.id],
            entities=entities,
            events=events,
        )
        for problem in found
    ]


async def _said(context: Context, by: Principal, problem: Problem) -> list[encode.Json]:
    return [encode.comment(one) for one in (await context.problems.comments(by, [problem.id]))[problem.id]]
