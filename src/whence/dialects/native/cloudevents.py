"""CloudEvents 1.0 as native events. Source: the CloudEvents specification 1.0.2 and its HTTP and JSON bindings.

`data` that is an object of nothing but native fields is read as the native event that it is, unless it says another
`id`, `source`, `type` or `time` than the envelope; any other data is kept in `properties`, under the title of the
event's `subject` or else its type.
"""

import re
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import unquote

from whence.dialects.native import wire
from whence.dialects.request import Unstorable, storable, text_faults, validate
from whence.domain.errors import Invalid, Violation

ENVELOPE: Final = ("specversion", "id", "source", "type", "time")
_NATIVE: Final = frozenset(wire.EventIn.model_fields)
_OF_BOTH: Final = ("id", "source", "type", "time")  # what an envelope and a native event have
_FURTHER: Final = "cloudevent"
_REQUIRED: Final = ("specversion", "id", "source", "type")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')


def structured(envelope: object) -> wire.EventIn:
    """The event of a structured-mode body, or of one item of a batch.

    Raises:
        Invalid: it is no CloudEvent at all.
        Misread: it is none that is right, its data no native event, or it holds what cannot be stored.
    """
    envelope, faults = (envelope.value, [*envelope.violations]) if isinstance(envelope, Unstorable) else (envelope, [])
    if not isinstance(envelope, Mapping):
        raise Invalid.at("", "must be a JSON object")
    fields = dict(cast("Mapping[str, Any]", envelope))
    data = fields.pop("data", None)
    if "data_base64" not in fields:
        return _event(fields, data, faults)
    encoded = fields.pop("data_base64")
    if data is not None:
        faults.append(Violation(path="data", message="must not be there beside data_base64"))
    if not _is_base64(encoded):
        faults.append(Violation(path="data_base64", message="must be text in Base64 (RFC 4648)"))
    return _event(fields, {"data_base64": encoded}, faults)


def binary(headers: Iterable[tuple[str, str]], kind: str, raw: bytes) -> wire.EventIn:
    """The event of a binary-mode request: attributes in `ce-` headers, data in the body.

    Args:
        kind: the content type of the data.

    Raises:
        Invalid: the body is said to be JSON, and is none.
        Misread: as `structured`.
    """
    told = [(name.removeprefix("ce-"), value) for name, value in headers if name.startswith("ce-")]
    fields: dict[str, Any] = {name: _unescaped(value) for name, value in told}
    faults = [
        Violation(path=name, message=f"takes one value, got {times}")
        for name, times in Counter(name for name, _ in told).items()
        if times > 1
    ]
    faults += [Violation(path=name, message=fault) for name, text in fields.items() if (fault := text_faults(text))]
    if not raw:
        return _event(fields, None, faults)
    if not _is_json(kind):
        return _event(fields, encoded(raw), faults)
    data = storable(raw)
    if isinstance(data, Unstorable):
        return _event(fields, data.value, [*faults, *data.violations])
    return _event(fields, data, faults)


def encoded(raw: bytes) -> dict[str, str]:
    """Data that is no JSON, as its bytes."""
    return {"data_base64": b64encode(raw).decode()}


def _is_json(kind: str) -> bool:
    """Whether data of this content type is JSON (CloudEvents' JSON format, 3.1)."""
    return kind.endswith(("/json", "+json"))


def _unescaped(value: str) -> str:
    """What a header says: a quoted string (RFC 7230, 3.2.6) is what it quotes, of which percent-encoding is undone."""
    quoted = _QUOTED.fullmatch(value)
    return unquote(re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else value, errors="replace")


def _event(fields: dict[str, Any], data: object, faults: Sequence[Violation]) -> wire.EventIn:
    """The event of what the envelope says and the data; `faults`: what is known to be wrong with either."""
    missing = [name for name in _REQUIRED if not isinstance(fields.get(name), str) or not fields[name]]
    wrong = [Violation(path=name, message="must be a string that is not empty") for name in missing]
    if "specversion" not in missing and fields["specversion"] != "1.0":
        wrong.append(Violation(path="specversion", message="must be 1.0"))
    wrong += faults
    return validate(wire.EventIn, _without(wrong, fields, data) if wrong else _read_as(fields, data))


def _without(faults: Sequence[Violation], fields: Mapping[str, Any], data: object) -> Unstorable:
    """The faults, and what can be read without the attributes that are at fault."""
    told = {fault.path for fault in faults}
    return Unstorable(_read_as({name: fields[name] for name in fields if name not in told}, data), faults)


def _read_as(fields: Mapping[str, Any], data: object) -> dict[str, object]:
    """What is read as a native event, of attributes and data."""
    envelope = {name: fields[name] for name in _OF_BOTH if name in fields}
    said = cast("dict[str, object]", data) if isinstance(data, dict) else {} if data is None else {"data": data}
    own = said if _is_native(said, envelope) else {"properties": said}
    event: dict[str, object] = {"title": _title(fields), **own, **envelope}
    further = {name: value for name, value in fields.items() if name not in ENVELOPE}
    if further:
        event["properties"] = _with(further, event.get("properties"))
    return event


def _is_native(data: Mapping[str, object], envelope: Mapping[str, object]) -> bool:
    """Whether it is a native event of which nothing is lost beside what the envelope says."""
    said = {name: data[name] for name in _OF_BOTH if name in data}
    return bool(data) and _NATIVE.issuperset(data) and said.items() <= envelope.items()


def _with(further: Mapping[str, object], properties: object) -> object:
    """The properties, and the further attributes under a name that none of them has; what is no object, as it is."""
    if properties is not None and not isinstance(properties, dict):
        return properties  # which is refused
    kept = cast("dict[str, object]", properties or {})
    name = _FURTHER
    while name in kept:
        name += "_"
    return {**kept, name: further}


def _is_base64(value: object) -> bool:
    try:
        b64decode(cast("str", value), validate=True)
    except (TypeError, ValueError):
        return False
    return True


def _title(fields: Mapping[str, Any]) -> str:
    subject = fields.get("subject")
    return (subject if isinstance(subject, str) and subject.strip() else str(fields.get("type")))[:1000]
