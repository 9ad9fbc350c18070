"""The program as a person types it: a real process, and what it said."""

import json
import os
import shlex
import subprocess
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM, Signals
from typing import Any, Final
from uuid import uuid4

from tests.acceptance.server import WHENCE, await_fact, environment

PATIENCE: Final = 60.0  # seconds: on a busy machine, too
_WIDTH: Final = "400"  # columns: a message is looked for in one line


@dataclass(frozen=True, kw_only=True)
class Running:
    """A command that runs; what it writes goes to files, so that it never waits for a reader."""

    process: subprocess.Popen[bytes]
    stdout: Path
    stderr: Path

    @property
    def said(self) -> str:
        """What it wrote to stderr so far."""
        return self.stderr.read_text()

    @property
    def printed(self) -> list[str]:
        """The whole lines that it wrote to stdout so far."""
        return [line for line in self.stdout.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def address(self) -> str:
        """Where it serves, once it has said all that it says of itself."""
        return self._told("Address")

    def grpc(self) -> str:
        """Where it serves gRPC: `grpc://host:port`."""
        return self._told("gRPC")

    def _told(self, name: str) -> str:
        self.until(lambda: "\nAPI: " in self.said, "it serves")
        (line,) = (line for line in self.said.splitlines() if line.startswith(f"{name}: "))
        return line.removeprefix(f"{name}: ")

    def lines(self, count: int) -> list[str]:
        """What it printed, when that is so many lines."""
        self.until(lambda: len(self.printed) >= count, f"{count} lines are printed")
        return self.printed

    def until(self, holds: Any, what: str) -> None:  # noqa: ANN401  a callable that answers anything
        """Return as soon as it holds, while the command runs."""

        def seen() -> bool:
            ended = self.process.poll() is not None
            if holds():
                return True
            assert not ended, f"it ended with {self.process.returncode}: {self.said}"
            return False

        await_fact(seen, seconds=PATIENCE, what=what)

    def stop(self, told: Signals = SIGTERM) -> int:
        """Its exit code after the signal."""
        self.process.send_signal(told)
        return self.process.wait(PATIENCE)


@dataclass(frozen=True, kw_only=True)
class Terminal:
    """Where commands are typed; `settings` are in their environment."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict[str, str])

    def __call__(self, *arguments: str | Path, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        """What `whence` with these arguments did."""
        return subprocess.run(
            [WHENCE, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.home,
            env=self._environment(settings),
            timeout=PATIENCE,
            check=False,
        )

    def shell(self, line: str) -> subprocess.CompletedProcess[str]:
        """What a shell did by the line, in which `{}` is the program."""
        return subprocess.run(
            ["/bin/sh", "-c", line.format(shlex.quote(str(WHENCE)))],
            capture_output=True,
            text=True,
            cwd=self.home,
            env=self._environment({}),
            timeout=PATIENCE,
            check=False,
        )

    def watched(self, *arguments: str | Path) -> tuple[str, str]:
        """What it printed, and what a person saw meanwhile on the screen, when it went well."""
        seer, screen = os.openpty()
        with os.fdopen(screen, "wb") as stderr, ThreadPoolExecutor(1) as person:
            seen = person.submit(_seen, seer)
            command = [WHENCE, *map(str, arguments)]
            env = self._environment({}) | {"TERM": "xterm"}
            done = subprocess.run(
                command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=env, timeout=PATIENCE, check=False
            )
            stderr.close()
        assert done.returncode == 0, seen.result()
        return done.stdout, seen.result()

    def good(self, *arguments: str | Path, stdin: str = "") -> str:
        """What it printed, when it went well."""
        done = self(*arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def value(self, *arguments: str | Path, stdin: str = "") -> Any:  # noqa: ANN401  whatever the JSON holds
        """The JSON that it printed, when it went well."""
        return json.loads(self.good(*arguments, stdin=stdin))

    @contextmanager
    def begin(self, *arguments: str | Path, **settings: str) -> Generator[Running]:
        """The command, which runs no longer than the block."""
        stdout, stderr = (self.home / f"{uuid4().hex}.{name}" for name in ("stdout", "stderr"))
        with stdout.open("wb") as out, stderr.open("wb") as err:
            process = subprocess.Popen(
                [WHENCE, *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=self.home,
                env=self._environment(settings),
            )
        try:
            yield Running(process=process, stdout=stdout, stderr=stderr)
        finally:
            process.kill()
            process.wait()

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        return environment(**{**self.settings, **settings}) | {"COLUMNS": _WIDTH, "NO_COLOR": "1"}


def _seen(seer: int) -> str:
    """All that is written to the screen until nobody can write to it any more."""
    seen = b""
    with os.fdopen(seer, "rb", buffering=0) as screen, suppress(OSError):  # which is how its end is told
        while part := screen.read(65_536):
            seen += part
    return seen.decode()
