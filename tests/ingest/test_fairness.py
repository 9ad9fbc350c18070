"""Accounts share what there is: who sends much keeps nobody waiting for long, and takes nobody's room."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.builders import asked, report
from tests.ingest.conftest import MakeIngest
from tests.tenants import MakeTenant, Tenant
from whence.domain.errors import Unavailable
from whence.domain.event import Accepted, Kind, Receipt, Report
from whence.domain.identity import new_id
from whence.ingest import Ingest
from whence.line import MOST_TOGETHER, SLICE, Line, Part, weight
from whence.spans import UNSEEN
from whence.store.rows import Item

MINE, THEIRS = uuid4(), uuid4()


def _items(many: int, **said: object) -> list[Item]:
    return [Item(id=new_id(one.span.start), report=one) for one in (report(**said) for _ in range(many))]


def _taken(batch: Sequence[Part]) -> dict[UUID, int]:
    taken: dict[UUID, int] = {}
    for part in batch:
        taken[part.account] = taken.get(part.account, 0) + len(part.items)
    return taken


async def test_who_is_alone_is_taken_whole() -> None:
    """As much as one commit may hold, and a second one beside it."""
    line = Line(100_000)
    for _ in range(3):
        line.put(MINE, _items(4_000), UNSEEN)

    batches = [line.take(apart=False) for _ in range(2)]

    assert [_taken(batch) for batch in batches] == [{MINE: 8_000}, {MINE: 4_000}]
    assert line.reports == 0


async def test_a_first_caller_is_taken_whatever_it_has() -> None:
    """Else what counts for more than a commit holds would never be stored."""
    line = Line(100_000)
    line.put(MINE, _items(2, original="x" * (MOST_TOGETHER * 256)), UNSEEN)

    assert _taken(line.take(apart=False)) == {MINE: 2}


async def test_those_who_are_not_alone_are_taken_in_slices() -> None:
    """[OV1] Each commit has some of everybody; what a caller has left comes with the next ones, in order."""
    line = Line(100_000)
    much = line.put(THEIRS, _items(150), UNSEEN)
    line.put(MINE, _items(3), UNSEEN)

    batches: list[list[Part]] = []
    while line.reports:
        batches.append(line.take(apart=True))
        line.back(batches[-1])

    assert [_taken(batch) for batch in batches] == [
        {THEIRS: SLICE, MINE: 3},
        {THEIRS: SLICE},
        {THEIRS: 150 - 2 * SLICE},
    ]
    assert [item for batch in batches for part in batch if part.account == THEIRS for item in part.items] == much.items


async def test_an_account_is_in_one_commit_at_a_time() -> None:
    """[OV1] While others are here: the second commit is theirs. What was split waits for its first part even alone."""
    line = Line(100_000)
    line.put(THEIRS, _items(2 * SLICE), UNSEEN)
    first = line.take(apart=True)
    assert (line.ready(apart=True), line.ready(apart=False)) == (0, 0)

    line.put(MINE, _items(1), UNSEEN)
    assert line.ready(apart=True) == 1
    second = line.take(apart=True)
    assert line.take(apart=False) == []
    line.back(first)

    assert _taken(second) == {MINE: 1}
    assert _taken(line.take(apart=False)) == {THEIRS: SLICE}


async def test_of_large_reports_a_slice_has_few() -> None:
    """It is as much work as that of ordinary ones."""
    line = Line(100_000)
    line.put(THEIRS, _items(8, original="x" * (1024 + 256 * 30)), UNSEEN)

    assert _taken(line.take(apart=True)) == {THEIRS: 2}


async def test_everybody_gets_a_turn() -> None:
    """Of more accounts than a commit has room for, those that had none come first the next time."""
    line = Line(1_000_000)
    accounts = [uuid4() for _ in range(MOST_TOGETHER // SLICE + 20)]
    for account in accounts:
        line.put(account, _items(SLICE), UNSEEN)

    first = line.take(apart=True)
    for account in _taken(first):
        line.put(account, _items(SLICE), UNSEEN)
    line.back(first)
    second = line.take(apart=True)

    assert set(accounts) == set(_taken(first)) | set(_taken(second))


async def test_a_failed_part_takes_the_rest_of_its_caller_along() -> None:
    """It was told, and nothing more of it is tried; another caller's stands."""
    line = Line(1_000)
    failing = line.put(THEIRS, _items(3 * SLICE), UNSEEN)
    line.put(THEIRS, _items(1), UNSEEN)
    batch = line.take(apart=True)
    batch[0].fail(ValueError("broken"))
    line.back(batch)

    assert _taken(line.take(apart=True)) == {THEIRS: 1}
    assert isinstance(failing.done.exception(), ValueError)
    assert line.reports == 0


