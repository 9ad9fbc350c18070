"""The server is away for a while, and comes back."""

import re
from collections.abc import Sequence
from typing import Final

from playwright.async_api import Page, expect

from tests.web.conftest import Look
from tests.web.shop import Shop
from tests.web.test_events import rows

_AWAY: Final = "The server cannot be reached"
_OF_EVENTS: Final = re.compile(r"/v1/events[?/]")
_EVERYTHING: Final[Sequence[str]] = ["/"]  # the browser may complain of whatever it did not get


async def test_one_retry_brings_back_all_of_the_events(look: Look, shop: Shop) -> None:
    """The list, the filters and the bars over time, whichever of them was asked to try again."""
    shop.deployed("cart v2 is out", "cart")
    for asks_again in (beside_the_list, in_the_list):
        async with look(broken=_EVERYTHING) as page:
            await page.route(_OF_EVENTS, lambda route: route.abort())
            await page.goto("/events")
            await expect(page.get_by_text(_AWAY)).to_have_count(3)
            await page.unroute(_OF_EVENTS)

            await asks_again(page)

            await expect(rows(page)).to_have_count(1)
            await expect(page.get_by_role("checkbox", name="deploy")).to_be_visible()
            await expect(page.get_by_role("img", name="by time and severity")).to_be_visible()
            await expect(page.get_by_text(_AWAY)).to_have_count(0)


async def beside_the_list(page: Page) -> None:
    """Try again, at the filters."""
    await page.get_by_role("complementary", name="Filters").get_by_role("button", name="Try again").click()


async def in_the_list(page: Page) -> None:
    """Try again, where the list was to be."""
    await page.get_by_role("button", name="Try again").last.click()


async def test_a_page_that_did_not_come_is_tried_again(look: Look) -> None:
    """It says that the server is away for as long as it is, and is there on the first try after it."""
    async with look(broken=_EVERYTHING) as page:
        for name in ("Health", "Problems"):
            await page.goto("/services")
            await expect(page.get_by_role("heading", level=1, name="Services")).to_be_visible()
            await page.context.set_offline(True)
            await page.get_by_role("navigation").get_by_role("link", name=name).click()
            await expect(page.locator("#content").get_by_text(_AWAY)).to_be_visible()
            await page.get_by_role("button", name="Try again").click()
            await expect(page.locator("#content").get_by_text(_AWAY)).to_be_visible()
            await page.context.set_offline(False)

            await page.get_by_role("button", name="Try again").click()

            await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
            await expect(page.get_by_text(_AWAY)).to_have_count(0)


async def test_a_page_that_did_not_come_before_comes_by_itself(look: Look) -> None:
    """A pointer that went over its link while the server was away costs nothing later."""
    async with look(broken=_EVERYTHING) as page:
        await page.goto("/services")
        await expect(page.get_by_role("heading", level=1, name="Services")).to_be_visible()
        await page.evaluate("{ const now = performance.now(); performance.now = () => now + 60_000 }")
        health = page.get_by_role("navigation").get_by_role("link", name="Health")
        await page.context.set_offline(True)
        async with page.expect_event("requestfailed"):
            await health.hover()
        await page.context.set_offline(False)

        await health.click()

        await expect(page.get_by_role("heading", level=1, name="Health")).to_be_visible()
