"""Entities and relations: registered, found by any of their names, and matched by a scope."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_hex
from typing import Final
from urllib.parse import quote
from uuid import UUID

from whence.domain.access import AuditEntry, Principal
from whence.domain.census import Census
from whence.domain.entity import SERVICE, Draft, Entity, Relation, RelationKind, TagTest
from whence.domain.errors import Conflict, Invalid, NotFound, Violation
from whence.domain.filter import EntityFilter
from whence.domain.page import Page, seal, unseal
from whence.domain.scope import Scope
from whence.store import access, entities, relations
from whence.store.notify import Remembered
from whence.store.pool import Pool, Reader

_LONGEST_TAG: Final = 500  # characters: longer ones do not fit an index row
_REMEMBERED_ACCOUNTS: Final = 200

Place = tuple[str, str, str, str]


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

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.census = Remembered(self._count_services, limit=_REMEMBERED_ACCOUNTS)

    def heard(self, payload: str) -> None:
        """An account's entities changed."""
        self.census.forget(UUID(payload))

    async def register(self, by: Principal, drafts: Sequence[Draft]) -> list[Entity]:
        """The entities as they stand after the call, in the order of the drafts; first seen stays.

        A draft is the entity with its id, else its tag, else its (type, cluster, namespace, name), else a new one.

        Raises:
            Invalid: a tag or an alias belongs to another entity; paths begin with `entities[n]`.
        """
        now = datetime.now(UTC)
        async with self._pool.transaction() as db:
            await entities.lock(db, by.account_id)
            standing = await self._standing(db, by.account_id, drafts)
            placed = _Register(standing, now).place(drafts)
            written = {entity.id: entity for entity in placed}
            await entities.upsert(db, by.account_id, list(written.values()))
        self.census.forget(by.account_id)
        return [written[entity.id] for entity in placed]

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
        async with self._pool.reader() as db:
            return await entities.tagged(db, by.account_id, types, tests)

    async def remove(self, by: Principal, name: str) -> None:
        """The entity and its relations are gone; its past events stay.

        Raises:
            NotFound: the account has none such.
        """
        now = datetime.now(UTC)
        async with self._pool.transaction() as db:
            await entities.lock(db, by.account_id)
            found = await entities.named(db, by.account_id, [name])
            if name not in found:
                raise NotFound("entity", name)
            entity = found[name]
            await entities.remove(db, by.account_id, entity.id)
            gone = AuditEntry.by(by, "removed", "entity", entity.id, at=now, detail=entity.tag)
            await access.record(db, by.account_id, [gone])
        self.census.forget(by.account_id)

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
        """The relations do not stand. Raises as `relate`."""
        found = await self._ends(by, named)
        async with self._pool.transaction() as db:
            await relations.remove(db, by.account_id, found)
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

    async def _count_services(self, account: UUID) -> Census:
        async with self._pool.reader() as db:
            return Census(await entities.services(db, account))

    async def _standing(self, db: Reader, account: UUID, drafts: Sequence[Draft]) -> "_Standing":
        names = {name for d in drafts for name in (d.id, d.tag or default_tag(d), *d.aliases) if name}
        named = await entities.named(db, account, sorted(names))
        places = {_place(d) for d in drafts if d.id is None and d.tag is None}
        there = await entities.at(db, account, sorted(places))
        return _Standing(named=named, there={_place(entity): entity for entity in reversed(there)})

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


def default_tag(draft: Draft) -> str:
    """The tag of an entity whose registrar gives none: one for each (type, cluster, namespace, name)."""
    place = "/".join(quote(part, safe="") for part in (draft.cluster, draft.namespace, draft.name))
    tag = f"{draft.type.lower()}:{place}"
    return tag if len(tag) <= _LONGEST_TAG else f"{draft.type.lower()}:{sha256(tag.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What the account has already of all that the drafts name: by any name, and by place."""

    named: dict[str, Entity]
    there: dict[Place, Entity]


class _Register:
    """Finds the entity that each draft means, as the drafts before it have left things."""

    def __init__(self, standing: _Standing, now: datetime) -> None:
        self._now = now
        self._by_id = {e.id: e for e in (*standing.named.values(), *standing.there.values())}
        self._by_name = {name: e.id for name, e in standing.named.items()}
        self._by_place = {place: e.id for place, e in standing.there.items()}

    def place(self, drafts: Sequence[Draft]) -> list[Entity]:
        violations: list[Violation] = []
        placed: list[Entity] = []
        for n, draft in enumerate(drafts):
            entity = self._entity(draft)
            faults = [
                Violation(path=f"entities[{n}].{path}", message="belongs to another entity")
                for path, name in (
                    ("id", entity.id),
                    ("tag", entity.tag),
                    *((f"aliases[{i}]", alias) for i, alias in enumerate(entity.aliases)),
                )
                if self._by_name.get(name, entity.id) != entity.id
            ]
            violations += faults
            self._note(entity)
            placed.append(entity)
        if violations:
            raise Invalid(violations)
        return placed

    def _entity(self, draft: Draft) -> Entity:
        old = self._by_id.get(self._found(draft) or "")
        tag = draft.tag or (old.tag if old else default_tag(draft))
        entity_id = old.id if old else draft.id or f"{draft.type}-{token_hex(8).upper()}"
        fields = {
            name: getattr(draft, name)
            for name in (
                "name", "cluster", "namespace", "description", "aliases", "tags", "links", "properties", "archived",
            )
        }  # fmt: skip
        if old and old.type != draft.type:
            raise Conflict(f"entity {old.id} is a {old.type} and cannot become a {draft.type}")
        first_seen = old.first_seen if old else self._now
        return Entity(id=entity_id, tag=tag, type=draft.type, **fields, first_seen=first_seen, last_seen=self._now)

    def _found(self, draft: Draft) -> str | None:
        if draft.id is not None:
            return draft.id if draft.id in self._by_id else None
        if draft.tag is not None:
            return self._by_name.get(draft.tag)
        return self._by_place.get(_place(draft)) or self._by_name.get(default_tag(draft))

    def _note(self, entity: Entity) -> None:
        if (old := self._by_id.get(entity.id)) is not None:
            for name in (old.tag, *old.aliases):
                if self._by_name.get(name) == entity.id:
                    del self._by_name[name]
        self._by_id[entity.id] = entity
        self._by_place[_place(entity)] = entity.id
        for name in (entity.tag, *entity.aliases):
            self._by_name[name] = entity.id


def _place(thing: Draft | Entity) -> Place:
    return thing.type, thing.cluster, thing.namespace, thing.name
