"""A page asks for nothing that the token would be refused."""

from collections.abc import Mapping
from typing import Final

import pytest
from playwright.async_api import Page, Response, expect

from tests.web.conftest import Look
from tests.web.rooms import enter, furnished
from tests.web.shop import Shop
from whence.domain.access import Right

_LOCKED: Final = "Not for this token"
_FOR_ADMINS: Final = ("Webhooks", "Tokens", "Audit")
_READS: Final[Mapping[Right, frozenset[str]]] = {
    Right.READ_EVENTS: frozenset({"Events", "Problems", "Maintenance", "Health"}),
    Right.READ_ENTITIES: frozenset({"Services", "Catalogue", "Health"}),
    Right.WRITE_EVENTS: frozenset({"Health"}),
    Right.WRITE_ENTITIES: frozenset({"Health"}),
    Right.WRITE_PROBLEMS: frozenset({"Health"}),
    Right.ADMIN: frozenset({"Events", "Problems", "Services", "Catalogue", "Maintenance", *_FOR_ADMINS, "Health"}),
}


class Refused:
    """The answers 403 that a page was given."""

    def __init__(self, page: Page) -> None:
        self.addresses: list[str] = []
        page.on("response", self._answered)

    def _answered(self, answer: Response) -> None:
        if answer.status == 403:
            self.addresses.append(answer.url)


@pytest.mark.parametrize("right", list(Right), ids=lambda right: right.value)
async def test_no_page_asks_for_what_would_be_refused(look: Look, shop: Shop, right: Right) -> None:
    """[UI4] Whatever the address, with each right alone: the page is shown, or says which right it needs."""
    pages = furnished(shop)
    entity, event = shop.entity("cart")["id"], pages["an event"].partition("event=")[2]
    more = {
        "why of one": f"/why?entity={entity}",
        "events of one": f"/events?entity={entity}",
        "a service's event": f"/services/{entity}?event={event}",
    }
    async with look(token=shop.token_for("one", right.value)) as page:
        refused = Refused(page)
        for name, path in {**pages, **more}.items():
            await enter(page, path)
            assert refused.addresses == [], name


@pytest.mark.parametrize("right", list(Right), ids=lambda right: right.value)
async def test_the_navigation_leads_to_no_refusal(look: Look, shop: Shop, right: Right) -> None:
    """[UI4] It has the pages that the right reaches, and no other; one begins at the first of them."""
    async with look(token=shop.token_for("one", right.value)) as page:
        await page.goto("/")
        await expect(page.get_by_role("heading", level=1)).not_to_have_text(_LOCKED)
        links = page.get_by_role("navigation").get_by_role("link").filter(has_not_text="Whence")
        names = {name.partition("\n")[0] for name in await links.all_inner_texts()}
        assert names == _READS[right]

        for name in sorted(names):
            await page.get_by_role("navigation").get_by_role("link", name=name).click()
            await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


async def test_keys_lead_to_no_refusal(look: Look, shop: Shop) -> None:
    """[UI4] Those of pages that the token does not reach do nothing."""
    async with look(token=shop.token_for("librarian", "entities:read")) as page:
        await enter(page, "/catalogue")
        for key in "12":
            await page.keyboard.press(key)
        await page.keyboard.press("3")
        await expect(page.get_by_role("heading", level=1, name="Services")).to_be_visible()
        await page.go_back()
        await expect(page.get_by_role("heading", level=1, name="Catalogue")).to_be_visible()


async def test_a_page_beyond_the_token_says_so(look: Look, shop: Shop) -> None:
    """[UI4] With the right that it lacks; of a service, what may be seen is."""
    cart = shop.entity("cart")["id"]
    async with look(token=shop.token_for("librarian", "entities:read")) as page:
        await page.goto("/events")
        await expect(page.get_by_role("heading", level=1, name=_LOCKED)).to_be_visible()
        await expect(page.get_by_text("“librarian” lacks the right events:read")).to_be_visible()

        await page.goto(f"/services/{cart}")
        await expect(page.get_by_role("heading", level=1, name="cart")).to_be_visible()
        await expect(page.get_by_text("lacks the right events:read")).to_be_visible()
        await expect(page.get_by_role("heading", name="Relations")).to_be_visible()


async def test_who_may_not_read_the_catalogue_sees_names_only(look: Look, shop: Shop) -> None:
    """[UI4] What an event concerns stands there, and leads nowhere that would be refused."""
    shop.deployed("cart v2 is out", "cart")
    async with look(token=shop.token_for("viewer", "events:read")) as page:
        await page.goto("/events")
        await page.get_by_role("row").filter(has_text="cart v2 is out").click()
        drawer = page.get_by_role("complementary", name="Event: cart v2 is out")
        await expect(drawer.get_by_text("Matched 1 of 3 services")).to_be_visible()
        await expect(drawer.get_by_title("cart", exact=True)).to_be_visible()
        await expect(drawer.get_by_role("link", name="cart")).to_have_count(0)


async def test_who_may_not_read_events_does_not_see_that_all_is_well(look: Look, shop: Shop) -> None:
    """[UI4] What is open is not known, and why."""
    shop.failing("Orders fail", "ledger")
    async with look(token=shop.token_for("librarian", "entities:read")) as page:
        await page.goto("/services")
        cards = page.locator("#content").get_by_role("listitem")
        await expect(cards.filter(has_text="not known")).to_have_count(3)
        await expect(page.get_by_text("“librarian” lacks the right events:read")).to_be_visible()
