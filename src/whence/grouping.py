"""Alerts that share a cause become one problem, by themselves, within a second or two of their reports.

One node at a time does it for an account. What it finds depends on the alerts alone, not on when it looks: an alert
that was not known in time moves those that it ties together, and a problem keeps its name through that.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from time import perf_counter
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter, Histogram

from whence.circle import Circle, before, circle
from whence.correlate.problems import Outcome, Past, Quiet, Rules, group, quiet
from whence.correlate.problems.planned import planned
from whence.correlate.problems.rules import MARKS, is_of_availability
from whence.correlate.problems.silence import WEEK
from whence.domain.alert import Alert
from whence.domain.entity import Entity
from whence.domain.errors import Unauthenticated, Unavailable
from whence.domain.event import Span
from whence.domain.identity import new_id, number
from whence.domain.maintenance import Maintenance
from whence.domain.scope import ALL_SERVICES, Scope
from whence.store import codec, entities, feed, groups, headlines, maintenance, subjects
from whence.store.groups import Due, Settled
from whence.store.pool import Pool, Writer

MOST_AT_ONCE: Final = 5_000  # alerts that are looked at in one turn of an account
_ACCOUNTS: Final = 500  # that are asked about at a time
_MOST_STALE: Final = 500
_PATIENCE: Final = timedelta(seconds=5)  # in a storm a problem changes all the time

GROUPED: Final = Counter("whence_alerts_grouped", "Alerts that were put to their problem, or found to be in none.")
TURN: Final = Histogram("whence_grouping_seconds", "From taking an account's turn to its commit.")

NOW: Final = partial(datetime.now, UTC)
log = structlog.get_logger()


class Grouping:
    """Which problems an account's alerts are."""

    def __init__(self, pool: Pool, *, rules: Rules, clock: Callable[[], datetime] = NOW) -> None:
        self._pool = pool
        self._rules = rules
        self.now = clock

    async def turn(self) -> int:
        """Look at every alert that waits, in every account that nobody else is looking at; how many those were."""
        now = self.now()
        looked_at = 0
        after = UUID(int=0)
        while waiting := await self._waiting(now, after):
            for account in waiting:
                looked_at += await self._whole(account)
            after = waiting[-1]
        return looked_at

    async def _waiting(self, now: datetime, after: UUID) -> list[UUID]:
        async with self._pool.reader() as db:
            return await groups.accounts_waiting(db, now=now, after=after, limit=_ACCOUNTS)

    async def _whole(self, account: UUID) -> int:
        """Look at all that waits in the account; what goes wrong with one account is no other's trouble."""
        looked_at, is_more = 0, True
        while is_more:
            try:
                looked, is_more = await self._account(account)
            except Unavailable as refusal:
                if not refusal.lost_race:
                    raise
                return looked_at
            except Unauthenticated:  # it was deleted meanwhile
                return looked_at
            except Exception:  # the edge of a background turn: the others wait as well
                log.exception("grouping.broken", account=str(account))
                return looked_at
            looked_at += looked
        return looked_at

    async def _account(self, account: UUID) -> tuple[int, bool]:
        """Look at what waits in the account; how many alerts that were, and whether more wait."""
        started = perf_counter()
        async with self._pool.transaction() as db:
            last = await groups.try_turn(db, account)
            if last is None:
                return 0, False
            now = self.now()
            due = await groups.due(db, account, now=now, limit=MOST_AT_ONCE)
            stale = await groups.stale(db, account, limit=_MOST_STALE)
            if not due and not stale:
                await self._tell(db, account, (), now)
                return 0, False
            looked, found, drawn = await self._drawn(db, account, due, stale, now)
            known = await before(db, account, drawn, self._rules)
            outcome = await asyncio.to_thread(
                group, drawn.conditions.values(), drawn.near, self._rules, drawn.standing, known
            )
            changed = await self._write(db, account, found, drawn, outcome, last, now)
            await self._tell(db, account, changed, now)
        GROUPED.inc(len(found))
        TURN.observe(perf_counter() - started)
        return looked, looked < len(due) or len(due) >= MOST_AT_ONCE

    async def _drawn(
        self, db: Writer, account: UUID, due: Sequence[Due], stale: Sequence[UUID], now: datetime
    ) -> tuple[int, list[Settled], Circle]:
        """Of the alerts, those that began first, as many as can be looked at together with what they may belong to.

        How many those are, what was found of them and of others whose lot they change, and what they may belong to.
        """
        first = sorted(due, key=lambda one: one.alert.opened_at)
        while True:
            found = await self._look(db, account, first, now)
            due_ids = {one.alert.id for one in first}
            free = [one for one in found if not one.due.is_sealed]
            touching = [one for one in free if one.is_shifted or one.due.alert.id in due_ids]
            must = len(first) <= 1 and len(stale) <= 1
            drawn = await circle(db, account, touching, stale, self._rules, must=must)
            if drawn is not None:
                return len(first), found, drawn
            first, stale = first[: (len(first) + 1) // 2], stale[: (len(stale) + 1) // 2]

    async def _look(self, db: Writer, account: UUID, due: Sequence[Due], now: datetime) -> list[Settled]:
        """What is to be said of each alert by itself: whom it is about, and whether it counts."""
        looked = {one.alert.id: one for one in due}
        if self._rules.damps:
            ended = [one.alert for one in due if one.alert.closed_at is not None]
            for one in await groups.later(db, account, ended, within=WEEK):
                looked.setdefault(one.alert.id, one)
        about = await self._about(db, account, looked.values())
        pasts = await self._pasts(db, account, [one.alert for one in looked.values()])
        windows = await maintenance.every(db, account)
        known = await self._known(db, account, about.values()) if windows else {}
        return [
            self._settled(one, about[alert_id], pasts[alert_id], windows, known, now)
            for alert_id, one in looked.items()
        ]

    def _settled(
        self,
        due: Due,
        about: tuple[str, ...],
        past: Past,
        windows: Sequence[Maintenance],
        known: Mapping[str, Sequence[Entity]],
        now: datetime,
    ) -> Settled:
        alert = due.alert
        if due.is_sealed:
            return Settled(
                due=due,
                subjects=alert.subjects,
                since=alert.since,
                silenced_by=alert.silenced_by,
                silenced_until=alert.silenced_until,
                group_at=None,
                problem_id=alert.problem_id,
            )
        places = [known.get(subject, ()) for subject in about]
        silenced = quiet(alert, past, partial(planned, windows, places), self._rules)
        counts, again = _counting(alert, silenced, now)
        return Settled(
            due=due,
            subjects=about,
            since=counts,
            silenced_by=None if silenced is None else silenced.by,
            silenced_until=None if silenced is None else silenced.until,
            group_at=again,
        )

    async def _about(self, db: Writer, account: UUID, due: Iterable[Due]) -> dict[UUID, tuple[str, ...]]:
        """The entities that each alert is about; where none is known, where its scope says that it is."""
        unknown = {one.scope for one in due if one.scope is not None and not one.alert.subjects}
        named = await subjects.of(db, account, unknown) if unknown else {}
        return {one.alert.id: _subjects(one, named) for one in due}

    async def _pasts(self, db: Writer, account: UUID, opened: Sequence[Alert]) -> dict[UUID, Past]:
        """What came before each alert."""
        before = await groups.closed_before(db, account, opened)
        gone = [one for one in opened if one.entity_id is not None and is_of_availability(one.type)]
        marked: dict[str, list[datetime]] = {}
        if gone:
            window = Span(
                start=min(one.opened_at for one in gone) - self._rules.goes, end=max(one.opened_at for one in gone)
            )
            ids = {one.entity_id for one in gone if one.entity_id is not None}
            marked = await groups.marks(db, account, ids, MARKS, window=window)
        lives: dict[tuple[str, str], list[Span]] = {}
        placed = [one for one in opened if one.entity_id is not None]
        if self._rules.damps and placed:
            window = Span(start=min(one.opened_at for one in placed) - WEEK, end=max(one.opened_at for one in placed))
            kinds = {(one.entity_id, one.type) for one in placed if one.entity_id is not None}
            lives = await groups.episodes(db, account, kinds, window=window)
        return {
            one.id: Past(
                before=before.get(one.id),
                marks=marked.get(one.entity_id or "", ()),
                episodes=[
                    span
                    for span in lives.get((one.entity_id or "", one.type), ())
                    if span.end <= one.opened_at and span.start < one.opened_at
                ],
            )
            for one in opened
        }

    async def _known(self, db: Writer, account: UUID, about: Iterable[tuple[str, ...]]) -> dict[str, Sequence[Entity]]:
        """Each entity with what it runs on and is part of: maintenance of that is maintenance of it."""
        ids = {subject for those in about for subject in those}
        above = await groups.above(db, account, ids)
        names = sorted(ids.union(*above.values()))
        found = await entities.named(db, account, names) if names else {}
        return {
            one: [found[name] for name in (one, *above.get(one, ())) if name in found] for one in ids if one in found
        }

    async def _write(
        self,
        db: Writer,
        account: UUID,
        found: Sequence[Settled],
        drawn: Circle,
        outcome: Outcome,
        last: int,
        now: datetime,
    ) -> set[UUID]:
        """Alerts and problems are as was found; the problems that are new or changed."""
        problems: list[tuple[UUID, int, int]] = []
        problem_of: dict[UUID, UUID] = {}
        led_to: dict[UUID, UUID] = {}  # problems that were not gone through
        for made in outcome.groups:
            problem_id = made.id or new_id(made.opened_at)
            known = drawn.standing.get(problem_id)
            if known is None:
                last += 1
            problems.append((problem_id, last if known is None else known.number, number(problem_id)))
            problem_of.update((one.id, problem_id) for one in made.members)
            led_to.update((one.id, problem_id) for one in made.whole)
        settled = [
            one if one.due.is_sealed else replace(one, problem_id=_problem(one, problem_of, led_to)) for one in found
        ]
        looked = {one.due.alert.id for one in found}
        moved = {
            one.id: problem_of[one.id]
            for one in drawn.conditions.values()
            if one.id not in looked and one.problem_id != problem_of[one.id]
        }
        whole = {was: problem_id for was, problem_id in led_to.items() if was != problem_id}
        await groups.lock(db, account, looked | moved.keys(), whole)
        await groups.settle(db, account, settled)
        await groups.move(db, account, moved)
        await groups.move_whole(db, account, whole)
        changed = await headlines.save(db, account, problems, at=now, patience=_PATIENCE)
        merged = {problem_id: problems[nth][0] for problem_id, nth in outcome.merged.items()}
        await groups.merge(db, account, merged, at=now)
        await groups.empty(db, account, outcome.emptied, at=now)
        await groups.count_on(db, account, last)
        return {*changed, *merged, *outcome.emptied}

    async def _tell(self, db: Writer, account: UUID, changed: Iterable[UUID], now: datetime) -> None:
        """The problems are news, and so is what is left of those that a person closed."""
        left = await groups.left(db, account, at=now, limit=_MOST_STALE)
        if told := sorted({*changed, *left}):
            await feed.announce(db, account, problem_ids=told)


def _problem(one: Settled, problem_of: Mapping[UUID, UUID], led_to: Mapping[UUID, UUID]) -> UUID | None:
    """Which problem the alert is of: as it was gone through, or as its problem was, or as before."""
    if one.since is None:
        return None
    was = one.due.alert.problem_id
    return problem_of.get(one.due.alert.id) or (led_to.get(was, was) if was is not None else None)


def _counting(alert: Alert, silenced: Quiet | None, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Since when the alert counts, and when to look at it again."""
    if silenced is None:
        return alert.opened_at, None
    if silenced.until is None or (alert.closed_at is not None and alert.closed_at <= silenced.until):
        return None, None
    return (silenced.until, None) if silenced.until <= now else (None, silenced.until)


def _subjects(due: Due, named: Mapping[Scope, tuple[str, ...]]) -> tuple[str, ...]:
    if due.scope is None:
        return () if due.alert.entity_id is None else (due.alert.entity_id,)
    if due.alert.subjects:
        return due.alert.subjects
    if found := named[due.scope]:
        return found
    return () if due.scope == ALL_SERVICES or not due.scope.clauses else (_place(due.scope),)


def _place(scope: Scope) -> str:
    """A word for where something is, when nobody knows what is there."""
    return "at:" + blake2b(codec.clauses_text(scope).encode(), digest_size=12).hexdigest()
