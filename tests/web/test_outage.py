"""The server is away for a while, and comes back."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from playwright.async_api import Locator, Page, expect

from tests.web.conftest import Look
from tests.web.shop import Shop
from tests.web.test_events import rows

_AWAY: Final = "The server cannot be reached"
_OF_EVENTS: Final = re.compile(r"/v1/events[?/]")
_HAS_CODE: Final = "(page) => performance.getEntriesByType('resource').some(({name}) => name.includes(page))"
_EVERYTHING: Final[Sequence[str]] = ["/"]  # the browser may complain of whatever it did not get


async def test_one_retry_brings_back_all_of_the_events(look: Look, shop: Shop) -> None:
    """The list, the filters and the bars over time, whichever of them was asked to try again."""
    shop.deployed("cart v2 is out", "cart")
    for asks_again in (beside_the_list, in_the_list):
        async with look(broken=_EVERYTHING) as page:
            await page.route(_OF_EVENTS, lambda route: route.abort())
            await page.goto("/events")
            await expect(page.get_by_text(_AWAY)).to_have_count(3)
            await expect(strip(page)).to_have_count(0)  # the rest of the server answers
            await page.unroute(_OF_EVENTS)

            await asks_again(page)

            await expect(rows(page)).to_have_count(1)
            await expect(page.get_by_role("checkbox", name="deploy")).to_be_visible()
            await expect(page.get_by_role("img", name="by time and severity")).to_be_visible()
            await expect(page.get_by_text(_AWAY)).to_have_count(0)


async def beside_the_list(page: Page) -> None:
    """Try again, at the filters."""
    await page.get_by_role("complementary", name="Filters").get_by_role("button", name="Try again").click()


async def in_the_list(page: Page) -> None:
    """Try again, where the list was to be."""
    await page.get_by_role("button", name="Try again").last.click()


async def test_a_page_that_did_not_come_is_tried_again(look: Look) -> None:
    """It says that the server is away for as long as it is, and is there on the first try after it."""
    async with look(broken=_EVERYTHING) as page:
        for name in ("Health", "Problems"):
            await page.goto("/services")
            await expect(page.get_by_role("heading", level=1, name="Services")).to_be_visible()
            await _offline(page)
            await page.get_by_role("navigation").get_by_role("link", name=name).click()
            await expect(page.locator("#content").get_by_text(_AWAY)).to_be_visible()
            await page.get_by_role("button", name="Try again").click()
            await expect(page.locator("#content").get_by_text(_AWAY)).to_be_visible()
            await _online(page)

            await page.get_by_role("button", name="Try again").click()

            await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
            await expect(page.get_by_text(_AWAY)).to_have_count(0)


async def test_a_page_that_did_not_come_before_comes_by_itself(look: Look) -> None:
    """A pointer that went over its link while the server was away costs nothing later."""
    async with look(broken=_EVERYTHING) as page:
        await page.goto("/services")
        await expect(page.get_by_role("heading", level=1, name="Services")).to_be_visible()
        await page.evaluate("{ const now = performance.now(); performance.now = () => now + 60_000 }")
        health = page.get_by_role("navigation").get_by_role("link", name="Health")
        await _offline(page)
        async with page.expect_event("requestfailed", lambda request: "HealthPage" in request.url):
            await health.hover()
        await _online(page)

        await health.click()

        await expect(page.get_by_role("heading", level=1, name="Health")).to_be_visible()


async def test_a_page_says_since_when_the_server_is_not_reached(look: Look) -> None:
    """Once for all of it, by the reader's clock, though nothing on it is asked again by itself; until it is back."""
    async with look(broken=_EVERYTHING) as page:
        await page.goto("/tokens?tz=Asia/Tokyo")
        await expect(page.get_by_role("row", name="owner")).to_be_visible()

        await page.context.set_offline(True)

        await expect(strip(page)).to_be_visible()
        since = await strip(page).locator("time").get_attribute("datetime")
        assert since is not None
        tokyo = datetime.fromisoformat(since) + timedelta(hours=9)
        await expect(strip(page)).to_contain_text(f"since {tokyo:%-d %b %H:%M:%S}. What you see is what was known then")
        await expect(page.get_by_role("row", name="owner")).to_be_visible()
        await page.context.set_offline(False)
        await expect(strip(page)).to_have_count(0)


async def test_an_answer_that_was_under_way_does_not_hide_the_silence(look: Look) -> None:
    """The browser says that it is offline, and one more answer comes all the same: the page goes on asking."""
    async with look(broken=_EVERYTHING) as page:
        await page.goto("/tokens")
        await expect(page.get_by_role("row", name="owner")).to_be_visible()
        await page.route("**/healthz", lambda route: route.fulfill(body="ok"), times=1)

        async with page.expect_response("**/healthz"):
            await page.context.set_offline(True)

        await expect(strip(page)).to_be_visible()


