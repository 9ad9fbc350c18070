"""What accounts keep no longer: each its own months, and nothing newer; on a database that nothing else tidies."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final, LiteralString, cast

import pytest

from tests.acceptance.server import directory
from tests.builders import moment, report
from whence.access import Access
from whence.accounts import Accounts
from whence.correlate.problems import Rules
from whence.domain.access import Principal, Right
from whence.domain.delivery import Delivery, Payload
from whence.domain.errors import Unavailable
from whence.domain.event import Accepted, Handling, Kind, Pairing, Report
from whence.domain.identity import new_id
from whence.domain.retention import kept_from, month_of
from whence.domain.scope import Scope
from whence.domain.signal import Signal, SignalKind
from whence.domain.webhook import Webhook
from whence.grouping import Grouping
from whence.ingest import Ingest
from whence.server import database
from whence.settings import Settings
from whence.store import deletion, forgetting, housekeeping, partitions
from whence.store.notify import Ear
from whence.store.pool import Pool
from whence.webhooks import Webhooks

NOW: Final = datetime.now(UTC)
USUAL: Final = timedelta(days=90)
LONG: Final = 800  # days
_PATIENCE: Final = 8.0  # seconds: the five of the lock, on a busy machine
DAYS: Final[Mapping[str, int | None]] = {"brief": 20, "usual": None, "longer": 200}
# When the row is from; of the tables that are not named, every row stays.
TIMES: Final = {
    "event": "occurred_at", "event_link": "occurred_at", "event_pair": "occurred_at", "event_sender": "received_at",
    "event_day_count": "day", "event_place_day_count": "day", "event_count": "hour", "event_place_count": "hour",
    "alert": "opened_at", "problem": "opened_at", "signal": "created_at", "ticket": "created_at",
}  # fmt: skip
_OWNED: Final = """
    select r.relname as name from pg_class r join pg_attribute a on a.attrelid = r.oid and a.attname = 'account_id'
    where r.relkind in ('r', 'p') and not r.relispartition and r.relnamespace = 'public'::regnamespace
