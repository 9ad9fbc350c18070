"""YAML from strangers' files: plain values only, each key once, and no more of it than the file holds.

Aliases are good for not repeating oneself; nested, a kilobyte of them stands for gigabytes. So a document
whose aliases make it much larger than it is written is refused before anything is built from it.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

if TYPE_CHECKING:
    from yaml import SafeLoader as _SafeLoader
else:
    try:  # ten times as fast
        from yaml import CSafeLoader as _SafeLoader
    except ImportError:  # a PyYAML that was built without libyaml
        from yaml import SafeLoader as _SafeLoader

from whence.cli.descriptors.found import Faulty, Place

_GROWTH: Final = 10  # times as large as it is written
_ALLOWANCE: Final = 10_000  # values by which any document may grow
_TIMESTAMP: Final = "tag:yaml.org,2002:timestamp"
_TOO_DEEP: Final = "is nested too deep"


class _Loader(_SafeLoader):
    """Plain values; a date stays the text it is written as, for JSON has none."""

    yaml_implicit_resolvers = {  # noqa: RUF012  PyYAML's way to choose them
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in Resolver.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document's value, and on which line each item of its top-level lists stands."""

    place: Place
    value: object
    lines: Mapping[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])

    def item(self, name: str, index: int) -> Place:
        """Where the item of the list `name` stands."""
        return Place(path=self.place.path, line=self.lines.get((name, index), self.place.line))


def documents(path: Path) -> Iterator[Document | Faulty]:
    """The documents of the file (`-`: stdin); after one that is no YAML there is no more to be had."""
    try:
        source = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as exc:
        yield Faulty(place=Place(path=path, line=1), reason=f"cannot be read: {exc.strerror}")
        return
    try:
        loader = _Loader(source)
    except yaml.YAMLError as exc:  # not even text
        yield _unreadable(path, exc)
        return
    try:
        while loader.check_node():
            node = cast("Node", loader.get_node())
            yield _document(path, node, cast("SafeConstructor", loader))
    except yaml.YAMLError as exc:
        yield _unreadable(path, exc)
    except RecursionError:
        yield Faulty(place=Place(path=path, line=1), reason=_TOO_DEEP)
    finally:
        loader.dispose()


def _document(path: Path, node: Node, constructor: SafeConstructor) -> Document | Faulty:
    place = Place(path=path, line=_line(node))
    try:
        _Inspection().inspect(node)
        value = cast("object", constructor.construct_document(node))  # pyright: ignore[reportUnknownMemberType]
        json.dumps(value, allow_nan=False)  # refuses also what YAML alone can say: sets, binary, infinity
    except _RefusedError as exc:
        return Faulty(place=Place(path=path, line=exc.line), reason=str(exc))
    except yaml.YAMLError as exc:
        return _unreadable(path, exc)
    except RecursionError:
        return Faulty(place=place, reason=_TOO_DEEP)
    except (TypeError, ValueError) as exc:
        return Faulty(place=place, reason=f"holds what JSON cannot say: {exc}")
    return Document(place=place, value=value, lines=dict(_lines(node)))


class _RefusedError(Exception):
    """A document is YAML, and not taken; with the line."""

    def __init__(self, reason: str, node: Node) -> None:
        self.line = _line(node)
        super().__init__(reason)


class _Inspection:
    """Looks through a document's nodes before values are made of them."""

    def __init__(self) -> None:
        self._sizes: dict[int, int] = {}
        self._open: set[int] = set()

    def inspect(self, root: Node) -> None:
        """Return when the document is harmless.

        Raises:
            _RefusedError: a key stands twice, or aliases make it much larger than it is written.
        """
        if self._size(root) > _GROWTH * len(self._sizes) + _ALLOWANCE:
            raise _RefusedError("its aliases make it far larger than it is written", root)

    def _size(self, node: Node) -> int:
        """How many nodes it is with every alias written out; each node is looked at once."""
        known = self._sizes.get(id(node))
        if known is not None:
            return known
        if id(node) in self._open:
            raise _RefusedError("an alias stands for what it is in", node)
        self._open.add(id(node))
        size = 1 + sum(self._size(child) for child in self._children(node))
        self._open.remove(id(node))
        self._sizes[id(node)] = size
        return size

    def _children(self, node: Node) -> Iterator[Node]:
        match node:
            case MappingNode():
                seen: set[str] = set()
                for key, value in cast("list[tuple[Node, Node]]", node.value):
                    if not isinstance(key, ScalarNode):
                        raise _RefusedError("a key must be plain text", key)
                    name = cast("str", key.value)
                    if name in seen:
                        raise _RefusedError(f"the key {name!r} stands twice in one mapping", key)
                    seen.add(name)
                    yield key
                    yield value
            case SequenceNode():
                yield from cast("list[Node]", node.value)
            case _:
                return


def _lines(node: Node) -> Iterator[tuple[tuple[str, int], int]]:
    if not isinstance(node, MappingNode):
        return
    for key, value in cast("list[tuple[Node, Node]]", node.value):
        if isinstance(value, SequenceNode):
            for index, item in enumerate(cast("list[Node]", value.value)):
                yield (str(key.value), index), _line(item)


def _line(node: Node) -> int:
    return node.start_mark.line + 1


def _unreadable(path: Path, exc: yaml.YAMLError) -> Faulty:
    if isinstance(exc, yaml.MarkedYAMLError) and exc.problem_mark is not None:
        line = exc.problem_mark.line + 1
        return Faulty(place=Place(path=path, line=line), reason=f"is no YAML: {exc.problem or exc.context}")
    return Faulty(place=Place(path=path, line=1), reason=f"is no YAML: {str(exc).splitlines()[0]}")
