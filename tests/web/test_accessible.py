from typing import Final

from playwright.async_api import Page, expect

from tests.web.browser import axe
from tests.web.conftest import Look
from tests.web.rooms import enter, furnished
from tests.web.shop import Shop

# Colours that are on their way to those of the other theme say nothing; what is inherited follows a frame later.
_AT_REST: Final = """async () => {
    const moves = (one) => Number.isFinite(one.effect.getComputedTiming().endTime)
    for (let calm = 0; calm < 3; calm = document.getAnimations().some(moves) ? 0 : calm + 1)
        await new Promise(requestAnimationFrame)
}"""
_RUN: Final = "axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations)"
_MOVING: Final = "document.getAnimations().filter(({playState}) => playState === 'running').length"
_GRAVE: Final = {"serious", "critical"}


async def test_every_page_can_be_used_by_everybody(page: Page, shop: Shop) -> None:
    """[UI2, UI5] Contrast, names, roles and order, in both themes: nothing that axe calls serious or worse."""
    for name, path in furnished(shop).items():
        await page.emulate_media(color_scheme="light")
        await enter(page, path)
        await page.evaluate(axe())
        assert await faults(page) == [], name
        await page.emulate_media(color_scheme="dark")
        await expect(page.locator("html[data-mantine-color-scheme=dark]")).to_be_attached()
        assert await faults(page) == [], f"{name} in the dark"


async def test_the_way_in_can_be_used_by_everybody(look: Look) -> None:
    async with look(token=None) as page:
        await enter(page, "/")
        await page.evaluate(axe())
        assert await faults(page) == []


async def faults(page: Page) -> list[str]:
    """What is wrong for somebody, and where."""
    await page.evaluate(_AT_REST)
    return [
        f"{violation['id']}: {node['html'][:200]}: {node['failureSummary'][:300]}"
        for violation in await page.evaluate(_RUN)
        if violation["impact"] in _GRAVE
        for node in violation["nodes"]
    ]


async def test_nothing_moves_for_who_wants_it_still(page: Page) -> None:
    """Not even what stands before or behind an element: a page that waits for its answers shimmers for others."""
    await page.route("**/v1/problems*", lambda _: None)  # it waits as long as it is looked at
    await page.goto("/problems")
    await expect(page.locator("#content [aria-busy=true]")).to_be_visible()
    assert await page.evaluate(_MOVING) == 0

    await page.emulate_media(reduced_motion="no-preference")

    await expect(page.locator("#content [aria-busy=true]")).to_be_visible()
    assert await page.evaluate(_MOVING) > 0
