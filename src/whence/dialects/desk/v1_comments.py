"""`/api/v1/problem/details/{problemId}/…`: the close of a problem, and what is said of it.

Source: DESK contract 5.2.
"""

from dataclasses import replace
from functools import partial
from typing import Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.desk import comment_body, problem_shown, query, times
from whence.dialects.desk.answer import Answer, Nothing
from whence.dialects.desk.comment_body import V1_TEXT, Said
from whence.dialects.desk.gate import Routes, Scope, caller, path_text
from whence.dialects.desk.json_text import document
from whence.dialects.desk.options import Options
from whence.dialects.desk.problem_ids import of_problem
from whence.dialects.desk.talk import Talk
from whence.dialects.request import body
from whence.domain.errors import Invalid
from whence.domain.problem import Comment

PATH: Final = "/api/v1/problem/details/{problem_id}"

_CONTENT: Final = "content"


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part is given them
    """The endpoints of this part."""
    comments = Comments(context)
    return {
        ("POST", f"{PATH}/close"): comments.close,
        ("GET", f"{PATH}/close"): comments.close,  # as the vendor's specification has it
        ("GET", f"{PATH}/comments"): comments.every,
        ("POST", f"{PATH}/comments"): comments.add,
        ("PUT", f"{PATH}/comments/{{comment_id}}"): comments.change,
        ("DELETE", f"{PATH}/comments/{{comment_id}}"): comments.remove,
    }


class Comments:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def close(self, request: Request) -> Answer:
        """`POST …/close?content=`: what is said is said also when the problem has ended already."""
        by = await caller(self._context, request, Scope.V1_WRITE_PROBLEMS)
        content = query.text(request, _CONTENT)
        if content is not None and (fault := comment_body.text_fault(content)) is not None:
            raise query.fault(_CONTENT, fault)
        talk = Talk(self._context, by, faulty=partial(query.fault, _CONTENT))
        problem = await talk.problem(_problem(request))
        closed = await talk.close(problem, content)
        return Answer({
            "problemId": of_problem(problem),
            "closing": closed.is_news,
            "closeTimestamp": None if closed.at is None else times.millis(closed.at),
            "comment": None if closed.comment is None else problem_shown.v1_comment(closed.comment),
        })  # fmt: skip

    async def every(self, request: Request) -> Answer:
        """`GET …/comments`."""
        talk = await self._talk(request, Scope.V1_READ_EVENTS)
        comments = await talk.comments(await talk.problem(_problem(request)))
        return Answer({"comments": [problem_shown.v1_comment(comment) for comment in comments]})

    async def add(self, request: Request) -> Answer:
        """`POST …/comments`."""
        talk = await self._talk(request, Scope.V1_WRITE_PROBLEMS)
        said = comment_body.v1(document(await body(request, self._context.max_body_bytes)), is_new=True)
        problem = await talk.problem(_problem(request))
        return Answer(problem_shown.v1_comment(await talk.say(problem, said)))

    async def change(self, request: Request) -> Answer:
        """`PUT …/comments/{commentId}`: what is not sent stays."""
        talk = await self._talk(request, Scope.V1_WRITE_PROBLEMS)
        said = comment_body.v1(document(await body(request, self._context.max_body_bytes)), is_new=False)
        problem = await talk.problem(_problem(request))
        changed = await talk.rephrase(problem, _comment(request), lambda comment: _changed(comment, said))
        return Answer(problem_shown.v1_comment(changed))

    async def remove(self, request: Request) -> Answer:
        """`DELETE …/comments/{commentId}`."""
        talk = await self._talk(request, Scope.V1_WRITE_PROBLEMS)
        await talk.unsay(await talk.problem(_problem(request)), _comment(request))
        return Nothing()

    async def _talk(self, request: Request, scope: Scope) -> Talk:
        by = await caller(self._context, request, scope)
        return Talk(self._context, by, faulty=partial(Invalid.at, V1_TEXT))


def _problem(request: Request) -> str:
    return path_text(request, "problem_id", noun="problem")


def _comment(request: Request) -> str:
    return path_text(request, "comment_id", noun="comment")


def _changed(comment: Comment, said: Said) -> Comment:
    return replace(
        comment,
        text=comment.text if said.text is None else said.text,
        author=comment.author if said.author is None else said.author,
        context=comment.context if said.context is None else said.context,
    )
