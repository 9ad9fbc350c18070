"""Clients of the native API, and what its answers must look like."""

from collections.abc import Callable

import httpx
import pytest

from tests.tenants import Tenant
from whence.domain.access import Right

Client = Callable[[str | None], httpx.AsyncClient]


@pytest.fixture
async def api(tenant: Tenant, client: Client) -> httpx.AsyncClient:
    """A client of the tenant's admin."""
    return client(await tenant.key(Right.ADMIN, name="tests"))
