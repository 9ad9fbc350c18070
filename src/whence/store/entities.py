"""Entities as rows: found by any of their names, listed, written and removed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from whence.domain.census import Service
from whence.domain.entity import Entity, TagRule
from whence.domain.entity_test import EntityTest
from whence.domain.filter import EntityFilter
from whence.domain.scope import Scope, place_key
from whence.store import codec, entity_where
from whence.store.pool import Reader, Writer
from whence.store.where import Where

COLUMNS: Final[LiteralString] = """
    e.entity_id, e.tag, e.type, e.name, e.cluster, e.namespace, e.description, e.aliases, e.tags, e.links,
    e.properties, e.archived, e.first_seen, e.last_seen
"""
CHANGED: Final = "whence_catalog"  # the channel on which processes hear that an account's entities changed

_LOCK: Final = "select pg_advisory_xact_lock(7726440, hashtext($1::text))"
_NAMED: Final[LiteralString] = f"""
    select asked.name as asked, asked.rank, {COLUMNS} from (
        select name, 1 as rank, name as entity_id from unnest($2::text[]) as t (name)
        union all
        select t.name, 2, other.entity_id from unnest($2::text[]) as t (name)
        join entity other on other.account_id = $1 and right(other.entity_id, 16) = upper(substr(t.name, 3))
        where t.name ~ '^en[0-9a-f]{{16}}$'
        union all
        select alias, 3, entity_id from entity_alias where account_id = $1 and alias = any($2::text[])
        union all
        select tag, 4, entity_id from entity where account_id = $1 and tag = any($2::text[])
    ) asked join entity e on e.account_id = $1 and e.entity_id = asked.entity_id
    order by asked.rank desc, e.entity_id collate "C" desc
"""
_AT: Final[LiteralString] = (
    f"select {COLUMNS} from entity e where e.account_id = $1 and e.place_key = any($2::bigint[])"
)
_UPSERT: Final = """
    insert into entity (
        account_id, entity_id, tag, place_key, type, name, cluster, namespace, description, aliases, tags, links,
        properties, archived, first_seen, last_seen
    )
    select $1, entity_id, tag, place_key, type, name, cluster, namespace, description,
        array(select json_array_elements_text(aliases)), tags, links, properties, archived, first_seen, last_seen
    from unnest(
        $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::json[], $11::json[], $12::json[], $13::json[], $14::boolean[], $15::timestamptz[], $16::timestamptz[]
    ) as new (
        entity_id, tag, place_key, type, name, cluster, namespace, description, aliases, tags, links, properties,
        archived, first_seen, last_seen
    )
    on conflict (account_id, entity_id) do update set
        tag = excluded.tag, place_key = excluded.place_key, type = excluded.type, name = excluded.name,
        cluster = excluded.cluster, namespace = excluded.namespace, description = excluded.description,
        aliases = excluded.aliases, tags = excluded.tags, links = excluded.links, properties = excluded.properties,
        archived = excluded.archived, last_seen = excluded.last_seen
"""
# Tags that change hands within one call are let go first: the index looks at each row as it is written.
_LET_GO: Final = r"""
    update entity set tag = e'\x01' || entity.entity_id from unnest($2::text[], $3::text[]) as new (entity_id, tag)
    where account_id = $1 and entity.entity_id = new.entity_id and entity.tag <> new.tag
"""
_DROP_ALIASES: Final = "delete from entity_alias where account_id = $1 and entity_id = any($2::text[])"
_ADD_ALIASES: Final = """
    insert into entity_alias (account_id, alias, entity_id) select $1, * from unnest($2::text[], $3::text[])
"""
_SEEN: Final = """
    update entity set last_seen = new.at from unnest($2::text[], $3::timestamptz[]) as new (entity_id, at)
    where account_id = $1 and entity.entity_id = new.entity_id and entity.last_seen < new.at
"""
_FARTHEST: Final = 2**62  # further than any list goes, and a number that PostgreSQL can hold
_REMOVE: Final = "delete from entity where account_id = $1 and entity_id = any($2::text[])"
_NOTIFY: Final = "select pg_notify('whence_catalog', $1)"
_SERVICES: Final = """
    select cluster, namespace, name, entity_id from entity
    where account_id = $1 and type = 'SERVICE' and not archived
"""
_CLUSTERS: Final = """
    select distinct cluster from entity
    where account_id = $1 and type = 'SERVICE' and cluster <> '' and not archived order by cluster
