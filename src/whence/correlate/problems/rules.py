"""When alerts belong together, and when one is not worth a problem. Defaults as documented: DESK contract 6."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

MARKS: Final = frozenset({"MARKED_FOR_TERMINATION"})
"""Types of events that say of an entity that it is about to go."""

_AVAILABILITY: Final = frozenset(
    {"availability", "availabilityevent", "unavailable", "down", "hostdown", "hostoffline", "instancedown", "nodedown"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The constants of the grouping.

    `gap`: between the beginnings of two alerts that belong together, at most. `steps`: relations between their
    entities, at most. `hub`: an entity with more relations than that ties nothing together that is related to it only.
    `takes`: how old a problem may be to which an alert comes. `reopens`: how long after its end a condition of it may
    come again and still be of it. `most`: alerts in a problem. `goes`: how long an entity that was marked for
    termination may be away. `damps`: whether what comes and goes opens no problem, with the numbers and the sums of
    durations, in a day and in a week, from which on that is so.
    """

    gap: timedelta = timedelta(minutes=5)
    steps: int = 3
    hub: int = 50
    takes: timedelta = timedelta(minutes=90)
    reopens: timedelta = timedelta(minutes=30)
    most: int = 10_000
    goes: timedelta = timedelta(minutes=60)
    damps: bool = True
    often_a_day: int = 3
    long_a_day: timedelta = timedelta(hours=12)
    often_a_week: int = 7
    long_a_week: timedelta = timedelta(hours=50, minutes=24)


def is_of_availability(event_type: str) -> bool:
    """Whether an alert of the type says that something is away."""
    return "".join(filter(str.isalpha, event_type)).casefold() in _AVAILABILITY
