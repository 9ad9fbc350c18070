"""What goes on by itself: alerts expire, are grouped and explained; old months are dropped, last uses noted.

Safe on any number of nodes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from time import monotonic
from typing import Final

import structlog
from prometheus_client import Gauge, Histogram

from whence.access import Access
from whence.alerts import Alerts
from whence.catalog import Catalog
from whence.causes import Causes
from whence.domain.errors import Unavailable
from whence.grouping import Grouping
from whence.spans import NOWHERE, Spans
from whence.store import deletion, forgetting, housekeeping, pulse, statistics
from whence.store.pool import Pool

TURN: Final = timedelta(seconds=30)
DELETION: Final = timedelta(seconds=2)  # whoever deletes an account wants to see it gone
EXPIRY: Final = timedelta(seconds=1)  # an alert is ended within five seconds of its time; this is well within
GROUPING: Final = timedelta(milliseconds=500)  # within a second of its report an alert is in its problem
REST: Final = 9.0  # times the work, of grouping and of causes each: a tenth of a processor in a storm
LONGEST_REST: Final = 3.0  # seconds: whoever has just been told of is not to wait for the rest from many others
PATIENCE: Final = timedelta(seconds=1)  # causes that are known already are looked at again for so long at a time
STATISTICS: Final = timedelta(seconds=1)  # a storm fills a table in that time
FEED_KEPT: Final = timedelta(days=2)  # how long a live reader may be away and still go on where it was

PULSE: Final = timedelta(seconds=2)
_TELL_SECONDS: Final = 1.0

LAG: Final = Gauge(
    "whence_background_lag_seconds",
    "What was due longer ago than that is done: since the begin of the last turn that went well.",
    ["work"],
    multiprocess_mode="livemax",
)
TOOK: Final = Histogram(
    "whence_background_turn_seconds",
    "From the begin of a turn to its end, however it ended.",
    ["work"],
    buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300),
)

log = structlog.get_logger()


class Work(StrEnum):
    """What is done in turns, as metrics and traces call it."""

    TIDYING = "tidying"
    FORGETTING = "forgetting"
    DELETION = "deletion"
    EXPIRY = "expiry"
    GROUPING = "grouping"
    CAUSES = "causes"
    SIGHTINGS = "sightings"
    STATISTICS = "statistics"
    PULSE = "pulse"


async def run(
    pool: Pool,
    access: Access,
    alerts: Alerts,
    grouping: Grouping,
    causes: Causes,
    catalog: Catalog,
    *,
    retention: timedelta,
    spans: Spans = NOWHERE,
) -> None:
    """Take turns until cancelled. A turn that fails is logged and tried again at the next."""
    turns = _Turns(spans)

    async def tidy() -> None:
        await access.save_last_used()
        now = await housekeeping.agreed(pool, datetime.now(UTC))
        await housekeeping.turn(pool, now=now, retention=retention, feed_kept=FEED_KEPT)

    async def explain() -> None:
        await causes.refresh(rest=REST, patience=PATIENCE)

    async def forget() -> None:
        now = await housekeeping.agreed(pool, datetime.now(UTC))
        await forgetting.turn(pool, now=now, retention=retention)

    async with asyncio.TaskGroup() as group:
        group.create_task(turns.take(Work.TIDYING, tidy, every=TURN))
        group.create_task(turns.take(Work.FORGETTING, forget, every=TURN))
        group.create_task(turns.take(Work.DELETION, partial(deletion.turn, pool), every=DELETION))
        group.create_task(turns.take(Work.EXPIRY, alerts.expire, every=EXPIRY))
        group.create_task(turns.take(Work.GROUPING, grouping.turn, every=GROUPING, rest=REST))
        group.create_task(turns.take(Work.CAUSES, explain, every=GROUPING))
        group.create_task(turns.take(Work.SIGHTINGS, catalog.save_seen, every=TURN))
        group.create_task(turns.take(Work.STATISTICS, partial(statistics.refresh, pool), every=STATISTICS))
        group.create_task(turns.take(Work.PULSE, partial(pulse.ask, pool), every=PULSE))
        group.create_task(_tell(turns.since, pool))


class _Turns:
    """Turns of each work. `since`: the moment of the loop's clock up to which it is done."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self.since = dict.fromkeys(Work, monotonic())

    async def take(
        self, work: Work, turn: Callable[[], Awaitable[object]], *, every: timedelta, rest: float = 0
    ) -> None:
        """Take turns, `every` so often; after one that did something and took long, `rest` times as long as it took."""
        observe = TOOK.labels(work.value).observe
        while True:
            began = monotonic()
            done: object = None
            try:
                with self._spans.within(f"background.{work.value}"):
                    done = await turn()
                self.since[work] = began
            except Unavailable as refusal:
                log.warning("background.waiting", work=work.value, reason=refusal.reason.value)
            except Exception:  # the edge of a background turn: the next one must come
                log.exception("background.broken", work=work.value)
            took = monotonic() - began
            observe(took)
            resting = min(rest * took, LONGEST_REST) if done else 0  # one that had nothing to do waited for others
            await asyncio.sleep(max(every.total_seconds(), resting))


async def _tell(since: Mapping[Work, float], pool: Pool) -> None:
    """Keep telling how far each work is behind, also while a turn hangs, and how the connections are used."""
    tell = {work: LAG.labels(work.value).set for work in Work}
    while True:
        now = monotonic()
        for work, moment in since.items():
            tell[work](now - moment)
        pulse.count(pool)
        await asyncio.sleep(_TELL_SECONDS)
