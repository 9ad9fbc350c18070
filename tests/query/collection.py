"""A collection of rows with everything in them, and where it lies in the database."""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from whence.domain.query import FieldType, Found, Query, Row, Schema, Statistics, Table
from whence.store import query as store
from whence.store.pool import Pool, Reader

ACCOUNT: Final = UUID(int=1)
NOON: Final = datetime(2026, 3, 4, 12, tzinfo=UTC)
MOST: Final = 1_000_000

SCHEMA: Final[Schema] = {
    "id": FieldType.TEXT,
    "title": FieldType.TEXT,
    "severity": FieldType.TEXT,
    "tags": FieldType.TEXTS,
    "info": FieldType.JSON,
    "doc": FieldType.JSON,
    "made": FieldType.TIME,
    "seen": FieldType.TIME,
    "count": FieldType.NUMBER,
    "up": FieldType.TRUTH,
}
RELATION: Final = store.Relation(
    source="(select * from queried t where t.account_id = $1) r",
    columns={
        "id": "r.id",
        "title": "r.title",
        "severity": "r.severity",
        "tags": "r.tags",
        "info": "r.info",
        "doc": "r.doc",
        "made": "r.made",
        "seen": "r.seen",
        "count": "r.count",
        "up": "r.up",
    },
    objects=frozenset({"info"}),
    present=frozenset({"made"}),
)
INDEXED: Final = replace(RELATION, indexed={"info": "jsonb_set('{}', array[r.account_id::text], r.info)"})
_SOME: Final = "(select * from queried t where t.account_id = $1 and right(t.id, 1) in ('0', '3', '4', '7')) r"
_OTHERS: Final = "(select * from queried t where t.account_id = $1 and right(t.id, 1) not in ('0', '3', '4', '7')) r"
PARTED: Final = replace(RELATION, parts=(replace(RELATION, source=_SOME), replace(INDEXED, source=_OTHERS)))
_TABLE: Final = """
    create temporary table queried (
        account_id uuid, id text, title text, severity text, tags text[], info jsonb, doc jsonb, made timestamptz,
        seen timestamptz, count integer, up boolean
    ) on commit drop
"""
_INDEX: Final = """
    create index queried_info on queried using gin (jsonb_set('{}', array[account_id::text], info) jsonb_path_ops)
"""
_BY_INDEX: Final = "set local enable_seqscan = off"  # a few rows are read as fast as an index
_COLUMNS: Final = ("account_id", *SCHEMA)


def row(number: int = 0, **fields: object) -> dict[str, object]:
    """A row with defaults; `number` makes its id."""
    return {
        "id": f"id-{number:03}",
        "title": "",
        "severity": "INFO",
        "tags": [],
        "info": None,
        "doc": None,
        "made": NOON + timedelta(seconds=number),
        "seen": None,
        "count": 0,
        "up": False,
        **fields,
    }


@dataclass(frozen=True)
class Collection:
    """The rows in the database."""

    db: Reader

    async def find(
        self, asked: Query, *, relation: store.Relation = RELATION, most_rows: int = MOST, most_bytes: int = MOST
    ) -> Found:
        """The rows that SQL finds."""
        limits = {"most_rows": most_rows, "most_bytes": most_bytes}
        return await store.find(self.db, ACCOUNT, relation, SCHEMA, asked, **limits)

    async def tabulate(self, asked: Statistics, *, most_rows: int = MOST, most_bytes: int = MOST) -> Table:
        """What SQL computes."""
        limits = {"most_rows": most_rows, "most_bytes": most_bytes}
        return await store.tabulate(self.db, ACCOUNT, RELATION, SCHEMA, asked, **limits)


@asynccontextmanager
async def stored(pool: Pool, rows: Sequence[Row]) -> AsyncGenerator[Collection]:
    """The rows in a table of their own, beside one of another account that nothing may find."""
    async with pool.transaction() as db:
        for statement in (_TABLE, _INDEX, _BY_INDEX):
            await db.execute(statement)
        await db.copy("queried", _COLUMNS, [_record(ACCOUNT, one) for one in rows])
        await db.copy("queried", _COLUMNS, [_record(UUID(int=2), row(999, title="another's"))])
        yield Collection(db)


def _record(account: UUID, one: Row) -> tuple[object, ...]:
    documents = {name: None if one[name] is None else json.dumps(one[name]) for name in ("info", "doc")}
    return account, *({**one, **documents}[name] for name in SCHEMA)


def exactly(value: object) -> str:
    """The value as JSON, by which 1, 1.0 and true are three things."""
    return json.dumps(value, sort_keys=True)
