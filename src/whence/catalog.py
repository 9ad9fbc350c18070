"""Entities and relations: registered, found by any of their names, and matched by a scope."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from whence.domain.access import AuditEntry, Principal
from whence.domain.census import Census
from whence.domain.document import Document
from whence.domain.entity import SERVICE, Draft, Entity, Relation, RelationKind, TagRule, TagTest
from whence.domain.entity_test import EntityTest
from whence.domain.errors import Conflict, Invalid, NotFound, Violation
from whence.domain.filter import EntityFilter
from whence.domain.lineage import Lineage
from whence.domain.page import Page, seal, unseal
from whence.domain.placing import Register, Standing, default_tag, place_of
from whence.domain.scope import Scope
from whence.domain.wanted import Statement, Wanted
from whence.store import access, entities, relations, wanted
from whence.store import documents as store_documents
from whence.store.changes import Changes
from whence.store.notify import Remembered
from whence.store.pool import Pool, Reader, Writer
from whence.store.recall import Recall
from whence.store.seen import Seen

MOST_AT_ONCE: Final = 10_000  # entities that one call matches or changes
_MOST_TESTS: Final = 1000  # of tags, in the rules of one question
_REMEMBERED_ACCOUNTS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A relation whose ends are given by any of their names."""

    source: str
    target: str
    kind: RelationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """How many entities a scope matches, of how many that it could; the first of them."""

    count: int
    of: int
    sample: tuple[Entity, ...] = ()


