import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Final

from playwright.async_api import Page, Route, expect

from tests.acceptance.server import await_fact
from tests.web.browser import held
from tests.web.conftest import Look
from tests.web.rooms import STICKING_OUT, enter
from tests.web.shop import Shop, before
from tests.web.test_events import row, rows

_SECONDS: Final = 30.0
_LOOKED_AT_AGAIN_MS: Final = 31_000  # alerts are, every 30 seconds
_LISTED: Final = 500  # services that the list has at first
_WATCH: Final = """
    window.firsts = ['']
    const look = () => {
        const first = document.querySelector('#content li span')?.firstChild.textContent ?? ''
        if (first !== firsts.at(-1)) firsts.push(first)
    }
    new MutationObserver(look).observe(document, { subtree: true, childList: true })
"""
_DRAWN: Final = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_PHONE: Final = (390, 844)
_BEYOND: Final = "one => one.getBoundingClientRect().right - one.closest('li').getBoundingClientRect().right"
_LONG: Final = "gke_acme_prod_europe_west1_payments_blue_and_green_of_the_second_try"


async def test_a_timeline_holds_what_two_dialects_said(page: Page, shop: Shop) -> None:
    """A deploy through our own API and a flag through Komodor's, on one service; keys walk the marks."""
    shop.deployed("cart v2 is out", "cart", minutes_ago=1)
    shop.flagged("cart.fast-path is on for 25 %", "cart")
    shop.deployed("ledger v3 is out", "ledger", minutes_ago=1)
    await page.goto("/services")
    await page.locator("#content").get_by_role("link", name="cart").click()
    await expect(rows(page)).to_have_count(2)
    await expect(row(page, "cart v2 is out")).to_be_visible()
    await expect(row(page, "cart.fast-path is on for 25 %")).to_be_visible()

    timeline = page.get_by_role("img", name="Timeline of 1 lane from")
    said = page.get_by_role("status").filter(has_text="cart")
    await timeline.press("ArrowRight")
    await expect(said).to_contain_text("cart v2 is out")
    await timeline.press("ArrowRight")
    await expect(said).to_contain_text("cart.fast-path is on for 25 %")
    await timeline.press("Enter")

    drawer = page.get_by_role("complementary", name="Event: cart.fast-path is on for 25 %")
    await expect(drawer.get_by_role("heading", name="cart.fast-path is on for 25 %")).to_be_visible()
    await expect(page).to_have_url(re.compile("event="))


async def test_what_it_depends_on_gets_lanes(page: Page, shop: Shop) -> None:
    """At a click, and in the address."""
    shop.deployed("cart v2 is out", "cart", minutes_ago=1)
    shop.deployed("payments v4 is out", "payments", minutes_ago=1)
    await page.goto(f"/services/{shop.entity('cart')['id']}")
    await expect(rows(page)).to_have_count(1)

    await page.get_by_role("button", name="Lanes").click()
    await page.get_by_role("button", name="Add all that it depends on").click()

    await expect(page.get_by_role("img", name="Timeline of 2 lanes")).to_be_visible()
    await expect(rows(page)).to_have_count(2)
    await expect(page).to_have_url(re.compile("lane="))


async def test_lanes_are_asked_for_together(look: Look, shop: Shop) -> None:
    """Those of ids in one question; a tag that somebody wrote into the link is found all the same."""
    shop.send("PUT", "/v1/entities", {"entities": [{"tag": "till", "name": "till"}]})
    cart, payments, ledger = (shop.entity(tag)["id"] for tag in ("cart", "payments", "ledger"))
    asked: list[str] = []
    async with look(broken=["/v1/entities/nobody"]) as page:
        page.on("request", lambda request: asked.append(request.url.partition("/v1/entities")[2]))
        await page.goto(f"/services/{cart}?lane={payments}&lane=till&lane={ledger}&lane=nobody")
        await expect(page.get_by_role("img", name="Timeline of 4 lanes")).to_be_visible()
    together = [words for words in asked if words.startswith("?id=")]
    assert [words.count("id=") for words in together] == [4]
    assert sorted(words for words in asked if words.startswith("/")) == sorted([f"/{cart}", "/till", "/nobody"])


