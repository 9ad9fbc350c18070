"""A soak: as many events as are taken, for minutes, while others follow and ask: does memory grow, and what fails?"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from math import sqrt
from pathlib import Path
from statistics import fmean, linear_regression
from time import monotonic
from typing import Final

from bench import bodies
from bench.child import Child, running
from bench.client import Client
from bench.figure import Figure
from bench.load import CONNECTIONS, press
from bench.size import Size

_READERS: Final = 2  # of the stream, who read all that comes, and begin again when told to
_SAMPLE_SECONDS: Final = 0.5
_ASK_SECONDS: Final = 1.0
_GROWS_AT_MOST: Final = 2.0  # times the noise around the line, over the whole run
_ARENA_MIB: Final = 1.0  # Python takes memory from the system in pieces of this size: one more or less is no growth
_QUESTIONS: Final = ("/v1/events", "/v1/events/facets", "/v1/events/histogram", "/v1/alerts", "/v1/problems")


async def soaked(size: Size, directory: Path) -> list[Figure]:
    """A line is laid through the memory of the server, once it is warm. An answer that is no success ends the run."""
    sent = bodies.write(directory / "bodies.ndjson", bodies.native)
    with running("bench.server", directory / "whence") as server:
        await press(server.url + "/v1/events", sent, seconds=size.soak_seconds / 4)
        async with _used(server) as memory:
            load = await press(server.url + "/v1/events", sent, seconds=size.soak_seconds)
    slope, noise = _line(memory)
    grown = max(slope * load.seconds, 0.0)
    return [
        Figure(
            name="soak",
            what=f"{load.requests:,} events in {load.seconds:.0f} s: what the server's memory grew by",
            unit="MiB",
            measured=grown,
            bound="<=",
            budget=max(_GROWS_AT_MOST * noise, _ARENA_MIB),
            samples={"whence": [mib for _, mib in memory]},
            note=(
                f"a line through {len(memory)} samples, which lie {noise:.2f} MiB (standard deviation) around it; mean "
                f"{fmean(mib for _, mib in memory):.0f} MiB; {CONNECTIONS} connections, {load.rate:,.0f} events/s, p99 "
                f"{load.p99_ms:.0f} ms, no error; {_READERS} readers of the stream, and each list once a second"
            ),
        )
    ]


@asynccontextmanager
async def _used(server: Child) -> AsyncGenerator[list[tuple[float, float]]]:
    """While the block runs, people follow and ask; the seconds and MiB of each look at the server's memory."""
    memory: list[tuple[float, float]] = []
    async with Client.to(server.url) as client:
        tasks = [asyncio.create_task(_follow(server)) for _ in range(_READERS)]
        tasks.append(asyncio.create_task(_watch(server, memory)))
        tasks.append(asyncio.create_task(_ask(client)))
        try:
            yield memory
        finally:
            ended = [task for task in tasks if task.done()]
            for task in tasks:
                task.cancel()
            for task in ended:
                task.result()  # who could not read or ask to the end says why


async def _follow(server: Child) -> None:
    while True:
        async with Client.to(server.url) as client:
            lines = await client.stream("/v1/events/stream")
            while await lines.read(1 << 16):
                pass


async def _watch(server: Child, memory: list[tuple[float, float]]) -> None:
    while True:
        memory.append((monotonic(), server.resident_mib()))
        await asyncio.sleep(_SAMPLE_SECONDS)


async def _ask(client: Client) -> None:
    while True:
        for path in _QUESTIONS:
            await client.get(path)
        await asyncio.sleep(_ASK_SECONDS)


def _line(memory: list[tuple[float, float]]) -> tuple[float, float]:
    """MiB a second of the line that fits best, and how far the samples lie from it (standard deviation)."""
    times, mib = zip(*memory, strict=True)
    slope, intercept = linear_regression(times, mib)
    square = fmean((is_now - (intercept + slope * at)) ** 2 for at, is_now in memory)
    return slope, sqrt(square)
