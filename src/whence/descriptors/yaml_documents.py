"""YAML from strangers: plain values only, keys that are text, each once, and no more of it than is written.

Aliases are good for not repeating oneself; nested, a kilobyte of them stands for gigabytes. So a document is looked
through twice before anything is built from it: as it is written, for how much and how deep that is, and then as nodes,
for what its aliases make of it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import yaml
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.resolver import Resolver

from whence.descriptors import json_text
from whence.descriptors.found import Faulty, Place
from whence.descriptors.yaml_nodes import RefusedError, inspect, line_of, lines_of, scan

if TYPE_CHECKING:
    from yaml import SafeLoader as _SafeLoader
    from yaml.nodes import Node
else:
    try:  # ten times as fast
        from yaml import CSafeLoader as _SafeLoader
    except ImportError:  # a PyYAML that was built without libyaml
        from yaml import SafeLoader as _SafeLoader

MOST_IN_FILE: Final = 5_000_000  # values in a document of a file that its owner imports
MOST_IN_BODY: Final = 100_000  # values in a document that was sent: twenty times a long descriptor, built in a second
_TIMESTAMP: Final = "tag:yaml.org,2002:timestamp"
_TOO_DEEP: Final = "is nested too deep"


class _Loader(_SafeLoader):
    """Plain values; a date stays the text it is written as, for JSON has none."""

    yaml_implicit_resolvers = {  # noqa: RUF012  PyYAML's way to choose them
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in Resolver.yaml_implicit_resolvers.items()
    }

    def construct_object(self, node: "Node", deep: bool = False) -> object:  # noqa: FBT001, FBT002  PyYAML's signature
        """The value of the node.

        Raises:
            ConstructorError: it has none, such as `!!bool perhaps`; PyYAML lets out whatever goes wrong there.
        """
        try:
            return cast("object", super().construct_object(node, deep))  # pyright: ignore[reportUnknownMemberType]
        except (ValueError, LookupError, AttributeError, OverflowError):
            said = f"the value is no {node.tag.rpartition(':')[2]}"
            raise ConstructorError(None, None, said, node.start_mark) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document's value, which is JSON, and on which line each item of its lists stands; `lines_of` says which."""

    place: Place
    value: object
    lines: Mapping[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])

    def item(self, name: str, index: int) -> Place:
        """Where the item of the list `name` stands: `entities`, or `info.x`; at least in which document."""
        return Place(file=self.place.file, line=self.lines.get((name, index), self.place.line))


def only(source: bytes, *, most_values: int = MOST_IN_BODY) -> Document | Faulty:
    """The one document of a text that was sent, YAML or JSON; its value is None where nothing stands."""
    read = json_text.value(source, most_values=most_values)
    if not json_text.is_unread(read):
        return Document(place=Place(file="", line=1), value=read)
    found = documents(source, file="", most_values=most_values)
    first = next(found, None)
    if first is None:
        return Document(place=Place(file="", line=1), value=None)
    if isinstance(first, Document) and (second := next(found, None)) is not None:
        return second if isinstance(second, Faulty) else Faulty(place=second.place, reason="is a second document")
    return first


def documents(source: bytes, *, file: str, most_values: int = MOST_IN_FILE) -> Iterator[Document | Faulty]:
    """The documents of the text; after one that is no YAML there is no more to be had."""
    try:
        loader, scanned = _Loader(source), _Loader(source)
    except yaml.YAMLError as exc:  # not even text
        yield _unreadable(file, exc)
        return
    try:
        while scan(scanned, most_values) and loader.check_node():
            node = cast("Node", loader.get_node())
            yield _document(file, node, cast("SafeConstructor", loader))
    except RefusedError as exc:  # it was not read to its end
        yield Faulty(place=Place(file=file, line=exc.line), reason=str(exc))
    except yaml.YAMLError as exc:
        yield _unreadable(file, exc)
    except RecursionError:
        yield Faulty(place=Place(file=file, line=1), reason=_TOO_DEEP)
    finally:
        loader.dispose()
        scanned.dispose()


def _document(file: str, node: "Node", constructor: SafeConstructor) -> Document | Faulty:
    place = Place(file=file, line=line_of(node))
    try:
        inspect(node)
        value = cast("object", constructor.construct_document(node))  # pyright: ignore[reportUnknownMemberType]
        json.dumps(value, allow_nan=False)  # refuses also what YAML alone can say: sets, binary, infinity
    except RefusedError as exc:
        return Faulty(place=Place(file=file, line=exc.line), reason=str(exc))
    except yaml.YAMLError as exc:
        return _unreadable(file, exc)
    except RecursionError:
        return Faulty(place=place, reason=_TOO_DEEP)
    except (TypeError, ValueError) as exc:
        return Faulty(place=place, reason=f"holds what JSON cannot say: {exc}")
    return Document(place=place, value=value, lines=dict(lines_of(node)))


def _unreadable(file: str, exc: yaml.YAMLError) -> Faulty:
    if isinstance(exc, yaml.MarkedYAMLError) and exc.problem_mark is not None:
        line = exc.problem_mark.line + 1
        return Faulty(place=Place(file=file, line=line), reason=f"is no YAML: {exc.problem or exc.context}")
    return Faulty(place=Place(file=file, line=1), reason=f"is no YAML: {str(exc).splitlines()[0]}")
