"""Spans that one report begins and a later one of the same key ends."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from tests.builders import ago, asked, draft, moment, report
from tests.ingest.conftest import MakeIngest
from tests.tenants import MakeTenant, Tenant
from whence.domain.event import Accepted, Duplicate, Event, Once, Pairing, Report, Span
from whence.domain.page import Order
from whence.domain.scope import Scope

NOON: Final = ago(hours=10)


def at(minutes: float) -> datetime:
    """That many minutes past noon."""
    return NOON + timedelta(minutes=minutes)


def firing(minutes: float, **given: Any) -> Report:  # noqa: ANN401  a builder takes what the value does
    """A report that begins a span."""
    return report(**{"span": moment(at(minutes)), "title": "fires", "pairing": Pairing(key="k", ends=False), **given})


def resolved(minutes: float, **given: Any) -> Report:  # noqa: ANN401  a builder takes what the value does
    """A report that ends the spans of its key."""
    return report(**{"span": moment(at(minutes)), "title": "ends", "pairing": Pairing(key="k", ends=True), **given})


async def lasted(tenant: Tenant) -> list[tuple[str, float, float]]:
    """The account's events, oldest first: title, and the minutes at which they began and ended."""
    return [
        (e.title, (e.span.start - NOON) / timedelta(minutes=1), (e.span.end - NOON) / timedelta(minutes=1))
        for e in await tenant.found(asked(), Order.OLDEST)
    ]


async def sent(tenant: Tenant, *batches: list[Report]) -> None:
    """The batches, one after the other."""
    for batch in batches:
        await tenant.house.context.ingest.accept(tenant.admin.account_id, batch)


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        pytest.param([[firing(0)], [resolved(5)]], [("fires", 0, 5)], id="one after the other"),
        pytest.param([[firing(0), resolved(5)]], [("fires", 0, 5)], id="in one batch"),
        pytest.param([[resolved(5), firing(0)]], [("fires", 0, 5)], id="in one batch, the end first"),
        pytest.param([[resolved(5)], [firing(0)]], [("fires", 0, 0), ("ends", 5, 5)], id="the end before"),
        pytest.param([[firing(9), resolved(5)]], [("ends", 5, 5), ("fires", 9, 9)], id="an end of the past"),
        pytest.param([[firing(0), firing(2)], [resolved(5)]], [("fires", 0, 5), ("fires", 2, 5)], id="two fire"),
        pytest.param(
            [[firing(0)], [resolved(5), resolved(7)]], [("fires", 0, 5), ("ends", 7, 7)], id="two end, one fired"
        ),
        pytest.param(
            [[firing(0)], [resolved(5)], [firing(6)], [resolved(8)]], [("fires", 0, 5), ("fires", 6, 8)], id="twice"
        ),
        pytest.param([[firing(0)], [resolved(0)]], [("fires", 0, 0)], id="at the same instant"),
        pytest.param(
            [[firing(0)], [resolved(5, pairing=Pairing(key="K", ends=True))]],
            [("fires", 0, 0), ("ends", 5, 5)],
            id="another key",
        ),
    ],
)
async def test_an_end_ends_what_began_by_then(
    tenant: Tenant, batches: list[list[Report]], expected: list[tuple[str, float, float]]
) -> None:
    """Every span of the key that began by the time of the end; an end without a span is an event of its own."""
    await sent(tenant, *batches)

    assert await lasted(tenant) == expected


async def test_the_end_is_answered_with_the_event_that_it_ended(tenant: Tenant) -> None:
    """The newest of them, counted as another report of it."""
    began = await tenant.send([firing(0), firing(2)])

    receipt = await tenant.house.context.ingest.accept_one(tenant.admin.account_id, resolved(5))

    assert receipt == Accepted(id=began[1].id)
    assert [event.report_count for event in await tenant.found(asked())] == [2, 2]


async def test_accounts_do_not_end_each_other_s_spans(tenant: Tenant, account: MakeTenant) -> None:
    """The key is the account's own."""
    other = await account()
    await sent(tenant, [firing(0)])

    await sent(other, [resolved(5)])

    assert await lasted(tenant) == [("fires", 0, 0)]


@pytest.mark.parametrize("naming", ["key", "id"])
async def test_an_end_that_is_sent_again_is_known(tenant: Tenant, naming: str) -> None:
    """In one batch or later, by key or by the sender's id: the same event, counted once."""
    once = Once(key="end", content=b"c", lifetime=timedelta(days=1))
    end = resolved(5, **({"once": once} if naming == "key" else {"sender_id": "end"}))
    (began,) = await tenant.send([firing(0)])

    together = await tenant.house.context.ingest.accept(tenant.admin.account_id, [end, end])
    later = await tenant.house.context.ingest.accept_one(tenant.admin.account_id, end)

    assert together == [Accepted(id=began.id), Duplicate(id=began.id)]
    assert later == Duplicate(id=began.id)
    assert [event.report_count for event in await tenant.found(asked())] == [2]


async def test_a_span_that_was_moved_is_ended_all_the_same(tenant: Tenant) -> None:
    """An event whose time was corrected, into another month even, is still the one that began."""
    (began,) = await tenant.send([firing(0)])
    earlier = began.span.start - timedelta(days=40)

    def correct(event: Event) -> Event:
        return replace(event, span=Span.moment(earlier))

    await tenant.house.context.amend.change(tenant.admin, began.id, correct)
    await sent(tenant, [resolved(5)])

    (event,) = await tenant.found(asked())
    assert event.span == Span(start=earlier, end=at(5))


async def test_what_was_removed_is_not_ended(tenant: Tenant) -> None:
    """The end of a removed span is an event of its own."""
    (began,) = await tenant.send([firing(0)])
    await tenant.house.context.amend.remove(tenant.admin, began.id)

    await sent(tenant, [resolved(5)])

    assert await lasted(tenant) == [("ends", 5, 5)]


async def test_an_ended_span_is_in_every_window_that_it_reaches(tenant: Tenant) -> None:
    """Of the account, and of a service that it concerns: the links end with the event."""
    (shop,) = await tenant.register(draft("shop"))
    await sent(tenant, [firing(0, scope=Scope.services(names=["shop", "till"]))], [resolved(300)])

    window = Span.moment(at(200))

    for question in (asked(window=window), asked(window=window, concerning=(shop,))):
        assert [event.title for event in await tenant.found(question)] == ["fires"]


async def test_many_ends_at_once_end_a_span_once(tenant: Tenant, make_ingest: MakeIngest) -> None:
    """Sixteen senders on two nodes: one ends it, the others are events of their own; none fails."""
    nodes = [make_ingest(slot=n) for n in range(2)]
    (began,) = await tenant.send([firing(0)])

    receipts = await asyncio.gather(*(nodes[n % 2].accept_one(tenant.admin.account_id, resolved(5)) for n in range(16)))

    assert sum(receipt.id == began.id for receipt in receipts) == 1
    assert len(await tenant.found(asked())) == 16
