"""Ties as rows: what is said, page by page, and step by step from an entity.

Who is meant by a tag is looked up whenever it is asked, so nothing has to follow when entities come, go or change tags.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from whence.domain.tie import Tie, Tied
from whence.domain.wanted import Statement
from whence.store.pool import Reader, Writer

_AT_ONCE: Final = 1_000  # ties that one statement adds: it has a time limit, which a transaction has not
_FARTHEST: Final = 2**62  # further than any list goes, and a number that PostgreSQL can hold

_MEANT: Final[LiteralString] = """
    tie t left join entity e on e.account_id = $1 and t.by_tag and e.tag = t.other
"""
_OF_TYPE: Final[LiteralString] = f"""
    select t.owner, t.type, t.origin, t.outgoing, t.by_tag, t.other, coalesce(t.other_id, e.entity_id) as meant
    from {_MEANT} where t.account_id = $1 and t.type = $2
"""
# Said twice, by either end or by a call besides, it is there once.
_PAGE: Final[LiteralString] = f"""
    with pair as (
        select case when outgoing then owner else meant end as source,
            case when outgoing then meant else owner end as destination
        from ({_OF_TYPE}) said where meant is not null
        group by 1, 2
    )
    select whole.total, shown.source, shown.destination from (select count(*) as total from pair) whole left join (
        select pair.source, pair.destination, s.tag as source_tag, d.tag as destination_tag from pair
        join entity s on s.account_id = $1 and s.entity_id = pair.source
        join entity d on d.account_id = $1 and d.entity_id = pair.destination
        order by s.tag collate "C", d.tag collate "C" offset $3::bigint limit $4
    ) shown on true order by shown.source_tag collate "C", shown.destination_tag collate "C"
"""
_BEYOND: Final[LiteralString] = f"""
    select coalesce(t.other_id, e.entity_id) as entity_id from {_MEANT}
    where t.account_id = $1 and t.type = $2 and t.owner = any($3::text[]) and t.outgoing = $4
    union
    select t.owner from tie t
    where t.account_id = $1 and t.type = $2 and t.other_id = any($3::text[]) and t.outgoing <> $4
    union
    select t.owner from entity e
    join tie t on t.account_id = $1 and t.type = $2 and t.by_tag and t.other = e.tag and t.outgoing <> $4
    where e.account_id = $1 and e.entity_id = any($3::text[])
"""
_UNSAY: Final = """
    delete from tie using unnest($2::text[], $3::text[]) as said (owner, origin)
    where account_id = $1 and tie.owner = said.owner and tie.origin = said.origin
"""
_ADD: Final = """
    insert into tie (account_id, owner, type, origin, outgoing, by_tag, other)
    select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::boolean[], $7::text[])
    on conflict do nothing
"""
_REMOVE: Final = """
    delete from tie using unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::boolean[], $7::text[])
        as gone (owner, type, origin, outgoing, by_tag, other)
    where account_id = $1 and tie.owner = gone.owner and tie.type = gone.type and tie.origin = gone.origin
    and tie.outgoing = gone.outgoing and tie.by_tag = gone.by_tag and tie.other = gone.other
"""


async def of_type(db: Reader, account: UUID, type_: str) -> list[Tied]:
    """All that is said of the type, also of who is not there."""
    return [_tied(row) for row in await db.rows(_OF_TYPE, account, type_)]


async def page(db: Reader, account: UUID, type_: str, *, skip: int, limit: int) -> tuple[list[tuple[str, str]], int]:
    """At most `limit` pairs of ids that stand so, source first, behind the first `skip`; and how many there are.

    Each once, whoever says it, in the order of the bytes of their tags.
    """
    rows = await db.rows(_PAGE, account, type_, min(skip, _FARTHEST), limit)
    return [(row["source"], row["destination"]) for row in rows if row["source"] is not None], rows[0]["total"]


async def beyond(db: Reader, account: UUID, type_: str, ids: Collection[str], *, outgoing: bool) -> set[str]:
    """The ids of the destinations (not `outgoing`: of the sources) of any of the entities."""
    rows = await db.rows(_BEYOND, account, type_, list(ids), outgoing)
    return {row["entity_id"] for row in rows if row["entity_id"] is not None}


async def state(db: Writer, account: UUID, statements: Mapping[tuple[str, str], Statement]) -> None:
    """What each origin says of its owner's ties, by the (owner's id, origin), is said, and nothing else by it."""
    if not statements:
        return
    owners, origins = zip(*statements, strict=True)
    await db.execute(_UNSAY, account, list(owners), list(origins))
    said = [
        Tied(owner=owner, origin=origin, tie=tie)
        for (owner, origin), statement in statements.items()
        for tie in statement.ties
    ]
    await add(db, account, said)


async def add(db: Writer, account: UUID, tied: Sequence[Tied]) -> None:
    """All of it is said."""
    for start in range(0, len(tied), _AT_ONCE):
        await db.execute(_ADD, account, *_columns(tied[start : start + _AT_ONCE]))


async def remove(db: Writer, account: UUID, tied: Sequence[Tied]) -> None:
    """Nothing of it is said any more."""
    if tied:
        await db.execute(_REMOVE, account, *_columns(tied))


def _tied(row: asyncpg.Record) -> Tied:
    tie = Tie(type=row["type"], other=row["other"], by_tag=row["by_tag"], outgoing=row["outgoing"])
    return Tied(owner=row["owner"], origin=row["origin"], tie=tie, other_id=row["meant"])


def _columns(tied: Sequence[Tied]) -> list[list[object]]:
    rows = [(t.owner, t.tie.type, t.origin, t.tie.outgoing, t.tie.by_tag, t.tie.other) for t in tied]
    return [list(column) for column in zip(*rows, strict=True)]
