"""The fields that this dialect's bodies are made of: what each takes, makes of it, and refuses.

A refusal is a ValueError whose text continues the field's name: `eventType must be a string`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    PlainValidator,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails

from whence.dialects.request import text_faults, violation
from whence.domain.errors import Invalid, Violation
from whence.domain.event import GRACE, Severity, began

LONGEST_NAME: Final = 500  # characters of a cluster, namespace or service: names are indexed
MOST_NAMES: Final = 1000  # of one scope list, blanks and repetitions included
MOST_LINKS: Final = 100
LONGEST_KEY: Final = 200  # characters of an idempotency key
LARGEST_PAGE: Final = 10_000  # rows of a search
LAST_PAGE: Final = 1_000_000  # of a search whose pages are numbered
MOST_EVENTS: Final = 1000  # in one answer of the list

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MILLIS: Final = 10**11  # a number from here on is milliseconds: as seconds it would be the year 5138
_LAST_SECOND: Final = 253_402_300_799  # the end of the year 9999
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)
_LIMIT: Final = re.compile(r"[0-9]{1,6}", re.ASCII)
_URL: Final = re.compile(r"https?://[^\s\x00-\x1f\x7f]+", re.IGNORECASE)
_SEVERITIES: Final[Mapping[str, Severity]] = {
    "": Severity.INFO,
    "string": Severity.INFO,  # the vendor's template posted unchanged, which contract 4.3 has as valid
    "info": Severity.INFO,
    "information": Severity.INFO,
    "warning": Severity.WARNING,
    "error": Severity.ERROR,
}
_TRUTH: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}
_MESSAGES: Final[Mapping[str, str]] = {
    "missing": "is required",
    "model_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be a list",
}

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """When a body came in, and why an event may not be at a given time, if so."""

    at: datetime
    time_fault: Callable[[datetime], str | None]

    def start(self, said: datetime | None, end: datetime | None) -> datetime:
        """When an event of these times began, as `domain.event.began` has it; now is its receipt."""
        return began(said, end, now=self.at, late=self.at - GRACE)


def read(model: type[Model], value: object, receipt: Receipt | None = None) -> Model:
    """The JSON value in the model's shape.

    Args:
        receipt: for bodies that name the time of an event.

    Raises:
        Invalid: with every violation, in the order of the model's fields.
    """
    try:
        return model.model_validate(value, context=receipt)
    except ValidationError as exc:
        raise Invalid(map(_violation, exc.errors(include_url=False, include_input=False))) from None


def _violation(error: ErrorDetails) -> Violation:
    found = violation(error)
    return Violation(path=found.path, message=_MESSAGES.get(error["type"], found.message))


def _required_text(value: object) -> str:
    if value is None:
        raise ValueError("is required")
    if not isinstance(value, str):
        raise ValueError("must be a string")  # noqa: TRY004  pydantic collects ValueErrors
    return value


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def at_most(limit: int) -> AfterValidator:
    """Refuses a text of more characters (code points) than `limit`; nothing is ever cut."""

    def bounded(text: str) -> str:
        if len(text) > limit:
            raise ValueError(f"must be at most {limit} characters, got {len(text)}")
        return text

    return AfterValidator(bounded)


def one_of(*words: str) -> AfterValidator:
    """Refuses every text but these."""

    def known(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return AfterValidator(known)


def _name(value: object) -> str:
    match value:
        case None:  # as a template makes it from a missing label
            return ""
        case str():
            return value
        case bool():
            pass
        case int():
            return str(value)
        case float():
            return f"{Decimal(repr(value)):f}".removesuffix(".0")
        case _:
            pass
    raise ValueError("must be a string")


def _listed(value: object) -> object:
    """One value as a list of one, null as an empty one. A long list is refused before its items are seen."""
    if value is None:
        return []
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return [value]
    if isinstance(value, list) and len(cast("list[object]", value)) > MOST_NAMES:
        raise ValueError(f"must hold at most {MOST_NAMES} names, got {len(cast('list[object]', value))}")
    return cast("object", value)


def _required(value: object) -> object:
    if value is None:
        raise ValueError("is required")
    return value


def _not_empty(values: list[str]) -> list[str]:
    if not values:
        raise ValueError("must not be empty")
    return values


def _named(names: list[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name.strip()))


def severity(value: object) -> Severity:
    """The severity that is meant: any case, nothing is the mildest.

    Raises:
        ValueError: none is meant.
    """
    if value is None:
        return Severity.INFO
    if not isinstance(value, str):
        raise ValueError("must be a string")  # noqa: TRY004  pydantic collects ValueErrors
    found = _SEVERITIES.get(value.strip().lower())
    if found is None:
        raise ValueError("must be one of information, warning, error")
    return found


def instant(value: object) -> datetime:
    """The instant that is meant: RFC 3339, or epoch seconds, or from 10^11 on epoch milliseconds.

    Raises:
        ValueError: none is meant.
    """
    try:
        match value:
            case bool():
                pass
            case int() | float():
                return _EPOCH + timedelta(seconds=value if abs(value) < _FIRST_MILLIS else value / 1000)
            case str() if _RFC_3339.fullmatch(value):
                return datetime.fromisoformat(value.upper()).astimezone(UTC)
            case _:
                pass
    except (ValueError, OverflowError):
        pass
    raise ValueError("must be an RFC 3339 time with a zone, epoch seconds or epoch milliseconds")


def _event_time(value: object, info: ValidationInfo) -> datetime | None:
    if value is None:
        return None
    at = instant(value)
    if fault := cast("Receipt", info.context).time_fault(at):
        raise ValueError(fault)
    return at


def _epoch_seconds(value: object) -> datetime | None:
    match value:
        case None:
            return None
        case bool():
            pass
        case int() | float() if 0 <= value <= _LAST_SECOND:
            return _EPOCH + timedelta(seconds=value)
        case _:
            pass
    raise ValueError("must be epoch seconds")


def _web_address(text: str) -> str:
    try:
        is_web = bool(_URL.fullmatch(text) and urlsplit(text).hostname)
    except ValueError:  # an IPv6 address that is none
        is_web = False
    if not is_web:
        raise ValueError("must be an http or https URL")
    return text


def _few(links: object) -> object:
    if isinstance(links, list) and len(cast("list[object]", links)) > MOST_LINKS:
        raise ValueError(f"must hold at most {MOST_LINKS} links, got {len(cast('list[object]', links))}")
    return cast("object", links)


def _integer(value: object, first: int, last: int, *, default: int) -> int:
    if value is None:
        return default
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON has one kind of number: 15.0 is as good as 15
    if isinstance(value, int) and not isinstance(value, bool) and first <= value <= last:
        return value
    raise ValueError(f"must be an integer from {first} to {last}")


def _page_size(value: object) -> int:
    return _integer(value, 1, LARGEST_PAGE, default=100)


def _page_number(value: object) -> int:
    return _integer(value, 0, LAST_PAGE, default=0)


def _once(values: object) -> object:
    """The one value of a query parameter, which may be given once."""
    if not isinstance(values, list):
        return values
    given = cast("list[str]", values)
    if len(given) != 1:
        raise ValueError("must be given once")
    return given[0]


def _single(values: object) -> object:
    """As `_once`; blank is absent."""
    value = _once(values)
    return None if isinstance(value, str) and not value.strip() else value


def _truth(value: object) -> bool:
    truth = _TRUTH.get(value.lower()) if isinstance(value, str) else None
    if truth is None:
        raise ValueError("must be true or false")
    return truth


def _pair(tag: str) -> str:
    if ":" not in tag:
        raise ValueError("must be key:value")
    return tag


def _some(values: list[str]) -> list[str]:
    return [value for value in values if value.strip()]


def _storable(text: str) -> str:
    if fault := text_faults(text):
        raise ValueError(fault)
    return text


def _query_time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    return instant(float(value) if _NUMBER.fullmatch(value) else value)


def _limit(value: object) -> int:
    if value is None:
        return 100
    if isinstance(value, str) and _LIMIT.fullmatch(value) and 1 <= int(value) <= MOST_EVENTS:
        return int(value)
    raise ValueError(f"must be an integer from 1 to {MOST_EVENTS}")


Text = Annotated[str, PlainValidator(_required_text)]
Filled = Annotated[Text, AfterValidator(_not_blank)]
Listed = BeforeValidator(_listed)
Required = BeforeValidator(_required)
NotEmpty = AfterValidator(_not_empty)
Name = Annotated[Filled, AfterValidator(_storable), at_most(LONGEST_NAME)]
NameOrNone = Annotated[Text, AfterValidator(_storable), at_most(LONGEST_NAME)]
Names = Annotated[
    list[Annotated[str, PlainValidator(_name), at_most(LONGEST_NAME)]],
    Listed,
    AfterValidator(_named),
]
Few = BeforeValidator(_few)
Details = dict[str, Any] | None
SeverityField = Annotated[Severity, PlainValidator(severity)]
EventTime = Annotated[datetime | None, PlainValidator(_event_time)]
EpochSeconds = Annotated[datetime | None, PlainValidator(_epoch_seconds)]
WebAddress = Annotated[Filled, AfterValidator(_web_address)]
Key = Annotated[Filled, at_most(LONGEST_KEY)]
PageSize = Annotated[int, PlainValidator(_page_size)]
PageNumber = Annotated[int, PlainValidator(_page_number)]
Once = BeforeValidator(_once)
Single = BeforeValidator(_single)
Truth = Annotated[bool, PlainValidator(_truth), Once]
Asked = Annotated[str, AfterValidator(_storable)]
AskedList = Annotated[list[Asked], BeforeValidator(_some)]
AskedNames = Annotated[list[str], BeforeValidator(_some)]
AskedTags = list[Annotated[str, AfterValidator(_pair)]]
AskedSeverities = Annotated[list[SeverityField], BeforeValidator(_some)]
QueryTime = Annotated[datetime | None, PlainValidator(_query_time), Single]
Limit = Annotated[int, PlainValidator(_limit), Single]
