"""Facets and histograms: from counts, from rows, and by hand, the same whatever happened to the events."""

from asyncio import gather
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import ago, asked, report
from tests.strategies import HOUR, NOON, SOURCES, TICK, TYPES, few, filters, lengths, places, reports, spans
from tests.tenants import MakeTenant
from whence.amend import Amend
from whence.domain.access import Principal
from whence.domain.event import Accepted, Event, Kind, Report, Severity, Span
from whence.domain.filter import Filter
from whence.domain.page import Order
from whence.domain.summary import Facet, Facets
from whence.server import House
from whence.store import events, summary
from whence.store.counted import Hours, nearest
from whence.store.pool import Pool
from whence.timeline import steps

_LAST_INSTANT: Final = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
OTHER_SLOT: Final = 7  # a second process counts into rows of its own


@dataclass(frozen=True)
class Move:
    """The `nth` event begins elsewhere, and is as bad as that."""

    nth: int
    span: Span
    severity: Severity


@dataclass(frozen=True)
class Drop:
    """The `nth` event is removed."""

    nth: int


def window(start: datetime, length: timedelta) -> Span:
    """The window of that length."""
    return Span(start=start, end=start + length)


windows = st.builds(
    window,
    st.sampled_from(
        [NOON + n * unit for n in (-1, 0, 1) for unit in (TICK, HOUR, 3 * HOUR + TICK, 60 * 24 * HOUR)]
        + [NOON + n * HOUR + part for n in (-1, 0, 12) for part in (HOUR / 2 - TICK, HOUR / 2, HOUR / 2 + TICK)]
        + [NOON - days * 24 * HOUR + 12 * HOUR for days in (1, 3, 41)]  # midnight: where a day's row begins
    ),
    st.one_of(
        lengths,
        st.sampled_from([timedelta(days=2), timedelta(days=33), 6 * HOUR - TICK]),
        st.sampled_from([days * 24 * HOUR + rest for days in (1, 3) for rest in (-TICK, 12 * HOUR, 1.5 * HOUR + TICK)]),
    ),
)
by_cell: st.SearchStrategy[Filter] = st.builds(
    Filter,
    window=windows,
    types=few(TYPES, 1),
    kinds=st.lists(st.sampled_from(Kind), max_size=2).map(tuple),
    severities=st.lists(st.sampled_from(Severity), max_size=1).map(tuple),
    sources=few(SOURCES, 1),
)
questions = st.one_of(st.builds(Filter, window=windows), by_cell, filters)
changes = st.lists(
    st.one_of(
        st.builds(Move, st.integers(0, 9), spans(), st.sampled_from(Severity)),
        st.builds(Drop, st.integers(0, 9)),
    ),
    max_size=4,
)


async def happened(house: House, by: Principal, said: list[Report], done: list[Move | Drop]) -> list[Event]:
    """The events that stand after the reports were accepted and the changes made, some by another process."""
    receipts = await house.context.ingest.accept(by.account_id, said) if said else []
    ids = [receipt.id for receipt in receipts if isinstance(receipt, Accepted)]
    amends = house.context.amend, Amend(house.pool, slot=OTHER_SLOT)
    for turn, change in enumerate(done):
        if change.nth >= len(ids):
            continue
        amend = amends[turn % 2]
        match change:
            case Move(nth, span, severity):
                await amend.change(by, ids[nth], lambda old, s=span, v=severity: replace(old, span=s, severity=v))
            case Drop(nth):
                await amend.remove(by, ids.pop(nth))
    return await every(house.pool, by)


async def every(pool: Pool, by: Principal) -> list[Event]:
    """All events of the account."""
    async with pool.reader() as db:
        return await events.page(db, by.account_id, asked(), order=Order.NEWEST, cursor=None, limit=1000)


