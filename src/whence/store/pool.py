"""Connections to PostgreSQL: who only reads cannot write, and the driver's errors become the house's here."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final, LiteralString, Self, TypeAlias

import asyncpg

from whence.domain.errors import Conflict, Invalid, Refusal, Unavailable

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"  # quoted: only the stubs know the parameter

_ACQUIRE_SECONDS: Final = 5.0  # a caller who waited this long for a connection is told to come again
_NOT_NOW: Final = frozenset(
    {
        "08",  # connection exception
        "25",  # invalid transaction state: a standby that has not been promoted yet is read only
        "53",  # insufficient resources: disk, memory, connections
        "55",  # object not in prerequisite state: a lock that was not to be had in time
        "57",  # operator intervention: shutting down, starting up
        "58",  # system error
    }
)
_LOST_RACE: Final = "40"  # transaction rollback: a deadlock, which the next attempt will not meet
_BAD_VALUE: Final = frozenset(
    {
        "22",  # data exception
        "54",  # program limit exceeded: too long for an index
    }
)
_CONTRADICTION: Final = "23"  # integrity constraint violation


class Reader:
    """A connection that can only ask."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def rows(self, sql: LiteralString, *args: object) -> list[asyncpg.Record]:
        """All the rows that the statement gives."""
        return await self._connection.fetch(sql, *args)

    async def row(self, sql: LiteralString, *args: object) -> asyncpg.Record | None:
        """The first row that the statement gives, if any."""
        return await self._connection.fetchrow(sql, *args)

    async def walk(self, sql: LiteralString, *args: object, prefetch: int) -> AsyncIterator[asyncpg.Record]:
        """The rows one by one, `prefetch` at a time from the server. Needs a snapshot."""
        async for row in self._connection.cursor(sql, *args, prefetch=prefetch):
            yield row


class Writer(Reader):
    """A connection inside a transaction that commits when its block ends without an error."""

    async def execute(self, sql: LiteralString, *args: object) -> None:
        """Run a statement whose rows nobody needs."""
        await self._connection.execute(sql, *args)

    async def copy(self, table: LiteralString, columns: Sequence[str], records: Iterable[Sequence[object]]) -> None:
        """Append the records by COPY, in the order of the columns."""
        await self._connection.copy_records_to_table(table, columns=columns, records=records)

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None]:
        """What fails inside is undone; what came before it stands."""
        async with self._connection.transaction():
            yield


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the database is. Either a `url`, or the parts of a socket address."""

    url: str | None = field(default=None, repr=False)
    host: str | None = None
    port: int | None = None
    user: str | None = None
    database: str | None = None


class Pool:
    """The connections of one process."""

    def __init__(self, address: Address, *, query_seconds: float, readers: int = 8, writers: int = 6) -> None:
        self._address = address
        self._query_seconds = query_seconds
        self._sizes = readers, writers
        self._readers: asyncpg.Pool[asyncpg.Record] | None = None
        self._writers: asyncpg.Pool[asyncpg.Record] | None = None

    async def __aenter__(self) -> Self:
        readers, writers = self._sizes
        with translated():
            self._writers = await self._open(1, writers, {"default_transaction_read_only": "off"})
            self._readers = await self._open(1, readers, {"default_transaction_read_only": "on"})
        return self

    async def __aexit__(self, *_: object) -> None:
        for pool in (self._readers, self._writers):
            if pool is not None:
                pool.terminate()

    async def _open(self, smallest: int, largest: int, settings: dict[str, str]) -> "asyncpg.Pool[asyncpg.Record]":
        address = self._address
        timeout_ms = str(round(self._query_seconds * 1000))
        return await asyncpg.create_pool(
            dsn=address.url,
            host=address.host,
            port=address.port,
            user=address.user,
            database=address.database,
            min_size=smallest,
            max_size=largest,
            timeout=_ACQUIRE_SECONDS,
            reset=_nothing_to_reset,
            server_settings={
                "application_name": "whence",
                "timezone": "UTC",
                "statement_timeout": timeout_ms,
                "idle_in_transaction_session_timeout": "60s",
                "jit": "off",
                "plan_cache_mode": "force_custom_plan",  # a plan made for any window is bad for each
                **settings,
            },
        )

    @asynccontextmanager
    async def reader(self) -> AsyncGenerator[Reader]:
        """A reader whose every statement sees what is committed by then."""
        with translated():
            async with _taken(_opened(self._readers)) as connection:
                yield Reader(connection)

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[Reader]:
        """A reader whose statements all see the same moment."""
        with translated():
            async with (
                _taken(_opened(self._readers)) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                yield Reader(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Writer]:
        """A writer; what it wrote is durable when the block has ended, and undone when it raised."""
        with translated():
            async with _taken(_opened(self._writers)) as connection, connection.transaction():
                yield Writer(connection)

    @asynccontextmanager
    async def listening(
        self, channels: Mapping[str, Callable[[str], None]], lost: Callable[[], None]
    ) -> AsyncGenerator[None]:
        """While the block runs, each channel's callable gets its payloads; `lost` is called if the connection ends."""
        address = self._address
        with translated():
            connection: Connection = await asyncpg.connect(
                dsn=address.url,
                host=address.host,
                port=address.port,
                user=address.user,
                database=address.database,
                timeout=_ACQUIRE_SECONDS,
                server_settings={"application_name": "whence listen"},
            )
            try:
                connection.add_termination_listener(lambda _: lost())
                for channel, heard in channels.items():
                    await connection.add_listener(channel, _payload_to(heard))
                yield
            finally:
                connection.terminate()


