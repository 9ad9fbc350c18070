"""A sender that speaks DESK."""

from collections.abc import AsyncGenerator

import httpx
import pytest

from tests.tenants import Tenant
from whence.domain.access import Right
from whence.server import House

EVERYTHING = (
    Right.READ_EVENTS, Right.WRITE_EVENTS, Right.READ_ENTITIES, Right.WRITE_ENTITIES, Right.WRITE_PROBLEMS,
)  # fmt: skip


@pytest.fixture
async def desk(house: House, tenant: Tenant) -> AsyncGenerator[httpx.AsyncClient]:
    """A client with a token of the tenant that has every scope."""
    transport = httpx.ASGITransport(house.app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    headers = {"authorization": f"Api-Token {await tenant.key(*EVERYTHING)}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield client
