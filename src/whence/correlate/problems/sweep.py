"""Go through the alerts in the order in which they began, and put each to the problem that it belongs to.

Where one belongs follows from those that began before it, and from nothing else: so the order in which they came to be
known does not matter. One that belongs to several problems makes one of them.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from whence.correlate.problems.condition import Condition
from whence.correlate.problems.nearness import Nearness
from whence.correlate.problems.rules import Rules


@dataclass(slots=True, eq=False)
class _Problem:
    """`nth`: in the order in which they were raised. `places`: in how many places one of it began shortly before.

    `into`: the one that it turned out to be part of.
    """

    nth: int
    opened_at: datetime
    alone: bool
    until: datetime | None
    members: list[Condition] = field(default_factory=list[Condition])
    places: int = 0
    into: "_Problem | None" = None

    def stands(self) -> "_Problem":
        """The problem itself, or the one that it is part of by now."""
        standing = self
        while standing.into is not None:
            standing = standing.into
        return standing

    def add(self, members: Iterable[Condition]) -> None:
        for one in members:
            self.members.append(one)
            self.until = None if self.until is None or one.until is None else max(self.until, one.until)


def sweep(conditions: Iterable[Condition], near: Nearness, rules: Rules) -> list[list[Condition]]:
    """The alerts by problem, in order; the problems in the order in which they began."""
    going = _Sweep(near, rules)
    for one in sorted(conditions, key=lambda one: (one.since, one.key, one.id)):
        going.take(one)
    return going.problems()


class _Sweep:
    def __init__(self, near: Nearness, rules: Rules) -> None:
        self._near = near
        self._rules = rules
        self._raised: list[_Problem] = []
        self._of_key: dict[str, _Problem] = {}
        self._recent: deque[Condition] = deque()
        self._at: dict[str, dict[_Problem, datetime]] = {}  # subject -> problem -> the last beginning there
        self._active: set[_Problem] = set()  # those that are somewhere in there

    def take(self, one: Condition) -> None:
        """Put the alert, which began after all before, where it belongs."""
        self._forget(one.since)
        found = [] if one.alone else self._around(one)
        again = self._of_key.get(one.key)
        if again is not None and self._comes_again(one, again.stands()):
            found.append(again.stands())
        problem = self._together(found) if found else self._raise(one)
        problem.add([one])
        self._of_key[one.key] = problem
        if not one.alone:
            self._recent.append(one)
            for subject in one.subjects:
                self._note(subject, problem, one.since)

    def problems(self) -> list[list[Condition]]:
        """All that stand."""
        return [
            sorted(problem.members, key=lambda one: (one.since, one.key, one.id))
            for problem in self._raised
            if problem.into is None
        ]

    def _around(self, one: Condition) -> list[_Problem]:
        """The problems with an alert near it that began shortly before."""
        found: dict[_Problem, None] = {}
        for subject in one.subjects:
            for layer in self._near.layers(subject):
                for other in layer & self._at.keys():
                    standing = (problem.stands() for problem in self._at[other])
                    found.update((problem, None) for problem in standing if self._takes(one, problem))
                    if len(found) == len(self._active):
                        return list(found)
        return list(found)

    def _takes(self, one: Condition, problem: _Problem) -> bool:
        return one.since - problem.opened_at <= self._rules.takes and len(problem.members) < self._rules.most

    def _comes_again(self, one: Condition, problem: _Problem) -> bool:
        if problem.alone != one.alone or not self._takes(one, problem):
            return False
        return problem.until is None or one.since - problem.until <= self._rules.reopens

    def _together(self, found: Iterable[_Problem]) -> _Problem:
        """The first raised of the problems, which are all part of it from now on as far as it has room."""
        first, *others = sorted(set(found), key=lambda problem: problem.nth)
        for other in others:
            if len(first.members) + len(other.members) < self._rules.most:
                first.add(other.members)
                other.members = []
                other.into = first
                first.places += other.places
                self._active.discard(other)
                if first.places:
                    self._active.add(first)
        return first

    def _raise(self, one: Condition) -> _Problem:
        raised = _Problem(len(self._raised), one.since, alone=one.alone, until=one.until)
        self._raised.append(raised)
        return raised

    def _note(self, subject: str, problem: _Problem, at: datetime) -> None:
        there = self._at.setdefault(subject, {})
        if problem not in there:
            problem.places += 1
            self._active.add(problem)
        there[problem] = at

    def _forget(self, now: datetime) -> None:
        """What began too long ago for anything that comes from now on to belong to it."""
        while self._recent and now - self._recent[0].since > self._rules.gap:
            old = self._recent.popleft()
            for subject in old.subjects:
                there = self._at.get(subject, {})
                for problem in [problem for problem, last in there.items() if now - last > self._rules.gap]:
                    del there[problem]
                    self._leave(problem.stands())
                if not there:
                    self._at.pop(subject, None)

    def _leave(self, problem: _Problem) -> None:
        problem.places -= 1
        if not problem.places:
            self._active.discard(problem)
