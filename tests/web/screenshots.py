"""The pictures of `docs/images`, of the made-up shop of `whence demo`.

Usage: python -m tests.web.screenshots
"""

import asyncio
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from playwright.async_api import Page, async_playwright, expect

from tests.acceptance.server import TOKEN, Server, await_fact, directory
from tests.web import browser as chromium
from tests.web.rooms import enter
from tests.web.shop import before

_IMAGES: Final = Path(__file__).parents[2] / "docs" / "images"
_SIZE: Final = (1280, 800)
_DRAWN: Final = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_QUALITY: Final = 85
_SECONDS: Final = 30.0
_IN_DARK: Final = frozenset({"problem"})


def main() -> None:
    """Write them."""
    with directory() as home:
        server = Server(home, command="demo")
        try:
            server.start()
            await_fact(lambda: _is_explained(server), seconds=_SECONDS, what="the incident is explained")
            asyncio.run(_taken(server.url, _furnished(server)))
        finally:
            server.end()


def _is_explained(server: Server) -> bool:
    problems = server.get("/v1/problems")["problems"]
    return bool(problems) and bool(problems[0]["causes"])


def _furnished(server: Server) -> Mapping[str, str]:
    """Something on each page; the address of each, by the name of its picture."""
    problem = server.get("/v1/problems")["problems"][0]
    server.send("POST", f"/v1/problems/{problem['id']}/comments", {"comment": "Raising the limit of the ledger again"})
    server.send("POST", "/v1/accounts", {"name": "staging"})
    server.send("POST", "/v1/tokens", {"name": "ci", "rights": ["events:write"]})
    server.send("POST", "/v1/tokens", {"name": "ann", "rights": ["events:read", "entities:read", "problems:write"]})
    server.send("POST", "/v1/webhooks", {"name": "alertmanager-eu", "receiver": "alertmanager"})
    window = {"name": "Database upgrade", "starts_at": before(-24 * 60), "ends_at": before(-26 * 60)}
    server.send("POST", "/v1/maintenance", {**window, "scope": {"services": ["ledger"]}})
    checkout, payments = (server.get(f"/v1/entities/eu-{name}")["id"] for name in ("checkout", "payments"))
    deploy = server.get("/v1/events", type="deploy", limit=1)["events"][0]["id"]
    return {
        "sign-in": "/",
        "events": "/events",
        "event": f"/events?event={deploy}",
        "problems": "/problems",
        "problem": f"/problems/{problem['name']}",
        "services": "/services",
        "service": f"/services/{checkout}?lane={payments}&last=3h",
        "why": f"/why?entity={checkout}",
        "catalogue": "/catalogue",
        "maintenance": "/maintenance",
        "webhooks": "/webhooks",
        "tokens": "/tokens",
        "accounts": "/accounts",
        "audit": "/audit",
        "health": "/health",
    }


async def _taken(url: str, pages: Mapping[str, str]) -> None:
    path = chromium.found()
    assert path is not None, "no Chromium on this machine (Debian: apt-get install chromium)"
    _IMAGES.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await chromium.launched(playwright, path)
        for name, address in pages.items():
            scheme = "dark" if name in _IN_DARK else "light"
            token = None if name == "sign-in" else TOKEN
            async with chromium.looked_at(browser, url, token=token, scheme=scheme, size=_SIZE) as page:
                await enter(page, address)
                await expect(page.get_by_text("are being taken")).to_have_count(0)
                await page.wait_for_load_state("networkidle")
                await page.evaluate(_DRAWN)
                (_IMAGES / f"{name}.webp").write_bytes(await _picture(page))


async def _picture(page: Page) -> bytes:
    """As WebP, which the browser writes when it is asked in its own words, and at a third of the size of a PNG."""
    asked = {"format": "webp", "quality": _QUALITY}
    session = await page.context.new_cdp_session(page)
    taken = cast("dict[str, str]", await session.send("Page.captureScreenshot", asked))  # pyright: ignore[reportUnknownMemberType]  playwright leaves it open
    return b64decode(taken["data"])


if __name__ == "__main__":
    main()
