"""Numbered pages: order, totals, and what happens when others write between them."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import ago, asked, draft, moment, report
from tests.strategies import catalogs, filters, reports
from tests.tenants import MakeTenant
from whence.domain.access import Principal
from whence.domain.entity import Draft
from whence.domain.event import Event, Report
from whence.domain.filter import Filter
from whence.domain.scope import Scope
from whence.server import House

FEW_TIMES: Final = st.sampled_from([ago(hours=hours) for hours in range(4)])


@dataclass(frozen=True)
class Turn:
    """What others do between two pages: insert at these times, remove the `nth` event."""

    inserted: tuple[datetime, ...]
    removed: int | None


turns = st.builds(Turn, st.lists(FEW_TIMES, max_size=3).map(tuple), st.one_of(st.none(), st.integers(0, 20)))


def ordered(events: list[Event]) -> list[Event]:
    """Newest first, equals by id."""
    return sorted(sorted(events, key=lambda event: event.id), key=lambda event: event.span.start, reverse=True)


@given(
    said=st.lists(reports, max_size=8),
    drafts=catalogs(),
    question=filters,
    skip=st.integers(0, 9),
    limit=st.integers(0, 9),
)
async def test_a_window_is_a_slice_of_all_that_match(
    account: MakeTenant, said: list[Report], drafts: list[Draft], question: Filter, skip: int, limit: int
) -> None:
    """Newest first, those of one instant by id, whatever is skipped; the total is of all."""
    tenant = await account()
    events = await tenant.send(said)
    known = tuple(await tenant.register(*drafts))

    for one in (question, asked(concerning=known, calls=question.calls), asked(concerning=known), asked()):
        found, total = await tenant.house.context.timeline.window(tenant.admin, one, skip=skip, limit=limit)
        matching = ordered([event for event in events if one.matches(event)])

        assert [event.id for event in found] == [event.id for event in matching][skip : skip + limit]
        assert total == len(matching)


@given(at=st.lists(FEW_TIMES, max_size=12), limit=st.integers(1, 4))
async def test_pages_make_the_whole(account: MakeTenant, at: list[datetime], limit: int) -> None:
    """Many at one instant: page after page has each once."""
    tenant = await account()
    events = await tenant.send(report(span=moment(one)) for one in at)

    walked: list[Event] = []
    for page in count():
        found, total = await tenant.house.context.timeline.window(tenant.admin, asked(), skip=page * limit, limit=limit)
        assert total == len(events)
        walked += found
        if not found:
            break

    assert [event.id for event in walked] == [event.id for event in ordered(events)]


@given(mine=st.lists(FEW_TIMES, max_size=8), between=st.lists(turns, min_size=1, max_size=6), limit=st.integers(1, 3))
async def test_what_others_write_elsewhere_moves_no_page(
    house: House, account: MakeTenant, mine: list[datetime], between: list[Turn], limit: int
) -> None:
    """While events of other calls and of other entities come and go, the pages of a list stay what they are."""
    tenant = await account()
    shop, _ = await tenant.register(draft("shop"), draft("till"))
    events = await tenant.send(report(span=moment(at), call="a", scope=Scope.entities((shop.id,))) for at in mine)
    question = asked(concerning=(shop,), calls=("a",))
    standing: list[Event] = []

    walked: list[Event] = []
    for page, turn in enumerate([*between, *[Turn((), None)] * (len(mine) // limit + 1)]):
        found, total = await house.context.timeline.window(tenant.admin, question, skip=page * limit, limit=limit)
        assert total == len(events)
        walked += found
        standing += await tenant.send(
            report(span=moment(at), call="b" if n % 2 else "a", scope=Scope.entities((shop.id,)) if n % 2 else other)
            for n, at in enumerate(turn.inserted)
            for other in [Scope.services(names=("till",))]
        )
        if turn.removed is not None and turn.removed < len(standing):
            await house.context.amend.remove(tenant.admin, standing.pop(turn.removed).id)

    assert [event.id for event in walked] == [event.id for event in ordered(events)]


@given(mine=st.lists(FEW_TIMES, max_size=8), between=st.lists(turns, max_size=6), limit=st.integers(1, 3))
async def test_what_others_write_in_the_list_breaks_no_page(
    house: House, account: MakeTenant, mine: list[datetime], between: list[Turn], limit: int
) -> None:
    """Whatever comes and goes meanwhile, each page is in order, and is of the moment of its total."""
    tenant = await account()
    standing = await tenant.send(report(span=moment(at)) for at in mine)

    for page, turn in enumerate(between):
        found, total = await house.context.timeline.window(tenant.admin, asked(), skip=page * limit, limit=limit)

        assert [event.id for event in found] == [e.id for e in ordered(standing)][page * limit : (page + 1) * limit]
        assert total == len(standing)
        standing += await tenant.send(report(span=moment(at)) for at in turn.inserted)
        if turn.removed is not None and turn.removed < len(standing):
            await house.context.amend.remove(tenant.admin, standing.pop(turn.removed).id)


async def test_a_page_far_behind_the_end_is_empty(house: House, by: Principal) -> None:
    """A number of any size is no error, and the total is still told."""
    await house.context.ingest.accept(by.account_id, [report(), report()])

    for skip in (2, 2**31, 2**63, 10**30):
        assert await house.context.timeline.window(by, asked(), skip=skip, limit=1000) == ([], 2)
