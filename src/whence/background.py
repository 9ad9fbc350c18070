"""What goes on by itself: alerts expire, are grouped and explained; old months are dropped, last uses noted.

Safe on any number of nodes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Final

import structlog

from whence.access import Access
from whence.alerts import Alerts
from whence.catalog import Catalog
from whence.causes import Causes
from whence.domain.errors import Unavailable
from whence.grouping import Grouping
from whence.store import housekeeping, statistics
from whence.store.pool import Pool

TURN: Final = timedelta(seconds=30)
EXPIRY: Final = timedelta(seconds=1)  # an alert is ended within five seconds of its time; this is well within
GROUPING: Final = timedelta(milliseconds=500)  # within a second of its report an alert is in its problem
REST: Final = 5.0  # times the work: a storm of alerts must leave its senders four fifths of a processor
LONGEST_REST: Final = 3.0  # seconds: whoever has just been told of is not to wait for the rest from many others
STATISTICS: Final = timedelta(seconds=1)  # a storm fills a table in that time
FEED_KEPT: Final = timedelta(days=2)  # how long a live reader may be away and still go on where it was

log = structlog.get_logger()


async def run(
    pool: Pool,
    access: Access,
    alerts: Alerts,
    grouping: Grouping,
    causes: Causes,
    catalog: Catalog,
    *,
    retention: timedelta,
) -> None:
    """Take turns until cancelled. A turn that fails is logged and tried again at the next."""

    async def tidy() -> None:
        await access.save_last_used()
        await housekeeping.turn(pool, now=datetime.now(UTC), retention=retention, feed_kept=FEED_KEPT)

    async with asyncio.TaskGroup() as group:
        group.create_task(_turns(tidy, every=TURN))
        group.create_task(_turns(alerts.expire, every=EXPIRY))
        group.create_task(_turns(grouping.turn, every=GROUPING, rest=REST))
        group.create_task(_turns(causes.refresh, every=GROUPING, rest=2 * REST))
        group.create_task(_turns(catalog.save_seen, every=TURN))
        group.create_task(_turns(partial(statistics.refresh, pool), every=STATISTICS))


async def _turns(turn: Callable[[], Awaitable[object]], *, every: timedelta, rest: float = 0) -> None:
    """Take turns, `every` so often; after one that took long, `rest` times as long as it took."""
    while True:
        began = monotonic()
        try:
            await turn()
        except Unavailable:
            log.warning("background.waiting", reason="database")
        except Exception:  # the edge of a background turn: the next one must come
            log.exception("background.broken")
        await asyncio.sleep(max(every.total_seconds(), min(rest * (monotonic() - began), LONGEST_REST)))
