"""A browser and a server for each worker; an account and a page of its own for each test."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Final
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.acceptance.server import Server, directory
from tests.web import browser as chromium
from tests.web.shop import Shop
from whence.pages import BUILT

Look = Callable[..., AbstractAsyncContextManager[Page]]


_MISSING: Final = "no Chromium on this machine to look at the web UI with (Debian: apt-get install chromium)"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without a browser its tests are skipped, in one line for all; where CI runs, they fail."""
    if "browser" in getattr(item, "fixturenames", ()) and chromium.found() is None:
        (pytest.fail if chromium.is_required() else pytest.skip)(_MISSING)


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """Chromium, without windows."""
    path = chromium.found()
    assert path is not None, _MISSING
    async with async_playwright() as playwright:
        running = await chromium.launched(playwright, path)
        yield running
        await running.close()


@pytest.fixture(scope="session")
def served() -> Generator[Server]:
    """`whence serve` with the UI as it was built."""
    assert (BUILT / "index.html").exists(), "the web UI is not built: make web"
    with directory() as home:
        server = Server(home)
        try:
            yield server.start()
        finally:
            server.end()


@pytest.fixture
def shop(served: Server) -> Generator[Shop]:
    """An account of the test's own."""
    account = f"t-{uuid4().hex}"
    served.send("POST", "/v1/accounts", {"name": account})
    token = served.send("POST", "/v1/tokens", {"name": "owner", "account": account, "rights": ["admin"]})["token"]
    with served.client(token) as api:
        shop = Shop(api, token)
        shop.catalogued()
        yield shop
    with served.client() as operator:  # its problems are not to keep those of the next test waiting
        operator.delete(f"/v1/accounts/{account}", params={"confirm": account}).raise_for_status()


@pytest.fixture
def look(browser: Browser, served: Server, shop: Shop) -> Look:
    """Opens a page of somebody's own in the account: `look(token=…)`, `look(scheme="dark")`."""

    def opened(*, token: str | None = shop.token, **how: object) -> AbstractAsyncContextManager[Page]:
        return partial(chromium.looked_at, browser, served.url, token=token, **how)()

    return opened


@pytest.fixture
async def page(look: Look) -> AsyncGenerator[Page]:
    """A page of the account's owner, signed in."""
    async with look() as page:
        yield page
