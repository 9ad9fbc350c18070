"""Webhooks: made, shown, changed, given another key, removed; and what their addresses take."""

import re
from dataclasses import replace
from typing import Any, Final

import httpx
import pytest

from tests.native.answers import paths, refused, titles
from tests.native.conftest import Client
from tests.tenants import MakeTenant, Tenant
from whence.dialects.native import DIALECT, shape
from whence.domain.access import Right
from whence.edge import Edge
from whence.server import House

_CALLS: Final = [
    ("POST", "/v1/webhooks", {"name": "a", "receiver": "direct"}),
    ("GET", "/v1/webhooks", None),
    ("GET", "/v1/webhooks/{}", None),
    ("PATCH", "/v1/webhooks/{}", {"state": "disabled"}),
    ("POST", "/v1/webhooks/{}/rekey", None),
    ("DELETE", "/v1/webhooks/{}", None),
]
_PAYLOAD: Final = {"title": "disk full", "event_type": "ALERT", "event_key": "disk"}


async def made(api: httpx.AsyncClient, **given: object) -> dict[str, Any]:
    """A new webhook."""
    response = await api.post("/v1/webhooks", json={"name": "monitor", "receiver": "direct", **given})
    assert response.status_code == 201, response.text
    return response.json()


async def posted(client: httpx.AsyncClient, webhook: dict[str, Any], payload: object = _PAYLOAD) -> int:
    """The status with which its address answers."""
    return (await client.post(webhook["url"], json=payload)).status_code


async def test_a_new_webhook_is_shown_whole(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """In the answer, by its id and in the list; its project and workspace are the account's own."""
    webhook = await made(api)

    one, every = await api.get(f"/v1/webhooks/{webhook['id']}"), await api.get("/v1/webhooks")

    key, tail = webhook["access_key"], tenant.admin.account_id.hex[-12:]
    assert webhook == {
        "id": webhook["id"], "name": "monitor", "receiver": "direct", "state": "enabled",
        "project": f"project-{tail}", "workspace": f"workspace-{tail}", "options": {}, "access_key": key,
        "url": f"http://localhost/monitoring/v1/webhook/{webhook['id']}/{key}/events",
        "requests": {"total": 0, "failed": 0}, "created_at": webhook["created_at"],
    }  # fmt: skip
    assert re.fullmatch("[0-9a-f]{32}", key)
    assert re.fullmatch("webhook-[0-9a-f]{12}", webhook["id"])
    assert one.json() == webhook
    assert every.json() == {"webhooks": [webhook], "next": None}
    shape.Webhook.model_validate(webhook)


@pytest.mark.parametrize(
    ("receiver", "options"),
    [
        ("direct", {"load_json": ["detail.Message"], "confirm_url": "SubscribeURL", "duplicate_event_time": 600.0}),
        ("direct", {"convert_data": {"title": "{{ a }}", "resource": {"name": "{{ b }}"}, "additional_info": "x"}}),
        ("alertmanager", {"duplicate_event_time": 0}), ("aws_sns", {"duplicate_event_time": -1}),
        ("grafana", {"message_root": "Records.0.Sns.Message"}),
    ],
)  # fmt: skip
async def test_a_webhook_has_the_options_of_its_receiver(
    api: httpx.AsyncClient, receiver: str, options: dict[str, Any]
) -> None:
    """They are shown as they were given."""
    webhook = await made(api, receiver=receiver, project="shop", options=options)

    assert (webhook["receiver"], webhook["project"], webhook["options"]) == (receiver, "shop", options)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"name": ""}, ["name"]), ({"name": " "}, ["name"]), ({"name": "n" * 256}, ["name"]),
        ({"name": None}, ["name"]), ({"name": "a\0"}, ["name"]),
        ({"receiver": "pigeon"}, ["receiver"]), ({"receiver": None}, ["receiver"]),
        ({"project": ""}, ["project"]), ({"project": "p" * 41}, ["project"]), ({"project": 7}, ["project"]),
        ({"state": "disabled"}, ["state"]), ({"nonsense": 1, "name": 2}, ["name", "nonsense"]),
        ({"options": None}, ["options"]), ({"options": [1]}, ["options"]),
        ({"options": {"confirm_url": "x" * 65_536}}, ["options"]),
        ({"options": {"nonsense": 1}}, ["options.nonsense"]),
        ({"options": {"message_root": "a"}}, ["options.message_root"]),
        ({"receiver": "grafana", "options": {"load_json": []}}, ["options.load_json"]),
        ({"options": {"load_json": "a", "confirm_url": "b", "convert_data": []}},
         ["options.load_json", "options.convert_data"]),
        ({"options": {"load_json": ["a", 1]}}, ["options.load_json"]),
        ({"options": {"convert_data": {"title": {"a": "b"}}}}, ["options.convert_data"]),
        ({"options": {"convert_data": {"resource": {"a": 1}}}}, ["options.convert_data"]),
        ({"options": {"confirm_url": None}}, ["options.confirm_url"]),
        *(({"options": {"duplicate_event_time": bad}}, ["options.duplicate_event_time"])
          for bad in ("600", True, 1.5, None, 10**18, -(10**400), 1e300)),
    ],
)  # fmt: skip
async def test_a_bad_webhook_is_refused(api: httpx.AsyncClient, given: dict[str, Any], where: list[str]) -> None:
    """[IN8] With the path of every fault; none is made."""
    response = await api.post("/v1/webhooks", json={"name": "monitor", "receiver": "direct", **given})

    assert paths(refused(response, 400)) == where
    assert (await api.get("/v1/webhooks")).json()["webhooks"] == []


