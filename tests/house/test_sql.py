"""SQL stands in the store alone, and every statement and every key names the account first."""

import asyncio
import re
from collections.abc import Mapping
from typing import Final

from tests.acceptance.server import directory
from tests.house.source import Text, modules, texts
from whence.server import database
from whence.settings import Settings

_SQL: Final = re.compile(
    r"\s*(select\s|insert into\s|update \w+ set\s|delete from\s|with (recursive )?\w+ (\([^)]*\) )?as |set local\s"
    r"|(create|alter|drop|truncate) (table|index|unique index|view|type|database|role|schema)\s)",
    re.IGNORECASE,
)
_ELSEWHERE: Final[Mapping[str, str]] = {
    "embedded/cluster.py": "makes the database itself, before there is one to connect to",
}
# What has no account to name. A new line here needs as good a reason as these.
_WITHOUT_ACCOUNT: Final[Mapping[tuple[str, str], str]] = {}
# The doors to an account cannot be found by the account; the ledger of migrations belongs to none.
_DOORS: Final = frozenset({"account", "token_door", "migration"})

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


def test_every_statement_names_the_account() -> None:
    """The tenant wall: a statement without account_id reads or writes what is everybody's."""
    without = {(text.file, text.name) for text in _statements("store") if "account_id" not in text.value}

    assert without == set(_WITHOUT_ACCOUNT)


def test_every_key_begins_with_the_account() -> None:
    """Primary keys, unique indexes and foreign keys of the migrated schema, partitions included."""

    async def keys() -> list[tuple[str, bool, str]]:
        with directory() as home:
            settings = Settings.model_validate({"data_dir": home / "data"})
            async with database(settings) as pool, pool.reader() as db:
                return [(row["key"], row["by_account"], row["table"]) for row in await db.rows(_KEYS)]

    found = asyncio.run(keys())

    assert [key for key, by_account, table in found if not by_account and table not in _DOORS] == []
    assert len(found) > 20
