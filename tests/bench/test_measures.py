"""That every measurement which needs no wrk runs, on next to nothing; its figures mean nothing here."""

import json
from pathlib import Path

import asyncpg
import pytest
from pydantic_core import to_json

from bench import bodies, data, report
from bench.child import running
from bench.client import AnswerError, Client
from bench.copy import copied, renewed, stored_rows
from bench.data import MixedDataError
from bench.database import opened
from bench.figure import Figure
from bench.measures import BY_WRK, FRESH, STORED
from bench.size import Size
from bench.world import World, now


def figure(**given: float | str | dict[str, list[float]]) -> Figure:
    """One that is held against a floor."""
    defaults = {"name": "x", "what": "x", "unit": "ms", "measured": 3.0, "floor": 1.0, "bound": "<=", "budget": 2.0}
    return Figure(**{**defaults, **given})  # pyright: ignore[reportArgumentType]  a builder takes what the value does


@pytest.mark.parametrize("name", STORED)
async def test_what_is_measured_on_stored_events(name: str, tiny: Size, filled: Path) -> None:
    figures = await STORED[name](tiny, filled)

    assert figures
    assert all(one.measured > 0 and f"{tiny.events:,}" in one.name for one in figures)


@pytest.mark.parametrize("name", sorted(FRESH.keys() - BY_WRK))
async def test_what_is_measured_on_an_empty_directory(name: str, tiny: Size, home: Path) -> None:
    figures = await FRESH[name](tiny, home)

    assert figures
    assert all(one.samples["whence"] for one in figures)


async def test_a_full_directory_is_left_as_it_is_and_no_other_is_touched(tiny: Size, filled: Path) -> None:
    assert await data.filled(filled, tiny.events, 1) == 0

    with pytest.raises(MixedDataError):
        await data.filled(filled, tiny.events + 1, 1)
    (filled / "history.json").rename(filled / "elsewhere.json")
    try:
        with pytest.raises(MixedDataError):
            await data.filled(filled, tiny.events, 1)
    finally:
        (filled / "elsewhere.json").rename(filled / "history.json")


async def test_the_floors_store_the_same_tables(home: Path) -> None:
    """A column that comes or goes in `whence.store` must come or go there too."""
    world = World()

    with running("bench.floor", home) as floor:
        async with Client.to(floor.url) as client:
            await client.post("/v1/events", to_json(bodies.native(world.report(now()))))
            await client.post("/mgmt/v1/events", to_json(bodies.komodor(world.report(now()))))
            with pytest.raises((AnswerError, OSError, EOFError)):
                await client.post("/v1/events", b"{}")
        async with opened(home) as database:
            db = await asyncpg.connect(**database.dsn)
            rows = await stored_rows(db, 10)
            rate = await copied(db, *renewed(*rows), together=1)
            stored = await db.fetchval("select count(*) from event")
            await db.close()

    assert [len(some) for some in rows] == [2, 2]
    assert rate > 0
    assert stored == 4


def test_a_budget_is_of_the_ratio_when_there_is_a_floor() -> None:
    over = figure()
    rounds = figure(samples={"whence": [2.0, 9.0, 2.0], "floor": [2.0, 1.0, 2.0]})
    alone = figure(floor=None, measured=1.5)  # pyright: ignore[reportArgumentType]  the builder's type is the usual one
    fast_enough = figure(bound=">=", budget=0.5, measured=0.6)

    assert (over.ratio, over.is_met, over.distance) == (3.0, False, 1.5)
    assert (rounds.ratio, rounds.is_met) == (1.0, True)
    assert (alone.ratio, alone.is_met) == (None, True)
    assert fast_enough.is_met


def test_figures_are_kept_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path)

    first = report.write([figure(name="a", what="the first")], is_quick=False)
    second = report.write([figure(name="b", what="the second", measured=1.0)], is_quick=False)

    assert first == second
    assert set(json.loads(first.read_text())["figures"]) == {"a", "b"}
    assert "| the first | 3 ms | 1 ms | 3.00 | <= 2 x floor | no, 1.5x over |" in report.document()
    assert "| the second | 1 ms | 1 ms | 1.00 | <= 2 x floor | yes |" in report.document()
    assert str(tmp_path) not in first.read_text()
