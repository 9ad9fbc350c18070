"""Values of which one is made for every event: frozen for the type checker, and as cheap as any object to make."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def immutable(made: type[Made]) -> type[Made]:
    """A dataclass of named fields that nobody assigns again: the type checker sees to it, and nothing else does.

    One that is frozen at run time as well sets each field by a call, which of a report is three quarters of making
    it (ADR 0026).
    """
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(made)
