"""Which events a reader asks for: one question with two answers, `matches` here and SQL in `store.where`.

A property test keeps the two answers the same; whoever changes one changes the other.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from math import isfinite
from typing import Final, cast
from uuid import UUID

from whence.domain.entity import Entity
from whence.domain.errors import Invalid
from whence.domain.event import Event, Kind, Severity, Span, searchable

MOST_DOTS: Final = 6  # of a property path: each dot may separate keys or be part of one, so 2**6 readings
_EARLIEST: Final = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
_ARRAY_INDEX: Final = re.compile(r"\s*[+-]?\d{1,30}", re.ASCII)  # what PostgreSQL takes for one
_FLOAT: Final = re.compile(r"-?[0-9]+(\.[0-9]+|(\.[0-9]+)?[eE][+-]?[0-9]+)")
_LARGEST_INDEX: Final = 2**31 - 1

# All of ASCII that is neither letter nor digit; of the rest blanks, punctuation, symbols and pictures. Ranges of code
# points, so that the twin in SQL reads the same pattern in the same way, whatever the locale.
SEPARATORS: Final = (
    "[\x01-/:-@[-`{-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7"
    "\u2000-\u206f\u2190-\u2bff\u3000-\u3004\ufe0f\ufeff\U0001f000-\U0001faff]+"
)
_SEPARATORS: Final = re.compile(SEPARATORS)
_SMALL: Final = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyTest:
    """The scalar at `path` (dots separate keys, or are part of one) spelled as JSON is one of `values`.

    `exactly`: letter by letter. Otherwise one way to write a number stands for all: `1.10` also finds 1.1.
    """

    path: str
    values: tuple[str, ...]
    exactly: bool = False

    def __post_init__(self) -> None:
        if self.path.count(".") > MOST_DOTS:
            raise Invalid.at(f"prop.{self.path}", f"must have at most {MOST_DOTS} dots")

    def readings(self) -> Iterator[tuple[str, ...]]:
        """Every list of keys that the path can mean: `a.b` is (a, b) or (a.b)."""
        first, *rest = self.path.split(".")
        for joints in product((False, True), repeat=len(rest)):
            keys = [first]
            for joined, part in zip(joints, rest, strict=True):
                if joined:
                    keys[-1] += "." + part
                else:
                    keys.append(part)
            yield tuple(keys)

    def matches(self, properties: Mapping[str, object]) -> bool:
        """Whether some reading of the path leads to one of the values."""
        wanted = self.spellings()
        return any(not wanted.isdisjoint(_scalar(properties, keys)) for keys in self.readings())

    def spellings(self) -> frozenset[str]:
        """The values and, unless exactly these are meant, all ways to write one with a fraction or an exponent."""
        if self.exactly:
            return frozenset(self.values)
        numbers = (float(value) for value in self.values if _FLOAT.fullmatch(value))
        return frozenset(self.values).union(*map(_spellings, filter(isfinite, numbers)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What each event asked for has in common. Empty fields do not narrow; OR inside a field, AND between.

    `window`: the event overlaps it. `began_since`: it began then or later. `concerning`: its scope matches one of
    these entities. `clusters`, `namespaces`, `services`: it names one of them. `within`: see `Within`. `type_words`:
    its type, written as `one_word`, is one of these. `calls`: it came in by one of these calls of its dialect. `keys`:
    its correlation key. `problems`: the one that its alert is part of. `updated_since`: it was written then or later.
    `words`: each is somewhere in its searchable text, whatever the case.
    """

    window: Span
    began_since: datetime | None = None
    concerning: tuple[Entity, ...] | None = None
    within: "Within | None" = None
    clusters: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    type_words: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    severities: tuple[Severity, ...] = ()
    sources: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    is_open: bool | None = None
    keys: tuple[str, ...] = ()
    problems: tuple[UUID, ...] = ()
    updated_since: datetime | None = None
    words: tuple[str, ...] = ()
    properties: tuple[PropertyTest, ...] = ()

    def __post_init__(self) -> None:
        # No event is outside of these, and no arithmetic on what is inside leaves the calendar.
        window = Span(
            start=min(max(self.window.start, _EARLIEST), _LATEST), end=max(min(self.window.end, _LATEST), _EARLIEST)
        )
        object.__setattr__(self, "window", window)

    def matches(self, event: Event) -> bool:
        """Whether the event is one of those asked for."""
        return event.span.overlaps(self.window) and self.selects(event)

    def selects(self, event: Event) -> bool:
        """Whether the event is one of those asked for, whenever it was."""
        return (
            _either(self.types, event.type)
            and (not self.type_words or one_word(event.type) in self.type_words)
            and _either(self.kinds, event.kind)
            and _either(self.severities, event.severity)
            and _either(self.sources, event.source)
            and _either(self.dialects, event.dialect)
            and _either(self.calls, event.call)
            and (self.is_open is None or self.is_open == event.is_open)
            and (not self.keys or event.key in self.keys)
            and (not self.problems or event.problem_id in self.problems)
            and (self.began_since is None or self.began_since <= event.span.start)
            and (self.updated_since is None or self.updated_since <= event.updated_at)
            and _some(self.clusters, event.places.clusters)
            and _some(self.namespaces, event.places.namespaces)
            and _some(self.services, event.places.services)
            and (self.concerning is None or any(event.scope.matches(entity) for entity in self.concerning))
            and (self.within is None or self.within.admits(event))
            and all(test.matches(event.properties) for test in self.properties)
            and self._finds_words(event)
        )

    def _finds_words(self, event: Event) -> bool:
        if not self.words:
            return True
        text = searchable(event)
        return all(word in text for word in folded(self.words))


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Events that may concern something in these clusters AND namespaces AND of these services, known or not.

    An event that names no cluster concerns every cluster, so it is within each, and so on. One that names nothing but
    entities is where those are: within no cluster when none of them is in one. One whose scope has no clause concerns
    nobody, so it is within none. What is empty does not narrow.
    """

    clusters: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @property
    def narrows(self) -> bool:
        """Whether it asks for anything."""
        return bool(self.clusters or self.namespaces or self.services)

    def admits(self, event: Event) -> bool:
        """Whether the event concerns somebody, and what it names does not shut all of them out."""
        if not self.narrows:
            return True
        places, clauses = event.places, event.scope.clauses
        is_anywhere = any(not clause.entity_ids for clause in clauses)  # if it does not name where
        return bool(clauses) and all(
            not wanted or (any(name in named for name in wanted) if named else is_anywhere)
            for wanted, named in (
                (self.clusters, places.clusters),
                (self.namespaces, places.namespaces),
                (self.services, places.services),
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityFilter:
    """Which entities are asked for: OR inside a field, AND between. `words`: in name, tag or description."""

    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    archived: bool | None = False


def one_word(text: str) -> str:
    """The text without `SEPARATORS`, A to Z as a to z: `Roll-Out`, `ROLL OUT` and `rollout` are one."""
    return _SEPARATORS.sub("", text).translate(_SMALL)


def folded(words: Sequence[str]) -> list[str]:
    """The words in the case in which `searchable` keeps its text."""
    return [word.casefold() for word in words]


def _either(asked: Sequence[str], value: str) -> bool:
    return not asked or value in asked


def _some(asked: tuple[str, ...], values: tuple[str, ...]) -> bool:
    return not asked or any(name in values for name in asked)


def _scalar(value: object, keys: tuple[str, ...]) -> frozenset[str]:
    """How the scalar that the keys lead to is spelled in JSON; nothing for null, objects and lists."""
    for key in keys:
        match value:
            case Mapping():
                value = cast("Mapping[str, object]", value).get(key)
            case list():
                value = _item(cast("list[object]", value), key)
            case _:
                return frozenset()
    match value:
        case str():
            return frozenset({value})
        case float():
            return _spellings(value)
        case bool() | int():
            return frozenset({json.dumps(value)})
        case _:
            return frozenset()


def _spellings(number: float) -> frozenset[str]:
    """How JSON writers spell the number: 1e22 and 1e+22, 2e-6 and 2e-06, 1e-5 and 0.00001 are the same."""
    text = repr(number)
    mantissa, e, exponent = text.partition("e")
    if not e:
        return frozenset({text})
    power = int(exponent)
    return frozenset({text, f"{mantissa}e{power}", f"{mantissa}e{power:+}", f"{Decimal(text):f}"})


def _item(items: list[object], key: str) -> object:
    if not _ARRAY_INDEX.fullmatch(key):
        return None
    position = int(key)
    if abs(position) > _LARGEST_INDEX:
        return None
    return items[position] if -len(items) <= position < len(items) else None
