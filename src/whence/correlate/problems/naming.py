"""Which problem a group of alerts is: one that stands, or a new one; and what is known of it by its alerts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from whence.correlate.problems.condition import Condition
from whence.domain.event import Severity

_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A problem that stands: by its number they are told apart, the lesser was raised earlier."""

    id: UUID
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A problem as its alerts make it. `id`: None when it is a new one."""

    id: UUID | None
    members: Sequence[Condition]

    @property
    def opened_at(self) -> datetime:
        """When the first of them began."""
        return self.members[0].since

    @property
    def closed_at(self) -> datetime | None:
        """When the last of them ended; None while one goes on."""
        last = self.opened_at
        for one in self.members:
            if one.until is None:
                return None
            last = max(last, one.until)
        return last

    @property
    def gravest(self) -> Condition:
        """The first of the most severe: DESK contract 5.6, title of its most severe event."""
        return max(self.members, key=lambda one: _RANK[one.severity])

    @property
    def types(self) -> list[str]:
        """Of all the alerts, each once."""
        return sorted({one.type for one in self.members})

    @property
    def dialects(self) -> list[str]:
        """The same."""
        return sorted({one.dialect for one in self.members})

    @property
    def subjects(self) -> list[str]:
        """The same."""
        return sorted({subject for one in self.members for subject in one.subjects})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The problems. `merged`: those that stood and are part of the group at that place now. `emptied`: have nothing."""

    groups: Sequence[Group]
    merged: Mapping[UUID, int]
    emptied: Sequence[UUID]


def named(groups: Iterable[Sequence[Condition]], standing: Mapping[UUID, Standing]) -> Outcome:
    """Each group is the earliest raised of the problems that its alerts were part of, if no group before it is that."""
    found: list[Group] = []
    taken: set[UUID] = set()
    first_of: dict[UUID, int] = {}
    for nth, members in enumerate(groups):
        ids = {one.problem_id for one in members if one.problem_id is not None}
        known = [standing[problem_id] for problem_id in ids if problem_id in standing]
        before = [problem.id for problem in sorted(known, key=lambda problem: problem.number)]
        free = [problem_id for problem_id in before if problem_id not in taken]
        taken.update(free[:1])
        found.append(Group(id=free[0] if free else None, members=members))
        for problem_id in before:
            first_of.setdefault(problem_id, nth)
    merged = {problem_id: nth for problem_id, nth in first_of.items() if problem_id not in taken}
    emptied = sorted(standing.keys() - first_of.keys())
    return Outcome(groups=found, merged=merged, emptied=emptied)
