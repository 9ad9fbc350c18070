from playwright.async_api import Page, expect

from tests.web.shop import Shop
from tests.web.test_events import row, rows


async def test_a_timeline_holds_what_two_dialects_said(page: Page, shop: Shop) -> None:
    """A deploy through our own API and a flag through Komodor's, on one service; keys walk the marks."""
    shop.deployed("cart v2 is out", "cart", minutes_ago=1)
    shop.flagged("cart.fast-path is on for 25 %", "cart")
    shop.deployed("ledger v3 is out", "ledger", minutes_ago=1)
    await page.goto("/services")
    await page.locator("#content").get_by_role("link", name="cart").click()
    await expect(rows(page)).to_have_count(2)
    await expect(row(page, "cart v2 is out")).to_be_visible()
    await expect(row(page, "cart.fast-path is on for 25 %")).to_be_visible()

    timeline = page.get_by_role("img", name="Timeline of 1 lanes")
    said = page.get_by_role("status").filter(has_text="cart")
    await timeline.press("ArrowRight")
    await expect(said).to_contain_text("cart v2 is out")
    await timeline.press("ArrowRight")
    await expect(said).to_contain_text("cart.fast-path is on for 25 %")
    await timeline.press("Enter")

    drawer = page.get_by_role("complementary", name="Event: cart.fast-path is on for 25 %")
    await expect(drawer.get_by_role("heading", name="cart.fast-path is on for 25 %")).to_be_visible()
    assert "event=" in page.url


async def test_what_it_depends_on_gets_lanes(page: Page, shop: Shop) -> None:
    """At a click, and in the address."""
    shop.deployed("cart v2 is out", "cart", minutes_ago=1)
    shop.deployed("payments v4 is out", "payments", minutes_ago=1)
    await page.goto(f"/services/{shop.entity('cart')['id']}")
    await expect(rows(page)).to_have_count(1)

    await page.get_by_role("button", name="Lanes").click()
    await page.get_by_role("button", name="Add all that it depends on").click()

    await expect(page.get_by_role("img", name="Timeline of 2 lanes")).to_be_visible()
    await expect(rows(page)).to_have_count(2)
    assert "lane=" in page.url


async def test_the_troubled_come_first(page: Page, shop: Shop) -> None:
    """With what is open on them."""
    shop.failing("Orders fail", "ledger")

    await page.goto("/services")

    cards = page.locator("#content").get_by_role("listitem")
    await expect(cards).to_have_count(3)
    await expect(cards.first).to_contain_text("ledger")
    await expect(cards.first).to_contain_text("1 open alert")
