"""Clients that speak Cloudforet, and a webhook of theirs."""

from collections.abc import Callable

import httpx
import pytest

from tests.tenants import Tenant
from whence.dialects.cloudforet.tests.spoken import Hook, Speaker, hook, key

MakeSpeaker = Callable[[str], Speaker]


@pytest.fixture
def speak(client: Callable[[str | None], httpx.AsyncClient]) -> MakeSpeaker:
    """Makes a client with this token."""
    return lambda token: Speaker(client(token))


@pytest.fixture
async def owner(tenant: Tenant, speak: MakeSpeaker) -> Speaker:
    """A client with all rights, named `ops-robot`."""
    return speak(await key(tenant))


@pytest.fixture
async def direct(owner: Speaker) -> Hook:
    """A webhook of the project `p` that takes events as they are."""
    return await hook(owner)
