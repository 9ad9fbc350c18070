"""A real browser, and what every page that it shows has to keep to."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    Request,
    Route,
    expect,
)

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_QUIET: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip
_PATIENCE_MS: Final = 15_000  # for a fact on a page, on a busy machine
expect.set_options(timeout=_PATIENCE_MS)
_WIDE: Final = (1440, 900)
# A browser complains of every answer that is no success; who asks whether somebody is signed in may be told no.
_NOT_SIGNED_IN: Final = re.compile(r"Failed to load resource: .* 401 ")


def found() -> str | None:
    """The path of a Chromium on this machine."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def is_required() -> bool:
    """Whether a machine without one fails: where CI runs."""
    return bool(os.environ.get("CI"))


async def launched(playwright: Playwright, path: str) -> Browser:
    """It, without windows, and without what it would ask the internet by itself."""
    return await playwright.chromium.launch(executable_path=path, args=_QUIET)


class Watch:
    """What a page must not do, gathered while it is used."""

    def __init__(self, origin: str, *, broken: Sequence[str] = ()) -> None:
        self.faults: list[str] = []
        self._origin = origin
        self._broken = tuple(f"{origin}{path}" for path in broken)

    def over(self, context: BrowserContext) -> None:
        """From now on, over all pages of the context."""
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.faults.append(f"broken: {error.error}"))
        context.on("request", self._requested)
        context.on("dialog", self._asked)

    def _heard(self, line: ConsoleMessage) -> None:
        is_meant = line.location["url"].startswith(self._broken) if self._broken else False
        if line.type == "error" and not is_meant and not _NOT_SIGNED_IN.match(line.text):
            self.faults.append(f"console: {line.text} ({line.location['url']})")

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((f"{self._origin}/", "data:", "blob:")):
            self.faults.append(f"outside: {request.url}")

    async def _asked(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        await dialog.dismiss()


@asynccontextmanager
async def looked_at(
    browser: Browser,
    origin: str,
    *,
    token: str | None,
    scheme: str = "light",
    size: tuple[int, int] = _WIDE,
    zone: str = "UTC",
    broken: Sequence[str] = (),
) -> AsyncGenerator[Page]:
    """A page of somebody's own, signed in with the token if there is one; in the end it kept to everything.

    Nothing is asked of another origin, no dialog opens, nothing breaks, and the browser has nothing to complain about:
    neither a script that the policy forbids nor an answer that is an error.

    Args:
        zone: that of the browser.
        broken: paths that the test itself keeps from the page, with what follows them; the browser may complain.
    """
    width, height = size
    context = await browser.new_context(
        base_url=origin,
        color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
        permissions=["clipboard-read", "clipboard-write"],
        reduced_motion="reduce",
        timezone_id=zone,
        viewport={"width": width, "height": height},
    )
    context.set_default_timeout(_PATIENCE_MS)
    watch = Watch(origin, broken=broken)
    watch.over(context)
    try:
        if token is not None:
            answer = await context.request.post("/v1/session", data={"token": token}, headers={"origin": origin})
            assert answer.ok, await answer.text()
        page = await context.new_page()
        yield page
    finally:
        await context.close()
    assert watch.faults == [], watch.faults


async def held(page: Page, pattern: str) -> Callable[[], None]:
    """What is asked of such addresses waits from now on, until the answer is called."""
    may_go_on = asyncio.Event()

    async def hold(route: Route) -> None:
        await may_go_on.wait()
        await route.continue_()

    await page.route(pattern, hold)
    return may_go_on.set


def axe() -> str:
    """The checker of accessibility, as a script."""
    return (Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
