"""What is wrong with what a body means, all of it: also of one whose shape is wrong, as far as it can be read.

Asked when a body is refused, and then of what is sound: nothing is told that depends on a field that is not.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, cast

from whence.catalog import Catalog
from whence.dialects.native import decode, wire
from whence.dialects.native.part import Part, faults
from whence.dialects.request import text_faults
from whence.domain.access import Principal
from whence.domain.entity import SERVICE, Draft
from whence.domain.errors import Invalid, Violation
from whence.domain.event import Event, Span
from whence.domain.maintenance import Maintenance, time_violations

Unkept = Callable[[datetime], str | None]  # why nothing that happens then is kept, if so
Names = Sequence[tuple[str, str]]  # what is said to be an entity's name, behind its path
PlannedPart = Part[wire.MaintenanceIn] | Part[wire.MaintenanceChange]

_NAMING: Final = ("id", "tag", "type", "name", "cluster", "namespace", "aliases")  # says which entity is meant


def of_event(part: Part[wire.EventIn], known: Collection[str], *, now: datetime, unkept: Unkept) -> Iterator[Violation]:
    """Of an event. `known`: those of the names in it that entities have."""
    event = part.model
    yield from of_target(part, known)
    if part.is_sound("kind"):
        yield from faults(decode.require_problem, event)
    yield from faults(decode.timeout, event)
    backwards = faults(decode.span, event, decode.beginning(event, now)) if part.is_sound("time") else ()
    yield from backwards
    yield from _out_of_range({"time": event.time, "end_time": None if backwards else event.end_time}, unkept)


def of_change(part: Part[wire.EventChange], event: Event | None, unkept: Unkept) -> Iterator[Violation]:
    """Of a change of the event; None: there is none, and what no event could become is told."""
    change = part.model
    given = {name: getattr(change, name) for name in ("time", "end_time") if name in change.model_fields_set}
    if event is None:
        if None not in given.values() and len(given) > 1:
            yield from faults(partial(Span, start=given["time"], end=given["end_time"]))
        return
    backwards = faults(decode.changed, event, change) if part.is_sound("time") and part.is_sound("end_time") else ()
    yield from backwards
    standing = {"time": event.span.start, "end_time": event.span.end}
    moved = {name: at for name, at in given.items() if at != standing[name] and not (backwards and name == "end_time")}
    yield from _out_of_range(moved, unkept)


def of_target(part: Part[Any], known: Collection[str]) -> Iterator[Violation]:
    """Of whom something concerns. `known`: those of the names in it that entities have."""
    yield from decode.beside([name for name in decode.TARGETS if part.says(name)])
    yield from strangers(named(part), known)


def of_times(part: PlannedPart, window: Maintenance | wire.MaintenanceIn | None) -> list[Violation]:
    """Of when maintenance is. `window` has what the body does not say; None: nobody has."""
    said = partial(_said, part, window)
    return time_violations(
        recurrence=said("recurrence"),
        starts_at=said("starts_at"),
        ends_at=said("ends_at"),
        time_zone=said("time_zone"),
        last_at=said("last_at"),
    )


def of_drafts(part: Part[wire.EntitiesIn]) -> tuple[dict[int, Draft], list[Violation]]:
    """Of entities by themselves. And who is meant, by their places among all, where that is sound."""
    meant: dict[int, Draft] = {}
    found: list[Violation] = []
    for n, item in enumerate(part.items("entities")):
        fields = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
        given = {name: fields[name] for name in _NAMING if name in fields}
        sound = {name: value for name, value in given.items() if part.is_sound(f"entities[{n}].{name}")}
        if "type" in given.keys() - sound.keys():
            sound.pop("id", None)  # which begins with the type
        try:
            draft = _draft(sound)
        except Invalid as refusal:
            found += [Violation(path=f"entities[{n}].{v.path}", message=v.message) for v in refusal.violations]
            continue
        if "name" in sound and sound.keys() == given.keys():
            meant[n] = draft
    return meant, found


def named(part: Part[Any]) -> Names:
    """The entities that a target names, as far as these are names."""
    return _names(part, ((f"entities[{n}]", name) for n, name in enumerate(part.items("entities"))))


def ends(part: Part[wire.RelationsIn]) -> Names:
    """The entities that relations name, as far as these are names."""
    given = enumerate(part.items("relations"))
    relations = [(n, cast("dict[str, object]", one)) for n, one in given if isinstance(one, dict)]
    return _names(part, ((f"relations[{n}].{end}", one.get(end)) for n, one in relations for end in ("from", "to")))


def strangers(names: Names, known: Collection[str]) -> list[Violation]:
    """Of names that no entity has."""
    missing = [path for path, name in names if name not in known]
    return [Violation(path=path, message="no entity has this id, alias or tag") for path in missing]


async def look_up(catalog: Catalog, by: Principal, names: Names) -> Collection[str]:
    """Those of the names that entities have: one question for all."""
    return await catalog.named(by, sorted({name for _, name in names})) if names else ()


def _names(part: Part[Any], given: Iterable[tuple[str, object]]) -> Names:
    sound = ((path, name) for path, name in given if isinstance(name, str) and part.is_sound(path))
    return [(path, name) for path, name in sound if not text_faults(name)]


def _draft(sound: Mapping[str, Any]) -> Draft:
    return Draft(
        id=sound.get("id"),
        tag=sound.get("tag"),
        type=sound.get("type", SERVICE),
        name=sound.get("name", ""),
        cluster=sound.get("cluster", ""),
        namespace=sound.get("namespace", ""),
        aliases=tuple(sound.get("aliases", ())),
    )


def _said(part: PlannedPart, window: object, name: str) -> Any:  # noqa: ANN401  what the field is
    """What the field is to be; None: that is not known."""
    if not part.is_sound(name):
        return None
    return getattr(part.model if name in part.model.model_fields_set else window, name, None)


def _out_of_range(times: Mapping[str, datetime | None], unkept: Unkept) -> Iterator[Violation]:
    for path, at in times.items():
        if at is not None and (fault := unkept(at)):
            yield Violation(path=path, message=fault)
