"""Entities and relations: registered, found by any of their names, and matched by a scope."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from whence.domain.access import Principal
from whence.domain.census import Census
from whence.domain.entity import MOST_AT_ONCE, SERVICE, Entity, Relation, RelationKind, TagRule, TagTest
from whence.domain.entity_test import EntityTest
from whence.domain.errors import Invalid, NotFound, Violation
from whence.domain.filter import EntityFilter
from whence.domain.lineage import Lineage
from whence.domain.page import Page, seal, unseal
from whence.domain.scope import Scope
from whence.domain.wanted import Wanted
from whence.store import entities, relations, wanted
from whence.store.changes import Changes
from whence.store.notify import Remembered
from whence.store.pool import Pool
from whence.store.recall import Recall
from whence.store.seen import Seen

_MOST_TESTS: Final = 1000  # of tags, in the rules of one question
_REMEMBERED_ACCOUNTS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """How many entities a scope matches, of how many that it could; the first of them."""

    count: int
    of: int
    sample: tuple[Entity, ...] = ()


class Catalog:
    """What an account's entities and relations are."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._seen = Seen(pool)
        self._recall = Recall(pool, self._seen)
        self._changes = Changes()
        self.census = Remembered(self._count_services, limit=_REMEMBERED_ACCOUNTS)

    def heard(self, payload: str) -> None:
        """An account's entities changed."""
        self.changed(UUID(payload))

    def listening(self, yes: bool) -> None:  # noqa: FBT001  # the signature of Ear.hear's `missed`
        """Whether changes are heard from now on."""
        self.census.listening(yes)
        self._recall.memory.listening(yes)
        self._changes.may_have_happened()

    async def page(self, by: Principal, asked: EntityFilter, *, cursor: str | None, limit: int) -> Page[Entity]:
        """Up to `limit` entities in the order of their ids.

        Raises:
            Invalid: the cursor is not one of this account's for entities.
        """
        after = ""
        if cursor is not None:
            match unseal(by.secret, cursor):
                case ["n", str(after)]:
                    pass
                case _:
                    raise Invalid.at("cursor", "belongs to another list")
        async with self._pool.reader() as db:
            found = await entities.page(db, by.account_id, asked, after=after, limit=limit + 1)
        items = tuple(found[:limit])
        return Page(items=items, following=seal(by.secret, ["n", items[-1].id]) if len(found) > limit else None)

    async def require(self, by: Principal, name: str) -> Entity:
        """The entity with this id, cid, alias or tag.

        Raises:
            NotFound: the account has none such.
        """
        async with self._pool.reader() as db:
            found = await entities.named(db, by.account_id, [name])
        if name not in found:
            raise NotFound("entity", name)
        return found[name]

    async def named(self, by: Principal, names: Sequence[str]) -> dict[str, Entity]:
        """Each of the names that is an entity's id, cid, alias or tag, with its entity."""
        async with self._pool.reader() as db:
            return await entities.named(db, by.account_id, names)

    def known_now(self, by: Principal, names: Sequence[str]) -> Mapping[str, Entity] | None:
        """As `known`, if that is remembered: for those who ask so often that a coroutine costs too much."""
        return self._recall.known_now(by.account_id, names)

    async def known(self, by: Principal, names: Sequence[str]) -> Mapping[str, Entity]:
        """As `named`, from memory while nothing of the account changes; when each was last seen may be out of date."""
        return await self._recall.known(by.account_id, names)

    async def resolve(self, by: Principal, names: Sequence[str], *, path: str) -> list[Entity]:
        """The entity of each name, in order.

        Raises:
            Invalid: for every name (at `path[n]`) that no entity has.
        """
        async with self._pool.reader() as db:
            found = await entities.named(db, by.account_id, names)
        missing = [
            Violation(path=f"{path}[{n}]", message="no entity has this id, alias or tag")
            for n, name in enumerate(names)
            if name not in found
        ]
        if missing:
            raise Invalid(missing)
        return [found[name] for name in names]

    async def tagged(self, by: Principal, types: Sequence[str], tests: Sequence[TagTest]) -> list[Entity]:
        """The entities of one of the types (any, when there is none) with a tag that passes, for every test."""
        rule = TagRule(types=tuple(types), tags=tuple((test,) for test in tests))
        async with self._pool.reader() as db:
            return await entities.matching(db, by.account_id, [rule], limit=None)

    def matching_now(
        self,
        by: Principal,
        rules: Sequence[TagRule],
        *,
        seen_since: datetime | None = None,
        limit: int = MOST_AT_ONCE,
    ) -> tuple[Entity, ...] | None:
        """As `matching`, if that is remembered: for those who ask so often that a coroutine costs too much."""
        return self._recall.matching_now(by.account_id, rules, seen_since, limit)

    async def matching(
        self,
        by: Principal,
        rules: Sequence[TagRule],
        *,
        seen_since: datetime | None = None,
        limit: int = MOST_AT_ONCE,
    ) -> tuple[Entity, ...]:
        """What the rules mean, by id, each once; `limit` + 1 of it at most, so that the caller sees if it is too much.

        From memory while nothing of the account changes; when each was last seen may then be out of date, but
        whether it was at `seen_since` or after is not.

        Raises:
            Invalid: the rules test more tags than one question may.
        """
        if sum(len(alternatives) for rule in rules for alternatives in rule.tags) > _MOST_TESTS:
            raise Invalid.at("", f"names more than {_MOST_TESTS} tags")
        return await self._recall.matching(by.account_id, rules, seen_since, limit)

    async def select(self, by: Principal, test: EntityTest, *, after: str = "", limit: int) -> list[Entity]:
        """At most `limit` of the entities that pass, in the order of their ids, behind the id `after`."""
        async with self._pool.reader() as db:
            return await entities.select(db, by.account_id, test, after=after, limit=limit)

    async def window(
        self, by: Principal, asked: EntityFilter, test: EntityTest, *, skip: int, limit: int
    ) -> tuple[list[Entity], int]:
        """At most `limit` entities behind the first `skip`, by tag, and how many there are; both of one moment.

        For vendors whose pages are numbered: what is registered or removed between two calls moves what is behind it.

        Args:
            test: who passes it; archived ones too, unless `asked` says otherwise.
        """
        async with self._pool.reader() as db:
            return await entities.window(db, by.account_id, asked, test, skip=skip, limit=limit)

    async def count(self, by: Principal, test: EntityTest) -> int:
        """How many entities pass."""
        async with self._pool.reader() as db:
            return await entities.count_selected(db, by.account_id, test)

    def note_seen(self, by: Principal, ids: Collection[str]) -> None:
        """An event names the entities now; `save_seen` writes it."""
        self._seen.note(by.account_id, ids)

    async def save_seen(self) -> None:
        """Write down when entities were last seen."""
        await self._seen.save()

    def close(self) -> None:
        """The server is stopping: nobody waits for a change of entities any more."""
        self._changes.end()

    def next_change(self, by: Principal) -> asyncio.Event:
        """Set when the account's entities change, here or on another node: taken before a question, it misses none."""
        return self._changes.following(by.account_id)

    async def wait_for_change(self, by: Principal, seconds: float, *, since: asyncio.Event | None = None) -> bool:
        """Whether the account's entities changed, or may have, before the time was over; here or on another node.

        Once the catalog is closed nobody waits any more.

        Args:
            since: of `next_change`; the change may have come already. None: from now on.
        """
        change = since or self.next_change(by)
        try:
            async with asyncio.timeout(0 if self._changes.are_over else seconds):
                await change.wait()
        except TimeoutError:
            return False
        return not self._changes.are_over

    async def around(self, by: Principal, name: str, *, depth: int) -> tuple[list[Entity], list[Relation]]:
        """The entity, those within `depth` steps, and the relations between them.

        Raises:
            NotFound: the account has no such entity.
        """
        entity = await self.require(by, name)
        async with self._pool.snapshot() as db:
            found = await relations.around(db, by.account_id, entity.id, depth=depth)
            ids = sorted({entity.id} | {end for r in found for end in (r.source, r.target)})
            known = await entities.named(db, by.account_id, ids)
        return [known[id_] for id_ in ids if id_ in known], found

    async def lineage(self, by: Principal, ids: Sequence[str], kind: RelationKind) -> Lineage:
        """What the entities lead to over relations of the kind, and what leads to them, however far."""
        async with self._pool.snapshot() as db:
            above, below = await relations.lines(db, by.account_id, ids, kind)
            names = sorted({end for r in (*above, *below) for end in (r.source, r.target)})
            known = await entities.named(db, by.account_id, names)
        most = relations.MOST_RELATIONS
        return Lineage.of(known, above, below, is_whole=max(len(above), len(below)) < most)

    async def relations_of(self, by: Principal, ids: Sequence[str]) -> list[Relation]:
        """Every relation that has one of the entities at an end, by source, kind and target."""
        async with self._pool.reader() as db:
            return await relations.of(db, by.account_id, ids)

    async def wanted(self, by: Principal, ids: Sequence[str]) -> list[Wanted]:
        """All that is said of the entities, and of others about them, by owner, origin, kind and name."""
        async with self._pool.reader() as db:
            return await wanted.of(db, by.account_id, ids)

    async def matched(self, by: Principal, scope: Scope, *, sample: int) -> Matched:
        """What the scope matches now, and the first `sample` by cluster, namespace and name."""
        types = tuple(sorted({kind for clause in scope.clauses for kind in clause.types}))
        whole = any(not clause.types for clause in scope.clauses)
        async with self._pool.snapshot() as db:
            count, found = await entities.concerned(db, by.account_id, scope, limit=max(sample, 1))
            of = await entities.count(db, by.account_id, EntityFilter(types=() if whole else types))
        return Matched(count=count, of=of, sample=tuple(found[:sample]))

    async def services(self, by: Principal) -> Census:
        """The services as they are now, archived ones aside; from memory while nothing changes them."""
        return await self.census.get(by.account_id) or Census(())

    async def services_at(self, by: Principal, places: Iterable[tuple[str, str, str]]) -> list[Entity]:
        """The services at these (cluster, namespace, name), archived ones aside."""
        wanted = sorted({(SERVICE, *place) for place in places})
        async with self._pool.reader() as db:
            found = await entities.at(db, by.account_id, wanted)
        return [entity for entity in found if not entity.archived]

    async def clusters(self, by: Principal) -> list[str]:
        """Every cluster that a service is in, sorted."""
        async with self._pool.reader() as db:
            return await entities.clusters(db, by.account_id)

    async def walk(
        self, by: Principal, asked: EntityFilter, *, behind: str = "", chunk: int = 1000
    ) -> AsyncGenerator[list[Entity]]:
        """The entities behind the id `behind`, in the order of their ids, at most `chunk` at a time."""
        while True:
            async with self._pool.reader() as db:
                found = await entities.page(db, by.account_id, asked, after=behind, limit=chunk)
            if found:
                yield found
            if len(found) < chunk:
                return
            behind = found[-1].id

    def changed(self, account: UUID) -> None:
        """This process has changed the account's entities: what is remembered of them is forgotten."""
        self.census.forget(account)
        self._recall.memory.forget(account)
        self._changes.happened(account)

    async def _count_services(self, account: UUID) -> Census:
        async with self._pool.reader() as db:
            return Census(await entities.services(db, account))
