"""When events last named entities: noted in memory as they come, written together by a background turn."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import structlog

from whence.store import entities
from whence.store.pool import Pool

_AT_ONCE: Final = 10_000  # entities of a transaction: others who write the catalogue wait a third of a second
MOST: Final = 200_000  # entities that wait to be written; the next event that names one notes it again

log = structlog.get_logger()


class Seen:
    """The entities that were named since the last turn. What cannot be written now waits for the next turn."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._noted: dict[UUID, dict[str, datetime]] = {}
        self._size = 0
        self._unnoted = 0

    def note(self, account: UUID, ids: Collection[str]) -> None:
        """The entities are named by an event now."""
        if self._size >= MOST:
            self._unnoted += len(ids)
            return
        noted = self._noted.setdefault(account, {})
        before = len(noted)
        noted.update(dict.fromkeys(ids, datetime.now(UTC)))
        self._size += len(noted) - before

    def since(self, account: UUID, moment: datetime) -> frozenset[str]:
        """The entities named at or after the moment, as far as that is not written yet."""
        return frozenset(entity_id for entity_id, at in self._noted.get(account, {}).items() if at >= moment)

    async def save(self) -> None:
        """What was noted before the call is written."""
        if self._unnoted:
            log.warning("seen.unnoted", entities=self._unnoted, most=MOST)
            self._unnoted = 0
        for account in list(self._noted):
            await self._save(account)

    async def _save(self, account: UUID) -> None:
        noted = self._noted.get(account, {})  # somebody else may be saving, too
        waiting = list(noted.items())
        for first in range(0, len(waiting), _AT_ONCE):
            written = dict(waiting[first : first + _AT_ONCE])
            async with self._pool.transaction() as db:
                await entities.lock(db, account)  # two who update many rows in different orders would block each other
                await entities.seen(db, account, written)
            for entity_id, at in written.items():
                if noted.get(entity_id) == at:
                    del noted[entity_id]
                    self._size -= 1
        if not noted and self._noted.get(account) is noted:
            del self._noted[account]
