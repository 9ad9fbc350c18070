"""Who may do what, and how everybody else is told."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from httpx import AsyncClient, Response

from tests.tenants import Tenant
from whence.domain.access import Right

PLACE = {"cluster": "a", "namespace": "b", "service": "c", "kind": "Deployment"}
CREATES = "API key is not allowed to create events"
READS = "API key is not allowed to read events"
SERVICES = "API key is not allowed to read services"
CALLS: list[tuple[str, str, object, Right | None, str]] = [
    ("POST", "/mgmt/v1/events", {"eventType": "x", "summary": "y"}, Right.WRITE_EVENTS, CREATES),
    ("POST", "/mgmt/v1/events?dryRun=true", {"eventType": "x", "summary": "y"}, Right.WRITE_EVENTS, CREATES),
    ("POST", "/api/v2/services/k8s-events", {"eventType": "x", "summary": "y"}, Right.WRITE_EVENTS, CREATES),
    ("POST", f"/mgmt/v1/events/{UUID(int=7)}/close", {}, Right.WRITE_EVENTS, CREATES),
    ("POST", "/v0/config_change?clusterName=a&namespace=b&serviceName=c", {}, Right.WRITE_EVENTS, CREATES),
    ("POST", "/v0/image/source", {"image": "x"}, Right.WRITE_EVENTS, CREATES),
    ("GET", "/mgmt/v1/events", None, Right.READ_EVENTS, READS),
    ("GET", f"/mgmt/v1/events/{UUID(int=7)}", None, Right.READ_EVENTS, READS),
    (
        "POST",
        "/api/v2/services/k8s-events/search",
        {"scope": PLACE, "props": {"type": "all"}},
        Right.READ_EVENTS,
        READS,
    ),
    (
        "POST",
        "/api/v2/clusters/k8s-events/search",
        {"scope": {"cluster": "a"}, "props": {"type": "all"}},
        Right.READ_EVENTS,
        READS,
    ),
    ("POST", "/api/v2/services/search", {}, Right.READ_ENTITIES, SERVICES),
    ("GET", "/api/v2/clusters", None, Right.READ_ENTITIES, SERVICES),
    ("GET", "/api/v2/user/clusters", None, Right.READ_ENTITIES, SERVICES),
    ("GET", "/api/v2/apikey/validate", None, None, ""),
    ("GET", "/mgmt/v1/apikey/validate", None, None, ""),
]
calls = pytest.mark.parametrize(
    ("method", "path", "body", "right", "lacks"), [pytest.param(*call, id=call[1][:40]) for call in CALLS]
)


def refusal(answer: Response) -> str:
    """The message of a 403."""
    assert answer.status_code == 403, answer.text
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert error == {
        "code": 403,
        "message": error["message"],
        "requestID": answer.headers["x-request-id"],
    }
    return error["message"]


@calls
async def test_a_key_that_is_none_is_refused(
    anonymous: AsyncClient, tenant: Tenant, method: str, path: str, body: object, right: object, lacks: str
) -> None:
    """[3, 4.5, 7.1] Missing, unknown, expired: 403, never 401, whatever the body."""
    del body, right, lacks
    expired = await tenant.key(expires_at=datetime.now(UTC) - timedelta(seconds=1))

    for key, message in (
        (None, "Missing API key"),
        ("", "Missing API key"),
        ("wh_nobody", "Invalid API key"),
        ("schlüssel".encode(), "Invalid API key"),
        (expired, "API key has expired"),
    ):
        headers = {} if key is None else {"x-api-key": key}
        answer = await anonymous.request(method, path, content=b"no JSON", headers=headers)  # pyright: ignore[reportArgumentType]
        assert refusal(answer) == message


@calls
async def test_a_key_needs_the_right(
    anonymous: AsyncClient, tenant: Tenant, method: str, path: str, body: object, right: Right | None, lacks: str
) -> None:
    """[3, 4.5] Only the one that the call is about, or admin."""
    if right is None:
        weakest = await tenant.key(Right.WRITE_PROBLEMS)
        answer = await anonymous.request(method, path, headers={"x-api-key": weakest})
        assert (answer.status_code, answer.json()) == (200, {"valid": True})
        return
    others = await tenant.key(*(set(Right) - {right, Right.ADMIN}))

    refused = await anonymous.request(method, path, json=body, headers={"x-api-key": others})
    allowed = [
        await anonymous.request(method, path, json=body, headers={"X-API-KEY": await tenant.key(enough)})
        for enough in (right, Right.ADMIN)
    ]

    assert refusal(refused) == lacks
    assert not {answer.status_code for answer in allowed} & {403, 500}


async def test_a_revoked_key_is_invalid(anonymous: AsyncClient, tenant: Tenant) -> None:
    """[7.1] At once."""
    headers = {"x-api-key": await tenant.key(name="leaver")}
    assert (await anonymous.get("/api/v2/apikey/validate", headers=headers)).status_code == 200
    access = tenant.house.context.access
    tokens = await access.tokens(tenant.admin, cursor=None, limit=10)
    (leaver,) = [token for token in tokens.items if token.name == "leaver"]

    await access.revoke(tenant.admin, leaver.id)

    assert refusal(await anonymous.get("/api/v2/apikey/validate", headers=headers)) == "Invalid API key"


async def test_a_key_over_its_rate_is_told_when_to_come_again(anonymous: AsyncClient, tenant: Tenant) -> None:
    """[2, 4.5] 429 with `Retry-After` in whole seconds."""
    headers = {"x-api-key": await tenant.key(rate_per_minute=1)}

    await anonymous.get("/api/v2/apikey/validate", headers=headers)
    answer = await anonymous.get("/api/v2/apikey/validate", headers=headers)

    assert answer.status_code == 429
    assert answer.json()["error"]["message"] == "Too many requests"
    assert 1 <= int(answer.headers["retry-after"]) <= 60


async def test_the_events_source_is_the_keys_name(anonymous: AsyncClient, tenant: Tenant) -> None:
    """[10] And its dialect is ours."""
    headers = {"x-api-key": await tenant.key(name="jenkins")}

    answer = await anonymous.post("/mgmt/v1/events", json={"eventType": "x", "summary": "y"}, headers=headers)

    event = await tenant.house.context.timeline.require(tenant.admin, UUID(answer.headers["x-event-id"]))
    assert (event.source, event.dialect) == ("jenkins", "komodor")
