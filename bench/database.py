"""A data directory's database, with the schema of this release and room for events of today."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.world import now
from whence.embedded import Embedded
from whence.store import migrate
from whence.store.partitions import Partitions
from whence.store.pool import Address, Pool


@asynccontextmanager
async def opened(data_dir: Path) -> AsyncGenerator[Embedded]:
    """The PostgreSQL of the directory, joined when it runs."""
    embedded = await asyncio.to_thread(Embedded.start, data_dir)
    try:
        async with pool(embedded) as connections:
            await migrate.upgrade(connections)
            await Partitions().ensure(connections, [now()])
        yield embedded
    finally:
        await asyncio.to_thread(embedded.stop)


def pool(embedded: Embedded) -> Pool:
    """Connections as the server has them; a statement may take as long as it takes."""
    return Pool(address(embedded), query_seconds=3600)


def address(embedded: Embedded) -> Address:
    """Where it is, in the words of the store."""
    return Address(host=embedded.host, port=embedded.port, user=embedded.user, database=embedded.database)
