"""A server on a database that holds a history, and a bare connection to the same database."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import asyncpg

from bench import data, database
from bench.child import Child, running
from bench.client import Client
from bench.history import History
from whence.domain.access import Principal
from whence.domain.event import Span
from whence.store.pool import Connection, Pool

_AS_THE_SERVER: Final = {"jit": "off", "plan_cache_mode": "force_custom_plan", "timezone": "UTC"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a measurement on stored events needs."""

    history: History
    server: Child
    client: Client
    bare: Connection
    pool: Pool
    by: Principal

    @property
    def window(self) -> Span:
        """All of the history."""
        return Span(start=self.history.since, end=self.history.until)

    def query(self, **more: str | int) -> str:
        """The window as a query."""
        window = {"from": self.window.start.isoformat(), "to": self.window.end.isoformat()}
        return urlencode({**window, **more})


@asynccontextmanager
async def opened(directory: Path) -> AsyncGenerator[Stored]:
    """The server runs on the filled directory while the block does."""
    history = data.standing(directory)
    assert history is not None
    with running("bench.server", directory) as server:
        async with (
            database.opened(directory) as embedded,
            database.pool(embedded) as pool,
            Client.to(server.url) as client,
        ):
            bare = await asyncpg.connect(**embedded.dsn, server_settings=_AS_THE_SERVER)
            by = await data.owner(pool)
            yield Stored(history=history, server=server, client=client, bare=bare, pool=pool, by=by)
            await bare.close()
