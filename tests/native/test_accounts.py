"""Accounts: how long they are kept, and their end."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from tests.builders import NOW, ago, asked, draft, report
from tests.native.answers import paths, refused, titles
from tests.native.conftest import Client
from tests.native.grouped import PATIENCE, text, until
from tests.native.streams import stream
from tests.tenants import BOOTSTRAP, MakeTenant, Tenant
from whence.access import Access
from whence.domain.access import Right, Sees
from whence.domain.errors import Unauthenticated
from whence.domain.event import Accepted, Kind
from whence.server import House
from whence.store import access as tokens
from whence.store import deletion
from whence.store.notify import Ear
from whence.store.pool import Pool

Send = Callable[[httpx.AsyncClient, str, datetime], Awaitable[httpx.Response]]


@pytest.fixture
def operator(client: Client) -> httpx.AsyncClient:
    """A client of who runs the installation."""
    return client(BOOTSTRAP)


async def keep(operator: httpx.AsyncClient, tenant: Tenant, days: int | None) -> None:
    """The account keeps so many days."""
    response = await operator.patch(f"/v1/accounts/{tenant.name}", json={"retention_days": days})
    assert response.status_code == 200, response.text


async def listed(operator: httpx.AsyncClient, name: str) -> dict[str, Any] | None:
    """The account as the operator's list shows it."""
    query: dict[str, Any] = {"limit": 1000}
    while True:
        page = (await operator.get("/v1/accounts", params=query)).json()
        for account in page["accounts"]:
            if account["name"] == name:
                return account
        if page["next"] is None:
            return None
        query["cursor"] = page["next"]


async def gone(operator: httpx.AsyncClient, name: str) -> None:
    """The account is not there any more when the call returns."""

    async def read() -> dict[str, Any]:
        return {"account": await listed(operator, name)}

    await until(read, lambda found: found["account"] is None)


