"""Ingests of the test's own, beside the house's: another process on the same database."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest

from whence.ingest import Ingest
from whence.store.pool import Pool

MakeIngest = Callable[..., Ingest]


@pytest.fixture
async def make_ingest(pool: Pool) -> AsyncGenerator[MakeIngest]:
    """Makes an ingest that writes; with `runs=False`, one whose callers wait until the test runs it."""
    async with AsyncExitStack() as stack:

        def make(*, runs: bool = True, **given: Any) -> Ingest:  # noqa: ANN401  what an Ingest takes
            defaults: dict[str, Any] = {"retention": timedelta(days=90), "queue_limit": 10_000, "slot": 3}
            ingest = Ingest(pool, **{**defaults, **given})
            if runs:
                run(ingest, stack)
            return ingest

        yield make


def run(ingest: Ingest, stack: AsyncExitStack) -> None:
    """The ingest writes until the stack is left."""
    task = asyncio.create_task(ingest.run())

    async def stop() -> None:
        await ingest.drain()
        task.cancel()
        await asyncio.wait([task])

    stack.push_async_callback(stop)
