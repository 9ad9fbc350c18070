"""How long a start takes: from the process to the first `200` of `/readyz`, on a database that is there."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from bench import data
from bench.child import TOKEN, workers
from bench.client import AnswerError, Client
from bench.figure import Figure
from bench.size import Size

_AT_MOST_SECONDS: Final = 2
_POLL: Final = 0.005
_PATIENCE: Final = 120.0
_WHENCE: Final = str(Path(sys.executable).with_name("whence"))


async def start(size: Size, filled: Path) -> list[Figure]:
    """`whence serve`, its PostgreSQL included, started and stopped so many times."""
    history = data.standing(filled)
    assert history is not None
    samples = [await _start(filled) for _ in range(size.starts)]
    return [
        Figure(
            name=f"start {history.events:,}",
            what=f"start until ready, PostgreSQL included, {history.events:,} stored, median of {size.starts}",
            unit="s",
            measured=median(samples),
            bound="<=",
            budget=_AT_MOST_SECONDS,
            samples={"whence": samples},
            note=f"longest {max(samples):.2f} s",
        )
    ]


async def _start(directory: Path) -> float:
    port = _free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WHENCE_")}
    ours = {
        "WHENCE_WORKERS": str(workers()),
        "WHENCE_GRPC_PORT": "0",
        "WHENCE_LOG_FORMAT": "json",
        "WHENCE_BOOTSTRAP_TOKEN": TOKEN,
    }
    command = [_WHENCE, "serve", "--port", str(port), "--data-dir", str(directory)]
    with (directory / "serve.log").open("ab") as log:
        started = perf_counter()
        process = await asyncio.create_subprocess_exec(
            *command, env=kept | ours, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                while not await _is_ready(port):
                    assert process.returncode is None, f"it ended with {process.returncode}"
                    await asyncio.sleep(_POLL)
            return perf_counter() - started
        finally:
            process.terminate()
            await process.wait()


async def _is_ready(port: int) -> bool:
    try:
        async with Client.to(f"http://127.0.0.1:{port}") as client:
            await client.get("/readyz")
    except (OSError, AnswerError):
        return False
    return True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]