"""
_ROWS: Final = "select to_jsonb(t) - 'forgotten_before' as row from {table} t where account_id = $1"

Rows = dict[str, list[dict[str, Any]]]


class Tenant:
    """An account, and a writer of it whose clock the test sets."""

    def __init__(self, pool: Pool, by: Principal, hook: Webhook) -> None:
        self.by = by
        self.now = NOW
        self._pool = pool
        self._hook = hook
        self._ingest = Ingest(pool, retention=timedelta(days=LONG), queue_limit=100_000, slot=1, clock=lambda: self.now)

    async def say(self, reports: list[Report], at: datetime) -> None:
        """The reports were taken at that time."""
        self.now = at
        task = asyncio.create_task(self._ingest.run())
        receipts = await self._ingest.deliver(self.by.account_id, reports)
        task.cancel()
        await asyncio.wait([task])
        assert receipts == []

    async def live(self, at: datetime) -> None:
        """Something of every kind was said at that time, for the first and only time."""
        mark = at.isoformat()
        signal = Signal(key=f"signal {mark}", kind=SignalKind.ALERT, title="hot", resources=(f"disk {mark}",))
        delivery = Delivery(
            signal=signal, webhook=self._hook, payload=Payload(id=new_id(at), text="{}"), counts=True, failed=False,
            recovers=False,
        )  # fmt: skip
        when = {"span": moment(at)}
        await self.say(
            [
                report(**when, sender_id=mark, scope=Scope.services(names=["shop"])),
                report(**when, pairing=Pairing(key=mark, ends=False)),
                report(**when, kind=Kind.PROBLEM, key=mark, handling=frozenset({Handling.ALONE})),
                report(
                    **when, kind=Kind.PROBLEM, key=signal.key, delivery=delivery, scope=Scope.services(names=[mark])
                ),
            ],
            at,
        )

    async def rows(self) -> Rows:
        """Every row of the account, but for how far it was looked through."""
        async with self._pool.reader() as db:
            tables = sorted(row["name"] for row in await db.rows(_OWNED))
            found: Rows = {}
            for table in tables:
                rows = await db.rows(cast("LiteralString", _ROWS.format(table=table)), self.by.account_id)
                found[table] = sorted((json.loads(row["row"]) for row in rows), key=json.dumps)
            return found


@pytest.fixture
async def alone() -> AsyncGenerator[Pool]:
    """A database on which nothing happens by itself."""
    with directory() as home:
        settings = Settings.model_validate({"data_dir": home / "data", "database_url": None})  # whatever others run on
        async with database(settings) as pool:
            yield pool


async def made(pool: Pool, name: str) -> Tenant:
    """A new account that keeps everything."""
    access, accounts = Access(pool), Accounts(pool, retention=USUAL)
    _, secret = await access.create_token(None, name="owner", account=name, rights=[Right.ADMIN])
    await accounts.keep_of(None, name, LONG)
    by = await access.authenticate(secret)
    return Tenant(pool, by, await Webhooks(pool).create(by, name="monitor", receiver="direct"))


def since(row: Mapping[str, Any], column: str) -> datetime:
    """When the row is from."""
    at = datetime.fromisoformat(row[column])
    return at if at.tzinfo else at.replace(tzinfo=UTC)  # a day


def kept(rows: Rows, before: datetime) -> Rows:
    """What is to be left of the rows."""
    left = {
        table: [row for row in found if table not in TIMES or since(row, TIMES[table]) >= before]
        for table, found in rows.items()
    }
    bodies = {row["body_id"] for row in left["signal"]}
    left["signal_body"] = [row for row in rows["signal_body"] if row["body_id"] in bodies]
    return left


async def forget(pool: Pool, now: datetime = NOW) -> None:
    """Everything is done that is done by itself."""
    assert await housekeeping.turn(pool, now=now, retention=USUAL, feed_kept=timedelta(days=LONG))
    await forgetting.turn(pool, now=now, retention=USUAL)


async def test_each_account_forgets_its_own_months_and_nothing_newer(alone: Pool) -> None:
    """[RE4] Of three accounts of different days everything is compared: to the microsecond, table by table."""
    tenants = {name: await made(alone, name) for name in DAYS}
    kept_by = {name: USUAL if days is None else timedelta(days=days) for name, days in DAYS.items()}
    firsts = {name: kept_from(NOW, retention) for name, retention in kept_by.items()}
    instant = timedelta(microseconds=1)
    times = sorted({at for first in firsts.values() for at in (first - instant, first)} | {NOW - timedelta(days=1)})
    for tenant in tenants.values():
        for at in times:
            await tenant.live(at)
    await Grouping(alone, rules=Rules(damps=False), clock=lambda: NOW).turn()
    before = {name: await tenant.rows() for name, tenant in tenants.items()}
    for table in TIMES.keys() - {"event_count", "event_place_count"}:  # which only the release before writes
        assert len(before["usual"][table]) >= len(times) - 1, table  # two instants may be of one day, and count as one

    await forget(alone)
    assert {name: await tenant.rows() for name, tenant in tenants.items()} == before  # they keep everything
    for name, days in DAYS.items():
        await Accounts(alone, retention=USUAL).keep_of(None, name, days)
    changed = {name: await tenant.rows() for name, tenant in tenants.items()}
    await forget(alone)

    for name, tenant in tenants.items():
        assert await tenant.rows() == kept(changed[name], firsts[name]), name
    async with alone.reader() as db:
        standing = await partitions.standing(db)
    assert min(standing) == min(firsts.values())  # the longest of all; older months are gone as tables


async def test_an_account_forgets_as_time_goes_by(alone: Pool) -> None:
    """[RE4] Month after month, though it was looked through before."""
    tenant = await made(alone, "acme")
    other = await made(alone, "other")  # which keeps everything, so that no month goes as a table
    await Accounts(alone, retention=USUAL).keep_of(None, "acme", 30)
    first = month_of(NOW)
    await tenant.live(first)
    await other.live(first)
    before = await tenant.rows()

    await forget(alone, first + timedelta(days=30))
    still = await tenant.rows()
    later = first + timedelta(days=62)
    await forget(alone, later)

    assert still == before
    assert await tenant.rows() == kept(before, kept_from(later, timedelta(days=30)))
    assert len((await tenant.rows())["event"]) == 0
    assert len((await other.rows())["event"]) == 4


async def test_many_rows_go_in_batches(alone: Pool) -> None:
    """More than one statement takes, with their links and senders' ids; a reader in the middle is not kept waiting."""
    tenant, other = await made(alone, "acme"), await made(alone, "other")
    old = month_of(NOW) - timedelta(days=40)
    said = [
        report(title=str(n), span=moment(old), sender_id=str(n), scope=Scope.services(names=["shop"]))
        for n in range(12_000)
    ]
    await tenant.say(said, old)
    await other.say(said[:10], old)
    await Accounts(alone, retention=USUAL).keep_of(None, "acme", 7)

    async with alone.snapshot() as reading:
        asked = "select count(*) as events from event where account_id = $1"
        first = await reading.row(asked, tenant.by.account_id)
        await forgetting.turn(alone, now=NOW, retention=USUAL)
        again = await reading.row(asked, tenant.by.account_id)

    rows, others = await tenant.rows(), await other.rows()
    assert (first and first["events"], again and again["events"]) == (12_000, 12_000)
    assert [len(rows[table]) for table in ("event", "event_link", "event_sender", "event_day_count")] == [0, 0, 0, 0]
    assert [len(others[table]) for table in ("event", "event_link", "event_sender")] == [10, 10, 10]


