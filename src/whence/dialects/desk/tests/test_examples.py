"""The examples of DESK contract 3.10, and how what was pushed is stored (3.11)."""

import json
from typing import Any, Final

from httpx import AsyncClient

from tests.tenants import Tenant
from whence.dialects.desk.tests.pushing import (
    CART,
    ORDERS,
    by_tags,
    drafted,
    message,
    millis,
    push,
    pushed,
    refused,
    tagged,
    warnings,
)
from whence.dialects.desk.tests.stored import facts, stored
from whence.domain.entity import Draft
from whence.domain.event import Kind

GROUP: Final = "PROCESS_GROUP-0000000000000001"
COLD_ROOM: Final = "CUSTOM_DEVICE-D3D193D4437AC1EA"


async def test_a_deployment_on_everything_tagged(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.10 a] Two entities match: two events, answered in the order of the entities' ids."""
    both = tagged("app", "cart", "KUBERNETES"), tagged("blue")
    await tenant.register(drafted(CART, *both, name="cart"), drafted(GROUP, *both), drafted(ORDERS, both[0]))
    start = millis(hours=-1)
    body = {
        "eventType": "CUSTOM_DEPLOYMENT", "source": "buildbot", "start": start, "end": start + 42_000,
        "deploymentName": "cart", "deploymentVersion": "7.4.1", "deploymentProject": "shop",
        "ciBackLink": "https://ci.example.com/run/5521",
        "remediationAction": "https://runbooks.example.com/cart/rollback",
        "attachRules": {"tagRule": [{"meTypes": ["SERVICE", "PROCESS_GROUP"], "tags": [
            {"context": "KUBERNETES", "key": "app", "value": "cart"}, {"context": "CONTEXTLESS", "key": "blue"}]}]},
        "customProperties": {"Approved by": "release board", "changes": 14},
    }  # fmt: skip

    answer = await desk.post("/e/acme/api/v1/events", json=body)

    assert answer.status_code == 200
    result = answer.json()
    assert len(set(result["storedEventIds"])) == 2
    assert result == {
        "storedEventIds": result["storedEventIds"],
        "storedIds": [f"{number}_{start}" for number in result["storedEventIds"]],
        "storedCorrelationIds": [],
    }
    first, second = await stored(tenant)
    assert {first.scope.only_entity, second.scope.only_entity} == {CART, GROUP}
    assert (first.kind, first.title, first.description) == (Kind.CHANGE, "cart 7.4.1", "")
    assert first.properties == {
        "Approved by": "release board", "changes": 14, "deploymentName": "cart", "deploymentVersion": "7.4.1",
        "deploymentProject": "shop", "ciBackLink": "https://ci.example.com/run/5521",
        "remediationAction": "https://runbooks.example.com/cart/rollback",
    }  # fmt: skip
    assert [link.url for link in first.links] == [body["ciBackLink"], body["remediationAction"]]
    assert first.span == second.span


async def test_an_annotation_with_a_timeout_that_does_not_apply(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.10 b] On a custom device by one custom tag."""
    await tenant.register(drafted(COLD_ROOM, tagged("cold-chain")))
    body = {
        "eventType": "CUSTOM_ANNOTATION", "timeoutMinutes": 0, "source": "FacilityDesk",
        "annotationType": "maintenance", "annotationDescription": "Cold room 3 is being defrosted",
        "attachRules": {"tagRule": [{"meTypes": ["CUSTOM_DEVICE"], "tags": [
            {"context": "CONTEXTLESS", "key": "cold-chain"}]}]},
    }  # fmt: skip

    answer = await push(desk, body)

    assert answer.status_code == 200
    assert warnings(answer) == []
    (number,) = answer.json()["storedEventIds"]
    found = await facts(tenant)
    assert answer.json()["storedIds"] == [f"{number}_{found['start']}"]
    assert (found["title"], found["description"]) == ("maintenance", "Cold room 3 is being defrosted")
    assert found["properties"] == {"annotationType": "maintenance"}
    assert found["start"] == found["end"]


async def test_a_problem_and_its_refresh(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.10 c] The same answer; with a timeout of a minute it is over in a minute."""
    body: dict[str, Any] = {
        "eventType": "ERROR_EVENT", "title": "Queue backlog over limit", "description": "12,400 messages wait",
        "source": "batch-runner", "timeoutMinutes": 30, "attachRules": {"entityIds": [ORDERS]},
        "customProperties": {"queue": "orders"},
    }  # fmt: skip

    first = await pushed(desk, body)
    again = await pushed(desk, {**body, "description": "15,000 messages wait"})
    refreshed = await facts(tenant)
    await pushed(desk, {**body, "timeoutMinutes": 1})

    assert first == {"storedEventIds": [], "storedIds": [], "storedCorrelationIds": ["1c8cca881849a3d9"]}
    assert again["storedCorrelationIds"] == first["storedCorrelationIds"]
    assert (refreshed["description"], refreshed["minutes"]) == ("15,000 messages wait", 30)
    assert (await facts(tenant))["minutes"] == 1


