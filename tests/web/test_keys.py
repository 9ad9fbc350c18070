import re

from playwright.async_api import Page, expect

from tests.web.rooms import enter
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
    await page.keyboard.insert_text("cart")
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
    await expect(page).not_to_have_url(re.compile("event="))


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


async def test_problems_and_services_are_read_without_a_mouse(page: Page, shop: Shop) -> None:
    """[UI5] j and k walk the list, Enter opens what they are on."""
    shop.incident()
    for path, count in (("/services", 3), ("/problems", 1)):
        await enter(page, path)
        links = page.locator("#content").get_by_role("listitem").get_by_role("link")
        await expect(links).to_have_count(count)
        await page.keyboard.press("j")
        await expect(links.first).to_be_focused()
        for key in "jjjk":
            await page.keyboard.press(key)
        await expect(links.nth(max(0, count - 2))).to_be_focused()

    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Alerts (3)")).to_be_visible()


async def test_esc_closes_one_thing_at_a_time(page: Page, shop: Shop) -> None:
    """A dialog over the open event, and not the event, too; the focus is again where it was."""
    shop.deployed("cart v1 is out", "cart")
    await page.goto("/events")
    await expect(rows(page)).to_have_count(1)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    drawer = page.get_by_role("complementary", name="Event: cart v1 is out")
    for name in ("Edit", "Remove"):
        button = drawer.get_by_role("button", name=name, exact=True)
        await button.press("Enter")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(drawer).to_be_visible()
        await expect(button).to_be_focused()
    for opening in ("?", "Last 24 hours"):
        if opening == "?":
            await page.keyboard.press(opening)
        else:
            await page.get_by_role("button", name=opening).press("Enter")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(drawer).to_be_visible()

    await page.keyboard.press("Escape")

    await expect(drawer).to_have_count(0)


async def test_a_dialog_gives_the_focus_back(page: Page, shop: Shop) -> None:
    """To the button that opened it, whether it was left or went when its work was done."""
    problem = shop.incident()
    await page.goto(f"/problems/{problem['name']}")
    close = page.locator("#content header").first.get_by_role("button", name="Close", exact=True)
    await close.press("Enter")
    await expect(page.get_by_label("What was it?")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(close).to_be_focused()

    await page.goto("/maintenance")
    make = page.get_by_role("button", name="Plan maintenance")
    await make.press("Enter")
    await page.get_by_role("textbox", name="Name").fill("Database upgrade")
    await page.get_by_role("button", name="Plan it").press("Enter")

    await expect(page.get_by_role("row").filter(has_text="Database upgrade")).to_be_visible()
    await expect(make).to_be_focused()


async def test_words_are_searched_as_they_are_typed(page: Page, shop: Shop) -> None:
    """A pause after a space takes nothing away; what comes from elsewhere goes before what was typed."""
    shop.deployed("order failover is on", "cart")
    shop.deployed("order is placed", "cart")
    await page.goto("/events")
    box = page.get_by_label("Search events")
    await box.focus()
    await page.keyboard.insert_text("order ")  # at once: between two keys a busy machine may pause, too
    await expect(page).to_have_url(re.compile(r"q=order$"))
    await expect(rows(page)).to_have_count(2)
    await expect(box).to_have_value("order ")
    await page.keyboard.insert_text("fail")
    await expect(box).to_have_value("order fail")
    await expect(rows(page)).to_have_count(1)

    await page.go_back()
    await expect(box).to_have_value("order")
    await expect(rows(page)).to_have_count(2)


async def test_keys_work_after_a_choice(page: Page, shop: Shop) -> None:
    """What was clicked has the focus, but nothing can be typed into it."""
    shop.incident()
    await page.goto("/problems")
    await page.get_by_text("All", exact=True).click()
    listed = page.locator("#content").get_by_role("listitem").get_by_role("link")
    await expect(page).to_have_url(re.compile("state=all"))
    await expect(listed).to_have_count(1)

    await page.keyboard.press("j")
    await expect(listed).to_be_focused()
    await page.get_by_text("Closed", exact=True).click()
    await page.keyboard.press("1")

    await expect(page.get_by_role("heading", level=1, name="Events")).to_be_visible()
