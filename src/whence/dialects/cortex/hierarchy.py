"""Of what an entity is part, and what is part of it: as lists in lists. Pure.

Source: Cortex contract B1.6. A way that leads in a circle ends before it would come back.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from whence.dialects.cortex.shown import DEEPEST, Shown
from whence.domain.entity import Entity
from whence.domain.lineage import Lineage

MOST_IN_DETAILS: Final = 10_000  # nodes
MOST_IN_LIST: Final = 100_000  # nodes of all rows together

Node = dict[str, Any]


class Hierarchies:
    """Makes the hierarchies of one answer; `is_whole` tells afterwards whether all that was asked for is there."""

    def __init__(self, lineage: Lineage, shown: Shown, describe: Callable[[Entity], Node], *, most: int) -> None:
        self._lineage = lineage
        self._shown = shown
        self._describe = describe
        self._left = most
        self.is_whole = lineage.is_whole

    def of(self, entity: Entity) -> dict[str, list[Node]]:
        """The entity's parents and children, each with its own."""
        return {
            "parents": self._nodes(entity, self._lineage.above, "parents"),
            "children": self._nodes(entity, self._lineage.below, "children"),
        }

    def _nodes(self, entity: Entity, relatives: Mapping[str, Sequence[str]], name: str) -> list[Node]:
        """Level by level: what is near is there, where not all can be."""
        nodes: list[Node] = []
        waiting: deque[tuple[list[Node], str, tuple[str, ...]]] = deque([(nodes, entity.id, (entity.id,))])
        while waiting:
            level, id_, way = waiting.popleft()
            for other in self._next(relatives.get(id_, ()), way):
                if not self._has_room(len(way)):
                    break
                inner: list[Node] = []
                level.append({**self._describe(other), name: inner})
                waiting.append((inner, other.id, (*way, other.id)))
        return nodes

    def _next(self, ids: Sequence[str], way: Sequence[str]) -> list[Entity]:
        others = [self._lineage.entities[id_] for id_ in ids if id_ not in way]
        return [other for other in others if self._shown.archived or not other.archived]

    def _has_room(self, depth: int) -> bool:
        """Whether a node of this depth may be made, which it is then."""
        if depth > self._shown.depth:
            self.is_whole &= self._shown.depth < DEEPEST  # deeper than was asked for is not missing
            return False
        self.is_whole &= self._left > 0
        if not self._left:
            return False
        self._left -= 1
        return True
