"""Problems as people see, discuss and end them; which alerts they have is decided by `grouping.py`, by itself."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from whence.domain.access import AuditEntry, Principal
from whence.domain.alert import Alert, ClosedBy
from whence.domain.entity import Entity
from whence.domain.errors import Invalid, NotFound
from whence.domain.event import Event
from whence.domain.identity import in_millis, new_id, number
from whence.domain.page import Page, seal, unseal
from whence.domain.problem import Affecting, Comment, Problem, ProblemFilter, ProblemState
from whence.store import access, affected, alerts, events, feed, headlines, problems
from whence.store.pool import Pool, Reader, Writer
from whence.store.together import Together

MOST_COMMENTS: Final = 1_000  # of a problem

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_DETAIL: Final = 1_000  # of what the audit trail says
_LIST: Final = "p"  # what a cursor of problems is sealed with

NOW: Final = partial(datetime.now, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A problem that somebody closed. `was_open`: until then. `comment`: what was said with it, if something was."""

    problem: Problem
    was_open: bool
    comment: Comment | None


class Problems:
    """What an account's problems are."""

    def __init__(self, pool: Pool, *, clock: Callable[[], datetime] = NOW) -> None:
        self._pool = pool
        self._clock = clock
        self._by_key = Together(self._look)

    async def page(self, by: Principal, asked: ProblemFilter, *, cursor: str | None, limit: int) -> Page[Problem]:
        """Up to `limit` problems, the last opened first.

        Raises:
            Invalid: the cursor is not one of this account's for problems.
        """
        after = None if cursor is None else _place(by, cursor)
        async with self._pool.reader() as db:
            found = await problems.page(db, by.account_id, asked, now=self._clock(), after=after, limit=limit + 1)
        if len(found) <= limit:
            return Page(items=tuple(found), following=None)
        last = found[limit - 1]
        micros = (last.opened_at - _EPOCH) // timedelta(microseconds=1)
        return Page(items=tuple(found[:limit]), following=seal(by.secret, [_LIST, micros, last.id.hex]))

    async def window(
        self, by: Principal, asked: ProblemFilter, *, skip: int = 0, limit: int, still_first: bool = False
    ) -> list[Problem]:
        """Up to `limit` problems behind the first `skip`, the last opened first; or those that are open before all."""
        async with self._pool.reader() as db:
            return await problems.window(
                db, by.account_id, asked, now=self._clock(), skip=skip, limit=limit, still_first=still_first
            )

    async def count(self, by: Principal, asked: ProblemFilter) -> int:
        """How many problems are asked for."""
        async with self._pool.reader() as db:
            return await problems.count(db, by.account_id, asked, now=self._clock())

    async def require(self, by: Principal, problem_id: UUID) -> Problem:
        """The problem; of one that is part of another by now, as it was when it became so.

        Raises:
            NotFound: the account has no such problem.
        """
        async with self._pool.reader() as db:
            return await problems.require(db, by.account_id, problem_id)

    async def coded(self, by: Principal, code: int) -> Problem:
        """The problem with that code. As `require`."""
        async with self._pool.reader() as db:
            return await problems.coded(db, by.account_id, code)

    async def numbered(self, by: Principal, number: int) -> Problem:
        """The problem with that number. As `require`."""
        async with self._pool.reader() as db:
            return await problems.numbered(db, by.account_id, number)

    async def some(self, by: Principal, problem_ids: Sequence[UUID]) -> dict[UUID, Problem]:
        """Those of the problems that there are, by their ids."""
        async with self._pool.reader() as db:
            return await problems.some(db, by.account_id, problem_ids)

    async def of_keys(self, by: Principal, keys: Sequence[str]) -> dict[str, Problem]:
        """The problem that the newest alert of each key is part of; a key without one is left out."""
        found = await self._by_key.some([(by.account_id, key) for key in keys])
        return {key: problem for (_, key), problem in found.items()}

    async def _look(self, asked: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], Problem]:
        keys: dict[UUID, list[str]] = {}
        for account, key in asked:
            keys.setdefault(account, []).append(key)
        found: dict[tuple[UUID, str], Problem] = {}
        async with self._pool.reader() as db:
            for account, theirs in keys.items():
                ids = await problems.of_keys(db, account, theirs)
                known = await problems.some(db, account, sorted(set(ids.values())))
                found |= {(account, key): known[one] for key, one in ids.items() if one in known}
        return found

    async def alerts_of(self, by: Principal, problem_ids: Sequence[UUID], *, each: int) -> dict[UUID, list[Alert]]:
        """The first `each` alerts of each of the problems, as they are now."""
        async with self._pool.reader() as db:
            found = await problems.alerts_of(db, by.account_id, problem_ids, each=each)
        now = self._clock()
        return {problem_id: [alert.as_of(now) for alert in those] for problem_id, those in found.items()}

    async def unattended(self, by: Principal, found: Collection[Problem]) -> dict[UUID, int]:
        """How many alerts of each of the problems nobody looks after: they go on, and nobody acknowledged them."""
        async with self._pool.reader() as db:
            return await problems.unattended(db, by.account_id, found, now=self._clock())

    async def events_of(self, by: Principal, members: Sequence[Alert]) -> dict[UUID, Event]:
        """The event of each alert, by the alert's id; one that was removed is left out."""
        async with self._pool.reader() as db:
            found = await events.some(db, by.account_id, [(alert.event_id, alert.event_at) for alert in members])
        shown = {event.id: event for event in found}
        return {alert.id: shown[alert.event_id] for alert in members if alert.event_id in shown}

    async def evidence(self, by: Principal, event_ids: Sequence[UUID]) -> dict[UUID, Event]:
        """The events that reasons name, by their ids."""
        if not event_ids:
            return {}
        async with self._pool.reader() as db:
            found = await events.anywhere(db, by.account_id, event_ids)
        return {event.id: event for event in found}

    async def close(self, by: Principal, problem_id: UUID, comment: str = "", *, author: str | None = None) -> Closed:
        """The problem is over, with its alerts, as somebody says; what its alerts' senders still repeat is muted.

        What is said with it is by the token's name unless somebody else is named.

        Of one that is part of another, that one. One that has ended already is left as it is, but for the comment.

        Raises:
            NotFound: the account has no such problem.
            Invalid: there are `MOST_COMMENTS` already.
        """
        now = in_millis(self._clock())
        async with self._pool.transaction() as db:
            standing = await self._going_on(db, by, problem_id)
            said = _comment(by, standing, comment, at=now, author=author) if comment else None
            over: list[Alert] = []  # before the problem, as everybody locks them
            if was_open := standing.state is ProblemState.OPEN:
                open_alerts = await problems.open_alerts(db, by.account_id, standing.id)
                over = [
                    alert.as_of(now) if alert.has_expired(now) else alert.closed(now, ClosedBy.PROBLEM)
                    for alert in open_alerts
                ]
                if over:
                    await alerts.end(db, by.account_id, over, at=now)
                await headlines.seal(db, by.account_id, standing.id, at=now)
                await self._record(db, by, "closed", standing, comment or standing.title, now)
            if said is not None:
                await problems.comment(db, by.account_id, said)
            if was_open or said is not None:
                await feed.announce(
                    db, by.account_id, alert_ids=[alert.id for alert in over], problem_ids=[standing.id]
                )
            shown = await problems.require(db, by.account_id, standing.id)
        return Closed(problem=shown, was_open=was_open, comment=said)

    async def comments(self, by: Principal, problem_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Comment]]:
        """What was said of each of the problems, in the order in which it was."""
        async with self._pool.reader() as db:
            return await problems.comments(db, by.account_id, problem_ids)

    async def comment(
        self, by: Principal, problem_id: UUID, text: str, *, author: str | None = None, context: str | None = None
    ) -> Comment:
        """It is said of the problem, or of the one that it is part of by now.

        Args:
            author: the token's name, unless another is given.

        Raises:
            NotFound: the account has no such problem.
            Invalid: there are `MOST_COMMENTS` already.
        """
        now = in_millis(self._clock())
        async with self._pool.transaction() as db:
            standing = await self._going_on(db, by, problem_id)
            said = _comment(by, standing, text, at=now, author=author, context=context)
            await problems.comment(db, by.account_id, said)
            await self._record(db, by, "commented", standing, text, now)
            await feed.announce(db, by.account_id, problem_ids=[standing.id])
        return said

    async def rephrase(
        self, by: Principal, problem_id: UUID, comment_id: UUID, change: Callable[[Comment], Comment]
    ) -> Comment:
        """The comment as `change` made it (text, author, context).

        Raises:
            NotFound: the problem has no such comment.
        """
        now = in_millis(self._clock())
        async with self._pool.transaction() as db:
            standing = await problems.require(db, by.account_id, problem_id)
            said = change(await self._said(db, by, problem_id, comment_id))
            await problems.rephrase(db, by.account_id, said)
            await self._record(db, by, "changed comment", standing, said.text, now)
            await feed.announce(db, by.account_id, problem_ids=[problem_id])
        return said

    async def unsay(self, by: Principal, problem_id: UUID, comment_id: UUID) -> None:
        """The comment is gone.

        Raises:
            NotFound: the problem has no such comment.
        """
        now = in_millis(self._clock())
        async with self._pool.transaction() as db:
            standing = await problems.require(db, by.account_id, problem_id)
            said = await self._said(db, by, problem_id, comment_id)
            await problems.unsay(db, by.account_id, said, at=now)
            await self._record(db, by, "removed comment", standing, said.text, now)
            await feed.announce(db, by.account_id, problem_ids=[problem_id])

    async def _going_on(self, db: Writer, by: Principal, problem_id: UUID) -> Problem:
        """The problem, or the one that it is part of by now; until the transaction ends none becomes part of another.

        Raises:
            NotFound: the account has no such problem.
        """
        await problems.turn(db, by.account_id)
        standing = await problems.require(db, by.account_id, problem_id)
        while standing.merged_into is not None:
            standing = await problems.require(db, by.account_id, standing.merged_into)
        return standing

    async def _said(self, db: Reader, by: Principal, problem_id: UUID, comment_id: UUID) -> Comment:
        of_it = (await problems.comments(db, by.account_id, [problem_id]))[problem_id]
        for said in of_it:
            if said.id == comment_id:
                return said
        raise NotFound("comment", comment_id)

    async def _record(
        self, db: Writer, by: Principal, action: str, standing: Problem, detail: str, now: datetime
    ) -> None:
        entry = AuditEntry.by(by, action, "problem", standing.id, at=now, detail=detail[:_LONGEST_DETAIL])
        await access.record(db, by.account_id, [entry])

    async def ids(self, by: Principal, numbers: Sequence[int]) -> dict[int, UUID]:
        """The id of each problem with one of the numbers; those that no problem has are left out."""
        async with self._pool.reader() as db:
            return await problems.ids(db, by.account_id, numbers)

    async def affected(
        self, by: Principal, problem_ids: Sequence[UUID], asked: Affecting, *, each: int
    ) -> dict[UUID, list[Entity]]:
        """The first `each` of the entities looked at that each problem affects, the most telling ones first."""
        async with self._pool.reader() as db:
            return await affected.first(db, by.account_id, problem_ids, asked, each=each)

    async def open_on(self, by: Principal, entity_ids: Sequence[str]) -> set[str]:
        """Those of the entities that an open problem affects."""
        async with self._pool.reader() as db:
            return await affected.open_on(db, by.account_id, entity_ids)

    async def newest_on(self, by: Principal, entity_ids: Sequence[str]) -> dict[str, Problem]:
        """The last opened problem that affects each of the entities; if it is not too long ago, nor removed."""
        async with self._pool.reader() as db:
            ids = await affected.newest_on(db, by.account_id, entity_ids)
            found = await problems.some(db, by.account_id, sorted(set(ids.values())))
        return {entity_id: found[problem_id] for entity_id, problem_id in ids.items() if problem_id in found}

    async def alerts_through(
        self, by: Principal, problem_ids: Sequence[UUID], dialects: Sequence[str], *, each: int
    ) -> dict[UUID, list[Alert]]:
        """As `alerts_of`, those alone that came in through one of the dialects; through any, when none is named."""
        if not dialects:
            return await self.alerts_of(by, problem_ids, each=each)
        async with self._pool.reader() as db:
            found = await problems.alerts_through(db, by.account_id, problem_ids, dialects, each=each)
        now = self._clock()
        return {problem_id: [alert.as_of(now) for alert in those] for problem_id, those in found.items()}


def _comment(
    by: Principal,
    standing: Problem,
    text: str,
    *,
    at: datetime,
    author: str | None = None,
    context: str | None = None,
) -> Comment:
    if standing.comment_count >= MOST_COMMENTS:
        raise Invalid.at("comment", f"there are {MOST_COMMENTS} already")
    comment_id = new_id(at)
    return Comment(
        id=comment_id,
        problem_id=standing.id,
        code=number(comment_id),
        at=at,
        author=by.name if author is None else author,
        context=context,
        text=text,
    )


def _place(by: Principal, cursor: str) -> tuple[datetime, UUID]:
    match unseal(by.secret, cursor):
        case [name, int(micros), str(problem_id)] if name == _LIST:
            return _EPOCH + timedelta(microseconds=micros), UUID(hex=problem_id)
        case _:
            raise Invalid.at("cursor", "belongs to another list")