def facets_by_hand(standing: list[Event]) -> dict[str, Facet]:
    """Each dimension's values with their counts, the frequent ones first, equals by name, fifty at most."""
    by_hand: dict[str, Counter[str]] = {dimension: Counter() for dimension in summary.DIMENSIONS}
    for event in standing:
        for dimension in ("type", "severity", "kind", "source", "dialect"):
            by_hand[dimension][str(getattr(event, dimension))] += 1
        by_hand["cluster"].update(event.places.clusters)
        by_hand["namespace"].update(event.places.namespaces)
        by_hand["service"].update(event.places.services)
    ranked = {d: sorted(counted.items(), key=lambda one: (-one[1], one[0])) for d, counted in by_hand.items()}
    return {d: Facet(values=values[:50], more=max(0, len(values) - 50)) for d, values in ranked.items()}


@given(said=st.lists(reports, max_size=8), done=changes, asked_for=st.lists(questions, min_size=1, max_size=5))
async def test_facets_count_what_stands(
    house: House, account: MakeTenant, said: list[Report], done: list[Move | Drop], asked_for: list[Filter]
) -> None:
    """[TL6] Total and values are those of the rows, from counts as from the rows themselves."""
    by = (await account()).admin
    standing = await happened(house, by, said, done)

    for question in asked_for:
        selected = [event for event in standing if question.matches(event)]
        facets = await house.context.timeline.facets(by, question)
        rows = [await counted(house.pool, by, question, from_counts=one) for one in (True, False)]

        assert facets == Facets(total=len(selected), by_dimension=facets_by_hand(selected))
        assert rows[0] == rows[1]


async def counted(pool: Pool, by: Principal, question: Filter, *, from_counts: bool) -> list[tuple[object, ...]]:
    """The rows of the statement behind the facets, in their order."""
    statement = summary.facets_statement(by.account_id, question, from_counts=from_counts)
    async with pool.reader() as db:
        return [tuple(row) for row in await db.rows(statement.sql, *statement.args)]


@given(
    said=st.lists(reports, max_size=8),
    done=changes,
    question=questions,
    buckets=st.integers(1, 60),
)
async def test_a_histogram_counts_what_stands(
    house: House,
    account: MakeTenant,
    said: list[Report],
    done: list[Move | Drop],
    question: Filter,
    buckets: int,
) -> None:
    """Each event is in the bucket in which it began, or in the first when it began before the window."""
    by = (await account()).admin
    standing = await happened(house, by, said, done)

    histogram = await house.context.timeline.histogram(by, question, buckets=buckets)

    step, starts = steps(question.window, buckets)
    by_hand: Counter[tuple[object, Severity]] = Counter()
    for event in standing:
        if question.matches(event):
            began = max(event.span.start, question.window.start)
            by_hand[max(at for at in starts if at <= began), event.severity] += 1
    assert (histogram.step, tuple(bucket.at for bucket in histogram.buckets)) == (step, starts)
    assert {
        (bucket.at, severity): n for bucket in histogram.buckets for severity, n in bucket.events.items() if n
    } == by_hand


@given(said=st.lists(reports, max_size=8), done=changes, window=windows)
async def test_counts_and_rows_make_one_histogram(
    house: House, account: MakeTenant, said: list[Report], done: list[Move | Drop], window: Span
) -> None:
    """[TL6] The statement says the same from counts as from rows, at every step of whole hours."""
    by = (await account()).admin
    await happened(house, by, said, done)

    for hours in (1, 3, 24, 168):
        answers: list[list[tuple[object, ...]]] = []
        for from_counts in (True, False):
            statement = summary.histogram_statement(
                by.account_id, asked(window=window), step=hours * HOUR, from_counts=from_counts
            )
            async with house.pool.reader() as db:
                answers.append(sorted(tuple(row) for row in await db.rows(statement.sql, *statement.args)))

        assert answers[0] == answers[1]


@given(window=windows, most=st.integers(1, 500))
def test_buckets_cover_the_window_without_holes(window: Span, most: int) -> None:
    """At most as many as asked for, one step apart, the first and the last hold the ends of the window."""
    step, starts = steps(window, most)

    assert 1 <= len(starts) <= most
    assert starts[0] <= window.start < starts[0] + step
    assert starts[-1] <= window.end < starts[-1] + step
    assert all(later - earlier == step for earlier, later in pairwise(starts))


