"""What a ranking of causes is made from. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from whence.correlate.causes.graph import Graph
from whence.domain.event import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """An alert as it bears on one entity, by its event; `entity` is None where no entity is known that it is about."""

    id: UUID
    at: datetime
    entity: str | None
    type: str
    severity: Severity
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that was done (a deploy, a flag) or said about what was done (a commit), by its event.

    `entities`: what it was done to; empty where that is not known, or is more than a few. `within`: all that it can
    have been done to, even so; None where that may be anything.
    """

    id: UUID
    at: datetime
    entities: tuple[str, ...] = ()
    within: frozenset[str] | None = None
    type: str
    title: str
    properties: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """How often alerts came in the past, an hour; learned from events alone, empty when nothing is known.

    `rates`: (entity, type) -> alerts an hour. `type_rates`: type -> alerts an hour on the average entity that had any.
    """

    rates: Mapping[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    type_rates: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a ranking looks at; the order within the sequences does not matter.

    Args:
        at: when the question is asked; what is later is not looked at.
        lookback: how far before `at` it reaches: alerts and changes may lie in that time; notes may be older, they only
            lend their words.
        anchors: the entities that the question is about; none: whatever alerts.
        alerts: one on several entities is a symptom of each.
        changes: what may be guilty.
        notes: what cannot be, but tells of a change by an identifier that both carry (a commit, a ticket).
        names: entity id -> the name by which people and log lines call it; the id itself where there is none.
    """

    at: datetime
    lookback: timedelta
    anchors: frozenset[str] = frozenset()
    alerts: Sequence[Symptom] = ()
    changes: Sequence[Change] = ()
    notes: Sequence[Change] = ()
    relations: Graph = field(default_factory=Graph)
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    background: Background = field(default_factory=Background)

    def name(self, entity: str) -> str:
        """What the entity is called."""
        return self.names.get(entity, entity)
