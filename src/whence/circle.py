"""What alerts may belong to: the problems that they reach, through time, the graph and their keys.

A problem whose alerts all began before those that are looked at is not gone through again: what it has come to says
enough. So what is read follows what is new, and not what has piled up; and it is never more than so much at a time.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from whence.correlate.problems import NEVER, Before, Condition, Nearness, Rules, Standing
from whence.domain.event import Handling, Span
from whence.store import groups
from whence.store.groups import Settled
from whence.store.pool import Reader

MOST_TOGETHER: Final = 20_000  # alerts that are gone through at a time, and problems that they may belong to

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Circle:
    """All that may belong together with some alerts.

    `since`: when the first of those began that are looked at; what was decided of earlier ones stands. `conditions`:
    the alerts to go through, by their ids. `standing`: the problems that they reach. `whole`: those of these that are
    gone through as well, since one of their alerts began then or later, or something of them has changed. `reached`:
    what is near, of all that the alerts are about.
    """

    near: Nearness
    since: datetime
    conditions: dict[UUID, Condition] = field(default_factory=dict[UUID, Condition])
    standing: dict[UUID, Standing] = field(default_factory=dict[UUID, Standing])
    whole: set[UUID] = field(default_factory=set[UUID])
    reached: set[str] = field(default_factory=set[str])

    @property
    def stood(self) -> list[Standing]:
        """The problems that are not gone through."""
        return [one for one in self.standing.values() if one.id not in self.whole]


async def circle(
    db: Reader, account: UUID, found: Sequence[Settled], stale: Collection[UUID], rules: Rules, *, must: bool
) -> Circle | None:
    """What the alerts may belong to, and the problems that are stale; None: it is too much to be looked at at a time.

    Args:
        must: look at as much of it as is allowed, if it is too much.
    """
    held = {one.due.alert.problem_id for one in found if one.due.alert.problem_id is not None}
    standing = await groups.standing(db, account, held | set(stale))
    moved = [one for one in found if _is_moved(one, standing, rules)]
    changed = {one.due.alert.problem_id for one in moved} | set(stale)
    fresh = [_condition(one) for one in moved if one.since is not None]
    firsts = [one.first[0] for one in standing.values() if one.id in changed and one.first is not None]
    since = min([*firsts, *(one.since for one in fresh)], default=NEVER)
    drawn = Circle(near=Nearness(steps=rules.steps, hub=rules.hub), since=since)
    drawn.conditions.update((one.id, one) for one in fresh)
    is_all = await _draw(_Search(db, account, rules, must), drawn, standing, changed, found)
    return drawn if is_all or must else None


async def before(db: Reader, account: UUID, drawn: Circle, rules: Rules) -> Before:
    """What is known of the time before the alerts that are gone through."""
    stood = drawn.stood
    if not drawn.conditions:
        return Before(ends=drawn.since, problems=stood)
    places = await groups.places(db, account, [one.id for one in stood], drawn.reached, since=drawn.since - rules.gap)
    keys = {one.key for one in drawn.conditions.values()}
    first = min(one.since for one in drawn.conditions.values())
    window = Span(start=min(first, drawn.since) - rules.takes, end=drawn.since)
    said = await groups.said(db, account, keys, window, but=drawn.whole, limit=MOST_TOGETHER)
    return Before(ends=drawn.since, problems=stood, places=places, said=said)


@dataclass(frozen=True, slots=True)
class _Search:
    db: Reader
    account: UUID
    rules: Rules
    must: bool


async def _draw(
    by: _Search, drawn: Circle, standing: Mapping[UUID, Standing], changed: Collection[UUID | None],
    found: Sequence[Settled],
) -> bool:  # fmt: skip
    """Add the problems, those that they reach, and so on; False: that would be too much, and the rest is left out."""
    mine = {one.due.alert.id: None if one.since is None else _condition(one) for one in found}
    border = list(drawn.conditions.values())
    fits = True
    while border or standing:
        whole = {one.id for one in standing.values() if one.id in changed or one.last >= drawn.since}
        if (left := _too_many(drawn, standing, whole)) and not by.must:
            return False
        fits = fits and not left
        if left:  # what is moved of their alerts stays where it is
            border = [one for one in border if one.problem_id not in left]
            drawn.conditions = {one.id: one for one in drawn.conditions.values() if one.problem_id not in left}
        drawn.standing |= {problem_id: one for problem_id, one in standing.items() if problem_id not in left}
        drawn.whole |= whole - left
        loaded = await groups.of_problems(by.db, by.account, whole - left)
        known = (mine.get(one.id, one) for one in loaded)
        fresh = [one for one in known if one is not None and one.id not in drawn.conditions]
        drawn.conditions.update((one.id, one) for one in fresh)
        border += [one for one in fresh if one.since >= drawn.since]
        ids = await _beside(by, border, drawn)
        standing = await groups.standing(by.db, by.account, ids - drawn.standing.keys() - left)
        border = []
        if left:
            break
    if not fits:
        log.warning("grouping.large", account=str(by.account), alerts=len(drawn.conditions))
    return fits


def _too_many(drawn: Circle, standing: Mapping[UUID, Standing], whole: Collection[UUID]) -> set[UUID]:
    """Those of the problems for which there is no room, the last raised first: one is looked at whole or not at all."""
    alerts, problems = len(drawn.conditions), len(drawn.standing)
    left: set[UUID] = set()
    for one in sorted(standing.values(), key=lambda one: one.number):
        alerts += one.alerts if one.id in whole else 0
        problems += 1
        if alerts > MOST_TOGETHER or problems > MOST_TOGETHER:
            left.add(one.id)
            alerts -= one.alerts if one.id in whole else 0
    return left


async def _beside(by: _Search, border: Sequence[Condition], drawn: Circle) -> set[UUID]:
    """The problems with alerts near in time that are about what is near, and of the same keys."""
    if not border:
        return set()
    rules = by.rules
    about = {subject for one in border for subject in one.subjects}
    drawn.near.add(await groups.pairs_around(by.db, by.account, about, steps=rules.steps))
    reached = drawn.near.around(about)
    drawn.reached |= reached
    found: set[UUID] = set()
    for stretch in _stretches((one.since for one in border if one.subjects), rules):
        found |= await groups.between(by.db, by.account, stretch, reached, but=drawn.standing)
    times = [one.since for one in border]
    window = Span(start=min(times) - rules.takes, end=max(times) + rules.takes)
    return found | await groups.of_keys(by.db, by.account, {one.key for one in border}, window)


def _is_moved(one: Settled, standing: Mapping[UUID, Standing], rules: Rules) -> bool:
    """Whether what was decided of later alerts may be otherwise now.

    The alert counts since another time than was known, or is about something else; or it ended long before a later one
    of its problem began, which may have come to it because this one went on.
    """
    alert = one.due.alert
    if one.is_shifted:
        return True
    if one.since is None or alert.problem_id is None:
        return False
    problem = standing.get(alert.problem_id)
    if problem is None:
        return True
    return alert.closed_at is not None and problem.last - alert.closed_at > rules.reopens


def _condition(settled: Settled) -> Condition:
    alert = settled.due.alert
    return Condition(
        id=alert.id,
        key=alert.key,
        since=settled.since or alert.opened_at,
        until=alert.closed_at,
        subjects=settled.subjects,
        alone=Handling.ALONE in alert.handling,
        problem_id=alert.problem_id,
    )


def _stretches(times: Iterable[datetime], rules: Rules) -> list[Span]:
    """The times with the gap around each, joined where they overlap."""
    found: list[Span] = []
    for at in sorted(times):
        if found and at - rules.gap <= found[-1].end:
            found[-1] = Span(start=found[-1].start, end=at + rules.gap)
        else:
            found.append(Span(start=at - rules.gap, end=at + rules.gap))
    return found
