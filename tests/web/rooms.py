"""The pages of the web UI, filled: what is looked at where every page is."""

from collections.abc import Mapping
from typing import Final

from playwright.async_api import Page, expect

from tests.web.shop import Shop, before

# Words that are shown beyond the element that holds them, where nothing lets them be scrolled to.
STICKING_OUT: Final = """() => {
    const isShown = (one) => one.checkVisibility() && !one.closest('.unseen')
    const scrolls = (one) => ['auto', 'scroll'].includes(getComputedStyle(one).overflowX)
    const isReached = (one) => one !== null && (scrolls(one) || isReached(one.parentElement))
    return [...document.querySelectorAll('#content *')]
        .filter((one) => isShown(one) && !isReached(one))
        .filter((one) => one.getBoundingClientRect().right > innerWidth)
        .map((one) => one.outerHTML.slice(0, 200))
}"""


def furnished(shop: Shop) -> Mapping[str, str]:
    """An incident, and something on each page; the address of each, by its name."""
    problem = shop.incident()
    shop.flagged("cart.fast-path is on for 25 %", "cart")
    event = shop.get("/v1/events?type=deploy")["events"][0]["id"]
    shop.send("POST", f"/v1/problems/{problem['id']}/comments", {"comment": "The pool is too small"})
    shop.token_for("ci", "events:write")
    shop.send("POST", "/v1/webhooks", {"name": "alertmanager-eu", "receiver": "alertmanager"})
    window = {"name": "Database upgrade", "starts_at": before(-24 * 60), "ends_at": before(-25 * 60)}
    shop.send("POST", "/v1/maintenance", {**window, "scope": {"services": ["ledger"]}})
    cart, payments = shop.entity("cart")["id"], shop.entity("payments")["id"]
    return {
        "events": "/events",
        "an event": f"/events?event={event}",
        "nothing": "/events?type=no-such-type",
        "problems": "/problems",
        "a problem": f"/problems/{problem['name']}",
        "services": "/services",
        "a service": f"/services/{cart}?lane={payments}",
        "why": "/why",
        "catalogue": "/catalogue",
        "relations": "/catalogue?tab=relations",
        "import": "/catalogue?tab=import",
        "maintenance": "/maintenance",
        "webhooks": "/webhooks",
        "tokens": "/tokens",
        "accounts": "/accounts",
        "audit": "/audit",
        "health": "/health",
        "nowhere": "/no-such-page",
    }


async def enter(page: Page, path: str) -> None:
    """Go there; all that the page asked for is shown."""
    await page.goto(path)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