"""
_CONCERNED: Final[LiteralString] = """
    exists (
        select from json_to_recordset(?::json) as clause (
            types text[], clusters text[], namespaces text[], names text[], entity_ids text[]
        )
        where (types is null or e.type = any(types))
        and (clusters is null or e.cluster = any(clusters))
        and (namespaces is null or e.namespace = any(namespaces))
        and (names is null or e.name = any(names))
        and (entity_ids is null or e.entity_id = any(entity_ids))
    )
"""


async def lock(db: Writer, account: UUID) -> None:
    """Until the transaction ends nobody else writes the account's entities."""
    await db.execute(_LOCK, str(account))


async def named(db: Reader, account: UUID, names: Sequence[str]) -> dict[str, Entity]:
    """Each name that is an entity's id, cid, alias or tag, tried in that order, with its entity.

    Of entities that share a cid, being of different types, it is that of the first by id: HOST before SERVICE.
    """
    return {row["asked"]: codec.entity(row) for row in await db.rows(_NAMED, account, list(names))}


async def at(db: Reader, account: UUID, places: Sequence[tuple[str, str, str, str]]) -> list[Entity]:
    """The entities at these (type, cluster, namespace, name)."""
    rows = await db.rows(_AT, account, [place_key(*place) for place in places])
    wanted = set(places)
    found = [codec.entity(row) for row in rows]
    return [e for e in found if (e.type, e.cluster, e.namespace, e.name) in wanted]


async def page(db: Reader, account: UUID, asked: EntityFilter, *, after: str, limit: int) -> list[Entity]:
    """At most `limit` entities in the order of their ids, behind the id `after`."""
    where = _where(account, asked)
    where.add("e.entity_id > ?", after)
    take = where.bind(limit)
    rows = await db.rows(
        f"select {COLUMNS} from entity e where e.account_id = $1 and {where.text} order by e.entity_id limit {take}",
        *where.args,
    )
    return [codec.entity(row) for row in rows]


async def count(db: Reader, account: UUID, asked: EntityFilter) -> int:
    """How many entities there are."""
    where = _where(account, asked)
    row = await db.row(f"select count(*) as total from entity e where e.account_id = $1 and {where.text}", *where.args)
    return row["total"] if row else 0


async def concerned(db: Reader, account: UUID, scope: Scope, *, limit: int) -> tuple[int, list[Entity]]:
    """How many entities (archived ones aside) the scope matches, and the first of them by cluster, namespace, name."""
    where = Where(account)
    where.add("not e.archived")
    where.add(_CONCERNED, codec.clauses_text(scope))
    take = where.bind(limit)
    rows = await db.rows(
        f"""
        select {COLUMNS}, count(*) over () as total from entity e where e.account_id = $1 and {where.text}
        order by e.cluster, e.namespace, e.name, e.entity_id limit {take}
        """,
        *where.args,
    )
    return (rows[0]["total"] if rows else 0), [codec.entity(row) for row in rows]


async def matching(
    db: Reader,
    account: UUID,
    rules: Sequence[TagRule],
    *,
    limit: int | None,
    seen_since: datetime | None = None,
    seen: Collection[str] = (),
) -> list[Entity]:
    """The entities that one of the rules means, in the order of their ids' bytes; the first `limit`, unless it is None.

    With `seen_since` those that were last seen by then, or whose ids are among `seen`.
    """
    where = Where(account)
    entity_where.of_rules(where, rules)
    if seen_since is not None:
        where.add("(e.last_seen >= ? or e.entity_id = any(?::text[]))", seen_since, list(seen))
    take = where.bind(limit)
    rows = await db.rows(
        f"""
        select {COLUMNS} from entity e where e.account_id = $1 and {where.text}
        order by e.entity_id collate "C" limit {take}
        """,
        *where.args,
    )
    return [codec.entity(row) for row in rows]


async def select(db: Reader, account: UUID, test: EntityTest, *, after: str, limit: int) -> list[Entity]:
    """At most `limit` of the entities that pass, in the order of their ids, behind the id `after`."""
    where = Where(account)
    entity_where.selected(where, test)
    where.add("e.entity_id > ?", after)
    take = where.bind(limit)
    rows = await db.rows(
        f"select {COLUMNS} from entity e where e.account_id = $1 and {where.text} order by e.entity_id limit {take}",
        *where.args,
    )
    return [codec.entity(row) for row in rows]


