"""Labelled cases: what an event API received before somebody asked for causes, and, apart from it, what was at fault.

The format of the files is in the README of the data. Whatever is sent anywhere is made from a `Case`, which does not
know the truth.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from whence.domain.entity import RelationKind
from whence.domain.event import Kind, Severity

Of = Literal["entities", "changes"]
_OF: Final[Mapping[str, Of]] = {"entity": "entities", "change": "changes"}  # by the truth's target
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SEVERITY: Final = (Severity.INFO, Severity.WARNING, Severity.WARNING, Severity.ERROR, Severity.CRITICAL)  # by number
_PART_OF: Final = "instance_of"  # as the data calls it; the other kinds have our names
_NO_TYPE: Final = re.compile(r"[^A-Z0-9]+")
_Json = dict[str, Any]  # a line of a file, as it is spelled there


class NoCasesError(Exception):
    """There are no labelled cases where they were looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A monitored thing; `type` as the native API spells types."""

    id: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """`source` calls, runs on or is part of `target`."""

    source: str
    target: str
    kind: RelationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What somebody reported; `entity` is None where it names none."""

    id: str
    at: datetime
    entity: str | None
    kind: Kind
    type: str
    severity: Severity
    title: str
    properties: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question `at` a moment, and what was known then. `anchor`: where the symptom was noticed, if that is known."""

    id: str
    at: datetime
    of: Of
    anchor: str | None
    entities: tuple[Entity, ...]
    relations: tuple[Relation, ...]
    events: tuple[Event, ...]

    @property
    def problems(self) -> list[Event]:
        """The symptoms."""
        return [event for event in self.events if event.kind is Kind.PROBLEM]

    @property
    def changes(self) -> list[Event]:
        """What may be at fault when changes are asked for."""
        return [event for event in self.events if event.kind is Kind.CHANGE]

    def without(self, ids: frozenset[str]) -> "Case":
        """The case, had these events not been told."""
        return replace(self, events=tuple(event for event in self.events if event.id not in ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What was at fault: entities or events, any of which is a right answer. `is_none`: no change was."""

    right: frozenset[str]
    decoys: frozenset[str]
    is_none: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """Cases over one kind of system, and the truth of each by its id."""

    name: str
    cases: tuple[Case, ...]
    truths: Mapping[str, Truth]

    @property
    def of(self) -> Of:
        """What all its cases ask for."""
        return self.cases[0].of


def data_sets(folder: Path) -> list[DataSet]:
    """Every data set in the folder, by name.

    Raises:
        NoCasesError: there is none.
    """
    found = sorted(path.parent for path in folder.glob("*/cases.jsonl"))
    if not found:
        raise NoCasesError(f"no labelled cases in {folder}")
    return [data_set(path) for path in found]


def data_set(folder: Path) -> DataSet:
    """The data set of the folder."""
    topology = json.loads((folder / "topology.json").read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
    return DataSet(
        name=folder.name,
        cases=tuple(_case(row, topology) for row in rows),
        truths={row["id"]: _truth(row["truth"]) for row in rows},
    )


def _case(row: _Json, topology: _Json) -> Case:
    extra = row.get("extra_topology", {})
    at = datetime.fromisoformat(row["analysis_time"])
    events = (_event(told) for told in row["events"])
    return Case(
        id=row["id"],
        at=at,
        of=_OF[row["truth"]["target"]],
        anchor=row.get("anchor"),
        entities=tuple(_entity(one) for one in (*topology["entities"], *extra.get("entities", ()))),
        relations=tuple(_relations([*topology["relations"], *extra.get("relations", ())])),
        events=tuple(event for event in events if event.at < at),
    )


def _entity(row: _Json) -> Entity:
    return Entity(id=row["id"], type=_NO_TYPE.sub("_", row["type"].upper()))


def _relations(rows: Sequence[_Json]) -> list[Relation]:
    """Each once: the same two may stand in the topology and in the case's own part of it."""
    kinds = {row["type"]: RelationKind.PART_OF if row["type"] == _PART_OF else row["type"] for row in rows}
    relations = (Relation(source=row["from"], target=row["to"], kind=RelationKind(kinds[row["type"]])) for row in rows)
    return list(dict.fromkeys(relations))


def _event(row: _Json) -> Event:
    return Event(
        id=row["id"],
        at=_EPOCH + timedelta(milliseconds=row["t_ms"]),
        entity=row["entity"],
        kind=Kind(row["kind"]),
        type=row["type"],
        severity=_SEVERITY[int(row["severity"])],
        title=row["title"],
        properties=row["attrs"],
    )


def _truth(row: _Json) -> Truth:
    right = row["event_ids"] if row["target"] == "change" else row["entities"]
    return Truth(
        right=frozenset(right),
        decoys=frozenset(row.get("decoy_event_ids", ())),
        is_none=bool(row.get("none", False)),
    )
