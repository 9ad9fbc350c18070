"""The first page as somebody sees it who was never here: how much script it loads, and how long until it is of use.

Usage: python -m tests.web.first_load
"""

import asyncio
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from playwright.async_api import Browser, Response, async_playwright

from tests.acceptance.server import TOKEN, Server, directory
from tests.web import browser as chromium
from tests.web.shop import Shop

if TYPE_CHECKING:
    from collections.abc import Generator

EVENTS: Final = 5_000
_AT_ONCE: Final = 1_000
_TIMES: Final = 10
_ROW: Final = "[role=row][aria-rowindex='2']"
_SEEN: Final = f"""new Promise((found) => {{
    const look = () => document.querySelector("{_ROW}") ? found(performance.now()) : requestAnimationFrame(look)
    look()
}})"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLoad:
    """With nothing in the browser's cache."""

    script_bytes: int  # as they came over the wire, compressed
    usable_ms: float  # from the navigation to the first event on the page


async def load(browser: Browser, url: str, token: str) -> FirstLoad:
    """Go to the events in a browser that has nothing of them yet."""
    scripts: list[Response] = []
    async with chromium.looked_at(browser, url, token=token) as page:
        page.on("response", lambda answer: scripts.append(answer) if _is_script(answer) else None)
        await page.goto("/events", wait_until="commit")
        usable_ms = await page.evaluate(_SEEN)
        await page.wait_for_load_state("load")
        sizes = [await script.request.sizes() for script in scripts]
    return FirstLoad(script_bytes=sum(size["responseBodySize"] for size in sizes), usable_ms=usable_ms)


def _is_script(answer: Response) -> bool:
    return answer.request.resource_type == "script"


def fill(shop: Shop, events: int = EVENTS) -> None:
    """That many deploys, a second apart."""
    for start in range(0, events, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, events))
        shop.send(
            "POST", "/v1/events", [{"kind": "change", "type": "deploy", "title": f"v{n} is out"} for n in numbers]
        )


@contextmanager
def _filled() -> "Generator[Server]":
    with directory() as home:
        server = Server(home)
        try:
            server.start()
            with server.client() as api:
                fill(Shop(api, TOKEN))
            yield server
        finally:
            server.end()


async def _measured(url: str) -> Sequence[FirstLoad]:
    path = chromium.found()
    assert path is not None, "no Chromium on this machine (Debian: apt-get install chromium)"
    async with async_playwright() as playwright:
        browser = await chromium.launched(playwright, path)
        return [await load(browser, url, TOKEN) for _ in range(_TIMES)]


def main() -> None:
    """Print what was measured."""
    with _filled() as server:
        loads = asyncio.run(_measured(server.url))
    times = sorted(one.usable_ms for one in loads)
    print(f"script {loads[0].script_bytes / 1000:.1f} kB compressed")  # noqa: T201  a program for the terminal
    print(f"usable after {median(times):.0f} ms, the slowest of {_TIMES} after {times[-1]:.0f} ms")  # noqa: T201


if __name__ == "__main__":
    main()