async def test_an_account_says_how_long_it_is_kept(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[RE1] As long as the installation says, until it says something else; whole months, so at least that."""
    account = (await api.get("/v1/account")).json()

    first = (datetime.now(UTC) - timedelta(days=90)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    assert account["name"] == tenant.name
    assert account["state"] == "active"
    assert (account["retention_days"], account["own_retention_days"]) == (90, None)
    assert account["installation_retention_days"] == 90
    assert account["kept_from"] == text(first)


async def test_an_admin_keeps_less_and_the_installation_s_admin_more(
    api: httpx.AsyncClient, operator: httpx.AsyncClient, tenant: Tenant
) -> None:
    """[RE2] Up to the installation's days, or up to a hundred years; with a line on the account's audit trail."""
    less = await api.patch("/v1/account", json={"retention_days": 30})
    too_much = await api.patch("/v1/account", json={"retention_days": 91})
    more = await operator.patch(f"/v1/accounts/{tenant.name}", json={"retention_days": 36_500})
    again = await api.patch("/v1/account", json={"retention_days": None})

    assert (less.json()["retention_days"], less.json()["own_retention_days"]) == (30, 30)
    assert paths(refused(too_much, 400)) == ["retention_days"]
    assert (more.json()["retention_days"], more.json()["installation_retention_days"]) == (36_500, 90)
    assert (again.json()["retention_days"], again.json()["own_retention_days"]) == (90, None)
    entries = (await api.get("/v1/audit")).json()["entries"]
    assert [(e["action"], e["noun"], e["detail"].removeprefix(f"{tenant.name}: ")) for e in entries] == [
        ("changed", "account", "kept as long as the installation says"),
        ("changed", "account", "kept for 36500 days"),
        ("changed", "account", "kept for 30 days"),
    ]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"retention_days": 0}, "retention_days"),
        ({"retention_days": 36_501}, "retention_days"),
        ({"retention_days": -1}, "retention_days"),
        ({"retention_days": 1.5}, "retention_days"),
        ({"retention_days": "30"}, "retention_days"),
        ({}, "retention_days"),
        ({"retention_days": 30, "name": "other"}, "name"),
    ],
)
async def test_days_that_are_none_are_refused(
    api: httpx.AsyncClient, operator: httpx.AsyncClient, tenant: Tenant, given: dict[str, Any], path: str
) -> None:
    """With their path; nothing is changed."""
    for response in (
        await api.patch("/v1/account", json=given),
        await operator.patch(f"/v1/accounts/{tenant.name}", json=given),
    ):
        assert paths(refused(response, 400)) == [path]
    assert (await api.get("/v1/account")).json()["own_retention_days"] is None


async def test_only_the_operator_changes_and_deletes_accounts(
    api: httpx.AsyncClient, operator: httpx.AsyncClient, tenant: Tenant
) -> None:
    """Not even its own admin does; nobody's account is not found."""
    query = {"confirm": tenant.name}

    refused(await api.patch(f"/v1/accounts/{tenant.name}", json={"retention_days": 30}), 403)
    refused(await api.delete(f"/v1/accounts/{tenant.name}", params=query), 403)
    refused(await operator.patch("/v1/accounts/nobody's", json={"retention_days": 30}), 404)
    refused(await operator.delete("/v1/accounts/nobody's", params={"confirm": "nobody's"}), 404)
    assert (await api.get("/v1/account")).json()["state"] == "active"


def _millis(at: datetime) -> int:
    return int(at.timestamp()) * 1000


async def _native(api: httpx.AsyncClient, _: str, at: datetime) -> httpx.Response:
    return await api.post("/v1/events", json={"title": "old", "time": at.isoformat()})


async def _native_batch(api: httpx.AsyncClient, _: str, at: datetime) -> httpx.Response:
    return await api.post("/v1/events", json=[{"title": "old", "time": at.isoformat()}])


async def _changed(api: httpx.AsyncClient, _: str, at: datetime) -> httpx.Response:
    made = (await api.post("/v1/events", json={"title": "new"})).json()["id"]
    return await api.patch(f"/v1/events/{made}", json={"time": at.isoformat()})


async def _cloudevent(api: httpx.AsyncClient, _: str, at: datetime) -> httpx.Response:
    sent = {"specversion": "1.0", "id": "1", "source": "ci", "type": "deploy", "time": at.isoformat()}
    return await api.post("/v1/events", json=sent, headers={"content-type": "application/cloudevents+json"})


async def _komodor(api: httpx.AsyncClient, secret: str, at: datetime) -> httpx.Response:
    sent = {"eventType": "x", "summary": "old", "timestamp": at.isoformat()}
    return await api.post("/mgmt/v1/events", json=sent, headers={"x-api-key": secret})


async def _komodor_k8s(api: httpx.AsyncClient, secret: str, at: datetime) -> httpx.Response:
    sent = {"eventType": "x", "summary": "old", "timestamp": at.isoformat()}
    return await api.post("/api/v2/services/k8s-events", json=sent, headers={"x-api-key": secret})


async def _desk(api: httpx.AsyncClient, secret: str, at: datetime) -> httpx.Response:
    on = {"entityIds": [str(api.headers["x-entity"])]}
    sent = {"eventType": "CUSTOM_INFO", "source": "ci", "description": "old", "attachRules": on}
    sent |= {"start": _millis(at), "end": _millis(at)}
    return await api.post("/api/v1/events", json=sent, headers={"authorization": f"Api-Token {secret}"})


async def _desk_v2(api: httpx.AsyncClient, secret: str, at: datetime) -> httpx.Response:
    sent = {"eventType": "CUSTOM_INFO", "title": "old", "startTime": _millis(at), "endTime": _millis(at)}
    sent |= {"entitySelector": f'entityId("{api.headers["x-entity"]}")'}
    return await api.post("/api/v2/events/ingest", json=sent, headers={"authorization": f"Api-Token {secret}"})


async def _cortex(api: httpx.AsyncClient, _: str, at: datetime) -> httpx.Response:
    sent = {"title": "old", "type": "x", "timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    return await api.post("/api/v1/catalog/shop/custom-events", json=sent)


async def _cortex_deploy(api: httpx.AsyncClient, _: str, at: datetime) -> httpx.Response:
    sent = {"title": "old", "type": "DEPLOY", "timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}", "sha": "1"}
    return await api.post("/api/v1/catalog/shop/deploys", json=sent)


async def _monitor(api: httpx.AsyncClient, _: str, at: datetime) -> httpx.Response:
    hook = (await api.post("/v1/webhooks", json={"name": str(uuid4()), "receiver": "direct"})).json()
    sent = {"event_key": "k", "title": "old", "event_type": "ALERT", "occurred_at": at.isoformat()}
    return await api.post(httpx.URL(hook["url"]).path, json=sent)


_WAYS_IN: Final[list[Send]] = [
    _native, _native_batch, _changed, _cloudevent, _komodor, _komodor_k8s, _desk, _desk_v2, _cortex, _cortex_deploy,
    _monitor,
]  # fmt: skip
_LONG_AGO: Final = [way for way in _WAYS_IN if way not in {_desk, _desk_v2}]  # DESK itself takes 30 days at most


def _named(send: Send) -> str:
    return getattr(send, "__name__", "").removeprefix("_")


async def _sent(api: httpx.AsyncClient, tenant: Tenant, send: Send, at: datetime) -> list[datetime]:
    """The times of what is on the timeline after an event of that time was sent."""
    (shop,) = await tenant.register(draft("shop", tag="shop"))
    api.headers["x-entity"] = shop.id
    secret = await tenant.key(Right.ADMIN, sees=Sees.ALL)
    response = await send(api, secret, at)
    assert response.status_code < 500, response.text
    query = {"from": text(ago(days=400)), "to": text(NOW + timedelta(days=1))}
    found = (await api.get("/v1/events", params=query)).json()["events"]
    return [datetime.fromisoformat(event["time"]) for event in found]


@pytest.mark.parametrize("send", _WAYS_IN, ids=_named)
async def test_what_is_older_than_an_account_keeps_is_not_taken(
    api: httpx.AsyncClient, operator: httpx.AsyncClient, tenant: Tenant, send: Send
) -> None:
    """[RE3] By whatever way it comes in; what a monitor claims about the past is on the timeline now."""
    await keep(operator, tenant, 10)

    found = await _sent(api, tenant, send, ago(days=20))

    assert all(at > ago(days=1) for at in found)


@pytest.mark.parametrize("send", _LONG_AGO, ids=_named)
async def test_what_an_account_keeps_longer_is_taken(
    api: httpx.AsyncClient, operator: httpx.AsyncClient, tenant: Tenant, send: Send
) -> None:
    """[RE3] By whatever way it comes in, however much less the installation keeps."""
    await keep(operator, tenant, 200)
    at = ago(days=120)

    found = await _sent(api, tenant, send, at)

    assert found == [at]


async def test_a_refusal_names_the_account_s_own_days(
    api: httpx.AsyncClient, operator: httpx.AsyncClient, tenant: Tenant
) -> None:
    """With its path."""
    await keep(operator, tenant, 30)

    violations = refused(await _native(api, "", ago(days=40)), 400)

    assert violations == [{"path": "time", "message": "must not be older than 30 days"}]


async def test_other_servers_hear_of_another_retention(house: House, tenant: Tenant) -> None:
    """[RE3] As soon as a message between them takes, though they remember the token."""
    secret = await tenant.key(Right.ADMIN)
    other = Access(house.pool)
    ear = Ear(house.pool)
    ear.hear(tokens.CHANGED, other.heard, other.listening)
    task = asyncio.create_task(ear.run())
    try:

        async def days() -> dict[str, Any]:
            return {"days": (await other.authenticate(secret)).retention_days}

        assert await days() == {"days": None}
        await house.context.accounts.keep_of(None, tenant.name, 30)
        found = await until(days, lambda found: found["days"] is not None)
    finally:
        task.cancel()
        await asyncio.wait([task])

    assert found == {"days": 30}


@pytest.mark.parametrize("query", [{}, {"confirm": ""}, {"confirm": "another"}], ids=str)
async def test_a_deletion_names_the_account_twice(
    operator: httpx.AsyncClient, api: httpx.AsyncClient, tenant: Tenant, query: dict[str, str]
) -> None:
    """Else nothing happens."""
    response = await operator.delete(f"/v1/accounts/{tenant.name}", params=query)

    assert paths(refused(response, 400)) == ["confirm"]
    assert (await api.get("/v1/account")).json()["state"] == "active"


@pytest.mark.parametrize("name", ["", " ", "n" * 201, "x\ny", "x\x1b[31m", "x\u202ey", "\x85"])
async def test_an_account_has_a_name_that_can_be_typed(operator: httpx.AsyncClient, name: str) -> None:
    """In one line, by which alone it is told on every terminal."""
    assert paths(refused(await operator.post("/v1/accounts", json={"name": name}), 400)) == ["name"]


async def test_the_installation_s_own_account_stays(operator: httpx.AsyncClient) -> None:
    """Whoever deleted it would delete themselves."""
    refused(await operator.delete("/v1/accounts/default", params={"confirm": "default"}), 409)

    assert (await operator.get("/v1/account")).json()["state"] == "active"


async def test_nothing_opens_an_account_that_was_deleted(
    operator: httpx.AsyncClient, api: httpx.AsyncClient, client: Client, tenant: Tenant
) -> None:
    """[RE6] From the answer on: no token, no session, no webhook; and none is made."""
    browser = client(None)
    secret = await tenant.key(Right.ADMIN)
    await browser.post("/v1/session", json={"token": secret})
    hook = (await api.post("/v1/webhooks", json={"name": "monitor", "receiver": "direct"})).json()
    posted = httpx.URL(hook["url"]).path
    assert (await browser.get("/v1/session")).status_code == 200
    assert (await browser.post(posted, json={"event_key": "k"})).status_code == 200

    deleted = await operator.delete(f"/v1/accounts/{tenant.name}", params={"confirm": tenant.name})

    assert (deleted.status_code, deleted.json()["state"]) == (202, "deleting")
    refused(await api.get("/v1/events"), 401)
    refused(await client(secret).post("/v1/events", json={"title": "a"}), 401)
    refused(await browser.get("/v1/session"), 401)
    assert (await browser.post(posted, json={"event_key": "k"})).status_code == 404
    again = {"name": "a", "rights": ["admin"], "account": tenant.name}
    assert (await operator.post("/v1/tokens", json=again)).status_code in {404, 409}


@asynccontextmanager
async def nobody_removes(pool: Pool) -> AsyncGenerator[None]:
    """While the block runs, no row of a deleted account goes: somebody else has the lock."""
    async with pool.transaction() as db:
        await db.row("select pg_advisory_xact_lock($1::bigint)", deletion.LOCK)
        yield


async def test_what_is_left_of_an_account_is_told(operator: httpx.AsyncClient, tenant: Tenant, house: House) -> None:
    """[RE8] It is listed as `deleting`, and its name is taken, until its last row is gone; once on the audit trail."""
    name = tenant.name
    asked = {"name": "a", "rights": ["admin"], "account": name}

    async with nobody_removes(house.pool):
        first = await operator.delete(f"/v1/accounts/{name}", params={"confirm": name})
        again = await operator.delete(f"/v1/accounts/{name}", params={"confirm": name})
        shown = await listed(operator, name)
        refusals = [
            await operator.post("/v1/accounts", json={"name": name}),
            await operator.post("/v1/tokens", json=asked),
            await operator.patch(f"/v1/accounts/{name}", json={"retention_days": 30}),
        ]

    assert (first.status_code, again.status_code) == (202, 202)
    assert shown == first.json() == again.json()
    for response in refusals:
        refused(response, 409)
        assert "is being deleted" in response.json()["error"]["message"]
    entries = (await operator.get("/v1/audit", params={"limit": 100})).json()["entries"]
    assert [(e["action"], e["detail"]) for e in entries if e["noun_id"] == first.json()["id"]] == [("deleted", name)]
    await gone(operator, name)


async def test_a_name_is_free_again(
    operator: httpx.AsyncClient, api: httpx.AsyncClient, client: Client, tenant: Tenant
) -> None:
    """[RE8] A new account of the name has nothing of the old one."""
    await api.post("/v1/events", json={"title": "of the old one"})
    await operator.delete(f"/v1/accounts/{tenant.name}", params={"confirm": tenant.name})
    await gone(operator, tenant.name)

    made = await operator.post("/v1/accounts", json={"name": tenant.name})
    asked = {"name": "a", "rights": ["admin"], "account": tenant.name}
    token = (await operator.post("/v1/tokens", json=asked)).json()["token"]

    assert made.status_code == 201
    assert titles(await client(token).get("/v1/events")) == []
    refused(await api.get("/v1/events"), 401)


async def test_a_live_reader_of_a_deleted_account_hears_no_more(
    operator: httpx.AsyncClient, house: House, tenant: Tenant, account: MakeTenant
) -> None:
    """[RE6] Its stream ends; those of others go on."""
    other = await account()
    async with (
        stream(house.app, await tenant.key()) as ends,
        stream(house.app, await other.key()) as goes_on,
    ):
        assert (await anext(ends)).comment == "connected"
        assert (await anext(goes_on)).comment == "connected"

        await operator.delete(f"/v1/accounts/{tenant.name}", params={"confirm": tenant.name})
        await other.send([report(title="theirs")])
        async with asyncio.timeout(PATIENCE):
            left = [said async for said in ends]
            theirs = await anext(goes_on)

    assert left == []
    assert "theirs" in theirs.data


async def test_who_was_let_in_before_adds_nothing_after(house: House, tenant: Tenant, account: MakeTenant) -> None:
    """[RE7] A report that was on its way is refused, and no other account's with it."""
    other = await account()
    ingest = house.context.ingest
    async with nobody_removes(house.pool):
        await house.context.accounts.delete(None, tenant.name, confirm=tenant.name)

        late, theirs = await asyncio.gather(
            ingest.accept(tenant.admin.account_id, [report(), report(kind=Kind.PROBLEM, key="k")]),
            ingest.accept(other.admin.account_id, [report()]),
            return_exceptions=True,
        )
        left = await tenant.found(asked())

    assert isinstance(late, Unauthenticated)
    assert isinstance(theirs, list)
    assert [type(receipt) for receipt in theirs] == [Accepted]
    assert left == []


async def test_who_was_let_in_before_adds_nothing_when_all_is_gone(
    house: House, operator: httpx.AsyncClient, tenant: Tenant
) -> None:
    """[RE7] Nor is it an internal error."""
    await house.context.accounts.delete(None, tenant.name, confirm=tenant.name)
    await gone(operator, tenant.name)

    for said in (report(), report(kind=Kind.PROBLEM, key="k"), report(sender_id="1")):
        with pytest.raises(Unauthenticated):
            await house.context.ingest.accept(tenant.admin.account_id, [said])
    assert await tenant.found(asked()) == []
