"""What an operator may decide, and the maker of a token. Source: Cloudforet contract 2.1, 11.1, 14.5, 15, 18."""

from asyncio import Event, ensure_future
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Final

import httpx
import pytest

from tests.tenants import Tenant
from whence.deliver import Deliver
from whence.dialects import Context
from whence.dialects.cloudforet import DIALECT
from whence.dialects.cloudforet.options import Options
from whence.dialects.cloudforet.tests.spoken import ALERTMANAGER, CLEARED, DISK, SNS, Speaker, batch, hook, key
from whence.dialects.cloudforet.vocabulary import NAME
from whence.domain.access import Right
from whence.edge import Edge

Installed = Callable[..., AbstractAsyncContextManager[Speaker]]

_REAL: Final = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"


@pytest.fixture
def installed(tenant: Tenant) -> Installed:
    """Makes a client of an installation with these options."""

    @asynccontextmanager
    async def make(token: str | None = None, context: Context | None = None, **options: str) -> AsyncGenerator[Speaker]:
        edge = Edge([DIALECT], context or tenant.house.context, options={NAME: options}, hosts=())
        transport = httpx.ASGITransport(edge)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
        headers = {"authorization": f"Bearer {token or await key(tenant)}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
            yield Speaker(client)

    return make


def _fetching(tenant: Tenant, fetch: Callable[[str], Awaitable[None]]) -> Context:
    """What a dialect works with, where addresses are asked in this way."""
    known = tenant.house.context
    return replace(known, deliver=Deliver(tenant.house.pool, known.ingest, fetch=fetch))


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({}, Options()),
        ({"recovery_mode": "AUTO"}, Options(recovers=True)),
        ({"recovery_mode": "MANUAL"}, Options()),
        ({"confirm_subscriptions": "true", "mask_keys": "false"}, Options(confirm_subscriptions=True)),
        ({"mask_keys": "true"}, Options(mask_keys=True)),
        ({"most_rows": "5"}, Options(most_rows=5)),
        ({"workspace": "w", "projects": "p, q,"}, Options(workspace="w", projects=("p", "q"))),
        ({"projects": "", "permissions": ""}, Options(projects=(), permissions=())),
        ({"permissions": "monitoring:Event.read,x"}, Options(permissions=("monitoring:Event.read", "x"))),
    ],
)
def test_options_are_read(given: dict[str, str], read: Options) -> None:
    assert Options.read(given) == read


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"colour": "red"}, "colour"),
        ({"recovery_mode": "auto"}, "recovery_mode"),
        ({"confirm_subscriptions": "yes"}, "confirm_subscriptions"),
        ({"mask_keys": ""}, "mask_keys"),
        ({"most_rows": "0"}, "most_rows"),
        ({"most_rows": "many"}, "most_rows"),
        ({"workspace": ""}, "workspace"),
        ({"workspace": "w" * 41}, "workspace"),
        ({"projects": "p," + "q" * 41}, "projects"),
    ],
)
def test_an_option_that_means_nothing_is_told(given: dict[str, str], names: str) -> None:
    """By its name, when the service starts or the token is made."""
    with pytest.raises(ValueError, match=rf"^cloudforet: .*{names}"):
        Options.read(given)


@pytest.mark.parametrize(
    ("mode", "own", "state"),
    [
        ("AUTO", None, "RESOLVED"),
        ("MANUAL", None, "TRIGGERED"),
        ("AUTO", "MANUAL", "TRIGGERED"),
        ("MANUAL", "AUTO", "RESOLVED"),
    ],
)
async def test_an_operator_decides_how_projects_recover(
    installed: Installed, mode: str, own: str | None, state: str
) -> None:
    """[18] Those that do not say; what is shown of them is what holds."""
    async with installed(recovery_mode=mode) as owner:
        one = await hook(owner)
        if own:
            await owner("project-alert-config/update", project_id="p", options={"recovery_mode": own})
        shown = await owner("project-alert-config/get", project_id="p")
        await one.post(DISK)
        await one.post(CLEARED)

        (alert,) = await owner.rows("alert/list")

    assert (shown["options"]["recovery_mode"], alert["state"]) == (own or mode, state)


