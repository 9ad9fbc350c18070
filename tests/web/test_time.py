"""In whose clock times are shown, and by which clock windows go."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from playwright.async_api import Page, expect

from tests.web.conftest import Look
from tests.web.shop import Shop
from tests.web.test_events import copied, row, rows

_MIDNIGHT: Final = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
_NOON: Final = (_MIDNIGHT + timedelta(hours=12)).isoformat()
_DAY: Final = f"from={_MIDNIGHT:%Y-%m-%dT%H:%M:%SZ}&to={_MIDNIGHT + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
# Neither has a summer time: their clocks are always as far from UTC.
_CHOSEN: Final = "Asia/Tokyo"
_THEIRS: Final = "America/Phoenix"


async def test_a_chosen_zone_is_in_the_link(look: Look, shop: Shop) -> None:
    """[UI3] In the address at once, kept from page to page, and others who follow it read the same times."""
    shop.deployed("cart v2 is out", "cart", time=_NOON)
    async with look() as mine, look(zone=_THEIRS) as theirs:
        await mine.goto(f"/events?{_DAY}")
        await expect(row(mine, "cart v2 is out")).to_contain_text("12:00:00")

        await choose_zone(mine, _CHOSEN)
        await expect(row(mine, "cart v2 is out")).to_contain_text("21:00:00")
        await expect(mine).to_have_url(re.compile(f"tz={_CHOSEN}"))
        link = await copied(mine, mine.get_by_role("button", name="Copy a link to this"))
        await mine.get_by_role("navigation").get_by_role("link", name="Health").click()
        await expect(mine.get_by_role("heading", level=1, name="Health")).to_be_visible()
        await expect(mine).to_have_url(re.compile(rf"/health\?tz={_CHOSEN}$"))

        await theirs.goto(f"/events?{_DAY}")
        await expect(row(theirs, "cart v2 is out")).to_contain_text("05:00:00")
        await theirs.goto(link)
        await expect(row(theirs, "cart v2 is out")).to_contain_text("21:00:00")
        await theirs.goto(f"/events?{_DAY}&tz=Mars/Olympus")
        await expect(row(theirs, "cart v2 is out")).to_contain_text("05:00:00")


async def test_a_zone_chosen_before_is_in_the_next_link(page: Page, shop: Shop) -> None:
    """[UI3] Also where the address does not say it yet."""
    shop.deployed("cart v2 is out", "cart", time=_NOON)
    await page.goto(f"/events?{_DAY}")
    await choose_zone(page, _CHOSEN)

    await page.goto(f"/events?{_DAY}")
    await expect(row(page, "cart v2 is out")).to_contain_text("21:00:00")
    link = await copied(page, page.get_by_role("button", name="Copy a link to this"))

    assert f"tz={_CHOSEN}" in link


async def test_windows_go_by_the_clock_of_the_server(look: Look, shop: Shop) -> None:
    """A browser whose clock is an hour off, either way, shows what happened in the last quarter of an hour."""
    shop.deployed("cart v1 is out", "cart", minutes_ago=65)
    shop.deployed("cart v2 is out", "cart", minutes_ago=1)
    for wrong in (timedelta(hours=-1), timedelta(hours=1)):
        async with look() as page:
            await page.clock.install(time=datetime.now(UTC) + wrong)
            await page.goto("/events?last=15m")

            await expect(rows(page)).to_have_count(1)
            await expect(row(page, "cart v2 is out")).to_be_visible()
            await row(page, "cart v2 is out").click()
            drawer = page.get_by_role("complementary", name="Event: cart v2 is out")
            await expect(drawer.get_by_text("m ago").first).to_be_visible()


async def test_a_time_that_means_nothing_is_now(page: Page, shop: Shop) -> None:
    """The page of causes asks as if the address had not said it."""
    shop.incident()
    await page.goto("/why?at=garbage&lookback=garbage")

    await expect(page.get_by_text("everything that alerts suffers from, as of now")).to_be_visible()
    await expect(page.get_by_role("heading", name="Where it began")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_the_same_is_asked_again_in_an_hour_that_comes_twice(page: Page) -> None:
    """As of half past two by clocks that were put back at three: not an hour before it, nor a second."""
    await page.goto("/why?at=2026-10-25T01:30:07.250Z&tz=Europe/Berlin")
    await expect(page.get_by_label("As of, in Europe/Berlin")).to_have_value("2026-10-25T02:30:07")

    await page.get_by_role("button", name="Ask").click()
    await page.get_by_text("12h", exact=True).click()

    await expect(page).to_have_url(re.compile(r"at=2026-10-25T01:30:07\.250Z&.*lookback=PT12H"))


async def test_one_zooms_out_as_far_as_there_are_years(page: Page) -> None:
    """And no further: the page stays what it is."""
    await page.goto("/events?from=1975-01-01T00:00:00Z&to=9000-01-01T00:00:00Z")
    picker = page.get_by_role("button", name="Zoom out")
    for _ in range(3):
        await picker.click()

    await expect(page).to_have_url(re.compile(r"from=1970-01-01T00:00:00\.000Z&to=9999-12-31T00:00:00\.000Z"))
    await expect(page.get_by_role("heading", level=1, name="Events")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_a_time_that_nobody_touched_stays_to_the_millisecond(page: Page) -> None:
    """The form of two times shows whole seconds; what it does not show is kept."""
    await page.goto("/events?from=2026-01-01T00:00:00.250Z&to=2026-01-02T00:00:00.750Z")
    await page.get_by_role("button", name="Time range").click()
    form = page.get_by_role("dialog", name="Time range")
    await form.get_by_label("To", exact=True).fill("2026-01-03T00:00:00")

    await form.get_by_role("button", name="Show these").click()

    await expect(page).to_have_url(re.compile(r"from=2026-01-01T00:00:00\.250Z&to=2026-01-03T00:00:00\.000Z"))


async def choose_zone(page: Page, zone: str) -> None:
    """By the picker of the session."""
    await page.get_by_role("button", name="session and appearance").click()
    picker = page.get_by_role("combobox", name="Time zone")
    await picker.fill(zone)
    await page.get_by_role("option", name=zone).click()
    await page.keyboard.press("Escape")
