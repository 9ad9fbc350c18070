"""The calls below `/v0`."""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.tenants import Tenant
from whence.dialects.komodor.tests.test_create import EVENTS, GOOD, faults
from whence.domain.entity import Draft

PATHS = pytest.mark.parametrize("path", ["/v0/config_change", "/v0/event/config_change"])
PLACE = "clusterName=eu-west&namespace=shop&serviceName=cart"
SCOPE = {"clusters": ["eu-west"], "servicesNames": ["cart"], "namespaces": ["shop"]}


async def only_event(komodor: AsyncClient) -> dict[str, Any]:
    """The one event that there is."""
    (event,) = (await komodor.get(EVENTS)).json()["events"]
    return event


@PATHS
@pytest.mark.parametrize(
    "query", [PLACE, PLACE.replace("&", "?"), PLACE.replace("&namespace", "?namespace"), f"{PLACE}&more=1"]
)
async def test_a_configuration_change_is_stored(komodor: AsyncClient, tenant: Tenant, path: str, query: str) -> None:
    """[7.6] On one service; a second `?`, copied from the vendor's documentation, is read as `&`."""
    await tenant.register(
        Draft(name="cart", cluster="eu-west", namespace="shop"), Draft(name="cart", cluster="eu-north")
    )

    answer = await komodor.post(f"{path}?{query}", json={"pool.max": "40", "pool.min": "4"})

    assert (answer.status_code, answer.content) == (200, b'{"success": true}')
    assert answer.headers["x-scope-matched"] == "1/2"
    event = await only_event(komodor)
    assert answer.headers["location"] == f"/mgmt/v1/events/{event['id']}"
    assert answer.headers["x-event-id"] == event["id"]
    assert (event["eventType"], event["severity"], event["summary"], event["scope"], event["details"]) == (
        "config change",
        "information",
        "Configuration changed: pool.max, pool.min",
        SCOPE,
        {"pool.max": "40", "pool.min": "4"},
    )


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ({}, "Configuration changed"),
        ({"a": {"deep": 1}}, "Configuration changed: a"),
        (dict.fromkeys("abcdef", 1), "Configuration changed: a, b, c, d, e, …"),
        ({"k" * 101: 1}, f"Configuration changed: {'k' * 100}…"),
    ],
)
async def test_the_summary_names_the_first_keys(komodor: AsyncClient, body: dict[str, Any], summary: str) -> None:
    """[7.6] Five of them, each shortened if need be."""
    await komodor.post(f"/v0/config_change?{PLACE}", json=body)

    assert (await only_event(komodor))["summary"] == summary


@PATHS
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["clusterName: is required", "namespace: is required", "serviceName: is required"]),
        ("clusterName=eu-west&serviceName=cart", ["namespace: is required"]),
        ("clusterName=eu-west&namespace=shop", ["serviceName: is required"]),
        (PLACE.replace("cart", "%20"), ["serviceName: must not be blank"]),
        (PLACE.replace("cart", "x" * 501), ["serviceName: must be at most 500 characters, got 501"]),
        (PLACE.replace("cart", "%00"), ["serviceName: must not hold a NUL character"]),
        (f"{PLACE}&clusterName=eu-north", ["clusterName: must be given once"]),
        (f"{PLACE}?clusterName=eu-west", ["clusterName: must be given once"]),
        (
            f"clusterName&namespace=shop&serviceName=&{PLACE}",
            [
                "clusterName: must be given once",
                "namespace: must be given once",
                "serviceName: must be given once",
            ],
        ),
        (
            "namespace=a&namespace=&serviceName=",
            ["clusterName: is required", "namespace: must be given once", "serviceName: must not be blank"],
        ),
    ],
)
async def test_all_three_parameters_are_needed(
    komodor: AsyncClient, path: str, query: str, expected: list[str]
) -> None:
    """[7.6] They select the service."""
    assert faults(await komodor.post(f"{path}?{query}", json={"a": 1})) == expected


@pytest.mark.parametrize("path", [f"/v0/config_change?{PLACE}", "/v0/image/source"])
@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"[1]", "Request body must be a JSON object"),
        (b"", "Request body is not valid JSON"),
        (b"a=1", "Request body is not valid JSON"),
    ],
)
async def test_the_body_is_an_object(komodor: AsyncClient, path: str, raw: bytes, message: str) -> None:
    """[7.6, 7.7] As everywhere."""
    answer = await komodor.post(path, content=raw)

    assert (answer.status_code, answer.json()["error"]["message"]) == (400, message)


