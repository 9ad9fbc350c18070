"""What is monitored (services, hosts, databases), what it is called, and how one stands to another."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from whence.domain.errors import Invalid
from whence.domain.link import Link

SERVICE: Final = "SERVICE"
HOST: Final = "HOST"
CONTEXTLESS: Final = "CONTEXTLESS"
MOST_AT_ONCE: Final = 10_000  # entities that one call matches or changes

_TYPE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_ID: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}-[0-9A-F]{16}")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Tag:
    """A label on an entity; `context` says who set it, `value` may be empty."""

    context: str = CONTEXTLESS
    key: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagTest:
    """Passed by a tag of this context and key, and of this value unless that is None."""

    context: str = CONTEXTLESS
    key: str
    value: str | None = None

    def matches(self, tag: Tag) -> bool:
        """Whether the tag passes; case counts."""
        return self.context == tag.context and self.key == tag.key and self.value in {None, tag.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entity as its registrar describes it; `id` and `tag` are None where the registrar names none."""

    id: str | None = None
    tag: str | None = None
    type: str = SERVICE
    name: str
    cluster: str = ""
    namespace: str = ""
    description: str = ""
    aliases: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    links: tuple[Link, ...] = ()
    properties: Mapping[str, object] = field(default_factory=dict[str, object])
    archived: bool = False

    def __post_init__(self) -> None:
        if not _TYPE.fullmatch(self.type):
            raise Invalid.at("type", "must be upper-case letters, digits and _ and begin with a letter, 64 at most")
        if self.id is not None and (not is_entity_id(self.id) or self.id.rpartition("-")[0] != self.type):
            raise Invalid.at("id", f"must be {self.type}- and 16 upper-case hexadecimal digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A monitored thing of an account. Empty `cluster` or `namespace`: it is in none."""

    id: str
    tag: str
    type: str
    name: str
    cluster: str = ""
    namespace: str = ""
    description: str = ""
    aliases: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    links: tuple[Link, ...] = ()
    properties: Mapping[str, object] = field(default_factory=dict[str, object])
    archived: bool = False
    first_seen: datetime
    last_seen: datetime

    @property
    def cid(self) -> str:
        """The id in its second spelling: `en` and the same 16 hexadecimal digits in lower case."""
        return "en" + self.id.rpartition("-")[2].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRule:
    """Entities by type and tag. No `types`: of any. `tags`: for every tuple, a tag that passes one test of it."""

    types: tuple[str, ...] = ()
    tags: tuple[tuple[TagTest, ...], ...] = ()

    def matches(self, entity: Entity) -> bool:
        """Whether the entity is one of those that the rule means; no archived one is."""
        return (
            not entity.archived
            and (not self.types or entity.type in self.types)
            and all(is_tagged(entity, alternatives) for alternatives in self.tags)
        )


class RelationKind(StrEnum):
    """How one entity stands to another."""

    CALLS = "calls"
    RUNS_ON = "runs_on"
    PART_OF = "part_of"
    DEPENDS_ON = "depends_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """`source` calls, runs on, is part of or depends on `target`; both are entity ids."""

    source: str
    target: str
    kind: RelationKind


def is_entity_id(text: str) -> bool:
    """Whether `text` is spelled like an entity's own id (`SERVICE-5C0E77A1D2B93F46`)."""
    return _ID.fullmatch(text) is not None


def is_tagged(entity: Entity, alternatives: Iterable[TagTest]) -> bool:
    """Whether some tag of the entity passes one of the tests."""
    return any(test.matches(tag) for test in alternatives for tag in entity.tags)
