"""Which problem a group of alerts is: one that stands, or a new one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from whence.correlate.problems.condition import Condition
from whence.correlate.problems.standing import Standing
from whence.correlate.problems.sweep import Swept


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A problem as its alerts make it. `id`: None when it is a new one.

    `members`: of its alerts those that were gone through. `whole`: problems of which all alerts are its as well.
    """

    id: UUID | None
    opened_at: datetime
    members: Sequence[Condition]
    whole: Sequence[Standing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The problems. `merged`: those that stood and are part of the group at that place now. `emptied`: have nothing."""

    groups: Sequence[Group]
    merged: Mapping[UUID, int]
    emptied: Sequence[UUID]


def named(swept: Iterable[Swept], standing: Mapping[UUID, Standing]) -> Outcome:
    """Each group is the earliest raised of the problems that its alerts were part of, if no group before it is that."""
    found: list[Group] = []
    taken: set[UUID] = set()
    first_of: dict[UUID, int] = {}
    for nth, one in enumerate(swept):
        ids = {member.problem_id for member in one.members} | {problem.id for problem in one.whole}
        known = [standing[problem_id] for problem_id in ids if problem_id is not None and problem_id in standing]
        before = [problem.id for problem in sorted(known, key=lambda problem: problem.number)]
        free = [problem_id for problem_id in before if problem_id not in taken]
        taken.update(free[:1])
        name = free[0] if free else None
        found.append(Group(id=name, opened_at=one.opened_at, members=one.members, whole=one.whole))
        for problem_id in before:
            first_of.setdefault(problem_id, nth)
    merged = {problem_id: nth for problem_id, nth in first_of.items() if problem_id not in taken}
    emptied = sorted(standing.keys() - first_of.keys())
    return Outcome(groups=found, merged=merged, emptied=emptied)
