"""A client that speaks Cortex, and an entity that it speaks of."""

from collections.abc import AsyncGenerator, Callable
from typing import Final

import httpx
import pytest

from tests.builders import draft
from tests.tenants import Tenant
from whence.domain.access import Right
from whence.domain.entity import Entity
from whence.server import House

EVENTS: Final = "/api/v1/catalog/checkout-api/custom-events"
MakeClient = Callable[[str | None], httpx.AsyncClient]


@pytest.fixture
async def speak(house: House) -> AsyncGenerator[MakeClient]:
    """Makes a client with this key, or with none."""
    opened: list[httpx.AsyncClient] = []

    def make(key: str | None) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(house.app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
        headers = {"authorization": f"Bearer {key}"} if key else {}
        opened.append(httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers))
        return opened[-1]

    yield make
    for one in opened:
        await one.aclose()


@pytest.fixture
async def checkout(tenant: Tenant) -> Entity:
    """The entity that the examples are about."""
    (entity,) = await tenant.register(draft("Checkout API", tag="checkout-api"))
    return entity


@pytest.fixture
async def cortex(tenant: Tenant, speak: MakeClient, checkout: Entity) -> httpx.AsyncClient:
    """A client with a key of the tenant, which has the entity `checkout-api`."""
    assert checkout.tag == "checkout-api"
    return speak(await tenant.key())


@pytest.fixture
async def admin(tenant: Tenant, speak: MakeClient) -> httpx.AsyncClient:
    """A client with all rights."""
    return speak(await tenant.key(Right.ADMIN))
