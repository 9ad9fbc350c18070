"""Connections to PostgreSQL: who only reads cannot write, and the driver's errors become the house's here."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Literal, LiteralString, Self

import asyncpg
import structlog

from whence.domain.errors import Conflict, Doubt, Invalid, Reason, Refusal, Unauthenticated, Unavailable
from whence.spans import Statement
from whence.store.hosts import Connection, Hosts, named

_ACQUIRE_SECONDS: Final = 5.0  # a caller who waited this long for a connection is told to come again
_SILENCE_SECONDS: Final = 2.0  # that PostgreSQL may be late with its own limit of a statement: then it is gone
_HEARTBEAT_SECONDS: Final = 5.0  # between questions to a connection that only listens: it would not notice
_HEARTBEAT: Final = "select true"
_PLAN_ANEW: Final = "set local plan_cache_mode = force_custom_plan"
_KEEP_PLANS: Final = "set local plan_cache_mode = auto"
_AT_HAND: Final = 2  # connections of a kind that are kept at hand: as many as commits are under way at a time
_TURNS: Final = 1_000  # after which one goes back to the driver, who replaces those that were used for long
_FRESH_SECONDS: Final = 300.0  # that one may lie unused, as with the driver: longer, and the network may have lost it
_NOT_NOW: Final = frozenset(
    {
        "08",  # connection exception
        "25",  # invalid transaction state: a standby that has not been promoted yet is read only
        "28",  # invalid authorization: our account is not known yet, or its password is being changed
        "3D",  # invalid catalog name: the database is not there, as while it is being restored
        "53",  # insufficient resources: disk, memory, connections
        "55",  # object not in prerequisite state: a lock that was not to be had in time
        "57",  # operator intervention: shutting down, starting up
        "58",  # system error
        "XX",  # internal error: of files, what PostgreSQL has no other name for, as a quota that is used up
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
_QUIET_SECONDS: Final = 60.0  # between two lines about what every request meets

log = structlog.get_logger()


class Reader:
    """A connection that can only ask.

    Args:
        patience: seconds for an answer to any one question; None is for ever.
    """

    def __init__(self, connection: Connection, patience: float | None) -> None:
        self._connection = connection
        self._patience = patience

    async def rows(self, sql: LiteralString, *args: object) -> list[asyncpg.Record]:
        """All the rows that the statement gives."""
        with _answering(self._connection, self._patience):
            return await self._connection.fetch(sql, *args)

    async def row(self, sql: LiteralString, *args: object) -> asyncpg.Record | None:
        """The first row that the statement gives, if any."""
        with _answering(self._connection, self._patience):
            return await self._connection.fetchrow(sql, *args)

    async def walk(self, sql: LiteralString, *args: object, prefetch: int) -> AsyncIterator[asyncpg.Record]:
        """The rows one by one, `prefetch` at a time from the server. Needs a snapshot."""
        with _answering(self._connection, self._patience):
            cursor = await self._connection.cursor(sql, *args)
        while True:
            with _answering(self._connection, self._patience):
                rows = await cursor.fetch(prefetch)
            for row in rows:
                yield row
            if len(rows) < prefetch:
                return


class Writer(Reader):
    """A connection inside a transaction that commits when its block ends without an error."""

    def __init__(self, connection: Connection, patience: float | None) -> None:
        super().__init__(connection, patience)
        self._planning: LiteralString = _PLAN_ANEW  # as the connection was opened

    async def rows(self, sql: LiteralString, *args: object) -> list[asyncpg.Record]:
        await self._plan(_PLAN_ANEW)
        return await super().rows(sql, *args)

    async def row(self, sql: LiteralString, *args: object) -> asyncpg.Record | None:
        await self._plan(_PLAN_ANEW)
        return await super().row(sql, *args)

    async def execute(self, sql: LiteralString, *args: object) -> None:
        """Run a statement whose rows nobody needs."""
        await self._plan(_PLAN_ANEW)
        with _answering(self._connection, self._patience):
            await self._connection.execute(sql, *args)

    async def add(self, sql: LiteralString, *args: object) -> list[asyncpg.Record]:
        """All the rows that an INSERT of its own arguments gives.

        There is but one way to run it, so its plan is made once for a connection: to plan the INSERTs of a small
        commit each time takes as long as a third of them.
        """
        await self._plan(_KEEP_PLANS)
        return await super().rows(sql, *args)

    async def copy(self, table: LiteralString, columns: Sequence[str], records: Iterable[Sequence[object]]) -> None:
        """Append the records by COPY, in the order of the columns."""
        with _answering(self._connection, self._patience):
            await self._connection.copy_records_to_table(table, columns=columns, records=records)

    async def _plan(self, how: LiteralString) -> None:
        if how is not self._planning:
            with _answering(self._connection, self._patience):
                await self._connection.execute(how)
            self._planning = how


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the database is. Either a `url`, which may name several hosts, or the parts of a socket address."""

    url: str | None = field(default=None, repr=False)
    host: str | None = None
    port: int | None = None
    user: str | None = None
    database: str | None = None


