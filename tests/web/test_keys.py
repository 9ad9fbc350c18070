from playwright.async_api import Page, expect

from tests.web.shop import Shop
from tests.web.test_events import row, rows


async def test_a_list_is_read_without_a_mouse(page: Page, shop: Shop) -> None:
    """[UI5] `/` searches, j and k walk, Enter opens, j goes on with the drawer, Esc closes."""
    for number in (1, 2, 3):
        shop.deployed(f"cart v{number} is out", "cart", minutes_ago=4 - number)
    shop.deployed("ledger v9 is out", "ledger")
    await page.goto("/events")
    await expect(rows(page)).to_have_count(4)

    await page.keyboard.press("/")
    await page.keyboard.type("cart")
    await expect(rows(page)).to_have_count(3)
    await page.keyboard.press("Escape")
    for key in "jjk":
        await page.keyboard.press(key)
    await expect(row(page, "cart v3 is out")).to_have_attribute("data-active", "true")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("complementary", name="Event: cart v3 is out")).to_be_visible()
    await page.keyboard.press("j")
    await expect(page.get_by_role("complementary", name="Event: cart v2 is out")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("complementary", name="Event:")).to_have_count(0)
    assert "event=" not in page.url


async def test_keys_lead_from_page_to_page_and_say_themselves(page: Page) -> None:
    """1, 2 and 3 are the pages to look at; ? lists all keys, and Esc takes the list away."""
    await page.goto("/events")
    for key, heading in (("2", "Problems"), ("3", "Services"), ("1", "Events")):
        await page.get_by_role("heading", level=1).wait_for()
        await page.keyboard.press(key)
        await expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()

    await page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keys and signs")
    await expect(help_).to_contain_text("Next and previous row")
    await page.keyboard.press("Escape")

    await expect(help_).to_have_count(0)
