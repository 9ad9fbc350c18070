"""Why an alert opens no problem, or not at once.

Each reason covers a stretch of time. What is still going on when the last of those that adjoin ends counts from then:
so it does not matter when somebody looks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from whence.correlate.problems.rules import Rules, is_of_availability
from whence.domain.alert import Alert, ClosedBy, Silence
from whence.domain.event import Handling, Span

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
_MOST_STRETCHES: Final = 100

Planned = Callable[[datetime], tuple[datetime, Silence] | None]
"""Until when maintenance that covers an instant goes on, and how it silences; None: none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """`until`: from then on the alert counts, if it is still open; None: it never does."""

    by: Silence
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What came before an alert.

    `before`: the last alert of the same key. `marks`: when the entity was marked for termination. `episodes`: the
    lives of alerts on the same entity and of the same type that had ended when it opened.
    """

    before: Alert | None = None
    marks: Sequence[datetime] = ()
    episodes: Sequence[Span] = ()


def quiet(alert: Alert, past: Past, planned: Planned, rules: Rules) -> Quiet | None:
    """How the alert is silenced; None: it counts as it opens."""
    if Handling.NO_PROBLEM in alert.handling:
        return Quiet(by=Silence.ASKED, until=None)
    if _is_muted(alert, past.before, rules):
        return Quiet(by=Silence.MUTED, until=None)
    fixed = [
        (until, by)
        for until, by in (
            (_terminated(alert, past.marks, rules), Silence.TERMINATION),
            (_frequent(alert, past.episodes, rules), Silence.FREQUENT),
        )
        if until is not None and until > alert.opened_at
    ]
    why: Silence | None = None
    until = alert.opened_at
    for _ in range(_MOST_STRETCHES):
        stretch = planned(until) or next(((end, by) for end, by in fixed if end > until), None)
        if stretch is None or stretch[0] <= until:
            break
        until, why = stretch[0], why or stretch[1]
        if alert.closed_at is not None and alert.closed_at <= until:
            break
    return None if why is None else Quiet(by=why, until=until)


def _is_muted(alert: Alert, before: Alert | None, rules: Rules) -> bool:
    """Whether it is what a person closed with its problem, reported on. Source: DESK contract 6, 19."""
    if before is None or before.closed_by is not ClosedBy.PROBLEM or before.closed_at is None:
        return False
    ends = before.expires_at or before.closed_at + rules.reopens
    return alert.opened_at <= max(ends, before.closed_at)


def _terminated(alert: Alert, marks: Sequence[datetime], rules: Rules) -> datetime | None:
    if not is_of_availability(alert.type):
        return None
    return max((at + rules.goes for at in marks if at <= alert.opened_at < at + rules.goes), default=None)


def _frequent(alert: Alert, episodes: Sequence[Span], rules: Rules) -> datetime | None:
    """When it will have lasted for longer than what came before it often, or for long. Source: DESK contract 6, 17."""
    if not rules.damps or Handling.ALWAYS in alert.handling:
        return None
    day = sorted(_lengths(episodes, alert.opened_at - DAY), reverse=True)
    week = sorted(_lengths(episodes, alert.opened_at - WEEK), reverse=True)
    lasts = max(_least(day, rules.often_a_day, rules.long_a_day), _least(week, rules.often_a_week, rules.long_a_week))
    return alert.opened_at + lasts if lasts else None


def _lengths(episodes: Sequence[Span], since: datetime) -> list[timedelta]:
    return [span.end - span.start for span in episodes if span.start >= since]


def _least(longest_first: Sequence[timedelta], number: int, total: timedelta) -> timedelta:
    """The least length of which fewer than `number` are longer, and those by less than `total` together."""
    together = timedelta()
    for count, length in enumerate(longest_first, start=1):
        together += length
        if count >= number or together >= total:
            return length
    return timedelta()
