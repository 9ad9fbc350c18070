"""What clients ask before they begin. Source: DESK contract 4.1."""

from datetime import UTC, datetime, timedelta

import pytest
from httpx import AsyncClient

from tests.tenants import MakeTenant, Tenant
from whence.domain.access import Right

LOOKUP = "/api/v2/apiTokens/lookup"


async def test_the_version_is_new_enough(desk: AsyncClient) -> None:
    """A client refuses versions below 1.328.0; it is told the contract's."""
    answer = await desk.get("/api/v1/config/clusterversion")

    assert answer.status_code == 200
    assert answer.json() == {"version": "1.331.0.20260921-133320"}


async def test_the_clock_is_told_in_plain_text(desk: AsyncClient) -> None:
    """Milliseconds since 1970, as text."""
    answer = await desk.get("/api/v1/time")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    told = datetime.fromtimestamp(int(answer.text) / 1000, UTC)
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=1)


async def test_a_token_is_described_to_who_has_it(desk: AsyncClient, tenant: Tenant) -> None:
    """The contract's example: id, name, that it is enabled, its scopes and when it was made; never the secret."""
    token = await tenant.key(Right.READ_EVENTS, Right.WRITE_EVENTS, name="ci")

    answer = await desk.post(LOOKUP, json={"token": token})

    assert answer.status_code == 200
    told = answer.json()
    assert set(told) == {"id", "name", "enabled", "scopes", "creationDate"}
    assert told["id"].startswith("tok-")
    assert (told["name"], told["enabled"]) == ("ci", True)
    assert told["scopes"] == ["DataExport", "events.ingest", "events.read", "problems.read"]
    made = datetime.strptime(told["creationDate"], "%Y-%m-%dT%H:%M:%S.%f%z")
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=1)
    assert told["creationDate"].endswith("Z")
    assert len(told["creationDate"]) == len("2026-09-01T08:00:00.000Z")
    assert token not in answer.text


@pytest.mark.parametrize(
    ("right", "scopes"),
    [
        (Right.WRITE_EVENTS, {"DataExport", "events.ingest"}),
        (Right.READ_EVENTS, {"DataExport", "events.read", "problems.read"}),
        (Right.WRITE_PROBLEMS, {"DataExport", "problems.write"}),
        (Right.READ_ENTITIES, {"DataExport", "entities.read"}),
        (Right.WRITE_ENTITIES, {"DataExport", "entities.write"}),
        (
            Right.ADMIN,
            {
                "DataExport",
                "events.ingest",
                "events.read",
                "problems.read",
                "problems.write",
                "entities.read",
                "entities.write",
            },
        ),
    ],
)
async def test_a_right_is_told_by_the_scopes_that_it_stands_for(
    desk: AsyncClient, tenant: Tenant, right: Right, scopes: set[str]
) -> None:
    """Every right has scopes in the vendor's words, so that no good token seems to have none."""
    answer = await desk.post(LOOKUP, json={"token": await tenant.key(right)})

    assert set(answer.json()["scopes"]) == scopes
    assert len(answer.json()["scopes"]) == len(scopes)


async def test_an_end_is_told(desk: AsyncClient, tenant: Tenant) -> None:
    """A token that will expire says when; one that has is not enabled."""
    soon = datetime.now(UTC) + timedelta(hours=1)
    good = await desk.post(LOOKUP, json={"token": await tenant.key(expires_at=soon)})
    over = await desk.post(LOOKUP, json={"token": await tenant.key(expires_at=datetime.now(UTC) - timedelta(hours=1))})

    assert (good.json()["enabled"], over.json()["enabled"]) == (True, False)
    assert good.json()["expirationDate"] == soon.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def test_another_accounts_token_is_as_good_as_none(desk: AsyncClient, account: MakeTenant) -> None:
    """What nobody has and what another account has are answered alike, and not repeated."""
    foreign = await (await account()).key()

    for token in (foreign, "dt0c01.NOBODY.HASTHIS"):
        answer = await desk.post(LOOKUP, json={"token": token})
        assert answer.status_code == 404
        assert answer.json() == {"error": {"code": 404, "message": "The token was not found."}}


@pytest.mark.parametrize("body", [{}, {"token": None}])
async def test_a_lookup_names_a_token(desk: AsyncClient, body: object) -> None:
    """Without one there is nothing to look up."""
    answer = await desk.post(LOOKUP, json=body)

    assert answer.status_code == 400
    [violation] = answer.json()["error"]["constraintViolations"]
    assert (violation["path"], violation["message"]) == ("token", "must not be null")


@pytest.mark.parametrize("body", ["[]", '{"token": {}}', ""])
async def test_a_lookup_of_the_wrong_shape_is_refused(desk: AsyncClient, body: str) -> None:
    """What is no object with a text is told with its place."""
    answer = await desk.post(LOOKUP, content=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("Could not ")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/v1/config/clusterversion"), ("GET", "/api/v1/time"), ("POST", LOOKUP)],
)
async def test_any_good_token_may_ask(
    desk: AsyncClient, anonymous: AsyncClient, tenant: Tenant, method: str, path: str
) -> None:
    """No right is needed, but a token is; below an environment's path and with a slash at the end as well."""
    token = await tenant.key(Right.WRITE_EVENTS)
    weak = {"authorization": f"Api-Token {token}"}
    body = {"token": token} if method == "POST" else None

    for where in (path, f"/e/acme{path}", f"{path}/"):
        assert (await desk.request(method, where, headers=weak, json=body)).status_code == 200
    refused = await anonymous.request(method, path, json=body)
    assert refused.status_code == 401
    assert refused.json() == {"error": {"code": 401, "message": "Missing authorization parameter."}}
