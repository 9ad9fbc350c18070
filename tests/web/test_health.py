"""How the server does, as it says of itself in its metrics; what it does not say is unknown, never nought."""

import re
from collections.abc import Iterable
from typing import Final

from playwright.async_api import Locator, Page, Route, expect

from tests.web.conftest import Look
from tests.web.shop import Shop

_METRICS: Final = """# TYPE whence_events_total counter
whence_events_total{outcome="accepted"} 43
# TYPE whence_refusals_total counter
whence_refusals_total{dialect="whence",reason="invalid"} 1204
whence_refusals_total{dialect="komodor",reason="invalid"} 6
whence_refusals_total{dialect="whence",reason="queue_full"} 3
whence_refusals_total{dialect="whence",reason="of_another_release"} 2
# TYPE whence_queue_reports gauge
whence_queue_reports 7
# TYPE whence_database_up gauge
whence_database_up 0
# TYPE whence_database_connections gauge
whence_database_connections{pool="requests",state="used"} 3
whence_database_connections{pool="requests",state="idle"} 5
# TYPE whence_background_lag_seconds gauge
whence_background_lag_seconds{work="grouping"} 0.1
whence_background_lag_seconds{work="retention"} 7200
# TYPE whence_commit_seconds histogram
whence_commit_seconds_bucket{le="0.025",outcome="committed"} 6
whence_commit_seconds_bucket{le="0.5",outcome="committed"} 10
whence_commit_seconds_bucket{le="+Inf",outcome="committed"} 10
# TYPE whence_stream_subscribers gauge
whence_stream_subscribers 2
"""
_SOME: Final = re.compile(r"^[1-9]")
_SILENT: Final = "# TYPE whence_events_total counter\n"


async def test_real_metrics_are_shown(page: Page, shop: Shop) -> None:
    """What this server reports, a refusal among it."""
    assert shop.api.post("/v1/events", json={}).status_code == 400

    await page.goto("/health")

    await expect(figure(page, "Ready")).to_contain_text("yes")
    await expect(panel(page, "Refusals by reason").get_by_role("row", name="invalid")).to_be_visible()
    database = panel(page, "Database")
    await expect(fact(database, "Answers")).to_contain_text("yes")
    await expect(page.locator("#content")).not_to_contain_text("not reported")


async def test_refusals_and_the_database_are_told(look: Look) -> None:
    """Each reason with its words, how often, and through which APIs; who uses the database, and what is late."""
    async with look() as page:
        await reporting(page, [_METRICS])
        await page.goto("/health")

        refusals = panel(page, "Refusals by reason")
        invalid = refusals.get_by_role("row", name="invalid")
        for words in ("means nothing as sent", "1,210", "whence 1,204, komodor 6"):
            await expect(invalid).to_contain_text(words)
        await expect(refusals.get_by_role("row", name="queue_full")).to_contain_text("too many reports wait")
        await expect(refusals.get_by_role("row", name="of_another_release")).to_be_visible()
        database = panel(page, "Database")
        await expect(fact(database, "Answers")).to_contain_text("no")
        await expect(fact(database, "Connections, requests")).to_contain_text("3 used, 5 idle")
        await expect(fact(database, "A commit, half of them within")).to_contain_text("25ms")
        await expect(fact(database, "A commit, 99 % within")).to_contain_text("500ms")
        background = panel(page, "Background work, last done")
        await expect(fact(background, "grouping")).to_contain_text("just now")
        await expect(fact(background, "retention")).to_contain_text("2h ago")
        await expect(figure(page, "Live readers")).to_contain_text("2")


async def test_refusals_are_counted_since_the_page_is_open(look: Look) -> None:
    """A minute, beside all since the start of the server."""
    later = _METRICS.replace('reason="queue_full"} 3', 'reason="queue_full"} 5003')
    async with look() as page:
        await reporting(page, [_METRICS, later])
        await page.goto("/health")

        refusals = panel(page, "Refusals by reason")
        full = refusals.get_by_role("row", name="queue_full").get_by_role("cell")
        await expect(full.nth(2)).to_contain_text("5,003")
        await expect(full.nth(1)).to_have_text(_SOME)
        await expect(refusals.get_by_role("row", name="invalid").get_by_role("cell").nth(1)).to_have_text("0")


async def test_what_is_not_reported_is_not_nought(look: Look) -> None:
    """Nor is it left out: whoever looks for it sees that the server does not say."""
    async with look() as page:
        await reporting(page, [_SILENT])
        await page.goto("/health")

        await expect(panel(page, "Refusals by reason")).to_contain_text("Not reported")
        for name in ("Answers", "Connections", "A commit, 99 % within", "Reports that wait for one"):
            await expect(fact(panel(page, "Database"), name)).to_contain_text("not reported")
        await expect(fact(panel(page, "Background work, last done"), "By itself")).to_contain_text("not reported")
        await expect(figure(page, "Live readers")).to_contain_text("not reported")
        await expect(figure(page, "Memory")).to_contain_text("How long it runs is not reported")


async def test_a_server_that_cannot_be_reached_is_no_database_that_is_away(look: Look) -> None:
    """Who does not answer says nothing of the database; who answers 503 does."""
    async with look(broken=["/readyz"]) as page:
        await page.route("**/readyz", lambda route: route.abort())
        await page.goto("/health")
        await expect(figure(page, "Ready")).to_contain_text("The server cannot be reached")

        await page.unroute("**/readyz")
        await page.route("**/readyz", lambda route: route.fulfill(status=503))
        await expect(figure(page, "Ready")).to_contain_text("The database is away")

        await page.unroute("**/readyz")
        await expect(figure(page, "Ready")).to_contain_text("yes")


async def reporting(page: Page, texts: Iterable[str]) -> None:
    """The server's metrics are these, one after the other; the last stays."""
    queue = list(texts)

    async def answered(route: Route) -> None:
        await route.fulfill(body=queue.pop(0) if len(queue) > 1 else queue[0], content_type="text/plain")

    await page.route("**/metrics", answered)


def panel(page: Page, title: str) -> Locator:
    """The part of the page under the heading."""
    return page.locator("section").filter(has=page.get_by_role("heading", level=2, name=title, exact=True))


def figure(page: Page, title: str) -> Locator:
    """The large figure under the heading."""
    return panel(page, title)


def fact(within: Locator, name: str) -> Locator:
    """What is said beside the name."""
    return within.locator("div").filter(has=within.page.get_by_text(name, exact=True)).last
