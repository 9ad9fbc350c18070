"""Where the database is; the embedded PostgreSQL is started and watched here."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import structlog

from whence.alongside import alongside
from whence.embedded import Embedded, EmbeddedError
from whence.settings import Settings
from whence.store.pool import Address

_SUPERVISE_SECONDS: Final = 0.2
_START_AGAIN_SECONDS: Final = 1.0

log = structlog.get_logger()


@asynccontextmanager
async def located(settings: Settings) -> AsyncGenerator[Address]:
    """Where the database of the settings is; the embedded one runs while the block does."""
    if settings.database_url is not None:
        yield Address(url=settings.database_url.get_secret_value())
        return
    async with AsyncExitStack() as stack:
        embedded = await _started(settings)
        stack.push_async_callback(asyncio.to_thread, embedded.stop)
        await stack.enter_async_context(alongside(_supervise(embedded)))
        yield Address(host=embedded.host, port=embedded.port, user=embedded.user, database=embedded.database)


async def _started(settings: Settings) -> Embedded:
    """The embedded PostgreSQL; told to stop meanwhile, it is stopped again and not left behind."""
    starting = asyncio.ensure_future(asyncio.to_thread(Embedded.start, settings.data_dir))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        embedded = await starting
        await asyncio.to_thread(embedded.stop)
        raise


async def _supervise(embedded: Embedded) -> None:
    """Start PostgreSQL again when something killed it."""
    while True:
        await asyncio.sleep(_SUPERVISE_SECONDS)
        try:
            if not embedded.is_alive():
                log.error("postgresql.gone", log=str(embedded.log_path))
                await asyncio.to_thread(embedded.ensure_running)
        except (EmbeddedError, OSError) as exc:  # a disk that is full, no file to look with: there is room some time
            log.error("postgresql.down", reason=str(exc))  # noqa: TRY400  the reason says all that there is
            await asyncio.sleep(_START_AGAIN_SECONDS)
