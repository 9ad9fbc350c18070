"""What the tests of all trees share: one service for the session, an account of its own for each test.

The house lives in the event loop of the tests, so that its background tasks run whenever a test waits.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, settings

from whence.domain.access import Principal, Right, Sees
from whence.server import House, house
from whence.settings import Settings
from whence.store.pool import Pool

BASE_URL: Final = "http://localhost"
BOOTSTRAP: Final = "bootstrap-of-the-tests"

_NO_CLOCK: Final = [HealthCheck.too_slow]  # a database answers when it does: how long says nothing here
settings.register_profile("quick", max_examples=30, deadline=None, suppress_health_check=_NO_CLOCK)
settings.register_profile("thorough", max_examples=1000, deadline=None, suppress_health_check=_NO_CLOCK)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

MakeAccount = Callable[[], Awaitable[Principal]]
MakeToken = Callable[..., Awaitable[str]]
MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, object]]:
    """One loop for the session, of the kind that the service runs in."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
async def whole(anyio_backend: object) -> AsyncGenerator[House]:  # noqa: ARG001  binds the fixture to the loop
    """The service without its sockets, on a database of its own."""
    home = Path(tempfile.mkdtemp(prefix="whence-"))
    try:
        async with house(_settings(home)) as running:
            yield running
    finally:
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def pool(whole: House) -> Pool:
    """The connections of the service."""
    return whole.pool


@pytest.fixture(scope="session")
def make_token(whole: House) -> MakeToken:
    """Makes a token of these rights; of an account of its own unless one is named."""

    async def make(
        rights: Iterable[Right] = (Right.ADMIN,), *, account: str | None = None, **more: Any  # noqa: ANN401  what `create_token` takes
    ) -> str:
        _, secret = await whole.context.access.create_token(
            None, name="test", rights=rights, account=account or str(uuid4()), **{"sees": Sees.OWN, **more}
        )
        return secret

    return make


@pytest.fixture(scope="session")
def make_account(whole: House, make_token: MakeToken) -> MakeAccount:
    """Makes an account, and gives its admin."""

    async def make() -> Principal:
        return await whole.context.access.authenticate(await make_token())

    return make


@pytest.fixture
async def by(make_account: MakeAccount) -> Principal:
    """The admin of an account that only this test uses."""
    return await make_account()


@pytest.fixture
async def make_client(whole: House, make_token: MakeToken) -> AsyncGenerator[MakeClient]:
    """Makes a client with a token of these rights; with `token`, that one; with `token=""`, none."""
    opened: list[httpx.AsyncClient] = []

    async def make(
        rights: Iterable[Right] = (Right.ADMIN,), *, token: str | None = None, **more: Any  # noqa: ANN401  what `create_token` takes
    ) -> httpx.AsyncClient:
        secret = await make_token(rights, **more) if token is None else token
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        transport = httpx.ASGITransport(whole.app)
        opened.append(httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers))
        return opened[-1]

    yield make
    for client in opened:
        await client.aclose()


@pytest.fixture
async def api(make_client: MakeClient) -> httpx.AsyncClient:
    """A client of the admin of an account that only this test uses."""
    return await make_client()


def _settings(home: Path) -> Settings:
    return Settings(data_dir=home / "data", bootstrap_token=BOOTSTRAP)  # pyright: ignore[reportArgumentType, reportCallIssue]  # validated
