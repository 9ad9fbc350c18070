"""What senders write is text, wherever the web UI shows it and through whichever API it came."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.acceptance.server import await_fact
from tests.receivers import payloads
from tests.web.rooms import enter
from tests.web.shop import Shop, before

_IMAGE: Final = "<img src=x onerror=window.__xss=1>"
_SCRIPT: Final = '"><script>window.__xss=1</script>'
_LINK: Final = "javascript:window.__xss=1"
EVIL: Final = f"{_IMAGE}{_SCRIPT}{_LINK}"
_SECONDS: Final = 30.0
_DEVICE: Final = "CUSTOM_DEVICE-EBFD2154C71FC3F7"
# What a page that took it for more than text would have; a fact that a script leaves behind.
_TAKEN: Final = """[...document.querySelectorAll('img, script:not([src]), a[href^="javascript" i], iframe')].map(
    (one) => one.outerHTML).concat(window.__xss === undefined ? [] : ['a script ran'])"""

Send = Callable[[Shop], object]


def native(shop: Shop) -> None:
    """Every text of an event, an entity and what people write."""
    names = {"clusters": [EVIL], "namespaces": [EVIL], "services": [EVIL]}
    properties = {EVIL: EVIL, "nested": {EVIL: [EVIL]}, "link": _LINK}
    event = {"title": EVIL, "description": EVIL, "type": EVIL, "source": EVIL, "scope": names, "properties": properties}
    shop.send("POST", "/v1/events", {**event, "links": [{"title": EVIL, "url": f"https://example.com/{_SCRIPT}"}]})


def komodor(shop: Shop) -> None:
    """A custom event, and a legacy change of configuration."""
    scope = {"clusters": [EVIL], "servicesNames": [EVIL], "namespaces": [EVIL]}
    body = {"eventType": _IMAGE, "summary": EVIL, "scope": scope, "details": {EVIL: EVIL, "url": _LINK}}
    post(shop, "/mgmt/v1/events", body, {"x-api-key": shop.token})


def desk_v1(shop: Shop) -> None:
    """A problem on a device whose name is no better."""
    headers = {"authorization": f"Api-Token {shop.token}"}
    device = {"displayName": EVIL, "group": EVIL, "type": _IMAGE}
    post(shop, "/api/v1/entity/infrastructure/custom/alertmanager", device, headers)
    event = {
        "eventType": "ERROR_EVENT", "title": EVIL, "description": EVIL, "source": EVIL, "timeoutMinutes": 60,
        "attachRules": {"entityIds": ["SERVICE-00AA11BB22CC33DD"]}, "customProperties": {EVIL: EVIL},
    }  # fmt: skip
    post(shop, "/api/v1/events", event, headers)


def desk_v2(shop: Shop) -> None:
    """A deployment with a way back."""
    event = {
        "eventType": "CUSTOM_DEPLOYMENT", "title": EVIL, "entitySelector": 'type("SERVICE")',
        "properties": {"dt.event.deployment.name": EVIL, "dt.event.deployment.ci_back_link": _LINK, "k": EVIL},
    }  # fmt: skip
    post(shop, "/api/v2/events/ingest", event, {"authorization": f"Api-Token {shop.token}"})


def webhook(shop: Shop) -> None:
    """What a monitor posts without a token, to a webhook whose name is no better."""
    made = shop.send("POST", "/v1/webhooks", {"name": EVIL, "receiver": "direct"})
    body = {
        **payloads.EVENT, "event_key": EVIL, "event_type": "ALERT", "title": EVIL, "description": EVIL, "rule": EVIL,
        "image_url": _LINK, "resource": {"resource_id": EVIL, "resource_type": EVIL, "name": EVIL},
        "additional_info": {EVIL: EVIL},
    }  # fmt: skip
    post(shop, urlsplit(str(made["url"])).path, body, {})


def cortex(shop: Shop) -> None:
    """A custom event and a deploy of an entity."""
    at = before(0)
    event = {"title": EVIL, "type": EVIL, "description": EVIL, "timestamp": at, "customData": {EVIL: EVIL}}
    post(shop, "/api/v1/catalog/cart/custom-events", {**event, "url": _LINK}, {})
    deploy = {"title": EVIL, "type": "DEPLOY", "timestamp": at, "sha": EVIL, "environment": EVIL}
    post(shop, "/api/v1/catalog/cart/deploys", {**deploy, "deployer": {"name": EVIL, "email": EVIL}}, {})


def post(shop: Shop, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """It is accepted as it is."""
    answer = shop.api.post(path, json=body, headers=headers)
    assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"


@pytest.mark.parametrize("send", [native, komodor, desk_v1, desk_v2, webhook, cortex])
async def test_a_senders_markup_stays_text(page: Page, shop: Shop, send: Send) -> None:
    """[UI1] In the list, in facets, in the drawer with all its properties, and in the body as it was received."""
    send(shop)
    events = shop.get("/v1/events")["events"]
    assert events

    for event in events:
        await page.goto(f"/events?event={event['id']}")
        drawer = page.get_by_role("complementary", name="Event:")
        await expect(drawer.get_by_role("heading", name=event["title"], exact=True)).to_be_visible()
        await drawer.get_by_role("button", name="Show what was received").click()
        await expect(drawer.get_by_role("region", name="raw body")).to_contain_text("__xss")
        assert await page.evaluate(_TAKEN) == []


async def test_markup_stays_text_on_every_page(page: Page, shop: Shop) -> None:
    """[UI1] Of names in the catalogue, of problems, comments, tokens, webhooks and maintenance."""
    link = {"title": EVIL, "url": "https://example.com/"}
    tags = [{"key": EVIL, "value": EVIL}]
    entity = {"tag": "evil", "name": EVIL, "cluster": EVIL, "namespace": EVIL, "description": EVIL, "tags": tags}
    shop.send("PUT", "/v1/entities", {"entities": [{**entity, "links": [link]}]})
    shop.send("PUT", "/v1/relations", {"relations": [{"from": "cart", "to": "evil", "kind": "calls"}]})
    shop.deployed(EVIL, EVIL, minutes_ago=2)
    shop.failing(EVIL, "evil", type=EVIL, source=EVIL)
    await_fact(lambda: shop.get("/v1/problems")["problems"], seconds=_SECONDS, what="the alert is a problem")
    problem = shop.get("/v1/problems")["problems"][0]
    shop.send("POST", f"/v1/problems/{problem['id']}/comments", {"comment": EVIL})
    shop.token_for(_IMAGE, "events:read")
    shop.send("POST", "/v1/webhooks", {"name": _IMAGE, "receiver": "alertmanager"})
    window = {"name": _IMAGE, "description": EVIL, "starts_at": before(-60), "ends_at": before(-120)}
    shop.send("POST", "/v1/maintenance", {**window, "scope": {"services": [EVIL]}})
    evil = shop.entity("evil")["id"]

    for path in (
        "/events", "/problems", f"/problems/{problem['name']}", "/services", f"/services/{evil}",
        f"/services/{shop.entity('cart')['id']}?lane={evil}", f"/why?entity={evil}", "/catalogue", "/maintenance",
        "/webhooks", "/tokens", "/audit",
    ):  # fmt: skip
        await enter(page, path)
        await expect(page.locator("#content").get_by_text(_IMAGE).first).to_be_visible()
        assert await page.evaluate(_TAKEN) == [], path


@pytest.mark.parametrize("path", ["/v1/events", "/v1/entities"])
def test_an_address_that_is_a_script_is_refused(shop: Shop, path: str) -> None:
    """[UI1] By our own API; what others let through is shown as text, see above."""
    links = [{"title": "x", "url": _LINK}]
    body = {"title": "x", "links": links} if path == "/v1/events" else {"entities": [{"name": "x", "links": links}]}

    assert shop.api.request("POST" if path == "/v1/events" else "PUT", path, json=body).status_code == 400
