"""What a body says of a custom device, in the spelling of either version of the API. Pure.

As tolerant as the push of an event: null is absent, one scalar is a list of one. Source: DESK contract 3.5 and 4.1.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, cast

from whence.dialects.desk import fields, tag_text
from whence.dialects.desk.errors import NOT_NULL, Fault, Place
from whence.dialects.desk.fields import Misfit
from whence.dialects.desk.json_text import Document
from whence.dialects.desk.vocabulary import CONTEXTS
from whence.domain.entity import Tag
from whence.domain.errors import Invalid, Violation

LONGEST_NAME: Final = 500  # characters, of names and of the sender's own ids
LONGEST_TEXT: Final = 2000  # characters, of all else
MOST_ITEMS: Final = 1000  # of a list

_LARGEST: Final = 2**63 - 1  # number
OWN_PROPERTIES: Final = "properties"  # among the properties of the entity, those that the sender made up

_Sent = Mapping[str, object]
_NAMES: Final = ("customDeviceId", "displayName", "group", "type")
_TEXTS: Final = ("configUrl", "favicon")
_LISTS: Final = ("ipAddresses", "hostNames")
_SERIES: Final = "series"
_KNOWN: Final = frozenset({"displayName", "group", "type", *_TEXTS, *_LISTS, "listenPorts", "properties", _SERIES})
# What the second version of the API calls a field: what the first does, and the catalogue with it.
_V2_NAMES: Final[Mapping[str, str]] = {"dnsNames": "hostNames", "faviconUrl": "favicon"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A custom device as its sender describes it; what the sender does not say is None, or no property.

    `id`: the sender's own. `properties`: fields by the names of the first version of the API. `ignored`: a sentence for
    each field that was not read.
    """

    id: str
    name: str | None = None
    group: str | None = None
    kind: str | None = None
    tags: tuple[Tag, ...] = ()
    properties: Mapping[str, object] = field(default_factory=dict[str, object])
    ignored: tuple[str, ...] = ()


def v1(device_id: str, body: Document) -> Device:
    """What a body of the first version says of the device that the path names.

    Raises:
        Invalid: for the first value that has not the shape that belongs there, else with every violation.
    """
    return _device(body, {}, device_id)


def v2(body: Document) -> Device:
    """What a body of the second version says: it names the device itself, and has no tags. Raises as `v1`."""
    return _device(body, _V2_NAMES, None)


def _device(body: Document, names: Mapping[str, str], device_id: str | None) -> Device:
    device, missing = fields.read(body, partial(_described, names=names, device_id=device_id))
    place = Place.BODY if device_id is None else Place.PATH
    if violations := [*missing, *_id_too_long(device, place), *_too_long(device, names)]:
        raise Invalid(violations)
    return device


def _described(value: object, *, names: Mapping[str, str], device_id: str | None) -> tuple[Device, list[Violation]]:
    """The device that a body describes, and what it lacks.

    Raises:
        Misfit: a value has not the shape that belongs there; at its path as the sender spells it.
    """
    sent = _renamed(value, names)
    is_named_by_path = device_id is not None
    said = {**sent, "customDeviceId": device_id} if is_named_by_path else sent
    spelled = {ours: theirs for theirs, ours in names.items()}
    try:
        device = _read(said, with_tags=is_named_by_path)
        missing = list(_missing(said, () if is_named_by_path else ("customDeviceId", "displayName")))
    except Misfit as misfit:
        path = tuple(spelled.get(step, step) if isinstance(step, str) else step for step in misfit.path)
        raise Misfit(path) from None
    known = _KNOWN | {"tags" if is_named_by_path else "customDeviceId"}
    return replace(device, ignored=tuple(_ignored(sent, known))), missing


def _ignored(sent: _Sent, known: frozenset[str]) -> Iterator[str]:
    if sent.get(_SERIES) is not None:
        yield f"{_SERIES} ignored, points of metrics are not kept"
    yield from fields.unread(sent, known)


def _renamed(value: object, names: Mapping[str, str]) -> _Sent:
    if not isinstance(value, dict):
        raise Misfit(())
    return {names.get(key, key): item for key, item in cast("dict[str, object]", value).items()}


