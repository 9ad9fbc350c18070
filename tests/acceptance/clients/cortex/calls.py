"""The vendor's command-line client, as a person types it: a process for each command, its key and its URL ours."""

import json
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.acceptance.clients.install import Installed
from tests.acceptance.server import environment

Line = str | tuple[str, object]  # what is typed, and what it reads from stdin: text, or a value that becomes JSON

_DRIVER: Final = Path(__file__).with_name("drive.py")
_PATIENCE: Final = 60.0  # seconds: on a busy machine, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a command did."""

    line: str
    code: int
    stdout: str
    stderr: str

    @property
    def value(self) -> Any:  # noqa: ANN401  whatever the JSON holds
        """The JSON that it printed, when it went well."""
        return json.loads(self.good)

    @property
    def good(self) -> str:
        """What it printed, when it went well."""
        assert self.code == 0, f"{self.line}\n{self.stdout}{self.stderr}"
        return self.stdout

    @property
    def refusal(self) -> str:
        """The one line in which it said why it failed, without the id of the request."""
        assert self.code == 1, f"{self.line}\n{self.stdout}{self.stderr}"
        said, _, request = self.stdout.strip().partition(" (Request ID: ")
        assert request.endswith(")"), self.stdout
        assert "\n" not in self.stdout.strip()
        return said


class Program:
    """The client, loaded once; it ends with the block. Loading it takes longer than most of its commands."""

    def __init__(self, installed: Installed) -> None:
        self._script = str(Path(installed.python).with_name("cortex"))
        self._driver = subprocess.Popen(
            [installed.python, str(_DRIVER)],
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

    def run(self, settings: Mapping[str, str], *lines: Line) -> Sequence[Printed]:
        """What commands did that ran at once, in the order of the lines."""
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        typed = [_typed(line) for line in lines]
        commands = [(shlex.split(words), given) for words, given in typed]
        self._driver.stdin.write(json.dumps((settings, commands)) + "\n")
        self._driver.stdin.flush()
        answers = json.loads(self._driver.stdout.readline())
        return [
            Printed(line=words, code=code, stdout=stdout, stderr=stderr)
            for (words, _), (code, stdout, stderr) in zip(typed, answers, strict=True)
        ]

    def start(self, settings: Mapping[str, str], line: str) -> Printed:
        """What the command did, started as it is installed; a time that it takes for now is now."""
        done = subprocess.run(
            [self._script, *shlex.split(line)],
            capture_output=True,
            text=True,
            env=environment(**settings),
            timeout=_PATIENCE,
            check=False,
        )
        return Printed(line=line, code=done.returncode, stdout=done.stdout, stderr=done.stderr)


class Cortex:
    """The client at a terminal, with a key.

    Args:
        home: a directory of the test's own, where the client finds no settings of others.
    """

    def __init__(self, program: Program, url: str, key: str, home: Path) -> None:
        self._program = program
        self._settings = {
            "HOME": str(home),
            "CORTEX_BASE_URL": url,
            "CORTEX_API_KEY": key,
            "CORTEX_CONFIG": str(home / "none"),
            "CORTEX_RATE_LIMIT": "100000",  # requests a minute: its own limit is not what is tested
            "COLUMNS": "400",  # so that no table is folded
            "NO_PROXY": "*",
        }

    def __call__(self, line: str, stdin: object = "") -> Printed:
        """What the command did; `stdin` is what its `-f-` reads."""
        (printed,) = self._program.run(self._settings, (line, stdin))
        return printed

    def together(self, *lines: Line) -> Sequence[Printed]:
        """What commands did that do not depend on each other, in the order of the lines."""
        return self._program.run(self._settings, *lines)

    def start(self, line: str) -> Printed:
        """What the command did, started as it is installed."""
        return self._program.start(self._settings, line)


def _typed(line: Line) -> tuple[str, str]:
    words, given = (line, "") if isinstance(line, str) else line
    return words, given if isinstance(given, str) else json.dumps(given)
