"""A PostgreSQL elsewhere that is stopped, or whose standby takes over: the server tells callers when to come again.

It finds the one that takes writes by itself, and nothing that was answered is lost.
"""

import socket
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import httpx
import pytest

from tests.acceptance.external import NAME, External, Stop, external, replica, url
from tests.acceptance.faults.traffic import Traffic, exported
from tests.acceptance.server import Server, await_fact

_AWAY_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 15.0
_STANDBY: Final = "replica"  # as `synchronous_standby_names` calls it


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_database_that_is_restarted_is_found_again(begin: Callable[..., Server], how: Stop) -> None:
    """[IN1, IN7, LV2] Away for five seconds, under load: 503 with `Retry-After` meanwhile, and no restart of ours."""
    with external() as database:
        server = begin(WHENCE_DATABASE_URL=database.url)
        process, traffic = server.process, Traffic(server)

        def restart() -> None:
            database.stop(how)
            time.sleep(_AWAY_SECONDS)  # so long it is away
            database.start()

        traffic.run(restart)

        traffic.assert_reconciled()
        assert traffic.statuses[503] > 0
        assert process.is_running()


@contextmanager
def _pair() -> Generator[tuple[External, External]]:
    """A primary, and the standby that must have each commit before it counts."""
    with external() as primary, replica(primary, name=_STANDBY) as standby:
        primary.alter("synchronous_standby_names", _STANDBY)
        _await_synchronous(primary)
        yield primary, standby


def _await_synchronous(primary: External) -> None:
    await_fact(
        lambda: primary.sql("select sync_state from pg_stat_replication", database="postgres") == "sync",
        seconds=30,
        what="the standby is synchronous",
    )


def test_a_standby_takes_over(begin: Callable[..., Server]) -> None:
    """[IN1, IN7, LV2] The primary is killed under load, and its standby promoted; the old one comes back as a standby.

    What was answered is stored at the new one, and nobody sticks to the old.
    """
    with _pair() as (primary, standby):
        server = begin(WHENCE_DATABASE_URL=url(primary, standby, target_session_attrs="read-write"))
        process, traffic = server.process, Traffic(server)

        def take_over() -> None:
            primary.kill()
            standby.promote()

        def come_back() -> None:
            primary.start()  # it recovers, and ends in good order: the other can be followed then
            primary.stop()
            primary.follow(standby)
            primary.start()

        traffic.run(take_over, come_back)

        traffic.assert_reconciled()
        assert traffic.statuses[503] > 0
        assert process.is_running()
        assert primary.sql("select pg_is_in_recovery()") == "t"
        assert _sessions(primary) == 0
        assert _sessions(standby) > 0


def _sessions(database: External) -> int:
    return int(database.sql("select count(*) from pg_stat_activity where application_name like 'whence%'"))


def test_nothing_is_answered_that_the_standby_may_not_have(begin: Callable[..., Server]) -> None:
    """[IN1, IN2, IN3, IN7] Without its standby the primary commits nothing; who sends again is told nothing else.

    As soon as the standby is back, what was sent is stored, once.
    """
    with _pair() as (primary, standby):
        server = begin(WHENCE_DATABASE_URL=primary.url, WHENCE_QUERY_TIMEOUT_SECONDS="2")
        standby.stop()

        with server.client() as client:

            def send() -> httpx.Response:
                once = {"idempotency-key": "once"}
                return client.post("/v1/events", json={"title": "committed here alone"}, headers=once)

            began = time.monotonic()
            with ThreadPoolExecutor(4) as at_once:
                answers = [future.result() for future in [at_once.submit(send) for _ in range(4)]]
            answers += [send(), send()]
            took = time.monotonic() - began
            standby.start()
            await_fact(lambda: send().is_success, seconds=30, what="it is answered")
        rows = exported(server)

    assert {answer.status_code for answer in answers} == {503}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers)
    assert took < len(answers) * _ANSWER_SECONDS
    assert [row["title"] for row in rows] == ["committed here alone"]


def test_a_silent_host_keeps_nobody_from_the_one_behind_it(begin: Callable[..., Server]) -> None:
    """[IN7] The first that the URL names takes connections and says nothing, as a machine does that hangs."""
    with external() as database, socket.create_server(("127.0.0.1", 0)) as silent:
        hosts = f"127.0.0.1:{silent.getsockname()[1]},127.0.0.1:{database.port}"
        server = begin(WHENCE_DATABASE_URL=f"postgresql://{NAME}@{hosts}/{NAME}")

        server.send("POST", "/v1/events", {"title": "arrived"})

        assert [row["title"] for row in exported(server)] == ["arrived"]
