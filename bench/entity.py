"""The newest events of one entity: against the same SQL alone, and against a database with few events."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

from bench.clock import millis, quantile
from bench.figure import Figure
from bench.size import Size
from bench.stored import Stored, opened
from whence.domain.entity import SERVICE, Entity
from whence.domain.filter import EntityFilter, Filter
from whence.domain.page import Order
from whence.store import entities, events
from whence.store.matching import Statement

LIMIT: Final = 100
_AT_MOST_OF_SQL: Final = 3.0
_AT_MOST_OF_FEW: Final = 1.3


async def newest(stored: Stored, few: Path, size: Size) -> list[Figure]:
    """One after another in turn: by HTTP, the SQL bare, by HTTP from the database with few events."""
    total = stored.history.events
    ours: list[list[float]] = []
    bare: list[list[float]] = []
    little: list[list[float]] = []
    async with opened(few) as small:
        pairs = list(zip(await _services(stored), await _services(small), strict=True))
        for turn in range(size.rounds + 1):
            picked = Random(turn).choices(pairs, k=size.asks)
            times = [await _thrice(stored, small, *pair) for pair in picked]
            for kept, taken in zip((ours, bare, little), zip(*times, strict=True), strict=True):
                kept.append(list(taken))
        few_events = small.history.events
    for kept in (ours, bare, little):
        kept.pop(0)  # the first round fills caches
    return [
        Figure(
            name=f"entity {total:,}",
            what=f"newest {LIMIT} events of one service, {total:,} stored, p99",
            unit="ms",
            measured=_middle(ours, 0.99),
            floor=_middle(bare, 0.99),
            bound="<=",
            budget=_AT_MOST_OF_SQL,
            samples={"whence": _each(ours, 0.99), "floor": _each(bare, 0.99)},
            note=f"floor: the same SQL by asyncpg; p50 {_middle(ours, 0.5):.2f} ms, floor {_middle(bare, 0.5):.2f} ms",
        ),
        Figure(
            name=f"entity-growth {total:,}",
            what=f"newest {LIMIT} events of one service, {total:,} stored, p50",
            unit="ms",
            measured=_middle(ours, 0.5),
            floor=_middle(little, 0.5),
            bound="<=",
            budget=_AT_MOST_OF_FEW,
            samples={"whence": _each(ours, 0.5), "floor": _each(little, 0.5)},
            note=f"floor: the same request with {few_events:,} stored; p99 {_middle(ours, 0.99):.2f} ms, "
            f"floor {_middle(little, 0.99):.2f} ms",
        ),
    ]


def statement(stored: Stored, entity: Entity) -> Statement:
    """What the server asks its database for; one more than it shows, to know whether there are more."""
    asked = Filter(window=stored.window, concerning=(entity,))
    return events.page_statement(
        stored.by.account_id, asked, order=Order.NEWEST, cursor=None, limit=LIMIT + 1, original=False
    )


async def _thrice(stored: Stored, small: Stored, entity: Entity, twin: Entity) -> tuple[float, float, float]:
    alone = statement(stored, entity)
    return (
        await millis(stored.client.get(f"/v1/entities/{entity.id}/events?{stored.query(limit=LIMIT)}")),
        await millis(stored.bare.fetch(alone.sql, *alone.args)),
        await millis(small.client.get(f"/v1/entities/{twin.id}/events?{small.query(limit=LIMIT)}")),
    )


async def _services(stored: Stored) -> list[Entity]:
    """All of them by name, so that two databases have them in one order."""
    found: list[Entity] = []
    async with stored.pool.reader() as db:
        while page := await entities.page(
            db, stored.by.account_id, EntityFilter(types=(SERVICE,)), after=found[-1].id if found else "", limit=1000
        ):
            found += page
    return sorted(found, key=lambda entity: entity.name)


def _each(rounds: Sequence[Sequence[float]], share: float) -> list[float]:
    return [quantile(times, share) for times in rounds]


def _middle(rounds: Sequence[Sequence[float]], share: float) -> float:
    return median(_each(rounds, share))
