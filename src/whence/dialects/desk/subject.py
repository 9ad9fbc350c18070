"""What an event is shown on: the one entity that its scope names, else the environment that the account is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from whence.dialects.desk import ids, levels
from whence.domain.entity import Entity, Tag
from whence.domain.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An entity as far as an event shows it. One that nobody knows is called by its id."""

    id: str
    name: str
    tags: tuple[Tag, ...] = ()

    @classmethod
    def of(cls, entity: Entity) -> Self:
        """The entity."""
        return cls(id=entity.id, name=entity.name, tags=entity.tags)

    @classmethod
    def unknown(cls, entity_id: str) -> Self:
        """An entity that is not in the catalogue."""
        return cls(id=entity_id, name=entity_id)

    @property
    def type(self) -> str:
        """All of the id before its last hyphen."""
        return ids.type_of(self.id)

    @property
    def impact_level(self) -> str:
        """What is hit when it fails, in the words of the first version of the API; DESK contract 5.1."""
        return levels.impact_of_type(self.type)


def id_of(event: Event, account_id: UUID) -> str:
    """The id of what the event is shown on."""
    return event.scope.only_entity or ids.environment(account_id)


def subjects(events: Iterable[Event], known: Mapping[str, Entity], account_id: UUID) -> list[Subject]:
    """What each of the events is shown on; `known`: entities by their id."""
    found = (id_of(event, account_id) for event in events)
    return [Subject.of(known[name]) if name in known else Subject.unknown(name) for name in found]
