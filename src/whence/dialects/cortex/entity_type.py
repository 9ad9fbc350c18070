"""The type of an entity: as it is spelled here, and in the letters of the house, which several spellings share. Pure.

Source: Cortex contract B1.2, B1.4 and B1.6.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from whence.descriptors.found import type_name
from whence.dialects.cortex.described import INFO, info_of
from whence.dialects.cortex.descriptor_rules import TYPE
from whence.domain.entity import Entity
from whence.domain.entity_test import AllOf, EntityTest, OfType, SpelledType, any_of

_USUAL: Final = "service"
_BUILT_IN: Final = frozenset(map(type_name, (_USUAL, "domain", "team")))  # that every account has


def is_built_in(spelled: str) -> bool:
    """Whether every account has the type; it is the same one in whatever case."""
    return type_name(spelled) in _BUILT_IN


def shown(entity: Entity, info: Mapping[str, Any] | None) -> str:
    """The entity's type as its descriptor spells it; a built-in one, and one that no descriptor says, in lower case."""
    spelled = _spelled(info) if info is not None else ""
    is_own = type_name(spelled) == entity.type and not is_built_in(spelled)
    return spelled if is_own else entity.type.lower()


def meant(descriptor: object) -> str:
    """The entity's type, in the letters of the house."""
    return type_name(_spelled(info_of(descriptor)))


def shown_as(types: Sequence[str]) -> EntityTest:
    """That an entity is shown with one of the types, letter by letter; of built-in ones the case does not count."""
    names = tuple(map(type_name, types))  # more than are meant, but these are in an index
    built_in = tuple(name for name in names if name in _BUILT_IN)
    return AllOf((OfType(names), any_of((OfType(built_in), SpelledType(INFO, TYPE, tuple(types))))))


def _spelled(info: Mapping[str, Any]) -> str:
    return str(info.get(TYPE) or _USUAL)
