"""Whose turn it is with a connection, which one is taken, and when what runs on it is planned."""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import LiteralString

import pytest

from whence.domain.errors import Reason, Unavailable
from whence.store.pool import Address, Pool, Reader, Writer

_PID = "select pg_backend_pid() as pid"
_WHERE = """
    select trim(both '"' from current_setting('unix_socket_directories')) as host,
        current_setting('port')::integer as port, current_user::text as name, current_database()::text as database
"""
_END = "select pg_terminate_backend($1::integer, 5000)"
_TABLE = "create temporary table kept (n integer) on commit drop"
_ADD = "insert into kept select * from unnest($1::integer[]) returning n"
_ASK = "select n from kept where n = $1"
_PLANS = "select generic_plans as kept, custom_plans as anew from pg_prepared_statements where statement = $1"

MakePool = Callable[[int], Awaitable[Pool]]


@pytest.fixture
async def make_pool(pool: Pool) -> AsyncGenerator[MakePool]:
    """Makes a pool of the test's own, with so many writers, on the database of the service."""
    async with AsyncExitStack() as stack:

        async def make(writers: int) -> Pool:
            return await stack.enter_async_context(Pool(await _address(pool), query_seconds=5, writers=writers))

        yield make


async def _address(pool: Pool) -> Address:
    if url := os.environ.get("WHENCE_DATABASE_URL"):
        return Address(url=url)
    async with pool.reader() as db:
        row = await db.row(_WHERE)
    assert row is not None
    return Address(host=row["host"], port=row["port"], user=row["name"], database=row["database"])


async def _pid(db: Reader) -> int:
    row = await db.row(_PID)
    assert row is not None
    return row["pid"]


async def _taken(pool: Pool) -> int:
    async with pool.transaction() as db:
        return await _pid(db)


async def _plans(db: Writer, sql: str) -> tuple[int, int]:
    row = await db.row(_PLANS, sql)
    assert row is not None
    return row["kept"], row["anew"]


async def test_the_connection_used_last_is_taken_next(make_pool: MakePool) -> None:
    """While nobody else wants one, a single connection serves all."""
    pool = await make_pool(4)

    assert len({await _taken(pool) for _ in range(10)}) == 1


async def test_two_at_a_time_have_a_connection_each(make_pool: MakePool) -> None:
    """What is at hand is nobody's twice."""
    pool = await make_pool(4)
    async with pool.transaction() as one, pool.transaction() as other:
        first, second = await _pid(one), await _pid(other)

    async with pool.transaction() as one, pool.transaction() as other:
        again = {await _pid(one), await _pid(other)}

    assert first != second
    assert again == {first, second}


async def test_who_waits_for_a_connection_has_the_next_that_is_free(make_pool: MakePool) -> None:
    """None is kept at hand while somebody waits."""
    pool = await make_pool(3)

    async with asyncio.timeout(4):  # less than a caller has who waits in vain
        pids = await asyncio.gather(*(_taken(pool) for _ in range(100)))

    assert len(set(pids)) <= 3


async def test_a_connection_that_has_ended_is_not_taken(pool: Pool, make_pool: MakePool) -> None:
    """[IN7] As when the database is started anew: once that is known, nobody is given what is gone."""
    own = await make_pool(2)
    ended = taken = await _taken(own)
    async with pool.reader() as db:
        await db.row(_END, ended)

    async with asyncio.timeout(10):
        while taken == ended:
            with suppress(Unavailable):  # as long as we have not heard of it
                taken = await _taken(own)
    assert await _taken(own) == taken


async def test_a_connection_that_lay_unused_for_long_is_not_taken(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something between the two machines may have forgotten it, and says nothing."""
    pool = await make_pool(2)
    stale = await _taken(pool)
    monkeypatch.setattr("whence.store.pool._FRESH_SECONDS", 0.0)

    assert await _taken(pool) != stale


async def test_a_connection_goes_back_to_the_driver_now_and_then(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It closes those that were used for long; the next turn is served all the same."""
    monkeypatch.setattr("whence.store.pool._TURNS", 2)
    pool = await make_pool(1)

    assert len({await _taken(pool) for _ in range(10)}) == 1


async def test_a_connection_in_use_is_not_taken_again_when_all_have_expired(make_pool: MakePool) -> None:
    """[IN7] One that was busy while another found its server to be no primary any more leads to the same server."""
    pool = await make_pool(3)
    left: list[int] = []

    async def find_out() -> None:
        async with pool.transaction() as db:
            left.append(await _pid(db))
            await db.execute("set transaction read only")
            await db.execute("create table never (n int)")

    async with pool.transaction() as busy:
        left.append(await _pid(busy))
        with pytest.raises(Unavailable):
            await find_out()

    async with pool.transaction() as one, pool.transaction() as other:
        assert {await _pid(one), await _pid(other)}.isdisjoint(left)


async def test_who_is_cancelled_in_a_statement_takes_the_connection_along(make_pool: MakePool) -> None:
    """Nobody else hears the answer, and the place is free."""
    pool = await make_pool(1)
    pids: asyncio.Queue[int] = asyncio.Queue()

    async def sleep() -> None:
        async with pool.transaction() as db:
            pids.put_nowait(await _pid(db))
            await db.rows("select pg_sleep(60)")

    sleeping = asyncio.create_task(sleep())
    left = await pids.get()
    sleeping.cancel()
    await asyncio.wait([sleeping])

    assert await _taken(pool) != left


async def test_connections_at_hand_are_idle(make_pool: MakePool) -> None:
    """Whoever watches the figures sees those as free that nobody uses."""
    pool = await make_pool(3)
    async with pool.transaction():
        used = {kind: figures for kind, *figures in pool.connections()}
    free = {kind: figures for kind, *figures in pool.connections()}

    assert used["writers"] == [1, 0]
    assert free["writers"] == [0, 1]


async def test_what_only_adds_is_planned_once(pool: Pool) -> None:
    """The others are planned for their arguments each time, before and behind it."""
    async with pool.transaction() as db:
        await db.execute(_TABLE)
        for n in range(10):
            assert await db.rows(_ASK, n) == []
            assert [row["n"] for row in await db.add(_ADD, [n, n])] == [n, n]

        kept, anew = await _plans(db, _ADD)
        assert kept + anew == 10
        assert kept > 0
        assert await _plans(db, _ASK) == (0, 10)


@pytest.mark.parametrize("sql", ["select from nowhere", "select nothing from account"])
async def test_tables_that_are_not_those_of_this_release_are_no_bug(pool: Pool, sql: LiteralString) -> None:
    """As while a backup is being restored: whoever asks is to come again."""
    with pytest.raises(Unavailable) as refused:
        async with pool.reader() as db:
            await db.rows(sql)

    assert refused.value.reason is Reason.SCHEMA


async def test_what_the_driver_cannot_do_with_an_address_is_no_fault_of_a_caller() -> None:
    """He looks at it when he connects: at a file that it names, say."""
    pool = Pool(Address(url="postgresql://whence@127.0.0.1:1/whence?ssl_min_protocol_version=9"), query_seconds=5)

    with pytest.raises(Unavailable) as refused:
        async with pool:
            pass

    assert refused.value.reason is Reason.DATABASE
