"""A second process on the same database: its own connections' ear, its own memory."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from typing import Final
from uuid import uuid4

import pytest

from whence.catalog import Catalog
from whence.domain.access import Principal
from whence.registry import Registry
from whence.server import House
from whence.store import entities
from whence.store.notify import Ear
from whence.store.pool import Pool

Quiet = Callable[..., Awaitable[None]]

_NOTIFY: Final = "select pg_notify('whence_catalog', $1)"


@pytest.fixture
def catalog(house: House) -> Catalog:
    """That of the house."""
    return house.context.catalog


@pytest.fixture
async def other(pool: Pool) -> AsyncGenerator[Catalog]:
    """That of another process, which hears of changes."""
    other = Catalog(pool)
    hears = asyncio.Event()

    def missed(listening: bool) -> None:  # noqa: FBT001  the signature of Ear.hear's `missed`
        other.listening(listening)
        if listening:
            hears.set()

    ear = Ear(pool)
    ear.hear(entities.CHANGED, other.heard, missed)
    task = asyncio.create_task(ear.run())
    await hears.wait()
    yield other
    task.cancel()
    await asyncio.wait([task])


@pytest.fixture
def registry(house: House) -> Registry:
    """That of the house, which tells the house's catalogue."""
    return house.context.registry


@pytest.fixture
def elsewhere(pool: Pool, other: Catalog) -> Registry:
    """That of the other process."""
    return Registry(pool, changed=other.changed)


@pytest.fixture
def deaf(pool: Pool) -> Catalog:
    """That of a process which does not listen."""
    return Catalog(pool)


@pytest.fixture
def quiet(pool: Pool, by: Principal) -> Quiet:
    """Waits until the nodes have heard of all that was changed by then: notifications come in the order of commits."""

    async def quiet(*nodes: Catalog) -> None:
        nobody = replace(by, account_id=uuid4())
        changes = [(node, node.next_change(nobody)) for node in nodes]
        async with pool.transaction() as db:
            await db.execute(_NOTIFY, str(nobody.account_id))
        for node, change in changes:
            assert await node.wait_for_change(nobody, 10, since=change)

    return quiet
