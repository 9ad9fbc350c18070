"""The PostgreSQL that comes with whence: nothing to install, nothing to administer.

`Embedded.start` gives a running one. Any number of processes may use one data directory; the last that
leaves stops it. All of it waits for files and processes: in an event loop call it by `asyncio.to_thread`.

It listens on a socket that only its account and root may open, and never on the network. Who is killed takes
nothing along: the kernel frees its locks, PostgreSQL runs on, and the next `start` takes it over.
"""

import errno
import os
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypedDict

from whence.embedded import account, binaries, locks, postmaster
from whence.embedded.cluster import DATABASE, PORT, USER, Cluster
from whence.embedded.errors import EmbeddedError

__all__ = ["Dsn", "Embedded", "EmbeddedError"]

_PATIENCE: Final = 180.0  # seconds that another may take to start or stop it


class Dsn(TypedDict):
    """Where it is, in the words of `asyncpg.connect`."""

    host: str
    port: int
    user: str
    database: str


class Embedded:
    """A PostgreSQL in use by this process, from `start` to `stop`; leaving its `with` block stops it.

    `host` is the directory of the socket; the rest of the address is the same everywhere.
    Not for sharing with a forked child: the child would hold the lock on after its parent has left.
    """

    port: Final = PORT
    user: Final = USER
    database: Final = DATABASE

    def __init__(self, cluster: Cluster, users: int, socket_dir: Path) -> None:
        self._cluster = cluster
        self._users: int | None = users
        self.host = str(socket_dir)

    @classmethod
    def start(cls, data_dir: Path) -> Self:
        """The PostgreSQL of that directory, ready for connections; made on first use, joined when it runs.

        Half a second on first use, a tenth of that later, longer when it must recover from a crash.

        Raises:
            EmbeddedError: it cannot be had; the text says why, with the last lines of its log.
        """
        with _explained(data_dir):
            cluster = Cluster(_resolved(data_dir))
            if "\n" in str(cluster.data_dir):
                raise EmbeddedError(
                    f"PostgreSQL cannot keep its data in {str(data_dir)!r}: its files are made of lines"
                )
            _make(cluster.data_dir)
            with _starting(cluster):
                users = locks.keep(cluster.users_lock)
                try:
                    locks.takes(users, locks.SHARED)  # nobody holds it alone but under the start lock
                    return cls(cluster, users, _run(cluster))
                except BaseException:
                    os.close(users)
                    raise

    @property
    def dsn(self) -> Dsn:
        return Dsn(host=self.host, port=self.port, user=self.user, database=self.database)

    @property
    def log_path(self) -> Path:
        return self._cluster.log

    @property
    def pid(self) -> int | None:
        """The postmaster's process number; None when it does not run. May change with `ensure_running`."""
        process = postmaster.find(self._cluster)
        return None if process is None else process.pid

    def is_alive(self) -> bool:
        """Whether its postmaster runs. Cheap enough for every second."""
        return self.pid is not None

    def ensure_running(self) -> bool:
        """Start it again when somebody killed it, and say whether that was needed.

        Raises:
            EmbeddedError: it does not start, or we have stopped using it.
        """
        if self.is_alive():
            return False
        with _explained(self._cluster.data_dir), _starting(self._cluster):
            if self._users is None:
                raise EmbeddedError(f"{self._cluster.data_dir} is not in use here any more")
            if self.is_alive():  # another user of it was quicker
                return False
            _run(self._cluster)
        return True

    def stop(self) -> None:
        """Stop using it; the last one out stops PostgreSQL and waits for its end. Once is enough."""
        if self._users is None:
            return
        users, self._users = self._users, None
        try:
            with _explained(self._cluster.data_dir), _starting(self._cluster):
                if locks.takes(users, locks.ALONE):
                    process = postmaster.find(self._cluster)
                    if process is not None:
                        postmaster.halt(process)
                        self._cluster.clear()
        finally:
            os.close(users)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _run(cluster: Cluster) -> Path:
    """A postmaster that takes connections: the one that runs, or a new one. Tells its socket's directory."""
    while (process := postmaster.settled(cluster)) is not None:
        socket_dir = postmaster.await_ready(cluster, process)
        if socket_dir is not None:
            return socket_dir  # else it was stopping
    with locks.opened(cluster.data_lock) as lock:
        if not locks.takes(lock, locks.ALONE):
            raise EmbeddedError(f"{cluster.pgdata} was taken by another while we started")
        runner = account.choose(cluster.pgdata)
        cluster.prepare(runner)
        programs = binaries.directory(cluster.data_dir, runner)
        cluster.initialise(programs, runner, lock)
        cluster.admit(runner)
        return postmaster.launch(cluster, programs, runner, lock)


def _resolved(data_dir: Path) -> Path:
    try:
        return data_dir.resolve()
    except RuntimeError as exc:  # as Python up to 3.12 calls it
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(data_dir)) from exc


def _make(data_dir: Path) -> None:
    if data_dir.exists():
        if not data_dir.is_dir():
            raise EmbeddedError(f"the data directory {data_dir} is a file")
        return
    data_dir.mkdir(parents=True, exist_ok=True)  # two may come at once
    data_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)  # root's PostgreSQL runs as another, who must pass


def _starting(cluster: Cluster) -> AbstractContextManager[int]:
    """Alone among all that start or stop this cluster, in this process and others."""
    busy = f"another process has been starting or stopping the database in {cluster.data_dir} for minutes"
    return locks.alone(cluster.start_lock, patience=_PATIENCE, held=busy)


@contextmanager
def _explained(data_dir: Path) -> Generator[None]:
    try:
        yield
    except OSError as exc:
        raise EmbeddedError(
            f"the data directory {data_dir} cannot be used: {exc}. WHENCE_DATA_DIR names another"
        ) from exc
