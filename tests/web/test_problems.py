from playwright.async_api import Page, expect

from tests.web.shop import Shop
from tests.web.test_events import rows


async def test_a_problem_says_where_it_began(page: Page, shop: Shop) -> None:
    """Three alerts are one line; its page has the suspects with their reasons, each with the event that shows it."""
    problem = shop.incident()
    await page.goto("/problems")
    listed = page.locator("#content").get_by_role("link").filter(has_text="3 alerts")
    await expect(listed).to_have_count(1)

    await listed.click()

    began = page.locator("section").filter(has_text="Where it began").first
    await expect(began.get_by_role("listitem").first).to_contain_text("ledger")
    change = page.locator("section").filter(has_text="Which change began it").first
    await expect(change.get_by_role("button", name="ledger v7 is out")).to_be_visible()
    await expect(page.get_by_role("heading", name="Alerts (3)")).to_be_visible()
    assert page.url.endswith(f"/problems/{problem['name']}")
    await change.get_by_role("button", name="ledger v7 is out").click()
    await expect(page.get_by_role("complementary", name="Event: ledger v7 is out")).to_be_visible()


async def test_a_problem_is_looked_after_and_closed(page: Page, shop: Shop) -> None:
    """The page does what the API does: the alerts are acknowledged, the words are kept, the problem is over."""
    problem = shop.incident()
    await page.goto(f"/problems/{problem['name']}")

    await page.get_by_role("button", name="Acknowledge 3 alerts").click()
    await expect(page.get_by_role("button", name="Acknowledged")).to_be_visible()
    await page.get_by_label("Your comment").fill("The pool is too small")
    await page.get_by_role("button", name="Comment", exact=True).click()
    await expect(page.get_by_role("article").filter(has_text="The pool is too small")).to_be_visible()
    await page.locator("#content header").first.get_by_role("button", name="Close", exact=True).click()
    await page.get_by_label("What was it?").fill("Limit raised")
    await page.get_by_role("button", name="Close the problem").click()

    await expect(page.get_by_role("article").filter(has_text="Limit raised")).to_be_visible()
    await expect(page.get_by_text("by a person")).to_be_visible()
    assert shop.get(f"/v1/problems/{problem['id']}")["state"] == "closed"


async def test_what_is_wrong_stands_above_the_events(page: Page, shop: Shop) -> None:
    """On the first page, with where it probably began; a click leads to the problem, and back to its events."""
    shop.incident()
    await page.goto("/events")
    card = page.get_by_role("list", name="Open problems").get_by_role("link")
    await expect(card).to_contain_text("ledger")

    await card.click()
    await page.get_by_role("link", name="Their events").click()

    await expect(rows(page)).to_have_count(3)
