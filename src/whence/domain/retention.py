"""How long an account is kept: whole months, so that what is over goes at once and nobody counts days."""

from datetime import UTC, datetime, timedelta
from typing import Final

MOST_DAYS: Final = 36_500  # a hundred years


def month_of(at: datetime) -> datetime:
    """The first instant of the moment's month."""
    return datetime(at.year, at.month, 1, tzinfo=UTC)


def kept_from(now: datetime, retention: timedelta) -> datetime:
    """The first instant that is kept: a month stays as long as anything of it is young enough."""
    return month_of(now - retention)
