"""Which entities are a few relations apart."""

from collections.abc import Iterable, Iterator
from typing import Final

_STRAIGHT: Final = 1  # step: who is related at once is near, however many relations there are


class Nearness:
    """Steps over relations, whichever way they point.

    Args:
        steps: that are taken at most.
        hub: no step goes on from an entity with more relations than that, but for the first.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]] = (), *, steps: int, hub: int) -> None:
        self.steps = steps
        self._hub = hub
        self._beside: dict[str, set[str]] = {}
        self._known: dict[str, list[set[str]]] = {}
        self.add(pairs)

    def add(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Relations, by their ends: all within the steps of what will be asked about, before it is."""
        for source, target in pairs:
            self._beside.setdefault(source, set()).add(target)
            self._beside.setdefault(target, set()).add(source)

    def layers(self, subject: str) -> Iterator[set[str]]:
        """What is no step away, the subject itself; what is one; and so on. Who looks no further walks no further."""
        known = self._known.get(subject)
        if known is None:
            known = self._known[subject] = [{subject}]
        for step in range(self.steps + 1):
            if step == len(known):
                known.append(self._beyond(known, step))
            if not known[step]:
                return
            yield known[step]

    def around(self, subjects: Iterable[str]) -> set[str]:
        """All that is within the steps of one of the subjects."""
        layers = [set(subjects)]
        for step in range(1, self.steps + 1):
            layers.append(self._beyond(layers, step))
        return set[str]().union(*layers)

    def _beyond(self, layers: list[set[str]], step: int) -> set[str]:
        beside = self._beside
        through = [beside[one] for one in layers[-1] if one in beside and self._leads_on(one, step)]
        return set[str]().union(*through).difference(*layers)

    def _leads_on(self, entity: str, step: int) -> bool:
        return step == _STRAIGHT or len(self._beside[entity]) <= self._hub
