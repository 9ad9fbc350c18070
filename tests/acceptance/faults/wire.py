"""A connection to PostgreSQL that can go silent: as when the machine at its other end has lost its power."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

_HOST: Final = "127.0.0.1"
_CHUNK: Final = 65_536


class Wire:
    """Carries what comes to its `port` to another one. See `wire`."""

    def __init__(self, to: int) -> None:
        self.port = 0
        self._to = to
        self._silences = 0
        self._ends: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None

    def fall_silent(self) -> None:
        """What is connected now stays so and carries nothing more, either way. Later connections are as good as new."""
        self._silences += 1

    def carry(self, began: Event) -> None:
        """Until `end`, in a thread of its own."""
        asyncio.run(self._serve(began))

    def end(self) -> None:
        """Let go of whoever is connected."""
        assert self._loop is not None
        assert self._over is not None
        self._loop.call_soon_threadsafe(self._over.set)

    async def _serve(self, began: Event) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, _HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        began.set()
        await self._over.wait()
        server.close()
        for end in self._ends:
            end.transport.abort()
        await asyncio.gather(*self._carrying)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        since = self._silences
        there, to_there = await asyncio.open_connection(_HOST, self._to)
        self._ends |= {writer, to_there}
        self._carrying |= {
            asyncio.create_task(self._pass_on(reader, to_there, since)),
            asyncio.create_task(self._pass_on(there, writer, since)),
        }

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, since: int) -> None:
        assert self._over is not None
        try:
            while said := await reader.read(_CHUNK):
                if self._silences != since:
                    await self._over.wait()  # read no more, and say nothing
                    return
                writer.write(said)
                await writer.drain()
        except ConnectionError:
            pass  # the other end of it is told below
        writer.close()


@contextmanager
def wire(to: int) -> Generator[Wire]:
    """One to the port of this machine, while the block runs."""
    one, began = Wire(to), Event()
    thread = Thread(target=one.carry, args=(began,), name="wire")
    thread.start()
    began.wait()
    try:
        yield one
    finally:
        one.end()
        thread.join()