async def test_who_has_a_lane_is_called_by_name_at_once(page: Page, shop: Shop) -> None:
    """In the list below the lanes, too: nobody is asked for what the page knows."""
    shop.failing("Orders fail", "cart")
    cart, payments = (shop.entity(tag)["id"] for tag in ("cart", "payments"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("/v1/entities")[2]))

    await page.goto(f"/services/{cart}?lane={payments}")

    await expect(row(page, "Orders fail")).to_contain_text("cart")
    await expect(page.get_by_role("heading", name="Events (1)")).to_be_visible()
    assert [words for words in asked if words.startswith("?id=")] == [f"?id={payments}&limit=1"]


async def test_that_nothing_happened_is_said_when_it_is_known(page: Page, shop: Shop) -> None:
    """Not while it is asked."""
    release = await held(page, "**/v1/events?*")
    await page.goto(f"/services/{shop.entity('cart')['id']}")
    await expect(page.get_by_role("heading", name="Events", exact=True)).to_be_visible()
    await expect(page.get_by_text("Nothing happened here")).to_have_count(0)

    release()

    await expect(page.get_by_text("Nothing happened here")).to_be_visible()
    await expect(page.get_by_role("heading", name="Events (0)")).to_be_visible()


async def test_a_lane_that_failed_is_not_one_in_which_nothing_was(look: Look, shop: Shop) -> None:
    """The page says so beside those that are known, and asks again for what failed alone."""
    shop.deployed("cart v2 is out", "cart", minutes_ago=1)
    shop.deployed("payments v4 is out", "payments", minutes_ago=1)
    cart, payments = (shop.entity(tag)["id"] for tag in ("cart", "payments"))
    async with look(broken=["/v1/events"]) as page:
        of_payments = re.compile(rf"/v1/events\?entity={payments}")
        await page.route(of_payments, lambda route: route.fulfill(status=500))
        await page.goto(f"/services/{cart}?lane={payments}")
        lost = page.get_by_role("alert").filter(has_text="Not every lane is known")
        await expect(lost).to_contain_text("The server answered 500")
        await expect(page.get_by_role("heading", name="Events", exact=True)).to_be_visible()
        await expect(rows(page)).to_have_count(1)

        await page.unroute(of_payments)
        await lost.get_by_role("button", name="Try again").click()

        await expect(rows(page)).to_have_count(2)
        await expect(page.get_by_role("heading", name="Events (2)")).to_be_visible()
        await expect(lost).to_have_count(0)


async def test_a_lost_answer_leaves_no_troubled_service_out_unsaid(look: Look, shop: Shop) -> None:
    """Of one beyond those that are listed at first it is not known what it is called, and that is said."""
    many = [{"tag": f"many-{number}", "name": f"many-{number}"} for number in range(_LISTED)]
    shop.send("PUT", "/v1/entities", {"entities": many})
    last = shop.get(f"/v1/entities?type=SERVICE&limit={2 * _LISTED}")["entities"][-1]
    shop.failing("It is down", last["id"], handling=["no_problem"])
    async with look(broken=["/v1/entities"]) as page:
        await page.route("**/v1/entities?id=*", lambda route: route.fulfill(status=500))
        await page.goto("/services")
        lost = page.get_by_role("alert").filter(has_text="Not all that is open is known")
        await expect(lost).to_contain_text("The server answered 500")

        await page.unroute("**/v1/entities?id=*")
        await lost.get_by_role("button", name="Try again").click()

        await expect(page.locator("#content").get_by_role("listitem").first).to_contain_text(last["name"])
        await expect(lost).to_have_count(0)


async def test_the_troubled_come_first(page: Page, shop: Shop) -> None:
    """With what is open on them."""
    shop.failing("Orders fail", "ledger")

    await page.goto("/services")

    cards = page.locator("#content").get_by_role("listitem")
    await expect(cards).to_have_count(3)
    await expect(cards.first).to_contain_text("ledger")
    await expect(cards.first).to_contain_text("1 open alert")


