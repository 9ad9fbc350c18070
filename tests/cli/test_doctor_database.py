"""What `whence doctor` finds at a PostgreSQL that is not ours."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Collection, Generator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.acceptance.external import External, external
from tests.acceptance.server import WHENCE, environment
from tests.cli.terminal import Terminal
from whence.server import database
from whence.settings import Settings

# One of 2001 whose every column has some value of its type.
_ANY_EVENT: Final = """
    do $$
    declare names text; made text;
    begin
        select string_agg(quote_ident(attname), ', '), string_agg(
            case typname when 'uuid' then 'gen_random_uuid()' when 'timestamptz' then quote_literal('2001-01-01')
                when 'text' then quote_literal('') when 'bool' then 'false'
                when 'int2' then '0' when 'int4' then '0' when 'int8' then '0' else quote_literal('{}') end, ', ')
        into names, made
        from pg_attribute join pg_type t on t.oid = atttypid
        where attrelid = 'event'::regclass and attnum > 0 and attnotnull and not atthasdef and not attisdropped;
        execute format('insert into event (%s) values (%s)', names, made);
    end $$
"""


@pytest.fixture(scope="module")
def postgres() -> Generator[External]:
    """One that is as it should be."""
    with external() as running:
        yield running


def _findings(alone: Terminal, address: str, *, code: int) -> dict[str, Any]:
    done = alone("doctor", "-o", "json", WHENCE_DATABASE_URL=address)
    assert done.returncode == code, done.stdout + done.stderr
    return {one["name"]: one for one in json.loads(done.stdout)["findings"]}


def _elsewhere(address: str, *, database: str = "whence", user: str = "whence") -> str:
    """The same server, another database or role."""
    parts = urlsplit(address)
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}@{where}", path=f"/{database}"))


def test_a_database_before_the_first_start(alone: Terminal, postgres: External) -> None:
    """[OP4] The schema is to be made, which is no failure; everything else is well."""
    postgres.sql("create database fresh owner whence", database="postgres")

    found = _findings(alone, _elsewhere(postgres.url, database="fresh"), code=0)

    assert found["schema"]["level"] == "warning"
    asked = ("database", "encoding", "durability", "connections", "locks", "notices", "database clock", "months")
    assert {found[name]["level"] for name in asked} == {"ok"}


def test_cores_are_those_that_it_may_use(alone: Terminal, postgres: External) -> None:
    """[OP4] As many processes as `serve` would begin: on a machine of sixteen, a container may have one."""
    bound = (
        "import os, sys; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); os.execv(sys.argv[1], sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", bound, WHENCE, "doctor", "-o", "json"],
        env=environment(**alone.settings, WHENCE_WORKERS="0", WHENCE_DATABASE_URL=postgres.url),
        cwd=alone.home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    (found,) = (one for one in json.loads(done.stdout)["findings"] if one["name"] == "connections")
    assert found["text"].endswith(" 15 for 1 of our processes")


def test_a_database_that_is_not_there(alone: Terminal, postgres: External) -> None:
    """[OP4] It is to be made."""
    found = _findings(alone, _elsewhere(postgres.url, database="nowhere"), code=1)

    assert found["database"]["level"] == "failed"
    assert "create database" in found["database"]["remedy"]


def test_a_wrong_password(alone: Terminal, postgres: External) -> None:
    """[OP4] Nobody is sent to look at hosts and ports."""
    rules = postgres.home / "data" / "pg_hba.conf"
    before = rules.read_text()
    postgres.sql("create role locked login password 'right'", database="postgres")
    rules.write_text(f"host all locked 127.0.0.1/32 scram-sha-256\n{before}")
    postgres.sql("select pg_reload_conf()", database="postgres")

    found = _findings(alone, _elsewhere(postgres.url, user="locked:wrong-hush"), code=1)

    assert found["database"]["level"] == "failed"
    assert "password" in found["database"]["remedy"]
    assert "wrong-hush" not in json.dumps(found)


def test_a_role_that_may_make_no_tables(alone: Terminal, postgres: External) -> None:
    """[OP4] The first start would fail."""
    postgres.sql("create role guest login", database="postgres")
    postgres.sql("create database others", database="postgres")

    found = _findings(alone, _elsewhere(postgres.url, database="others", user="guest"), code=1)

    assert found["schema"]["level"] == "failed"
    assert "grant create on schema public" in found["schema"]["remedy"]


@pytest.mark.parametrize(
    ("granted", "said"),
    [
        ("grant all on all tables in schema public to {0}; grant create on schema public to {0}", "another role's"),
        ("grant whence to {0}; revoke create on schema public from whence, public", "may create no tables"),
    ],
    ids=["tables", "schema"],
)
def test_a_role_that_cannot_write_what_is_there(alone: Terminal, postgres: External, granted: str, said: str) -> None:
    """[OP4] Nothing is to be applied, so it starts, and then no month could be made."""
    name = f"other_{said[:3]}"
    address = _made(postgres, name)
    postgres.sql(f"create role {name} login", database="postgres")
    postgres.sql("alter schema public owner to postgres", database=name)
    postgres.sql(granted.format(name), database=name)

    found = _findings(alone, _elsewhere(address, database=name, user=name), code=1)

    assert found["schema"]["level"] == "failed"
    assert said in found["schema"]["text"]


def test_one_that_loses_and_has_no_room(alone: Terminal) -> None:
    """[OP4] Everything is told at once."""
    given = {"fsync": "off", "full_page_writes": "off", "max_connections": "12", "max_locks_per_transaction": "20"}
    with external(**given) as poor:
        poor.sql("create database latin encoding 'LATIN1' locale 'C' template template0 owner whence")
        poor.sql("alter database latin set synchronous_commit = off")

        found = _findings(alone, _elsewhere(poor.url, database="latin"), code=1)

    assert found["durability"]["text"].startswith("fsync, full_page_writes, synchronous_commit off")
    levels = {name: found[name]["level"] for name in ("encoding", "durability", "connections", "locks")}
    assert levels == {"encoding": "failed", "durability": "failed", "connections": "failed", "locks": "warning"}


def test_a_newer_release_has_been_here(alone: Terminal, postgres: External) -> None:
    """[OP4] This one would not start."""
    address = _made(postgres, "newer")
    postgres.sql("insert into migration (number, name, digest) values (9999, 'x', 'x')", database="newer")

    found = _findings(alone, address, code=1)

    assert found["schema"]["level"] == "failed"
    assert "9999" in found["schema"]["text"]


def test_events_that_did_not_move_to_their_month(alone: Terminal, postgres: External) -> None:
    """[OP4] They stand in the partition for all later months, and no retention finds them."""
    address = _made(postgres, "past")
    postgres.sql("create table event_9999_12 partition of event default", database="past")
    postgres.sql("alter table event_9999_12 owner to whence", database="past")
    postgres.sql(_ANY_EVENT, database="past")

    found = _findings(alone, address, code=0)

    assert found["months"]["level"] == "warning"


def _made(postgres: External, name: str) -> str:
    """A database with the schema of this release."""
    postgres.sql(f"create database {name} owner whence", database="postgres")
    address = _elsewhere(postgres.url, database=name)

    async def make() -> None:
        async with database(Settings.model_validate({"database_url": address})):
            pass

    asyncio.run(make())
    return address


def test_a_pooler_between_that_hears_nothing(alone: Terminal, postgres: External) -> None:
    """[OP4] As one that gives each transaction another connection."""
    with _deaf(postgres.port) as port:
        address = f"{_elsewhere(postgres.url)}?sslmode=disable".replace(str(postgres.port), str(port))
        found = _findings(alone, address, code=1)

    assert found["notices"]["level"] == "failed"
    assert "pool_mode = session" in found["notices"]["remedy"]
    assert found["database"]["level"] == "ok"


@contextmanager
def _deaf(port: int) -> Generator[int]:
    """The port of what passes everything on to a PostgreSQL, and back but for its notices."""
    loop = asyncio.new_event_loop()

    async def backwards(answers: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        while True:  # a message is its kind, four bytes of length, which counts itself, and the rest
            head = await answers.readexactly(5)
            rest = await answers.readexactly(int.from_bytes(head[1:]) - 4)
            if head[:1] != b"A":
                client.write(head + rest)

    async def forwards(client: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        while sent := await client.read(65_536):
            server.write(sent)

    async def serve(client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        answers, server = await asyncio.open_connection("127.0.0.1", port)
        ways = [asyncio.create_task(backwards(answers, answer)), asyncio.create_task(forwards(client, server))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        server.close()
        answer.close()

    listening = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        loop.run_until_complete(_ended(asyncio.all_tasks(loop)))
        loop.close()


async def _ended(tasks: Collection[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
