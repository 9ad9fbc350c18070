"""Accounts, tokens, the audit trail; and what needs no token."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import NOW
from tests.native.answers import paths, refused, titles
from tests.native.conftest import Client
from tests.tenants import BOOTSTRAP, MakeTenant, Tenant
from whence.access import Access
from whence.dialects import discover
from whence.domain.access import Right
from whence.domain.errors import Reason, Unavailable
from whence.edge import Edge
from whence.server import House


@pytest.fixture
def operator(client: Client) -> httpx.AsyncClient:
    """A client of who runs the installation."""
    return client(BOOTSTRAP)


async def made(api: httpx.AsyncClient, **given: object) -> dict[str, Any]:
    """A new token, with its secret."""
    response = await api.post("/v1/tokens", json={"name": "ci", "rights": ["events:read"], **given})
    assert response.status_code == 201, response.text
    return response.json()


@pytest.mark.parametrize("style", ["opaque", "jwt"])
async def test_a_new_token_works_and_is_shown_once(api: httpx.AsyncClient, client: Client, style: str) -> None:
    """Its secret is in that answer alone; it may do what its rights say."""
    token = await made(
        api, format=style, expires_at=(NOW + timedelta(days=1)).isoformat(), rate_per_minute=60, sees="all"
    )

    listed = (await api.get("/v1/tokens")).json()["tokens"]
    secret = token.pop("token")

    assert token in listed
    assert secret not in str(listed)
    assert (token["rights"], token["sees"], token["rate_per_minute"]) == (["events:read"], "all", 60)
    assert secret.startswith("wh_") and len(secret) == 43 if style == "opaque" else secret.count(".") == 2
    assert titles(await client(secret).get("/v1/events")) == []
    refused(await client(secret).post("/v1/events", json={"title": "a"}), 403)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": ""}, "name"), ({"name": " "}, "name"), ({"name": "n" * 201}, "name"), ({"rights": []}, "rights"),
        ({"rights": ["all"]}, "rights[0]"),
        ({"name": "a\nb"}, "name"), ({"name": "a\x1b[31m"}, "name"), ({"name": "\u202eb"}, "name"),
        ({"expires_at": "soon"}, "expires_at"), ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"rate_per_minute": 0}, "rate_per_minute"),
        ({"rate_per_minute": "7"}, "rate_per_minute"),
        ({"options": {"desc": {}}}, "options.desc"), ({"options": {"native": {"a": "b"}}}, "options.native.a"),
        ({"options": {"komodor": {"repeat_seconds": "soon"}}}, "options.komodor.repeat_seconds"),
        ({"options": {"komodor": {"repeat_seconds": 30}}}, "options.komodor.repeat_seconds"),
        ({"options": {"komodor": {"repeat_seconds": "9" * 201}}}, "options.komodor.repeat_seconds"),
        ({"options": {"komodor": {str(n): "" for n in range(21)}}}, "options.komodor"),
        ({"options": {"komodor": "x"}}, "options.komodor"), ({"options": [1]}, "options"),
        ({"options": None}, "options"),
        ({"sees": "some"}, "sees"), ({"format": "pdf"}, "format"), ({"nonsense": 1}, "nonsense"),
    ],
)  # fmt: skip
async def test_a_bad_token_is_refused(api: httpx.AsyncClient, given: dict[str, Any], path: str) -> None:
    """With its path."""
    response = await api.post("/v1/tokens", json={"name": "ci", "rights": ["events:read"], **given})

    assert paths(refused(response, 400)) == [path]


async def test_of_very_many_faults_the_first_are_told(api: httpx.AsyncClient) -> None:
    """And how many more there are: else a body is answered with four times its bytes, while all others wait."""
    nonsense = {f"k{n}": 1 for n in range(5_000)}

    few = await api.post("/v1/tokens", json={"name": "ci", **dict(list(nonsense.items())[:999])})
    many = await api.post("/v1/tokens", json={"name": "ci", **nonsense})

    assert paths(refused(few, 400)) == ["rights", *list(nonsense)[:999]]
    assert paths(refused(many, 400)) == ["rights", *list(nonsense)[:999], ""]
    last = many.json()["error"]["violations"][-1]["message"]
    assert last == "has 4,001 more faults, which are not told"


async def test_every_fault_of_a_token_s_options_is_named(api: httpx.AsyncClient) -> None:
    """In their order, the good ones aside; nothing is made."""
    options = {
        "komodor": {"nonsense": "1", "pair_fingerprints": "false", "repeat_seconds": "-1"},
        "nobody": {"strict": "true"},
    }

    response = await api.post("/v1/tokens", json={"name": "ci", "rights": ["events:read"], "options": options})

    assert paths(refused(response, 400)) == [
        "options.komodor.nonsense", "options.komodor.repeat_seconds", "options.nobody",
    ]  # fmt: skip
    assert "komodor" in response.json()["error"]["violations"][2]["message"]  # it is said which there are
    assert [token["name"] for token in (await api.get("/v1/tokens")).json()["tokens"]] == ["owner", "tests"]


async def test_a_token_s_own_options_are_shown(api: httpx.AsyncClient) -> None:
    """In its answer, in the list, and on the audit trail; other tokens have none."""
    options = {"komodor": {"repeat_seconds": "0", "pair_fingerprints": "false"}}
    token = await made(api, name="patient", options=options)

    first, *_, listed = (await api.get("/v1/tokens")).json()["tokens"]
    (entry,) = (await api.get("/v1/audit")).json()["entries"]

    assert (token["options"], listed["options"], first["options"]) == (options, options, {})
    assert entry["detail"] == "patient; events:read; komodor.repeat_seconds=0; komodor.pair_fingerprints=false"


async def test_a_token_s_own_options_are_obeyed(api: httpx.AsyncClient, client: Client) -> None:
    """Over the installation's, for what comes in with that token alone."""
    body = {"eventType": "x", "summary": "the same"}
    eager = await made(api, rights=["events:write"], options={"komodor": {"repeat_seconds": "0"}})
    usual = await made(api, rights=["events:write"])

    for secret in (eager["token"], usual["token"]):
        for _ in range(2):
            sent = await client(None).post("/mgmt/v1/events", json=body, headers={"x-api-key": secret})
            assert sent.status_code == 201

    assert titles(await api.get("/v1/events")) == ["the same"] * 3  # two, and one that was repeated


