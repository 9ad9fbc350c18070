from playwright.async_api import Page, expect

from tests.web.conftest import Look
from tests.web.shop import Shop


async def test_a_token_signs_in_and_the_link_leads_on(look: Look, shop: Shop) -> None:
    """[AC7] A wrong token is told so; a good one leads where the link went; afterwards no script knows it."""
    shop.failing("Orders fail", "cart", severity="critical")
    async with look(token=None) as page:
        await page.goto("/events?severity=critical")
        await signs_in(page, "wh_no_such_token_0000000000")
        await expect(
            page.get_by_text("not a good", exact=False).or_(page.locator("[class*=error]")).first
        ).to_be_visible()
        await signs_in(page, shop.token)

        await expect(page.get_by_role("row").filter(has_text="Orders fail")).to_be_visible()

        assert page.url.endswith("/events?severity=critical")
        stored = await page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])")
        assert shop.token not in stored
        assert "whence_session" not in stored


async def test_signing_out_ends_it(look: Look) -> None:
    """[AC8] The session is over on the server, too: another page of it asks for a token."""
    async with look() as page:
        await page.goto("/services")
        await page.get_by_role("button", name="session and appearance").click()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="Sign in to Whence")).to_be_visible()

        other = await page.context.new_page()
        await other.goto("/services")

        await expect(other.get_by_role("heading", name="Sign in to Whence")).to_be_visible()


async def signs_in(page: Page, token: str) -> None:
    """Types the token, and Enter."""
    box = page.get_by_label("Token", exact=True)
    await box.fill(token)
    await box.press("Enter")
