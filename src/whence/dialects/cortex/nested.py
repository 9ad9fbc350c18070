"""Objects inside of a body: each is read as a body is, and its faults say where it stands. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar, cast

from whence.dialects.cortex.fields import Fields, shown
from whence.domain.errors import Invalid, Violation

MOST_AT_ONCE: Final = 5_000  # objects in one body

Read = TypeVar("Read")


def listed(sent: Mapping[str, Any], name: str, read: Callable[[Fields], Read]) -> list[Read]:
    """What each object of the list `name` says, as `read` has it.

    Raises:
        Invalid: with every fault of every object.
    """
    faults: list[Violation] = []
    found = _each(sent.get(name), name, read, faults)
    _settle(found, name, faults)
    return found


def listed_by_name(sent: Mapping[str, Any], name: str, read: Callable[[Fields], Read]) -> dict[str, list[Read]]:
    """What each object says in each of the lists of the object `name`, by their names. Raises as `listed`."""
    faults: list[Violation] = []
    lists = sent.get(name)
    found: dict[str, list[Read]] = {}
    if lists is None:
        faults.append(Violation(path=name, message="is required"))
    elif not isinstance(lists, dict):
        faults.append(Violation(path=name, message="must be an object"))
    else:
        for inner, items in cast("dict[str, object]", lists).items():
            found[inner] = _each(items, f"{name}.{shown(inner)}", read, faults)
    _settle([one for items in found.values() for one in (None, *items)], name, faults)
    return found


def _each(items: object, where: str, read: Callable[[Fields], Read], faults: list[Violation]) -> list[Read]:
    if items is None:
        faults.append(Violation(path=where, message="is required"))
        return []
    if not isinstance(items, list):
        faults.append(Violation(path=where, message="must be a list"))
        return []
    found: list[Read] = []
    for n, item in enumerate(cast("list[object]", items)):
        if not isinstance(item, dict):
            faults.append(Violation(path=f"{where}[{n}]", message="must be an object"))
            continue
        fields = Fields(cast("dict[str, Any]", item))
        found.append(read(fields))
        try:
            fields.settle()
        except Invalid as refusal:
            faults += [
                Violation(path=f"{where}[{n}].{fault.path}", message=fault.message) for fault in refusal.violations
            ]
    return found


def _settle(found: Sequence[object], name: str, faults: list[Violation]) -> None:
    if len(found) > MOST_AT_ONCE:
        raise Invalid.at(name, f"must hold at most {MOST_AT_ONCE} objects")
    if faults:
        raise Invalid(faults)
