import re
from uuid import uuid4

from playwright.async_api import Page, expect

from tests.acceptance.server import Server
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

        await expect(page).to_have_url(re.compile(r"/events\?severity=critical$"))
        stored = await page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])")
        assert shop.token not in stored
        assert "whence_session" not in stored


async def test_signing_out_ends_it(look: Look) -> None:
    """[AC8] The session is over on the server, too: another page of it asks for a token."""
    async with look() as page:
        await page.goto("/services")
        await signs_out(page)
        await expect(page.get_by_role("heading", name="Sign in to Whence")).to_be_visible()
        await expect(page.get_by_text("Your session ended.")).to_have_count(0)

        other = await page.context.new_page()
        await other.goto("/services")

        await expect(other.get_by_role("heading", name="Sign in to Whence")).to_be_visible()


async def test_another_tab_signs_in_as_somebody_else(look: Look, shop: Shop, served: Server) -> None:
    """All tabs of a browser are theirs at once: their name, their events, and nothing of who was there before."""
    shop.deployed("cart v2 is out", "cart")
    account = f"t-{uuid4().hex}"
    served.send("POST", "/v1/accounts", {"name": account})
    asked = {"name": "somebody else", "account": account, "rights": ["admin"]}
    theirs = served.send("POST", "/v1/tokens", asked)["token"]
    async with look() as page:
        await page.goto("/events")
        await expect(page.get_by_role("row").filter(has_text="cart v2 is out")).to_be_visible()
        other = await page.context.new_page()
        await other.goto("/services")
        await signs_out(other)
        await expect(page.get_by_text("Your session ended.")).to_be_visible()

        await signs_in(other, theirs)

        await expect(page.get_by_role("button", name="session and appearance")).to_contain_text("somebody else")
        await expect(page.get_by_text("No events yet. Send the first one")).to_be_visible()
        await expect(page.get_by_text("cart v2 is out")).to_have_count(0)


async def test_a_session_changed_behind_the_page_is_seen_on_coming_back(look: Look, shop: Shop) -> None:
    """Also when no tab of this page said so."""
    async with look() as page:
        async with page.expect_response("**/v1/problems*"):  # the librarian would be refused it
            await page.goto("/catalogue")
        me = page.get_by_role("button", name="session and appearance")
        await expect(me).to_contain_text("owner")
        librarian = shop.token_for("librarian", "entities:read")
        await signed_in_elsewhere(page, librarian)

        await page.evaluate("window.dispatchEvent(new Event('focus'))")

        await expect(me).to_contain_text("librarian")


async def test_who_signed_in_again_goes_on_where_they_were(look: Look, shop: Shop) -> None:
    """A change from a page that was open before is done all the same, and at once."""
    problem = shop.incident()
    async with look(broken=["/v1/problems"]) as page:
        await page.goto(f"/problems/{problem['name']}")
        comment = page.get_by_label("Your comment")
        await comment.fill("The pool is too small")
        await signed_in_elsewhere(page, shop.token)

        await page.get_by_role("button", name="Comment", exact=True).click()

        await expect(comment).to_have_value("")
        await expect(page.get_by_role("alert")).to_have_count(0)
    comments = shop.get(f"/v1/problems/{problem['id']}/comments")["comments"]
    assert [said["text"] for said in comments] == ["The pool is too small"]


async def signed_in_elsewhere(page: Page, token: str) -> None:
    """The browser's session is another one, and the page does not know."""
    origin = page.url.split("/", 3)
    answer = await page.context.request.post(
        "/v1/session", data={"token": token}, headers={"origin": "/".join(origin[:3])}
    )
    assert answer.ok, await answer.text()


async def signs_out(page: Page) -> None:
    """By the menu of the session."""
    await page.get_by_role("button", name="session and appearance").click()
    await page.get_by_role("button", name="Sign out").click()


async def signs_in(page: Page, token: str) -> None:
    """Types the token, and Enter."""
    box = page.get_by_label("Token", exact=True)
    await box.fill(token)
    await box.press("Enter")
