"""When things are expected to break: planned windows of time, and until when they keep an alert quiet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cache, lru_cache
from heapq import heapify, heappop, heappush
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from whence.domain.entity import Entity
from whence.domain.errors import Violation
from whence.domain.event import Span
from whence.domain.scope import Scope

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)  # nothing begins after: what recurs without end ends with it
_STEPS: Final = 1_000  # from stretch to stretch, of all the windows together
_REMEMBERED: Final = 8_192  # occurrences: the few around now, of the windows of some accounts

_DAY: Final = timedelta(days=1)
_NOT_EVERYWHERE: Final = frozenset({"localtime", "Factory"})  # files, but zones that differ from machine to machine


class Mode(StrEnum):
    """What becomes of the alerts in a window.

    RECORD_ONLY: they are recorded, and are no news and in no problem. NO_PROBLEM: they count as alerts, and open none.
    """

    RECORD_ONLY = "record_only"
    NO_PROBLEM = "no_problem"


class Recurrence(StrEnum):
    """How often a window comes."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"


_PERIODS: Final = {Recurrence.DAILY: _DAY, Recurrence.WEEKLY: 7 * _DAY}
LONGEST: Final = {Recurrence.ONCE: 90 * _DAY, **_PERIODS}  # from the start to the end of an occurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """A window: once, or every day or week.

    `starts_at`, `ends_at`: of the first occurrence, in UTC. Later ones have the times that the clock of `time_zone`
    shows at these, whether it is put forward or back; a time that it shows twice or skips counts so that the window
    gets longer. `last_at`: none begins after it; None: they do not end. `scope`: of the entities; None: of everything.
    Good as `violations` tells. The end of an occurrence is not part of it. A zone that this machine does not know, as
    another did that stored it, counts as UTC.
    """

    id: UUID
    name: str
    description: str = ""
    mode: Mode = Mode.NO_PROBLEM
    recurrence: Recurrence = Recurrence.ONCE
    starts_at: datetime
    ends_at: datetime
    time_zone: str = "UTC"
    last_at: datetime | None = None
    scope: Scope | None = None
    created_by: str
    created_at: datetime
    updated_at: datetime

    def covers(self, entity: Entity | None) -> bool:
        """Whether it concerns the entity; None: what is about no known one, which only a window of everything does."""
        return self.scope is None or (entity is not None and self.scope.matches(entity))

    def is_on(self, at: datetime) -> bool:
        """Whether an occurrence covers the instant."""
        found = self.upcoming(at)
        return found is not None and found.start <= at

    def stretch(self, at: datetime) -> Span | None:
        """The first uninterrupted stretch of occurrences that ends after the instant, whether or not it has begun.

        Its end is the first instant that is free. A daily window of 24 hours is one stretch, to its last occurrence or
        else to `LATEST`.
        """
        first = self._running(at)
        if first is None:
            return None
        if self._is_unbroken:
            return Span(start=self.starts_at, end=self._occurrence(self._last()).end)
        found, before, behind = self._occurrence(first), first - 1, first + 1
        while before >= 0 and (earlier := self._occurrence(before)).end >= found.start:
            found, before = Span(start=earlier.start, end=found.end), before - 1
        while self._comes(behind) and (later := self._occurrence(behind)).start <= found.end:
            found, behind = Span(start=found.start, end=later.end), behind + 1
        return found

    def upcoming(self, at: datetime) -> Span | None:
        """The occurrence that goes on at the instant, else the next one; None when all are over."""
        found = self._running(at)
        return None if found is None else self._occurrence(found)

    def _running(self, at: datetime) -> int | None:
        """The number of the first occurrence that ends after the instant, counted from 0."""
        if at < self.ends_at:
            return 0
        if self.recurrence is Recurrence.ONCE or at > LATEST + 2 * LONGEST[self.recurrence]:
            return None
        guess = max(self._by_clock(at), 1)  # a change of the clock moves it by one at most
        return next((n for n in range(guess - 1, guess + 3) if self._comes(n) and at < self._occurrence(n).end), None)

    def _last(self) -> int:
        """The number of the last occurrence."""
        guess = self._by_clock(LATEST if self.last_at is None else self.last_at)
        return next((n for n in range(guess + 1, 0, -1) if self._comes(n)), 0)

    def _comes(self, number: int) -> bool:
        """Whether there is an occurrence of that number; the first there always is."""
        if number == 0 or self.recurrence is Recurrence.ONCE:
            return number == 0
        return self._occurrence(number).start <= (LATEST if self.last_at is None else self.last_at)

    def _occurrence(self, number: int) -> Span:
        if number == 0:
            return Span(start=self.starts_at, end=self.ends_at)
        return _later(self.starts_at, self.ends_at, self.time_zone, number * _PERIODS[self.recurrence])

    def _by_clock(self, at: datetime) -> int:
        """The number of the occurrence that begins at the instant or last began, as the clock on the wall has it."""
        start, _ = _first(self.starts_at, self.ends_at, self.time_zone)
        return (_shown(at, _zone(self.time_zone)) - start) // _PERIODS[self.recurrence]

    @property
    def _is_unbroken(self) -> bool:
        """Whether each occurrence begins when the one before ends."""
        period = _PERIODS.get(self.recurrence)
        return period is not None and _first(self.starts_at, self.ends_at, self.time_zone)[1] >= period


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """An alert is silenced by maintenance, `until` then at least; `mode`: the strictest of what silences it now."""

    until: datetime
    mode: Mode


def quiet_until(windows: Iterable[Maintenance], at: datetime, entity: Entity | None) -> Quiet | None:
    """How an alert of the entity (None: of none that is known) is silenced at the instant; None when it is not.

    Windows that overlap or adjoin are one silence. `until` is its end; the end of a part of it, to be asked about
    again then, when it is pieced together of more than a thousand stretches.
    """
    mine = [window for window in windows if window.covers(entity)]
    modes = {window.mode for window in mine if window.is_on(at)}
    if not modes:
        return None
    stretches = [(found.start, found.end, n) for n, w in enumerate(mine) if (found := w.stretch(at)) is not None]
    heapify(stretches)  # the next one of each window, the first to begin on top
    until, steps = at, 0
    while stretches and stretches[0][0] <= until and steps < _STEPS + len(mine):
        _, end, n = heappop(stretches)
        until, steps = max(until, end), steps + 1
        if (following := mine[n].stretch(end)) is not None:
            heappush(stretches, (following.start, following.end, n))
    return Quiet(until=until, mode=Mode.RECORD_ONLY if Mode.RECORD_ONLY in modes else Mode.NO_PROBLEM)


def violations(window: Maintenance) -> list[Violation]:
    """All that is wrong with the window's times, by the names of its fields, in their order."""
    return time_violations(
        recurrence=window.recurrence,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        time_zone=window.time_zone,
        last_at=window.last_at,
    )


def time_violations(
    *,
    recurrence: Recurrence | None,
    starts_at: datetime | None,
    ends_at: datetime | None,
    time_zone: str | None,
    last_at: datetime | None,
) -> list[Violation]:
    """As `violations`, of a window of which not all is known; None: nothing is told that depends on it."""
    given = {"starts_at": starts_at, "ends_at": ends_at, "last_at": last_at}
    far = {path for path, at in given.items() if at is not None and not EARLIEST <= at < LATEST}
    found = dict.fromkeys(far, f"must be from {EARLIEST.year} to {LATEST.year - 1}")
    if starts_at is not None and ends_at is not None:
        if ends_at <= starts_at:
            found.setdefault("ends_at", "must be after starts_at")
        elif not far & {"starts_at", "ends_at"} and _is_too_long(recurrence, starts_at, ends_at, time_zone):
            longest = LONGEST[recurrence or Recurrence.ONCE] // _DAY
            found["ends_at"] = f"must be at most {longest} day{'s' * (longest > 1)} after starts_at"
    if time_zone is not None and time_zone != "UTC" and time_zone not in _known_zones():
        found["time_zone"] = "must be a name of the IANA time zone database, as Europe/Vienna"
    if last_at is not None and recurrence is Recurrence.ONCE:
        found["last_at"] = "is only for what recurs"
    elif last_at is not None and starts_at is not None and last_at < starts_at:
        found.setdefault("last_at", "must not be before starts_at")
    order = ("starts_at", "ends_at", "time_zone", "last_at")
    return [Violation(path=path, message=found[path]) for path in order if path in found]


def _is_too_long(recurrence: Recurrence | None, starts_at: datetime, ends_at: datetime, time_zone: str | None) -> bool:
    """Whether an occurrence is longer than it may be: what recurs, by the clock, whose days have 24 hours."""
    if recurrence is None or recurrence is Recurrence.ONCE:
        return ends_at - starts_at > LONGEST[Recurrence.ONCE]
    if time_zone is None:
        return False
    zone = _zone(time_zone)
    return _shown(ends_at, zone) - _shown(starts_at, zone) > LONGEST[recurrence]


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NOT_EVERYWHERE)


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC  # is known even where there is no database
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # not found; no such name can be; a directory, or too long
        return UTC


@lru_cache(maxsize=_REMEMBERED)
def _first(starts_at: datetime, ends_at: datetime, time_zone: str) -> tuple[datetime, timedelta]:
    """What the clock shows at the start of the first occurrence, and how far it moves on until the end.

    One that is so short that the clock, put back, shows no later time at its end recurs as long as it takes.
    """
    zone = _zone(time_zone)
    start, end = _shown(starts_at, zone), _shown(ends_at, zone)
    return start, end - start if end > start else ends_at - starts_at


@lru_cache(maxsize=_REMEMBERED)
def _later(starts_at: datetime, ends_at: datetime, time_zone: str, by_clock: timedelta) -> Span:
    """The occurrence so much later than the first, by the clock."""
    zone, (start, length) = _zone(time_zone), _first(starts_at, ends_at, time_zone)
    return Span(
        start=min(_instants(start + by_clock, zone)),
        end=max(_instants(start + by_clock + length, zone)),
    )


def _shown(at: datetime, zone: tzinfo) -> datetime:
    """What the clock on the wall shows at the instant, without a zone."""
    return at.astimezone(zone).replace(tzinfo=None)


def _instants(shown: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """When the clock shows that: twice the same, or both times; of one that it skips, by the old clock and the new."""
    return (
        shown.replace(tzinfo=zone, fold=0).astimezone(UTC),
        shown.replace(tzinfo=zone, fold=1).astimezone(UTC),
    )