class Pool:
    """The connections of one process.

    Args:
        answered: is told of every statement, once it is answered; None when nobody wants to know.
    """

    def __init__(
        self,
        address: Address,
        *,
        query_seconds: float,
        readers: int = 8,
        writers: int = 6,
        answered: Callable[[Statement], None] | None = None,
    ) -> None:
        self._hosts = _hosts(address)
        self._answered = answered
        self._query_seconds = query_seconds
        self._patience = query_seconds + _SILENCE_SECONDS
        self._sizes = readers, writers
        self._readers: _Connections | None = None
        self._writers: _Connections | None = None

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

    async def _open(self, smallest: int, largest: int, settings: dict[str, str]) -> "_Connections":
        timeout_ms = str(round(self._query_seconds * 1000))
        every = {
            "application_name": "whence",
            "timezone": "UTC",
            "statement_timeout": timeout_ms,
            "idle_in_transaction_session_timeout": "60s",
            "jit": "off",
            "plan_cache_mode": "force_custom_plan",  # a plan made for any window is bad for each
            **settings,
        }

        async def connect(*_: object, **__: object) -> Connection:
            connection = await self._hosts.connect(seconds=_ACQUIRE_SECONDS, settings=every)
            if self._answered is not None:
                connection.add_query_logger(self._answered)
            return connection

        return _Connections(
            await asyncpg.create_pool(min_size=smallest, max_size=largest, connect=connect, reset=_nothing_to_reset),
            is_heard=self._answered is not None,
        )

    def connections(self) -> Iterator[tuple[str, int, int]]:
        """The kinds of connections: how many of each are in use, and how many are open and idle."""
        for kind, pool in (("readers", self._readers), ("writers", self._writers)):
            if pool is not None:
                yield kind, pool.open - pool.idle, pool.idle

    @asynccontextmanager
    async def reader(self) -> AsyncGenerator[Reader]:
        """A reader whose every statement sees what is committed by then."""
        with translated():
            async with _opened(self._readers).taken() as connection:
                yield Reader(connection, self._patience)

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[Reader]:
        """A reader whose statements all see the same moment."""
        with translated():
            async with (
                _opened(self._readers).taken() as connection,
                _begun(connection, self._patience, isolation="repeatable_read", readonly=True),
            ):
                yield Reader(connection, self._patience)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Writer]:
        """A writer; what it wrote is durable when the block has ended, and undone when it raised."""
        async with self._transaction(self._patience) as db:
            yield db

    @asynccontextmanager
    async def unhurried(self) -> AsyncGenerator[Writer]:
        """As `transaction`, for statements that take as long as they take."""
        async with self._transaction(None) as db:
            yield db

    @asynccontextmanager
    async def _transaction(self, patience: float | None) -> AsyncGenerator[Writer]:
        with translated():
            try:
                async with _opened(self._writers).taken() as connection, _begun(connection, patience):
                    yield Writer(connection, patience)
            except asyncpg.ReadOnlySQLTransactionError:
                await self.forsake()
                raise

    async def forsake(self) -> None:
        """Whom we are connected to takes no writes any more, so somebody else does: nothing open now is taken again."""
        await _opened(self._writers).expire()
        await _opened(self._readers).expire()

    @asynccontextmanager
    async def listening(
        self, channels: Mapping[str, Callable[[str], None]], lost: Callable[[], None]
    ) -> AsyncGenerator[None]:
        """While the block runs, each channel's callable gets its payloads; `lost` is called if the connection ends.

        It ends as well when nobody answers at its other end.
        """
        with translated():
            connection = await self._hosts.connect(
                seconds=_ACQUIRE_SECONDS, settings={"application_name": "whence listen"}
            )
            beating: asyncio.Task[None] | None = None
            try:
                connection.add_termination_listener(lambda _: lost())
                with _answering(connection, _ACQUIRE_SECONDS):
                    for channel, heard in channels.items():
                        await connection.add_listener(channel, _payload_to(heard))
                beating = asyncio.create_task(_beat(connection))
                yield
            finally:
                if beating is not None:
                    beating.cancel()
                connection.terminate()


