"""Relations that are wanted, as rows, and the relations that follow from them while both ends are registered.

All of it happens under the lock of the account's entities, in the transaction that changes what it follows from.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg

from whence.domain.entity import Entity, Relation, RelationKind
from whence.domain.wanted import Said, Statement, Wanted, names_of
from whence.store import entities
from whence.store.pool import Reader, Writer

_OF: Final = """
    select owner, origin, kind, outgoing, name, other_id from relation_wanted
    where account_id = $1 and (owner = any($2::text[]) or other_id = any($2::text[]))
    order by owner, origin, kind, name, outgoing
"""
_TOUCHED: Final = """
    select owner, origin, kind, outgoing, name, other_id from relation_wanted
    where account_id = $1 and (other_id = any($2::text[]) or name = any($3::text[]))
"""
_UNSAY: Final = """
    delete from relation_wanted using unnest($2::text[], $3::text[]) as said (owner, origin)
    where account_id = $1 and relation_wanted.owner = said.owner and relation_wanted.origin = said.origin
    returning relation_wanted.owner, relation_wanted.origin, kind, outgoing, name, other_id
"""
_SAY: Final = """
    insert into relation_wanted (account_id, owner, origin, kind, outgoing, name, other_id)
    select $1, owner, origin, kind, outgoing, name, other_id
    from unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[])
        as new (owner, origin, kind, outgoing, name, other_id)
    on conflict (account_id, owner, origin, kind, outgoing, name) do update set other_id = excluded.other_id
"""
_STAND: Final = """
    insert into relation (account_id, source, kind, target, asserted)
    select $1, source, kind, target, false from unnest($2::text[], $3::text[], $4::text[]) as new (source, kind, target)
    order by source, kind, target
    on conflict (account_id, source, kind, target) do nothing
"""
# What somebody asserted stands by itself, and what another statement wants stands on.
_FALL: Final = """
    delete from relation using unnest($2::text[], $3::text[], $4::text[]) as old (source, kind, target)
    where account_id = $1 and relation.source = old.source and relation.kind = old.kind
    and relation.target = old.target and not relation.asserted and not exists (
        select from relation_wanted w where w.account_id = $1 and w.kind = old.kind and w.outgoing
        and w.owner = old.source and w.other_id = old.target
    ) and not exists (
        select from relation_wanted w where w.account_id = $1 and w.kind = old.kind and not w.outgoing
        and w.owner = old.target and w.other_id = old.source
    )
"""
_FORGET: Final = """
    delete from relation_wanted w using unnest($2::text[], $3::text[], $4::text[]) as old (source, kind, target),
        lateral (values (true, source, target), (false, target, source)) as said (outgoing, owner, other_id)
    where w.account_id = $1 and w.kind = old.kind and w.outgoing = said.outgoing and w.owner = said.owner
    and w.other_id = said.other_id
"""


async def of(db: Reader, account: UUID, ids: Sequence[str]) -> list[Wanted]:
    """All that is said of the entities, and of others about them."""
    return [_wanted(row) for row in await db.rows(_OF, account, list(ids))]


async def state(db: Writer, account: UUID, statements: Mapping[tuple[str, str], Statement]) -> None:
    """What each origin says of its owner, by the (owner's id, origin), is said, and nothing else by it."""
    if not statements:
        return
    owners, origins = zip(*statements, strict=True)
    before = [_wanted(row) for row in await db.rows(_UNSAY, account, list(owners), list(origins))]
    names = sorted({said.other for statement in statements.values() for said in statement.said})
    known = await entities.named(db, account, names) if names else {}
    now = [
        Wanted(owner=owner, origin=origin, said=said, other_id=_id_of(known, said.other))
        for (owner, origin), statement in statements.items()
        for said in dict.fromkeys(statement.said)
    ]
    await _say(db, account, now)
    await _settle(db, account, before, now)


async def follow(db: Writer, account: UUID, changed: Iterable[Entity]) -> None:
    """What is said about these entities, which were registered, changed or removed just now, means what it does now."""
    ids = [entity.id for entity in changed]
    names = sorted({name for entity in changed for name in names_of(entity)})
    before = [_wanted(row) for row in await db.rows(_TOUCHED, account, ids, names)]
    if not before:
        return
    known = await entities.named(db, account, sorted({wanted.said.other for wanted in before}))
    moved = [
        (was, now) for was in before if (now := _pointing(was, _id_of(known, was.said.other))).other_id != was.other_id
    ]
    if moved:
        await _say(db, account, [now for _, now in moved])
        await _settle(db, account, [was for was, _ in moved], [now for _, now in moved])


async def forget(db: Writer, account: UUID, relations: Sequence[Relation]) -> None:
    """Nothing wants the relations any more."""
    await db.execute(_FORGET, account, *_ends(relations))


async def _say(db: Writer, account: UUID, said: Sequence[Wanted]) -> None:
    rows = [(w.owner, w.origin, w.said.kind.value, w.said.outgoing, w.said.other, w.other_id) for w in said]
    if rows:
        await db.execute(_SAY, account, *(list(column) for column in zip(*rows, strict=True)))


async def _settle(db: Writer, account: UUID, before: Sequence[Wanted], now: Sequence[Wanted]) -> None:
    """The relations follow from what is said now, where they followed from what was said before."""
    old, new = ({w.relation for w in wanted if w.relation is not None} for wanted in (before, now))
    if new - old:
        await db.execute(_STAND, account, *_ends(new - old))
    if old - new:
        await db.execute(_FALL, account, *_ends(old - new))


def _pointing(wanted: Wanted, other_id: str | None) -> Wanted:
    return Wanted(owner=wanted.owner, origin=wanted.origin, said=wanted.said, other_id=other_id)


def _id_of(known: Mapping[str, Entity], name: str) -> str | None:
    return known[name].id if name in known else None


def _ends(relations: Iterable[Relation]) -> tuple[list[str], list[str], list[str]]:
    ordered = list(relations)
    return [r.source for r in ordered], [r.kind.value for r in ordered], [r.target for r in ordered]


def _wanted(row: asyncpg.Record) -> Wanted:
    said = Said(kind=RelationKind(row["kind"]), other=row["name"], outgoing=row["outgoing"])
    return Wanted(owner=row["owner"], origin=row["origin"], said=said, other_id=row["other_id"])
