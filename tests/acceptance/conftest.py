"""Real servers on real sockets."""

from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.acceptance.server import Server, directory


@pytest.fixture
def home() -> Generator[Path]:
    """A directory for the files of a server, or of several."""
    with directory() as home:
        yield home


@pytest.fixture
def begin(home: Path) -> Generator[Callable[..., Server]]:
    """Starts a server in `home`; several share its database. Each has ended in the end."""
    with ExitStack() as stack:

        def start(*, name: str = "server", **settings: str) -> Server:
            server = Server(home, name=name, **settings)
            stack.callback(server.end)
            return server.start()

        yield start


@pytest.fixture
def whence(begin: Callable[..., Server]) -> Server:
    """A running server of the test's own."""
    return begin()