class _Connections:
    """A pool of the driver's, and at hand the few connections of it that were used last.

    To fetch one from the driver and give it back costs as much as three round trips to the database.

    Args:
        is_heard: whether somebody is told of statements.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, is_heard: bool) -> None:
        self._pool = pool
        self._is_heard = is_heard
        self._at_hand: list[tuple[Connection, float]] = []
        self._waiting = 0
        self._turns = 0
        self._generation = 0

    @property
    def open(self) -> int:
        """How many there are."""
        return self._pool.get_size()

    @property
    def idle(self) -> int:
        """How many of them nobody uses."""
        return self._pool.get_idle_size() + sum(_is_open(connection) for connection, _ in self._at_hand)

    @asynccontextmanager
    async def taken(self) -> AsyncGenerator[Connection]:
        """One for the block. Who is cancelled in the middle of a statement takes it along: see `_nothing_to_reset`."""
        connection = await self._take()
        generation = self._generation
        try:
            yield connection
        except (asyncio.CancelledError, GeneratorExit):
            _end(connection)
            raise
        finally:
            await self._give_back(connection, generation)
            if self._is_heard:
                await asyncio.sleep(0)  # the driver tells in the loop's next round: what asked must not be over by then

    async def expire(self) -> None:
        """None that is open now is taken again."""
        self._generation += 1
        await self._pool.expire_connections()
        while self._at_hand:
            await self._release(self._at_hand.pop()[0])

    def terminate(self) -> None:
        """All are closed at once."""
        self._pool.terminate()

    async def _take(self) -> Connection:
        while self._at_hand:
            connection, since = self._at_hand.pop()
            if _is_open(connection) and monotonic() - since < _FRESH_SECONDS:
                return connection
            _end(connection)
        self._waiting += 1
        try:
            return await self._pool.acquire(timeout=_ACQUIRE_SECONDS)  # pyright: ignore[reportReturnType]  a proxy of one
        finally:
            self._waiting -= 1

    async def _give_back(self, connection: Connection, generation: int) -> None:
        self._turns += 1
        is_wanted = not self._waiting and len(self._at_hand) < _AT_HAND and self._turns % _TURNS
        if is_wanted and generation == self._generation and _is_open(connection):
            self._at_hand.append((connection, monotonic()))
        else:
            await self._release(connection)

    async def _release(self, connection: Connection) -> None:
        await self._pool.release(connection)  # pyright: ignore[reportArgumentType]  a proxy of one


def _is_open(connection: Connection) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # it has ended, and the driver's pool has taken it back
        return False


def _hosts(address: Address) -> Hosts:
    if address.url is not None:
        return Hosts(*named(address.url))
    return Hosts({"host": address.host, "port": address.port, "user": address.user, "database": address.database})


@contextmanager
def _answering(connection: Connection, patience: float | None) -> Generator[None]:
    """End the connection when the block has not ended by then: what waits for an answer fails.

    PostgreSQL ends a statement that takes too long by itself. This is for one that says nothing at all: its machine is
    gone, or stopped, or waits for a standby with our commit. The statement is not cancelled, as it would be by a limit
    of the driver's own: a commit that is cancelled while it waits for its standby counts as done, and then whoever
    sends again would be told so, of what the standby may not have.
    """
    if patience is None:
        yield
        return
    ending = asyncio.get_running_loop().call_later(patience, _end, connection)
    try:
        yield
    finally:
        ending.cancel()


def _end(connection: Connection) -> None:
    with suppress(asyncpg.InterfaceError):  # it has ended already, and its pool has taken it back
        connection.terminate()


@asynccontextmanager
async def _begun(
    connection: Connection,
    patience: float | None,
    *,
    isolation: Literal["repeatable_read"] | None = None,
    readonly: bool = False,
) -> AsyncGenerator[None]:
    """A transaction: the driver's, but nothing of it waits for ever."""
    transaction = connection.transaction(isolation=isolation, readonly=readonly)
    with _answering(connection, patience):
        await transaction.start()
    try:
        yield
    except BaseException:
        with (
            suppress(asyncpg.InterfaceError, asyncpg.PostgresConnectionError),  # it has ended with its connection
            _answering(connection, patience),
        ):
            await transaction.rollback()
        raise
    with _answering(connection, patience):
        await transaction.commit()


