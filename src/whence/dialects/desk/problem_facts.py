"""What follows from a problem by itself, as it is seen. Pure. Source: DESK contract 5.2, 5.6 and 6."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from whence.dialects.desk import ids, levels
from whence.domain.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a problem affects, and how badly.

    `affected`: entity ids; the environment, where it is none in particular. `impact_level`: of what of these people
    notice first, in the words of the first version; `impacted`: those of them. `root_cause`: the entity at fault, if
    one is likely.
    """

    affected: tuple[str, ...]
    impacted: tuple[str, ...]
    impact_level: str
    severity_level: str
    root_cause: str | None

    @classmethod
    def of(cls, problem: Problem, account_id: UUID) -> Self:
        """Those of the problem."""
        affected = problem.entity_ids or (ids.environment(account_id),)
        impact_level = levels.impact(affected)
        return cls(
            affected=affected,
            impacted=tuple(name for name in affected if levels.impact_of_type(ids.type_of(name)) == impact_level),
            impact_level=impact_level,
            severity_level=levels.severity(problem.types, problem.severity),
            root_cause=problem.causes[0].entity_id if problem.is_likely and problem.causes else None,
        )
