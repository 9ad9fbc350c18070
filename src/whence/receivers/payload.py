"""The payload inside a body, by a receiver's options: unpacked, and found where the sender wraps it.

A body is never changed: it is also what is stored.
"""

from collections.abc import Iterable, Mapping
from typing import cast

from whence.receivers.fields import Object
from whence.receivers.json_text import is_deep, parsed
from whence.receivers.paths import follow, index, step
from whence.receivers.reading import Fault, Why


def unpacked(body: Object, paths: Iterable[str]) -> Object:
    """The body with the texts at the paths replaced by the JSON that they are; a path to no text changes nothing.

    Raises:
        Fault: such a text is no JSON, or the whole is nested too deep.
    """
    copy = cast("Object", _copy(body))
    for path in paths:
        way, _, name = path.rpartition(".")
        holder = follow(copy, way) if way else copy
        value = step(holder, name)
        if isinstance(value, str):
            _put(holder, name, _parsed(value, "load_json"))
    if is_deep(copy):
        raise Fault("load_json", Why.TOO_DEEP)
    return copy


def rooted(body: Object, path: str) -> Object:
    """The payload at the path, where a text that begins with a brace is JSON; the body itself if there is no object.

    Raises:
        Fault: such a text is no JSON.
    """
    value: object = body
    for name in path.split("."):
        value = step(value, name)
        if isinstance(value, str) and value.lstrip().startswith("{"):
            value = _parsed(value, "message_root")
    return cast("dict[str, object]", value) if isinstance(value, dict) else body


def address(body: Object, path: str) -> str | None:
    """The text at the path, if there is one that is not blank."""
    value = follow(body, path)
    return value.strip() or None if isinstance(value, str) else None


def _parsed(text: str, option: str) -> object:
    try:
        return parsed(text)
    except ValueError:
        raise Fault(option, Why.NOT_JSON) from None


def _put(holder: object, name: str, value: object) -> None:
    """Replace what is already there."""
    place = index(name)
    if isinstance(holder, list) and place is not None:
        cast("list[object]", holder)[place] = value
    elif isinstance(holder, dict):
        cast("dict[str, object]", holder)[name] = value


def _copy(value: object) -> object:
    match value:
        case Mapping():
            return {name: _copy(inner) for name, inner in cast("Mapping[str, object]", value).items()}
        case list():
            return [_copy(inner) for inner in cast("list[object]", value)]
        case _:
            return value
