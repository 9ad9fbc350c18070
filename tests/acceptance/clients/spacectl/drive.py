"""Runs commands of the client, each in a process of its own: a copy of this one, which has loaded what it needs.

A line of stdin is `[settings, [words, …]]`: all of its commands run at once, with the settings in their environment.
The line of stdout that answers it is `[[exit code, stdout, stderr], …]`.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib import import_module
from tempfile import TemporaryFile
from typing import IO, Final

_CLIENT: Final = "spacectl"


def main() -> None:
    """Answer every line of stdin."""
    import_module(f"{_CLIENT}.main")
    for line in sys.stdin:
        settings, commands = json.loads(line)
        with ExitStack() as stack:
            streams = [[stack.enter_context(TemporaryFile()) for _ in range(2)] for _ in commands]
            started = [_start(settings, words, own) for words, own in zip(commands, streams, strict=True)]
            said = [_ended(process, own) for process, own in zip(started, streams, strict=True)]
        print(json.dumps(said), flush=True)  # noqa: T201  to the test that started this


def _start(settings: Mapping[str, str], words: Sequence[str], streams: Sequence[IO[bytes]]) -> int:
    """The id of the process; it never returns from here, but ends as the client does."""
    process = os.fork()
    if process == 0:
        for number, stream in enumerate(streams, start=1):
            os.dup2(stream.fileno(), number)
        os.environ.update(settings)
        sys.argv = [_CLIENT, *words]
        for name in [name for name in sys.modules if name.partition(".")[0] == _CLIENT]:
            del sys.modules[name]  # its own modules, but not what they import: they look for HOME when they are loaded
        import_module(f"{_CLIENT}.main").main()
        sys.exit()
    return process


def _ended(process: int, streams: Sequence[IO[bytes]]) -> tuple[int, str, str]:
    _, status = os.waitpid(process, 0)
    said: list[str] = []
    for stream in streams:
        stream.seek(0)
        said.append(stream.read().decode())
    return os.waitstatus_to_exitcode(status), said[0], said[1]


if __name__ == "__main__":
    main()
