from typing import Final

import httpx
from playwright.async_api import Page, expect

from tests.acceptance.server import Server, bearer
from tests.web.conftest import Look
from tests.web.shop import Shop
from tests.web.test_events import rows

_FOR_ADMINS: Final = ("Webhooks", "Tokens", "Audit")


async def test_the_life_of_a_token(page: Page, served: Server) -> None:
    """[AC3, AC5] Made, shown once, good for its right and no other, and refused as soon as it is revoked."""
    await page.goto("/tokens")
    await page.get_by_role("button", name="Make a token").click()
    await page.get_by_role("textbox", name="Name").fill("ci")
    await page.get_by_role("button", name="Make it").click()
    secret = await page.get_by_role("region", name="token", exact=True).inner_text()
    assert statuses(served, secret) == (201, 403)

    await page.get_by_role("button", name="I have copied it").click()
    await page.reload()
    await expect(page.get_by_role("row", name="ci")).to_contain_text("events:write")
    assert secret not in await page.content()

    await page.get_by_role("button", name="Revoke ci").click()
    await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    await expect(page.get_by_role("button", name="Revoke ci")).to_have_count(0)
    assert statuses(served, secret) == (401, 401)


async def test_what_failed_before_is_not_said_of_the_next(look: Look, shop: Shop) -> None:
    """Whoever asks to revoke another token reads nothing of the one that could not be revoked."""
    shop.token_for("ci", "events:write")
    shop.token_for("till", "events:write")
    async with look(broken=["/v1/tokens/"]) as page:
        await page.route("**/v1/tokens/*", lambda route: route.fulfill(status=500))
        await page.goto("/tokens")
        await page.get_by_role("button", name="Revoke ci").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Revoke").click()
        await expect(dialog.get_by_text("The server answered 500")).to_be_visible()
        await dialog.get_by_role("button", name="Cancel").last.click()
        await expect(dialog).to_have_count(0)

        await page.get_by_role("button", name="Revoke till").click()

        await expect(dialog.get_by_role("button", name="Revoke")).to_be_visible()
        await expect(dialog.get_by_role("alert")).to_have_count(0)
        await dialog.get_by_role("button", name="Revoke").click()
        await expect(dialog.get_by_text("The server answered 500")).to_be_visible()


async def test_a_token_that_is_shown_once_is_closed_on_purpose(page: Page) -> None:
    """Neither Esc nor a click beside it takes away what nobody can see again."""
    await page.goto("/tokens")
    await page.get_by_role("button", name="Make a token").click()
    await page.get_by_role("textbox", name="Name").fill("ci")
    await page.get_by_role("button", name="Make it").click()
    secret = page.get_by_role("region", name="token", exact=True)
    await expect(secret).to_be_visible()

    await page.keyboard.press("Escape")
    await page.mouse.click(5, 5)
    await expect(secret).to_be_visible()
    await page.get_by_role("button", name="I have copied it").click()

    await expect(secret).to_have_count(0)


async def test_a_double_click_makes_one_token(page: Page, shop: Shop) -> None:
    """The second click is not heard: it made a token whose secret nobody ever saw."""
    await page.goto("/tokens")
    await page.get_by_role("button", name="Make a token").click()
    await page.get_by_role("textbox", name="Name").fill("ci")

    await page.get_by_role("button", name="Make it").dblclick()

    await expect(page.get_by_role("region", name="token", exact=True)).to_be_visible()
    await page.get_by_role("button", name="I have copied it").click()
    await expect(page.get_by_role("button", name="Revoke ci")).to_have_count(1)
    assert [token["name"] for token in shop.get("/v1/tokens")["tokens"]].count("ci") == 1


def statuses(served: Server, secret: str) -> tuple[int, int]:
    """Of a write and of a read with the token."""
    with httpx.Client(base_url=served.url, headers=bearer(secret)) as sender:
        return sender.post("/v1/events", json={"title": "cart v2 is out"}).status_code, sender.get(
            "/v1/events"
        ).status_code


async def test_who_may_only_read_sees_no_more(look: Look, shop: Shop) -> None:
    """[UI4] Pages that the right does not reach are not offered; what it may not do is said, and nothing is done."""
    problem = shop.incident()
    async with look(token=shop.token_for("viewer", "events:read")) as page:
        await page.goto("/events")
        await expect(rows(page)).to_have_count(4)
        for name in (*_FOR_ADMINS, "Catalogue", "Services"):
            await expect(page.get_by_role("navigation").get_by_role("link", name=name)).to_have_count(0)

        await page.goto(f"/problems/{problem['name']}")
        await expect(page.get_by_text("Which change began it")).to_be_visible()
        close = page.locator("#content header").first.get_by_role("button", name="Close", exact=True)
        await close.hover()
        await expect(page.get_by_role("tooltip")).to_contain_text("lacks the right problems:write")
        await close.click(force=True)
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(page.get_by_label("Your comment")).to_be_disabled()
    assert shop.get(f"/v1/problems/{problem['id']}")["state"] == "open"


async def test_who_may_not_read_events_asks_for_no_problems(look: Look, shop: Shop) -> None:
    """Neither the page nor the navigation beside it asks for what would be refused."""
    async with look(token=shop.token_for("librarian", "entities:read")) as page:
        await page.goto("/catalogue")
        await expect(page.locator("#content")).to_contain_text("ledger")
        await expect(page.get_by_role("navigation").get_by_role("link", name="Services")).to_be_visible()


async def test_a_revoked_token_ends_what_is_open(look: Look, shop: Shop) -> None:
    """[AC8] The next thing that the page asks for brings the way in again."""
    shop.deployed("cart v2 is out", "cart")
    viewer = shop.send("POST", "/v1/tokens", {"name": "viewer", "rights": ["events:read"]})
    async with look(token=viewer["token"]) as page:
        await page.goto("/events")
        await expect(rows(page)).to_have_count(1)
        shop.api.delete(f"/v1/tokens/{viewer['id']}").raise_for_status()

        await page.get_by_role("button", name="Look again").click()

        await expect(page.get_by_role("heading", name="Sign in to Whence")).to_be_visible()
        await expect(page.get_by_text("Your session ended.")).to_be_visible()
        await page.reload()
        await expect(page.get_by_role("heading", name="Sign in to Whence")).to_be_visible()
        await expect(page.get_by_text("Your session ended.")).to_have_count(0)
