import asyncio
import re
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from playwright.async_api import Locator, Page, Route, expect

from tests.web.browser import held
from tests.web.conftest import Look
from tests.web.shop import Shop, before

_SECONDS: Final = 30.0
_LIVE_SECONDS: Final = 1.0
_READABLE_PX: Final = 240  # some forty letters
_MOST_TRIES: Final = 9  # others use the machine: what one of them reaches is what the page can


async def test_the_first_event_appears_while_one_looks(page: Page, shop: Shop) -> None:
    """An empty account says how to send one, and shows it by itself."""
    await page.goto("/events")
    await expect(page.get_by_text("No events yet. Send the first one")).to_be_visible()

    shop.deployed("cart v1 is out", "cart")

    await expect(row(page, "cart v1 is out")).to_be_visible()


async def test_the_first_event_appears_that_came_while_the_page_looked(page: Page, shop: Shop) -> None:
    """Between the answers, of which none has it, and the page that says so: nobody would ever have told of it."""
    read, may_go_on = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        answer = await route.fetch()
        read.set()
        await may_go_on.wait()
        await route.fulfill(response=answer)

    await page.route(re.compile(r"/v1/events/histogram\?.*buckets=1(&|$)"), hold)
    await page.goto("/events")
    await asyncio.wait_for(read.wait(), _SECONDS)
    shop.deployed("cart v1 is out", "cart")

    may_go_on.set()

    await expect(row(page, "cart v1 is out")).to_be_visible()


async def test_live_counts_what_comes_and_shows_it_when_asked(page: Page, shop: Shop) -> None:
    """[UI7] Within a second; the list itself stays under its reader's eyes until they say so."""
    shop.deployed("cart v1 is out", "cart")
    await page.goto("/events?live=true")
    await expect(rows(page)).to_have_count(1)
    await expect(page.locator("[data-state=live]")).to_be_visible()

    took: list[float] = []
    while len(took) < 2 or (min(took) >= _LIVE_SECONDS and len(took) < _MOST_TRIES):
        shop.deployed(f"cart v{len(took) + 2} is out", "cart")
        answered_at = monotonic()
        await expect(page.get_by_role("button", name=f"{len(took) + 1} new event")).to_be_visible()
        took.append(monotonic() - answered_at)

    assert min(took) < _LIVE_SECONDS
    await expect(page).to_have_title(f"({len(took)}) Events · Whence")
    await expect(rows(page)).to_have_count(1)
    await page.get_by_role("button", name=f"{len(took)} new events: show").click()
    await expect(rows(page)).to_have_count(len(took) + 1)


async def test_facets_search_and_the_way_back(page: Page, shop: Shop) -> None:
    """[UI3] Each choice is in the address, so that the back button and a shared link know it."""
    shop.deployed("cart v2 is out", "cart")
    shop.deployed("ledger v3 is out", "ledger")
    shop.failing("Orders fail", "cart")
    await page.goto("/events")
    await expect(rows(page)).to_have_count(3)

    await page.get_by_role("checkbox", name="deploy").click()
    await expect(page.get_by_role("checkbox", name="deploy")).to_be_checked()  # as the address says, a moment later
    await expect(rows(page)).to_have_count(2)
    await page.get_by_label("Search events").fill("ledger")
    await expect(rows(page)).to_have_count(1)
    await expect(page).to_have_url(re.compile(r"\?(type=deploy&q=ledger|q=ledger&type=deploy)$"))

    await page.go_back()
    await expect(rows(page)).to_have_count(2)
    await page.get_by_role("button", name="Remove type deploy").click()
    await expect(rows(page)).to_have_count(3)


async def test_a_drag_over_the_histogram_zooms_in(page: Page, shop: Shop) -> None:
    """To what lies in it; what lies outside is gone until one goes back."""
    shop.deployed("cart v1 was out", "cart", minutes_ago=20 * 60)
    shop.deployed("cart v2 is out", "cart", minutes_ago=2 * 60)
    await page.goto("/events")
    await expect(rows(page)).to_have_count(2)

    await drag(page, page.get_by_role("img", name="by time and severity"), 0.7, 0.99)

    await expect(rows(page)).to_have_count(1)
    await expect(row(page, "cart v2 is out")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"\?from=[^&]+&to=[^&]+$"))
    await page.go_back()
    await expect(rows(page)).to_have_count(2)