def _read(sent: _Sent, *, with_tags: bool) -> Device:
    said = {name: fields.text(sent.get(name), (name,)) or None for name in _NAMES}
    tags = _tags(sent) if with_tags else ()
    properties: dict[str, object] = {
        **{name: _texts(sent, name) for name in _LISTS},
        "listenPorts": _ports(sent),
        "type": said["type"],
        OWN_PROPERTIES: None if (own := sent.get("properties")) is None else fields.properties(own, ("properties",)),
        **{name: fields.text(sent.get(name), (name,)) for name in _TEXTS},
    }
    return Device(
        id=said["customDeviceId"] or "",
        name=said["displayName"],
        group=said["group"],
        kind=said["type"],
        tags=tuple(dict.fromkeys(tags)),
        properties={name: value for name, value in properties.items() if value is not None},
    )


def _texts(sent: _Sent, name: str) -> list[str] | None:
    if sent.get(name) is None:
        return None
    return [fields.text(item, path) or "" for item, path in fields.items(sent[name], (name,))]


def _tags(sent: _Sent) -> Iterator[Tag]:
    for item, path in fields.items(sent.get("tags"), ("tags",)):
        tag = tag_text.parse(fields.text(item, path) or "")
        if tag.context not in CONTEXTS:
            raise Misfit(path)
        yield tag


def _ports(sent: _Sent) -> list[int] | None:
    if sent.get("listenPorts") is None:
        return None
    ports: list[int] = []
    for item, path in fields.items(sent["listenPorts"], ("listenPorts",)):
        if (port := fields.whole(item, path)) is not None:
            if abs(port) > _LARGEST:
                raise Misfit(path)
            ports.append(port)
    return ports


def _missing(sent: _Sent, required: tuple[str, ...]) -> Iterator[Violation]:
    for name in required:
        if sent.get(name) is None:
            yield Violation(path=name, message=NOT_NULL)
        elif not fields.text(sent[name], (name,)):
            yield Violation(path=name, message=f"size must be between 1 and {LONGEST_NAME}")


def _id_too_long(device: Device, place: Place) -> Iterator[Violation]:
    if len(device.id) > LONGEST_NAME:
        yield Fault(path="customDeviceId", message=f"size must be between 1 and {LONGEST_NAME}", place=place)


def _too_long(device: Device, names: Mapping[str, str]) -> Iterator[Violation]:
    for name, text in {"displayName": device.name, "group": device.group, "type": device.kind}.items():
        if len(text or "") > LONGEST_NAME:
            yield Violation(path=name, message=f"size must be between 1 and {LONGEST_NAME}")
    yield from _tags_too_long(device.tags)
    spelled = {ours: theirs for theirs, ours in names.items()}
    for name in (*_LISTS, "listenPorts", *_TEXTS):
        yield from _value_too_long(spelled.get(name, name), device.properties.get(name))


def _tags_too_long(tags: tuple[Tag, ...]) -> Iterator[Violation]:
    if len(tags) > MOST_ITEMS:
        yield Violation(path="tags", message=f"size must be between 0 and {MOST_ITEMS}")
    for n, tag in enumerate(tags):
        if not 1 <= len(tag.key) <= LONGEST_TEXT:
            yield Violation(path=f"tags[{n}].key", message=f"size must be between 1 and {LONGEST_TEXT}")
        if len(tag.value) > LONGEST_TEXT:
            yield Violation(path=f"tags[{n}].value", message=f"size must be between 0 and {LONGEST_TEXT}")


def _value_too_long(name: str, value: object) -> Iterator[Violation]:
    if isinstance(value, list):
        items = cast("list[object]", value)
        if len(items) > MOST_ITEMS:
            yield Violation(path=name, message=f"size must be between 0 and {MOST_ITEMS}")
        for n, item in enumerate(items):
            yield from _value_too_long(f"{name}[{n}]", item)
    elif isinstance(value, str) and len(value) > LONGEST_TEXT:
        yield Violation(path=name, message=f"size must be between 0 and {LONGEST_TEXT}")
