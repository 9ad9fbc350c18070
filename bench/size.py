"""How much a measurement may take."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How often, how long and how many.

    Args:
        rounds: runs of ours and of the floor, in turn.
        seconds: of each run of the load generator; it is warmed up for `warm_seconds`.
        rows: of each COPY that is a floor.
        events: stored, where a measurement is about stored events and no filled directory was given.
        few_events: stored in the database that large ones are compared with.
        asks: questions a round about one entity.
        views: of page, facets and histogram.
        posts: events whose way to a stream is measured.
        subscribers: streams that are open at a time.
        starts: of a server.
        storm: alerts, within `storm_seconds`.
        soak_seconds: of a load without a break, after a quarter as long to warm up.
    """

    rounds: int
    seconds: float
    warm_seconds: float
    rows: int
    events: int
    few_events: int
    asks: int
    views: int
    posts: int
    subscribers: int
    starts: int
    storm: int
    storm_seconds: float
    soak_seconds: float


FULL: Final = Size(
    rounds=7, seconds=4, warm_seconds=2, rows=100_000, events=1_000_000, few_events=100_000, asks=300, views=40,
    posts=500, subscribers=1_000, starts=5, storm=10_000, storm_seconds=60, soak_seconds=300,
)  # fmt: skip
QUICK: Final = Size(
    rounds=3, seconds=1, warm_seconds=1, rows=10_000, events=100_000, few_events=20_000, asks=50, views=10,
    posts=50, subscribers=200, starts=2, storm=1_000, storm_seconds=5, soak_seconds=10,
)  # fmt: skip
