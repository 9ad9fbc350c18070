"""Accounts are made by whoever runs the installation; how long one is kept, its admins say."""

from uuid import uuid4

from playwright.async_api import Page, expect

from tests.acceptance.server import TOKEN, Server
from tests.web.conftest import Look
from tests.web.shop import Shop


async def test_an_account_and_its_first_token_are_made(look: Look, served: Server) -> None:
    """The token is of the new account, and sees nothing of others."""
    name = f"t-{uuid4().hex}"
    async with look(token=TOKEN) as page:
        await page.goto("/accounts")
        await page.get_by_role("button", name="Make an account").click()
        await page.get_by_role("textbox", name="Name").fill(name)
        await page.get_by_role("button", name="Make it").click()
        await expect(page.get_by_role("row", name=name)).to_contain_text("active")

        await page.get_by_role("button", name=f"Make a token of {name}").click()
        form = page.get_by_role("dialog", name=f"Make a token of {name}")
        await form.get_by_role("textbox", name="Name").fill("first")
        await form.get_by_role("checkbox", name="events:read").check()
        await form.get_by_role("button", name="Make it").click()
        secret = await page.get_by_role("region", name="token", exact=True).inner_text()

    with served.client(secret) as first:
        assert first.get("/v1/events").json() == {"events": [], "next": None}
        first.post("/v1/events", json={"title": "shop v1 is out"}).raise_for_status()
    async with look(token=secret) as page:
        await page.goto("/events")
        await expect(page.get_by_role("row").filter(has_text="shop v1 is out")).to_be_visible()
        await expect(page.get_by_role("button", name="session and appearance")).to_contain_text(name)


async def test_an_account_is_deleted_by_its_name(look: Look, served: Server) -> None:
    """Only who types it means it; from then on it is shown as going, and nothing opens it, until it is gone."""
    name = f"t-{uuid4().hex}"
    served.send("POST", "/v1/accounts", {"name": name})
    secret = served.send("POST", "/v1/tokens", {"name": "first", "account": name, "rights": ["admin"]})["token"]
    async with look(token=TOKEN) as page:
        await page.goto("/accounts")
        await page.get_by_role("button", name=f"Delete {name}").click()
        question = page.get_by_role("dialog", name=f"Delete {name}?")
        delete = question.get_by_role("button", name="Delete it")
        await expect(delete).to_be_disabled()
        await question.get_by_role("textbox", name="Its name").fill(name[:-1])
        await question.get_by_role("textbox", name="Its name").press("Enter")
        await expect(delete).to_be_disabled()
        await question.get_by_role("textbox", name="Its name").fill(name)
        await delete.click()

        await expect(question).to_have_count(0)
        with served.client(secret) as first:
            assert first.get("/v1/events").status_code == 401
        await expect(page.get_by_role("row", name=name)).to_have_count(0, timeout=30_000)


async def test_what_cannot_be_deleted_is_not_offered(look: Look, served: Server) -> None:
    """The installation's own account; one that is going has no buttons at all."""
    name = f"t-{uuid4().hex}"
    served.send("POST", "/v1/accounts", {"name": name})
    async with look(token=TOKEN) as page:
        going = {"accounts": [{**account, "state": "deleting"} for account in _accounts(served, name)], "next": None}
        await page.route("**/v1/accounts?*", lambda route: route.fulfill(json=going))
        await page.goto("/accounts")
        await expect(page.get_by_role("row", name=name)).to_contain_text("deleting")
        await expect(page.get_by_role("row", name=name).get_by_role("button")).to_have_count(0)
        await page.unroute("**/v1/accounts?*")

        await expect(page.get_by_role("row", name=name)).to_contain_text("active")
        await expect(page.get_by_role("button", name="Make a token of default")).to_be_visible()
        await expect(page.get_by_role("button", name="Delete default")).to_have_count(0)


async def test_a_deletion_that_fails_is_said(look: Look, served: Server) -> None:
    """In the question, which stays open."""
    name = f"t-{uuid4().hex}"
    served.send("POST", "/v1/accounts", {"name": name})
    async with look(token=TOKEN, broken=["/v1/accounts"]) as page:
        await page.goto("/accounts")
        await page.get_by_role("button", name=f"Delete {name}").click()
        question = page.get_by_role("dialog", name=f"Delete {name}?")
        await page.route("**/v1/accounts/*", lambda route: route.fulfill(status=503, json={}))
        await question.get_by_role("textbox", name="Its name").fill(name)
        await question.get_by_role("button", name="Delete it").click()

        await expect(question.get_by_role("alert")).to_be_visible()


def _accounts(server: Server, name: str) -> list[dict[str, object]]:
    return [account for account in server.get("/v1/accounts", limit=1000)["accounts"] if account["name"] == name]


async def test_a_name_that_is_taken_is_said(look: Look) -> None:
    """In the form, which stays open."""
    async with look(token=TOKEN, broken=["/v1/accounts"]) as page:
        await page.goto("/accounts")
        await page.get_by_role("button", name="Make an account").click()
        form = page.get_by_role("dialog", name="Make an account")
        await form.get_by_role("textbox", name="Name").fill("default")
        await form.get_by_role("button", name="Make it").click()

        await expect(form.get_by_role("alert")).to_contain_text("default")


async def test_the_admin_of_an_account_makes_no_others(page: Page) -> None:
    """[UI4] The page is not offered, and says why to whoever knows its address; nothing is asked."""
    await page.goto("/accounts")

    await expect(page.get_by_text("Only the token of the first start makes accounts")).to_be_visible()
    await expect(page.get_by_role("navigation").get_by_role("link", name="Accounts")).to_have_count(0)
    await page.get_by_role("button", name="Make an account").click(force=True)
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_how_long_events_are_kept_is_changed_after_a_question(page: Page, shop: Shop) -> None:
    """It says what becomes of what is older; the installation's own time comes back at a click."""
    most = shop.get("/v1/account")["installation_retention_days"]
    await page.goto("/audit")
    await expect(page.get_by_text(f"Events are kept for {most} days, as the installation says")).to_be_visible()

    await page.get_by_role("textbox", name="Days").fill(str(most - 1))
    await page.get_by_role("button", name="Change").click()
    question = page.get_by_role("dialog", name=f"Keep events for {most - 1} days?")
    await expect(question).to_contain_text("What is older is removed for good")
    await question.get_by_role("button", name="Change").click()
    await expect(page.get_by_text(f"Events are kept for {most - 1} days.")).to_be_visible()
    assert shop.get("/v1/account")["own_retention_days"] == most - 1

    await page.get_by_role("button", name="As the installation says").click()
    await page.get_by_role("dialog").get_by_role("button", name="Change").click()
    await expect(page.get_by_text(f"Events are kept for {most} days, as the installation says")).to_be_visible()
    assert shop.get("/v1/account")["own_retention_days"] is None


async def test_a_time_that_cannot_be_is_not_sent(page: Page, shop: Shop) -> None:
    """Longer than the installation keeps, or none."""
    most = shop.get("/v1/account")["installation_retention_days"]
    await page.goto("/audit")
    days = page.get_by_role("textbox", name="Days")
    for typed in (str(most + 1), "", str(most)):
        await days.fill(typed)
        await expect(page.get_by_role("button", name="Change")).to_be_disabled()
