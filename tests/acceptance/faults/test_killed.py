"""Whatever is killed in the middle of everything: what was answered is stored, once, and all the books agree."""

from collections.abc import Callable

import psutil
import pytest

from tests.acceptance.external import external
from tests.acceptance.faults.traffic import Traffic
from tests.acceptance.server import Server, kill_postgres


def _kill_server(server: Server) -> None:
    server.restart(kill=True)


def _kill_postgres(server: Server) -> None:
    kill_postgres(server.data_dir)


def _kill_backend(server: Server) -> None:
    assert server.postmaster is not None
    _kill_writer(server.postmaster)


def _kill_writer(postmaster: psutil.Process) -> None:
    """Of all who serve a connection, the one that did most: PostgreSQL sends all others away, and recovers."""
    serving = [one for one in postmaster.children() if "whence whence" in " ".join(one.cmdline())]
    max(serving, key=lambda one: sum(one.cpu_times()[:2])).kill()


@pytest.mark.parametrize("strike", [_kill_server, _kill_postgres, _kill_backend])
def test_a_kill_loses_and_doubles_nothing(whence: Server, strike: Callable[[Server], None]) -> None:
    """[IN1, IN7, LV2, AL9] The embedded PostgreSQL; twice."""
    traffic = Traffic(whence)

    traffic.run(*[lambda: strike(whence)] * 2)

    traffic.assert_reconciled()


def test_nor_does_one_of_a_postgresql_elsewhere(begin: Callable[..., Server]) -> None:
    """[IN1, IN7] A backend of an external PostgreSQL, then all of it: who runs it starts it again."""
    with external() as database:
        server = begin(WHENCE_DATABASE_URL=database.url)
        traffic = Traffic(server)

        def kill() -> None:
            database.kill()
            database.start()

        traffic.run(lambda: _kill_writer(database.process), kill)

        traffic.assert_reconciled()
