"""An event that was reported wrongly, mended in its drawer."""

from playwright.async_api import Locator, Page, expect

from tests.web.conftest import Look
from tests.web.shop import Shop
from tests.web.test_events import row, rows


async def opened(page: Page, title: str) -> Locator:
    """The drawer of the event with the title."""
    await row(page, title).click()
    drawer = page.get_by_role("complementary", name=f"Event: {title}")
    await expect(drawer).to_be_visible()
    return drawer


async def test_an_event_is_edited_in_place(page: Page, shop: Shop) -> None:
    """What was changed is, in the list as in the drawer; what was not touched stays as it was sent."""
    event_id = shop.deployed(
        "cart v2 is uot", "cart", minutes_ago=3, properties={"to": "v2"}, links=[{"url": "https://ci.example.com/7"}]
    )
    before = shop.get(f"/v1/events/{event_id}")
    await page.goto("/events")
    drawer = await opened(page, "cart v2 is uot")

    await drawer.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Edit the event")
    await expect(form.get_by_role("button", name="Save")).to_be_disabled()
    await form.get_by_role("textbox", name="Title").fill("cart v2 is out")
    await form.get_by_text("warning", exact=True).click()
    await form.get_by_role("textbox", name="Properties").fill('{"to": ')
    await expect(form.get_by_text("Is no JSON object")).to_be_visible()
    await expect(form.get_by_role("button", name="Save")).to_be_disabled()
    await form.get_by_role("textbox", name="Properties").fill('{"to": "v2", "by": "ann"}')
    await form.get_by_role("button", name="Save").click()

    await expect(form).to_have_count(0)
    await expect(row(page, "cart v2 is out")).to_contain_text("warning")
    await expect(page.get_by_role("complementary", name="Event: cart v2 is out")).to_contain_text("ann")
    after = shop.get(f"/v1/events/{event_id}")
    assert (after["title"], after["severity"], after["properties"]) == (
        "cart v2 is out", "warning", {"to": "v2", "by": "ann"},
    )  # fmt: skip
    assert {name: after[name] for name in ("time", "end_time", "links", "description")} == {
        name: before[name] for name in ("time", "end_time", "links", "description")
    }


async def test_what_the_server_refuses_is_said_in_the_form(look: Look, shop: Shop) -> None:
    """With its violations; the form stays as it was typed."""
    shop.deployed("cart v2 is out", "cart")
    async with look(broken=["/v1/events/"]) as page:
        await page.goto("/events")
        drawer = await opened(page, "cart v2 is out")
        await drawer.get_by_role("button", name="Edit").click()
        form = page.get_by_role("dialog", name="Edit the event")
        await form.get_by_role("textbox", name="End, if it is no moment").fill("2020-01-01T00:00:00")
        await form.get_by_role("button", name="Save").click()

        await expect(form.get_by_role("alert")).to_contain_text("end_time")
        await expect(form.get_by_role("textbox", name="Title")).to_have_value("cart v2 is out")


async def test_an_event_is_removed_after_a_question(page: Page, shop: Shop) -> None:
    """It leaves the list and the drawer; who says no keeps it."""
    shop.deployed("cart v1 is out", "cart", minutes_ago=2)
    event_id = shop.deployed("cart v2 is out", "cart", minutes_ago=1)
    await page.goto("/events")
    await expect(rows(page)).to_have_count(2)
    drawer = await opened(page, "cart v2 is out")
    await drawer.get_by_role("button", name="Remove", exact=True).click()
    question = page.get_by_role("dialog", name="Remove the event?")
    await question.get_by_role("button", name="Cancel").last.click()
    await expect(question).to_have_count(0)
    await expect(rows(page)).to_have_count(2)

    await drawer.get_by_role("button", name="Remove", exact=True).click()
    await question.get_by_role("button", name="Remove").click()

    await expect(rows(page)).to_have_count(1)
    await expect(drawer).to_have_count(0)
    assert shop.api.get(f"/v1/events/{event_id}").status_code == 404


async def test_a_removed_event_is_not_shown_by_the_way_back(look: Look, shop: Shop) -> None:
    """The address of its drawer says that there is none."""
    shop.deployed("cart v2 is out", "cart", minutes_ago=1)
    async with look(broken=["/v1/events/"]) as page:
        await page.goto("/events")
        drawer = await opened(page, "cart v2 is out")
        await drawer.get_by_role("button", name="Remove", exact=True).click()
        await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        await expect(drawer).to_have_count(0)

        await page.go_back()

        gone = page.get_by_role("complementary", name="Event")
        await expect(gone.get_by_role("alert")).to_contain_text("no event")
        await expect(drawer).to_have_count(0)


async def test_who_may_not_send_events_may_not_change_them(look: Look, shop: Shop) -> None:
    """[UI4] The drawer offers neither."""
    shop.deployed("cart v2 is out", "cart")
    async with look(token=shop.token_for("viewer", "events:read")) as page:
        await page.goto("/events")
        drawer = await opened(page, "cart v2 is out")
        await expect(drawer.get_by_role("link", name="Why?")).to_be_visible()
        for name in ("Edit", "Remove"):
            await expect(drawer.get_by_role("button", name=name, exact=True)).to_have_count(0)
