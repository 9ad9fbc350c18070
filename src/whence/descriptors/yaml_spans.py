"""On which lines of a text a part of its document stands: for who is told what is wrong with it."""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, cast

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

if TYPE_CHECKING:
    from yaml import SafeLoader as _SafeLoader
else:
    try:  # ten times as fast
        from yaml import CSafeLoader as _SafeLoader
    except ImportError:  # a PyYAML that was built without libyaml
        from yaml import SafeLoader as _SafeLoader

Steps = tuple[str | int, ...]


def spans(source: bytes, parts: Collection[Steps]) -> Mapping[Steps, tuple[int, int]]:
    """The first and the last line of each of the parts that is there; lines count from 1.

    Args:
        source: a text that `yaml_documents.only` has read: it is harmless.
        parts: keys and indices from the root; an item of a mapping begins with its key.
    """
    if not parts:
        return {}
    loader = _SafeLoader(source)
    try:
        root = loader.get_single_node()
    except yaml.YAMLError:  # JSON that is no YAML
        return {}
    finally:
        loader.dispose()
    return {} if root is None else dict(_found(root, parts))


def _found(root: Node, parts: Collection[Steps]) -> Iterator[tuple[Steps, tuple[int, int]]]:
    for part in parts:
        first, node = root, root
        for step in part:
            if (item := _item(node, step)) is None:
                break
            first, node = item
        else:
            yield part, (_line(first), _last_line(node))


def _item(node: Node, step: str | int) -> tuple[Node, Node] | None:
    """Where the step leads: what begins it, and its value."""
    match node:
        case MappingNode():
            items = cast("list[tuple[Node, Node]]", node.value)
            return next(((key, value) for key, value in items if key.value == step), None)
        case SequenceNode() if isinstance(step, int) and step < len(cast("list[Node]", node.value)):
            item = cast("list[Node]", node.value)[step]
            return item, item
        case _:
            return None


def _last_line(node: Node) -> int:
    """Where it ends: a block goes on to what follows it, its last part does not."""
    last = node
    while isinstance(last, MappingNode | SequenceNode) and last.value and not last.flow_style:
        final = cast("list[Node | tuple[Node, Node]]", last.value)[-1]
        last = final[1] if isinstance(final, tuple) else final
    if last.end_mark is None:
        return _line(node)
    is_behind = last.end_mark.column == 0 and last.end_mark.line > _line(last) - 1  # the text of a block scalar
    return max(last.end_mark.line + (0 if is_behind else 1), _line(node))


def _line(node: Node) -> int:
    return node.start_mark.line + 1 if node.start_mark is not None else 1
