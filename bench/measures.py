"""Every measurement by its name. FRESH ones want an empty directory, STORED ones one that holds a history."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from bench import bodies, causes, data, desk, live, signals, soak, stored, storm, writes
from bench.empty import directory
from bench.entity import newest
from bench.figure import Figure
from bench.filtered import filtered
from bench.overview import overview
from bench.size import Size
from bench.start import start

DAYS: Final = 30

Measure = Callable[[Size, Path], Awaitable[list[Figure]]]


async def _entity(size: Size, filled: Path) -> list[Figure]:
    with directory() as few:
        await data.filled(few, size.few_events, DAYS)
        async with stored.opened(filled) as there:
            return await newest(there, few, size)


async def _overview(size: Size, filled: Path) -> list[Figure]:
    async with stored.opened(filled) as there:
        return await overview(there, size)


async def _filtered(size: Size, filled: Path) -> list[Figure]:
    async with stored.opened(filled) as there:
        return await filtered(there, size)


async def _memory(size: Size, filled: Path) -> list[Figure]:
    async with stored.opened(filled) as there:
        return await live.memory(there, size)


_SINGLE: Final = (
    writes.Single(
        name="single-native",
        what="POST of one native event",
        path="/v1/events",
        write=partial(bodies.write, spell=bodies.native),
    ),
    writes.Single(
        name="single-komodor",
        what="POST of one Komodor event",
        path="/mgmt/v1/events",
        write=partial(bodies.write, spell=bodies.komodor),
    ),
    writes.Single(
        name="single-desk",
        what=f"POST of one CUSTOM_INFO with one tag rule among {desk.ENTITIES:,} entities",
        path="/api/v1/events",
        write=desk.by_tag,
        prepare=desk.register,
        budget=0.35,
    ),
    writes.Single(
        name="refresh-desk",
        what=f"POST of one ERROR_EVENT whose alert is open, among {desk.ENTITIES:,} entities",
        path="/api/v1/events",
        write=desk.open_alerts,
        prepare=desk.register,
        counted="select coalesce(sum(report_count), 0)::bigint from alert",
        budget=0.35,
    ),
    writes.Single(
        name="single-cloudforet",
        what="POST of one signal of an open alert to its webhook",
        path="/",
        write=signals.bodies,
        prepare=signals.webhook,
        counted="select count(*) from signal",
    ),
)
FRESH: Final[Mapping[str, Measure]] = {
    **{one.name: partial(writes.single, one) for one in _SINGLE},
    "batch": lambda size, empty: writes.batch("/v1/events", size, empty),
    "live": live.seen,
    "signals": signals.asked,
    "causes": causes.explained,
    "storm": storm.stormed,
    "soak": soak.soaked,
}
STORED: Final[Mapping[str, Measure]] = {
    "entity": _entity,
    "overview": _overview,
    "filtered": _filtered,
    "memory": _memory,
    "start": start,
}
BY_WRK: Final = frozenset({*(one.name for one in _SINGLE), "batch", "soak"})