async def test_no_card_moves_under_who_reads_them(page: Page, shop: Shop) -> None:
    """The list waits for the problems, which make a warning on one service as urgent as all that it is part of."""
    shop.incident()
    release = await held(page, "**/v1/problems*")
    async with page.expect_response("**/v1/alerts*"):
        await page.goto("/services")
    cards = page.locator("#content").get_by_role("listitem")
    await expect(page.get_by_role("status", name="Loading")).to_be_visible()
    await expect(cards).to_have_count(0)

    release()

    await expect(cards).to_have_count(3)
    await expect(cards.first).to_contain_text("cart")


async def test_no_card_moves_when_it_is_known_whom_an_alert_concerns(page: Page, shop: Shop) -> None:
    """The list waits for that as well, once: of what opens later it stays as it is until it is known."""
    shop.failing("Payments are slow", "payments", severity="warning", handling=["no_problem"])
    _failing_at("Disks are full", ["ledger"], shop, handling=["no_problem"])
    await page.clock.install()
    firsts = await _watched(page)
    release = await held(page, "**/v1/events/*")
    cards = page.locator("#content").get_by_role("listitem")
    async with page.expect_request("**/v1/events/*"), page.expect_response("**/v1/entities?*"):
        await page.goto("/services")
    await expect(page.get_by_role("status", name="Loading")).to_be_visible()
    await expect(cards).to_have_count(0)
    release()
    await expect(cards).to_have_count(3)
    await expect(cards.first).to_contain_text("ledger")
    assert await firsts() == ["", "ledger"]

    _failing_at("Nobody can order", ["cart"], shop, severity="critical", handling=["no_problem"])
    release = await held(page, "**/v1/events/*")
    async with page.expect_request("**/v1/events/*"):
        await page.clock.fast_forward(_LOOKED_AT_AGAIN_MS)
    await page.evaluate(_DRAWN)
    await expect(cards.first).to_contain_text("ledger")
    release()

    await expect(cards.first).to_contain_text("cart")
    assert await firsts() == ["", "ledger", "cart"]


async def test_who_is_in_trouble_beyond_the_first_page_has_a_place_at_once(page: Page, shop: Shop) -> None:
    """Of more services than are listed at first: no card gives way to one that comes later."""
    many = [{"tag": f"many-{number}", "name": f"many-{number}"} for number in range(_LISTED)]
    shop.send("PUT", "/v1/entities", {"entities": many})
    last = shop.get(f"/v1/entities?type=SERVICE&limit={2 * _LISTED}")["entities"][-1]
    shop.failing("It is down", last["id"], handling=["no_problem"])
    firsts = await _watched(page)
    release = await held(page, "**/v1/entities?id=*")
    async with page.expect_request("**/v1/entities?id=*"):
        await page.goto("/services")
    await page.evaluate(_DRAWN)
    release()

    await expect(page.locator("#content").get_by_role("listitem").first).to_contain_text(last["name"])
    assert await firsts() == ["", last["name"]]


async def _watched(page: Page) -> Callable[[], Awaitable[list[str]]]:
    """Which names stood on the first card so far, one after the other; none is there while it is ""."""
    await page.add_init_script(_WATCH)
    return lambda: page.evaluate("firsts")


async def test_what_is_not_known_is_not_well(look: Look, shop: Shop) -> None:
    """Neither a card nor a page says that nothing is open while alerts cannot be read; it says why, and asks again."""
    async with look(broken=["/v1/alerts"]) as page:
        await page.route("**/v1/alerts*", lambda route: route.fulfill(status=500))
        await page.goto("/services")
        cards = page.locator("#content").get_by_role("listitem")
        await expect(cards.filter(has_text="not known")).to_have_count(3)
        lost = page.get_by_role("alert").filter(has_text="The server answered 500")
        await expect(lost).to_contain_text("Not all that is open is known")

        await page.goto(f"/services/{shop.entity('cart')['id']}")
        await expect(page.get_by_role("heading", name="Open alerts", exact=True)).to_be_visible()
        await expect(lost).to_be_visible()
        await expect(page.get_by_text("None is open.")).to_have_count(0)

        release = await held(page, "**/v1/alerts*")  # they are asked for by themselves, too
        await lost.get_by_role("button", name="Try again").click()
        await expect(lost).to_contain_text("It is being asked again")
        release()
        await expect(page.get_by_role("heading", name="Open alerts (0)")).to_be_visible()
        await page.goto("/services")
        await expect(cards.filter(has_text="nothing open")).to_have_count(3)


