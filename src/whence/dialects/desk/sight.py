"""What a token sees of problems: all of them, or those that hold an alert of this dialect, and of these no other alert.

A problem that holds alerts of others as well reads, to a token that sees only this dialect's, as if it held none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from whence.dialects import Context
from whence.dialects.desk import finding
from whence.dialects.desk.vocabulary import EVENT_TYPES, NAME
from whence.domain.access import Principal
from whence.domain.alert import Alert
from whence.domain.event import Event, Severity
from whence.domain.problem import Problem

MOST_ALERTS: Final = 200  # of a problem, the first ones
MOST_IN_ALL: Final = 20_000  # alerts of all the problems of an answer

_LEAST: Final = EVENT_TYPES["CUSTOM_ALERT"]
_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Who looks, and whether other dialects' alerts are seen."""

    by: Principal
    sees_all: bool

    @classmethod
    def of(cls, by: Principal, *, asked: bool | None = None) -> "Sight":
        """What the token sees, unless somebody asks for less."""
        return cls(by=by, sees_all=finding.sees_all(by, asked=asked))

    @property
    def dialects(self) -> tuple[str, ...]:
        """The dialects of a filter."""
        return finding.dialects(all_of_them=self.sees_all)

    def shows(self, event: Event) -> bool:
        """Whether the event is seen."""
        return self.sees_all or event.dialect == NAME

    def shows_whole(self, problem: Problem) -> bool:
        """Whether all that the problem holds is seen."""
        return self.sees_all or set(problem.dialects) <= {NAME}

    async def alerts(self, context: Context, problems: Sequence[Problem]) -> dict[UUID, list[Alert]]:
        """The first alerts of each problem that are seen, by the problem's id; at most `MOST_IN_ALL` together."""
        if not problems:
            return {}
        each = share([problem.alert_count for problem in problems])
        problem_ids = [problem.id for problem in problems]
        return await context.problems.alerts_through(self.by, problem_ids, self.dialects, each=each)

    async def seen(self, context: Context, problems: Sequence[Problem]) -> list[Problem]:
        """The problems, all of which hold something that is seen, as they are seen."""
        mixed = [problem for problem in problems if not self.shows_whole(problem)]
        found = await self.alerts(context, mixed)
        return [narrowed(problem, found[problem.id]) if problem.id in found else problem for problem in problems]


def share(counts: Sequence[int]) -> int:
    """How many alerts of each problem can be read, when they have so many; one at least, and `MOST_ALERTS` at most."""
    low, high = 1, MOST_ALERTS
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(count, middle) for count in counts) <= MOST_IN_ALL:
            low = middle
        else:
            high = middle - 1
    return low


def narrowed(problem: Problem, alerts: Sequence[Alert]) -> Problem:
    """The problem as if it held these alerts only; where none is left, what is known of those of this dialect."""
    if not alerts:
        own = [name for name in problem.types if name in EVENT_TYPES]
        worst = max((EVENT_TYPES[name] for name in own), key=lambda of: _RANK[of.severity], default=_LEAST)
        return replace(
            problem, title=worst.shown, severity=worst.severity, types=tuple(own), dialects=(NAME,), entity_ids=()
        )
    gravest = max(alerts, key=lambda alert: _RANK[alert.severity])
    about = {subject for alert in alerts for subject in alert.subjects}
    return replace(
        problem,
        title=gravest.title,
        severity=gravest.severity,
        types=tuple(sorted({alert.type for alert in alerts})),
        dialects=tuple(sorted({alert.dialect for alert in alerts})),
        entity_ids=tuple(name for name in problem.entity_ids if name in about),
        alert_count=len(alerts),
    )