async def test_who_has_most_makes_room() -> None:
    """[OV2] When the queue is full, those of it who came last are told to come again; a newcomer is taken."""
    line = Line(10)
    theirs = [line.put(THEIRS, _items(2), UNSEEN) for _ in range(5)]
    with pytest.raises(Unavailable) as refusal:
        line.put(THEIRS, _items(1), UNSEEN)

    line.put(MINE, _items(3), UNSEEN)

    assert [one.done.done() for one in theirs] == [False, False, False, True, True]
    assert isinstance(theirs[4].done.exception(), Unavailable)
    assert isinstance(theirs[3].done.exception(), Unavailable)
    assert refusal.value.retry_after >= 1
    assert line.reports == 9


async def test_large_reports_fill_the_queue_sooner() -> None:
    """[OV3] What waits is bounded by its size as well."""
    line = Line(50_000)
    large = "x" * (2 * 1024 * 1024)
    for _ in range(6):
        line.put(MINE, _items(1, original=large), UNSEEN)

    with pytest.raises(Unavailable):
        line.put(MINE, _items(1, original=large), UNSEEN)
    assert weight(report()) == weight(report(original="x" * 1024)) == 1


async def test_nothing_is_kept_of_who_waits_no_more() -> None:
    """However many accounts came by."""
    line = Line(10)
    for _ in range(100):
        line.put(uuid4(), _items(1), UNSEEN)
        line.back(line.take(apart=True))

    assert line.take(apart=True) == []
    assert not line._queues  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  what is kept is the point


@asynccontextmanager
async def _running(ingest: Ingest) -> AsyncGenerator[None]:
    task = asyncio.create_task(ingest.run())
    yield
    await ingest.drain()
    task.cancel()
    await asyncio.wait([task])


async def test_one_report_is_not_behind_thousands_of_another_account(
    account: MakeTenant, make_ingest: MakeIngest
) -> None:
    """[OV1] It is answered while those still wait, and all of those are answered, in their order."""
    ingest = make_ingest(runs=False)
    mine, theirs = await account(), await account()
    flood = [report(title=str(n)) for n in range(3_000)]
    flooding = asyncio.create_task(ingest.accept(theirs.admin.account_id, flood))
    await asyncio.sleep(0)

    async with _running(ingest):
        receipts = await ingest.accept(mine.admin.account_id, [report()])
        was_waiting = not flooding.done()
        answered = await flooding

    assert [type(receipt) for receipt in receipts] == [Accepted]
    assert was_waiting
    ids = [receipt.id for receipt in answered if isinstance(receipt, Accepted)]
    assert len(ids) == len(set(ids)) == 3_000
    titles = [(await theirs.house.context.timeline.require(theirs.admin, event_id)).title for event_id in ids[::500]]
    assert titles == [str(n) for n in range(0, 3_000, 500)]


async def test_a_flood_is_told_to_come_again_and_others_are_not(account: MakeTenant, make_ingest: MakeIngest) -> None:
    """[OV2] A queue that one account has filled takes the reports of another, and stores what was not refused."""
    ingest = make_ingest(runs=False, queue_limit=20)
    mine, theirs = await account(), await account()

    def sent(tenant: Tenant, many: int) -> list[asyncio.Task[list[Receipt]]]:
        reports: list[list[Report]] = [[report()] for _ in range(many)]
        return [asyncio.create_task(ingest.accept(tenant.admin.account_id, one)) for one in reports]

    flood = sent(theirs, 30)
    await asyncio.sleep(0)
    ours = sent(mine, 5)
    await asyncio.sleep(0)
    async with _running(ingest):
        told = await asyncio.gather(*flood, *ours, return_exceptions=True)

    refused = [isinstance(one, Unavailable) for one in told]
    assert refused == [False] * 15 + [True] * 15 + [False] * 5
    assert [len(await tenant.found(asked())) for tenant in (theirs, mine)] == [15, 5]


async def test_parts_of_a_caller_hold_alerts_in_order(account: MakeTenant, make_ingest: MakeIngest) -> None:
    """[AL4] Though others are here, reports of one request do what they would do one after the other."""
    ingest = make_ingest(runs=False)
    mine, theirs = await account(), await account()
    said = [
        report(kind=Kind.RECOVERY if n % 2 else Kind.PROBLEM, key="a", timeout=timedelta(hours=1))
        for n in range(4 * SLICE)
    ]
    sending = asyncio.create_task(ingest.accept(theirs.admin.account_id, said))
    beside = asyncio.create_task(ingest.accept(mine.admin.account_id, [report()]))
    await asyncio.sleep(0)

    async with _running(ingest):
        receipts = await sending
        await beside

    assert {type(receipt) for receipt in receipts} == {Accepted}
    alerts = {receipt.alert_id for receipt in receipts if isinstance(receipt, Accepted)}
    assert len(alerts) == 2 * SLICE  # each problem opened one, and the recovery behind it closed that
    assert await theirs.house.context.alerts.open_keys(theirs.admin, ["a"]) == frozenset()