@asynccontextmanager
async def _taken(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncGenerator[Connection]:
    """A connection for the block. Who is cancelled in the middle of a statement takes it along: see below."""
    async with pool.acquire(timeout=_ACQUIRE_SECONDS) as connection:
        try:
            yield connection  # pyright: ignore[reportReturnType]  # a proxy of a Connection
        except (asyncio.CancelledError, GeneratorExit):
            connection.terminate()
            raise


async def _nothing_to_reset(_: object) -> None:
    """Whoever had the connection changed nothing of it: settings are `set local`, locks a transaction's.

    Saves a round trip each time a connection is given back; measured, 6 % of a single write. What a reset would
    mend besides, a transaction or a statement that a cancelled caller left open, is ended with its connection.
    """


def _opened(pool: "asyncpg.Pool[asyncpg.Record] | None") -> "asyncpg.Pool[asyncpg.Record]":
    if pool is None:
        raise RuntimeError("a Pool is used inside of its `async with` block")
    return pool


def _payload_to(heard: Callable[[str], None]) -> Callable[..., None]:
    return lambda *message: heard(str(message[3]))


@contextmanager
def translated() -> Generator[None]:
    """Turn the driver's errors into the house's; what is left is a bug.

    Raises:
        Unavailable: the database cannot be reached, or a statement ran into its time limit.
        Invalid, Conflict: a value is at fault, by itself or beside what is stored.
    """
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, ValueError, OSError) as exc:
        if (refusal := _refusal(exc)) is None:
            raise
        raise refusal from exc


def _refusal(exc: Exception) -> Refusal | None:
    """What the house says for the driver's error; None for what neither time nor another value would mend."""
    match exc:
        case asyncpg.QueryCanceledError():
            return Unavailable("The query took longer than it may; ask for a narrower window", retry_after=5)
        case asyncpg.PostgresError():
            return _by_state((exc.sqlstate or "")[:2])
        case UnicodeEncodeError() | asyncpg.InterfaceError() if isinstance(exc, ValueError):
            return Invalid.at("", "holds a value that cannot be stored")  # an argument that its type cannot hold
        case ValueError():
            return None
        case _:  # a connection that is gone, or was about to: OSError, TimeoutError and the driver's own
            return Unavailable("The database cannot be reached", retry_after=1)


def _by_state(kind: str) -> Refusal | None:
    if kind == _LOST_RACE:
        return Unavailable("The database was busy with another writer", retry_after=1, lost_race=True)
    if kind in _NOT_NOW:
        return Unavailable("The database cannot be reached", retry_after=1)
    if kind == _CONTRADICTION:
        return Conflict("contradicts what was stored at the same time")
    return Invalid.at("", "holds a value that cannot be stored") if kind in _BAD_VALUE else None
