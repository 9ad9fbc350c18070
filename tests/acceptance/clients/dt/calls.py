"""The vendor's Python client, as a test calls it."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.acceptance.clients.install import Installed
from tests.acceptance.server import environment

_DRIVER: Final = Path(__file__).with_name("drive.py")


class Raised(Exception):  # noqa: N818  what the client did
    """The client raised an exception; the text is its type and its text."""


class PythonClient:
    """The client in a process of its own, which ends with the block.

    `retries`: how often it repeats whatever is answered with an error, as its users may ask it to.
    """

    def __init__(self, installed: Installed, url: str, token: str, *, retries: int = 0) -> None:
        self._process = subprocess.Popen(
            [installed.python, str(_DRIVER), url, token, str(retries)],
            env=environment(NO_PROXY="*"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._process.communicate()
        assert self._process.returncode == 0

    def __call__(self, call: str, **given: Any) -> Any:  # noqa: ANN401  as the client has it
        """What the method of the client returns; `drive.py` says which there are and how the answer looks.

        Raises:
            Raised: the client raised it.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"call": call, "given": given}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "raised" in answer:
            raise Raised(answer["raised"])
        return answer["value"]