async def _beat(connection: Connection) -> None:
    """End the connection when a question finds no answer, or an error."""
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        while True:
            await asyncio.sleep(_HEARTBEAT_SECONDS)
            with _answering(connection, _ACQUIRE_SECONDS):
                await connection.execute(_HEARTBEAT)
    _end(connection)


async def _nothing_to_reset(_: object) -> None:
    """Whoever had the connection changed nothing of it: settings are `set local`, locks a transaction's.

    Saves a round trip each time a connection is given back; measured, 6 % of a single write. What a reset would
    mend besides, a transaction or a statement that a cancelled caller left open, is ended with its connection.
    """


def _opened(pool: "_Connections | None") -> "_Connections":
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


class Misfits:
    """Tells, once in a while, that the database is not as we need it: time alone mends that as little as a caller."""

    def __init__(self) -> None:
        self._quiet_until = 0.0

    def tell(self, reason: str) -> None:
        """Log what PostgreSQL says, or what we see: it names tables and columns, and quotes no value."""
        now = monotonic()
        if now >= self._quiet_until:
            self._quiet_until = now + _QUIET_SECONDS
            log.error("database.unfit", reason=reason)


MISFITS: Final = Misfits()


def _refusal(exc: Exception) -> Refusal | None:
    """What the house says for the driver's error; None for what neither time nor another value would mend."""
    match exc:
        case asyncpg.ForeignKeyViolationError() if str(exc.constraint_name).endswith("_account_id_fkey"):
            return Unauthenticated(Doubt.UNKNOWN)  # the account was deleted, and is gone, since its token was good
        case asyncpg.QueryCanceledError():
            return Unavailable(
                "The query took longer than it may; ask for a narrower window", because=Reason.TIMEOUT, retry_after=5
            )
        case asyncpg.InsufficientPrivilegeError():  # so it says as well of a disk that became read-only
            MISFITS.tell(str(exc))
            return Unavailable("The database cannot be reached", because=Reason.DATABASE, retry_after=1)
        case asyncpg.UndefinedTableError() | asyncpg.UndefinedColumnError():  # as while a backup is being restored
            MISFITS.tell(str(exc))
            return Unavailable("The schema is not up to date", because=Reason.SCHEMA, retry_after=5)
        case asyncpg.PostgresError():
            return _by_state((exc.sqlstate or "")[:2])
        case asyncpg.ClientConfigurationError():  # of the address, or of a file or a variable of the driver's own
            return Unavailable("The database cannot be reached", because=Reason.DATABASE, retry_after=1)
        case UnicodeEncodeError() | asyncpg.InterfaceError() if isinstance(exc, ValueError):
            return Invalid.at("", "holds a value that cannot be stored")  # an argument that its type cannot hold
        case ValueError():
            return None
        case _:  # a connection that is gone, or was about to: OSError, TimeoutError and the driver's own
            return Unavailable("The database cannot be reached", because=Reason.DATABASE, retry_after=1)


def _by_state(kind: str) -> Refusal | None:
    if kind == _LOST_RACE:
        return Unavailable("The database was busy with another writer", because=Reason.RACE, retry_after=1)
    if kind in _NOT_NOW:
        return Unavailable("The database cannot be reached", because=Reason.DATABASE, retry_after=1)
    if kind == _CONTRADICTION:
        return Conflict("contradicts what was stored at the same time")
    return Invalid.at("", "holds a value that cannot be stored") if kind in _BAD_VALUE else None
