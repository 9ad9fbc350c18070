"""Accounts that are deleted on running servers: nothing is left of them, whatever runs or dies meanwhile."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, Final, LiteralString, cast
from urllib.parse import quote
from uuid import uuid4

import grpc
import httpx

from tests.acceptance.server import Server, await_fact
from tests.walls.things import account, furnished
from whence.server import connected
from whence.settings import Settings
from whence.store.pool import Reader

_SECONDS: Final = 60.0
_MANY: Final = 30_000  # events: half a dozen batches, and as many of their links
_UNDER_WAY: Final = 100  # answers: by then all are at it
_OWNED: Final = """
    select r.relname as name from pg_class r join pg_attribute a on a.attrelid = r.oid and a.attname = 'account_id'
    where r.relkind in ('r', 'p') and not r.relispartition and r.relnamespace = 'public'::regnamespace
"""
_HOW_MANY: Final = "select count(*) as rows from {table} where account_id = $1"
# What only the release before writes.
_OLD: Final = (
    """
    insert into event_count (account_id, hour, kind, severity, type, source, dialect, slot, events)
    values ($1, date_trunc('hour', now()), 'info', 'info', '', '', '', 0, 1)
    """,
    """
    insert into event_place_count (account_id, hour, dimension, value, slot, events)
    values ($1, date_trunc('hour', now()), 'cluster', 'a', 0, 1)
    """,
)


async def _rows(db: Reader, account_id: str) -> dict[str, int]:
    """How many rows each table of the catalogue has of the account."""
    tables = sorted(row["name"] for row in await db.rows(_OWNED))
    return {table: await _count(db, table, account_id) for table in tables}


async def _count(db: Reader, table: str, account_id: str) -> int:
    row = await db.row(cast("LiteralString", _HOW_MANY.format(table=table)), account_id)
    return row["rows"] if row else 0


def rows(server: Server, account_id: str) -> dict[str, int]:
    """How many rows each table has of the account; the account itself is one of them."""

    async def read() -> dict[str, int]:
        async with connected(Settings.model_validate({"data_dir": server.data_dir})) as pool, pool.reader() as db:
            return await _rows(db, account_id)

    return asyncio.run(read())


def _until_fewer(server: Server, account_id: str, most: int) -> None:
    """Return as soon as the account has fewer events and links than that."""

    async def wait() -> None:
        async with (
            asyncio.timeout(_SECONDS),
            connected(Settings.model_validate({"data_dir": server.data_dir})) as pool,
            pool.reader() as db,
        ):
            left = most
            while left >= most:
                left = sum([await _count(db, table, account_id) for table in ("event", "event_link")])

    asyncio.run(wait())


def _age(server: Server, account_id: str) -> None:
    """The account has also what the release before wrote."""

    async def write() -> None:
        async with connected(Settings.model_validate({"data_dir": server.data_dir})) as pool, pool.transaction() as db:
            for statement in _OLD:
                await db.execute(statement, account_id)

    asyncio.run(write())


def _full(server: Server, name: str, token: str) -> str:
    """The account, which has a row in every table after the call."""
    with server.client(token) as client:
        furnished(client, name, token)
        once = {"idempotency-key": uuid4().hex}
        client.post("/v1/events", json={"title": "once"}, headers=once).raise_for_status()
        firing = {"eventType": "x", "summary": "fires", "details": {"fingerprint": "f", "status": "firing"}}
        client.post("/mgmt/v1/events", json=firing, headers={"x-api-key": token}).raise_for_status()
        with server.client(None) as browser:
            browser.post("/v1/session", json={"token": token}).raise_for_status()
        found: str = client.get("/v1/account").raise_for_status().json()["id"]
    _age(server, found)
    return found


def _delete(server: Server, name: str) -> None:
    with server.client() as client:
        deleted = client.delete(f"/v1/accounts/{quote(name, safe='')}", params={"confirm": name})
        assert deleted.status_code == 202, deleted.text


def _is_listed(server: Server, name: str) -> bool:
    return any(one["name"] == name for one in server.get("/v1/accounts", limit=1000)["accounts"])


def _gone(server: Server, name: str) -> None:
    await_fact(lambda: not _is_listed(server, name), seconds=_SECONDS, what="the account is gone")


def test_no_table_keeps_a_row(begin: Callable[..., Server]) -> None:
    """[RE7] Of whatever tables the catalogue has: a table that somebody adds is asked as well, or this fails."""
    server = begin()
    name, token = account(server)
    account_id = _full(server, name, token)
    other, other_token = account(server)
    other_id = _full(server, other, other_token)
    before = rows(server, account_id)
    others = rows(server, other_id)

    _delete(server, name)
    _gone(server, name)

    assert [table for table, found in before.items() if not found] == []  # what is never there proves nothing
    assert {table: found for table, found in rows(server, account_id).items() if found} == {}
    assert {table: found for table, found in others.items() if not found} == {}
    assert rows(server, other_id).keys() == others.keys()
    assert all(rows(server, other_id)[table] >= found for table, found in others.items() if table != "event_once")
    assert '"background.broken"' not in server.said


def test_a_deletion_goes_on_after_a_kill(begin: Callable[..., Server]) -> None:
    """[RE7] In the middle of it, `kill -9`: at the next start nothing opens the account, and the rest of it goes."""
    server = begin()
    name, token = account(server)
    lines = b"\n".join(b'{"title": "%d", "scope": {"services": ["shop"]}}' % n for n in range(10_000))
    with server.client(token) as client:
        for _ in range(_MANY // 10_000):
            kind = {"content-type": "application/x-ndjson"}
            client.post("/v1/events", content=lines, headers=kind).raise_for_status()
        account_id = client.get("/v1/account").json()["id"]
    before = rows(server, account_id)

    _delete(server, name)
    _until_fewer(server, account_id, before["event"] + before["event_link"])
    server.kill()
    in_between = rows(server, account_id)
    server.start()

    assert before["event"] == _MANY
    assert in_between["account"] == 1
    assert in_between["event"] + in_between["event_link"] > 0
    with server.client(token) as client:
        assert client.get("/v1/events").status_code == 401
    _gone(server, name)
    assert {table: found for table, found in rows(server, account_id).items() if found} == {}


class _Traffic:
    """What an account does on two servers until nobody lets it in any more; `answers` counts statuses and codes."""

    def __init__(self, servers: tuple[Server, Server], token: str, hook: str) -> None:
        self._servers = servers
        self._token = token
        self._hook = hook
        self._numbers = count()
        self.answers: Counter[tuple[str, object]] = Counter()
        self.under_way = asyncio.Event()

    async def run(self) -> None:
        """Return when each kind of request was refused: the account is gone for all of them."""
        async with asyncio.timeout(_SECONDS), asyncio.TaskGroup() as group:
            for server in self._servers:
                for kind in (self._one, self._batch, self._alert, self._read, self._monitor, self._stream):
                    group.create_task(self._repeat(server, kind))
                group.create_task(asyncio.to_thread(self._call, server))

    async def _repeat(self, server: Server, kind: Callable[[httpx.AsyncClient], Awaitable[int]]) -> None:
        async with server.aclient(self._token) as client:
            while True:
                status = await kind(client)
                self.answers[kind.__name__, status] += 1
                if sum(self.answers.values()) > _UNDER_WAY:
                    self.under_way.set()
                if status in {401, 404}:
                    return

    async def _one(self, client: httpx.AsyncClient) -> int:
        sent = {"title": "a", "id": str(next(self._numbers)), "scope": {"services": ["shop"]}}
        return (await client.post("/v1/events", json=sent)).status_code

    async def _batch(self, client: httpx.AsyncClient) -> int:
        answer = await client.post("/v1/events", json=[{"title": str(n)} for n in range(50)])
        if answer.is_success:
            assert answer.json()["rejected"] == 0, answer.text
        return answer.status_code

    async def _alert(self, client: httpx.AsyncClient) -> int:
        number = next(self._numbers) % 20
        kind = "recovery" if number % 3 else "problem"
        sent = {"kind": kind, "title": "hot", "key": str(number), "entities": ["shop"]}
        return (await client.post("/v1/events", json=sent)).status_code

    async def _read(self, client: httpx.AsyncClient) -> int:
        path = ("/v1/events", "/v1/events/facets", "/v1/problems", "/v1/causes")[next(self._numbers) % 4]
        return (await client.get(path)).status_code

    async def _monitor(self, client: httpx.AsyncClient) -> int:
        sent = {"event_key": str(next(self._numbers) % 5), "title": "hot", "severity": "ERROR"}
        return (await client.post(self._hook, json=sent)).status_code

    async def _stream(self, client: httpx.AsyncClient) -> int:
        """Follow until the stream ends, which it does by itself when the account is gone."""
        async with client.stream("GET", "/v1/events/stream") as answer:
            if answer.is_success:
                async for _ in answer.aiter_lines():
                    pass
            return answer.status_code

    def _call(self, server: Server) -> None:
        """The same over gRPC."""
        with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
            method = "/spaceone.api.monitoring.v1.Event/list"
            ask = cast("Callable[..., bytes]", channel.unary_unary(method))
            while True:
                try:
                    ask(b"", metadata=(("token", self._token),), timeout=_SECONDS)
                except grpc.RpcError as refusal:
                    code = refusal.code()  # pyright: ignore[reportAttributeAccessIssue]  of the call that it is as well
                    self.answers["grpc", code] += 1
                    return


def _broken(server: Server) -> list[Any]:
    """What the server said went wrong."""
    lines = [json.loads(line) for line in server.said.splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("level") in {"error", "critical"}]


def test_accounts_vanish_under_load(begin: Callable[..., Server]) -> None:
    """[RE6, RE7] While all of it is in use on two servers: good answers, then none; no internal error, nothing left."""
    servers = begin(), begin(name="other")
    named = [account(servers[0]) for _ in range(2)]
    survivor, survivor_token = account(servers[0])
    traffics: list[_Traffic] = []
    ids: list[str] = []
    for _, token in named:
        with servers[0].client(token) as client:
            client.put("/v1/entities", json={"entities": [{"name": "shop", "tag": "shop"}]}).raise_for_status()
            hook = client.post("/v1/webhooks", json={"name": "monitor", "receiver": "direct"}).raise_for_status().json()
            ids.append(client.get("/v1/account").json()["id"])
        traffics.append(_Traffic(servers, token, httpx.URL(hook["url"]).path))

    async def all_at_once() -> None:
        async with asyncio.TaskGroup() as group:
            for traffic in traffics:
                group.create_task(traffic.run())
            for (name, _), traffic in zip(named, traffics, strict=True):
                await traffic.under_way.wait()
                await asyncio.to_thread(_delete, servers[1], name)

    asyncio.run(all_at_once())

    for name, _ in named:
        _gone(servers[0], name)
    for account_id in ids:
        assert {table: found for table, found in rows(servers[0], account_id).items() if found} == {}
    for traffic in traffics:
        statuses = {status for kind, status in traffic.answers if kind != "grpc"}
        assert statuses <= {200, 201, 401, 404, 503}, traffic.answers
        assert {code for kind, code in traffic.answers if kind == "grpc"} == {grpc.StatusCode.UNAUTHENTICATED}
    with servers[0].client(survivor_token) as client:
        assert client.post("/v1/events", json={"title": "still here"}).status_code == 201
    assert _is_listed(servers[1], survivor)
    assert [*_broken(servers[0]), *_broken(servers[1])] == []
