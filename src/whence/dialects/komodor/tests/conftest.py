"""A sender that speaks Komodor."""

from collections.abc import AsyncGenerator, Callable

import httpx
import pytest

from tests.tenants import Tenant
from whence.domain.access import Right
from whence.server import House


@pytest.fixture
async def komodor(house: House, tenant: Tenant) -> AsyncGenerator[httpx.AsyncClient]:
    """A client with a key of the tenant."""
    transport = httpx.ASGITransport(house.app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    headers = {"x-api-key": await tenant.key()}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield client


@pytest.fixture
async def api(tenant: Tenant, client: Callable[[str | None], httpx.AsyncClient]) -> httpx.AsyncClient:
    """A client of the native API with a key of the tenant: a custom event opens no problem, its events do."""
    return client(await tenant.key(Right.ADMIN))
