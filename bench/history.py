"""Which events a benchmark's database holds: so many, over so many days, hour by hour; the same each time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from random import Random
from typing import Final

from bench.bodies import original
from bench.world import World
from whence.domain.event import Report

HOUR: Final = timedelta(hours=1)
_RAGGED: Final = timedelta(minutes=23)  # past the hour: a window over all of it has a broken hour at each end
_BUSY: Final = range(8, 18)  # hours of a working day
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of one hour, and how many events began in it."""

    start: datetime
    end: datetime
    events: int

    @property
    def hour(self) -> datetime:
        """The hour that it is in, by which events are counted."""
        return self.start.replace(minute=0, second=0, microsecond=0)

    def reports(self) -> list[Report]:
        """What happened, oldest first; each time the same."""
        seed = int(self.hour.timestamp())
        world, clock = World(seed), Random(seed)
        length = (self.end - self.start) // timedelta(microseconds=1)
        offsets = sorted(clock.randrange(length) for _ in range(self.events))
        made = (world.report(self.start + timedelta(microseconds=offset)) for offset in offsets)
        return [replace(report, original=original(report)) for report in made]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`events` of them in the `days` before `until`."""

    events: int
    days: int
    until: datetime

    @property
    def since(self) -> datetime:
        """When it begins."""
        return self.until - timedelta(days=self.days)

    def stretches(self) -> Iterator[Stretch]:
        """Its hours, oldest first; those in which nothing happened are left out."""
        edges = [self.since]
        while edges[-1] < self.until:
            edges.append(min(_next_hour(edges[-1]), self.until))
        sums = list(accumulate((_activity(start, end) for start, end in pairwise(edges)), initial=0.0))
        for (start, end), (before, after) in zip(pairwise(edges), pairwise(sums), strict=True):
            events = round(self.events * after / sums[-1]) - round(self.events * before / sums[-1])
            if events:
                yield Stretch(start, end, events)


def last_end(now: datetime) -> datetime:
    """When a history that is made now ends."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return hour + _RAGGED if now >= hour + _RAGGED else hour - HOUR + _RAGGED


def _next_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0) + HOUR


def _activity(start: datetime, end: datetime) -> float:
    """How much happens: four times as much at work as at night, and little at weekends."""
    rate = 4.0 if start.hour in _BUSY else 1.0
    if start.weekday() >= _SATURDAY:
        rate = 0.6
    return rate * ((end - start) / HOUR)
