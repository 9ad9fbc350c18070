"""What is sent again is stored once, whoever sends it at the same time."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

import pytest

from tests.builders import ago, asked, moment, report
from tests.ingest.conftest import MakeIngest
from tests.tenants import MakeTenant
from whence.domain.access import Principal
from whence.domain.errors import Conflict, NotFound, Unavailable
from whence.domain.event import Accepted, Duplicate, Event, Once, Receipt, Rejected, Report
from whence.ingest import Ingest
from whence.server import House

DAY: Final = timedelta(days=1)


def once(key: str = "k", content: bytes = b"c", *, lifetime: timedelta = DAY, counts: bool = False) -> Once:
    """A promise to store one report of the key."""
    return Once(key=key, content=content, lifetime=lifetime, counts=counts)


async def listed(house: House, by: Principal) -> list[Event]:
    """The account's events, newest first."""
    return list((await house.context.timeline.page(by, asked(), limit=1000)).items)


def ids(receipts: list[Receipt]) -> list[UUID]:
    """The ids of what is stored."""
    assert not any(isinstance(receipt, Rejected) for receipt in receipts)
    return [receipt.id for receipt in receipts if not isinstance(receipt, Rejected)]


SAME: Final = [
    pytest.param({"once": once()}, id="idempotency key"),
    pytest.param({"sender_id": "build-7"}, id="sender's id"),
    pytest.param({"once": once(), "sender_id": "build-7"}, id="both"),
    pytest.param({"once": once(counts=True)}, id="counting key"),
]


@pytest.mark.parametrize("same", SAME)
@pytest.mark.parametrize("nodes", [1, 2])
async def test_sixty_four_senders_at_once_store_one_event(
    house: House, by: Principal, make_ingest: MakeIngest, same: dict[str, object], nodes: int
) -> None:
    """[IN3, IN4] One is told that it is new, the others get its id, on one node or two."""
    ingests = [make_ingest(slot=n) for n in range(nodes)]

    receipts = await asyncio.gather(*(ingests[n % nodes].accept_one(by.account_id, report(**same)) for n in range(64)))

    (event,) = await listed(house, by)
    assert {receipt.id for receipt in receipts} == {event.id}
    assert sum(isinstance(receipt, Accepted) for receipt in receipts) == 1


@pytest.mark.parametrize("same", SAME)
async def test_what_is_twice_in_one_batch_is_stored_once(house: House, by: Principal, same: dict[str, object]) -> None:
    """[IN4] The first is new, the others are duplicates of it."""
    receipts = await house.context.ingest.accept(by.account_id, [report(**same) for _ in range(3)])

    (event,) = await listed(house, by)
    assert receipts == [Accepted(id=event.id), Duplicate(id=event.id), Duplicate(id=event.id)]


@pytest.mark.parametrize("same", SAME)
async def test_accounts_do_not_share_what_they_sent(house: House, account: MakeTenant, same: dict[str, object]) -> None:
    """The same key or id in another account is another event."""
    accounts = [(await account()).admin for _ in range(2)]

    receipts = [await house.context.ingest.accept_one(by.account_id, report(**same)) for by in accounts]

    assert [type(receipt) for receipt in receipts] == [Accepted, Accepted]
    assert [len(await listed(house, by)) for by in accounts] == [1, 1]


async def test_a_repetition_counts_in_its_own_batch_and_later(house: House, by: Principal) -> None:
    """`report_count` is the number of reports, wherever they came."""
    said = report(once=once(counts=True))

    await house.context.ingest.accept(by.account_id, [said, said, said])
    await house.context.ingest.accept(by.account_id, [said, said])

    (event,) = await listed(house, by)
    assert event.report_count == 5


async def test_a_plain_repetition_does_not_count(house: House, by: Principal) -> None:
    """An idempotency key makes a retry invisible."""
    for _ in range(3):
        await house.context.ingest.accept_one(by.account_id, report(once=once()))

    (event,) = await listed(house, by)
    assert event.report_count == 1


