"""One descriptor laid over another. Pure.

Source: Cortex contract B1.3.
"""

import json
from dataclasses import dataclass
from typing import cast


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """How: whether lists are appended to those that stand, and by which value a key is said to go (None: by none)."""

    appends: bool = False
    marker: str | None = None

    def merged(self, standing: object, sent: object) -> object:
        """What stands after `sent` came: objects are merged by key, all else is replaced; both stay as they are."""
        match standing, sent:
            case dict(), dict():
                return self._objects(cast("dict[str, object]", standing), cast("dict[str, object]", sent))
            case list(), list() if self.appends:
                return _appended(cast("list[object]", standing), self.cleared(cast("list[object]", sent)))
            case _:
                return self.cleared(sent)

    def cleared(self, sent: object) -> object:
        """What was sent, without the keys that are to go."""
        match sent:
            case dict():
                items = cast("dict[str, object]", sent).items()
                return {key: self.cleared(value) for key, value in items if not self._goes(value)}
            case list():
                return [self.cleared(item) for item in cast("list[object]", sent)]
            case _:
                return sent

    def _objects(self, standing: dict[str, object], sent: dict[str, object]) -> dict[str, object]:
        new = {key: self.merged(standing.get(key), value) for key, value in sent.items() if not self._goes(value)}
        kept = {key: value for key, value in standing.items() if not self._goes(sent.get(key))}
        return kept | new

    def _goes(self, value: object) -> bool:
        return self.marker is not None and isinstance(value, str) and value == self.marker


def is_same(one: object, other: object) -> bool:
    """Whether both are one JSON value: 1 is not true, and the order of members does not matter."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _appended(standing: list[object], sent: object) -> list[object]:
    """A list with another behind it, whose plain values are left out where they stand already."""
    whole = list(standing)
    plain = {json.dumps(item) for item in standing if not isinstance(item, dict | list)}
    for item in cast("list[object]", sent):
        said = None if isinstance(item, dict | list) else json.dumps(item)
        if said is None or said not in plain:
            whole.append(cast("object", item))
        if said is not None:
            plain.add(said)
    return whole
