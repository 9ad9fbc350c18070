"""How far the background is behind is known, also while it hangs; and whether the database answers."""

import asyncio
from collections.abc import Callable
from time import monotonic

import pytest

from tests.acceptance.external import external
from tests.acceptance.server import Server, await_fact, directory
from tests.operations.counted import value
from tests.operations.scraped import sample
from whence.background import Work
from whence.server import House

_PATIENCE = 60.0  # seconds: on a busy machine, too


async def _until(holds: Callable[[], bool]) -> None:
    give_up_at = monotonic() + _PATIENCE
    while not holds():
        assert monotonic() < give_up_at
        await asyncio.sleep(0.05)


@pytest.mark.usefixtures("house")
async def test_every_work_is_timed() -> None:
    """[OP2] Each takes a turn at the start, and says how far it is behind."""
    await _until(lambda: all(value("whence_background_turn_seconds_count", work=work) >= 1 for work in Work))
    await _until(lambda: 0 < value("whence_background_lag_seconds", work="expiry") < 5)


async def test_a_turn_that_hangs_falls_behind(house: House) -> None:
    """[OP2] Nothing has to end for it to be seen; and once it goes on, it is up to date again."""

    def behind() -> float:
        return value("whence_background_lag_seconds", work=Work.EXPIRY)

    async with house.pool.transaction() as db:
        await db.execute("lock table alert in access exclusive mode")
        await _until(lambda: behind() >= 3)

    await _until(lambda: behind() < 3)


def test_a_server_says_whether_its_database_answers() -> None:
    """[OP2] And how its connections are used, which never are more than it may have."""
    with external() as postgres, directory() as home:
        server = Server(home, WHENCE_DATABASE_URL=postgres.url)
        try:
            server.start()
            await_fact(lambda: _up(server) == 1, seconds=_PATIENCE, what="the database is up")
            open_now = [
                sample(server.url, "whence_database_connections", pool=pool, state=state)
                for pool in ("readers", "writers")
                for state in ("used", "idle")
            ]
            postgres.stop()
            await_fact(lambda: _up(server) == 0, seconds=_PATIENCE, what="the database is down")
            postgres.start()
            await_fact(lambda: _up(server) == 1, seconds=_PATIENCE, what="the database is up again")
            said = server.said
        finally:
            server.end()

    assert all(number is not None for number in open_now)
    assert 2 <= sum(number or 0 for number in open_now) <= 14
    assert '"background.broken"' not in said


def _up(server: Server) -> float | None:
    return sample(server.url, "whence_database_up")
