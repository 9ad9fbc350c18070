"""A server is ready when it can take events: when its database does not only answer, but takes what is written."""

from collections.abc import Callable, Generator
from typing import Final

import httpx
import pytest

from tests.acceptance.external import NAME, External, external
from tests.acceptance.server import Server, await_fact, directory
from tests.operations.scraped import sample
from whence.domain.errors import Unavailable
from whence.server import database
from whence.settings import Settings
from whence.store import pulse

_PATIENCE: Final = 60.0  # seconds: on a busy machine, too
_NEXT: Final = "select pg_snapshot_xmax(pg_current_snapshot())"  # the transaction that will write next


@pytest.fixture(scope="module")
def postgres() -> Generator[External]:
    """A PostgreSQL elsewhere."""
    with external() as postgres:
        yield postgres


@pytest.fixture(scope="module")
def server(postgres: External) -> Generator[Server]:
    """A server on it."""
    with directory() as home:
        server = Server(home, WHENCE_DATABASE_URL=postgres.url)
        try:
            yield server.start()
        finally:
            server.end()


def _is_ready(server: Server) -> bool:
    answer = httpx.get(f"{server.url}/readyz", timeout=_PATIENCE)
    if answer.is_success:
        return True
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    return False


def _await(holds: Callable[[], object], what: str) -> None:
    await_fact(holds, seconds=_PATIENCE, what=what)


@pytest.mark.parametrize("right", ["insert on event", "update on feed_head"])
def test_who_may_only_read_is_not_ready(postgres: External, server: Server, right: str) -> None:
    """[OP6] Nor is its database up, for whoever watches the figures; the log says why."""
    assert _is_ready(server)

    postgres.sql(f"revoke {right} from {NAME}")
    try:
        _await(lambda: not _is_ready(server), "not ready")
        _await(lambda: sample(server.url, "whence_database_up") == 0, "the database is down")
        reads = server.get("/v1/events")
    finally:
        postgres.sql(f"grant {right} to {NAME}")

    _await(lambda: _is_ready(server), "ready again")
    _await(lambda: sample(server.url, "whence_database_up") == 1, "the database is up again")
    assert reads["events"] == []
    assert '"database.unfit"' in server.said


def test_a_database_in_recovery_is_not_ready(postgres: External, server: Server) -> None:
    """[OP6] As a standby it answers whoever reads, and takes nothing; promoted it does."""
    postgres.stop()
    (postgres.home / "data" / "standby.signal").touch()
    postgres.start()
    assert postgres.sql("select pg_is_in_recovery()") == "t"

    assert not _is_ready(server)

    postgres.promote()
    _await(lambda: _is_ready(server), "ready again")


def test_a_database_that_is_read_only_unless_told_otherwise_is_ready(postgres: External, server: Server) -> None:
    """[OP6] It is told: what is sent is stored."""
    postgres.alter("default_transaction_read_only", "on")
    try:
        _await(lambda: postgres.sql("show default_transaction_read_only") == "on", "it is read only")

        assert _is_ready(server)
        server.send("POST", "/v1/events", {"title": "taken"})
    finally:
        postgres.alter("default_transaction_read_only", "off")


async def test_to_ask_writes_nothing() -> None:
    """[OP6] However often it is asked: a transaction that writes nothing has no number."""
    with external(autovacuum="off") as quiet:
        async with database(Settings.model_validate({"database_url": quiet.url})) as pool:
            before = quiet.sql(_NEXT)
            for _ in range(20):
                await pulse.ask(pool)

            assert quiet.sql(_NEXT) == before


async def test_who_came_to_a_server_that_takes_no_writes_any_more_looks_for_another(postgres: External) -> None:
    """[IN7] As behind a proxy, which keeps connections to the primary of before: who asks next finds the new one."""
    async with database(Settings.model_validate({"database_url": postgres.url})) as pool:
        async with pool.transaction() as db:
            await db.execute("set session characteristics as transaction read only")

        with pytest.raises(Unavailable):
            await pulse.ask(pool)

        await pulse.ask(pool)
