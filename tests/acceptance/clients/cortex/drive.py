"""Runs commands of the client, each in a process of its own: a copy of this one, which has loaded the client already.

A line of stdin is `[settings, [[words, input], …]]`: all of its commands run at once, with the settings in their
environment. The line of stdout that answers it is `[[exit code, stdout, stderr], …]`.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib import import_module
from tempfile import TemporaryFile
from typing import IO, Final

_CLIENT: Final = import_module("cortexapps_cli.cli")


def main() -> None:
    """Answer every line of stdin."""
    for line in sys.stdin:
        settings, commands = json.loads(line)
        with ExitStack() as stack:
            streams = [[stack.enter_context(TemporaryFile()) for _ in range(3)] for _ in commands]
            started = [
                _start(settings, words, given, own) for (words, given), own in zip(commands, streams, strict=True)
            ]
            said = [_ended(process, own) for process, own in zip(started, streams, strict=True)]
        print(json.dumps(said), flush=True)  # noqa: T201  to the test that started this


def _start(settings: Mapping[str, str], words: Sequence[str], given: str, streams: Sequence[IO[bytes]]) -> int:
    """The id of the process; it never returns from here, but ends as the client does."""
    streams[0].write(given.encode())
    streams[0].seek(0)
    process = os.fork()
    if process == 0:
        for number, stream in enumerate(streams):
            os.dup2(stream.fileno(), number)
        sys.stdin = os.fdopen(0, encoding="utf-8")  # the other one has lines in it that were read ahead
        sys.argv = ["cortex", *words]
        os.environ.update(settings)
        sys.exit(_CLIENT.app())
    return process


def _ended(process: int, streams: Sequence[IO[bytes]]) -> tuple[int, str, str]:
    _, status = os.waitpid(process, 0)
    said: list[str] = []
    for stream in streams[1:]:
        stream.seek(0)
        said.append(stream.read().decode())
    return os.waitstatus_to_exitcode(status), said[0], said[1]


if __name__ == "__main__":
    main()
