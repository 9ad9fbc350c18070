"""`make setup`: the environment is made once, by the interpreter that was named once, and anew when it must be."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.house.source import ROOT

_SECONDS: Final = 300.0  # on a busy machine, too
_PROJECT: Final = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "toy"
version = "1"
"""
# Builds what an editable installation wants, and needs nothing that would have to be fetched.
_BACKEND: Final = """
from zipfile import ZipFile

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    with ZipFile(f"{wheel_directory}/toy-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("toy.py", "")
        wheel.writestr("toy-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: toy\\nVersion: 1\\n")
        wheel.writestr("toy-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("toy-1.dist-info/RECORD", "")
    return "toy-1-py3-none-any.whl"
"""
_TOO_OLD: Final = """#!/bin/sh
case "$2" in
*print*) echo 3.6.15 ;;
*) exit 1 ;;
esac
"""
_ABSENT: Final = f"absent==1 --hash=sha256:{'0' * 64}\n"


@dataclass(frozen=True)
class _Checkout:
    """A checkout on a machine whose own `python3` is too old, and that reaches no package index."""

    home: Path

    @property
    def lock(self) -> Path:
        return self.home / "requirements" / "dev.txt"

    @property
    def python(self) -> Path:
        """That of the environment."""
        return self.home / ".venv" / "bin" / "python"

    @property
    def mark(self) -> Path:
        """A file in the environment, which goes away with it."""
        return self.home / ".venv" / "mark"

    def setup(self, python: str | Path | None = None) -> subprocess.CompletedProcess[str]:
        """`make setup`, or `make setup PYTHON=` when an interpreter is named."""
        env = {name: value for name, value in os.environ.items() if name not in {"PYTHON", "VIRTUAL_ENV"}}
        env |= {"PATH": f"{self.home / 'bin'}:{env['PATH']}", "PIP_NO_INDEX": "1"}
        if python is not None:
            env["PYTHON"] = str(python)
        return subprocess.run(
            [self.home / ".ci" / "setup"], env=env, capture_output=True, text=True, timeout=_SECONDS, check=False
        )

    def stands(self, python: str | Path | None = None) -> bool:
        """Whether nothing is left to do, and nothing is said; the environment is the one that was marked."""
        done = self.setup(python)
        return (done.returncode, done.stdout, done.stderr, self.mark.exists()) == (0, "", "", True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> _Checkout:
    """A checkout in which nothing was made yet."""
    home = tmp_path_factory.mktemp("made") / "My Projects"
    for folder in (".ci", "requirements", "bin"):
        (home / folder).mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "setup", home / ".ci" / "setup")
    (home / "pyproject.toml").write_text(_PROJECT)
    (home / "backend.py").write_text(_BACKEND)
    (home / "bin" / "python3").write_text(_TOO_OLD)
    (home / "bin" / "python3").chmod(0o755)
    return _Checkout(home)


@pytest.fixture
def checkout(made: _Checkout) -> _Checkout:
    """The same, whose environment stands: somebody named an interpreter."""
    made.lock.write_text("")
    done = made.setup(sys.executable)
    assert done.returncode == 0, done.stderr
    made.mark.touch()
    return made


def test_who_named_an_interpreter_once_need_not_name_it_again(checkout: _Checkout) -> None:
    """Whatever `python3` is; nor does it matter by which name it is called."""
    another_name = checkout.home / "bin" / "another"
    another_name.unlink(missing_ok=True)
    another_name.symlink_to(sys.executable)

    assert checkout.stands()
    assert checkout.stands(another_name)
    assert checkout.stands(checkout.python)


def test_a_lock_that_changed_is_installed_into_the_same_environment(checkout: _Checkout) -> None:
    """By the interpreter that it has; then it stands."""
    checkout.lock.write_text("# another one\n")

    done = checkout.setup()

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("Installing into .venv (")
    assert checkout.stands()


def test_an_installation_that_failed_counts_for_nothing(checkout: _Checkout) -> None:
    """Nor does what is there: the environment is made anew, and still nobody need name the interpreter."""
    checkout.lock.write_text(_ABSENT)
    failed = checkout.setup()
    checkout.lock.write_text("")

    again = checkout.setup()

    assert failed.returncode != 0
    assert "absent" in failed.stderr
    assert again.returncode == 0, again.stderr
    assert not checkout.mark.exists()
    checkout.mark.touch()
    assert checkout.stands()


def test_an_environment_that_was_moved_is_made_anew(checkout: _Checkout, tmp_path: Path) -> None:
    """Its scripts lead to where it was; the interpreter is the one that it had."""
    subprocess.run(["cp", "-a", checkout.home, tmp_path / "moved"], check=True)
    moved = _Checkout(tmp_path / "moved")

    done = moved.setup()

    assert done.returncode == 0, done.stderr
    assert not moved.mark.exists()
    assert moved.python.resolve() == checkout.python.resolve()
    assert checkout.stands()


def test_an_environment_whose_interpreter_went_away_is_made_anew(checkout: _Checkout) -> None:
    """By the one that is named, or else by `python3`, which says what is wrong with it."""
    checkout.python.unlink()
    checkout.python.symlink_to(checkout.home / "gone")

    refused = checkout.setup()
    done = checkout.setup(sys.executable)

    assert refused.returncode == 1
    assert "Python 3.11 or newer is needed and python3 is 3.6.15" in refused.stderr
    assert done.returncode == 0, done.stderr
    assert not checkout.mark.exists()


def test_an_interpreter_that_is_not_there_is_told_of(checkout: _Checkout) -> None:
    """And changes nothing."""
    refused = checkout.setup("python0.0")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("make setup: there is no python0.0 here")
    assert checkout.stands()
