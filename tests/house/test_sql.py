"""SQL stands in the store alone, and every statement and every key names the account first."""

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import pytest

from tests.acceptance.server import directory
from tests.house.source import SOURCE, Text, modules, texts
from whence.domain.event import Span
from whence.domain.filter import Filter
from whence.domain.page import Order
from whence.domain.query import (
    Accumulation,
    Condition,
    Count,
    Group,
    GroupField,
    GroupKey,
    Limit,
    Operator,
    Project,
    ProjectField,
    Query,
    Schema,
    Skip,
    Sort,
    SortBy,
    Stage,
    Unwind,
)
from whence.domain.signal import FIELDS as SIGNAL_FIELDS
from whence.domain.ticket import FIELDS as TICKET_FIELDS
from whence.server import database
from whence.settings import Settings
from whence.store import events, summary
from whence.store.distribute import EVERYWHERE, LEDGER
from whence.store.migrate import Migration, migrations
from whence.store.query import Relation
from whence.store.query.rows import chosen
from whence.store.query.stages import staged
from whence.store.query.unwinding import unwound
from whence.store.signals import EVERYTHING, SIGNALS
from whence.store.tickets import TICKETS
from whence.store.where import Where

_SQL: Final = re.compile(
    r"\s*(select\s|insert into\s|update \w+ set\s|delete from\s|with (recursive )?\w+ (\([^)]*\) )?as |set local\s"
    r"|(create|alter|drop|truncate) (table|index|unique index|view|type|database|role|schema)\s)",
    re.IGNORECASE,
)
_ELSEWHERE: Final[Mapping[str, str]] = {
    "embedded/cluster.py": "makes the database itself, before there is one to connect to",
}
# Put together from parts: rendered by a test below, which counts tables and accounts in the whole.
_COMPOSED: Final = frozenset(
    {
        *(("store/summary.py", name) for name in ("facets_statement", "histogram_statement", "total_statement")),
        *(("store/matching.py", name) for name in ("newest", "every", "_every_of_all")),
    }
)
# The doors to an account cannot be found by the account; the ledger of migrations belongs to none.
_BY_DOOR: Final[Mapping[tuple[str, str], str]] = {
    ("store/doors.py", "_HOLDER"): "finds the account of a token by the token's digest",
    ("store/doors.py", "_SESSION"): "finds a session, and so its account, by the digest of the cookie",
    ("store/doors.py", "_WEBHOOKS"): "finds webhooks, and so their accounts, by the ids that monitors post to",
    ("store/access.py", "_ACCOUNT_NAMED"): "finds an account by its name",
    ("store/access.py", "_ACCOUNTS"): "lists the accounts, for the installation's admin and for housekeeping",
    ("store/forgetting.py", "_LONGEST"): "knows how long anybody keeps: months are everybody's",
    ("store/forgetting.py", "_DUE"): "lists the accounts that have something to forget",
    ("store/deletion.py", "_DELETED"): "lists the accounts that are being deleted",
    ("store/alerts.py", "_DUE_ACCOUNTS"): "lists the accounts that have alerts to look after",
    ("store/groups.py", "_WAITING"): "lists the accounts that have alerts to group",
    ("store/explanations.py", "_UNEXPLAINED_ACCOUNTS"): "lists the accounts that have problems to explain",
}
_BY_ACCOUNT: Final = re.compile(
    r"account_id = \$1\b|insert into \w+ (as \w+ )?\(account_id,.*?\)\s*(values \(|select )\$1\b", re.DOTALL
)
_DOORS: Final = EVERYWHERE | {LEDGER}

_KEYS: Final = """
    select r.relname || '.' || i.relname as key, a.attname = 'account_id' as by_account, r.relname as table
    from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class r on r.oid = x.indrelid
    join pg_attribute a on a.attrelid = r.oid and a.attnum = x.indkey[0]
    where x.indisunique and r.relnamespace = 'public'::regnamespace
    union all
    select r.relname || '.' || c.conname, a.attname = 'account_id', r.relname
    from pg_constraint c join pg_class r on r.oid = c.conrelid
    join pg_attribute a on a.attrelid = r.oid and a.attnum = c.conkey[1]
    where c.contype = 'f' and r.relnamespace = 'public'::regnamespace
"""


def _statements(below: str) -> list[Text]:
    return [text for file, module in modules(below) for text in texts(file, module) if _SQL.match(text.value)]


def test_sql_stands_in_the_store() -> None:
    """A text that looks like SQL anywhere else is in the wrong place: make it a function of `store`."""
    strays = [text for text in _statements("") if not text.file.startswith("store/")]

    assert [str(text) for text in strays if text.file not in _ELSEWHERE] == []
    assert {text.file for text in strays} == set(_ELSEWHERE)


def _tables() -> frozenset[str]:
    written = "".join(path.read_text(encoding="utf-8") for path in (SOURCE / "store" / "migrations").glob("*.sql"))
    return frozenset(re.findall(r"^create table (\w+)", written, re.MULTILINE))


def _mentions(sql: str) -> int:
    """How often a table of the schema is read or written."""
    tables = "|".join(sorted(_tables(), key=len, reverse=True))
    return len(re.findall(rf"\b(?:from|join|into|update)\s+(?:{tables})\b(?!\s*\()", sql, re.IGNORECASE))


def test_every_statement_names_the_account() -> None:
    """[AC2] The tenant wall: a statement without account_id reads or writes what is everybody's."""
    without = {
        (text.file, text.name)
        for text in _statements("store")
        if _mentions(text.value) and not _BY_ACCOUNT.search(text.value)
    }

    assert without - _COMPOSED == set(_BY_DOOR)