async def test_the_most_frequent_values_come_first(house: House, by: Principal) -> None:
    """Fifty values at most, the frequent ones first, equals by name; `more` counts the rest."""
    said = [report(type=f"t{n:02}") for n in range(60)] + [report(type="t59"), report(type="t57")]
    await house.context.ingest.accept(by.account_id, said)

    facet = (await house.context.timeline.facets(by, asked())).by_dimension["type"]

    assert facet.values[:3] == [("t57", 2), ("t59", 2), ("t00", 1)]
    assert (len(facet.values), facet.more) == (50, 10)


@given(said=st.lists(st.builds(report, places=places), min_size=1, max_size=5))
async def test_what_was_removed_is_in_no_facet(house: House, account: MakeTenant, said: list[Report]) -> None:
    """A value whose last event is gone is not listed with 0, and is not among those left out."""
    by = (await account()).admin
    receipts = await house.context.ingest.accept(by.account_id, said)
    for receipt in receipts:
        assert isinstance(receipt, Accepted)
        await house.context.amend.remove(by, receipt.id)

    facets = await house.context.timeline.facets(by, asked())

    assert facets.total == 0
    assert all((list(facet.values), facet.more) == ([], 0) for facet in facets.by_dimension.values())


@given(said=st.lists(reports, max_size=8), done=changes, question=questions)
async def test_a_total_counts_what_stands(
    house: House, account: MakeTenant, said: list[Report], done: list[Move | Drop], question: Filter
) -> None:
    """[TL6] The number alone, from counts where they can tell."""
    by = (await account()).admin
    standing = await happened(house, by, said, done)

    total = await house.context.timeline.count(by, question)

    assert total == sum(question.matches(event) for event in standing)


async def test_two_who_change_the_same_do_not_wait_in_a_circle(house: House, by: Principal) -> None:
    """[TL6] Two requests of one process that move an event there and another one back both come through."""
    there, here = NOON, NOON + HOUR
    receipts = await house.context.ingest.accept(
        by.account_id, [report(span=Span.moment(at), type=name) for at, name in ((there, "a"), (here, "b"))]
    )
    ids = [receipt.id for receipt in receipts if isinstance(receipt, Accepted)]

    for turn in range(20):
        named = ("b", "a") if turn % 2 == 0 else ("a", "b")
        await gather(
            *(
                house.context.amend.change(by, event_id, lambda old, name=name: replace(old, type=name))
                for event_id, name in zip(ids, named, strict=True)
            )
        )

    facets = await house.context.timeline.facets(by, asked())
    assert dict(facets.by_dimension["type"].values) == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (0, 59, None),
        (0, 60, (0, 1)),
        (1, 119, None),
        (1, 120, (0, 2)),
        (30, 150, (0, 2)),
        (31, 151, (1, 3)),
        (30, 151, (0, 3)),
        (31, 150, (1, 2)),
    ],
)
def test_what_rows_must_tell_is_half_an_hour_at_each_end(start: int, end: int, hours: tuple[int, int] | None) -> None:
    """Where a whole hour lies in the window, counts answer for the hours that end nearest to its ends."""
    minute = timedelta(minutes=1)

    found = nearest(Span(start=NOON + start * minute, end=NOON + end * minute))

    assert found == (hours and Hours(first=NOON + hours[0] * HOUR, last=NOON + hours[1] * HOUR))


async def test_counts_reach_to_the_end_of_time(house: House, by: Principal) -> None:
    """The last hour that there is has none behind it that could be taken for its end."""
    await house.context.ingest.accept(by.account_id, [report()])

    facets = await house.context.timeline.facets(by, asked(window=Span(start=ago(days=1), end=_LAST_INSTANT)))

    assert facets.total == 1
