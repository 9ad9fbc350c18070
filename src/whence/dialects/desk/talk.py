"""What is said about problems, and the close of one, which both versions of the API do in the same way.

A problem that is part of another by now is closed with that one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from whence.dialects import Context
from whence.dialects.desk import problem_finding
from whence.dialects.desk.comment_body import Said
from whence.dialects.desk.problem_ids import of_comment
from whence.dialects.desk.sight import Sight
from whence.domain.access import Principal
from whence.domain.errors import Invalid, NotFound
from whence.domain.problem import Comment, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """`is_news`: the problem was open until now. `comment`: what was said with it, if something was."""

    at: datetime | None
    is_news: bool
    comment: Comment | None


class Talk:
    """What a principal says, and does.

    Args:
        faulty: how to refuse a text of which there are too many.
    """

    def __init__(self, context: Context, by: Principal, *, faulty: Callable[[str], Invalid]) -> None:
        self._context = context
        self._by = by
        self._faulty = faulty

    async def problem(self, text: str) -> Problem:
        """The problem with that id.

        Raises:
            NotFound: the account has none such, or the token does not see it.
        """
        return await problem_finding.named(self._context, Sight.of(self._by), text)

    async def comments(self, problem: Problem) -> list[Comment]:
        """What was said of the problem, in the order in which it was."""
        return list((await self._context.problems.comments(self._by, [problem.id]))[problem.id])

    async def comment(self, problem: Problem, text: str) -> Comment:
        """The comment with that id.

        Raises:
            NotFound: the problem has none such.
        """
        for one in await self.comments(problem):
            if of_comment(one) == text:
                return one
        raise NotFound("comment", text)

    async def say(self, problem: Problem, said: Said) -> Comment:
        """It is said; by the token, where nobody else is named.

        Raises:
            Invalid: so much was said that there is no room.
        """
        author = self._author if said.author is None else said.author
        try:
            return await self._context.problems.comment(
                self._by, problem.id, said.text or "", author=author, context=said.context
            )
        except Invalid as refusal:
            raise self._faulty(refusal.violations[0].message) from None

    async def rephrase(self, problem: Problem, text: str, change: Callable[[Comment], Comment]) -> Comment:
        """The comment with that id, as `change` made it. Raises as `comment`."""
        comment = await self.comment(problem, text)
        try:
            return await self._context.problems.rephrase(self._by, problem.id, comment.id, change)
        except NotFound:  # somebody removed it meanwhile
            raise NotFound("comment", text) from None

    async def unsay(self, problem: Problem, text: str) -> None:
        """The comment with that id is gone. Raises as `comment`."""
        comment = await self.comment(problem, text)
        try:
            await self._context.problems.unsay(self._by, problem.id, comment.id)
        except NotFound:
            raise NotFound("comment", text) from None

    async def close(self, problem: Problem, text: str | None) -> Closed:
        """The problem is over, with what is said of it; what its senders still repeat opens none.

        Raises:
            Invalid: so much was said that there is no room; then it stays open.
        """
        try:
            closed = await self._context.problems.close(self._by, problem.id, text or "", author=self._author)
        except Invalid as refusal:
            raise self._faulty(refusal.violations[0].message) from None
        return Closed(at=closed.problem.closed_at, is_news=closed.was_open, comment=closed.comment)

    @property
    def _author(self) -> str:
        """Who speaks where nobody is named."""
        return f"token {self._by.name}"

    async def whole(self, problem: Problem) -> Problem:
        """The problem that it is part of by now; itself when it stands for itself."""
        while problem.merged_into is not None:
            problem = await self._context.problems.require(self._by, problem.merged_into)
        return problem
