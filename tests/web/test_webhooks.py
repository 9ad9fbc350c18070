from playwright.async_api import Page, expect

from tests.web.shop import Shop


async def test_a_webhook_is_changed_in_place(page: Page, shop: Shop) -> None:
    """Its name, how it reads payloads, and whether it takes any; its address stays."""
    made = shop.send(
        "POST", "/v1/webhooks", {"name": "legacy", "receiver": "direct", "options": {"load_json": ["Message"]}}
    )
    await page.goto("/webhooks")
    card = page.locator("section").filter(has=page.get_by_role("heading", name="legacy"))

    await card.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Edit legacy")
    await form.get_by_role("textbox", name="Name").fill("inventory")
    await form.get_by_label("The same again").fill("300")
    templates = form.get_by_role("textbox", name="Templates of the event's members")
    await templates.fill('{"title": ')
    await expect(form.get_by_text("Is no JSON object")).to_be_visible()
    await expect(form.get_by_role("button", name="Save")).to_be_disabled()
    await templates.fill('{"title": "{{ detail.summary }}"}')
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)

    renamed = page.locator("section").filter(has=page.get_by_role("heading", name="inventory"))
    await renamed.get_by_role("switch", name="Takes payloads").click()
    await expect(renamed.get_by_text("Takes nothing")).to_be_visible()
    changed = shop.get(f"/v1/webhooks/{made['id']}")
    assert changed["options"] == {
        "duplicate_event_time": 300, "load_json": ["Message"], "convert_data": {"title": "{{ detail.summary }}"},
    }  # fmt: skip
    assert (changed["name"], changed["state"], changed["url"]) == ("inventory", "disabled", made["url"])


async def test_what_somebody_else_changed_meanwhile_is_kept(page: Page, shop: Shop) -> None:
    """A form that was open before sends what was changed in it, and nothing that it only shows."""
    options = {"load_json": ["Message"], "duplicate_event_time": 60}
    made = shop.send("POST", "/v1/webhooks", {"name": "legacy", "receiver": "direct", "options": options})
    path = f"/v1/webhooks/{made['id']}"
    await page.goto("/webhooks")
    await page.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Edit legacy")
    await expect(form.get_by_role("button", name="Save")).to_be_disabled()
    shop.send("PATCH", path, {"options": {**options, "duplicate_event_time": 300}})

    await form.get_by_role("textbox", name="Name").fill("inventory")
    await form.get_by_role("button", name="Save").click()

    await expect(form).to_have_count(0)
    changed = shop.get(path)
    assert (changed["name"], changed["options"]) == ("inventory", {**options, "duplicate_event_time": 300})


async def test_a_new_webhook_is_told_how_it_reads(page: Page, shop: Shop) -> None:
    """With the options of its receiver, and no other's."""
    await page.goto("/webhooks")
    await page.get_by_role("button", name="Make a webhook").click()
    form = page.get_by_role("dialog", name="Make a webhook")
    await form.get_by_role("textbox", name="Name").fill("grafana-eu")
    await expect(form.get_by_label("Where the payload is")).to_have_count(0)
    await form.get_by_role("combobox", name="Whose payloads it reads").click()
    await page.get_by_role("option", name="Grafana").click()
    await form.get_by_label("Where the payload is").fill("Records.0.Sns.Message")
    await form.get_by_role("button", name="Make it").click()

    await expect(page.get_by_role("heading", name="grafana-eu")).to_be_visible()
    assert [one["options"] for one in shop.get("/v1/webhooks")["webhooks"]] == [
        {"message_root": "Records.0.Sns.Message"}
    ]


async def test_a_slip_beside_a_form_loses_nothing(page: Page, shop: Shop) -> None:
    """A click beside it leaves it open, with what was typed; Cancel does not."""
    shop.send("POST", "/v1/webhooks", {"name": "legacy", "receiver": "grafana"})
    await page.goto("/webhooks")
    for button, title in (("Make a webhook", "Make a webhook"), ("Edit", "Edit legacy")):
        await page.get_by_role("button", name=button).click()
        form = page.get_by_role("dialog", name=title)
        name = form.get_by_role("textbox", name="Name", exact=True)
        await name.fill("inventory")

        await page.mouse.click(20, 450)

        await expect(name).to_have_value("inventory")
        await form.get_by_role("button", name="Cancel").click()
        await expect(form).to_have_count(0)
