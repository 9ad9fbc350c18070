"""Hours that hold what a filter asks for: those of the events that are there, and of all others nothing is read."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import asked, moment, report
from tests.store.test_counts import Drop, Move, by_cell, changes, happened
from tests.strategies import CLUSTERS, HOUR, NAMES, NOON, few, reports
from tests.tenants import MakeTenant
from whence.domain.access import Principal
from whence.domain.event import Event, Report, Severity, Span
from whence.domain.filter import Filter
from whence.domain.page import Cursor, Order
from whence.domain.scope import Places
from whence.server import House
from whence.store import events, occupied, summary
from whence.store.matching import Statement
from whence.store.pool import Pool
from whence.store.where import Where

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOURS: Final = 96
_EACH: Final = 25
_RARE: Final = (5, 50)  # the hours in which there is one of a kind


def _hour(at: datetime) -> int:
    return (at - _EPOCH) // HOUR


async def _occupied(pool: Pool, by: Principal, question: Filter) -> list[int] | None:
    where = Where(by.account_id)
    hours = occupied.hours(where, question, question.window)
    if hours is None:
        return None
    async with pool.reader() as db:
        return [row["number"] for row in await db.rows(hours, *where.args)]


@given(
    said=st.lists(reports, max_size=8),
    done=changes,
    question=by_cell,
    names=few(NAMES, 1),
    clusters=few(CLUSTERS),
)
async def test_the_hours_are_those_of_the_events(
    house: House,
    account: MakeTenant,
    said: list[Report],
    done: list[Move | Drop],
    question: Filter,
    names: tuple[str, ...],
    clusters: tuple[str, ...],
) -> None:
    """[TL6] By type, kind, severity, source or place alone exactly those; by several of these, none is missing."""
    by = (await account()).admin
    standing = await happened(house, by, said, done)

    def hours_of(one: Filter) -> set[int]:
        first, last = _hour(one.window.start), _hour(one.window.end)
        found: list[Event] = [event for event in standing if one.selects(event)]
        return {hour for event in found if first <= (hour := _hour(event.span.start)) <= last}

    for one in (question, asked(window=question.window, services=names), asked(window=question.window)):
        listed = await _occupied(house.pool, by, one)
        if one == asked(window=one.window):
            assert listed is None
        else:
            assert sorted(listed or []) == sorted(hours_of(one))
    several = replace(question, services=names, clusters=clusters)
    among = await _occupied(house.pool, by, several)
    assert among is None or hours_of(several) <= set(among)


@pytest.fixture
async def busy(house: House, by: Principal) -> Span:
    """Four days of many events; two of them, days apart, are of a type, in a place and as grave as no other is."""
    said = [
        report(span=moment(NOON + hour * HOUR + timedelta(minutes=n))) for hour in range(_HOURS) for n in range(_EACH)
    ]
    rare = {"type": "failover", "severity": Severity.CRITICAL, "places": Places(services=("db",))}
    said += [report(span=moment(NOON + hour * HOUR + HOUR / 2), **rare) for hour in _RARE]
    await house.context.ingest.accept(by.account_id, said)
    return Span(start=NOON, end=NOON + _HOURS * HOUR)


_ASKED: Final = [
    {"types": ("failover",)},
    {"type_words": ("failover",)},
    {"severities": (Severity.CRITICAL,)},
    {"services": ("db",)},
    {"types": ("failover",), "services": ("db",), "words": ("e",)},
]


@pytest.mark.parametrize("question", _ASKED, ids=str)
async def test_of_what_is_rare_only_its_hours_are_read(
    house: House, by: Principal, busy: Span, question: dict[str, Any]
) -> None:
    """Pages from either end and behind a cursor, totals, facets and histograms find both, and read little else."""
    one = asked(window=busy, **question)
    first, last = [e.id for e in await _page(house, by, one, Order.OLDEST)]
    cursor = Cursor(order=Order.NEWEST, window=busy, at=NOON + _RARE[1] * HOUR + HOUR / 2, event_id=last)
    pages = [(Order.NEWEST, None, [last, first]), (Order.OLDEST, None, [first, last]), (Order.NEWEST, cursor, [first])]
    statements: list[Statement] = [
        summary.facets_statement(by.account_id, one),
        summary.histogram_statement(by.account_id, one, step=HOUR / 2),
        events.window_statement(by.account_id, one, skip=0, limit=10),
    ]
    for order, behind, expected in pages:
        assert [e.id for e in await _page(house, by, one, order, behind)] == expected
        statements.append(
            events.page_statement(by.account_id, one, order=order, cursor=behind, limit=10, original=False)
        )

    for statement in statements:
        assert await _read(house.pool, statement) <= len(_RARE) * (_EACH + 1)


async def _page(house: House, by: Principal, one: Filter, order: Order, cursor: Cursor | None = None) -> list[Event]:
    async with house.pool.reader() as db:
        return await events.page(db, by.account_id, one, order=order, cursor=cursor, limit=10)


async def _read(pool: Pool, statement: Statement) -> int:
    """How many rows of events the statement looks at."""
    async with pool.reader() as db:
        (told,) = await db.rows(
            f"explain (analyze, timing off, buffers off, format json) {statement.sql}", *statement.args
        )
    (plan,) = json.loads(told["QUERY PLAN"])
    return sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in _nodes(plan["Plan"])
        if node.get("Relation Name", "").startswith("event_p") and "place" not in node["Relation Name"]
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)
