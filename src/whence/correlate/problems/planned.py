"""Until when planned maintenance keeps an alert quiet."""

from collections.abc import Sequence
from datetime import datetime

from whence.domain.alert import Silence
from whence.domain.entity import Entity
from whence.domain.maintenance import Maintenance, Mode, Quiet, quiet_until


def planned(
    windows: Sequence[Maintenance], places: Sequence[Sequence[Entity]], at: datetime
) -> tuple[datetime, Silence] | None:
    """Until when all of the places are under maintenance that covers the instant, and how; None: one is not.

    Args:
        places: for each thing that the alert is about, what it is and what it runs on or is part of: it is under
            maintenance when one of those is. Nothing for what nobody knows: only maintenance of everything covers that.
    """
    if not windows:
        return None
    quiets = [_quiet(windows, place, at) for place in places or [()]]
    found = [quiet for quiet in quiets if quiet is not None]
    if len(found) < len(quiets):
        return None
    is_planned = all(quiet.mode is Mode.RECORD_ONLY for quiet in found)
    return min(quiet.until for quiet in found), Silence.PLANNED if is_planned else Silence.MAINTENANCE


def _quiet(windows: Sequence[Maintenance], place: Sequence[Entity], at: datetime) -> Quiet | None:
    """The longest silence of those that the place has."""
    found = [quiet for entity in place or [None] if (quiet := quiet_until(windows, at, entity)) is not None]
    return max(found, key=lambda quiet: quiet.until, default=None)
