"""What keeps an event out of problems for now, as the second version of the API marks it. Pure.

Source: DESK contract 5.5, and 6 for the reasons.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from whence.domain.alert import Alert, Silence
from whence.domain.event import Handling


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The four marks of an event; an event that opened no alert has none of them."""

    under_maintenance: bool = False
    suppresses_alert: bool = False
    suppresses_problem: bool = False
    is_frequent: bool = False


NONE: Final = Flags()

_SILENCED: Final[Mapping[Silence, Flags]] = {
    Silence.PLANNED: Flags(under_maintenance=True, suppresses_alert=True, suppresses_problem=True),
    Silence.MAINTENANCE: Flags(under_maintenance=True, suppresses_problem=True),
    Silence.TERMINATION: Flags(suppresses_problem=True),
    Silence.FREQUENT: Flags(suppresses_problem=True, is_frequent=True),
    Silence.MUTED: Flags(suppresses_problem=True),
    Silence.ASKED: Flags(suppresses_problem=True),
}


def of(alert: Alert | None, *, now: datetime) -> Flags:
    """The marks of the alert's event, while the alert is silenced."""
    if alert is None:
        return NONE
    if Handling.NO_PROBLEM in alert.handling:  # nobody need have looked at it
        return _SILENCED[Silence.ASKED]
    is_over = alert.silenced_until is not None and alert.silenced_until <= now
    if alert.silenced_by is None or alert.problem_id is not None or is_over:
        return NONE
    return _SILENCED[alert.silenced_by]