_ACCOUNT: Final = UUID(int=1)
_AT: Final = datetime(2026, 9, 21, 13, 20, tzinfo=UTC)
_WINDOWS: Final = [Span(start=_AT - timedelta(days=days), end=_AT) for days in (1, 30)]
_FILTERS: Final = [
    asked
    for window in _WINDOWS
    for asked in (
        Filter(window=window),
        Filter(window=window, types=("deploy",)),
        Filter(window=window, words=("x",)),
        Filter(window=window, clusters=("c",)),
        Filter(window=window, concerning=()),
    )
]


@pytest.mark.parametrize("asked", _FILTERS, ids=str)
@pytest.mark.parametrize("from_counts", [True, False])
def test_statements_from_parts_name_the_account_for_each_table(asked: Filter, from_counts: bool) -> None:  # noqa: FBT001
    """[AC2] The same for what is put together from parts: as many accounts as tables."""
    facets = summary.facets_statement(_ACCOUNT, asked, from_counts=from_counts)
    histogram = summary.histogram_statement(_ACCOUNT, asked, step=timedelta(hours=1), from_counts=from_counts)

    total = summary.total_statement(_ACCOUNT, asked, from_counts=from_counts)
    window = events.window_statement(_ACCOUNT, asked, skip=0, limit=1)
    page = events.page_statement(_ACCOUNT, asked, order=Order.NEWEST, cursor=None, limit=1, original=False)

    for statement in (facets, histogram, total, window, page):
        assert statement.args[0] == _ACCOUNT
        assert len(re.findall(r"account_id = \$1\b", statement.sql)) >= _mentions(statement.sql) >= 1


_RELATIONS: Final = [
    pytest.param(SIGNALS, SIGNAL_FIELDS, id="signals"),
    pytest.param(EVERYTHING, SIGNAL_FIELDS, id="everything"),
    pytest.param(TICKETS, TICKET_FIELDS, id="tickets"),
]
_STAGES: Final[tuple[Stage, ...]] = (
    Unwind("resources", (Condition("title", Operator.EQ, "x"),)),
    Group((GroupKey("title", "k"),), (GroupField("all", Accumulation.PUSH, "additional_info.a"),)),
    SortBy((Sort("k"),)),
    Project((ProjectField("k", "j"),)),
    Skip(1),
    Limit(2),
    Count("n"),
)


def _conditions(schema: Schema) -> tuple[Condition, ...]:
    """Every operator on a text and on what is inside of JSON."""
    values: dict[Operator, object] = {Operator.EXISTS: True, Operator.MATCH: {"a": "b"}}
    named = {operator: values.get(operator, _value(operator)) for operator in Operator}
    keys = ("title", "additional_info.a.b", *schema)
    return tuple(Condition(key, operator, value) for key in keys for operator, value in named.items())


def _value(operator: Operator) -> object:
    if operator.startswith("time_"):
        return _AT
    text = "2026-03-04"  # which may be a time as well
    return (text,) if operator is Operator.IN or operator.endswith("_in") else text


@pytest.mark.parametrize(("relation", "schema"), _RELATIONS)
def test_questions_name_the_account_for_each_table(relation: Relation, schema: Schema) -> None:
    """[AC2] The same for whatever a caller asks: no condition, order or stage reads a table beside the relation's."""
    where = Where(_ACCOUNT)
    every = _conditions(schema)
    asked = Query(all=every, any=every, words=("a",), word_fields=("title",))

    rows = chosen(where, relation, schema, asked, [Sort(name) for name in schema])
    lists = unwound(where, Unwind("additional_info.a", every[:1]), rows, as_list=True)
    table = rows
    for stage in _STAGES:
        table = staged(where, stage, table, keeps_order=True, most_bytes=1)

    assert where.args[0] == _ACCOUNT
    for statement in (rows.sql, lists.sql, table.sql):
        assert len(re.findall(r"account_id = \$1\b", statement)) == _mentions(statement) >= 1
        assert _mentions(statement) == _mentions(relation.source)


def test_every_key_begins_with_the_account() -> None:
    """[AC2] Primary keys, unique indexes and foreign keys of the migrated schema, partitions included."""

    async def keys() -> list[tuple[str, bool, str]]:
        with directory() as home:
            settings = Settings.model_validate({"data_dir": home / "data"})
            async with database(settings) as pool, pool.reader() as db:
                return [(row["key"], row["by_account"], row["table"]) for row in await db.rows(_KEYS)]

    found = asyncio.run(keys())

    assert [key for key, by_account, table in found if not by_account and table not in _DOORS] == []
    assert len(found) > 20


_DISTRIBUTED_SINCE: Final = 14  # the migration before which no database was distributed
_MADE: Final = re.compile(r"create table (\w+) \((.*?)\n\)", re.DOTALL)
_LEADS_TO: Final = re.compile(r"\breferences (\w+)")


def _astray(migration: Migration) -> set[str]:
    """The tables that it makes with a key to one that lies on some nodes: on a cluster they are not there yet."""
    return {name for name, columns in _MADE.findall(migration.sql) if set(_LEADS_TO.findall(columns)) - EVERYWHERE}


def test_later_migrations_add_keys_to_distributed_tables_behind_them() -> None:
    """A new table is distributed when its migration has run; until then Citus takes no key of it to one that is."""
    known = {migration.number: migration for migration in migrations()}

    assert _astray(known[6]) == {"document", "relation_wanted"}  # so it is seen when there is one
    assert {name for number, one in known.items() if number > _DISTRIBUTED_SINCE for name in _astray(one)} == set()
