"""Whether a YAML document is harmless: looked at as events and as nodes, before values are made of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, cast

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    Event,
    ScalarEvent,
    StreamEndEvent,
)
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from yaml import SafeLoader

DEEPEST: Final = 100  # nested lists and mappings; people's files have ten
_GROWTH: Final = 10  # times as large as it is written
_ALLOWANCE: Final = 10_000  # values by which any document may grow
_LONG: Final = 100  # characters that count as a value of their own: an alias repeats a long text, too
_TAG: Final = "tag:yaml.org,2002:"
_NUMBERS: Final = frozenset({f"{_TAG}int", f"{_TAG}float"})
_SCALARS: Final = _NUMBERS | {f"{_TAG}bool", f"{_TAG}null"}
_LONGEST_NUMBER: Final = 400  # characters; to the base of 60, as YAML has them too, a longer one takes hours to add up


class RefusedError(Exception):
    """A document is YAML, and not taken; with the line."""

    def __init__(self, reason: str, line: int) -> None:
        self.line = line
        super().__init__(reason)


def scan(loader: "SafeLoader", most_values: int) -> bool:
    """Read to the end of the next document; False when there is none.

    Raises:
        RefusedError: it is nested too deep or holds too many values.
        YAMLError: it is no YAML.
    """
    values = depth = 0
    while loader.check_event():
        event = cast("Event", loader.get_event())  # pyright: ignore[reportUnknownMemberType]
        match event:
            case ScalarEvent() | AliasEvent():
                values += 1
            case CollectionStartEvent():
                values += 1
                depth += 1
            case CollectionEndEvent():
                depth -= 1
            case DocumentEndEvent():
                return True
            case StreamEndEvent():
                return False
            case _:
                pass
        if values > most_values:
            raise RefusedError(f"holds more than {most_values:,} values", line_of(event))
        if depth > DEEPEST:
            raise RefusedError(f"is nested more than {DEEPEST} deep", line_of(event))
    return False


def inspect(root: Node) -> None:
    """Return when the document is harmless; its keys are text from then on, as they are written.

    Raises:
        RefusedError: a key stands twice, a number is endless, or aliases make it much larger than it is written.
    """
    _Inspection().inspect(root)


def line_of(what: Node | Event) -> int:
    """On which line of the text it begins, from 1."""
    return what.start_mark.line + 1 if what.start_mark is not None else 1


def lines_of(node: Node) -> Iterator[tuple[tuple[str, int], int]]:
    """The (name, index) of every item of a list, with its line: at the top (`entities`), and one below (`info.x`).

    What is no list is its own item 0.
    """
    for name, value in _named(node):
        for inner, item in _named(value):
            yield from _items(f"{name}.{inner}", item)
        yield from _items(name, value)


def _named(node: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(node, MappingNode):
        for key, value in cast("list[tuple[Node, Node]]", node.value):
            yield str(key.value), value


def _items(name: str, node: Node) -> Iterator[tuple[tuple[str, int], int]]:
    items = cast("list[Node]", node.value) if isinstance(node, SequenceNode) else [node]
    for index, item in enumerate(items):
        yield (name, index), line_of(item)


class _Inspection:
    """Looks at each node once, however many aliases stand for it."""

    def __init__(self) -> None:
        self._measures: dict[int, tuple[int, int]] = {}
        self._open: set[int] = set()
        self._written = 0

    def inspect(self, root: Node) -> None:
        size, _ = self._measure(root)
        if size > _GROWTH * self._written + _ALLOWANCE:
            raise RefusedError("its aliases make it far larger than it is written", line_of(root))

    def _measure(self, node: Node) -> tuple[int, int]:
        """How many nodes it is with every alias written out, and how deep."""
        known = self._measures.get(id(node))
        if known is not None:
            return known
        if id(node) in self._open:
            raise RefusedError("an alias stands for what it is in", line_of(node))
        self._open.add(id(node))
        size = 1 + len(node.value) // _LONG if isinstance(node, ScalarNode) else 1
        depth = 1
        self._written += size
        for child in self._children(node):
            inner = self._measure(child)
            size, depth = size + inner[0], max(depth, inner[1] + 1)
        if depth > DEEPEST + 1:
            raise RefusedError(f"its aliases nest it more than {DEEPEST} deep", line_of(node))
        self._open.remove(id(node))
        self._measures[id(node)] = size, depth
        return size, depth

    def _children(self, node: Node) -> Iterator[Node]:
        match node:
            case MappingNode():
                node.value = list(_with_text_keys(cast("list[tuple[Node, Node]]", node.value)))
                for key, value in cast("list[tuple[Node, Node]]", node.value):
                    yield key
                    yield value
            case SequenceNode():
                yield from cast("list[Node]", node.value)
            case _:
                if node.tag in _NUMBERS and len(node.value) > _LONGEST_NUMBER:
                    raise RefusedError(f"a number has more than {_LONGEST_NUMBER} digits", line_of(node))


def _with_text_keys(items: list[tuple[Node, Node]]) -> Iterator[tuple[Node, Node]]:
    """The items, where a key such as `on`, `404` or `~` is the text that it is written as: JSON has no others."""
    seen: set[str] = set()
    for key, value in items:
        if not isinstance(key, ScalarNode):
            raise RefusedError("a key must be plain text", line_of(key))
        name = cast("str", key.value)
        if name in seen:
            raise RefusedError(f"the key {name!r} stands twice in one mapping", line_of(key))
        seen.add(name)
        yield (ScalarNode(f"{_TAG}str", name, key.start_mark, key.end_mark) if key.tag in _SCALARS else key), value