async def test_a_name_is_given_once_in_a_project(api: httpx.AsyncClient, account: MakeTenant, client: Client) -> None:
    """Another project, or another account's project of the same name, may have it, too."""
    other = client(await (await account()).key(Right.ADMIN))

    first, elsewhere, theirs = await made(api), await made(api, project="shop"), await made(other, project="shop")

    refused(await api.post("/v1/webhooks", json={"name": "monitor", "receiver": "grafana"}), 409)
    refused(await api.post("/v1/webhooks", json={"name": "monitor", "receiver": "grafana", "project": "shop"}), 409)
    assert len({webhook["id"] for webhook in (first, elsewhere, theirs)}) == 3


async def test_a_removed_project_gets_no_webhooks(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """They would take nothing."""
    routing = tenant.house.context.routing
    await made(api, project="shop")
    await routing.remove_project(tenant.admin, "shop")

    refused(await api.post("/v1/webhooks", json={"name": "b", "receiver": "direct", "project": "shop"}), 409)

    assert [webhook["name"] for webhook in (await api.get("/v1/webhooks")).json()["webhooks"]] == ["monitor"]


async def test_its_address_takes_payloads(api: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    """[WH1] Without a token; they are counted, and their events are on timelines."""
    webhook = await made(api)

    statuses = [await posted(anonymous, webhook), await posted(anonymous, webhook, {"title": "no key"})]

    assert statuses == [200, 200]
    assert (await api.get(f"/v1/webhooks/{webhook['id']}")).json()["requests"] == {"total": 2, "failed": 1}
    assert "disk full" in titles(await api.get("/v1/events"))


async def test_a_disabled_webhook_takes_nothing(api: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    """[WH2] From the next payload on, until it is enabled."""
    webhook = await made(api)
    where = f"/v1/webhooks/{webhook['id']}"

    off = await api.patch(where, json={"state": "disabled"})
    refused_with = await posted(anonymous, webhook)
    on = await api.patch(where, json={"state": "enabled"})

    assert (off.json()["state"], on.json()["state"]) == ("disabled", "enabled")
    assert refused_with == 400
    assert await posted(anonymous, webhook) == 200


async def test_a_new_key_is_another_address(api: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    """[WH2] The old one opens nothing any more; all else stays."""
    old = await made(api, project="shop", options={"confirm_url": "a"})

    new = (await api.post(f"/v1/webhooks/{old['id']}/rekey")).json()

    assert new == {
        **old,
        "access_key": new["access_key"],
        "url": old["url"].replace(old["access_key"], new["access_key"]),
    }
    assert new["access_key"] != old["access_key"]
    assert (await posted(anonymous, old), await posted(anonymous, new)) == (403, 200)


@pytest.mark.parametrize("body", [{"x": 1}, [], "key"])
async def test_a_new_key_is_not_made_by_mistake(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient, body: object
) -> None:
    """Who sends more than the call takes means something else; the address stays."""
    webhook = await made(api)

    refused(await api.post(f"/v1/webhooks/{webhook['id']}/rekey", json=body), 400)

    assert await posted(anonymous, webhook) == 200
    assert (await api.post(f"/v1/webhooks/{webhook['id']}/rekey", json={})).status_code == 200


async def test_a_change_leaves_what_it_does_not_name(api: httpx.AsyncClient) -> None:
    """Each alone; `options` takes the place of all that there were."""
    webhook = await made(api, options={"confirm_url": "a", "load_json": ["b"]})
    changes: list[dict[str, Any]] = [
        {"name": "renamed"}, {"state": "disabled"}, {"options": {"duplicate_event_time": 5}}, {"options": {}}, {},
    ]  # fmt: skip

    for change in changes:
        answer = await api.patch(f"/v1/webhooks/{webhook['id']}", json=change)
        webhook |= change

        assert (answer.status_code, answer.json()) == (200, webhook)
    assert (await api.get("/v1/webhooks")).json()["webhooks"] == [webhook]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": ""}, ["name"]), ({"name": None}, ["name"]), ({"state": "ENABLED"}, ["state"]),
        ({"state": None}, ["state"]), ({"options": None}, ["options"]), ({"receiver": "grafana"}, ["receiver"]),
        ({"options": {"nonsense": 1, "load_json": ["a"], "message_root": 1}},
         ["options.nonsense", "options.load_json", "options.message_root"]),
        ({"access_key": "a", "name": 1}, ["access_key", "name"]), ([], [""]),
    ],
)  # fmt: skip
async def test_a_bad_change_is_refused(api: httpx.AsyncClient, change: object, where: list[str]) -> None:
    """[IN8] With the path of every fault; what it was, it is. Options are judged by what it receives."""
    webhook = await made(api, receiver="grafana")

    response = await api.patch(f"/v1/webhooks/{webhook['id']}", json=change)

    assert sorted(paths(refused(response, 400))) == sorted(where)
    assert (await api.get(f"/v1/webhooks/{webhook['id']}")).json() == webhook


async def test_a_name_that_another_one_has_cannot_be_taken(api: httpx.AsyncClient) -> None:
    """Its own may be given again."""
    await made(api, name="a")
    webhook = await made(api, name="b")
    where = f"/v1/webhooks/{webhook['id']}"

    refused(await api.patch(where, json={"name": "a"}), 409)
    same = await api.patch(where, json={"name": "b"})

    assert same.json() == webhook


async def test_a_removed_webhook_is_gone(api: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    """[WH2] Its address is that of nothing; what came in through it stays."""
    webhook = await made(api)
    await posted(anonymous, webhook)

    removed = await api.delete(f"/v1/webhooks/{webhook['id']}")

    assert (removed.status_code, removed.content) == (204, b"")
    assert await posted(anonymous, webhook) == 404
    assert titles(await api.get("/v1/events")) == ["disk full"]
    assert (await api.get("/v1/webhooks")).json() == {"webhooks": [], "next": None}


async def test_all_are_listed_by_name(api: httpx.AsyncClient) -> None:
    """At once: a parameter that would ask for some of them is refused."""
    for name in ("b", "c", "a"):
        await made(api, name=name)

    listed = await api.get("/v1/webhooks")

    assert [webhook["name"] for webhook in listed.json()["webhooks"]] == ["a", "b", "c"]
    assert listed.json()["next"] is None
    assert paths(refused(await api.get("/v1/webhooks", params={"limit": 1}), 400)) == ["limit"]


async def test_every_change_is_on_the_audit_trail(api: httpx.AsyncClient) -> None:
    """[WH2] Who did what to which; no key of any."""
    webhook = await made(api)
    where = f"/v1/webhooks/{webhook['id']}"
    await api.patch(where, json={"state": "disabled"})
    await api.patch(where, json={"name": "renamed"})
    new = (await api.post(f"{where}/rekey")).json()
    await api.delete(where)

    trail = await api.get("/v1/audit")

    lines = [(line["action"], line["noun"], line["noun_id"], line["detail"]) for line in trail.json()["entries"]]
    assert lines[::-1] == [
        (action, "webhook", webhook["id"], detail)
        for action, detail in [
            ("created", "monitor"), ("changed", "monitor: disabled"), ("changed", "renamed"), ("rekeyed", "renamed"),
            ("removed", "renamed"),
        ]
    ]  # fmt: skip
    assert {line["token"]["name"] for line in trail.json()["entries"]} == {"tests"}
    assert [key for key in (webhook["access_key"], new["access_key"]) if key in trail.text] == []


@pytest.mark.parametrize(("method", "path", "body"), _CALLS)
async def test_webhooks_are_for_admins_of_their_account(
    api: httpx.AsyncClient, tenant: Tenant, account: MakeTenant, client: Client, method: str, path: str, body: object
) -> None:
    """[AC1] All other rights together are not enough; to another account there is no such webhook."""
    webhook = await made(api)
    others_rights = client(await tenant.key(*set(Right) - {Right.ADMIN}))
    other_account = client(await (await account()).key(Right.ADMIN))
    where = path.format(webhook["id"])

    refused(await others_rights.request(method, where, json=body), 403)
    refused(await client(None).request(method, where, json=body), 401)
    theirs = await other_account.request(method, where, json=body)

    if "{}" in path:
        refused(theirs, 404)
    assert webhook["access_key"] not in theirs.text
    assert (await api.get("/v1/webhooks")).json()["webhooks"] == [webhook]


@pytest.mark.parametrize("name", ["webhook-0123456789ab", "nonsense", "%00", "%ff", "a%2Fb", "w" * 9000])
async def test_what_is_no_webhook_is_not_found(api: httpx.AsyncClient, anonymous: httpx.AsyncClient, name: str) -> None:
    """Whatever it is called and whatever is to be done with it; who has no token is not told."""
    for method, path, body in _CALLS[2:]:
        refused(await api.request(method, path.format(name), json=body), 404)
        refused(await anonymous.request(method, path.format(name), json=body), 401)


async def test_one_that_a_vendor_s_api_made_is_shown_as_it_is(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """A receiver that is none of ours is the text that was given; options of any shape that it takes are changed."""
    await tenant.house.context.webhooks.create(tenant.admin, name="theirs", receiver="plugin-x", version="1.2")

    (webhook,) = (await api.get("/v1/webhooks")).json()["webhooks"]
    changed = await api.patch(f"/v1/webhooks/{webhook['id']}", json={"options": {"load_json": ["a"]}})

    assert (webhook["receiver"], webhook["state"]) == ("plugin-x", "enabled")
    assert changed.json() == {**webhook, "options": {"load_json": ["a"]}}


async def test_addresses_follow_the_public_url(house: House, tenant: Tenant) -> None:
    """Where the installation has one, whatever the request was sent to."""
    context = replace(house.context, public_url="https://whence.example")
    transport = httpx.ASGITransport(Edge([DIALECT], context, options={}, hosts=()))  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    headers = {"authorization": f"Bearer {await tenant.key(Right.ADMIN)}"}

    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as native:
        webhook = await made(native)

    assert webhook["url"].startswith(f"https://whence.example/monitoring/v1/webhook/{webhook['id']}/")


async def test_the_document_describes_webhooks(anonymous: httpx.AsyncClient) -> None:
    """Their bodies, their answers, and the refusals that each call may meet."""
    document = (await anonymous.get("/v1/openapi.json")).json()

    calls = {(method.upper(), path.replace("{webhook_id}", "{}")) for path, methods in document["paths"].items()
             if "webhooks" in path for method in methods}  # fmt: skip
    assert calls == {(method, path) for method, path, _ in _CALLS}
    assert {"WebhookIn", "WebhookChange", "Webhook", "WebhookPage"} <= set(document["components"]["schemas"])
    assert {"201", "400", "403", "409"} <= set(document["paths"]["/v1/webhooks"]["post"]["responses"])
