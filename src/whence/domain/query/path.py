"""Dotted paths into a row. Keys of the data may hold dots: the longest key that is there is taken, from the left.

There is no second try: where the longest key leads nowhere, so does the path. The twins in SQL are the functions
of migration 0008.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final, cast

from whence.domain.query.refusal import BadQuery

MOST_KEYS: Final = 32
"""So many keys may a path have: what is deeper is no longer an address."""


def keys_of(path: str) -> tuple[str, ...]:
    """The keys between the dots.

    Raises:
        BadQuery: there are too many.
    """
    if path.count(".") >= MOST_KEYS:
        raise BadQuery(f"A key has at most {MOST_KEYS} parts.")
    return tuple(path.split("."))


def entries(value: object) -> Mapping[str, object] | None:
    """The value as a JSON object, if it is one."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else None


def elements(value: object) -> list[object] | None:
    """The value as a JSON list, if it is one."""
    return list(cast("Iterable[object]", value)) if isinstance(value, list | tuple) else None


def step(names: Container[str], keys: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """The longest of the names that the keys begin with, and the keys after it."""
    for count in range(len(keys), 0, -1):
        if (name := ".".join(keys[:count])) in names:
            return name, keys[count:]
    return None


def reached(value: object, keys: tuple[str, ...]) -> list[object]:
    """All that the keys lead to, at least one; None stands for missing.

    A list on the way is walked through: each object in it, but no list in it.
    """
    return list(_walk(value, keys)) or [None]


def _walk(value: object, keys: tuple[str, ...]) -> Iterator[object]:
    if not keys:
        yield value
    elif (items := elements(value)) is not None:
        for item in items:
            if entries(item) is not None:
                yield from _walk(item, keys)
    elif (inside := entries(value)) is not None and (found := step(inside, keys)) is not None:
        yield from _walk(inside[found[0]], found[1])
    else:
        yield None


def at(value: object, keys: tuple[str, ...]) -> object:
    """The one value that the keys lead to; through a list it is the list of what its objects have there."""
    return next(iter(_there(value, keys)), None)


def _there(value: object, keys: tuple[str, ...]) -> list[object]:
    """What `at` finds, if it is there: null is, missing is not."""
    if not keys:
        return [value]
    if (items := elements(value)) is not None:
        return [[found for item in items if entries(item) is not None for found in _there(item, keys)]]
    inside = entries(value)
    found = None if inside is None else step(inside, keys)
    return [] if inside is None or found is None else _there(inside[found[0]], found[1])


def list_at(value: object, keys: tuple[str, ...]) -> list[object]:
    """The list that the keys lead to through objects alone; a lone value is a list of one, a missing one is empty."""
    while keys:
        inside = entries(value)
        found = None if inside is None else step(inside, keys)
        if inside is None or found is None:
            return []
        value, keys = inside[found[0]], found[1]
    if value is None:
        return []
    items = elements(value)
    return [value] if items is None else items


def replaced(value: object, keys: tuple[str, ...], new: object) -> object:
    """The value with `new` where `list_at` found its list."""
    if not keys:
        return new
    inside = entries(value)
    found = None if inside is None else step(inside, keys)
    if inside is None or found is None:
        return value
    return {**inside, found[0]: replaced(inside[found[0]], found[1], new)}


def pruned(value: object, paths: Iterable[tuple[str, ...]]) -> object:
    """Only what the paths lead to, where it stands; None if there is nothing. Lists keep their objects only."""
    asked = list(paths)
    if () in asked:
        return value
    if (items := elements(value)) is not None:
        nothing: object = {}
        return [pruned(item, asked) or nothing for item in items if entries(item) is not None]
    if (inside := entries(value)) is None:
        return None
    rests: dict[str, list[tuple[str, ...]]] = {}
    for keys in asked:
        if (found := step(inside, keys)) is not None:
            rests.setdefault(found[0], []).append(found[1])
    kept = {key: part for key in inside if key in rests and (part := pruned(inside[key], rests[key])) is not None}
    return kept or None
