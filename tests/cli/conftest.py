"""One server for the tests that need one, and a terminal to type at."""

from collections.abc import Callable, Generator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.acceptance.server import TOKEN, Server, directory
from tests.cli.terminal import Terminal


@pytest.fixture(scope="session")
def server() -> Generator[Server]:
    """A running server."""
    with directory() as home:
        running = Server(home)
        try:
            yield running.start()
        finally:
            running.end()


@pytest.fixture(scope="session")
def at_server(server: Server) -> Terminal:
    """A terminal on the machine of the server, with its admin token."""
    settings = {"WHENCE_URL": server.url, "WHENCE_TOKEN": TOKEN, "WHENCE_DATA_DIR": str(server.data_dir)}
    return Terminal(home=server.home, settings=settings)


@pytest.fixture
def whence(server: Server, at_server: Terminal) -> Terminal:
    """A terminal with the token of an account that only this test uses."""
    name = f"t-{uuid4().hex}"
    server.send("POST", "/v1/accounts", {"name": name})
    made = server.send("POST", "/v1/tokens", {"name": "test", "rights": ["admin"], "account": name})
    return Terminal(home=at_server.home, settings={**at_server.settings, "WHENCE_TOKEN": made["token"]})


@pytest.fixture
def home() -> Generator[Path]:
    """A directory in which nothing was started yet."""
    with directory() as home:
        yield home


@pytest.fixture
def alone(home: Path) -> Terminal:
    """A terminal without a server, with a data directory of its own."""
    return Terminal(home=home, settings={"WHENCE_DATA_DIR": str(home / "data"), "WHENCE_PORT": "0"})


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a YAML file."""

    def write(text: str) -> Path:
        path = tmp_path / "catalogue.yaml"
        path.write_text(text)
        return path

    return write