async def test_what_was_done_without_a_server_is_not_done_later(look: Look, shop: Shop) -> None:
    """It is refused at once, and stays in its field; when the server is back nothing happens that nobody waits for."""
    problem = shop.incident()
    async with look(broken=_EVERYTHING) as page:
        await page.goto(f"/problems/{problem['name']}")
        comment = page.get_by_label("Your comment")
        await comment.fill("The pool is too small")
        await _offline(page)
        await page.get_by_role("button", name="Comment", exact=True).click()
        await expect(page.get_by_role("alert").filter(has_text=_AWAY)).to_be_visible()
        await expect(comment).to_have_value("The pool is too small")

        await _online(page)
        await expect(strip(page)).to_have_count(0)
        shop.send("POST", f"/v1/problems/{problem['id']}/comments", {"comment": "It is the disk"})

        await expect(page.get_by_role("article").filter(has_text="It is the disk")).to_be_visible()
        comments = shop.get(f"/v1/problems/{problem['id']}/comments")["comments"]
        assert [said["text"] for said in comments] == ["It is the disk"]


async def test_a_page_opened_without_a_server_says_so(look: Look) -> None:
    """It does not wait for what nobody asks, and has it when the browser is online again."""
    async with look(broken=_EVERYTHING) as page:
        await page.goto("/webhooks")
        await expect(page.get_by_text("No webhooks yet")).to_be_visible()
        await page.get_by_role("navigation").get_by_role("link", name="Tokens").hover()
        await page.wait_for_function(_HAS_CODE, arg="TokensPage")
        await _offline(page)

        await page.get_by_role("navigation").get_by_role("link", name="Tokens").click()
        await expect(page.locator("#content").get_by_role("alert")).to_contain_text(_AWAY)

        await _online(page)
        await expect(page.get_by_role("row", name="owner")).to_be_visible()


async def test_relations_that_did_not_come_are_asked_for_again(look: Look) -> None:
    """At a click, as whatever else."""
    async with look(broken=["/v1/relations"]) as page:
        await page.route("**/v1/relations*", lambda route: route.fulfill(status=500))
        await page.goto("/catalogue?tab=relations")
        await page.get_by_role("combobox", name="Entity", exact=True).fill("cart")
        await page.get_by_role("option", name="cart").click()
        await expect(page.get_by_role("alert")).to_contain_text("The server answered 500")
        await page.unroute("**/v1/relations*")

        await page.get_by_role("button", name="Try again").click()

        await expect(page.get_by_role("button", name="Remove: cart calls payments")).to_be_visible()


async def test_a_next_page_that_did_not_come_is_missed(look: Look, shop: Shop) -> None:
    """The list says why it goes no further; the same button asks again."""
    entities = [{"tag": f"till-{n}", "name": f"till-{n}"} for n in range(201)]
    shop.send("PUT", "/v1/entities", {"entities": entities})
    async with look(broken=["/v1/entities"]) as page:
        await page.goto("/catalogue")
        entity = page.get_by_role("button", name="Remove")
        await expect(entity).to_have_count(200)
        await page.route("**/v1/entities?*cursor=*", lambda route: route.fulfill(status=500))
        more = page.get_by_role("button", name="More")
        await more.click()
        await expect(page.get_by_role("alert")).to_contain_text("The server answered 500")
        await page.unroute("**/v1/entities?*cursor=*")

        await more.click()

        await expect(entity).to_have_count(204)
        await expect(page.get_by_role("alert")).to_have_count(0)


async def test_a_proxy_before_a_server_that_is_away_is_no_server(look: Look) -> None:
    """It answers in the server's place, and so says nothing of ours."""
    async with look(broken=_EVERYTHING, size=(390, 844)) as page:
        await page.goto("/health")
        await expect(page.get_by_text("Since it started")).to_be_visible()

        await page.route("**/*", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))

        await expect(strip(page)).to_be_in_viewport(ratio=1)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.unroute("**/*")
        await expect(strip(page)).to_have_count(0)


def strip(page: Page) -> Locator:
    """What stands on every page while the server is away."""
    return page.get_by_role("status").filter(has_text="Server not reached")


async def _offline(page: Page) -> None:
    """The browser reaches nothing any more; it says so before it is so."""
    await page.context.set_offline(True)
    await page.wait_for_function("() => fetch('/healthz').then(() => false, () => true)")


async def _online(page: Page) -> None:
    """The browser reaches the server again, which it may not at once when it is allowed to."""
    await page.context.set_offline(False)
    await page.wait_for_function("() => fetch('/healthz').then((answer) => answer.ok, () => false)")


async def test_a_page_of_what_there_is_not_has_its_name(look: Look) -> None:
    """As its heading and in the tab: a link may lead to what was removed since."""
    async with look(broken=["/v1/problems/P-404", "/v1/entities/gone"]) as page:
        for path, name in (("/problems/P-404", "P-404"), ("/services/gone", "gone")):
            await page.goto(path)
            await expect(page.get_by_role("alert")).to_contain_text(f"{name} in this account")
            await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
            await expect(page).to_have_title(re.compile(f"^{name}"))
            await expect(page.get_by_role("button", name="Try again")).to_have_count(0)  # it would not help
