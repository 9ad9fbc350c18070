"""What a single value of the native API is, and how it is spelled: times, durations, addresses, names."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, cast
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema

from whence.causes import LONGEST_LOOKBACK, SHORTEST_LOOKBACK
from whence.dialects.request import text_faults

_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
# In the words of ECMA 262, which the OpenAPI document is read with: no white space, no control characters.
_NO_SPACE: Final = r"\s\u0000-\u001f\u007f-\u00a0\ufeff"
_MOVES_CURSOR: Final = r"\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_WEB: Final = rf"[hH][tT][tT][pP][sS]?://[^/?#{_NO_SPACE}]+[^{_NO_SPACE}]*"
_IS_WEB: Final = re.compile(_WEB).fullmatch  # asked for each of a thousand events: `re`'s own look-up doubles it
_DURATION: Final = r"P([0-9]{1,3}W)?([0-9]{1,4}D)?(T([0-9]{1,5}H)?([0-9]{1,6}M)?([0-9]{1,8}S)?)?"  # of ISO 8601
_SECONDS: Final = (604_800, 86_400, 3_600, 60, 1)
_UUID: Final = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_PROBLEM: Final = f"[pP]-[1-9][0-9]{{0,8}}|{_UUID}"  # more digits no problem's number has
_MILLIS_DIGITS: Final = 15
_LAST_MILLIS: Final = 253_402_300_799_999  # the end of the year 9999


def _instant(value: object) -> datetime:
    match value:
        case bool():
            pass
        case int() | float() if 0 <= value <= _LAST_MILLIS:
            return datetime.fromtimestamp(value / 1000, UTC)
        case str() if _RFC_3339.fullmatch(value):
            try:
                return datetime.fromisoformat(value.upper()).astimezone(UTC)
            except (ValueError, OverflowError):
                pass
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC)
        case _:
            pass
    raise ValueError("must be an RFC 3339 time with a zone, or milliseconds since 1970")


def _instant_text(value: object) -> datetime:
    if isinstance(value, str) and value.isdecimal() and len(value) <= _MILLIS_DIGITS:
        return _instant(int(value))
    return _instant(value)


def _lookback(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    spelled = re.fullmatch(_DURATION, value) if isinstance(value, str) else None
    if spelled is None:
        raise ValueError("must be an ISO 8601 duration: PT2H, PT90M, P1D")
    weeks, days, _, *times = spelled.groups("0_")
    counts = (int(text[:-1]) for text in (weeks, days, *times))
    length = timedelta(seconds=sum(count * unit for count, unit in zip(counts, _SECONDS, strict=True)))
    if not SHORTEST_LOOKBACK <= length <= LONGEST_LOOKBACK:
        raise ValueError("must be from 1 minute to 7 days")
    return length


def problem_name(value: object) -> UUID | int:
    """The id or the number of a problem that is called so.

    Raises:
        ValueError: none can be called so.
    """
    if isinstance(value, UUID | int):
        return value
    if not isinstance(value, str) or not re.fullmatch(_PROBLEM, value):
        raise ValueError("must be a problem's id, or its name: P-41")
    return int(value[2:]) if value[1] == "-" else UUID(value)


def whole(value: object) -> object:
    """The number as an integer, where it is one: JSON knows one kind, 15.0 is 15."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def storable(text: str) -> str:
    """The text of a query, when a column can hold it; bodies were looked through before.

    Raises:
        ValueError: none can.
    """
    if fault := text_faults(text):
        raise ValueError(fault)
    return text


def _property(name: str) -> str:
    if not name.startswith("prop.") or name == "prop.":
        raise ValueError("is not a parameter of this call")
    return storable(name)


def _texts(given: object) -> list[str]:
    texts = cast("list[str]", given) if isinstance(given, list) else [str(given)]
    return [storable(text) for text in texts]


def _not_before(end: datetime | None, told: ValidationInfo) -> datetime | None:
    start = told.data.get("start")
    if end is not None and start is not None and end < start:
        raise ValueError("is before from")
    return end


def _flag(value: object) -> bool:
    match value:
        case bool():
            return value
        case "true" | "false":
            return value == "true"
        case _:
            raise ValueError("must be true or false")


def _said(text: str) -> str:
    if text and not re.search(r"\S", text):
        raise ValueError("must not be blank")
    return text


def _new_name(name: str) -> str:
    if not re.search(r"\S", name):
        raise ValueError("must not be blank")
    if re.search(f"[{_MOVES_CURSOR}]", name):
        raise ValueError("must not hold a control character")
    return name


def _web(url: str) -> str:
    if not _IS_WEB(url):
        raise ValueError("must be an http or https address")
    return url


def _time_schema(number: str) -> dict[str, object]:
    return {
        "anyOf": [
            {"type": "string", "format": "date-time"},
            {"type": number, "minimum": 0, "maximum": _LAST_MILLIS},
        ],
        "description": "RFC 3339 with a zone, or milliseconds since 1970",
    }


Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema(_time_schema("number"))]
InstantText = Annotated[datetime, BeforeValidator(_instant_text), WithJsonSchema(_time_schema("integer"))]
Web = Annotated[
    str,
    Field(max_length=2000),
    AfterValidator(_web),
    WithJsonSchema({"type": "string", "maxLength": 2000, "pattern": f"^{_WEB}$"}),
]
Name = Annotated[str, Field(min_length=1, max_length=500)]
NewName = Annotated[
    str,
    Field(min_length=1, max_length=200),
    AfterValidator(_new_name),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "pattern": rf"^[^{_MOVES_CURSOR}]*[^\s{_MOVES_CURSOR}][^{_MOVES_CURSOR}]*$",
        }
    ),
]
Names = Annotated[list[Name], Field(max_length=1000)]
Object = dict[str, Any]
Asked = Annotated[str, Field(max_length=1000), AfterValidator(storable)]
End = Annotated[InstantText | None, AfterValidator(_not_before)]  # of what `start` begins
PropertyTests = dict[Annotated[str, AfterValidator(_property)], Annotated[list[str], BeforeValidator(_texts)]]
ProblemName = Annotated[
    UUID | int, BeforeValidator(problem_name), WithJsonSchema({"type": "string", "pattern": f"^({_PROBLEM})$"})
]
Said = Annotated[
    str,
    Field(max_length=10_000),
    AfterValidator(_said),
    WithJsonSchema({"type": "string", "maxLength": 10_000, "pattern": r"^$|\S"}),
]
Flag = Annotated[bool, BeforeValidator(_flag)]
Lookback = Annotated[
    timedelta,
    BeforeValidator(_lookback),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_DURATION}$",
            "description": "An ISO 8601 duration from 1 minute to 7 days, such as `PT2H` or `P1D`.",
        }
    ),
]
