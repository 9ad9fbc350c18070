"""A running house for the session, and for each test an account of its own in it."""

import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from whence.domain.access import Principal, Right, Sees
from whence.domain.entity import Draft, Entity
from whence.server import House
from whence.server import house as build
from whence.settings import load


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """An account, seen by who owns it."""

    house: House
    name: str
    admin: Principal

    async def key(
        self,
        *rights: Right,
        sees: Sees = Sees.OWN,
        expires_at: datetime | None = None,
        rate_per_minute: int | None = None,
        name: str = "ci",
    ) -> str:
        """A new API key; without rights, one that may read and write events and read entities."""
        usual = (Right.READ_EVENTS, Right.WRITE_EVENTS, Right.READ_ENTITIES)
        _, secret = await self.house.context.access.create_token(
            None,
            name=name,
            account=self.name,
            rights=rights or usual,
            sees=sees,
            expires_at=expires_at,
            rate_per_minute=rate_per_minute,
        )
        return secret

    async def register(self, *drafts: Draft) -> list[Entity]:
        """The entities stand."""
        return await self.house.context.catalog.register(self.admin, drafts)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
async def house() -> AsyncGenerator[House]:
    home = Path(tempfile.mkdtemp(prefix="whence-"))  # short: a socket's path must be
    async with build(load(data_dir=home)) as running:
        yield running
    shutil.rmtree(home)


@pytest.fixture
def account(house: House) -> Callable[[], Awaitable[Tenant]]:
    """Makes a new account."""

    async def make() -> Tenant:
        name = f"t-{uuid4().hex}"
        _, secret = await house.context.access.create_token(None, name="owner", account=name, rights=[Right.ADMIN])
        return Tenant(house=house, name=name, admin=await house.context.access.authenticate(secret))

    return make


@pytest.fixture
async def tenant(account: Callable[[], Awaitable[Tenant]]) -> Tenant:
    return await account()


@pytest.fixture
async def anonymous(house: House) -> AsyncGenerator[httpx.AsyncClient]:
    """A client that sends no key."""
    transport = httpx.ASGITransport(app=house.app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.fixture
async def komodor(house: House, tenant: Tenant) -> AsyncGenerator[httpx.AsyncClient]:
    """A client with a key of the tenant."""
    transport = httpx.ASGITransport(app=house.app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    headers = {"x-api-key": await tenant.key()}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield client
