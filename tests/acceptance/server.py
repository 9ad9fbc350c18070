"""A whole server in a process of its own, which a test may kill, stop and start again."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

import httpx
import psutil

from whence.embedded import Embedded

TOKEN: Final = "wh_acceptance_of_everything_0123456789"
NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # nobody here speaks it, and each client else reads all roots
_START_SECONDS: Final = 60.0  # on a busy machine, too
_END_SECONDS: Final = 30.0
_POLL: Final = 0.01
WHENCE: Final = str(Path(sys.executable).with_name("whence"))


class Server:
    """`whence serve` on a port and in a data directory of its own; both stay over a restart.

    Args:
        home: a directory that is there; the data goes to `home/data`, what the server says to `home/stderr`.
        command: of `whence`: `serve`, or `demo`.
        settings: further settings, by their environment variables.
    """

    def __init__(self, home: Path, *, name: str = "server", command: str = "serve", **settings: str) -> None:
        self.home = home
        self.files: int | None = None  # that it may have open at a time, from its next start on; as many as we
        self._command = command
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = settings
        self._stderr = home / f"{name}.stderr"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def data_dir(self) -> Path:
        return self.home / "data"

    @property
    def process(self) -> psutil.Process:
        """The running server."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    @property
    def postmaster(self) -> psutil.Process | None:
        """The PostgreSQL that the server started or joined, when it runs."""
        return postmaster(self.data_dir)

    @property
    def grpc_port(self) -> int:
        """Where it answers over gRPC; another one after each start."""
        served = [json.loads(line) for line in self.said.splitlines() if '"grpc.served"' in line]
        return served[-1]["port"]

    @property
    def said(self) -> str:
        """All that it wrote to stdout and stderr, over all its lives."""
        return self._stderr.read_text(errors="replace")

    def start(self) -> Self:
        """Start it, and return when it is ready."""
        self.spawn()
        await_fact(self._is_ready, seconds=_START_SECONDS, what="the server is ready")
        return self

    def spawn(self) -> None:
        """Start it, and do not wait."""
        with self._stderr.open("ab") as stderr:
            self._process = subprocess.Popen(
                [*self._bounds(), WHENCE, self._command],
                cwd=self.home,
                env=environment(
                    WHENCE_DATA_DIR=str(self.data_dir),
                    WHENCE_PORT=str(self.port),
                    WHENCE_BOOTSTRAP_TOKEN=TOKEN,
                    **self.settings,
                ),
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
            )

    def kill(self) -> None:
        """`kill -9`: it has no time for anything. Its PostgreSQL runs on."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def terminate(self, *, seconds: float = _END_SECONDS) -> int:
        """SIGTERM; its exit code, within the time."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self.wait(seconds=seconds)

    def wait(self, *, seconds: float = _END_SECONDS) -> int:
        """Its exit code, when it has ended."""
        assert self._process is not None
        return self._process.wait(seconds)

    def restart(self, *, kill: bool = False) -> None:
        """Stop it (`kill`: by `kill -9`), and start it again."""
        if kill:
            self.kill()
        else:
            assert self.terminate() == 0
        self.start()

    def client(self, token: str | None = TOKEN, **options: Any) -> httpx.Client:  # noqa: ANN401  httpx's own
        """A client with the token; close it."""
        return httpx.Client(base_url=self.url, headers=bearer(token), timeout=30, verify=NO_TLS, **options)

    def aclient(self, token: str | None = TOKEN, **options: Any) -> httpx.AsyncClient:  # noqa: ANN401  httpx's own
        """As `client`, for use in a loop."""
        return httpx.AsyncClient(base_url=self.url, headers=bearer(token), timeout=30, verify=NO_TLS, **options)

    def get(self, path: str, **query: Any) -> Any:  # noqa: ANN401  whatever the JSON holds
        """The JSON of a good answer."""
        with self.client() as client:
            return client.get(path, params=query).raise_for_status().json()

    def send(self, method: str, path: str, json: object) -> Any:  # noqa: ANN401  whatever the JSON holds
        """The JSON of a good answer to the body."""
        with self.client() as client:
            return client.request(method, path, json=json).raise_for_status().json()

    def end(self) -> None:
        """Leave nothing of it running."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _bounds(self) -> list[str]:
        return [] if self.files is None else ["bash", "-c", f'ulimit -n {self.files} && exec "$0" "$@"']

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"it ended with {self._process.returncode}:\n{self.said}"
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5, verify=NO_TLS).is_success
        except httpx.TransportError:
            return False


@contextmanager
def directory() -> Generator[Path]:
    """An empty directory with a path short enough for a socket; the PostgreSQL in its `data` ends with the block."""
    home = Path(tempfile.mkdtemp(prefix="whence-"))
    try:
        yield home
    finally:
        if postmaster(home / "data") is not None:
            Embedded.start(home / "data").stop()
        shutil.rmtree(home)


def postmaster(data_dir: Path) -> psutil.Process | None:
    """The process of the PostgreSQL that keeps its data there, when it runs."""
    wanted = ["-D", str(data_dir.resolve() / "postgres")]
    for process in psutil.process_iter(["cmdline"]):
        if (process.info["cmdline"] or [])[1:3] == wanted:
            return process
    return None


def kill_postgres(data_dir: Path) -> None:
    """`kill -9` to the PostgreSQL that keeps its data there, and to all its children."""
    process = postmaster(data_dir)
    assert process is not None
    family = [process, *process.children(recursive=True)]
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(family, timeout=_END_SECONDS)


def environment(**settings: str) -> dict[str, str]:
    """Ours, without the settings that happen to be in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WHENCE_")}
    return {**kept, "WHENCE_GRPC_PORT": "0", "WHENCE_LOG_FORMAT": "json", **settings}


def bearer(token: str | None) -> dict[str, str]:
    """The header that carries the token, if there is one."""
    return {} if token is None else {"authorization": f"Bearer {token}"}


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_fact(holds: Callable[[], object], *, seconds: float, what: str) -> None:
    """Return as soon as it holds.

    Raises:
        AssertionError: it does not within the time.
    """
    give_up_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up_at, f"not within {seconds} seconds: {what}"
        time.sleep(_POLL)