async def test_a_row_calls_entities_by_their_names(page: Page, shop: Shop) -> None:
    """Also where the sender said their ids, of which nobody knows what they are; one call asks for those in sight."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/v1/entities?" in request.url else None)
    name_of = {shop.entity(tag)["id"]: tag for tag in ("cart", "ledger", "payments")}
    ids = sorted(name_of)
    for number, some in enumerate((ids[:1], ids)):
        event = {"kind": "change", "type": "deploy", "title": f"v{number} is out", "entities": some}
        shop.send("POST", "/v1/events", event)
    first, second, _ = (name_of[id_] for id_ in ids)

    await page.goto("/events")

    await expect(row(page, "v0 is out").get_by_role("gridcell", name=first, exact=True)).to_be_visible()
    await expect(row(page, "v1 is out").get_by_role("gridcell", name=f"{first}, {second} +1")).to_be_visible()
    assert len(asked) == 1


async def test_the_drawer_shows_an_event_and_leads_to_its_like(page: Page, shop: Shop) -> None:
    """Its properties, and the body as it was received."""
    shop.deployed("cart v2 is out", "cart", properties={"rollout": {"to": "v2"}})
    shop.deployed("ledger v3 is out", "ledger")
    await page.goto("/events")
    await row(page, "cart v2 is out").click()
    drawer = page.get_by_role("complementary", name="Event: cart v2 is out")
    await expect(drawer.get_by_role("heading", name="cart v2 is out")).to_be_visible()

    await drawer.get_by_role("button", name="Show what was received").click()
    await expect(drawer.get_by_label("raw body", exact=True)).to_contain_text('"rollout"')
    await drawer.get_by_role("link", name="Events with rollout.to = v2").click()

    await expect(rows(page)).to_have_count(1)
    await expect(page.get_by_role("button", name="Remove prop.rollout.to v2")).to_be_visible()


async def test_a_link_shows_others_what_one_sees(look: Look, shop: Shop) -> None:
    """[UI3] In another browser: the same filter, the time that was looked at, and the event that is open."""
    shop.deployed("cart v2 is out", "cart", minutes_ago=1)
    shop.failing("Orders fail", "cart")
    colleague = shop.token_for("colleague", "events:read", "entities:read")
    async with look() as mine, look(token=colleague) as theirs:
        await mine.goto("/events?type=deploy")
        await expect(rows(mine)).to_have_count(1)
        to_list = await copied(mine, mine.get_by_role("button", name="Copy a link to this"))
        await row(mine, "cart v2 is out").click()
        drawer = mine.get_by_role("complementary", name="Event: cart v2 is out")
        to_event = await copied(mine, drawer.get_by_role("button", name="Copy a link to this"))
        shop.deployed("cart v3 is out", "cart")

        await theirs.goto(to_list)
        await expect(rows(theirs)).to_have_count(1)
        await theirs.goto(to_event)

        await expect(theirs.get_by_role("complementary", name="Event: cart v2 is out")).to_be_visible()
        await expect(rows(theirs)).to_have_count(1)


async def test_titles_can_be_read_on_a_laptop(look: Look, shop: Shop) -> None:
    """The title has room first; what else there is goes by the width of the list, and nothing lies outside it."""
    title = "ledger v7 is out, with the pool of the database at twice its size"
    shop.deployed(title, "ledger")
    for width in (1024, 1100, 1280, 1440):
        async with look(size=(width, 800)) as page:
            await page.goto("/events")
            shown = row(page, title)
            await expect(shown).to_be_visible()
            cell = await shown.get_by_title(title).bounding_box()
            assert cell is not None
            assert cell["width"] >= _READABLE_PX, width
            overflow = await page.get_by_role("rowgroup").evaluate("it => it.scrollWidth - it.clientWidth")
            assert overflow == 0, width
            await expect(page.get_by_role("button", name="Start")).to_be_visible()
    async with look() as page:
        await page.goto("/events")
        for head in ("Last update", "Where", "Source"):
            await expect(page.get_by_role("columnheader", name=head)).to_be_in_viewport()


async def test_a_time_that_stands_is_not_live(page: Page, shop: Shop) -> None:
    """The switch says why; a link copied while it was live shows what was seen, and waits for nothing."""
    shop.deployed("cart v1 is out", "cart", minutes_ago=2)
    followed: list[str] = []
    page.on("request", lambda request: followed.append(request.url) if "/v1/events/stream" in request.url else None)
    await page.goto("/events?live=true")
    await expect(page.locator("[data-state=live]")).to_be_visible()
    link = await copied(page, page.get_by_role("button", name="Copy a link to this"))
    assert "live" not in link
    followed.clear()

    await page.goto(f"{link}&live=true")
    await expect(rows(page)).to_have_count(1)
    live = page.get_by_role("button", name="Live")
    await expect(live).to_have_attribute("aria-disabled", "true")
    await live.hover()
    await expect(page.get_by_role("tooltip")).to_contain_text("This time stands")
    await page.keyboard.press("l")
    await live.click(force=True)

    await expect(live).to_have_attribute("aria-pressed", "false")
    await page.get_by_role("button", name="Look again").click()
    await expect(rows(page)).to_have_count(1)
    assert followed == []


async def test_a_view_is_not_named_like_a_given_one(page: Page) -> None:
    """Else it was listed twice, and the one could not be told from the other."""
    await page.goto("/events?q=cart")
    await page.get_by_role("button", name="Views").click()
    name = page.get_by_role("textbox", name="Name this view")
    await name.fill("Changes only ")
    await expect(page.get_by_text("choose another name")).to_be_visible()
    await expect(page.get_by_role("button", name="Save")).to_be_disabled()
    await name.press("Enter")
    await expect(page.get_by_role("link", name="Changes only")).to_have_count(1)

    await name.fill("Changes of mine")
    await name.press("Enter")

    await expect(page.get_by_role("link", name="Changes of mine")).to_have_count(1)


async def test_what_is_new_is_seen_when_it_is_shown(page: Page, shop: Shop) -> None:
    """The list begins again with the newest, however far down its reader was."""
    shop.send(
        "POST", "/v1/events", [{"title": f"job {number} ran", "time": before(number + 1)} for number in range(80)]
    )
    await page.goto("/events?live=true")
    await expect(page.locator("[data-state=live]")).to_be_visible()
    await expect(row(page, "job 0 ran")).to_be_visible()
    await page.get_by_role("rowgroup", name="Rows").evaluate("one => one.scrollTo(0, one.scrollHeight)")
    await expect(row(page, "job 79 ran")).to_be_visible()
    shop.deployed("cart v2 is out", "cart")

    await page.get_by_role("button", name="1 new event: show").click()

    await expect(row(page, "cart v2 is out")).to_be_in_viewport()


async def test_the_nearest_on_either_side_are_around_an_event(page: Page, shop: Shop) -> None:
    """Of very many, as many before as after; and it says that these are not all."""
    at = before(60)
    moment = datetime.fromisoformat(at)
    shop.deployed("cart v2 is out", "cart", time=at)
    beside = [moment + timedelta(seconds=10 * number) for number in (*range(-70, 0), *range(1, 41))]
    jobs = [{"title": f"job at {one:%H:%M:%S}", "time": one.isoformat(), "entities": ["cart"]} for one in beside]
    shop.send("POST", "/v1/events", jobs)
    await page.goto("/events?type=deploy")
    await row(page, "cart v2 is out").click()

    drawer = page.get_by_role("complementary", name="Event: cart v2 is out")
    await expect(drawer.get_by_text("at most the nearest 30")).to_be_visible()
    near = drawer.locator("ol").get_by_role("listitem")
    await expect(near).to_have_count(61)
    await expect(near.nth(30)).to_have_attribute("aria-current", "true")
    await expect(near.nth(29)).to_contain_text("10s")
    await expect(near.nth(31)).to_contain_text("+10s")


async def test_nothing_is_around_an_event_of_no_service(page: Page, shop: Shop) -> None:
    """What happens elsewhere is not on the same services: it has none."""
    shop.deployed("cart v2 is out", "cart")
    shop.deployed("till v9 is out", "till")
    await page.goto("/events")
    await row(page, "till v9 is out").click()

    drawer = page.get_by_role("complementary", name="Event: till v9 is out")
    await expect(drawer.get_by_text("It concerns nothing that is known here.")).to_be_visible()
    await expect(drawer.get_by_text("cart v2 is out")).to_have_count(0)


async def copied(page: Page, button: Locator) -> str:
    """What the button puts on the clipboard, which is there some time after the click."""
    await page.evaluate("navigator.clipboard.writeText('')")
    await button.click()
    await page.wait_for_function("() => navigator.clipboard.readText()")
    return await page.evaluate("navigator.clipboard.readText()")


def rows(page: Page) -> Locator:
    """The events of the list."""
    return page.locator("[role=row][aria-rowindex]:not([aria-rowindex='1'])")


async def test_a_name_stays_known_while_the_page_is_open(page: Page, shop: Shop) -> None:
    """However long: no id takes its place while it is asked for once more."""
    event = {"kind": "change", "type": "deploy", "title": "v2 is out", "entities": ["cart"]}
    shop.send("POST", "/v1/events", event)
    await page.clock.install()
    await page.goto("/events")
    await expect(row(page, "v2 is out")).to_contain_text("cart")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await held(page, "**/v1/entities?id=*")

    await page.clock.fast_forward(10 * 60_000)
    await page.clock.fast_forward(60_000)

    await expect(row(page, "v2 is out")).to_contain_text("11m ago")
    await expect(row(page, "v2 is out")).to_contain_text("cart")
    assert [url for url in asked if "/v1/entities" in url] == []


async def test_clearing_the_filters_keeps_the_time(page: Page, shop: Shop) -> None:
    """Of an incident of last week, too: what is cleared is what narrows the list."""
    shop.deployed("cart v2 is out", "cart", minutes_ago=3 * 24 * 60)
    await page.goto("/events?last=7d&type=no-such-type&q=zzz&order=time")

    await page.get_by_role("button", name="Clear the filters").click()

    await expect(row(page, "cart v2 is out")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/events\?last=7d&order=time$"))


async def test_a_list_that_breaks_off_says_so(look: Look, shop: Shop) -> None:
    """Further down there are more events, and their page did not come: it is asked for again at a click."""
    event = {"kind": "change", "type": "deploy", "time": before(5), "entities": ["cart"]}
    shop.send("POST", "/v1/events", [{**event, "title": f"cart v{n} is out"} for n in range(210)])
    async with look(broken=["/v1/events"]) as page:
        await page.route("**/v1/events?*cursor=*", lambda route: route.fulfill(status=500))
        await page.goto("/events")
        await rows(page).first.hover()
        await page.mouse.wheel(0, 40 * 200)
        lost = page.get_by_role("alert").filter(has_text="Not all events are listed")
        await expect(lost).to_contain_text("The server answered 500")
        await expect(page.get_by_text("Loading more")).to_have_count(0)
        await page.unroute("**/v1/events?*cursor=*")

        await lost.get_by_role("button", name="Try again").click()

        await expect(lost).to_have_count(0)
        await expect(page.get_by_role("grid", name="Events")).to_have_attribute("aria-rowcount", "211")


async def test_on_a_phone_both_ways_out_of_nothing_are_whole(look: Look, shop: Shop) -> None:
    """No button is cut off where nothing matches."""
    shop.deployed("cart v2 is out", "cart")
    async with look(size=(390, 844)) as page:
        await page.goto("/events?type=no-such-type")
        for name in ("Clear the filters", "Look at the last 30 days"):
            button = page.get_by_role("button", name=name)
            await expect(button).to_be_visible()
            assert await button.evaluate("one => one.getBoundingClientRect().right <= innerWidth - 12"), name


def row(page: Page, title: str) -> Locator:
    """The one with that title."""
    return rows(page).filter(has_text=title)


async def drag(page: Page, over: Locator, start: float, end: float) -> None:
    """With the mouse, from one part of the width to another."""
    box = await over.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 3
    await page.mouse.move(box["x"] + start * box["width"], middle)
    await page.mouse.down()
    await page.mouse.move(box["x"] + end * box["width"], middle, steps=4)
    await page.mouse.up()
