"""Which entities a question selects: a small algebra with two answers, `passes` here and SQL in `store.entity_where`.

A property test keeps the two answers the same; whoever changes one changes the other.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import ge, gt, le, lt
from typing import Final, TypeAlias, cast

from whence.domain.entity import Entity, RelationKind, TagTest, is_tagged
from whence.domain.errors import Invalid
from whence.domain.filter import MOST_DOTS, PropertyTest

# Latin, Greek, Cyrillic and Armenian: the letters whose case is folded, each to one other. A database folds by its
# locale, which may be none; with this list it says the same as we do, wherever it runs.
_CASED: Final = ((0x41, 0x5B), (0xC0, 0x250), (0x370, 0x590), (0x1E00, 0x1F00))
UPPER: Final = "".join(
    letter
    for first, end in _CASED
    for letter in map(chr, range(first, end))
    if letter.lower() != letter and len(letter.lower()) == 1
)
LOWER: Final = "".join(letter.lower() for letter in UPPER)
_FOLDED: Final = str.maketrans(UPPER, LOWER)


class NameMatch(StrEnum):
    """What an entity's name has to do with a text."""

    CONTAINS = "contains"
    EQUALS = "equals"
    PREFIX = "prefix"


class Comparison(StrEnum):
    """What a moment has to do with another."""

    BEFORE = "<"
    AT_OR_BEFORE = "<="
    AFTER = ">"
    AT_OR_AFTER = ">="


_COMPARED: Final = {
    Comparison.BEFORE: lt,
    Comparison.AT_OR_BEFORE: le,
    Comparison.AFTER: gt,
    Comparison.AT_OR_AFTER: ge,
}


@dataclass(frozen=True, slots=True)
class OfType:
    """Of one of the types."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WithId:
    """With one of these ids, as `Entity.id` spells them."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tagged:
    """With a tag that passes one of the tests."""

    alternatives: tuple[TagTest, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Whose name contains, equals or begins with one of the texts; with `folds_case`, whatever the case of either."""

    texts: tuple[str, ...]
    how: NameMatch = NameMatch.EQUALS
    folds_case: bool = False


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """First seen before or after the moment."""

    comparison: Comparison
    at: datetime


@dataclass(frozen=True, slots=True)
class LastSeen:
    """Last seen at or after the moment."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Unhealthy:
    """With an open alert; or, if not `yes`, without."""

    yes: bool = True


@dataclass(frozen=True, slots=True)
class Related:
    """That is the source (if `outgoing`, else the target) of a relation of one of the kinds, whose other end passes."""

    kinds: tuple[RelationKind, ...]
    outgoing: bool
    inner: "EntityTest"


@dataclass(frozen=True, slots=True)
class Having:
    """With the property at `path`: any that is not null, or the scalar `value` spelled as JSON, alone or in a list.

    Dots in the path separate keys, or are part of one.
    """

    path: str
    value: str | None = None

    def __post_init__(self) -> None:
        if self.path.count(".") > MOST_DOTS:
            raise Invalid.at("property", f"must have at most {MOST_DOTS} dots")

    def readings(self) -> Iterator[tuple[str, ...]]:
        """Every list of keys that the path can mean."""
        return PropertyTest(path=self.path, values=()).readings()


@dataclass(frozen=True, slots=True)
class Documented:
    """Beside which a document of the kind is kept, under one of the keys."""

    kind: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpelledType:
    """Whose type is spelled as one of the texts, letter by letter.

    Its spelling is what `member` says in the document of the kind that is kept beside it under no key; where that
    says nothing, the type itself in lower case.
    """

    kind: str
    member: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Never:
    """Nobody."""


@dataclass(frozen=True, slots=True)
class Negated:
    """That does not pass the test."""

    inner: "EntityTest"


@dataclass(frozen=True, slots=True)
class AllOf:
    """That passes every one of the tests; everybody, when there is none."""

    tests: "tuple[EntityTest, ...]"


Lasting: TypeAlias = OfType | WithId | Tagged | Named | FirstSeen | LastSeen | Having | Never
"""What the entity itself tells."""
EntityTest: TypeAlias = Lasting | Unhealthy | Related | Documented | SpelledType | Negated | AllOf
"""Of alternatives (types, ids, tags, texts, kinds) one is enough; where none is given, nobody passes."""


def any_of(tests: "Iterable[EntityTest]") -> EntityTest:
    """Who passes one of the tests; nobody, when there is none."""
    return Negated(AllOf(tuple(Negated(test) for test in tests)))


def passes(test: EntityTest, entity: Entity) -> bool:
    """Whether the entity is selected; no archived one is.

    Raises:
        ValueError: `Unhealthy`, `Related`, `Documented` and `SpelledType` are not told by the entity alone.
    """
    return not entity.archived and _holds(test, entity)


def folded(name: str) -> str:
    """The name with its upper-case letters of `UPPER` as those of `LOWER`."""
    return name.translate(_FOLDED)


def _holds(test: EntityTest, entity: Entity) -> bool:
    match test:
        case AllOf(tests):
            return all(_holds(one, entity) for one in tests)
        case Negated(inner):
            return not _holds(inner, entity)
        case Unhealthy() | Related() | Documented() | SpelledType():
            raise ValueError("is not told by the entity alone")
        case _:
            return _tells(test, entity)


def _tells(test: Lasting, entity: Entity) -> bool:
    match test:
        case OfType(types):
            return entity.type in types
        case WithId(ids):
            return entity.id in ids
        case Tagged(alternatives):
            return is_tagged(entity, alternatives)
        case Named():
            return _is_named(test, entity.name)
        case FirstSeen(comparison, at):
            return _COMPARED[comparison](entity.first_seen, at)
        case LastSeen(since):
            return entity.last_seen >= since
        case Having():
            return any(_has(test, entity.properties, keys) for keys in test.readings())
        case Never():
            return False


def _is_named(test: Named, name: str) -> bool:
    texts = test.texts
    if test.folds_case:
        name, texts = folded(name), tuple(map(folded, texts))
    match test.how:
        case NameMatch.CONTAINS:
            return any(text in name for text in texts)
        case NameMatch.EQUALS:
            return name in texts
        case NameMatch.PREFIX:
            return name.startswith(texts)


def _has(test: Having, value: object, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if not isinstance(value, Mapping):
            return False
        value = cast("Mapping[str, object]", value).get(key)
    if value is None or test.value is None:
        return value is not None
    spelled = PropertyTest(path="", values=(test.value,))
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    return any(spelled.matches({"": item}) for item in items)
