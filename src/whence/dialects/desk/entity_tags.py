"""Tags put on entities and taken off again. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from whence.domain.entity import Entity, Tag, TagTest
from whence.domain.errors import Invalid

MOST_TAGS: Final = 1000  # of an entity


def added(entity: Entity, tags: Iterable[Tag]) -> Entity:
    """The entity with these tags behind those that it has, each once.

    Raises:
        Invalid: that would be too many.
    """
    all_tags = tuple(dict.fromkeys((*entity.tags, *tags)))
    if len(all_tags) > max(MOST_TAGS, len(entity.tags)):
        raise Invalid.at("tags", f"would give {entity.id} more than {MOST_TAGS} tags")
    return replace(entity, tags=all_tags)


def removed(entity: Entity, test: TagTest) -> Entity:
    """The entity without the tags that pass."""
    return replace(entity, tags=tuple(tag for tag in entity.tags if not test.matches(tag)))
