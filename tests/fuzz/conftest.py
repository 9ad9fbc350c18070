"""One server for all fuzzing."""

from collections.abc import Generator

import pytest

from tests.acceptance.server import Server, directory


@pytest.fixture(scope="package")
def whence() -> Generator[Server]:
    """A running server, shared."""
    with directory() as home:
        server = Server(home)
        try:
            yield server.start()
        finally:
            server.end()
