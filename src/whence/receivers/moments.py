"""Times as monitors write them, to UTC."""

import re
from datetime import UTC, datetime
from typing import Final

_HTTP_DATE: Final = re.compile(
    r"(?:[A-Za-z]{3}, )?([0-9]{1,2}) ([A-Za-z]{3}) ([0-9]{4}) ([0-9:]{8}) (GMT|UTC|[+-][0-9]{4})"
)
# Python takes any character between day and time, and so many a count of milliseconds for a time.
_ISO: Final = re.compile(r"[0-9W-]{7,10}(?:[T ].+)?")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def of_iso(text: str) -> datetime | None:
    """The instant of `2026-03-04T17:15:30.120+09:00` and ISO 8601's other forms; without an offset it is UTC.

    None: it is no such text, or lies beyond the calendar.
    """
    text = text.upper()
    if not _ISO.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def of_http_date(text: str) -> datetime | None:
    """The instant of `Wed, 04 Mar 2026 08:15:30 GMT`; None: it is no such text."""
    found = _HTTP_DATE.fullmatch(text)
    if found is None or found[2].title() not in _MONTHS:
        return None
    month = _MONTHS.index(found[2].title()) + 1
    offset = found[5] if found[5][0] in "+-" else "Z"
    return of_iso(f"{found[3]}-{month:02}-{found[1]:0>2}T{found[4]}{offset}")
