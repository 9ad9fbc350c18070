from typing import Final

from playwright.async_api import Page, expect

from tests.web.browser import axe
from tests.web.conftest import Look
from tests.web.rooms import enter, furnished
from tests.web.shop import Shop, before

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

    await page.wait_for_function(f"() => {_MOVING} > 0")


async def test_an_alert_is_readable_up_to_its_buttons(page: Page, shop: Shop) -> None:
    """[UI2] The drawer of its event, the cards of alerts, and the menu of exports: in both themes."""
    alert = shop.incident()["alerts"][0]
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        for path in (f"/events?event={alert['event_id']}", f"/services/{alert['entity']}"):
            await enter(page, path)
            await expect(page.get_by_role("link", name="Its problem").last).to_be_visible()
            await page.evaluate(axe())
            assert await faults(page) == [], f"{path}, {scheme}"
        await enter(page, "/events")
        await page.get_by_role("button", name="Export").click()
        await expect(page.get_by_role("menuitem").first).to_be_visible()
        await page.evaluate(axe())
        # of its colours alone: Mantine keeps an element of its own for the focus among the items
        assert [fault for fault in await faults(page) if fault.startswith("color-contrast")] == [], (
            f"the menu, {scheme}"
        )


async def test_what_becomes_another_number_is_read_out(page: Page, shop: Shop) -> None:
    """[UI5] How many events match, and how many problems are open: also to who does not see the list."""
    shop.deployed("cart v2 is out", "cart")
    await page.goto("/problems")
    said = page.get_by_role("status")
    await expect(said.filter(has_text="0 problems are open")).to_be_attached()
    await expect(said.filter(has_text="Live")).to_be_visible()

    shop.failing("Orders fail", "cart")

    await expect(said.filter(has_text="1 problem is open")).to_be_attached()
    await enter(page, "/events")
    await page.get_by_role("checkbox", name="deploy").check()
    await expect(said.filter(has_text="1 match")).to_be_visible()


async def test_nothing_scrolls_sideways_on_a_phone(look: Look, shop: Shop) -> None:
    """[UI2] Wide tables scroll in themselves."""
    pages = furnished(shop)
    async with look(size=(390, 844)) as page:
        for name, path in pages.items():
            await enter(page, path)
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


async def test_buttons_stay_in_sight_beside_long_names(page: Page, shop: Shop) -> None:
    """[UI2] Names without a space break where they must."""
    name = "gke_acme_prod_europe_west1_payments_blue_" * 4
    entity = {"tag": name, "name": name, "cluster": name, "tags": [{"key": name, "value": name}]}
    shop.send("PUT", "/v1/entities", {"entities": [entity]})
    shop.send("POST", "/v1/webhooks", {"name": name, "receiver": "alertmanager"})
    window = {"name": name, "starts_at": before(0), "ends_at": before(-60), "description": name}
    shop.send("POST", "/v1/maintenance", {**window, "scope": {"services": [name]}})
    shop.token_for(name, "events:write")
    for path, verb in (
        ("/catalogue", "Remove"),
        ("/maintenance", "Remove"),
        ("/webhooks", "Remove"),
        ("/tokens", "Revoke"),
    ):
        await enter(page, path)
        await expect(page.get_by_text(name).first).to_be_visible()
        await expect(page.get_by_role("button", name=verb).first).to_be_visible()
        for button in await page.get_by_role("button", name=verb).all():
            await expect(button).to_be_in_viewport(ratio=1)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