async def test_the_same_change_of_two_services_is_two_events(komodor: AsyncClient) -> None:
    """The query is part of what was sent; the same change of the same service is a retry."""
    first = await komodor.post(f"/v0/config_change?{PLACE}", json={"a": 1})
    other = await komodor.post(f"/v0/config_change?{PLACE.replace('cart', 'ledger')}", json={"a": 1})
    again = await komodor.post(f"/v0/event/config_change?{PLACE}", json={"a": 1})

    assert first.headers["x-event-id"] != other.headers["x-event-id"]
    assert again.headers["x-event-id"] == first.headers["x-event-id"]
    assert again.headers["x-idempotent-replay"] == "true"


IMAGE = {
    "image": "registry.example.com/shop/cart:7.4.1",
    "git": {"host": "git.example.com", "repository": "shop/cart", "branch": "main", "ref": "9f2c1d07"},
    "ci": {"buildId": "5521", "buildUrl": "https://ci.example.com/run/5521", "user": "ci-bot", "trigger": "push"},
}


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        (IMAGE, "registry.example.com/shop/cart:7.4.1 built from shop/cart main 9f2c1d07"),
        ({"image": "cart:1", "git": {}}, "Source of cart:1"),
        ({"image": "cart:1", "git": None, "ci": None, "extra": 1}, "Source of cart:1"),
        ({"image": "cart:1", "git": {"ref": 7}}, "cart:1 built from 7"),
    ],
)
async def test_an_images_source_is_stored(
    komodor: AsyncClient, tenant: Tenant, body: dict[str, Any], summary: str
) -> None:
    """[7.7] 202; all that was sent is kept, on no service's timeline."""
    await tenant.register(Draft(name="cart", cluster="eu-west", namespace="shop"))

    answer = await komodor.post("/v0/image/source", json=body)

    assert (answer.status_code, answer.content) == (202, b'{"success": true}')
    assert answer.headers["x-scope-matched"] == "0/1"
    event = await only_event(komodor)
    assert (event["eventType"], event["summary"], event["details"], event["matched"]["count"]) == (
        "image source",
        summary,
        body,
        0,
    )


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 1),
        ({"cluster": ""}, 1),
        ({"eventType": "image source"}, 1),
        ({"cluster": "eu-west"}, 0),
        ({"namespace": "shop"}, 0),
        ({"service": "cart"}, 0),
        ({"cluster": "zzz", "namespace": "zzz", "service": "1"}, 0),
    ],
)
async def test_an_images_source_is_in_no_services_list(
    komodor: AsyncClient, tenant: Tenant, query: dict[str, str], count: int
) -> None:
    """[7.7, 9.2] It names no place as an account-wide event does not, but concerns nobody."""
    await tenant.register(Draft(name="cart", cluster="eu-west", namespace="shop"))
    await komodor.post("/v0/image/source", json=IMAGE)

    listed = await komodor.get(EVENTS, params=query)

    assert len(listed.json()["events"]) == count


@pytest.mark.parametrize("scope", [{"cluster": "eu-west"}, {"cluster": "nobody"}, {"cluster": "a", "namespaces": "b"}])
async def test_an_images_source_is_in_no_clusters_search(komodor: AsyncClient, scope: dict[str, str]) -> None:
    """[7.3, 7.7] An account-wide event is in each."""
    await komodor.post("/v0/image/source", json=IMAGE)
    await komodor.post(EVENTS, json=GOOD)

    found = await komodor.post("/api/v2/clusters/k8s-events/search", json={"scope": scope, "props": {"type": "all"}})

    assert [event["summary"] for event in found.json()["data"]["events"]] == [GOOD["summary"]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"git": {}}, ["image: is required"]),
        ({"image": ""}, ["image: must not be blank"]),
        (
            {"image": 1, "git": "x", "ci": []},
            ["image: must be a string", "git: must be an object", "ci: must be an object"],
        ),
    ],
)
async def test_an_image_is_needed(komodor: AsyncClient, body: dict[str, Any], expected: list[str]) -> None:
    """[7.7] And nothing else is."""
    assert faults(await komodor.post("/v0/image/source", json=body)) == expected