@pytest.mark.parametrize("rights", [[Right.READ_EVENTS], [Right.READ_EVENTS, Right.WRITE_PROBLEMS]])
async def test_keys_are_masked(installed: Installed, tenant: Tenant, rights: list[Right]) -> None:
    """[15] For those who may not write webhooks: neither shown nor found."""
    async with (
        installed(mask_keys="true") as owner,
        installed(await key(tenant, *rights), mask_keys="true") as reader,
    ):
        shown = (await hook(owner)).shown
        (masked,) = await reader.rows("webhook/list")

        assert masked == {name: value for name, value in shown.items() if name not in {"access_key", "webhook_url"}}
        assert await reader("webhook/get", webhook_id=shown["webhook_id"]) == masked
        assert await reader.rows("webhook/list", access_key=shown["access_key"]) == []
        assert await reader("webhook/stat", query={"distinct": "access_key"}) == {"results": [""]}
        assert await owner.rows("webhook/list") == [shown]


async def test_a_list_of_events_is_cut(installed: Installed) -> None:
    """[11.1] The total counts all."""
    async with installed(most_rows="2") as owner:
        one = await hook(owner, plugin_id=ALERTMANAGER)
        await one.post(batch(3))

        for query in ({}, {"page": {"limit": 3}}):
            listed = await owner("event/list", query=query)
            assert (len(listed["results"]), listed["total_count"]) == (2, 3)


@pytest.mark.parametrize(
    ("confirms", "url", "asked"),
    [
        ("true", _REAL, [_REAL]),
        ("false", _REAL, []),
        ("true", "https://sns.eu-west-1.amazonaws.com.example.com/", []),
        ("true", "http://sns.eu-west-1.amazonaws.com/", []),
        ("true", "http://169.254.169.254/latest/meta-data", []),
    ],
)
async def test_subscriptions_are_confirmed_where_an_operator_wants_it(
    installed: Installed, tenant: Tenant, confirms: str, url: str, asked: list[str]
) -> None:
    """[14.5, 20.18] And only at the sender's own address; a handshake is no event."""
    fetched: list[str] = []

    async def fetch(address: str) -> None:
        fetched.append(address)

    async with installed(context=_fetching(tenant, fetch), confirm_subscriptions=confirms) as owner:
        one = await hook(owner, plugin_id=SNS)
        await one.post({"Type": "SubscriptionConfirmation", "TopicArn": "t", "SubscribeURL": url})

        assert fetched == asked
        assert await owner.rows("event/list") == []
        assert (await owner("webhook/get", webhook_id=one.id))["requests"] == {"total": "1"}


async def test_an_address_that_does_not_answer_is_no_fault(installed: Installed, tenant: Tenant) -> None:
    """[14.5] The sender comes again."""

    async def fetch(address: str) -> None:
        raise httpx.ConnectTimeout(address)

    async with installed(context=_fetching(tenant, fetch), confirm_subscriptions="true") as owner:
        one = await hook(owner, plugin_id=SNS)

        await one.post({"Type": "SubscriptionConfirmation", "TopicArn": "t", "SubscribeURL": _REAL})


async def test_an_address_that_is_slow_blocks_nobody(installed: Installed, tenant: Tenant) -> None:
    """[20.24] Others post meanwhile."""
    asked, answered = Event(), Event()

    async def fetch(_: str) -> None:
        asked.set()
        await answered.wait()

    async with installed(context=_fetching(tenant, fetch), confirm_subscriptions="true") as owner:
        sns, direct = await hook(owner, plugin_id=SNS, name="sns"), await hook(owner)
        waiting = ensure_future(sns.post({"Type": "SubscriptionConfirmation", "TopicArn": "t", "SubscribeURL": _REAL}))
        await asked.wait()

        await direct.post(DISK)

        assert not waiting.done()
        answered.set()
        await waiting
