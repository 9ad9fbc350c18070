"""Many callers, one commit: each has its own answer, and what is accepted is there."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

import httpx
import pytest

from tests.builders import NOW, ago, asked, moment, report
from tests.ingest.conftest import MakeIngest
from tests.tenants import MakeTenant, Tenant
from whence.domain.errors import Invalid, Unavailable
from whence.domain.event import Accepted, Receipt, Rejected, Report, Span
from whence.domain.retention import month_of
from whence.ingest import AHEAD, Ingest
from whence.store import feed, partitions
from whence.store.feed import Entry
from whence.store.pool import Pool
from whence.store.rows import Item, Rows

NOISE: Final = "".join(Random(1).choices([chr(n) for n in range(0x4E00, 0x9FFF)], k=9000))  # noqa: S311  not for secrets
POISON: Final = [
    pytest.param({"title": "a\0b"}, id="NUL in a text"),
    pytest.param({"properties": {"a": "\0"}}, id="NUL in a property"),
    pytest.param({"original": "\0"}, id="NUL in the original"),
    pytest.param({"type": NOISE}, id="too long for an index"),
    pytest.param({"title": "\ud800"}, id="a lone surrogate"),
]


async def entries(pool: Pool, account: UUID) -> list[Entry]:
    """The account's feed, from the beginning."""
    async with pool.reader() as db:
        return await feed.since(db, account, 0, limit=100_000)


@pytest.mark.parametrize("poison", POISON)
async def test_what_cannot_be_stored_fails_alone(
    account: MakeTenant, make_ingest: MakeIngest, poison: dict[str, object]
) -> None:
    """[IN6] In one commit with others, of its own caller and of other accounts: they are stored, it is rejected."""
    ingest = make_ingest(runs=False, writers=1)
    mine, other = await account(), await account()
    calls: Sequence[tuple[Tenant, list[Report]]] = [
        (mine, [report(), report(**poison), report()]),
        (other, [report()]),
        (mine, [report(**poison)]),
    ]
    waiting = [asyncio.create_task(ingest.accept(t.admin.account_id, said)) for t, said in calls]
    await asyncio.sleep(0)  # each has handed in what it has

    answers = await running(ingest, waiting)

    assert [[type(receipt) for receipt in answer] for answer in answers] == [
        [Accepted, Rejected, Accepted],
        [Accepted],
        [Rejected],
    ]
    assert isinstance(answers[2][0], Rejected)
    assert isinstance(answers[2][0].refusal, Invalid)
    assert [len(await tenant.found(asked())) for tenant in (mine, other)] == [2, 1]


async def running(ingest: Ingest, waiting: Sequence[asyncio.Task[list[Receipt]]]) -> list[list[Receipt]]:
    """The answers of those who wait, from an ingest that begins to write now."""
    task = asyncio.create_task(ingest.run())
    try:
        return await asyncio.gather(*waiting)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_nothing_is_answered_before_its_commit(
    tenant: Tenant, client: Callable[[str | None], httpx.AsyncClient]
) -> None:
    """[IN2] While its last statement waits for a lock, the caller has no answer; with the answer it can be read."""
    api = client(await tenant.key())
    await tenant.send([report(title="before")])

    async with tenant.house.pool.transaction() as db:
        await db.rows("select from feed_head where account_id = $1 for update", tenant.admin.account_id)
        sending = asyncio.create_task(api.post("/v1/events", json={"title": "a"}))
        while not await db.rows("select from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid))"):
            assert not sending.done()
        answered_early = sending.done()
        stood = [event.title for event in await tenant.found(asked())]
    answer = await sending

    assert (answered_early, stood) == (False, ["before"])
    assert answer.status_code == 201
    assert sorted(event.title for event in await tenant.found(asked())) == ["a", "before"]


