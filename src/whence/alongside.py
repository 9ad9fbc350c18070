"""What goes on while something else does."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager


@asynccontextmanager
async def alongside(coroutine: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """The coroutine runs while the block does; if it breaks, so does the block, with the same error."""
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(coroutine)
            yield
            task.cancel()
    except BaseExceptionGroup as exc:
        match exc.exceptions:
            case (alone,):
                raise alone from None
            case _:
                raise
