"""`/api/v2/problems/{problemId}/…`: the close of a problem, and what is said of it. Source: DESK contract 5.6."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.desk import comment_body, paging, problem_shown, times
from whence.dialects.desk.answer import Answer, Created, Nothing
from whence.dialects.desk.comment_body import V2_TEXT
from whence.dialects.desk.gate import Routes, Scope, caller, path_text
from whence.dialects.desk.json_text import document
from whence.dialects.desk.options import Options
from whence.dialects.desk.problem_ids import of_comment, of_problem
from whence.dialects.desk.talk import Talk
from whence.dialects.request import body
from whence.domain.access import Principal
from whence.domain.errors import Invalid
from whence.domain.problem import Comment, Problem, ProblemState

PATH: Final = "/api/v2/problems/{problem_id}"
PAGE: Final = 10

_MOST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A list that was asked for, as a page's key carries it. `last`: the comment that was shown last."""

    size: int = PAGE
    last: tuple[int, ...] = ()

    def is_shown(self, comment: Comment) -> bool:
        """Whether a page before this had the comment."""
        return bool(self.last) and _age(comment) >= self.last


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part is given them
    """The endpoints of this part."""
    comments = Comments(context)
    return {
        ("POST", f"{PATH}/close"): comments.close,
        ("GET", f"{PATH}/comments"): comments.page,
        ("POST", f"{PATH}/comments"): comments.add,
        ("GET", f"{PATH}/comments/{{comment_id}}"): comments.one,
        ("PUT", f"{PATH}/comments/{{comment_id}}"): comments.change,
        ("DELETE", f"{PATH}/comments/{{comment_id}}"): comments.remove,
    }


def listed(by: Principal, problem: Problem, comments: Iterable[Comment], asked: Asked) -> dict[str, Any]:
    """A page of what was said of the problem, the newest first."""
    every = sorted(comments, key=_age, reverse=True)
    behind = [comment for comment in every if not asked.is_shown(comment)]
    told: dict[str, Any] = {"totalCount": len(every), "pageSize": asked.size}
    if len(behind) > asked.size:
        told[paging.KEY] = paging.key(by, _list(problem), replace(asked, last=_age(behind[asked.size - 1])))
    return {**told, "comments": [problem_shown.v2_comment(comment) for comment in behind[: asked.size]]}


class Comments:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def close(self, request: Request) -> Answer:
        """`POST …/close`: what has ended already is left as it is, and nothing is said of it."""
        talk = await self._talk(request, Scope.WRITE_PROBLEMS)
        said = comment_body.v2(document(await body(request, self._context.max_body_bytes)))
        problem = await talk.problem(_problem(request))
        if (await talk.whole(problem)).state is ProblemState.CLOSED:
            return Nothing()
        closed = await talk.close(problem, said.text)
        if not closed.is_news:  # somebody else was faster
            return Nothing()
        return Answer({
            "problemId": of_problem(problem),
            "closing": True,
            "closeTimestamp": None if closed.at is None else times.millis(closed.at),
            "comment": None if closed.comment is None else problem_shown.v2_comment(closed.comment),
        })  # fmt: skip

    async def page(self, request: Request) -> Answer:
        """`GET …/comments`."""
        by = await caller(self._context, request, Scope.READ_PROBLEMS)
        talk = _talk(self._context, by)
        problem = await talk.problem(_problem(request))
        warnings: list[str] = []
        asked = paging.question(by, request, _list(problem), Asked)
        if asked is None:
            size, warnings = paging.size(request, default=PAGE, most=_MOST)
            asked = Asked(size=size)
        answer = Answer(listed(by, problem, await talk.comments(problem), asked))
        answer.warn(warnings)
        return answer

    async def add(self, request: Request) -> Answer:
        """`POST …/comments`."""
        talk = await self._talk(request, Scope.WRITE_PROBLEMS)
        said = comment_body.v2(document(await body(request, self._context.max_body_bytes)))
        problem = await talk.problem(_problem(request))
        comment = await talk.say(problem, said)
        return Created(f"{PATH.format(problem_id=of_problem(problem))}/comments/{of_comment(comment)}")

    async def one(self, request: Request) -> Answer:
        """`GET …/comments/{commentId}`."""
        talk = await self._talk(request, Scope.READ_PROBLEMS)
        problem = await talk.problem(_problem(request))
        return Answer(problem_shown.v2_comment(await talk.comment(problem, _comment(request))))

    async def change(self, request: Request) -> Answer:
        """`PUT …/comments/{commentId}`."""
        talk = await self._talk(request, Scope.WRITE_PROBLEMS)
        said = comment_body.v2(document(await body(request, self._context.max_body_bytes)))
        problem = await talk.problem(_problem(request))
        await talk.rephrase(
            problem,
            _comment(request),
            lambda comment: replace(
                comment,
                text=said.text or "",
                context=comment.context if said.context is None else said.context,
            ),
        )
        return Nothing()

    async def remove(self, request: Request) -> Answer:
        """`DELETE …/comments/{commentId}`."""
        talk = await self._talk(request, Scope.WRITE_PROBLEMS)
        await talk.unsay(await talk.problem(_problem(request)), _comment(request))
        return Nothing()

    async def _talk(self, request: Request, scope: Scope) -> Talk:
        return _talk(self._context, await caller(self._context, request, scope))


def _talk(context: Context, by: Principal) -> Talk:
    return Talk(context, by, faulty=partial(Invalid.at, V2_TEXT))


def _list(problem: Problem) -> str:
    """What a key of the list is sealed with."""
    return f"desk comments {problem.id.hex}"


def _problem(request: Request) -> str:
    return path_text(request, "problem_id", noun="problem")


def _comment(request: Request) -> str:
    return path_text(request, "comment_id", noun="comment")


def _age(comment: Comment) -> tuple[int, int]:
    """What comments are in order of."""
    return times.millis(comment.at), comment.id.int
