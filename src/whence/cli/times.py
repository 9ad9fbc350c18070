"""Times and stretches of time as people type them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import typer

_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_STRETCH: Final = re.compile(r"(\d{1,6})\s*([smhdw])", re.ASCII | re.IGNORECASE)
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_MILLIS: Final = re.compile(r"\d{10,15}", re.ASCII)


def moment(text: str) -> datetime:
    """An RFC 3339 time, milliseconds since 1970, `now`, or how long ago (`30m`, `2h ago`).

    Raises:
        BadParameter: it is none of these.
    """
    asked = text.strip()
    try:
        if asked == "now":
            return datetime.now(UTC)
        if _MILLIS.fullmatch(asked):
            return datetime.fromtimestamp(int(asked) / 1000, UTC)
        if _RFC_3339.fullmatch(asked):
            return datetime.fromisoformat(asked.upper()).astimezone(UTC)
        if (stretch := _stretch(asked.removesuffix("ago").strip())) is not None:
            return datetime.now(UTC) - stretch
    except (ValueError, OverflowError, OSError):
        pass  # spelled like a time, and beyond the calendar
    raise typer.BadParameter(
        f"{text!r} is no time. Say 2026-11-21T09:30:00Z, milliseconds since 1970, or 30m, 2h, 1d ago"
    )


def stretch(text: str) -> timedelta:
    """How long: `90d`, `12h`.

    Raises:
        BadParameter: it is no such thing.
    """
    if (found := _stretch(text.strip())) is None or not found:
        raise typer.BadParameter(f"{text!r} is no length of time. Say 30m, 12h, 90d or 2w")
    return found


def instant(at: datetime) -> str:
    """The time as the API takes it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _stretch(text: str) -> timedelta | None:
    if (spelled := _STRETCH.fullmatch(text)) is None:
        return None
    return int(spelled[1]) * _UNITS[spelled[2].lower()]
