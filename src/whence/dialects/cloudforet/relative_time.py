"""Times relative to now: `now/d - 1d`. Pure. Source: Cloudforet contract 11.4."""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final

_TEXT: Final = re.compile(
    r"(?P<base>now(?:/[dwm])?)\s*(?:(?P<sign>[+-])\s*(?P<amount>[0-9]{1,12})\s*(?P<unit>[smhdw]))?"
)
_UNITS: Final[Mapping[str, timedelta]] = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def relative_time(text: str, now: datetime) -> datetime | None:
    """The instant that the text names, seen from `now` in UTC; None if it names none."""
    if (found := _TEXT.fullmatch(text.strip())) is None:
        return None
    base = _base(found["base"], now)
    if found["sign"] is None:
        return base
    try:
        shift = int(found["amount"]) * _UNITS[found["unit"]]
        return base + shift if found["sign"] == "+" else base - shift
    except OverflowError:  # outside of the calendar
        return None


def _base(name: str, now: datetime) -> datetime:
    midnight = datetime.combine(now.date(), time(), now.tzinfo)
    match name:
        case "now/d":
            return midnight
        case "now/w":
            return midnight - timedelta(days=now.weekday())
        case "now/m":
            return midnight.replace(day=1)
        case _:
            return now
