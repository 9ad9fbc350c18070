"""A walk by cursor, while others insert and remove."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import EVER, NOW, ago, asked, draft, moment, report
from tests.strategies import LETTERS
from tests.tenants import MakeTenant
from whence.domain.access import Principal
from whence.domain.event import Accepted, Event, Span
from whence.domain.filter import EntityFilter
from whence.domain.page import Cursor, Order, Page, unseal_cursor
from whence.server import House

FEW_TIMES: Final = st.sampled_from([ago(hours=hours) for hours in range(4)])


@dataclass(frozen=True)
class Turn:
    """What others do between two pages: insert at these times, remove the `nth` event."""

    inserted: tuple[datetime, ...]
    removed: int | None


turns = st.builds(Turn, st.lists(FEW_TIMES, max_size=3).map(tuple), st.one_of(st.none(), st.integers(0, 20)))


@given(
    at_first=st.lists(FEW_TIMES, max_size=12),
    between=st.lists(turns, max_size=6),
    order=st.sampled_from(Order),
    limit=st.integers(1, 4),
    of_entity=st.booleans(),
)
async def test_a_walk_misses_and_repeats_nothing(
    house: House,
    account: MakeTenant,
    at_first: list[datetime],
    between: list[Turn],
    order: Order,
    limit: int,
    of_entity: bool,  # noqa: FBT001  drawn
) -> None:
    """[TL1, TL2] What stood throughout is seen once, in order, whoever inserts or removes, many at one instant."""
    by = (await account()).admin
    (shop,) = await house.context.registry.register(by, [draft()])
    question = asked(concerning=(shop,)) if of_entity else asked()
    standing = await inserted(house, by, at_first)
    seen: list[Event] = []
    cursor: Cursor | None = None
    others = iter(between)

    while True:
        page = await house.context.timeline.page(by, question, order=order, cursor=cursor, limit=limit)
        seen += page.items
        if page.following is None:
            break
        cursor = unseal_cursor(by.secret, page.following)
        turn = next(others, Turn((), None))
        await inserted(house, by, turn.inserted)
        if turn.removed is not None and turn.removed < len(standing):
            await house.context.amend.remove(by, standing.pop(turn.removed))

    ids = [event.id for event in seen]
    assert len(set(ids)) == len(ids)
    assert set(standing) <= set(ids)
    places = [(event.span.start, event.id) for event in seen]
    assert places == sorted(places, reverse=order is Order.NEWEST)


async def inserted(house: House, by: Principal, times: list[datetime] | tuple[datetime, ...]) -> list[UUID]:
    """An event at each of the times; their ids."""
    said = [report(span=moment(at)) for at in times]
    receipts = await house.context.ingest.accept(by.account_id, said) if said else []
    return [receipt.id for receipt in receipts if isinstance(receipt, Accepted)]


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
async def test_the_last_page_has_no_cursor(house: House, by: Principal, limit: int) -> None:
    """Four events in pages of any size: all of them, and nothing follows the last."""
    await inserted(house, by, [NOW - timedelta(seconds=n) for n in range(4)])
    seen: list[Event] = []
    cursor: Cursor | None = None

    for _ in range(-(-4 // limit)):
        page: Page[Event] = await house.context.timeline.page(by, asked(), cursor=cursor, limit=limit)
        seen += page.items
        cursor = unseal_cursor(by.secret, page.following) if page.following else None

    assert len({event.id for event in seen}) == 4
    assert cursor is None


@given(names=st.lists(st.text(LETTERS, min_size=1, max_size=4), unique=True, max_size=9), limit=st.integers(1, 4))
async def test_a_walk_through_entities_sees_each_once(
    house: House, account: MakeTenant, names: list[str], limit: int
) -> None:
    """In the order of their ids, whatever their names are."""
    by = (await account()).admin
    known = await house.context.registry.register(by, [draft(name) for name in names]) if names else []
    seen: list[str] = []
    cursor = None

    while True:
        page = await house.context.catalog.page(by, EntityFilter(), cursor=cursor, limit=limit)
        seen += [entity.id for entity in page.items]
        cursor = page.following
        if cursor is None:
            break

    assert seen == sorted(entity.id for entity in known)


@pytest.mark.parametrize(
    "window",
    [
        Span(start=datetime.min.replace(tzinfo=UTC), end=datetime.max.replace(tzinfo=UTC)),
        Span.moment(datetime.min.replace(tzinfo=UTC)),
        Span.moment(datetime.max.replace(tzinfo=UTC)),
    ],
)
async def test_any_window_can_be_asked_for(house: House, by: Principal, window: Span) -> None:
    """The ends of the calendar are a window as any other: to list, to count, and to draw."""
    await inserted(house, by, [ago(days=1), ago(days=80)])
    expected = 2 if window.overlaps(EVER) else 0

    page = await house.context.timeline.page(by, asked(window=window))
    facets = await house.context.timeline.facets(by, asked(window=window))
    histogram = await house.context.timeline.histogram(by, asked(window=window), buckets=10)

    assert len(page.items) == facets.total == expected
    assert sum(sum(bucket.events.values()) for bucket in histogram.buckets) == expected