async def test_a_full_queue_pushes_back(tenant: Tenant, make_ingest: MakeIngest) -> None:
    """Who comes when it is full is told to come again, and has stored nothing; the others are answered."""
    ingest = make_ingest(runs=False, queue_limit=3)
    account = tenant.admin.account_id
    waiting = [asyncio.create_task(ingest.accept(account, [report()])) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(Unavailable) as refusal:
        await ingest.accept(account, [report()])
    answers = await running(ingest, waiting)

    assert refusal.value.retry_after >= 1
    assert [[type(receipt) for receipt in answer] for answer in answers] == [[Accepted]] * 3
    assert len(await tenant.found(asked())) == 3


async def test_a_batch_larger_than_the_queue_is_taken_when_it_is_empty(tenant: Tenant, make_ingest: MakeIngest) -> None:
    """Otherwise it could never be sent."""
    receipts = await make_ingest(queue_limit=3).accept(tenant.admin.account_id, [report() for _ in range(9)])

    assert [type(receipt) for receipt in receipts] == [Accepted] * 9


async def test_drain_answers_all(tenant: Tenant, make_ingest: MakeIngest) -> None:
    """Those who wait and those whose commit is under way; who comes later is sent away."""
    ingest = make_ingest(runs=False)
    account = tenant.admin.account_id
    writing = asyncio.create_task(ingest.run())
    waiting = [asyncio.create_task(ingest.accept(account, [report(title=str(n))])) for n in range(200)]
    while not any(task.done() for task in waiting):
        await asyncio.sleep(0)

    await ingest.drain()
    writing.cancel()
    answers = await asyncio.gather(*waiting)

    with pytest.raises(Unavailable):
        await ingest.accept(account, [report()])
    assert [type(receipt) for (receipt,) in answers] == [Accepted] * 200
    assert len(await tenant.found(asked())) == 200


async def test_what_is_prepared_while_it_drains_is_sent_away(
    tenant: Tenant, make_ingest: MakeIngest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Much is prepared in slices: when the last commit was made between two of them, nobody waits for a next one."""
    monkeypatch.setattr("whence.turns._BRIEFLY", 0)
    ingest = make_ingest(runs=False)
    preparing = asyncio.gather(ingest.accept(tenant.admin.account_id, [report() for _ in range(200)]))
    for _ in range(3):
        await asyncio.sleep(0)

    await ingest.drain()

    async with asyncio.timeout(10):
        with pytest.raises(Unavailable):
            await preparing
    assert not await tenant.found(asked())


async def test_the_rows_of_a_large_commit_are_made_in_slices(
    tenant: Tenant, make_ingest: MakeIngest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else the loop serves has a turn in between, though nobody but this account is here (ADR 0027)."""
    rounds = 0
    made_in: Counter[int] = Counter()
    make = Rows.add

    def add(rows: Rows, item: Item) -> None:
        made_in[rounds] += 1
        make(rows, item)

    async def serve_others() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(Rows, "add", add)
    ingest = make_ingest()
    others = asyncio.create_task(serve_others())
    await ingest.accept(tenant.admin.account_id, [report() for _ in range(1000)])
    others.cancel()

    assert made_in.total() == 1000
    assert max(made_in.values()) <= 64


async def test_a_caller_who_leaves_spoils_nothing(tenant: Tenant, make_ingest: MakeIngest) -> None:
    """A cancelled request's neighbours in the same commit are answered."""
    ingest = make_ingest(runs=False)
    account = tenant.admin.account_id
    waiting = [asyncio.create_task(ingest.accept(account, [report()])) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()

    answers = await running(ingest, [waiting[0], waiting[2]])

    assert [[type(receipt) for receipt in answer] for answer in answers] == [[Accepted]] * 2


async def test_nothing_sent_is_nothing_answered(tenant: Tenant) -> None:
    """An empty batch has no receipts and is no entry of the feed."""
    assert await tenant.house.context.ingest.accept(tenant.admin.account_id, []) == []
    assert await entries(tenant.house.pool, tenant.admin.account_id) == []


async def test_events_over_months_make_their_partitions(tenant: Tenant) -> None:
    """Each month of the retention can be written, found, and has its partition."""
    times = [ago(days=days) for days in range(1, 89, 11)]

    await tenant.send([report(span=moment(at)) for at in times])

    async with tenant.house.pool.reader() as db:
        standing = await partitions.standing(db)
    assert {month_of(at) for at in times} <= set(standing)
    assert [event.span.start for event in await tenant.found(asked())] == times


async def test_the_instants_around_a_month_s_end_have_a_place(tenant: Tenant) -> None:
    """The last microsecond of a month and the first of the next."""
    first = month_of(ago(days=40))
    times = [first, first - timedelta(microseconds=1)]

    await tenant.send([report(span=moment(at)) for at in times])

    assert [event.span.start for event in await tenant.found(asked())] == times


@pytest.mark.parametrize(
    ("span", "path"),
    [
        (moment(NOW - timedelta(days=91)), "time"),
        (moment(NOW + AHEAD + timedelta(hours=1)), "time"),
        (Span(start=NOW, end=NOW + AHEAD + timedelta(hours=1)), "end_time"),
        (moment(datetime.min.replace(tzinfo=UTC)), "time"),
        (moment(datetime.max.replace(tzinfo=UTC)), "time"),
        (Span(start=NOW - timedelta(days=91), end=NOW), "time"),
    ],
)
async def test_a_time_out_of_range_is_rejected_alone(tenant: Tenant, span: Span, path: str) -> None:
    """Older than the retention, or too far ahead: with its path, and without its neighbours."""
    said = [report(), report(span=span), report()]

    receipts = await tenant.house.context.ingest.accept(tenant.admin.account_id, said)

    assert [type(receipt) for receipt in receipts] == [Accepted, Rejected, Accepted]
    assert isinstance(receipts[1], Rejected)
    assert isinstance(receipts[1].refusal, Invalid)
    assert [violation.path for violation in receipts[1].refusal.violations] == [path]


@pytest.mark.parametrize("much", [timedelta(days=89, hours=23), -AHEAD + timedelta(hours=1)])
async def test_a_time_just_in_range_is_accepted(tenant: Tenant, much: timedelta) -> None:
    """Almost as old as the retention, and almost as far ahead as may be."""
    receipt = await tenant.house.context.ingest.accept_one(
        tenant.admin.account_id, report(span=moment(datetime.now(UTC) - much))
    )

    assert isinstance(receipt, Accepted)


async def test_the_feed_has_no_gaps(tenant: Tenant, make_ingest: MakeIngest) -> None:
    """Two processes write one account: positions without holes, their times in order, each new event once."""
    ingests = [make_ingest(slot=n) for n in range(2)]
    account = tenant.admin.account_id
    said = [[report(sender_id=f"{n}.{m}") for m in range(n % 4)] for n in range(80)]

    answers = await asyncio.gather(*(ingests[n % 2].accept(account, batch) for n, batch in enumerate(said)))

    told = await entries(tenant.house.pool, account)
    ids = [event_id for entry in told for event_id, _ in entry.events]
    accepted = [receipt.id for answer in answers for receipt in answer if isinstance(receipt, Accepted)]
    assert [entry.position for entry in told] == list(range(1, len(told) + 1))
    assert [entry.at for entry in told] == sorted(entry.at for entry in told)
    assert len(ids) == len(accepted)
    assert set(ids) == set(accepted)


async def test_duplicates_are_not_announced(tenant: Tenant) -> None:
    """What was sent before is no news."""
    said = [report(sender_id="a"), report(sender_id="b")]

    for _ in range(2):
        await tenant.house.context.ingest.accept(tenant.admin.account_id, said)

    assert [len(entry.events) for entry in await entries(tenant.house.pool, tenant.admin.account_id)] == [2]