async def test_nothing_matches(desk: AsyncClient) -> None:
    """[3.10 d] To the letter."""
    body = {
        "eventType": "CUSTOM_INFO", "description": "load test", "source": "perf-lab",
        "attachRules": {"tagRule": [{"meTypes": ["HOST", "SERVICE"], "tags": [
            {"context": "CONTEXTLESS", "key": "lane", "value": "green"}]}]},
    }  # fmt: skip

    answer = await push(desk, body)

    assert refused(answer) == (
        "Invalid attachRules object provided. No entity IDs match: Matching rule: PushEventAttachRules{entityIds=null, "
        "tagRules=[TagMatchRule{meTypes=[HOST, SERVICE], tags=[[CONTEXTLESS]lane:green]}]}"
    )


async def test_a_senders_property_never_overwrites_a_field(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.11] Both lie in the properties; only where the field applies and was sent does the sender's give way."""
    own = {"deploymentName": "mine", "deploymentProject": "mine", "title": "mine", "source": "mine", "kind": "mine"}

    await pushed(desk, message("CUSTOM_DEPLOYMENT", customProperties=own))

    found = await facts(tenant)
    assert found["properties"] == {
        **own, "deploymentName": "some deploymentName", "deploymentVersion": "some deploymentVersion",
    }  # fmt: skip
    assert (found["title"], found["source"]) == ("some deploymentName some deploymentVersion", "perf-lab")


async def test_an_annotation_keeps_both_its_texts(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.4, 3.11] `description` is optional on it, and lies beside the annotation's own."""
    await pushed(desk, message("CUSTOM_ANNOTATION", description="more"))

    found = await facts(tenant)
    assert found["description"] == "some annotationDescription"
    assert found["properties"] == {"annotationType": "some annotationType", "description": "more"}


async def test_an_event_is_where_its_entity_is(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.11] Its cluster, namespace and service are facets of it."""
    await tenant.register(Draft(id=CART, type="SERVICE", name="cart", cluster="eu", namespace="shop"))

    await pushed(desk, message(attachRules={"entityIds": [CART]}))

    (event,) = await stored(tenant)
    assert (event.places.clusters, event.places.namespaces, event.places.services) == (("eu",), ("shop",), ("cart",))


async def test_the_body_is_kept_as_it_came(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.4] With all that was not read, to the letter."""
    text = json.dumps(message(unknown={"b": 1, "a": [1.50]}, title="not of a deployment"), indent=3)

    answer = await desk.post("/api/v1/events", content=f"\n{text}  ")

    assert answer.status_code == 200
    original = (await facts(tenant))["original"]
    assert original.strip() == text


async def test_what_is_ignored_is_said(desk: AsyncClient) -> None:
    """[2.1] One line each, in printable ASCII, the first twenty of them."""
    some = await push(desk, message(**{"tïtle\r\nx": 1, "original": "x", "end": None, "changed": 0, "z" * 200: 1}))
    many = await push(desk, message(**{f"x{n}": 1 for n in range(30)}))

    assert warnings(some) == [
        r'unknown field "t\xeftle\r\nx" ignored',
        "original does not apply to CUSTOM_INFO, ignored",
        f'unknown field "{"z" * 100}..." ignored',
    ]
    assert len(warnings(many)) == 21
    assert warnings(many)[-1] == "and 10 more"


async def test_links_are_followed_only_when_they_are_some(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.1, 3.11] Clients send the word `null`, and worse."""
    for n, url in enumerate(["null", "javascript:alert(1)", "https://", "ftp://x/y", "https://[x", "http://a b/", " "]):
        answer = await push(desk, message("MARKED_FOR_TERMINATION", ciBackLink=url))
        newest = (await stored(tenant))[0]
        assert (answer.status_code, newest.links, newest.properties) == (200, (), {"ciBackLink": url}), n


async def test_tags_of_any_context_are_anded(desk: AsyncClient, tenant: Tenant) -> None:
    """[7] Release tools mix them."""
    await tenant.register(drafted(CART, tagged("app", "cart", "KUBERNETES"), tagged("stage", "prod", "ENVIRONMENT")))
    rules = by_tags("[KUBERNETES]app:cart", {"context": "ENVIRONMENT", "key": "stage", "value": "prod"})

    good = await push(desk, message(attachRules=rules))
    bad = await push(desk, message(attachRules=by_tags("[KUBERNETES]app:cart", "[ENVIRONMENT]stage:test")))

    assert (good.status_code, bad.status_code) == (200, 400)
