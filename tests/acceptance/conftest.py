"""Real servers on real sockets."""

import asyncio
import subprocess
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.acceptance.clients.cortex.calls import Program
from tests.acceptance.clients.cortex.workspace import Workspace
from tests.acceptance.clients.install import install
from tests.acceptance.server import Server, directory
from whence.server import database
from whence.settings import Settings


@pytest.fixture(scope="session")
def made() -> Generator[Path]:
    """A data directory with an empty database. To make one costs a second, to copy it a twentieth."""

    async def make(data_dir: Path) -> None:
        async with database(Settings.model_validate({"data_dir": data_dir})):
            pass

    with directory() as home:
        asyncio.run(make(home / "data"))
        yield home / "data"


@contextmanager
def _copy(made: Path) -> Generator[Path]:
    with directory() as home:
        subprocess.run(["cp", "-a", made, home / "data"], check=True)
        yield home


@pytest.fixture
def home(made: Path) -> Generator[Path]:
    """A directory for the files of a server, or of several; its database is empty."""
    with _copy(made) as home:
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


@pytest.fixture(scope="module")
def shared(made: Path) -> Generator[Server]:
    """A running server of a whole file of tests; each of them has an account of its own: `tenant_token`."""
    with _copy(made) as home:
        server = Server(home)
        try:
            yield server.start()
        finally:
            server.end()


@pytest.fixture
def tenant_token(shared: Server) -> Callable[..., str]:
    """Makes a token of the test's own account on `shared`, with these options of dialects."""
    account = f"t-{uuid4().hex}"
    shared.send("POST", "/v1/accounts", {"name": account})

    def make(**options: dict[str, str]) -> str:
        wanted = {"name": "client", "account": account, "rights": ["admin"], "options": options}
        return shared.send("POST", "/v1/tokens", wanted)["token"]

    return make


@pytest.fixture(scope="session")
def cortex_program() -> Generator[Program]:
    """Cortex' command-line client."""
    with Program(install("cortex")) as program:
        yield program


@pytest.fixture
def cortex(cortex_program: Program, shared: Server, tenant_token: Callable[..., str], tmp_path: Path) -> Workspace:
    """Cortex' command-line client, in an account of the test's own."""
    return Workspace(cortex_program, shared, tenant_token(), tmp_path)