async def test_a_revoked_token_opens_nothing(api: httpx.AsyncClient, client: Client) -> None:
    """At once, though it was remembered; revoked twice it is not found."""
    token = await made(api)
    holder = client(token["token"])
    assert (await holder.get("/v1/events")).status_code == 200

    revoked = await api.delete(f"/v1/tokens/{token['id']}")

    assert revoked.status_code == 204
    refused(await holder.get("/v1/events"), 401)
    refused(await api.delete(f"/v1/tokens/{token['id']}"), 404)
    refused(await api.delete("/v1/tokens/nonsense"), 404)


async def test_an_expired_token_opens_nothing(tenant: Tenant, client: Client) -> None:
    """And the answer says why."""
    secret = await tenant.key(Right.ADMIN, expires_at=datetime.now(UTC))

    response = await client(secret).get("/v1/events")

    refused(response, 401)
    assert "expired" in response.json()["error"]["message"]
    assert response.headers["www-authenticate"] == "Bearer"


async def test_a_token_over_its_rate_is_told_when_to_come_again(tenant: Tenant, client: Client) -> None:
    """[AC6] As many as it may at once, then 429 with `Retry-After`; other tokens go on."""
    slow, other = client(await tenant.key(rate_per_minute=3)), client(await tenant.key())

    responses = [await slow.get("/v1/events") for _ in range(5)]

    assert [response.status_code for response in responses] == [200, 200, 200, 429, 429]
    refused(responses[3], 429)
    assert 1 <= int(responses[3].headers["retry-after"]) <= 20
    assert (await other.get("/v1/events")).status_code == 200


