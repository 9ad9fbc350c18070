"""The vendor's command-line client, as a person types it: a process for each command, its token and endpoint ours."""

import json
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import yaml

from tests.acceptance.clients.install import Installed
from tests.acceptance.server import environment

_DRIVER: Final = Path(__file__).with_name("drive.py")
_ENVIRONMENT: Final = "here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a command did. Its exit code says nothing: it is 0 whatever happens."""

    line: str
    stdout: str
    stderr: str

    @property
    def good(self) -> str:
        """What it printed, when it went well."""
        assert "ERROR:" not in self.stdout, f"{self.line}\n{self.stdout}{self.stderr}"
        return self.stdout

    @property
    def value(self) -> Any:  # noqa: ANN401  whatever is printed
        """The value that it printed as YAML or JSON, when it went well."""
        return yaml.safe_load(self.good)

    @property
    def refusal(self) -> str:
        """Why it failed."""
        said = self.stdout.strip()
        assert said.startswith("ERROR: "), f"{self.line}\n{self.stdout}{self.stderr}"
        return said.removeprefix("ERROR: ")

    @property
    def rows(self) -> list[dict[str, str]]:
        """The table that it printed, when it went well."""
        head, _, *body = (line for line in self.good.splitlines() if line.strip() and " Count: " not in line)
        names = [name.strip() for name in head.split("|")]
        return [dict(zip(names, (cell.strip() for cell in row.split("|")), strict=True)) for row in body]


class Program:
    """The client, loaded once; it ends with the block. Loading it takes longer than most of its commands."""

    def __init__(self, installed: Installed) -> None:
        self._driver = subprocess.Popen(
            [installed.python, "-W", "ignore", str(_DRIVER)],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._driver.communicate()
        assert self._driver.returncode == 0

    def run(self, home: Path, *lines: str) -> Sequence[Printed]:
        """What commands did that ran at once, in the order of the lines."""
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        settings = {"HOME": str(home), "COLUMNS": "400", "NO_PROXY": "*"}
        self._driver.stdin.write(json.dumps((settings, [shlex.split(line) for line in lines])) + "\n")
        self._driver.stdin.flush()
        answers = json.loads(self._driver.stdout.readline())
        for line, (code, stdout, stderr) in zip(lines, answers, strict=True):
            assert code == 0, f"{line}\n{stdout}{stderr}"
        return [
            Printed(line=line, stdout=stdout, stderr=stderr)
            for line, (_, stdout, stderr) in zip(lines, answers, strict=True)
        ]


class Spacectl:
    """The client at a terminal, with its configuration.

    Args:
        home: a directory of this client alone: its configuration is in there.
        endpoint: `grpc://host:port`.
        token: None when its user has none yet.
    """

    def __init__(self, program: Program, home: Path, *, endpoint: str, token: str | None) -> None:
        self._program, self._home = program, home
        folder = home / ".spaceone" / "environments"
        folder.mkdir(parents=True)
        credential = {} if token is None else {"token": token}
        config = {**credential, "endpoints": {"monitoring": endpoint}}
        (folder.parent / "environment.yml").write_text(yaml.safe_dump({"environment": _ENVIRONMENT}))
        (folder / f"{_ENVIRONMENT}.yml").write_text(yaml.safe_dump(config))

    def __call__(self, line: str) -> Printed:
        """What the command did."""
        (printed,) = self.together(line)
        return printed

    def together(self, *lines: str) -> Sequence[Printed]:
        """What commands did that do not depend on each other, in the order of the lines."""
        return self._program.run(self._home, *lines)
