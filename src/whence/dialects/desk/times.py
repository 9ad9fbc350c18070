"""The vendor's times: epoch milliseconds, ISO 8601, and expressions such as `now-1w/d`. Pure.

Source: DESK contract 5.1 (`relativeTime`) and 5.4. All instants are UTC; a vendor's time is a whole millisecond.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from whence.domain.event import began

RELATIVE: Final[Mapping[str, timedelta]] = {
    "10mins": timedelta(minutes=10),
    "15mins": timedelta(minutes=15),
    "2hours": timedelta(hours=2),
    "30mins": timedelta(minutes=30),
    "3days": timedelta(days=3),
    "5mins": timedelta(minutes=5),
    "6hours": timedelta(hours=6),
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "min": timedelta(minutes=1),
    "month": timedelta(days=30),
    "week": timedelta(days=7),
}
"""The words of `relativeTime`, in the order in which the vendor's error names them."""

GRACE: Final = 60_000
"""How far a sender's clock may be behind ours, in milliseconds."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_LAST_MILLISECOND: Final = 253_402_300_799_999  # of the year 9999, the last that a datetime can hold
_MILLISECONDS: Final = re.compile(r"[0-9]{1,15}")
# A plus sign that nobody percent-encoded arrives as a blank.
_ISO: Final = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[T ](?P<time>\d{2}:\d{2})(?::(?P<seconds>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>Z|(?P<sign>[+\- ])(?P<hours>\d{2}):?(?P<minutes>[0-5]\d))?",
    re.ASCII,
)
_NOW: Final = re.compile(r"now(?:-(?P<count>[0-9]{1,9})(?P<unit>[mhdwMy]))?(?:/(?P<aligned>[mhdwMy]))?")
_FIXED: Final[Mapping[str, timedelta]] = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_MONTHS: Final[Mapping[str, int]] = {"M": 1, "y": 12}
_MONDAY: Final = datetime(1970, 1, 5, tzinfo=UTC)


def millis(at: datetime) -> int:
    """The whole milliseconds since 1970."""
    return (at - _EPOCH) // _MILLISECOND


def instant(milliseconds: int) -> datetime:
    """The instant of the milliseconds since 1970.

    Raises:
        OverflowError: it is after the year 9999.
    """
    return _EPOCH + milliseconds * _MILLISECOND


def begun(start: int | None, end: int | None, *, now: int) -> int:
    """When an event of these times began, all in milliseconds, as `domain.event.began` has it."""
    return began(start, end, now=now, late=now - GRACE)


def of_millis(text: str) -> datetime | None:
    """The instant of milliseconds in decimal digits; None when the text is no such thing."""
    return instant(int(text)) if _MILLISECONDS.fullmatch(text) and int(text) <= _LAST_MILLISECOND else None


def of_text(text: str, *, now: datetime) -> datetime | None:
    """The instant that a time expression means; None when it is none. What lies before 1970 is 1970."""
    if (at := of_millis(text)) is not None:
        return at
    if found := _NOW.fullmatch(text):
        return _of_now(found, now)
    if found := _ISO.fullmatch(text):
        return _of_iso(found)
    return None


def back(at: datetime, count: int, unit: str) -> datetime:
    """The instant so many units (`m h d w M y`) before; a day that the month lacks is its last. Never before 1970."""
    try:
        found = at - count * _FIXED[unit] if unit in _FIXED else _months_back(at, count * _MONTHS[unit])
    except (OverflowError, ValueError):  # before the first year of the calendar
        return _EPOCH
    return max(found, _EPOCH)


def aligned(at: datetime, unit: str) -> datetime:
    """The last instant, not after `at`, at which a unit began; weeks begin on Monday, all in UTC."""
    match unit:
        case "M":
            return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        case "y":
            return at.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
        case _:
            return max(at - (at - _MONDAY) % _FIXED[unit], _EPOCH)


def _of_now(found: re.Match[str], now: datetime) -> datetime:
    at = back(now, int(found["count"]), found["unit"]) if found["count"] else now
    return aligned(at, found["aligned"]) if found["aligned"] else at


def _of_iso(found: re.Match[str]) -> datetime | None:
    day, time, seconds, fraction = found["day"], found["time"], found["seconds"] or "00", found["fraction"] or ""
    micros = timedelta(microseconds=int(fraction.ljust(6, "0")[:6]))
    try:
        return max(datetime.fromisoformat(f"{day}T{time}:{seconds}+00:00") + micros - _offset(found), _EPOCH)
    except (OverflowError, ValueError):  # the 30th of February, 25 o'clock, or beyond the calendar
        return None


def _offset(found: re.Match[str]) -> timedelta:
    """How far the zone is ahead of UTC."""
    if found["hours"] is None:
        return timedelta()
    ahead = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return -ahead if found["sign"] == "-" else ahead


def _months_back(at: datetime, count: int) -> datetime:
    """Raises ValueError before the year 1."""
    years, month = divmod(at.year * 12 + at.month - 1 - count, 12)
    if years < 1:
        raise ValueError("before the calendar")
    return at.replace(year=years, month=month + 1, day=min(at.day, monthrange(years, month + 1)[1]))
