"""What `whence doctor` looks at outside of the service: variables, files, space, and what the system allows."""

import os
import resource
import shutil
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import psutil

from whence.cli.finding import Finding
from whence.settings import Settings

_PREFIX: Final = "WHENCE_"
_OTHERS: Final = ("CONFIG", "URL", "TOKEN")  # read before the settings, or by commands that speak to a server
_OPTIONS: Final = "DIALECTS__"
_MEBIBYTE: Final = 1024 * 1024
_LITTLE: Final = 5 * 1024 * _MEBIBYTE  # what PostgreSQL's log may grow to before a checkpoint, and as much again
_TOO_LITTLE: Final = 500 * _MEBIBYTE
_ENOUGH_FILES: Final = 10_240  # 10,000 connections, and what is open besides
_IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
_ELSEWHERE: Final = frozenset({"nfs", "nfs4", "cifs", "smbfs", "smb3", "9p", "fuse.sshfs"})


def variables(environment: Mapping[str, str], dialects: Iterable[str]) -> Finding:
    """Variables that look like settings and are none: the service reads them as little as any other."""
    known = {f"{_PREFIX}{name.upper()}" for name in (*Settings.model_fields, *_OTHERS)}
    options = tuple(f"{_PREFIX}{_OPTIONS}{name.upper()}__" for name in dialects)
    given = (name for name in environment if name.upper().startswith(_PREFIX))
    strange = sorted(name for name in given if name.upper() not in known and not name.upper().startswith(options))
    if not strange:
        return Finding(name="variables", level="ok", text="every WHENCE_… in the environment is a setting")
    advice = [_meant(name, known) for name in strange]
    return Finding(
        name="variables",
        level="warning",
        text=f"in the environment, and no setting: {', '.join(strange)}",
        remedy="; ".join(advice),
    )


def _meant(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name.upper(), sorted(known), n=1)
    return f"{name}: is {near[0]} meant?" if near else f"{name}: see docs/reference/settings.md"


def files() -> Finding:
    """How many connections the system lets a process have."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY or most >= _ENOUGH_FILES:
        return Finding(name="open files", level="ok", text=f"{most:,} at once" if most > 0 else "any number at once")
    return Finding(
        name="open files",
        level="warning",
        text=f"{most:,} at once: more connections than that are refused",
        remedy=f"ulimit -n {_ENOUGH_FILES}, or LimitNOFILE={_ENOUGH_FILES} in the unit, before many clients come",
    )


def place(asked: Settings) -> Iterator[Finding]:
    """Where the embedded PostgreSQL keeps its files."""
    if asked.database_url is not None:
        yield Finding(name="data directory", level="skipped", text="not used: WHENCE_DATABASE_URL is set")
        return
    there = existing(asked.data_dir)
    owner = there.stat().st_uid
    kind = _filesystem(there)
    if os.path.islink(asked.data_dir) and there != asked.data_dir:  # noqa: PTH114  as in `existing`
        yield Finding(
            name="data directory",
            level="failed",
            text=f"{asked.data_dir} is a link that leads nowhere",
            remedy="mend the link, or set WHENCE_DATA_DIR to a directory of yours",
        )
    elif not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield Finding(
            name="data directory",
            level="failed",
            text=f"{there} is not writable for this user (it is user {owner}'s)",
            remedy="run as its owner, or set WHENCE_DATA_DIR to a directory of yours",
        )
    elif there == asked.data_dir and owner != os.geteuid() and os.geteuid() != 0:
        yield Finding(
            name="data directory",
            level="failed",
            text=f"{there} belongs to user {owner}, not to this one ({os.geteuid()})",
            remedy="run as its owner, or set WHENCE_DATA_DIR to a directory of yours",
        )
    elif kind in _IN_MEMORY:
        yield Finding(
            name="data directory",
            level="warning",
            text=f"{asked.data_dir} is in memory ({kind}): the next restart of the machine loses everything",
            remedy="set WHENCE_DATA_DIR to a directory on a disk",
        )
    elif kind in _ELSEWHERE:
        yield Finding(
            name="data directory",
            level="warning",
            text=f"{asked.data_dir} is on another machine ({kind}), which must keep PostgreSQL's promises",
            remedy="set WHENCE_DATA_DIR to a disk of this machine, or WHENCE_DATABASE_URL to a PostgreSQL of that one",
        )
    elif there != asked.data_dir:
        yield Finding(name="data directory", level="ok", text=f"{asked.data_dir} will be made at the first start")
    else:
        yield Finding(name="data directory", level="ok", text=f"{asked.data_dir} is writable")
    yield space(shutil.disk_usage(there).free, there)


def existing(path: Path) -> Path:
    """The path, or what of it is there, as far as this user may look."""
    return next(one for one in (path, *path.parents) if os.path.exists(one))  # noqa: PTH110  `Path` raises where not


def space(free: int, there: Path) -> Finding:
    """So many bytes are free there."""
    text = f"{free // _MEBIBYTE:,} MiB free at {there}"
    if free < _TOO_LITTLE:
        return Finding(name="disk space", level="failed", text=text, remedy="free some, or move WHENCE_DATA_DIR")
    if free < _LITTLE:
        return Finding(name="disk space", level="warning", text=text, remedy="WHENCE_RETENTION_DAYS keeps less")
    return Finding(name="disk space", level="ok", text=text)


def _filesystem(there: Path) -> str:
    """The kind of what is mounted at the path, or above it."""
    kinds = {Path(one.mountpoint): one.fstype for one in psutil.disk_partitions(all=True)}
    whole = there.resolve()
    return next((kinds[one] for one in (whole, *whole.parents) if one in kinds), "")
