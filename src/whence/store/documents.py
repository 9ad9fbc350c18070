"""Documents as rows: stored and read by name, listed by key, removed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from types import EllipsisType
from typing import Final
from uuid import UUID

import asyncpg

from whence.domain.document import NEVER, Document
from whence.domain.errors import Conflict, Invalid, NotFound, TooLarge
from whence.store import codec
from whence.store.pool import Reader, Writer
from whence.store.where import Where

MOST_AT_ONCE: Final = 10_000  # documents that one call stores, reads or removes
MOST_BYTES: Final = 2 * 1024 * 1024  # of a value or of a text, unless the installation says otherwise
_FARTHEST: Final = 2**62  # further than any list goes, and a number that PostgreSQL can hold

# Whoever removes an owner waits until the documents are stored, and takes them with it.
_OWNERS: Final = """
    select entity_id from entity where account_id = $1 and entity_id = any($2::text[]) order by entity_id for key share
"""
_PUT: Final = """
    insert into document (account_id, owner, kind, key, value, body, updated_at)
    select $1, owner, kind, key, value, body, $7
    from unnest($2::text[], $3::text[], $4::text[], $5::json[], $6::text[]) as new (owner, kind, key, value, body)
    order by owner, kind, key
    on conflict (account_id, owner, kind, key)
    do update set value = excluded.value, body = excluded.body, updated_at = excluded.updated_at
"""
_UPDATED: Final = """
    select d.owner, d.kind, d.key, d.updated_at
    from unnest($2::text[], $3::text[], $4::text[]) as asked (owner, kind, key)
    join document d on d.account_id = $1 and d.owner = asked.owner and d.kind = asked.kind and d.key = asked.key
"""
_REMOVE_EACH: Final = """
    delete from document using unnest($2::text[], $3::text[], $4::text[]) as gone (owner, kind, key)
    where account_id = $1 and document.owner = gone.owner and document.kind = gone.kind and document.key = gone.key
"""
_GET: Final = """
    select owner, kind, key, value, body, updated_at from document
    where account_id = $1 and owner = $2 and kind = $3 and key = $4
"""
_OF: Final = """
    select owner, kind, key, value, body, updated_at from document
    where account_id = $1 and owner = any($2::text[]) and kind = any($3::text[]) order by owner, kind, key
"""
_REMOVE: Final = """
    delete from document where account_id = $1 and owner = $2 and kind = $3 and ($4::text[] is null or key = any($4))
    returning owner, kind, key, value, body, updated_at
"""


async def put(
    db: Writer, account: UUID, documents: Sequence[Document], *, at: datetime, most_bytes: int
) -> list[Document]:
    """The documents, as they stand now: each replaces whole the one of its name. Of two of one name the last counts.

    Raises:
        NotFound: an owner is no entity's id.
        TooLarge: a value or a text is larger than `most_bytes`.
        Invalid: there are more than `MOST_AT_ONCE`.
    """
    _few(documents)
    newest = {document.name: document for document in documents}
    rows = [_columns(document, most_bytes) for document in newest.values()]
    await _require_owners(db, account, {document.owner for document in documents if document.owner is not None})
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 5
    await db.execute(_PUT, account, *columns, at)
    return [replace(newest[document.name], updated_at=at) for document in documents]


async def get(db: Reader, account: UUID, owner: str | None, kind: str, key: str) -> Document | None:
    """The document of this name, if there is one."""
    row = await db.row(_GET, account, owner or "", kind, key)
    return _document(row) if row else None


async def of(db: Reader, account: UUID, owners: Sequence[str | None], kinds: Sequence[str]) -> list[Document]:
    """Every document of one of the owners and one of the kinds, by owner, kind and key."""
    _few(owners)
    rows = await db.rows(_OF, account, [owner or "" for owner in owners], list(kinds))
    return [_document(row) for row in rows]


async def page(
    db: Reader, account: UUID, *, owner: str | EllipsisType | None, kind: str, after: str | None, skip: int, limit: int
) -> tuple[list[Document], int]:
    """At most `limit` documents with keys behind `after` (None: any), the first `skip` left out; and their total.

    By key, in the order of its bytes, then by owner; `owner` ...: of whatever owner. The number is of all of the
    owner and kind, whatever their keys.
    """
    where = Where(account)
    where.add("d.kind = ?", kind)
    if not isinstance(owner, EllipsisType):
        where.add("d.owner = ?", owner or "")
    whole = where.text
    behind = "true" if after is None else where.fill("d.key > ?", after)
    part = where.bind(min(skip, _FARTHEST)), where.bind(limit)
    rows = await db.rows(
        f"""
        select whole.total, d.* from (
            select count(*) as total from document d where d.account_id = $1 and {whole}
        ) whole left join (
            select d.owner, d.kind, d.key, d.value, d.body, d.updated_at from document d
            where d.account_id = $1 and {whole} and {behind}
            order by d.key, d.owner offset {part[0]}::bigint limit {part[1]}
        ) d on true order by d.key, d.owner
        """,
        *where.args,
    )
    return [_document(row) for row in rows if row["key"] is not None], rows[0]["total"]


async def remove(db: Writer, account: UUID, owner: str | None, kind: str, keys: Sequence[str] | None) -> list[Document]:
    """The documents of the owner and kind with these keys, or with any, are gone; those that were, by key."""
    _few(keys or ())
    rows = await db.rows(_REMOVE, account, owner or "", kind, None if keys is None else list(keys))
    return sorted((_document(row) for row in rows), key=lambda document: document.key)


async def remove_each(db: Writer, account: UUID, documents: Sequence[Document]) -> None:
    """No documents have these names."""
    _few(documents)
    if documents:
        await db.execute(_REMOVE_EACH, account, *_names(documents))


async def require_unchanged(db: Reader, account: UUID, read: Sequence[Document]) -> None:
    """Return when each is as it was read; one that is `NEVER` updated: is not there.

    Raises:
        Conflict: somebody has written or removed one since.
    """
    if not read:
        return
    rows = await db.rows(_UPDATED, account, *_names(read))
    updated_at = {(row["owner"] or None, row["kind"], row["key"]): row["updated_at"] for row in rows}
    for document in read:
        if updated_at.get(document.name, NEVER) != document.updated_at:
            raise Conflict(f"{document.kind} {document.key} was changed at the same time")


async def _require_owners(db: Writer, account: UUID, owners: set[str]) -> None:
    if owners:
        known: set[str] = {row["entity_id"] for row in await db.rows(_OWNERS, account, sorted(owners))}
        for owner in sorted(owners - known):
            raise NotFound("entity", owner)


def _few(asked: Sequence[object]) -> None:
    if len(asked) > MOST_AT_ONCE:
        raise Invalid.at("", f"names more than {MOST_AT_ONCE} documents")


def _names(documents: Sequence[Document]) -> tuple[list[str], list[str], list[str]]:
    return [d.owner or "" for d in documents], [d.kind for d in documents], [d.key for d in documents]


def _columns(document: Document, most_bytes: int) -> tuple[object, ...]:
    value = codec.json_text(document.value)
    if max(len(value.encode()), len((document.text or "").encode())) > most_bytes:
        raise TooLarge(most_bytes)
    return document.owner or "", document.kind, document.key, value, document.text


def _document(row: asyncpg.Record) -> Document:
    return Document(
        owner=row["owner"] or None,
        kind=row["kind"],
        key=row["key"],
        value=codec.json_value(row["value"]),
        text=row["body"],
        updated_at=row["updated_at"],
    )
