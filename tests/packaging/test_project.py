"""What is built from pyproject.toml, and what is refused to be built."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Generator
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import pytest
from trove_classifiers import classifiers

from tests.house.source import ROOT
from whence import __version__

_NEEDED: Final = ("LICENSE", "README.md", "hatch_build.py", "pyproject.toml", ".gitignore")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout in which nobody built the web UI."""
    home = tmp_path / "checkout"
    (home / "src" / "whence").mkdir(parents=True)
    for name in (*_NEEDED, "src/whence/__init__.py"):
        shutil.copy(ROOT / name, home / name)
    return home


def _built(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What hatchling says to it, as a front end would start it."""
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", "dist", *arguments],
        cwd=checkout, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_without_the_web_ui_there_is_no_package(bare: Path, target: str) -> None:
    """It says what to do, and leaves nothing that looks like one."""
    refused = _built(bare, "--target", target)

    assert refused.returncode != 0
    assert "make web" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert list(bare.glob("dist/whence*")) == []


def test_a_checkout_without_the_web_ui_can_be_installed_from(bare: Path) -> None:
    """`make setup` does so before there is one."""
    made = _built(bare, "--target", "wheel:editable")

    assert made.returncode == 0, made.stderr


@pytest.fixture(scope="module")
def metadata(tmp_path_factory: pytest.TempPathFactory) -> Generator[Message]:
    """Of a wheel whose web UI is one empty page."""
    home = tmp_path_factory.mktemp("checkout")
    (home / "src" / "whence" / "static").mkdir(parents=True)
    for name in (*_NEEDED, "src/whence/__init__.py"):
        shutil.copy(ROOT / name, home / name)
    (home / "src" / "whence" / "static" / "index.html").touch()
    made = _built(home, "--target", "wheel")
    assert made.returncode == 0, made.stderr
    (wheel,) = home.glob("dist/*.whl")
    with ZipFile(wheel) as packed:
        (name,) = (name for name in packed.namelist() if name.endswith("/METADATA"))
        assert "whence/static/index.html" in packed.namelist()
        yield Parser().parsestr(packed.read(name).decode())


def test_the_package_says_what_it_is(metadata: Message) -> None:
    """Its licence with its text, its readme, and classifiers that the index knows."""
    assert (metadata["Name"], metadata["Version"]) == ("whence", __version__)
    assert (metadata["License-Expression"], metadata["License-File"]) == ("Apache-2.0", "LICENSE")
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert str(metadata.get_payload()).startswith("# Whence")
    assert set(metadata.get_all("Classifier", [])) - classifiers == set()
    assert metadata.get_all("Project-URL") is None  # it has no place of its own yet, and none is made up


def test_what_it_is_built_by_is_locked() -> None:
    """The backend of `build-system` is what the lock holds, for whoever builds without fetching anything unhashed."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    locked = (ROOT / "requirements" / "build.txt").read_text(encoding="utf-8")

    assert project["dependency-groups"]["build"] == project["build-system"]["requires"]
    assert "\nhatchling==" in locked
