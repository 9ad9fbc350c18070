"""How a webhook's payloads are to be read, as it is sent. Which receiver takes what, the receivers know."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import to_json

from whence import receivers
from whence.domain.errors import Invalid, Violation
from whence.receivers import UnknownOption, WrongOption

_MOST_BYTES: Final = 65_536  # as JSON: they are read with each payload
_LONGEST: Final = 100 * 366 * 86_400  # seconds: longer than anything is kept
_TEXT: Final = {"type": "string"}
_TEMPLATES: Final = {"anyOf": [_TEXT, {"type": "object", "additionalProperties": _TEXT}]}
_SCHEMA: Final[dict[str, object]] = {
    "type": "object",
    "properties": {
        "duplicate_event_time": {"type": "integer", "minimum": -_LONGEST, "maximum": _LONGEST},
        "message_root": _TEXT,
        "load_json": {"type": "array", "items": _TEXT},
        "confirm_url": _TEXT,
        "convert_data": {
            "type": "object",
            "properties": {"resource": _TEMPLATES, "additional_info": _TEMPLATES},
            "additionalProperties": _TEXT,
        },
    },
    "additionalProperties": False,
    "description": f"How payloads are read; at most {_MOST_BYTES:,} bytes. `duplicate_event_time` is of every "
    "receiver, `message_root` of `grafana`, the others of `direct`.",
}
_EXPECTED: Final[Mapping[str, str]] = {
    "load_json": "a list of strings",
    "convert_data": "an object of strings; under resource and additional_info also objects of strings",
    "duplicate_event_time": "a whole number",
}  # of what is no string


def _short(options: dict[str, Any]) -> dict[str, Any]:
    if len(to_json(options)) > _MOST_BYTES:
        raise ValueError(f"must be at most {_MOST_BYTES:,} bytes of JSON")
    return options


Options = Annotated[dict[str, Any], AfterValidator(_short), WithJsonSchema(_SCHEMA)]


def require_options(receiver: str, options: Mapping[str, object]) -> None:
    """Return when the receiver can work with the options.

    Raises:
        Invalid: with every option that it cannot work with.
    """
    if found := list(faults(receiver, options)):
        raise Invalid(found)


def faults(receiver: str, options: Mapping[str, object]) -> Iterator[Violation]:
    """What is wrong with the options that the receiver cannot work with."""
    for key, value in options.items():
        path = f"options.{key}"
        try:
            receivers.check(receiver, {key: value})
        except UnknownOption:
            yield Violation(path=path, message="must not stand beside this receiver, which has no such option")
        except WrongOption:
            yield Violation(path=path, message=f"must be {_EXPECTED.get(key, 'a string')}")
        else:
            if isinstance(value, int | float) and abs(value) > _LONGEST:
                yield Violation(path=path, message=f"must be at most {_LONGEST:,} seconds")
