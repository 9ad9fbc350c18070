"""Free JSON inside of messages: `Struct`, `Value` and `ListValue`, to plain values and back.

By hand, because the library's own conversion takes several times as long and knows no limit but an exception.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from sys import float_info
from typing import Any, Final, cast

from google.protobuf.message import Message
from google.protobuf.struct_pb2 import ListValue, Struct, Value
from pydantic_core import to_json

from whence.dialects.cloudforet.errors import Fault, invalid

STRUCT: Final = "google.protobuf.Struct"
VALUE: Final = "google.protobuf.Value"
LIST_VALUE: Final = "google.protobuf.ListValue"
FREE: Final = frozenset({STRUCT, VALUE, LIST_VALUE})
_LEVELS: Final = 30  # an object takes three levels of messages, and readers of messages stop at a hundred
_MOST_INTEGRAL: Final = 2.0**63  # a larger double is a measure, and its digits would be invented


def from_free(message: Message, path: str) -> Any:  # noqa: ANN401  JSON is anything
    """The JSON value that a `Struct`, `Value` or `ListValue` holds; whole numbers are integers.

    Raises:
        Fault: it holds what cannot be stored.
    """
    match message.DESCRIPTOR.full_name:
        case "google.protobuf.Struct":
            return _object(cast("Struct", message), path)
        case "google.protobuf.ListValue":
            return _list(cast("ListValue", message), path)
        case _:
            return _value(cast("Value", message), path)


def fill(struct: Message, given: Mapping[str, Any]) -> None:
    """Put the object into the `Struct`. What lies too deep for a message is put there as its JSON text."""
    _fill_struct(cast("Struct", struct), given, _LEVELS)


def _fill(target: Value, given: object, levels: int) -> None:
    if isinstance(given, str):
        target.string_value = given
    elif given is None:
        target.null_value = cast("Any", 0)
    elif isinstance(given, bool):
        target.bool_value = given
    elif isinstance(given, int | float):
        target.number_value = _double(given)
    elif levels == 0:
        target.string_value = to_json(given).decode()
    elif isinstance(given, Mapping):
        target.struct_value.SetInParent()
        _fill_struct(target.struct_value, cast("Mapping[str, Any]", given), levels - 1)
    else:
        target.list_value.SetInParent()
        _fill_list(target.list_value, cast("Sequence[Any]", given), levels - 1)


def _fill_struct(struct: Struct, given: Mapping[str, Any], levels: int) -> None:
    fields = struct.fields
    for key, value in given.items():
        _fill(fields[key], value, levels)


def _fill_list(listed: ListValue, given: Sequence[Any], levels: int) -> None:
    values = listed.values
    for value in given:
        _fill(values.add(), value, levels)


def _double(number: float) -> float:
    try:
        return float(number)
    except OverflowError:  # an integer with more than 308 digits
        return float_info.max if number > 0 else -float_info.max


def _object(struct: Struct, path: str) -> dict[str, Any]:
    return {_stored(key, path): _value(value, f"{path}.{key}") for key, value in struct.fields.items()}


def _list(listed: ListValue, path: str) -> list[Any]:
    return [_value(value, f"{path}[{n}]") for n, value in enumerate(listed.values)]


def _value(value: Value, path: str) -> Any:  # noqa: ANN401  JSON is anything
    match value.WhichOneof("kind"):
        case "string_value":
            return _stored(value.string_value, path)
        case "number_value":
            return _number(value.number_value, path)
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return _object(value.struct_value, path)
        case "list_value":
            return _list(value.list_value, path)
        case _:
            return None


def _number(number: float, path: str) -> float:
    if not isfinite(number):
        raise invalid(path, "must be a number that JSON can hold")
    return int(number) if abs(number) < _MOST_INTEGRAL and number.is_integer() else number


def _stored(text: str, path: str) -> str:
    if "\0" in text:
        raise nul(path)
    return text


def nul(path: str) -> Fault:
    """The fault of a text that cannot be stored."""
    return invalid(path, "must not hold a NUL character")
