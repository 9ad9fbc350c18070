"""Which servers an address names, and how one that takes no writes any more is left."""

import pytest

from whence.domain.errors import Unavailable
from whence.store.hosts import named
from whence.store.pool import Pool, Writer

_PID = "select pg_backend_pid() as pid"


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql://u:p%2C@a:1/d?x=y", ["postgresql://u:p%2C@a:1/d?x=y"]),
        ("postgresql://u@a:1,b/d?x=y", ["postgresql://u@a:1/d?x=y", "postgresql://u@b/d?x=y"]),
        ("postgresql://a,[::1]:5/d", ["postgresql://a/d", "postgresql://[::1]:5/d"]),
        ("postgresql:///d?host=a,b", ["postgresql:///d?host=a,b"]),
    ],
)
def test_each_host_of_a_url_has_the_rest_of_it(url: str, hosts: list[str]) -> None:
    assert [host.get("dsn") for host in named(url)] == hosts


async def _pid(db: Writer) -> int:
    row = await db.row(_PID)
    assert row is not None
    return row["pid"]


async def test_a_connection_that_takes_no_writes_is_thrown_away(pool: Pool) -> None:
    """[IN7] As behind a pooler that led to the primary of before: the next one is a new one."""
    left: list[int] = []

    async def write() -> None:
        async with pool.transaction() as db:
            left.append(await _pid(db))
            await db.execute("set transaction read only")
            await db.execute("create table never (n int)")

    with pytest.raises(Unavailable):
        await write()
    async with pool.transaction() as db:
        assert await _pid(db) not in left
