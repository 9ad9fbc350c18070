"""Pages with much on them, in a real browser: how evenly a full timeline is drawn, how soon a long list is there.

Usage: python -m tests.web.crowded                  a timeline of 50 lanes with 10,000 marks
       python -m tests.web.crowded --data-dir DIR   the events of 30 days, in a directory that `make bench-data` filled
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import Final
from urllib.parse import urlencode

from playwright.async_api import Browser, Page, async_playwright

from bench.child import TOKEN as BENCH_TOKEN
from bench.child import running
from tests.acceptance.server import TOKEN, Server, directory
from tests.web import browser as chromium
from tests.web.shop import Json, Shop

LANES: Final = 50
MARKS: Final = 10_000
_AT_ONCE: Final = 1_000
_HOURS: Final = 24
_TIMES: Final = 10
_RECORD: Final = """() => {
    window.frames = []
    const frame = (at) => { window.frames.push(at); window.recording = requestAnimationFrame(frame) }
    window.recording = requestAnimationFrame(frame)
}"""
_RECORDED: Final = "() => { cancelAnimationFrame(window.recording); return window.frames }"
# Everything that the page shows is there: rows, counts beside the facets, and the bars of the histogram.
_SHOWN: Final = """new Promise((found) => {
    const row = () => document.querySelector("[role=row][aria-rowindex='2']")
    const busy = () => document.querySelector("[aria-busy=true]")
    const look = () => row() && !busy() ? found(performance.now()) : requestAnimationFrame(look)
    look()
})"""


def fill(shop: Shop, *, lanes: int = LANES, marks: int = MARKS) -> list[str]:
    """Services with as many deploys each, evenly over a day; the ids of the services."""
    names = [f"service-{n:02}" for n in range(lanes)]
    made = shop.send("PUT", "/v1/entities", {"entities": [{"tag": name, "name": name} for name in names]})
    deploys = list(_deploys(names, marks // lanes))
    for first in range(0, len(deploys), _AT_ONCE):
        shop.send("POST", "/v1/events", deploys[first : first + _AT_ONCE])
    return [entity["id"] for entity in made["entities"]]


def _deploys(names: list[str], each: int) -> Iterator[Json]:
    step = timedelta(hours=_HOURS) / each
    now = datetime.now(UTC)
    for name in names:
        for n in range(each):
            at = (now - step * (n + 0.5)).isoformat()
            yield {"kind": "change", "type": "deploy", "title": f"{name} v{n}", "time": at, "entities": [name]}


async def drawn(page: Page, services: list[str]) -> None:
    """The timeline of the services is shown, in lanes."""
    first, *others = services
    await page.goto(f"/services/{first}?{urlencode([('lane', other) for other in others])}")
    await page.get_by_role("img", name=f"Timeline of {len(services)} lanes").wait_for()
    await page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")


async def frames(page: Page, act: Callable[[], Awaitable[None]]) -> list[float]:
    """Milliseconds between the frames that the page drew while somebody acted on it."""
    await page.evaluate(_RECORD)
    await act()
    return [later - earlier for earlier, later in pairwise(await page.evaluate(_RECORDED))]


async def _timeline(browser: Browser, url: str, services: list[str]) -> None:
    async with chromium.looked_at(browser, url, token=TOKEN) as page:
        await drawn(page, services)
        counted = await page.get_by_text("counts; zoom in").count()
        box = await page.get_by_role("img", name="Timeline of").bounding_box()
        assert box is not None

        async def point() -> None:
            for n in range(200):
                await page.mouse.move(box["x"] + box["width"] * n / 200, box["y"] + 30 + n)

        async def scroll() -> None:
            for _ in range(60):
                await page.mouse.wheel(0, 60)

        print(f"{MARKS:,} marks in {LANES} lanes; lanes that show counts instead: {counted}")  # noqa: T201
        for name, act in (("pointing", point), ("scrolling", scroll)):
            _tell(name, await frames(page, act))


def _tell(name: str, spans: list[float]) -> None:
    late = quantiles(spans, n=20)[-1]
    print(f"{name}: {len(spans)} frames, median {median(spans):.1f} ms, p95 {late:.1f} ms")  # noqa: T201


async def _events(browser: Browser, url: str) -> None:
    times: list[float] = []
    for _ in range(_TIMES):
        async with chromium.looked_at(browser, url, token=BENCH_TOKEN) as page:
            await page.goto("/events?last=30d", wait_until="commit")
            times.append(await page.evaluate(_SHOWN))
    print(f"events of 30 days: median {median(times):.0f} ms, slowest {max(times):.0f} ms, {_TIMES} times")  # noqa: T201


@contextmanager
def _filled() -> Generator[tuple[str, list[str]]]:
    with directory() as home:
        server = Server(home)
        try:
            server.start()
            with server.client() as api:
                services = fill(Shop(api, TOKEN))
            yield server.url, services
        finally:
            server.end()


async def _in_a_browser(look: Callable[[Browser], Awaitable[None]]) -> None:
    path = chromium.found()
    assert path is not None, "no Chromium on this machine (Debian: apt-get install chromium)"
    async with async_playwright() as playwright:
        await look(await chromium.launched(playwright, path))


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path)
    data_dir: Path | None = parser.parse_args().data_dir
    if data_dir is None:
        with _filled() as (url, services):
            asyncio.run(_in_a_browser(lambda browser: _timeline(browser, url, services)))
    else:
        with running("bench.server", data_dir) as server:
            asyncio.run(_in_a_browser(lambda browser: _events(browser, server.url)))


if __name__ == "__main__":
    main()
