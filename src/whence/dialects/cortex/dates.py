"""Dates as this dialect's clients write them, and as they are written back. Pure.

Source: Cortex contract A5.1 and A5.3.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_FORM: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?"
    # The sign of an offset in a query is a blank when the client did not escape it.
    r"(?:Z|([+\- ])([0-9]{2}):?([0-9]{2}))?"
)
_MICROSECOND_DIGITS: Final = 6
_MINUTES: Final = 60
_FAULT: Final = "is not an ISO-8601 date-time"
_MILLISECOND: Final = 1000  # microseconds


def instant(text: str) -> datetime:
    """The instant, in UTC to the microsecond; what is finer is cut off.

    Raises:
        ValueError: it is not written in one of the forms, or there is no such date or time of day.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(_FAULT)
    *whole, fraction, sign, offset_hours, offset_minutes = found.groups(default="")
    year, month, day, hour, minute, second = (int(digits or "0") for digits in whole)
    micros = int(fraction[:_MICROSECOND_DIGITS].ljust(_MICROSECOND_DIGITS, "0"))
    try:
        zone = _zone(sign, offset_hours, offset_minutes)
        return datetime(year, month, day, hour, minute, second, micros, zone).astimezone(UTC)
    except (ValueError, OverflowError):  # the latter: a day at the calendar's end that is another one in UTC
        raise ValueError(_FAULT) from None


def written(at: datetime) -> str:
    """The instant in UTC: no fraction if there is none, else as three digits, or as six if three do not say it all."""
    digits = "seconds" if not at.microsecond else "microseconds" if at.microsecond % _MILLISECOND else "milliseconds"
    return at.astimezone(UTC).isoformat(timespec=digits).removesuffix("+00:00") + "Z"


def _zone(sign: str, hours: str, minutes: str) -> timezone:
    if not sign:
        return UTC
    if int(minutes) >= _MINUTES:
        raise ValueError(minutes)
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if sign == "-" else offset)  # raises ValueError from a whole day on
