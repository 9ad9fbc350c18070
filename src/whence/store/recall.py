"""The entities that names and rules mean: from memory while nothing changed, else from the database.

Whoever sends events asks this for each of them, so what is remembered is told without a coroutine.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from whence.domain.entity import Entity, TagRule
from whence.store import entities
from whence.store.memory import Asked, Leaf, Match, Memory
from whence.store.pool import Pool
from whence.store.seen import Seen


class Recall:
    """Answers about an account's entities. `last_seen` of what is remembered may be older than it is."""

    def __init__(self, pool: Pool, seen: Seen) -> None:
        self._pool = pool
        self._seen = seen
        self.memory = Memory()

    def known_now(self, account: UUID, names: Sequence[str]) -> dict[str, Entity] | None:
        """As `known`, if that is remembered."""
        return self.memory.named(account, names)

    async def known(self, account: UUID, names: Sequence[str]) -> dict[str, Entity]:
        """Each of the names that is an entity's id, cid, alias or tag, with its entity."""
        if (known := self.memory.named(account, names)) is not None:
            return known
        leaf = self.memory.leaf(account)
        async with self._pool.reader() as db:
            found = await entities.named(db, account, list(dict.fromkeys(names)))
        self.memory.learn_names(account, leaf, names, found)
        return found

    def matching_now(
        self, account: UUID, rules: Sequence[TagRule], seen_since: datetime | None, limit: int
    ) -> tuple[Entity, ...] | None:
        """As `matching`, if that is remembered."""
        match = self.memory.match(account, (tuple(rules), limit))
        return match.entities if match is not None and match.was_seen(seen_since) else None

    async def matching(
        self, account: UUID, rules: Sequence[TagRule], seen_since: datetime | None, limit: int
    ) -> tuple[Entity, ...]:
        """The first `limit` + 1 by id of those that a rule means, and that were last seen at `seen_since` or after."""
        if (known := self.matching_now(account, rules, seen_since, limit)) is not None:
            return known
        asked = tuple(rules), limit
        if seen_since is None:
            return (await self._loaded(account, asked)).entities
        seen = self._seen.since(account, seen_since)  # before the database is asked, or a note may be saved between
        match = await self._load(account, self.memory.leaf(account), asked)
        if match.was_seen(seen_since):
            return match.entities
        if len(match.entities) <= limit:
            return tuple(e for e in match.entities if e.last_seen >= seen_since or e.id in seen)
        async with self._pool.reader() as db:
            return tuple(await entities.matching(db, account, rules, limit=limit + 1, seen_since=seen_since, seen=seen))

    async def _loaded(self, account: UUID, asked: Asked) -> Match:
        """From the database: asked once, however many ask it at the same time while nothing changes."""
        leaf = self.memory.leaf(account)
        task = leaf.loading.get(asked)
        if task is None:
            task = leaf.loading[asked] = asyncio.create_task(self._load(account, leaf, asked))
            task.add_done_callback(lambda _: leaf.loading.pop(asked))
        return await asyncio.shield(task)  # who goes away does not take the answer of the others along

    async def _load(self, account: UUID, leaf: Leaf, asked: Asked) -> Match:
        rules, limit = asked
        async with self._pool.reader() as db:
            match = Match.of(await entities.matching(db, account, rules, limit=limit + 1))
        self.memory.learn_match(account, leaf, asked, match)
        return match
