"""What a descriptor must be like. Pure.

Source: Cortex contract B1.2. What is not named here may be anything, and is kept as it was sent.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, cast

from whence.descriptors.yaml_spans import Steps
from whence.dialects.cortex.dependency import METHODS
from whence.dialects.cortex.violations import Fault

X: Final = "x-cortex-"
TAG: Final = f"{X}tag"
TYPE: Final = f"{X}type"
RELATIONSHIPS: Final = f"{X}relationships"

# What stands in paths of this API where an entity's tag would: `/catalog/deploys` is no entity's.
_SHADOWED: Final = frozenset({"custom-data", "definitions", "dependencies", "deploys", "descriptors"})
LONGEST_NAME: Final = 500  # characters of what is looked up: they are in an index
LONGEST_TYPE: Final = 64  # characters
_MOST_NAMED: Final = 10_000  # entities that a descriptor names
_MOST_TAGS: Final = 1_000  # groups and owners: tags of the entity, which has no more of them by any other API
_NAMING: Final = (f"{X}children", f"{X}parents", f"{X}domain-parents", f"{X}dependency")

Shape = Callable[[object, Steps], Iterator[Fault]]


def _text(most: int | None = None, *, required: bool = False) -> Shape:
    """A text; a number will do, whose digits it is then."""

    def faults(value: object, at: Steps) -> Iterator[Fault]:
        if value is None:
            if required:
                yield Fault(at=at, said="is required")
        elif isinstance(value, bool | list | dict):
            yield Fault(at=at, said="must be a string")
        elif required and not str(value).strip():
            yield Fault(at=at, said="is required")
        elif most is not None and len(str(value)) > most:
            yield Fault(at=at, said=f"must be at most {most} characters")

    return faults


def _exact(most: int, *, required: bool = False) -> Shape:
    """A text that something is found by: 0123 and 83 are one number, and two names."""

    def faults(value: object, at: Steps) -> Iterator[Fault]:
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield Fault(at=at, said="must be a string: put the number in quotes")
            return
        yield from _text(most, required=required)(value, at)
        if isinstance(value, str) and value != value.strip() and (value.strip() or not required):
            yield Fault(at=at, said="must not begin or end with blanks")

    return faults


def _object(**members: Shape) -> Shape:
    """A mapping; of members that are named, each in its shape."""

    def faults(value: object, at: Steps) -> Iterator[Fault]:
        if isinstance(value, dict):
            known = cast("dict[str, object]", value)
            for name, shape in members.items():
                yield from shape(known.get(name), (*at, name))
        elif value is not None:
            yield Fault(at=at, said="must be an object")

    return faults


def _each(shape: Shape) -> Shape:
    """A list."""

    def faults(value: object, at: Steps) -> Iterator[Fault]:
        if isinstance(value, list):
            for index, item in enumerate(cast("list[object]", value)):
                yield from shape(item, (*at, index))
        elif value is not None:
            yield Fault(at=at, said="must be a list")

    return faults


def _given(shape: Shape) -> Shape:
    """Not null."""

    def faults(value: object, at: Steps) -> Iterator[Fault]:
        if value is None:
            yield Fault(at=at, said="is required")
        else:
            yield from shape(value, at)

    return faults


def _values(shape: Shape) -> Shape:
    """A mapping, whatever its keys."""

    def faults(value: object, at: Steps) -> Iterator[Fault]:
        if isinstance(value, dict):
            for name, item in cast("dict[str, object]", value).items():
                yield from shape(item, (*at, name))
        elif value is not None:
            yield Fault(at=at, said="must be an object")

    return faults


def _naming(**members: Shape) -> Shape:
    """What names another entity: an object with its tag, or the bare tag."""
    tag = _text(LONGEST_NAME, required=True)
    named = _object(tag=tag, **members)

    def faults(value: object, at: Steps) -> Iterator[Fault]:
        shape = named if isinstance(value, dict) else tag
        yield from shape(cast("object", value), at)

    return faults


def _doubted(shape: Shape) -> Shape:
    """What is taken in another shape as well, and has no effect then."""

    def faults(value: object, at: Steps) -> Iterator[Fault]:
        for fault in shape(value, at):
            yield replace(fault, blocks=False)

    return faults


def _method(value: object, at: Steps) -> Iterator[Fault]:
    if value is not None and (not isinstance(value, str) or value.upper() not in METHODS):
        yield Fault(at=at, said=f"must be one of {', '.join(METHODS)}")


def _link(value: object, at: Steps) -> Iterator[Fault]:
    shape = _object(url=_text(required=True), name=_text(), type=_text(), description=_text())
    faults = list(_given(shape)(value, at))
    yield from faults
    if not faults and not str(cast("dict[str, object]", value)["url"]).startswith(("https://", "http://")):
        yield Fault(at=(*at, "url"), said="is no http or https address: only this API shows it", blocks=False)


_RELATED: Final = _given(
    _object(tag=_text(LONGEST_TYPE, required=True), destinations=_each(_naming()), sources=_each(_naming()))
)
_INFO: Final[Mapping[str, Shape]] = {
    "title": _text(LONGEST_NAME, required=True),
    TAG: _exact(LONGEST_NAME, required=True),
    TYPE: _exact(LONGEST_TYPE),
    "description": _text(),
    f"{X}groups": _each(_text(LONGEST_NAME, required=True)),
    f"{X}owners": _each(
        _given(_object(name=_text(LONGEST_NAME), type=_text(), provider=_text(), email=_text(LONGEST_NAME)))
    ),
    f"{X}link": _each(_link),
    f"{X}git": _values(_object(repository=_text(LONGEST_NAME), alias=_text(), basepath=_text())),
    f"{X}custom-metadata": _object(),
    f"{X}children": _each(_naming()),
    f"{X}parents": _each(_naming()),
    f"{X}domain-parents": _each(_naming()),
    f"{X}dependency": _each(_naming(method=_method, path=_text(), description=_text(), metadata=_object())),
    RELATIONSHIPS: _doubted(_each(_RELATED)),
    f"{X}team": _object(members=_each(_given(_object(email=_text(), name=_text())))),
    f"{X}k8s": _values(_each(_object(identifier=_text(LONGEST_NAME), cluster=_text(LONGEST_NAME)))),
}


def faults(value: object) -> list[Fault]:
    """Everything that is wrong with the descriptor, in the order of the contract."""
    if not isinstance(value, dict):
        return [Fault(said="is empty" if value is None else "must be an object")]
    descriptor = cast("dict[str, object]", value)
    info = descriptor.get("info")
    if not isinstance(info, dict):
        return [Fault(at=("info",), said="is required" if info is None else "must be an object")]
    known = cast("dict[str, object]", info)
    found = [fault for name, shape in _INFO.items() for fault in shape(known.get(name), ("info", name))]
    return [*found, *_shadowed(known), *_named(known), *_tagged(known), *_unstorable(descriptor, ())]


def tag_faults(value: object) -> list[Fault]:
    """What is wrong with the descriptor that leaves unsaid whose it is."""
    if not isinstance(value, dict):
        return faults(value)
    info = cast("dict[str, object]", value).get("info")
    if not isinstance(info, dict):
        return faults(cast("object", value))
    tag = cast("dict[str, object]", info).get(TAG)
    return [*_INFO[TAG](tag, ("info", TAG)), *_unstorable(tag, ("info", TAG))]


def tag_of(item: object) -> str:
    """The tag of what names another entity, in good shape."""
    if isinstance(item, dict):
        return tag_of(cast("Mapping[str, object]", item).get("tag"))
    return str(item).strip()


def _shadowed(info: Mapping[str, object]) -> Iterator[Fault]:
    tag = info.get(TAG)
    if isinstance(tag, str) and tag in _SHADOWED:
        said = "is also a path of another call: ask for the entity by its id"
        yield Fault(at=("info", TAG), said=said, blocks=False)


def _named(info: Mapping[str, object]) -> Iterator[Fault]:
    """What is wrong with how often it names others, and whom."""
    named = 0
    for key in _NAMING:
        items = info.get(key)
        if not isinstance(items, list):
            continue
        for index, item in enumerate(cast("list[object]", items)):
            named += 1
            if item is not None and tag_of(item) == info.get(TAG):
                yield Fault(at=("info", key, index), said="names the entity itself: it has no effect", blocks=False)
    if named + _count_related(info) > _MOST_NAMED:
        yield Fault(at=("info",), said=f"names more than {_MOST_NAMED:,} entities")


def _tagged(info: Mapping[str, object]) -> Iterator[Fault]:
    """What is wrong with how many labels it puts on the entity."""
    lists = (info.get(f"{X}groups"), info.get(f"{X}owners"))
    if sum(len(cast("list[object]", items)) for items in lists if isinstance(items, list)) > _MOST_TAGS:
        yield Fault(at=("info",), said=f"has more than {_MOST_TAGS:,} groups and owners")


def _count_related(info: Mapping[str, object]) -> int:
    """How many entities it names in relationships."""
    items = info.get(RELATIONSHIPS)
    named = 0
    for item in cast("list[object]", items) if isinstance(items, list) else []:
        ends = cast("dict[str, object]", item).values() if isinstance(item, dict) else ()
        named += sum(len(cast("list[object]", end)) for end in ends if isinstance(end, list))
    return named


def _unstorable(value: object, at: Steps) -> Iterator[Fault]:
    match value:
        case str():
            if "\0" in value:
                yield Fault(at=at, said="must not hold a NUL character")
        case list():
            for index, item in enumerate(cast("list[object]", value)):
                yield from _unstorable(item, (*at, index))
        case dict():
            for key, item in cast("dict[str, object]", value).items():
                if "\0" in key:
                    yield Fault(at=at, said="must not have a NUL character in a key")
                yield from _unstorable(item, (*at, key))
        case _:
            return
