"""PostgreSQL servers that are not ours: Debian's PostgreSQL 15, which a test stops, kills, replicates and promotes.

A server keeps its port over all its lives, so that one URL may name several: `postgresql://…@127.0.0.1:1,127.0.0.1:2/…`.
It trusts whoever connects from this machine, listens on the loopback only, and is gone with its directory.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal, Self, TypedDict

import psutil
import pytest

from tests.acceptance.server import await_fact, free_port

PROGRAMS: Final = Path("/usr/lib/postgresql/15/bin")
NAME: Final = "whence"  # of the role, and of its database
_ACCOUNT: Final = "postgres"  # whom Debian's package makes, and who lends himself to root
_SECONDS: Final = 60.0  # on a busy machine, too
_STOPS: Final = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}

Stop = Literal["smart", "fast", "immediate"]


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


class External:
    """A PostgreSQL on a port of its own.

    Args:
        home: an empty directory with a short path, which belongs to the account that runs it.
        settings: of PostgreSQL, as in `postgresql.conf`; a later `start` may give others.
    """

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.port = free_port()
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As `WHENCE_DATABASE_URL` takes it."""
        return url(self)

    @property
    def said(self) -> str:
        """All that it wrote to its log, over all its lives."""
        return (self.home / "log").read_text(errors="replace")

    @property
    def process(self) -> psutil.Process:
        """Its postmaster; the backends are its children."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def initialise(self) -> Self:
        """An empty cluster, with our role and our database, running."""
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        _run(["initdb", "-D", str(self._data), *options, "--data-checksums", "--no-sync"])  # `follow` needs checksums
        self.start()
        self.sql(f"create role {NAME} login replication", database="postgres")
        self.sql(f"create database {NAME} owner {NAME}", database="postgres")
        return self

    def replica(self, home: Path, *, name: str = "replica", **settings: str) -> "External":
        """Another one that streams from this, running; `name` is how `synchronous_standby_names` calls it."""
        standby = External(home, **{**self._settings, "cluster_name": name, **settings})
        source = f"host=127.0.0.1 port={self.port} user=postgres"
        _run(["pg_basebackup", "-D", str(standby._data), "-R", "-X", "stream", "-c", "fast", "-d", source, "--no-sync"])
        return standby.start()

    def start(self, **settings: str) -> Self:
        """Start it, and return when it takes connections."""
        self._settings |= settings
        given = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.home),
            "max_connections": "200",
            "shared_buffers": "64MB",
            "wal_keep_size": "512MB",  # of what `follow` has to look through
            **self._settings,
        }
        options = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [PROGRAMS / "postgres", "-D", self._data, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home,
                umask=0o077,
                **_identity(),
            )
        await_fact(self._is_ready, seconds=_SECONDS, what="PostgreSQL takes connections")
        return self

    def stop(self, how: Stop = "fast") -> None:
        """Stop it, and return when it has ended. `immediate`: it recovers at its next start."""
        assert self._process is not None
        self._process.send_signal(_STOPS[how])
        self._process.wait(_SECONDS)

    def kill(self) -> None:
        """`kill -9` to it and to all its backends."""
        family = [self.process, *self.process.children(recursive=True)]
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        assert self._process is not None
        self._process.wait(_SECONDS)
        psutil.wait_procs(family, timeout=_SECONDS)

    def promote(self) -> None:
        """The replica is a primary when the call returns."""
        _run(["pg_ctl", "promote", "-w", "-t", f"{_SECONDS:.0f}", "-D", str(self._data)])

    def follow(self, primary: "External") -> None:
        """At its next start it is a replica of that one, as an old primary is after it was rewound. It must not run."""
        assert not self.is_running
        _run(["pg_rewind", "-D", str(self._data), "--no-sync", "-R", "--source-server", primary.admin])

    def alter(self, name: str, value: str) -> None:
        """Set it for good, and have it read at once."""
        self.sql(f"alter system set {name} = '{value}'", database="postgres")
        self.sql("select pg_reload_conf()", database="postgres")

    def sql(self, statement: str, *, database: str = NAME) -> str:
        """What a superuser is told: a line a row, columns parted by `|`."""
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database]
        return _run(["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", *where, "-c", statement]).strip()

    @property
    def admin(self) -> str:
        """How a superuser connects, as libpq takes it."""
        return f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        """Leave nothing of it running."""
        if self.is_running:
            self.kill()

    @property
    def _data(self) -> Path:
        return self.home / "data"

    def _is_ready(self) -> bool:
        assert self.is_running, f"it ended:\n{self.said}"
        where = ["-q", "-h", "127.0.0.1", "-p", str(self.port), "-d", "postgres", "-U", "postgres"]
        return subprocess.run([PROGRAMS / "pg_isready", *where], check=False).returncode == 0


def url(*servers: External, **parameters: str) -> str:
    """One that names all of them, in order, with parameters: `target_session_attrs="read-write"`."""
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"postgresql://{NAME}@{hosts}/{NAME}" + f"?{query}" * bool(query)


@contextmanager
def external(**settings: str) -> Generator[External]:
    """A new one that runs, with our role and our database; it has ended with the block."""
    require()
    with place() as home:
        server = External(home, **settings)
        try:
            yield server.initialise()
        finally:
            server.end()


@contextmanager
def replica(primary: External, *, name: str = "replica", **settings: str) -> Generator[External]:
    """A replica of it that runs; it has ended with the block."""
    with place() as home:
        standby = primary.replica(home, name=name, **settings)
        try:
            yield standby
        finally:
            standby.end()


@contextmanager
def place() -> Generator[Path]:
    """An empty directory for the account that runs PostgreSQL, with a path short enough for a socket."""
    home = Path(tempfile.mkdtemp(prefix="wpg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(home, _ACCOUNT, _ACCOUNT)
        yield home
    finally:
        shutil.rmtree(home)


def require() -> None:
    """Skip the test on a machine without it; fail where CI runs."""
    if (PROGRAMS / "postgres").exists():
        return
    if os.environ.get("CI"):
        pytest.fail(f"there is no PostgreSQL in {PROGRAMS}: apt-get install postgresql-15")
    pytest.skip(f"there is no PostgreSQL in {PROGRAMS}: apt-get install postgresql-15")


def _identity() -> _Identity:
    """The arguments by which a child process becomes the account; PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(_ACCOUNT)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _run(command: Sequence[str]) -> str:
    """What the program of PostgreSQL prints, when it goes well."""
    done = subprocess.run(
        [PROGRAMS / command[0], *command[1:]],
        capture_output=True,
        text=True,
        cwd="/",
        timeout=_SECONDS,
        check=False,
        **_identity(),
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return done.stdout
