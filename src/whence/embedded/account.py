"""Whom PostgreSQL runs as. It refuses root, so root lends it another account; others run it themselves."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Final, Self, TypedDict

import structlog

from whence.embedded.errors import EmbeddedError

log = structlog.get_logger()

_SERVICE: Final = "whence"
_LAST_RESORT: Final = "nobody"


class Identity(TypedDict, total=False):
    """The arguments by which a child process becomes the account; empty when we are it already."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the operating system."""

    uid: int
    gid: int
    name: str

    @classmethod
    def of(cls, uid: int) -> Self:
        """The account that the system knows by that number."""
        try:
            known = pwd.getpwuid(uid)
        except KeyError as exc:
            raise EmbeddedError(f"user {uid} has no name on this system, and PostgreSQL insists on one") from exc
        return cls(uid=known.pw_uid, gid=known.pw_gid, name=known.pw_name)

    @property
    def identity(self) -> Identity:
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Hand the file to the account. Without root we are the account, and what we make is ours."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def let_through(self, path: Path) -> None:
        """Open the way to `path` for the account: leave to pass (o+x), not to read, where a parent is closed.

        Only root gets here with a closed parent; anybody else would not have reached the path either.
        """
        if os.geteuid() != 0:
            return
        for parent in reversed([path, *path.parents]):
            status = parent.stat()
            if not self._passes(status):
                parent.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
                log.warning("directory.opened", path=str(parent), to=self.name, mode="o+x")

    def _passes(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def choose(cluster: Path) -> Account:
    """Ourselves; as root whoever owns the cluster already, else a system user of ours, made when missing."""
    uid = os.geteuid()
    if uid != 0:
        return Account.of(uid)
    if cluster.exists() and cluster.stat().st_uid != 0:
        return Account.of(cluster.stat().st_uid)
    return _service()


def _service() -> Account:
    found = _named(_SERVICE) or _made() or _named(_LAST_RESORT)
    if found is None:
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and there is no user {_SERVICE!r}, no way to make one and "
            f"no {_LAST_RESORT!r}. Make a system user {_SERVICE!r}, or run whence as an ordinary user."
        )
    return found


def _named(name: str) -> Account | None:
    try:
        return Account.of(pwd.getpwnam(name).pw_uid)
    except KeyError:
        return None


def _made() -> Account | None:
    useradd = which("useradd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if useradd is None:
        log.warning("useradd.missing", instead=_LAST_RESORT, advice=f"make a system user {_SERVICE!r}")
        return None
    options = ["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    made = subprocess.run([useradd, *options, _SERVICE], capture_output=True, text=True, check=False)
    account = _named(_SERVICE)  # also when another process was quicker, and ours failed for that
    if account is None:
        log.warning("useradd.failed", said=made.stderr.strip(), instead=_LAST_RESORT)
    elif made.returncode == 0:
        log.info("useradd.made", user=_SERVICE)
    return account
