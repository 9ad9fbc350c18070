"""JSON that was sent where YAML is read: nearly all of it is YAML, but not how it spells what is beyond U+FFFF."""

import json
from typing import Final, cast

from whence.descriptors.yaml_nodes import DEEPEST

_UNREAD: Final = object()


def value(source: bytes, *, most_values: int) -> object:
    """What the JSON object says; `is_unread` tells where it is none, or says what YAML is to refuse with the line."""
    if not source.lstrip().startswith(b"{"):
        return _UNREAD
    try:
        read = cast("object", json.loads(source, object_pairs_hook=_object))
        json.dumps(read, allow_nan=False, ensure_ascii=False).encode()  # refuses halves of characters, and infinity
    except (ValueError, RecursionError):
        return _UNREAD
    return read if _is_moderate(read, most_values) else _UNREAD


def is_unread(read: object) -> bool:
    """Whether `value` could not make anything of it."""
    return read is _UNREAD


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a key stands twice")
    return read


def _is_moderate(read: object, most_values: int) -> bool:
    """Whether it is no deeper, and holds no more keys and values, than YAML may."""
    level, values = [read], 0
    for _ in range(DEEPEST + 1):
        values += len(level)
        inner: list[object] = []
        for one in level:
            match one:
                case dict():
                    mapping = cast("dict[str, object]", one)
                    values += len(mapping)
                    inner += mapping.values()
                case list():
                    inner += cast("list[object]", one)
                case _:
                    pass
        if not inner or values > most_values:
            break
        level = inner
    else:
        return False
    return values <= most_values
