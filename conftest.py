"""What the tests of both trees share: one service for the session, an account of its own for each test.

The house lives in the event loop of the tests, so that its background tasks run whenever a test waits.
"""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, settings

from tests.tenants import BOOTSTRAP, MakeTenant, Tenant, new_key
from whence.domain.access import Principal, Right
from whence.server import House
from whence.server import house as build
from whence.settings import Settings
from whence.store.pool import Pool
from whence.telemetry import configure_logging

# What somebody has locked is passed over: who groups it locks several, in an order of its own.
_AT_REST: Final = """
    update problem set explain_at = null where account_id = $1 and problem_id in (
        select problem_id from problem where account_id = $1 and explain_at is not null for update skip locked
    )
"""
_NO_CLOCK: Final = [HealthCheck.too_slow]  # a database answers when it does: how long says nothing here
# The same examples each time: what is red is so by a change. By chance is looked for by who asks for it, thoroughly.
settings.register_profile("quick", max_examples=60, derandomize=True, deadline=None, suppress_health_check=_NO_CLOCK)
settings.register_profile("thorough", max_examples=1000, deadline=None, suppress_health_check=_NO_CLOCK)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


# In the background of a shell that has no jobs Ctrl-C is ignored, and so it is by all that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, object]]:
    """One loop for the session, of the kind that the service runs in."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
async def house() -> AsyncGenerator[House]:
    """The service without its sockets, on a database of its own."""
    configure_logging("json")
    home = Path(tempfile.mkdtemp(prefix="whence-"))  # short: a socket's path must be
    given = {"data_dir": home / "data", "bootstrap_token": BOOTSTRAP}
    try:
        async with build(Settings.model_validate(given)) as running:
            yield running
    finally:
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def pool(house: House) -> Pool:
    """The connections of the service."""
    return house.pool


@pytest.fixture(scope="session")
def account(house: House) -> MakeTenant:
    """Makes a new account."""

    async def make() -> Tenant:
        name = f"t-{uuid4().hex}"
        secret = await new_key(house, name, name="owner", rights=[Right.ADMIN])
        known = asyncio.create_task(house.context.access.authenticate(secret))  # whose turn ends with the task
        return Tenant(house=house, name=name, admin=await known)

    return make


@pytest.fixture
async def tenant(account: MakeTenant) -> AsyncGenerator[Tenant]:
    """An account that only this test uses. Afterwards nobody looks for the causes of its problems any more.

    Else those of hundreds of accounts are looked for again and again, and the next test waits for its own.
    """
    made = await account()
    yield made
    async with made.house.pool.transaction() as db:
        await db.execute(_AT_REST, made.admin.account_id)


@pytest.fixture
def by(tenant: Tenant) -> Principal:
    """The admin of that account."""
    return tenant.admin


@pytest.fixture
async def client(house: House) -> AsyncGenerator[Callable[[str | None], httpx.AsyncClient]]:
    """Makes a client that sends this token as a bearer, or none."""
    opened: list[httpx.AsyncClient] = []

    def make(token: str | None) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(house.app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
        headers = {"authorization": f"Bearer {token}"} if token else {}
        opened.append(httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers))
        return opened[-1]

    yield make
    for one in opened:
        await one.aclose()


@pytest.fixture
def anonymous(client: Callable[[str | None], httpx.AsyncClient]) -> httpx.AsyncClient:
    """A client that sends no token."""
    return client(None)