async def test_a_reader_of_a_month_is_not_kept_waiting(alone: Pool) -> None:
    """[RE5] A month that somebody reads is dropped later; who asks behind that attempt waits for its five seconds."""
    tenant = await made(alone, "acme")
    old = NOW - timedelta(days=300)
    await tenant.say([report(span=moment(old))], old)
    await Accounts(alone, retention=USUAL).keep_of(None, "acme", None)
    asked = "select count(*) as events from event where account_id = $1"

    async with alone.snapshot() as reading:
        await reading.row(asked, tenant.by.account_id)
        dropping = asyncio.create_task(forgetting.drop_months(alone, now=NOW, retention=USUAL))
        async with alone.reader() as behind:
            while not dropping.done():
                began = monotonic()
                await behind.row(asked, tenant.by.account_id)
                assert monotonic() - began < _PATIENCE
        with pytest.raises(Unavailable):
            await dropping
        assert (await reading.row(asked, tenant.by.account_id) or {})["events"] == 1
    await forgetting.drop_months(alone, now=NOW, retention=USUAL)

    assert (await tenant.rows())["event"] == []


@pytest.mark.parametrize("lock", [forgetting.LOCK, deletion.LOCK], ids=["forgetting", "deletion"])
async def test_one_node_at_a_time(alone: Pool, lock: int) -> None:
    """[RU5] Another one passes by, and does it when its turn comes."""
    tenant, other = await made(alone, "acme"), await made(alone, "other")
    old = month_of(NOW) - timedelta(days=40)
    await tenant.live(old)
    await other.live(old)
    await Accounts(alone, retention=USUAL).keep_of(None, "acme", 7)
    if lock == deletion.LOCK:
        await Accounts(alone, retention=USUAL).delete(None, "acme", confirm="acme")

    async def turn() -> int:
        if lock == deletion.LOCK:
            await deletion.turn(alone)
        else:
            await forgetting.turn(alone, now=NOW, retention=USUAL)
        return len((await tenant.rows())["event"])

    async with alone.transaction() as elsewhere:
        await elsewhere.row("select pg_advisory_xact_lock($1::bigint)", lock)
        passed = await turn()

    assert (passed, await turn()) == (4, 0)


async def test_a_month_that_was_dropped_may_be_written_again(alone: Pool) -> None:
    """By who keeps more from now on, on a node that knew the month before it was dropped elsewhere."""
    tenant = await made(alone, "acme")
    old = NOW - timedelta(days=300)
    ingest = Ingest(alone, retention=USUAL, queue_limit=10, slot=1)
    ear = Ear(alone)
    ear.hear(partitions.DROPPED, ingest.dropped, ingest.missed)
    tasks = [asyncio.create_task(ingest.run()), asyncio.create_task(ear.run())]

    async def send() -> object:
        (receipt,) = await ingest.accept(
            tenant.by.account_id, [report(span=moment(old))], retention=timedelta(days=LONG)
        )
        return receipt

    try:
        await send()
        await Accounts(alone, retention=USUAL).keep_of(None, "acme", None)
        await forget(alone)
        async with alone.reader() as db:
            assert month_of(old) not in await partitions.standing(db)
        async with asyncio.timeout(30):
            while not isinstance(receipt := await send(), Accepted):
                await asyncio.sleep(0.01)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    assert isinstance(receipt, Accepted)
    assert [datetime.fromisoformat(str(row["occurred_at"])) for row in (await tenant.rows())["event"]] == [old]


async def test_nobody_s_account_is_removed(alone: Pool) -> None:
    """A deletion takes one account, and not a row of another."""
    tenant, other = await made(alone, "acme"), await made(alone, "other")
    for one in (tenant, other):
        await one.live(NOW - timedelta(days=40))
    await Grouping(alone, rules=Rules(damps=False), clock=lambda: NOW).turn()
    before = await other.rows()

    await Accounts(alone, retention=USUAL).delete(None, "acme", confirm="acme")
    await deletion.turn(alone)

    assert {table: rows for table, rows in (await tenant.rows()).items() if rows} == {}
    assert await other.rows() == before


async def test_a_clock_that_is_ahead_drops_nothing(alone: Pool) -> None:
    """What is dropped does not come back: of our clock and the database's the earlier one counts."""
    ahead = await housekeeping.agreed(alone, NOW + timedelta(days=4000))
    behind = await housekeeping.agreed(alone, NOW - timedelta(days=4000))

    assert ahead < datetime.now(UTC) + timedelta(minutes=1)
    assert behind == NOW - timedelta(days=4000)
