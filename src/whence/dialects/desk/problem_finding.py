"""Problems as a token sees them: one by its id, all that a question asks for, or a page of these."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from whence.dialects import Context
from whence.dialects.desk import finding, problem_ids, problem_order
from whence.dialects.desk.problem_ids import of_problem
from whence.dialects.desk.query import fault
from whence.dialects.desk.sight import Sight
from whence.domain.errors import NotFound
from whence.domain.event import Span
from whence.domain.problem import Problem, ProblemFilter

MOST_WALKED: Final = 20_000  # problems that are looked at one by one for a question that no index answers

_CHUNK: Final = 1_000  # problems that are read at a time
_SLACK: Final = timedelta(hours=1)  # what goes on ends now, by a clock that is read later than ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The problems that `asked` selects and that pass `also`, which is what a filter has no words for.

    `chosen`: only these come into question. `words`: what they are searched for.
    """

    asked: ProblemFilter
    also: Callable[[Problem], bool] | None = None
    chosen: tuple[Problem, ...] | None = None
    words: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether the filter says it all."""
        return self.also is None and self.chosen is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page begins: behind a cursor of the house, or behind the problem that is `after` in the order."""

    cursor: str | None = None
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page; `total` of all pages. `following`: where the next one begins; None on the last."""

    items: Sequence[Problem] = ()
    total: int = 0
    following: Place | None = None


def window(since: datetime, to: datetime | None, *, now: datetime) -> Span:
    """All instants from `since` to `to`; None: until now, with all that is going on then."""
    return finding.window(since, now + _SLACK if to is None else to)


async def named(context: Context, sight: Sight, text: str) -> Problem:
    """The problem with that id.

    Raises:
        NotFound: the account has none such, or the token does not see it.
    """
    problem = await _coded(context, sight, text)
    if problem is None:
        raise NotFound("problem", text)
    return (await sight.seen(context, [problem]))[0]


async def chosen(context: Context, sight: Sight, names: Sequence[str]) -> list[Problem]:
    """Those of the problems with these ids that there are and that the token sees."""
    found = [await _coded(context, sight, name) for name in names]
    return [problem for problem in found if problem is not None]


async def walk(
    context: Context, sight: Sight, question: Question, *, most: int | None = None, path: str = "from"
) -> AsyncGenerator[Problem]:
    """All that is asked for, the last opened first.

    Args:
        most: problems that are looked at; None: however many there are.
        path: the parameter that asked for more than that.

    Raises:
        Invalid: there are more.
    """
    looked_at = 0
    async with aclosing(_chunks(context, sight, question)) as chunks:
        async for chunk in chunks:
            looked_at += len(chunk)
            for problem in await sight.seen(context, chunk):
                if question.also is None or question.also(problem):
                    yield problem
            if most is not None and looked_at > most:
                raise fault(path, f"selects more than {most} problems to look at one by one, ask for less")


async def page(
    context: Context, sight: Sight, question: Question | None, *, order: Sequence[str], place: Place, limit: int
) -> Found:
    """Up to `limit` problems behind the place; none of None.

    Raises:
        Invalid: only looking at each would tell, and there are more than `MOST_WALKED`.
    """
    if question is None:
        return Found()
    if question.is_plain and tuple(order) == problem_order.NEWEST:
        found = await context.problems.page(sight.by, question.asked, cursor=place.cursor, limit=limit)
        is_all = place.cursor is None and found.following is None
        return Found(
            items=await sight.seen(context, found.items),
            total=len(found.items) if is_all else await context.problems.count(sight.by, question.asked),
            following=None if found.following is None else Place(cursor=found.following),
        )
    ordered = [
        (problem_order.place(problem, order, question.words), problem)
        async for problem in walk(context, sight, question, most=MOST_WALKED)
    ]
    ordered.sort(key=lambda item: item[0])
    behind = [item for item in ordered if item[0] > place.after]
    return Found(
        items=[problem for _, problem in behind[:limit]],
        total=len(ordered),
        following=Place(after=behind[limit - 1][0]) if len(behind) > limit else None,
    )


async def _chunks(context: Context, sight: Sight, question: Question) -> AsyncGenerator[Sequence[Problem]]:
    if question.chosen is not None:
        now = datetime.now(UTC)
        held = [problem for problem in question.chosen if _is_asked(question.asked, problem, now)]
        yield sorted(held, key=lambda problem: (problem.opened_at, problem.id), reverse=True)
        return
    cursor = None
    while True:
        found = await context.problems.page(sight.by, question.asked, cursor=cursor, limit=_CHUNK)
        if found.items:
            yield found.items
        if (cursor := found.following) is None:
            return


def _is_asked(asked: ProblemFilter, problem: Problem, now: datetime) -> bool:
    """Whether the filter, as far as this dialect asks, selects the problem that has been read already."""
    turns = problem.opened_at, problem.closed_at or now
    return (
        problem.merged_into is None
        and (asked.turning is None or any(asked.turning.start <= at <= asked.turning.end for at in turns))
        and (not asked.states or problem.state in asked.states)
        and (not asked.dialects or not set(asked.dialects).isdisjoint(problem.dialects))
        and (not asked.types or not set(asked.types).isdisjoint(problem.types))
        and (asked.entity_ids is None or not set(asked.entity_ids).isdisjoint(problem.entity_ids))
    )


async def _coded(context: Context, sight: Sight, text: str) -> Problem | None:
    code = problem_ids.code(text)
    if code is None:
        return None
    try:
        problem = await context.problems.coded(sight.by, code)
    except NotFound:
        return None
    is_seen = not sight.dialects or not set(sight.dialects).isdisjoint(problem.dialects)
    return problem if is_seen and of_problem(problem) == text else None
