"""The files of the embedded PostgreSQL: where they are, how they come to be, and who is let in.

data_dir/
├── postgres/          the cluster (PGDATA), mode 0700, owned by the account that runs it
├── run/               its socket, mode 0700; in /tmp when the path would be too long for a socket
├── postgres.log       what PostgreSQL says; postgres.log.1 before that
├── users.lock         each process that uses the cluster holds a shared lock
├── start.lock         held while somebody starts or stops it
├── data.lock          held by PostgreSQL itself: by each process that may write to the cluster
└── postgresql-X.Y.Z/  only when its account cannot run the wheel's: see `binaries`
"""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog

from whence.embedded.account import Account
from whence.embedded.binaries import MAJOR
from whence.embedded.errors import EmbeddedError

log = structlog.get_logger()

USER: Final = "whence"
DATABASE: Final = "whence"
PORT: Final = 5432  # names the socket's file; nothing listens on TCP
ENVIRONMENT: Final = {
    "LC_ALL": "C",
    "TZ": "UTC",
    "PATH": os.defpath,
}  # no PGDATA, PGPORT or LD_PRELOAD of ours

_LONGEST_SOCKET: Final = 100  # bytes; systems allow 103 to 107
_TEMPORARY: Final = Path("/tmp")  # noqa: S108  not $TMPDIR: every user of the cluster must come to the same place
_LARGEST_LOG: Final = 10 * 1024 * 1024
_TAIL: Final = 4096


@dataclass(frozen=True, slots=True)
class Cluster:
    """One data directory; the path is absolute and without symbolic links."""

    data_dir: Path

    @property
    def pgdata(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def log(self) -> Path:
        return self.data_dir / "postgres.log"

    @property
    def users_lock(self) -> Path:
        return self.data_dir / "users.lock"

    @property
    def start_lock(self) -> Path:
        return self.data_dir / "start.lock"

    @property
    def data_lock(self) -> Path:
        return self.data_dir / "data.lock"

    @property
    def socket_dir(self) -> Path:
        near = self.data_dir / "run"
        if len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET:
            return near
        return _TEMPORARY / f"whence-{sha256(os.fsencode(self.data_dir)).hexdigest()[:16]}"

    def prepare(self, account: Account) -> None:
        """Make what is missing around the cluster and close what must be closed."""
        account.let_through(self.data_dir)
        _private(self.socket_dir, account, ours=self.socket_dir.parent == self.data_dir)
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.log.with_name("postgres.log.1"))

    def initialise(self, binaries: Path, account: Account, lock: int) -> None:
        """Make the cluster and its database, unless they are there. A crash leaves nothing half made."""
        if self.pgdata.exists():
            _same_major(self.pgdata)
            _adopt(self.pgdata, account)
            return
        fresh = self.data_dir / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        _private(fresh, account, ours=True)
        # The built-in C.UTF-8 knows upper and lower case of every letter, sorts by code point, and is the
        # same on every machine: an update of the system's libraries cannot break an index.
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options = [f"--username={USER}", "--auth=peer", "--data-checksums", "--no-instructions", *locale]
        _run([str(binaries / "initdb"), "-D", str(fresh), *options], account, lock)
        single = [
            str(binaries / "postgres"),
            "--single",
            "-D",
            str(fresh),
            "-c",
            "exit_on_error=on",
            "postgres",
        ]
        _run(single, account, lock, said=f"create database {DATABASE}\n")
        fresh.rename(self.pgdata)
        _persist(self.data_dir)
        log.info("cluster.initialised", path=str(self.pgdata), postgresql=MAJOR)

    def admit(self, account: Account) -> None:
        """Let in root and the account, by the identity that the kernel vouches for, and nobody else."""
        admitted = dict.fromkeys((pwd.getpwuid(0).pw_name, account.name))
        by = "# Written by whence at each start.\n"
        rules = f"local all {USER} peer map={USER}\nlocal replication {USER} peer map={USER}\n"
        _write(self.pgdata / "pg_hba.conf", by + rules, account)
        _write(
            self.pgdata / "pg_ident.conf",
            by + "".join(f'{USER} "{name}" {USER}\n' for name in admitted),
            account,
        )

    def clear(self) -> None:
        """Take away what is not in the data directory, once nothing runs."""
        if self.socket_dir.parent != self.data_dir:
            with suppress(OSError):  # what is left in there is taken over by the next start
                self.socket_dir.rmdir()

    def tail(self, since: int = 0) -> str:
        """The last lines of the log, of those after byte `since`."""
        with self.log.open("rb") as file:
            file.seek(max(since, file.seek(0, os.SEEK_END) - _TAIL))
            return file.read().decode(errors="replace").strip()


def _private(path: Path, account: Account, *, ours: bool) -> None:
    """A directory for the account alone. `ours`: no stranger can have made it, so its owner is put right."""
    path.mkdir(mode=0o700, exist_ok=True)
    status = path.lstat()
    if not ours and (
        not stat.S_ISDIR(status.st_mode)
        or status.st_uid not in {account.uid, os.geteuid()}
        or stat.S_IMODE(status.st_mode) & 0o077
    ):
        raise EmbeddedError(f"{path} is not a directory of user {account.name} alone; somebody else made it")
    account.own(path)
    path.chmod(0o700)


def _same_major(pgdata: Path) -> None:
    try:
        found = (pgdata / "PG_VERSION").read_text().strip()
    except (FileNotFoundError, UnicodeDecodeError) as exc:
        raise EmbeddedError(f"{pgdata} is there, but is no PostgreSQL cluster; move it away") from exc
    if found != str(MAJOR):
        raise EmbeddedError(
            f"{pgdata} was made by PostgreSQL {found} and this whence brings {MAJOR}: "
            "dump it with the whence that made it, move it away, and load the dump"
        )


def _adopt(pgdata: Path, account: Account) -> None:
    """Take over a cluster that root owns, as after a restored backup: PostgreSQL would refuse it."""
    owner = pgdata.stat().st_uid
    if owner == account.uid:
        return
    if os.geteuid() != 0:
        raise EmbeddedError(f"{pgdata} belongs to {Account.of(owner).name}; run whence as that user")
    log.warning("cluster.adopted", path=str(pgdata), by=account.name)
    for path in (pgdata, *pgdata.rglob("*")):
        account.own(path)


def _run(argv: Sequence[str], account: Account, lock: int, said: str = "") -> None:
    done = subprocess.run(
        argv,
        input=said,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd="/",  # the account may not be allowed in ours
        env=ENVIRONMENT,
        pass_fds=[lock],  # if we are killed it goes on, and must be waited for
        check=False,
        **account.identity,
    )
    if done.returncode != 0:
        raise EmbeddedError(f"{Path(argv[0]).name} failed ({done.returncode}): {done.stdout.strip()[-_TAIL:]}")


def _write(path: Path, text: str, account: Account) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text)
    fresh.chmod(0o600)
    account.own(fresh)
    fresh.replace(path)


def _persist(directory: Path) -> None:
    """Write the renaming to the disk: only the directory's own fsync does."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
