"""The unit, as systemd itself reads it."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Final

import pytest

from tests.acceptance.server import WHENCE
from tests.house.docs import blocks
from tests.house.source import ROOT
from tests.packaging.drain import CHECKPOINT, REQUESTS
from whence.settings import Settings

_UNIT: Final = ROOT / "deploy" / "systemd" / "whence.service"
_PAGE: Final = ROOT / "docs" / "how-to" / "run-as-a-service.md"
_PROGRAM: Final = "/opt/whence/bin/whence"
_EXPOSED: Final = 20  # of a hundred, which is a service that may do everything


def _lines() -> Iterator[tuple[str, str]]:
    """What `[Service]` says; a name may have several lines."""
    section = ""
    for line in _UNIT.read_text(encoding="utf-8").splitlines():
        if named := re.fullmatch(r"\[(\w+)\]", line):
            section = named[1]
        elif section == "Service" and line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield name, value


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """The lines of `[Service]`, those of one name joined by spaces."""
    found: dict[str, str] = {}
    for name, value in _lines():
        found[name] = f"{found[name]} {value}" if name in found else value
    return found


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is here: systemd looks whether there is one."""
    if which("systemd-analyze") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no systemd-analyze (Debian: apt-get install systemd)")
    path = tmp_path / "whence.service"
    path.write_text(_UNIT.read_text(encoding="utf-8").replace(_PROGRAM, WHENCE), encoding="utf-8")
    return path


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_systemd_understands_every_line(unit: Path) -> None:
    """It warns of what it does not know, and ends well all the same."""
    verified = _analyze("verify", "--man=no", str(unit))

    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


def test_systemd_would_say_that_a_line_is_wrong(unit: Path) -> None:
    """The test above can fail."""
    unit.write_text(unit.read_text(encoding="utf-8").replace("PrivateTmp=yes", "PrivateTemp=yes"), encoding="utf-8")

    assert "PrivateTemp" in _analyze("verify", "--man=no", str(unit)).stderr


def test_it_may_do_little(unit: Path) -> None:
    """By systemd's own reckoning of what a service can reach."""
    weighed = _analyze("security", "--no-pager", "--offline=true", f"--threshold={_EXPOSED}", str(unit))

    assert weighed.returncode == 0, weighed.stdout


def test_the_server_stops_its_own_postgresql(said: dict[str, str]) -> None:
    """PostgreSQL is not told at the same moment, and there is time for the requests and the last checkpoint."""
    assert said["KillMode"] == "mixed"
    assert said["KillSignal"] == "SIGTERM"
    assert int(said["TimeoutStopSec"]) > REQUESTS + CHECKPOINT


def test_it_is_given_settings_that_exist(said: dict[str, str]) -> None:
    """Its data are where systemd makes a directory for it; secrets are read from the credential."""
    given = dict(word.split("=", 1) for word in said["Environment"].split())

    assert given.keys() - {f"WHENCE_{name.upper()}" for name in Settings.model_fields} == {"WHENCE_CONFIG"}
    assert given["WHENCE_DATA_DIR"] == f"%S/{said['StateDirectory']}"
    assert said["LoadCredential"].split(":")[0] == given["WHENCE_CONFIG"].removeprefix("%d/")
    assert said["SetCredential"].split(":")[0] == given["WHENCE_CONFIG"].removeprefix("%d/")


@pytest.mark.usefixtures("unit")
def test_the_account_is_the_one_that_is_made(said: dict[str, str], tmp_path: Path) -> None:
    """By systemd, in a system that has none yet: a user and a group, and no shell."""
    (tmp_path / "etc").mkdir()

    with _UNIT.with_name("whence.sysusers").open("rb") as wanted:
        subprocess.run(["systemd-sysusers", f"--root={tmp_path}", "-"], stdin=wanted, check=True, timeout=60)

    name, _, _, _, _, home, shell = (tmp_path / "etc" / "passwd").read_text(encoding="utf-8").strip().split(":")
    assert (name, home) == (said["User"], f"/var/lib/{said['StateDirectory']}")
    assert shell.endswith("/nologin")
    assert (tmp_path / "etc" / "group").read_text(encoding="utf-8").startswith(f"{said['Group']}:")


def test_the_how_to_puts_things_where_the_unit_looks(said: dict[str, str]) -> None:
    """The program, the unit, the account, and the two files of settings."""
    commands = "".join(text for kind, text in blocks(_PAGE) if kind == "text")

    wanted = [
        said["ExecStart"].split()[0].rpartition("/bin/")[0],
        said["EnvironmentFile"].removeprefix("-"),
        said["LoadCredential"].split(":")[1],
        "deploy/systemd/whence.service",
        "deploy/systemd/whence.sysusers",
    ]
    assert [path for path in wanted if path not in commands] == []
