"""The write side of the catalogue: entities and relations are registered, changed and removed, one writer at a time."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from whence.domain.access import AuditEntry, Principal
from whence.domain.document import Document
from whence.domain.entity import MOST_AT_ONCE, Draft, Entity, Relation, RelationKind
from whence.domain.entity_test import EntityTest
from whence.domain.errors import Conflict, Invalid, NotFound, Violation
from whence.domain.placing import Register, Standing, default_tag, place_of
from whence.domain.tie import Retied, Tied
from whence.domain.wanted import Statement
from whence.store import access, entities, relations, ties, wanted
from whence.store import documents as store_documents
from whence.store.pool import Pool, Reader, Writer

Change = TypeVar("Change", bound=Retied)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A relation whose ends are given by any of their names."""

    source: str
    target: str
    kind: RelationKind


class Registry:
    """Changes what an account's entities and relations are.

    Args:
        changed: told of each account whose entities this process changed, when the change is committed.
        most_bytes: how large one document may be.
    """

    def __init__(
        self, pool: Pool, *, changed: Callable[[UUID], None], most_bytes: int = store_documents.MOST_BYTES
    ) -> None:
        self._pool = pool
        self._changed = changed
        self._most_bytes = most_bytes
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

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

    async def faults(self, by: Principal, drafts: Mapping[int, Draft]) -> list[Violation]:
        """With which violations `register` would refuse some drafts, each by its place among all. Changes nothing."""
        async with self._pool.reader() as db:
            standing = await self._standing(db, by.account_id, list(drafts.values()))
        return Register(standing, datetime.now(UTC)).faults(drafts)

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
            statements: what is said of their owners: ties, and relations that follow, now or when others register.
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
        if sum(len(statement.said) + len(statement.ties) for statement in statements) > MOST_AT_ONCE:
            raise Invalid.at("", f"says more than {MOST_AT_ONCE} things")
        async with self._writing(by.account_id) as db:
            await store_documents.require_unchanged(db, by.account_id, based_on)
            written = await self._write(db, by.account_id, drafts, now, only_new=only_new) if drafts else []
            owned = (*documents, *without, *statements)
            ids = await _ids(db, by.account_id, (one.owner for one in owned if one.owner is not None))
            await store_documents.remove_each(db, by.account_id, _owned(without, ids))
            given = _owned(documents, ids)
            await store_documents.put(db, by.account_id, given, at=now, most_bytes=self._most_bytes)
            said = {(ids[statement.owner], statement.origin): statement for statement in statements}
            await wanted.state(db, by.account_id, said)
            await ties.state(db, by.account_id, said)
        if written:
            self._changed(by.account_id)
        return written

    async def introduce(self, by: Principal, drafts: Sequence[Draft]) -> list[Entity]:
        """The entity of each draft: registered, if its id is no entity's name yet; else exactly as it stands.

        However many do so at once, one of them registers it. A draft without a tag gets its id for it.

        Raises:
            Invalid: a tag or an alias of what is new belongs to another entity; paths begin with `entities[n]`.
        """
        found, _ = await self.introduce_new(by, drafts)
        return found

    async def introduce_new(self, by: Principal, drafts: Sequence[Draft]) -> tuple[list[Entity], frozenset[str]]:
        """As `introduce`; and the ids of those entities that this call registered."""
        now = datetime.now(UTC)
        ids = [draft.id or "" for draft in drafts]
        async with self._pool.reader() as db:
            known = await entities.named(db, by.account_id, ids)
        if all(entity_id in known for entity_id in ids):
            return [known[entity_id] for entity_id in ids], frozenset()
        async with self._writing(by.account_id) as db:
            standing = await self._standing(db, by.account_id, drafts)
            found, new = Register(standing, now).introduce(drafts)
            if new:
                await entities.upsert(db, by.account_id, new)
                await wanted.follow(db, by.account_id, new)
        if new:
            self._changed(by.account_id)
        return found, frozenset(entity.id for entity in new)

    async def edit(
        self, by: Principal, test: EntityTest, change: Callable[[Entity], Entity], *, limit: int = MOST_AT_ONCE
    ) -> list[Entity]:
        """Every entity that passes, but no archived one, is as `change` makes it, and was last seen now; by their ids.

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

    async def edit_one(self, by: Principal, name: str, change: Callable[[Entity], Entity]) -> Entity:
        """As `edit`, of the entity with this name; an archived one, too.

        Raises:
            NotFound: the account has none such.
            Conflict: a tag or an alias belongs to another entity; nothing is changed.
        """
        now = datetime.now(UTC)
        async with self._writing(by.account_id) as db:
            found = await entities.named(db, by.account_id, [name])
            if name not in found:
                raise NotFound("entity", name)
            changed = _changed(found[name], change, now)
            await entities.upsert(db, by.account_id, [changed])
            await wanted.follow(db, by.account_id, [changed])
        self._changed(by.account_id)
        return changed

    async def archive(self, by: Principal, name: str, *, yes: bool) -> Entity:
        """The entity is archived, or (not `yes`) is not any more, and was last seen now.

        Raises:
            NotFound: the account has none such.
        """
        return await self.edit_one(by, name, lambda entity: replace(entity, archived=yes))

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

    async def retie(
        self,
        by: Principal,
        type_: str,
        change: Callable[[Sequence[Tied]], Change],
        *,
        based_on: Sequence[Document] = (),
        without: Sequence[Document] = (),
    ) -> Change:
        """What `change`, a pure function, makes of all that is said of the type is said; nobody says more meanwhile.

        Args:
            based_on: documents as they were read, by their owners' ids: what is written follows from them.
            without: documents that are to be gone with it.

        Returns:
            What `change` gave.

        Raises:
            NotFound: an entity that it names by its id is gone.
            Conflict: what it was based on has changed since. And whatever `change` raises; nothing is changed then.
        """
        async with self._writing(by.account_id) as db:
            await store_documents.require_unchanged(db, by.account_id, based_on)
            retied = await asyncio.to_thread(change, await ties.of_type(db, by.account_id, type_))
            await _ids(db, by.account_id, (entity_id for tied in retied.added for entity_id in tied.ids))
            await ties.remove(db, by.account_id, retied.removed)
            await ties.add(db, by.account_id, retied.added)
            await store_documents.remove_each(db, by.account_id, without)
        return retied

    @asynccontextmanager
    async def _writing(self, account: UUID) -> AsyncGenerator[Writer]:
        """A transaction during which nobody else writes the account's entities.

        Of those who wait here for others, one has a connection: there are few, and all of the house shares them.
        """
        turn = self._turns.setdefault(account, asyncio.Lock())
        async with turn, self._pool.transaction() as db:
            await entities.lock(db, account)
            yield db

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


async def _ids(db: Reader, account: UUID, names: Iterable[str]) -> dict[str, str]:
    """The id of the entity with each of the names, by the name.

    Raises:
        NotFound: one of them is no entity's.
    """
    asked = sorted(set(names))
    known = await entities.named(db, account, asked) if asked else {}
    for name in asked:
        if name not in known:
            raise NotFound("entity", name)
    return {name: entity.id for name, entity in known.items()}


def _owned(given: Sequence[Document], ids: Mapping[str, str]) -> list[Document]:
    return [document if document.owner is None else replace(document, owner=ids[document.owner]) for document in given]
