"""How a service stands, in a list."""

from dataclasses import dataclass

from whence.domain.entity import Entity
from whence.domain.event import Event
from whence.domain.problem import Problem

HEALTHY, UNHEALTHY, UNKNOWN = "healthy", "unhealthy", "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A problem that affects a service. `suspect`: the entity that is likely at fault, if one is."""

    problem: Problem
    suspect: Entity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A service with its status, last deploy and last issue, as far as who asks may know of them."""

    service: Entity
    status: str
    deploy: Event | None = None
    issue: Issue | None = None
