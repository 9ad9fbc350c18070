"""Signals by a value at a key of their facts: an index finds them, in the account that asks alone."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

import pytest

from tests.acceptance.server import directory
from tests.tenants import MakeTenant, Tenant
from whence.domain.query import Condition, Operator, Query, Sort
from whence.domain.signal import FIELDS
from whence.server import connected
from whence.settings import Settings
from whence.store import migrate
from whence.store.migrate import migrations
from whence.store.pool import Pool, Reader
from whence.store.query import find
from whence.store.query.rows import chosen
from whence.store.signals import EVERYTHING, SIGNALS
from whence.store.where import Where

_FACTS: Final = 9  # the number of the migration
_KEY: Final = "additional_info.k"
_STAND: Final = """
    insert into signal (
        account_id, signal_id, key, kind, title, description, grade, rule, image_url, resources, provider,
        provider_account, info, body_id, workspace, project, ticket_id, webhook_id, created_at
    )
    select $1, n::text, '', 'ALERT', '', '', 'ERROR', '', '', '{}', '', '', info, gen_random_uuid(), '', '', '', '',
        now()
    from unnest($2::jsonb[]) with ordinality as given (info, n)
"""
_LEARN: Final = "analyze signal"
_OPEN: Final = "insert into account (account_id, name, secret) values ($1, 'default', '')"


async def stand(pool: Pool, account: UUID, infos: Sequence[object]) -> None:
    """A signal of each of the facts stands, its id its place from 1 on."""
    async with pool.transaction() as db:
        await db.execute(_STAND, account, [json.dumps(info) for info in infos])
        await db.execute(_LEARN)


async def found(pool: Pool, account: UUID, *conditions: Condition) -> list[object]:
    """The ids of the signals that pass."""
    asked = Query(all=conditions, sort=(Sort("event_id"),), only=("event_id",))
    async with pool.snapshot() as db:
        return [
            row["event_id"]
            for row in (await find(db, account, EVERYTHING, FIELDS, asked, most_rows=99, most_bytes=9999)).rows
        ]


async def plan(db: Reader, account: UUID, *conditions: Condition) -> str:
    """How PostgreSQL would find them."""
    where = Where(account)
    rows = chosen(where, SIGNALS, FIELDS, Query(all=conditions), ())
    return "\n".join(row["QUERY PLAN"] for row in await db.rows(f"explain {rows.sql}", *where.args))


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("1", ["2"]), (1, ["3", "4", "7"]), (1.0, ["3", "4", "7"]), (True, ["5", "8"]), (False, ["6"]), ("", ["9"]),
        ('É"\\', ["10"]), ("null", ["11"]), (10**22, ["12"]), (1e22, ["12"]), ("in", ["7"]), ("deep", []), ("x", []),
        ("k", []), (None, ["1", "13", "14"]),
    ],
)  # fmt: skip
async def test_a_fact_is_equal_to_a_scalar(tenant: Tenant, value: object, ids: list[str]) -> None:
    """Or a list that holds it; an object in it is looked into by nobody, and numbers have a value, not a spelling."""
    values = ["1", 1, 1.0, True, False, [1, "in", ["deep"], {"k": "deep"}], [True], "", 'É"\\', "null", 10**22, None]
    account = tenant.admin.account_id
    infos = [{"other": "x"}, *({"k": one} for one in values), {}, {"k": {"k": "x", "deep": "x"}}]
    await stand(tenant.house.pool, account, infos)

    assert await found(tenant.house.pool, account, Condition(_KEY, Operator.EQ, value)) == sorted(ids)
    assert await found(tenant.house.pool, account, Condition(_KEY, Operator.IN, (value,))) == sorted(ids)
    missed = await found(tenant.house.pool, account, Condition(_KEY, Operator.NOT, value))
    assert missed == sorted({str(n) for n in range(1, len(infos) + 1)} - set(ids))


async def test_an_index_finds_facts(tenant: Tenant) -> None:
    """One of them, several, and beside other conditions; what a fact is not, no index finds."""
    account = tenant.admin.account_id
    await stand(tenant.house.pool, account, [{"k": f"v{n % 500}", "n": n} for n in range(5_000)])
    one, several = Condition(_KEY, Operator.EQ, "v1"), Condition(_KEY, Operator.IN, ("v1", "v2"))
    other, never = Condition("severity", Operator.EQ, "ERROR"), Condition(_KEY, Operator.NOT, "v1")

    async with tenant.house.pool.reader() as db:
        plans = [await plan(db, account, *asked) for asked in ((one,), (several,), (one, other), (never,))]

    assert ["signal_facts" in told for told in plans] == [True, True, True, False]
    assert await found(tenant.house.pool, account, several, Condition("additional_info.n", Operator.LT, 1000)) == [
        "2", "3", "502", "503",
    ]  # fmt: skip


@pytest.mark.parametrize("is_few", [False, True])
async def test_few_are_sorted_and_not_read_in_the_order_of_an_index(tenant: Tenant, *, is_few: bool) -> None:
    """Which is read to its end where PostgreSQL takes them for many."""
    where = Where(tenant.admin.account_id)
    await stand(tenant.house.pool, tenant.admin.account_id, [{} for _ in range(5_000)])
    asked = Query(sort=(Sort("created_at", descending=True),))

    rows = replace(chosen(where, SIGNALS, FIELDS, asked, asked.sort), is_few=is_few)
    async with tenant.house.pool.reader() as db:
        told = await db.rows(f"explain select from {rows.source}{rows.ordered} limit 5", *where.args)

    assert any("Backward using signal_created" in row["QUERY PLAN"] for row in told) is not is_few


async def test_nobody_finds_the_facts_of_others(account: MakeTenant) -> None:
    """[AC2] Whatever two accounts know alike."""
    mine, other = await account(), await account()
    pool = mine.house.pool
    await stand(pool, other.admin.account_id, [{"k": "v"}, {mine.admin.account_id.hex: {"k": "v"}}])

    assert await found(pool, mine.admin.account_id, Condition(_KEY, Operator.EQ, "v")) == []
    assert await found(pool, other.admin.account_id, Condition(_KEY, Operator.EQ, "v")) == ["1"]


async def test_signals_that_stood_before_the_index_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    account, of_old = UUID(int=1), [one for one in migrations() if one.number < _FACTS]
    with directory() as home:
        settings = Settings.model_validate({"data_dir": home / "data", "database_url": None})  # whatever others run on
        async with connected(settings) as pool:
            with monkeypatch.context() as patched:
                patched.setattr(migrate, "migrations", lambda: iter(of_old))
                await migrate.upgrade(pool)
            async with pool.transaction() as db:
                await db.execute(_OPEN, account)
            await stand(pool, account, [{"k": f"v{n}"} for n in range(2_000)])

            await migrate.upgrade(pool)

            async with pool.reader() as db:
                told = await plan(db, account, Condition(_KEY, Operator.EQ, "v7"))
            ids = await found(pool, account, Condition(_KEY, Operator.EQ, "v7"))

    assert ("signal_facts" in told, ids) == (True, ["8"])
