"""What goes on by itself: old months dropped, spent keys forgotten, last uses noted. Safe on any number of nodes."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from whence.access import Access
from whence.domain.errors import Unavailable
from whence.store import housekeeping
from whence.store.pool import Pool

TURN: Final = timedelta(seconds=30)
FEED_KEPT: Final = timedelta(days=2)  # how long a live reader may be away and still go on where it was

log = structlog.get_logger()


async def run(pool: Pool, access: Access, *, retention: timedelta) -> None:
    """Take turns until cancelled. A turn that fails is logged and tried again at the next."""
    while True:
        try:
            await access.save_last_used()
            await housekeeping.turn(pool, now=datetime.now(UTC), retention=retention, feed_kept=FEED_KEPT)
        except Unavailable:
            log.warning("background.waiting", reason="database")
        except Exception:  # the edge of a background turn: the next one must come
            log.exception("background.broken")
        await asyncio.sleep(TURN.total_seconds())