async def test_tokens_are_paged(api: httpx.AsyncClient) -> None:
    """In the order in which they were made."""
    ids = [(await made(api))["id"] for _ in range(5)]
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2"}

    while True:
        page = (await api.get("/v1/tokens", params=query)).json()
        seen += [token["id"] for token in page["tokens"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]

    assert seen[-5:] == ids
    assert len(seen) == len(set(seen)) == 7


async def test_only_the_operator_makes_accounts(operator: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    """A name once; an account's own admin may neither make nor list them, nor reach into another."""
    name = f"new-{uuid4()}"

    account = await operator.post("/v1/accounts", json={"name": name})
    token = await made(operator, account=name, rights=["admin"])

    assert (account.status_code, account.json()["name"], token["account"]) == (201, name, name)
    refused(await operator.post("/v1/accounts", json={"name": name}), 409)
    refused(await api.post("/v1/accounts", json={"name": "mine"}), 403)
    refused(await api.get("/v1/accounts"), 403)
    refused(await api.post("/v1/tokens", json={"name": "a", "rights": ["admin"], "account": name}), 403)
    refused(await operator.post("/v1/tokens", json={"name": "a", "rights": ["admin"], "account": "nobody's"}), 404)
    assert (await operator.get("/v1/accounts", params={"limit": 1000})).status_code == 200


async def test_one_of_many_who_make_an_account_wins(operator: httpx.AsyncClient) -> None:
    """The others are told that there is one."""
    body = {"name": f"new-{uuid4()}"}

    responses = await asyncio.gather(*(operator.post("/v1/accounts", json=body) for _ in range(8)))

    assert sorted(response.status_code for response in responses) == [201, *[409] * 7]


async def test_servers_that_begin_at_once_open_the_account_once(house: House, operator: httpx.AsyncClient) -> None:
    """The operator's token was changed: all of several servers begin, and it alone is good after that; once told."""
    changed = f"wh_{uuid4().hex}"
    before = await house.context.access.authenticate(BOOTSTRAP)
    try:
        opened = await asyncio.gather(*(Access(house.pool).open_default(changed) for _ in range(6)))
        admin = await house.context.access.authenticate(changed)
        listed = await house.context.access.tokens(admin, cursor=None, limit=1000)
        trail = await house.context.access.audit(admin, cursor=None, limit=9)
        assert opened == [None] * 6
        assert [token.is_bootstrap for token in listed.items].count(True) == 1
        told = [entry for entry in trail.items if entry.noun_id in {str(before.token_id), str(admin.token_id)}]
        assert sorted((one.action, one.noun_id) for one in told if one.at >= listed.items[-1].created_at) == [
            ("created", str(admin.token_id)), ("removed", str(before.token_id)),
        ]  # fmt: skip
        assert {(one.token_id, one.token_name, one.detail) for one in told} == {(None, "server start", "bootstrap")}
    finally:
        await house.context.access.open_default(BOOTSTRAP)
    assert (await operator.get("/v1/accounts")).status_code == 200


async def test_the_audit_trail_says_who_did_what(api: httpx.AsyncClient) -> None:
    """Newest first, of this account alone, with the token that did it; what a token might do, and no secret."""
    token = await made(api, name="watched", rights=["events:write", "admin"])
    await api.delete(f"/v1/tokens/{token['id']}")

    answer = await api.get("/v1/audit")

    entries = answer.json()["entries"]
    assert [(e["action"], e["noun"], e["noun_id"], e["detail"]) for e in entries] == [
        ("removed", "token", token["id"], "watched"),
        ("created", "token", token["id"], "watched; admin, events:write"),
    ]
    assert {entry["token"]["name"] for entry in entries} == {"tests"}
    assert token["token"] not in answer.text


async def test_accounts_do_not_see_each_other_s_tokens(
    api: httpx.AsyncClient, account: MakeTenant, client: Client
) -> None:
    """Not listed, not on their audit trail, not to be revoked."""
    token = await made(api)
    other = client(await (await account()).key(Right.ADMIN))

    assert token["id"] not in (await other.get("/v1/tokens")).text
    assert (await other.get("/v1/audit")).json()["entries"] == []
    refused(await other.delete(f"/v1/tokens/{token['id']}"), 404)


@pytest.mark.parametrize("path", ["/v1/tokens", "/v1/accounts", "/v1/audit"])
async def test_administration_needs_the_right_to(tenant: Tenant, client: Client, path: str) -> None:
    """All other rights together are not enough."""
    rights = set(Right) - {Right.ADMIN}

    refused(await client(await tenant.key(*rights)).get(path), 403)
    refused(await client(None).get(path), 401)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_health_needs_no_token(anonymous: httpx.AsyncClient, path: str) -> None:
    """And says no more than that."""
    response = await anonymous.get(path)

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_health_may_be_asked_for_without_a_body(anonymous: httpx.AsyncClient, path: str) -> None:
    """As many monitors do."""
    response = await anonymous.head(path)

    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_probes_may_ask_by_any_name(house: House, path: str) -> None:
    """An orchestrator asks by the address of the moment; only those two paths, and for nothing that they do not say."""

    async def away() -> None:
        raise Unavailable("The database cannot be reached", because=Reason.DATABASE, retry_after=1)

    context = replace(house.context, ready=away) if path == "/readyz" else house.context
    edge = Edge(discover(), context, options={}, hosts=("whence.example.org",))
    transport = httpx.ASGITransport(edge)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.7:8080") as prober:
        answer = await prober.get(path)
        nearly = [await prober.get(f"{path}{more}") for more in ("/", "/x", "%20")]
        nearly += [await prober.get(other) for other in (path.replace("z", "%7A"), "/metrics", "/", "/v1/events")]

    if path == "/healthz":
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    else:
        refused(answer, 503)
    assert {(one.status_code, one.text) for one in nearly} == {(400, "Unknown host")}


async def test_metrics_count_what_happens(anonymous: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    """Prometheus text, with labels from closed sets: no account, no path, no token."""
    await api.post("/v1/events", json={"title": "a"})

    metrics = (await anonymous.get("/metrics")).text

    for name in ("whence_events_total", "whence_commit_seconds_bucket", "whence_request_seconds_count"):
        assert f"\n{name}{{" in metrics
    assert "/v1/events" not in metrics


async def test_every_answer_has_its_request_s_id(anonymous: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    """Good or bad, each another one."""
    responses = [await anonymous.get("/healthz"), await anonymous.get("/v1/events"), await api.get("/v1/nothing")]
    responses += [await api.post("/v1/events", json={"title": "a"}), await api.get("/v1/events")]

    assert len({response.headers["x-request-id"] for response in responses}) == 5


async def test_a_method_that_is_not_served_is_refused(api: httpx.AsyncClient) -> None:
    """405 with those that are."""
    response = await api.put("/v1/events", json={})

    refused(response, 405)
    assert response.headers["allow"]


async def test_a_host_that_is_not_ours_is_not_answered(house: House, tenant: Tenant) -> None:
    """A page elsewhere cannot reach a service on a laptop by a name of its own."""
    transport = httpx.ASGITransport(house.app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    headers = {"authorization": f"Bearer {await tenant.key()}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://evil.example", headers=headers) as client:
        assert (await client.get("/v1/events")).status_code == 400


async def test_a_trailing_slash_is_as_good_as_none(api: httpx.AsyncClient) -> None:
    """Without a redirect, which would turn a POST into a GET."""
    sent = await api.post("/v1/events/", json={"title": "a"})

    assert sent.status_code == 201
    assert titles(await api.get("/v1/events/")) == ["a"]


async def test_the_document_describes_the_calls(anonymous: httpx.AsyncClient) -> None:
    """OpenAPI 3.1, without a token, with the bodies and the refusals."""
    document = (await anonymous.get("/v1/openapi.json")).json()

    assert document["openapi"].startswith("3.1")
    assert {"/v1/events", "/v1/events/{event_id}", "/v1/events/stream", "/v1/entities", "/v1/tokens"} <= set(
        document["paths"]
    )
    send = document["paths"]["/v1/events"]["post"]
    assert "400" in send["responses"]
    assert {kind.removeprefix("application/") for kind in send["requestBody"]["content"]} == {
        "json", "x-ndjson", "cloudevents+json", "cloudevents-batch+json",
    }  # fmt: skip
    assert "`ce-specversion`" in send["description"]
    assert [
        each["name"] for each in document["paths"]["/v1/events/stream"]["get"]["parameters"] if each["in"] == "header"
    ] == ["Last-Event-ID"]
    assert (await anonymous.get("/v1/docs")).status_code == 200
