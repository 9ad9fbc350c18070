"""A server that is run as somebody runs it who has no checkout: by a command line, and by nothing else of ours."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.acceptance.server import TOKEN, Server

_KEPT: Final = ("LANG", "LC_ALL", "TZ")


class Installed(Server):
    """`command` in an environment of its own.

    Args:
        home: as that of `Server`.
        settings: further settings, by their environment variables; `PATH` among them.
    """

    def __init__(self, home: Path, command: Sequence[str], settings: Mapping[str, str]) -> None:
        super().__init__(home, **settings)
        self._argv = command

    @property
    def environment(self) -> dict[str, str]:
        """All that the program is told: nothing leads from here to the checkout, nor to somebody's own files."""
        return {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            "HOME": str(self.home),
            "WHENCE_BOOTSTRAP_TOKEN": TOKEN,
            "WHENCE_LOG_FORMAT": "json",
            **self.settings,
            "WHENCE_DATA_DIR": str(self.data_dir),
            "WHENCE_GRPC_PORT": "0",
            "WHENCE_HOST": "127.0.0.1",
            "WHENCE_PORT": str(self.port),
        }

    def spawn(self) -> None:
        """Start it, and do not wait."""
        with self._stderr.open("ab") as stderr:
            self._process = subprocess.Popen(
                self._argv,
                cwd=self.home,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
            )

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """What another program says, beside the server and told the same."""
        told = {**self.environment, "WHENCE_URL": self.url, "WHENCE_TOKEN": TOKEN}
        return subprocess.run(command, cwd=self.home, env=told, capture_output=True, text=True, timeout=60, check=False)