async def window(
    db: Reader, account: UUID, asked: EntityFilter, test: EntityTest, *, skip: int, limit: int
) -> tuple[list[Entity], int]:
    """At most `limit` entities behind the first `skip`, in the order of their tags' bytes, and how many there are.

    Archived ones too, unless `asked` says otherwise.
    """
    where = _where(account, asked)
    entity_where.passing(where, test)
    part = where.bind(min(skip, _FARTHEST)), where.bind(limit)
    rows = await db.rows(
        f"""
        select whole.total, e.* from (
            select count(*) as total from entity e where e.account_id = $1 and {where.text}
        ) whole left join (
            select {COLUMNS} from entity e where e.account_id = $1 and {where.text}
            order by e.tag collate "C" offset {part[0]} limit {part[1]}
        ) e on true order by e.tag collate "C"
        """,
        *where.args,
    )
    return [codec.entity(row) for row in rows if row["entity_id"] is not None], rows[0]["total"]


async def count_selected(db: Reader, account: UUID, test: EntityTest) -> int:
    """How many entities pass."""
    where = Where(account)
    entity_where.selected(where, test)
    row = await db.row(f"select count(*) as total from entity e where e.account_id = $1 and {where.text}", *where.args)
    return row["total"] if row else 0


async def clusters(db: Reader, account: UUID) -> list[str]:
    """Every cluster in which a service is that is not archived, sorted."""
    rows = await db.rows(_CLUSTERS, account)
    return [row["cluster"] for row in rows]


async def services(db: Reader, account: UUID) -> list[Service]:
    """Every service that is not archived."""
    return [Service(*row.values()) for row in await db.rows(_SERVICES, account)]


async def upsert(db: Writer, account: UUID, entities: Sequence[Entity]) -> None:
    """The rows are as the entities say; each id stands there once."""
    columns = zip(*(_columns(entity) for entity in entities), strict=True)
    await db.execute(_LET_GO, account, [entity.id for entity in entities], [entity.tag for entity in entities])
    await db.execute(_UPSERT, account, *(list(column) for column in columns))
    await db.execute(_DROP_ALIASES, account, [entity.id for entity in entities])
    aliases = [(alias, entity.id) for entity in entities for alias in entity.aliases]
    if aliases:
        await db.execute(_ADD_ALIASES, account, [alias for alias, _ in aliases], [owner for _, owner in aliases])
    await db.execute(_NOTIFY, str(account))


async def seen(db: Writer, account: UUID, last_seen: Mapping[str, datetime]) -> None:
    """The entities were seen at these moments; nobody is told, because nothing else of them changes."""
    await db.execute(_SEEN, account, list(last_seen), list(last_seen.values()))


async def remove(db: Writer, account: UUID, ids: Sequence[str]) -> None:
    """The entities, their aliases and their relations are gone; events stay."""
    await db.execute(_REMOVE, account, list(ids))
    await db.execute(_NOTIFY, str(account))


def _columns(entity: Entity) -> tuple[object, ...]:
    return (
        entity.id, entity.tag, place_key(entity.type, entity.cluster, entity.namespace, entity.name), entity.type,
        entity.name, entity.cluster, entity.namespace, entity.description, codec.json_text(entity.aliases),
        codec.tags_text(entity.tags), codec.links_text(entity.links) or "[]", codec.json_text(entity.properties),
        entity.archived, entity.first_seen, entity.last_seen,
    )  # fmt: skip


def _where(account: UUID, asked: EntityFilter) -> Where:
    where = Where(account)
    columns: tuple[tuple[LiteralString, tuple[str, ...]], ...] = (
        ("e.entity_id = any(?::text[])", asked.ids),
        ("e.type = any(?::text[])", asked.types),
        ("e.cluster = any(?::text[])", asked.clusters),
        ("e.namespace = any(?::text[])", asked.namespaces),
        ("e.name = any(?::text[])", asked.names),
        ("e.tag = any(?::text[])", asked.tags),
    )
    for condition, names in columns:
        if names:
            where.add(condition, list(names))
    for word in asked.words:
        where.add("strpos(lower(e.name || ' ' || e.tag || ' ' || e.description), lower(?)) > 0", word)
    if asked.archived is not None:
        where.add("e.archived = ?", asked.archived)
    return where
