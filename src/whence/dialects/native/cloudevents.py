"""CloudEvents 1.0 as native events. Source: the CloudEvents specification 1.0.2 and its HTTP and JSON bindings.

`data` that is an object of nothing but native fields is read as the native event that it is; any other data is
kept in `properties`, under the title of the event's `subject` or else its type.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import unquote

from whence.dialects.native import wire
from whence.dialects.request import json_value, text_faults, validate
from whence.domain.errors import Invalid, Violation

ENVELOPE: Final = ("specversion", "id", "source", "type", "time")
_NATIVE: Final = frozenset(wire.EventIn.model_fields) - {"id", "source", "type", "time"}
_REQUIRED: Final = ("specversion", "id", "source", "type")


def structured(envelope: object) -> wire.EventIn:
    """The event of a structured-mode body, or of one item of a batch.

    Raises:
        Invalid: it is no CloudEvent, or its data no native event.
    """
    if not isinstance(envelope, Mapping):
        raise Invalid.at("", "must be a JSON object")
    fields = dict(cast("Mapping[str, Any]", envelope))
    data = fields.pop("data", None)
    if "data_base64" not in fields:
        return _event(fields, data)
    encoded = fields.pop("data_base64")
    faults = [] if data is None else [Violation(path="data", message="must not be there beside data_base64")]
    if not _is_base64(encoded):
        faults.append(Violation(path="data_base64", message="must be text in Base64 (RFC 4648)"))
    return _event(fields, {"data_base64": encoded}, faults)


def binary(headers: Mapping[str, str], raw: bytes) -> wire.EventIn:
    """The event of a binary-mode request: attributes in `ce-` headers, data in the body.

    Raises:
        Invalid: an attribute cannot be stored; and as `structured`.
    """
    fields: dict[str, Any] = {
        name.removeprefix("ce-"): unquote(value, errors="replace")
        for name, value in headers.items()
        if name.startswith("ce-")
    }
    if faults := [Violation(path=name, message=fault) for name, text in fields.items() if (fault := text_faults(text))]:
        raise Invalid(faults)
    if not raw:
        return _event(fields, None)
    if "json" in headers.get("content-type", "json"):
        return _event(fields, json_value(raw))
    return _event(fields, {"data_base64": b64encode(raw).decode()})


def _event(fields: dict[str, Any], data: object, faults: Sequence[Violation] = ()) -> wire.EventIn:
    """The event of what the envelope says and the data; `faults`: what is wrong with the data."""
    missing = [
        Violation(path=name, message="must be a string that is not empty")
        for name in _REQUIRED
        if not isinstance(fields.get(name), str) or not fields[name]
    ]
    if not missing and fields["specversion"] != "1.0":
        missing.append(Violation(path="specversion", message="must be 1.0"))
    if missing or faults:
        raise Invalid([*missing, *faults])
    envelope = {name: fields[name] for name in ("id", "source", "type", "time") if name in fields}
    further = {name: value for name, value in fields.items() if name not in ENVELOPE}
    if isinstance(data, dict) and _NATIVE.issuperset(cast("dict[str, object]", data)) and data:
        event = {"title": _title(fields), **cast("dict[str, object]", data), **envelope}
    else:
        kept: dict[str, object] = cast("dict[str, object]", data) if isinstance(data, dict) else {}
        if data is not None and not isinstance(data, dict):
            kept = {"data": data}
        event = {"title": _title(fields), "properties": kept, **envelope}
    properties = event.get("properties")
    if further and (properties is None or isinstance(properties, dict)):  # any other is refused below
        event["properties"] = {**(cast("dict[str, object] | None", properties) or {}), "cloudevent": further}
    return validate(wire.EventIn, event)


def _is_base64(value: object) -> bool:
    try:
        b64decode(cast("str", value), validate=True)
    except (TypeError, ValueError):
        return False
    return True


def _title(fields: Mapping[str, Any]) -> str:
    subject = fields.get("subject")
    return (subject if isinstance(subject, str) and subject.strip() else str(fields["type"]))[:1000]
