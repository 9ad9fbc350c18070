"""The postmaster: find the one that runs, start one, stop it."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from socket import AF_UNIX, socket
from threading import Thread
from typing import Final

import psutil
import structlog

from whence.embedded import locks
from whence.embedded.account import Account
from whence.embedded.cluster import ENVIRONMENT, PORT, Cluster
from whence.embedded.errors import EmbeddedError

log = structlog.get_logger()

_POLL: Final = 0.01
_SLOW: Final = 5.0  # seconds of silence, then the log says what we wait for
_ORPHANS: Final = 60.0  # seconds until the children of a killed postmaster must have ended; a query takes 10 at most
_FAST: Final = 60.0  # seconds for a fast shutdown, which writes a checkpoint, before we insist

_SOCKET_DIR, _STATUS = 4, 7  # lines of `postmaster.pid`

_MAY_WE_ENCRYPT: Final = (8).to_bytes(4) + (80877103).to_bytes(4)  # the protocol's SSLRequest: length, code

_SETTINGS: Final = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "cluster_name": "whence",
    "max_connections": "100",
    # What is answered is on the disk.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Few checkpoints: each makes the pages that follow be logged whole.
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    # A laptop, with an SSD and other things to do.
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than our queries
    "max_locks_per_transaction": "256",  # a statement over every partition locks each and its indexes
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # DETAIL quotes values, and those are the senders'
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lock:
    """What a postmaster writes into `postmaster.pid` while it runs, and leaves there when it is killed."""

    pid: int
    socket_dir: Path | None  # once it takes connections


def find(cluster: Cluster) -> psutil.Process | None:
    """The living postmaster of this cluster, if there is one, whoever started it."""
    lock = _read(cluster.pgdata / "postmaster.pid")
    process = None if lock is None else _process(lock.pid)
    return process if process is not None and _serves(process, cluster) else None


def settled(cluster: Cluster) -> psutil.Process | None:
    """The living postmaster; None once the data are free for a new one. Under the start lock.

    In between are the children of a killed postmaster, which write until they notice, and what a killed
    starter had begun: an `initdb`, or a postmaster that has not left its mark yet.

    Raises:
        EmbeddedError: somebody keeps the data and does not show.
    """
    give_up_at = time.monotonic() + _ORPHANS
    told = False
    while (process := find(cluster)) is None:
        with locks.opened(cluster.data_lock) as handle:
            if locks.takes(handle, locks.ALONE):
                return None
        if time.monotonic() > give_up_at:
            raise EmbeddedError(f"{cluster.pgdata} is in use by a PostgreSQL that hides: in another container?")
        if not told:
            log.warning("data.awaited", path=str(cluster.pgdata))
            told = True
        time.sleep(_POLL)
    return process


def await_ready(cluster: Cluster, process: psutil.Process) -> Path | None:
    """Wait until it takes connections and tell its socket's directory; None when it ended instead.

    There is no limit: it may be recovering from a crash, and to kill it then only starts the recovery again.
    """
    began = time.monotonic()
    told = began
    while _lives(process):
        lock = _read(cluster.pgdata / "postmaster.pid")
        socket_dir = lock.socket_dir if lock is not None and lock.pid == process.pid else None
        if socket_dir is not None and _answers(socket_dir):
            return socket_dir
        if time.monotonic() - told > _SLOW:
            told = time.monotonic()
            log.warning("postgres.starting", waited_s=round(told - began), log=str(cluster.log))
        time.sleep(_POLL)
    return None


def launch(cluster: Cluster, binaries: Path, account: Account, lock: int) -> Path:
    """Start a postmaster and tell its socket's directory. Under the start lock and the lock on its data.

    Raises:
        EmbeddedError: it ended again; with what it said.
    """
    for file in (cluster.pgdata / "postmaster.pid", cluster.socket_dir / f".s.PGSQL.{PORT}.lock"):
        _forget_recycled(file, cluster)
    silent_at = cluster.log.stat().st_size if cluster.log.exists() else 0
    child = _spawn(cluster, binaries, account, lock)
    socket_dir = _ready_or_ended(child, cluster)
    if socket_dir is None:
        said = cluster.tail(silent_at)
        raise EmbeddedError(f"PostgreSQL ended at its start ({child.returncode}). {cluster.log} says:\n{said}")
    # Somebody must collect it when it ends, or it stays as a zombie while we live.
    Thread(target=child.wait, name="postgres-reaper", daemon=True).start()
    log.info("postgres.started", pid=child.pid, log=str(cluster.log))
    return socket_dir


def halt(process: psutil.Process) -> None:
    """Stop the postmaster and wait for its end. Its clients are sent away; nothing committed is lost."""
    for request in (signal.SIGINT, signal.SIGQUIT):  # "fast", and "at once", which needs recovery afterwards
        with suppress(psutil.NoSuchProcess):
            process.send_signal(request)
        give_up_at = time.monotonic() + _FAST
        while _lives(process):
            if time.monotonic() > give_up_at:
                log.warning("postgres.stopping", pid=process.pid, ignored=request.name, waited_s=_FAST)
                break
            time.sleep(_POLL)
        else:
            log.info("postgres.stopped", pid=process.pid)
            return
    raise EmbeddedError(f"PostgreSQL (process {process.pid}) does not end")


def _spawn(cluster: Cluster, binaries: Path, account: Account, lock: int) -> subprocess.Popen[bytes]:
    """Start it with the lock on its data in hand, for it and its children to hold while one of them lives."""
    quoted = '"' + str(cluster.socket_dir).replace('"', '""') + '"'  # it is a list, parted by commas
    settings = {**_SETTINGS, "unix_socket_directories": quoted}
    argv = [str(binaries / "postgres"), "-D", str(cluster.pgdata)]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    with cluster.log.open("ab") as output:
        cluster.log.chmod(0o600)
        account.own(cluster.log)
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",  # the account may not be allowed in ours
            env=ENVIRONMENT,
            umask=0o077,
            pass_fds=[lock],
            start_new_session=True,  # Ctrl-C in a terminal is for us; we stop it in our own time
            **account.identity,
        )


def _ready_or_ended(child: subprocess.Popen[bytes], cluster: Cluster) -> Path | None:
    try:
        socket_dir = await_ready(cluster, psutil.Process(child.pid))
    except BaseException:  # an impatient Ctrl-C: leave nothing behind that nobody waits for
        child.send_signal(signal.SIGINT)
        child.wait()
        raise
    if socket_dir is None:
        child.wait()
    return socket_dir


def _answers(socket_dir: Path) -> bool:
    """Whether it declines encryption when asked: who was killed a moment ago still looks alive."""
    with socket(AF_UNIX) as client:
        client.settimeout(_SLOW)
        try:
            client.connect(os.fsencode(socket_dir / f".s.PGSQL.{PORT}"))
            client.sendall(_MAY_WE_ENCRYPT)
            return client.recv(1) == b"N"
        except OSError:
            return False


def _read(file: Path) -> _Lock | None:
    """The lock in that file; None when there is none, or it is just being written."""
    try:
        lines = os.fsdecode(file.read_bytes()).splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    ready = len(lines) > _STATUS and lines[_STATUS].strip() == "ready"
    return _Lock(pid=pid, socket_dir=Path(lines[_SOCKET_DIR]) if ready else None)


def _forget_recycled(file: Path, cluster: Cluster) -> None:
    """Remove the lock that a killed postmaster left when its process number is another's now.

    PostgreSQL would take that other process for a postmaster and refuse to start. A number that is nobody's
    it recognises itself. That no child of the killed one lives, we know by holding the lock on the data.
    """
    try:
        pid = int(file.read_bytes().split(b"\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    process = _process(pid)
    if process is not None and _is_stranger(process, cluster):
        log.warning("lock.forgotten", path=str(file), pid=process.pid)
        file.unlink()


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _lives(process: psutil.Process) -> bool:
    """A zombie has ended: in a container, nobody may ever collect it."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:  # gone meanwhile, or none of ours
        return False


def _serves(process: psutil.Process, cluster: Cluster) -> bool:
    """Whether it is our postmaster, and not another process that was given its number.

    By its arguments, which everybody may read: root in a container may not see others' working directories.
    """
    try:
        return _lives(process) and process.cmdline()[1:3] == ["-D", str(cluster.pgdata)]
    except psutil.Error:  # gone meanwhile, or none of ours
        return False


def _is_stranger(process: psutil.Process, cluster: Cluster) -> bool:
    """Whether it certainly is no postmaster of this cluster, not even one that somebody started by hand."""
    try:
        if not _lives(process) or process.name() != "postgres":
            return True
        return not cluster.pgdata.samefile(process.cwd())
    except (psutil.Error, OSError):
        return False
