"""What is measured in several processes, added up: each writes its figures to files of its own, which any can read.

One process alone needs none of this, and keeps them in memory.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, start_http_server, values
from prometheus_client.multiprocess import (
    MultiProcessCollector,
    mark_process_dead,  # pyright: ignore[reportUnknownVariableType]  it has no types
)

from whence.sockets import not_had

_DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"  # by which the library knows that it is to write files

log = structlog.get_logger()


@contextmanager
def shared() -> Generator[CollectorRegistry]:
    """Processes that are begun while the block runs count together; what it gives knows the sum."""
    os.environ[_DIRECTORY] = tempfile.mkdtemp(prefix="whence-metrics-")
    try:
        yield _summed()
    finally:
        remove()
        del os.environ[_DIRECTORY]


def count_as(number: int) -> None:
    """This process counts as that one of several. Only what is declared afterwards does.

    Files are as many as there are numbers: who is given that of a process which has ended counts on from there, so
    that no sum ever falls. No two that run have the same.
    """
    values.ValueClass = values.MultiProcessValue(lambda: number)  # pyright: ignore[reportUnknownMemberType]  it has no types


def forget(number: int) -> None:
    """The process of that number has ended: what it had under way counts no more, what it has done does."""
    mark_process_dead(number, os.environ[_DIRECTORY])


def remove() -> None:
    """Nobody reads the sums any more, and the files are gone; so they may be already."""
    shutil.rmtree(os.environ[_DIRECTORY], ignore_errors=True)


def told() -> bytes:
    """All figures, in Prometheus' text format: of all processes, where there are several."""
    return generate_latest(_summed() if _DIRECTORY in os.environ else REGISTRY)


@contextmanager
def served(registry: CollectorRegistry, host: str, port: int | None) -> Generator[None]:
    """While the block runs, `/metrics` is on a port of its own, if it has one.

    Raises:
        ListenError: the port cannot be had.
    """
    if port is None:
        yield
        return
    try:
        serving, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as exc:
        raise not_had(host, port, exc, "metrics_port") from exc
    log.info("metrics.served", port=serving.server_port)
    try:
        yield
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()


def _summed() -> CollectorRegistry:
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry
