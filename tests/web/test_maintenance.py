from datetime import datetime, timedelta

from playwright.async_api import Page, expect

from tests.web.conftest import Look
from tests.web.shop import Shop


async def test_a_window_is_changed_in_place(page: Page, shop: Shop) -> None:
    """By the clock of its own zone, whatever the reader's; what was not touched stays."""
    made = shop.send(
        "POST",
        "/v1/maintenance",
        {
            "name": "Database upgrade", "starts_at": "2030-01-15T12:00:00Z", "ends_at": "2030-01-15T13:00:00Z",
            "recurrence": "weekly", "time_zone": "Asia/Kolkata", "scope": {"services": ["ledger"]},
        },
    )  # fmt: skip
    await page.goto("/maintenance")

    await page.get_by_role("button", name="Change Database upgrade").click()
    form = page.get_by_role("dialog", name="Change Database upgrade")
    await expect(form.get_by_role("textbox", name="Starts", exact=True)).to_have_value("2030-01-15T17:30")
    await expect(form.get_by_text("Of 1 of 3 services, as of now.")).to_be_visible()
    await expect(form.get_by_role("button", name="Save")).to_be_disabled()
    await form.get_by_role("textbox", name="Ends").fill("2030-01-15T17:00")
    await expect(form.get_by_text("Not after the start")).to_be_visible()
    await form.get_by_role("textbox", name="Ends").fill("2030-01-15T19:30")
    await form.get_by_label("Starts for the last time").fill("2030-03-01T00:00")
    await form.get_by_text("Alerts only recorded").click()
    await form.get_by_role("button", name="Save").click()

    await expect(form).to_have_count(0)
    await expect(page.get_by_role("row", name="Database upgrade")).to_contain_text("alerts are only recorded")
    after = shop.get(f"/v1/maintenance/{made['id']}")
    assert datetime.fromisoformat(after["ends_at"]) - datetime.fromisoformat(made["ends_at"]) == timedelta(hours=1)
    assert after["last_at"] == "2030-02-28T18:30:00.000Z"
    assert after["mode"] == "record_only"
    kept = ("name", "starts_at", "recurrence", "time_zone", "scope", "description")
    assert {name: after[name] for name in kept} == {name: made[name] for name in kept}


async def test_a_window_of_entities_keeps_them(page: Page, shop: Shop) -> None:
    """The form does not name them one by one; it says how many they are, and leaves them alone."""
    window = {"name": "Move", "starts_at": "2030-01-15T12:00:00Z", "ends_at": "2030-01-15T13:00:00Z"}
    made = shop.send("POST", "/v1/maintenance", {**window, "entities": ["cart", "ledger"]})
    await page.goto("/maintenance")
    await page.get_by_role("button", name="Change Move").click()
    form = page.get_by_role("dialog", name="Change Move")
    await expect(form.get_by_text("Of 2 entities by their ids, as before.")).to_be_visible()

    await form.get_by_role("textbox", name="Name").fill("The move")
    await form.get_by_role("button", name="Save").click()

    await expect(page.get_by_role("row", name="The move")).to_be_visible()
    assert shop.get(f"/v1/maintenance/{made['id']}")["entities"] == made["entities"]


async def test_who_may_not_plan_may_not_change(look: Look, shop: Shop) -> None:
    """[UI4] And is told why."""
    window = {"name": "Move", "starts_at": "2030-01-15T12:00:00Z", "ends_at": "2030-01-15T13:00:00Z"}
    shop.send("POST", "/v1/maintenance", window)
    async with look(token=shop.token_for("viewer", "events:read")) as page:
        await page.goto("/maintenance")
        change = page.get_by_role("button", name="Change Move")
        await change.hover()
        await expect(page.get_by_role("tooltip")).to_contain_text("lacks the right problems:write")
        await change.click(force=True)
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_slip_beside_the_form_loses_nothing(page: Page) -> None:
    """A click beside it leaves it open, with what was typed."""
    await page.goto("/maintenance")
    await page.get_by_role("button", name="Plan maintenance").click()
    name = page.get_by_role("dialog", name="Plan maintenance").get_by_role("textbox", name="Name", exact=True)
    await name.fill("Database upgrade")

    await page.mouse.click(20, 450)

    await expect(name).to_have_value("Database upgrade")