async def test_trouble_is_shown_beside_what_is_not_known(look: Look, shop: Shop) -> None:
    """What could be read of it; the others are not known all the same."""
    shop.failing("Orders fail", "ledger")
    async with look(broken=["/v1/problems"]) as page:
        await page.route("**/v1/problems*", lambda route: route.fulfill(status=500))
        await page.goto("/services")
        cards = page.locator("#content").get_by_role("listitem")
        await expect(cards.first).to_contain_text("1 open alert")
        await expect(cards.filter(has_text="not known")).to_have_count(2)


async def test_many_open_problems_hide_none(page: Page, shop: Shop) -> None:
    """A service is in trouble that is in the oldest of them, however many opened later on others."""
    shop.failing("Ledger is down", "ledger", minutes_ago=30, severity="critical")
    await_fact(shop.problems, seconds=_SECONDS, what="the alert is a problem")
    shop.storm("cart", count=60)
    await page.goto("/services")

    card = page.locator("#content").get_by_role("listitem").filter(has_text="ledger")
    await expect(card).to_contain_text("in P-1")
    await expect(page.locator("#content").get_by_text("nothing open")).to_have_count(1)


async def test_an_alert_by_place_is_on_all_that_it_concerns(page: Page, shop: Shop) -> None:
    """Also one that is in no problem: on the cards, and on the page of each."""
    _failing_at("Disks are full", ["cart", "ledger"], shop, handling=["no_problem"])
    await page.goto("/services")
    cards = page.locator("#content").get_by_role("listitem")
    await expect(cards.filter(has_text="1 open alert")).to_have_count(2)
    await expect(cards.filter(has_text="payments")).to_contain_text("nothing open")

    await cards.filter(has_text="ledger").get_by_role("link").click()

    await expect(page.get_by_role("heading", name="Open alerts (1)")).to_be_visible()
    await expect(page.get_by_role("article").filter(has_text="Disks are full")).to_be_visible()


async def test_an_alert_about_more_than_is_told_leaves_nobody_well(page: Page, shop: Shop) -> None:
    """Of what concerns every service, an event names ten; the page of each service has it all the same."""
    shop.send("PUT", "/v1/entities", {"entities": [{"tag": f"service-{n}", "name": f"s-{n}"} for n in range(10)]})
    _failing_at("The network is slow", [], shop)
    await page.goto("/services")
    await expect(page.locator("#content").get_by_role("listitem").filter(has_text="not known")).to_have_count(13)
    await expect(page.get_by_text("It is not known here whom an open alert concerns")).to_be_visible()

    await page.goto(f"/services/{shop.entity('cart')['id']}")

    await expect(page.get_by_role("heading", name="Open alerts (1)")).to_be_visible()


async def test_a_service_has_all_of_its_open_alerts(page: Page, shop: Shop) -> None:
    """A list of problems shows ten of each; the page of the service does not go by that."""
    for number in range(12):
        _failing_at(f"Disk {number} is full", ["cart", "ledger"], shop)
    await_fact(shop.problems, seconds=_SECONDS, what="the alerts are a problem")

    await page.goto(f"/services/{shop.entity('ledger')['id']}")

    await expect(page.get_by_role("heading", name="Open alerts (12)")).to_be_visible()


def _failing_at(title: str, services: list[str], shop: Shop, **more: object) -> None:
    event = {"kind": "problem", "severity": "error", "title": title, "key": title, "scope": {"services": services}}
    shop.send("POST", "/v1/events", {**event, **more})