@pytest.mark.parametrize("together", [True, False])
async def test_a_key_with_another_content_is_a_conflict(house: House, by: Principal, *, together: bool) -> None:
    """The key is somebody else's: the second report is refused, in one batch or later."""
    said = [report(once=once(content=b"1")), report(once=once(content=b"2"))]

    batches = [said] if together else [[one] for one in said]
    receipts = [r for batch in batches for r in await house.context.ingest.accept(by.account_id, batch)]

    assert isinstance(receipts[0], Accepted)
    assert isinstance(receipts[1], Rejected)
    assert isinstance(receipts[1].refusal, Conflict)
    assert len(await listed(house, by)) == 1


async def test_a_key_that_expired_is_free(house: House, by: Principal) -> None:
    """After its lifetime the same key, even with another content, is a new event; and holds from then on."""
    spent = once(content=b"1", lifetime=timedelta(0))

    first = await house.context.ingest.accept_one(by.account_id, report(once=spent))
    second = await house.context.ingest.accept_one(by.account_id, report(once=once(content=b"2")))
    third = await house.context.ingest.accept_one(by.account_id, report(once=once(content=b"2")))

    assert isinstance(second, Accepted)
    assert second.id != first.id
    assert third == Duplicate(id=second.id)


async def test_one_sender_s_id_is_another_s_too(house: House, by: Principal) -> None:
    """(source, id) is the name, not the id alone; both spelled exactly."""
    said = [report(source=s, sender_id=i) for s, i in [("ci", "1"), ("cd", "1"), ("CI", "1"), ("ci", "É"), ("ci", "E")]]

    receipts = await house.context.ingest.accept(by.account_id, said)

    assert len(set(ids(receipts))) == 5


async def test_what_was_removed_may_be_sent_again(house: House, by: Principal) -> None:
    """Neither the key nor the sender's id of a removed event stands in the way."""
    said = report(once=once(), sender_id="build-7")
    first = await house.context.ingest.accept_one(by.account_id, said)
    await house.context.amend.remove(by, first.id)

    again = await house.context.ingest.accept_one(by.account_id, said)

    assert isinstance(again, Accepted)
    assert [event.id for event in await listed(house, by)] == [again.id]


async def test_a_new_key_on_a_known_id_stands_for_the_known_event(house: House, by: Principal) -> None:
    """The key of a duplicate leads to the event that is there, also for its twins in the same batch."""
    known = await house.context.ingest.accept_one(by.account_id, report(sender_id="build-7"))
    keyed = report(sender_id="build-7", once=once())

    together = await house.context.ingest.accept(by.account_id, [keyed, keyed])
    later = await house.context.ingest.accept_one(by.account_id, keyed)

    assert {*ids(together), later.id} == {known.id}


async def test_a_rejected_report_leaves_its_key_free(house: House, by: Principal) -> None:
    """What was not stored can be put right and sent again under the same key."""
    poisoned: Report = report(title="a\0b", once=once(content=b"1"))

    (refused,) = await house.context.ingest.accept(by.account_id, [poisoned])
    again = await house.context.ingest.accept_one(
        by.account_id, report(once=once(content=b"2"), span=moment(ago(hours=1)))
    )

    assert isinstance(refused, Rejected)
    assert isinstance(again, Accepted)


async def test_a_removal_among_repetitions_fails_nobody(house: House, by: Principal, make_ingest: MakeIngest) -> None:
    """Whoever repeats what another removes is answered as if it came before or after, or told to come again."""
    ingests = [make_ingest(slot=n) for n in range(2)]
    said = report(once=once(counts=True), sender_id="build-7")

    async def repeat(ingest: Ingest) -> None:
        with suppress(Unavailable):
            await ingest.accept_one(by.account_id, said)

    for _ in range(20):
        first = await house.context.ingest.accept_one(by.account_id, said)

        async def remove(event_id: UUID = first.id) -> None:
            with suppress(Unavailable, NotFound):
                await house.context.amend.remove(by, event_id)

        await asyncio.gather(*(repeat(ingests[n % 2]) for n in range(8)), remove(), *(repeat(i) for i in ingests))

    assert len(await listed(house, by)) <= 1
