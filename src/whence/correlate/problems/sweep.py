"""Go through the alerts in the order in which they began, and put each to the problem that it belongs to.

Where one belongs follows from those that began before it, and from nothing else: so the order in which they came to be
known does not matter. One that belongs to several problems makes one of them. For the same reason it does not take the
alerts before to go on: it takes what the problems had come to by then.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge

from whence.correlate.problems.condition import Age, Condition
from whence.correlate.problems.nearness import Nearness
from whence.correlate.problems.rules import Rules
from whence.correlate.problems.standing import NOTHING, Before, Said, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """A problem: the alerts that were gone through, in order, and the problems before of which it has all alerts."""

    opened_at: datetime
    members: Sequence[Condition]
    whole: Sequence[Standing]


@dataclass(slots=True, eq=False)
class _Problem:
    """`raised`: the age of the alert that it began with. `places`: in how many places one of it began shortly before.

    `into`: the one that it turned out to be part of.
    """

    raised: Age
    alone: bool
    until: datetime | None
    alerts: int = 0
    members: list[Condition] = field(default_factory=list[Condition])
    whole: list[Standing] = field(default_factory=list[Standing])
    places: int = 0
    into: "_Problem | None" = None

    @property
    def opened_at(self) -> datetime:
        return self.raised[0]

    def stands(self) -> "_Problem":
        """The problem itself, or the one that it is part of by now."""
        standing = self
        while standing.into is not None:
            standing = standing.into
        return standing

    def add(self, one: Condition) -> None:
        self.members.append(one)
        self.alerts += 1
        self._goes_on(one.until)

    def take(self, other: "_Problem") -> None:
        """The other is part of it from now on."""
        self.members += other.members
        self.whole += other.whole
        self.alerts += other.alerts
        self.places += other.places
        self._goes_on(other.until)
        other.into = self

    def _goes_on(self, until: datetime | None) -> None:
        self.until = None if self.until is None or until is None else max(self.until, until)


def sweep(conditions: Iterable[Condition], near: Nearness, rules: Rules, before: Before = NOTHING) -> list[Swept]:
    """The alerts by problem, in order; the problems in the order in which they began."""
    going = _Sweep(near, rules, before)
    for one in merge(sorted(conditions, key=_age), sorted(before.said, key=_age), key=_age):
        if isinstance(one, Said):
            going.hear(one)
        else:
            going.take(one)
    return going.problems()


def _age(one: Condition | Said) -> Age:
    return one.age


class _Sweep:
    def __init__(self, near: Nearness, rules: Rules, before: Before) -> None:
        self._near = near
        self._rules = rules
        self._before = before
        self._stood = {one.id: _stood(one, one.first) for one in before.problems if one.first is not None}
        self._is_before = True
        self._raised = list(self._stood.values())
        self._of_key: dict[str, _Problem] = {}
        self._recent: deque[tuple[datetime, Sequence[str]]] = deque()
        self._at: dict[str, dict[_Problem, datetime]] = {}  # subject -> problem -> the last beginning there
        self._active: set[_Problem] = set()  # those that are somewhere in there

    def take(self, one: Condition) -> None:
        """Put the alert, which began after all before, where it belongs."""
        if self._is_before and one.since >= self._before.ends:
            self._begin()
        self._forget(one.since)
        found = [] if one.alone else self._around(one)
        again = self._of_key.get(one.key)
        if again is not None and self._comes_again(one, again.stands()):
            found.append(again.stands())
        problem = self._together(found) if found else self._raise(one)
        problem.add(one)
        self._of_key[one.key] = problem
        if not one.alone:
            self._recent.append((one.since, one.subjects))
            for subject in one.subjects:
                self._note(subject, problem, one.since)

    def hear(self, said: Said) -> None:
        """The last alert of the key is part of that problem; of one that takes nothing, if it is not among those."""
        if said.problem_id in self._stood:
            self._of_key[said.key] = self._stood[said.problem_id]
        else:
            self._of_key.pop(said.key, None)

    def problems(self) -> list[Swept]:
        """All that stand."""
        return [
            Swept(opened_at=problem.opened_at, members=sorted(problem.members, key=_age), whole=problem.whole)
            for problem in sorted(self._raised, key=lambda problem: problem.raised)
            if problem.into is None
        ]

    def _begin(self) -> None:
        """The time before has ended: what stood then is where it was, from now on.

        What is gone through of the time before was not near it then, or would be part of it.
        """
        self._is_before = False
        noted = [(at, [subject]) for (_, subject), at in self._before.places.items()]
        self._recent = deque(sorted([*self._recent, *noted], key=lambda entry: entry[0]))
        for (problem_id, subject), at in self._before.places.items():
            self._note(subject, self._stood[problem_id], at)

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
        return one.since - problem.opened_at <= self._rules.takes and problem.alerts < self._rules.most

    def _comes_again(self, one: Condition, problem: _Problem) -> bool:
        if problem.alone != one.alone or not self._takes(one, problem):
            return False
        return problem.until is None or one.since - problem.until <= self._rules.reopens

    def _together(self, found: Iterable[_Problem]) -> _Problem:
        """The first raised of the problems, which are all part of it from now on as far as it has room."""
        first, *others = sorted(set(found), key=lambda problem: problem.raised)
        for other in others:
            if first.alerts + other.alerts < self._rules.most:
                first.take(other)
                self._active.discard(other)
                if first.places:
                    self._active.add(first)
        return first

    def _raise(self, one: Condition) -> _Problem:
        raised = _Problem(one.age, alone=one.alone, until=one.until)
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
        while self._recent and now - self._recent[0][0] > self._rules.gap:
            _, subjects = self._recent.popleft()
            for subject in subjects:
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


def _stood(one: Standing, first: Age) -> _Problem:
    return _Problem(first, alone=one.alone, until=one.until, alerts=one.alerts, whole=[one])