class Catalog:
    """What an account's entities and relations are."""

    def __init__(self, pool: Pool, *, most_bytes: int = store_documents.MOST_BYTES) -> None:
        self._pool = pool
        self._most_bytes = most_bytes
        self._seen = Seen(pool)
        self._recall = Recall(pool, self._seen)
        self._changes = Changes()
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self.census = Remembered(self._count_services, limit=_REMEMBERED_ACCOUNTS)

    def heard(self, payload: str) -> None:
        """An account's entities changed."""
        self._changed(UUID(payload))

    def listening(self, yes: bool) -> None:  # noqa: FBT001  # the signature of Ear.hear's `missed`
        """Whether changes are heard from now on."""
        self.census.listening(yes)
        self._recall.memory.listening(yes)
        self._changes.may_have_happened()

    async def register(self, by: Principal, drafts: Sequence[Draft]) -> list[Entity]:
        """The entities as they stand after the call, in the order of the drafts; first seen stays.

        A draft is the entity with its id, else its tag, else its (type, cluster, namespace, name), else a new one.

        Raises:
            Invalid: a tag or an alias belongs to another entity; paths begin with `entities[n]`.
        """
        now = datetime.now(UTC)
        async with self._writing(by.account_id) as db:
            written = await self._write(db, by.account_id, drafts, now)
        self._changed(by.account_id)
        return written

    async def write(
        self,
        by: Principal,
        drafts: Sequence[Draft],
        *,
        documents: Sequence[Document] = (),
        statements: Sequence[Statement] = (),
        without: Sequence[Document] = (),
        based_on: Sequence[Document] = (),
        only_new: bool = False,
    ) -> list[Entity]:
        """All of it stands after the call, or (with an error) none: entities as by `register`, documents, relations.

        Args:
            documents: their owners by any names, also of the drafts.
            statements: what is said of their owners, and the relations that follow, now or when others register.
            without: documents that are to be gone; only their names count.
            based_on: documents as they were read, by their owners' ids: what is written follows from them.
            only_new: no draft may be an entity that stands already.

        Raises:
            Invalid: as `register`; or there is more of something than one call may say.
            NotFound: an owner is no entity.
            TooLarge: a document is larger than a body may be.
            Conflict: what it was based on has changed since, a draft is not new, or an entity is of another type.
        """
        now = datetime.now(UTC)
        if sum(len(statement.said) for statement in statements) > MOST_AT_ONCE:
            raise Invalid.at("", f"says more than {MOST_AT_ONCE} things")
        async with self._writing(by.account_id) as db:
            await store_documents.require_unchanged(db, by.account_id, based_on)
            written = await self._write(db, by.account_id, drafts, now, only_new=only_new) if drafts else []
            ids = await _ids(db, by.account_id, (*documents, *without, *statements))
            await store_documents.remove_each(db, by.account_id, _owned(without, ids))
            owned = _owned(documents, ids)
            await store_documents.put(db, by.account_id, owned, at=now, most_bytes=self._most_bytes)
            said = {(ids[statement.owner], statement.origin): statement for statement in statements}
            await wanted.state(db, by.account_id, said)
        if written:
            self._changed(by.account_id)
        return written

    async def introduce(self, by: Principal, drafts: Sequence[Draft]) -> list[Entity]:
        """The entity of each draft: registered, if its id is no entity's name yet; else exactly as it stands.

        However many do so at once, one of them registers it. A draft without a tag gets its id for it.

        Raises:
            Invalid: a tag or an alias of what is new belongs to another entity; paths begin with `entities[n]`.
        """
        now = datetime.now(UTC)
        ids = [draft.id or "" for draft in drafts]
        known = await self.named(by, ids)
        if all(entity_id in known for entity_id in ids):
            return [known[entity_id] for entity_id in ids]
        async with self._writing(by.account_id) as db:
            standing = await self._standing(db, by.account_id, drafts)
            found, new = Register(standing, now).introduce(drafts)
            if new:
                await entities.upsert(db, by.account_id, new)
                await wanted.follow(db, by.account_id, new)
        if new:
            self._changed(by.account_id)
        return found

    async def edit(
        self, by: Principal, test: EntityTest, change: Callable[[Entity], Entity], *, limit: int = MOST_AT_ONCE
    ) -> list[Entity]:
        """Every entity that passes is as `change` makes it, and was last seen now; in the order of their ids.

        Args:
            change: keeps id, type and first seen.

        Raises:
            Invalid: more than `limit` pass; nothing is changed.
            Conflict: a tag or an alias belongs to another entity; nothing is changed.
        """
        now = datetime.now(UTC)
        async with self._writing(by.account_id) as db:
            found = await entities.select(db, by.account_id, test, after="", limit=limit + 1)
            if len(found) > limit:
                raise Invalid.at("", f"selects more than {limit} entities")
            changed = [_changed(entity, change, now) for entity in found]
            if changed:
                await entities.upsert(db, by.account_id, changed)
                await wanted.follow(db, by.account_id, changed)
        if changed:
            self._changed(by.account_id)
        return changed

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

    async def archive(self, by: Principal, name: str, *, yes: bool) -> Entity:
        """The entity is archived, or (not `yes`) is not any more, and was last seen now.

        Raises:
            NotFound: the account has none such.
        """
        now = datetime.now(UTC)
        async with self._writing(by.account_id) as db:
            found = await entities.named(db, by.account_id, [name])
            if name not in found:
                raise NotFound("entity", name)
            entity = replace(found[name], archived=yes, last_seen=now)
            await entities.upsert(db, by.account_id, [entity])
        self._changed(by.account_id)
        return entity

    async def remove(self, by: Principal, name: str) -> None:
        """The entity and its relations are gone; its past events stay.

        Raises:
            NotFound: the account has none such.
        """
        if not await self.remove_each(by, [name]):
            raise NotFound("entity", name)

    async def remove_each(self, by: Principal, names: Sequence[str]) -> list[Entity]:
        """As `remove`, for all at once; those that were, by id. A name that no entity has is passed over."""
        now = datetime.now(UTC)
        async with self._writing(by.account_id) as db:
            found = (await entities.named(db, by.account_id, names)).values()
            gone = sorted({entity.id: entity for entity in found}.values(), key=lambda entity: entity.id)
            if gone:
                await entities.remove(db, by.account_id, [entity.id for entity in gone])
                await wanted.follow(db, by.account_id, gone)
                said = [AuditEntry.by(by, "removed", "entity", e.id, at=now, detail=e.tag) for e in gone]
                await access.record(db, by.account_id, said)
        if gone:
            self._changed(by.account_id)
        return gone

    async def relate(self, by: Principal, named: Sequence[Named]) -> list[Relation]:
        """The relations stand.

        Raises:
            Invalid: an end is no entity; paths are `relations[n].from` and `relations[n].to`.
        """
        found = await self._ends(by, named)
        async with self._pool.transaction() as db:
            await relations.upsert(db, by.account_id, found)
        return found

    async def unrelate(self, by: Principal, named: Sequence[Named]) -> list[Relation]:
        """The relations do not stand, and nothing that was said so far wants them any more. Raises as `relate`."""
        found = await self._ends(by, named)
        async with self._writing(by.account_id) as db:
            await relations.remove(db, by.account_id, found)
            await wanted.forget(db, by.account_id, found)
        return found

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

    @asynccontextmanager
    async def _writing(self, account: UUID) -> AsyncGenerator[Writer]:
        """A transaction during which nobody else writes the account's entities.

        Of those who wait here for others, one has a connection: there are few, and all of the house shares them.
        """
        turn = self._turns.setdefault(account, asyncio.Lock())
        async with turn, self._pool.transaction() as db:
            await entities.lock(db, account)
            yield db

    def _changed(self, account: UUID) -> None:
        self.census.forget(account)
        self._recall.memory.forget(account)
        self._changes.happened(account)

    async def _count_services(self, account: UUID) -> Census:
        async with self._pool.reader() as db:
            return Census(await entities.services(db, account))

    async def _write(
        self, db: Writer, account: UUID, drafts: Sequence[Draft], now: datetime, *, only_new: bool = False
    ) -> list[Entity]:
        standing = await self._standing(db, account, drafts)
        placed = Register(standing, now).place(drafts)
        if only_new:
            known = {entity.id for entity in (*standing.named.values(), *standing.there.values())}
            for entity in placed:
                if entity.id in known:
                    raise Conflict(f"entity {entity.tag} is registered already")
        written = {entity.id: entity for entity in placed}
        await entities.upsert(db, account, list(written.values()))
        await wanted.follow(db, account, list(written.values()))
        return [written[entity.id] for entity in placed]

    async def _standing(self, db: Reader, account: UUID, drafts: Sequence[Draft]) -> Standing:
        names = {name for d in drafts for name in (d.id, d.tag or default_tag(d), *d.aliases) if name}
        named = await entities.named(db, account, sorted(names))
        places = {place_of(d) for d in drafts if d.id is None and d.tag is None}
        there = await entities.at(db, account, sorted(places))
        return Standing(named=named, there={place_of(entity): entity for entity in reversed(there)})

    async def _ends(self, by: Principal, named: Sequence[Named]) -> list[Relation]:
        names = sorted({end for relation in named for end in (relation.source, relation.target)})
        async with self._pool.reader() as db:
            found = await entities.named(db, by.account_id, names)
        missing = [
            Violation(path=f"relations[{n}].{field}", message="no entity has this id, alias or tag")
            for n, relation in enumerate(named)
            for field, name in (("from", relation.source), ("to", relation.target))
            if name not in found
        ]
        if missing:
            raise Invalid(missing)
        return [Relation(source=found[r.source].id, target=found[r.target].id, kind=r.kind) for r in named]


def _changed(entity: Entity, change: Callable[[Entity], Entity], now: datetime) -> Entity:
    changed = change(entity)
    if (changed.id, changed.type, changed.first_seen) != (entity.id, entity.type, entity.first_seen):
        raise ValueError("an edit keeps id, type and first seen")
    return replace(changed, last_seen=now)


async def _ids(db: Reader, account: UUID, owned: Iterable[Document | Statement]) -> dict[str, str]:
    """The id of each owner, by the name that it is given by.

    Raises:
        NotFound: one of them is no entity.
    """
    names = sorted({one.owner for one in owned if one.owner is not None})
    known = await entities.named(db, account, names) if names else {}
    for name in names:
        if name not in known:
            raise NotFound("entity", name)
    return {name: entity.id for name, entity in known.items()}


def _owned(given: Sequence[Document], ids: Mapping[str, str]) -> list[Document]:
    return [document if document.owner is None else replace(document, owner=ids[document.owner]) for document in given]
