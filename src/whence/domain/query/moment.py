"""Instants as texts: how they are read, and how results say them."""

from datetime import UTC, datetime


def moment(text: str) -> datetime | None:
    """The instant that the ISO 8601 text names, a date for its midnight, UTC without a zone; None if it names none."""
    try:
        at = datetime.fromisoformat(text.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def iso(at: datetime) -> str:
    """`2026-03-04T08:15:30.120Z`: three digits, the rest cut off."""
    return f"{_in_utc(at).isoformat(timespec='milliseconds')}Z"


def iso_seconds(at: datetime) -> str:
    """`2026-03-04T08:15:30Z`."""
    return f"{_in_utc(at).isoformat(timespec='seconds')}Z"


def _in_utc(at: datetime) -> datetime:
    """The time of day in UTC. An end of the calendar comes without a zone: the driver reads infinity so."""
    return at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)
