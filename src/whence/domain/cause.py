"""What can have caused the alerts of a window: suspects, best first, each with its reasons."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from whence.domain.entity import Relation


class Of(StrEnum):
    """What is asked for: the entities at fault, or the changes."""

    ENTITIES = "entities"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a cause is suspected, what that adds to its score, and the events and relations that show it."""

    code: str
    weight: float
    text: str
    event_ids: tuple[UUID, ...] = ()
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A suspect: an entity, or a change (by its event) with the entity that it was made on, where that is known.

    `score`: from 0 to 1; the weights of the reasons add up to it, to the last of its decimals.
    """

    score: float
    entity_id: str | None
    event_id: UUID | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The suspects, best first. `likely`: whether the first is worth acting on; if not, none is known that is."""

    causes: tuple[Cause, ...]
    likely: bool