async def test_a_timeline_is_zoomed_by_keys_again_and_again(page: Page, shop: Shop) -> None:
    """It stays, with the focus, until that of the next stretch is there."""
    shop.deployed("cart v2 is out", "cart", minutes_ago=60)
    await page.goto(f"/services/{shop.entity('cart')['id']}")
    await expect(rows(page)).to_have_count(1)
    timeline = page.get_by_role("img", name="Timeline of 1 lane from")
    await timeline.press("ArrowRight")
    asked = asyncio.Queue[Route]()
    await page.route(re.compile(r"/v1/events\?.*from="), asked.put)
    for _ in range(2):
        before = await timeline.get_attribute("aria-label")
        await page.keyboard.press("+")
        await expect(timeline).not_to_have_attribute("aria-label", before or "")
        await expect(timeline).to_be_focused()
        await expect(rows(page)).to_have_count(1)
        await expect(page.locator("[data-stale=true]")).to_have_count(1)
        await (await asyncio.wait_for(asked.get(), _SECONDS)).continue_()
        await expect(page.locator("[data-stale=true]")).to_have_count(0)

    await expect(timeline).to_be_focused()
    assert asked.empty()


async def test_on_a_phone_events_are_as_high_as_they_are(look: Look, shop: Shop) -> None:
    """A few of them scroll with the page, and not in it."""
    for number in range(5):
        shop.deployed(f"cart v{number} is out", "cart", minutes_ago=number)
    async with look(size=_PHONE) as page:
        await page.goto(f"/services/{shop.entity('cart')['id']}")
        await expect(rows(page)).to_have_count(5)
        hidden = "one => one.scrollHeight - one.clientHeight"
        assert await page.get_by_role("rowgroup", name="Rows").evaluate(hidden) <= 0


async def test_a_long_name_stays_in_its_card(look: Look, shop: Shop) -> None:
    """A name without a space, on a phone: nothing sticks out of what it stands in."""
    entity = {"name": _LONG, "cluster": _LONG, "namespace": _LONG, "description": _LONG * 4}
    tags = [{"key": _LONG, "value": _LONG}]
    made = shop.send("PUT", "/v1/entities", {"entities": [{**entity, "tag": "long", "tags": tags}]})["entities"][0]
    relation = {"from": shop.entity("cart")["id"], "to": made["id"], "kind": "calls"}
    shop.send("PUT", "/v1/relations", {"relations": [relation]})
    async with look(size=_PHONE) as page:
        for path in ("/services", f"/services/{made['id']}", f"/services/{shop.entity('cart')['id']}"):
            await enter(page, path)
            await expect(page.get_by_text(_LONG).first).to_be_visible()
            assert await page.evaluate(STICKING_OUT) == [], path


async def test_a_long_name_does_not_push_a_score_out(page: Page, shop: Shop) -> None:
    """Of the service that a suspected change was on."""
    long = "ledger" * 80
    shop.send("PUT", "/v1/entities", {"entities": [{"tag": "long", "name": long}]})
    shop.send("PUT", "/v1/relations", {"relations": [{"from": "cart", "to": "long", "kind": "calls"}]})
    event = {"kind": "change", "type": "deploy", "title": "v7 is out", "time": before(6), "entities": ["long"]}
    shop.send("POST", "/v1/events", event)
    shop.failing("Waits for its database", "long", minutes_ago=4, severity="critical")
    shop.failing("Orders fail", "cart", minutes_ago=2)

    await enter(page, "/why")

    await expect(page.get_by_role("button", name="v7 is out").first).to_be_visible()
    assert await page.evaluate(STICKING_OUT) == []
    for score in await page.get_by_role("img", name="Score").all():
        assert await score.evaluate(_BEYOND) <= 0


async def test_the_button_that_adds_lanes_says_all(page: Page, shop: Shop) -> None:
    """No word of it is cut off."""
    await page.goto(f"/services/{shop.entity('cart')['id']}")
    await page.get_by_role("button", name="Lanes").click()
    words = page.get_by_text("Add all that it depends on")
    await expect(words).to_be_visible()
    assert await words.evaluate("one => one.scrollWidth <= one.clientWidth")
