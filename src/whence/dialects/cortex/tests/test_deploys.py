"""B2: deploys, which are changes on the timeline of their entity."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient

from tests.builders import draft
from tests.tenants import MakeTenant, Tenant
from whence.dialects.cortex.tests.answers import DAY, is_bad, is_error, is_missing
from whence.dialects.cortex.tests.answers import body as custom_event
from whence.dialects.cortex.tests.conftest import EVENTS, MakeClient
from whence.domain.access import Right
from whence.domain.entity import Entity

CATALOG: Final = "/api/v1/catalog"
DEPLOYS: Final = f"{CATALOG}/checkout-api/deploys"
GOOD: Final[dict[str, Any]] = {"title": "release 41", "type": "DEPLOY", "timestamp": f"{DAY}T09:00:00.000Z"}
FULL: Final[dict[str, Any]] = {
    **GOOD, "sha": "9f2c7e1", "environment": "prod", "deployer": {"name": "ci", "email": "ci@example.com"},
    "customData": {},
}  # fmt: skip
NOWHERE: Final = f"{DEPLOYS}/00000000-0000-0000-0000-000000000000"


def body(**changed: object) -> dict[str, Any]:
    """A good body but for what is changed; `...` leaves a member out."""
    return {name: value for name, value in {**GOOD, **changed}.items() if value is not ...}


async def made(client: AsyncClient, where: str = DEPLOYS, **changed: object) -> dict[str, Any]:
    """The deploy that a POST makes."""
    answer = await client.post(where, json=body(**changed))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def titles(client: AsyncClient, where: str = DEPLOYS, **query: Any) -> list[str]:  # noqa: ANN401  a query's values
    """The titles in the list, in its order."""
    answer = await client.get(where, params=query)
    assert answer.status_code == 200, answer.text
    return [deploy["title"] for deploy in answer.json()["deployments"]]


async def test_the_contracts_example(cortex: AsyncClient) -> None:
    """[B2] Both generations of the schema, numbers that stay, and nothing that was not set."""
    answer = await cortex.post(DEPLOYS, json=FULL)

    made = answer.json()
    assert answer.status_code == 200
    assert list(made.items()) == [
        ("customData", {}),
        ("deployer", {"email": "ci@example.com", "name": "ci"}),
        ("deployerEmail", "ci@example.com"),
        ("deployerName", "ci"),
        ("environment", "prod"),
        ("id", made["id"]),
        ("serviceId", made["serviceId"]),
        ("sha", "9f2c7e1"),
        ("timestamp", f"{DAY}T09:00:00Z"),
        ("title", "release 41"),
        ("type", "DEPLOY"),
        ("uuid", made["uuid"]),
    ]
    assert all(type(made[name]) is int and 0 < made[name] < 2**53 for name in ("id", "serviceId"))
    assert (await cortex.get(f"{DEPLOYS}/{made['uuid'].upper()}")).json() == made
    other = await made_again(cortex)
    assert other["id"] != made["id"]
    assert other["serviceId"] == made["serviceId"]


async def made_again(client: AsyncClient) -> dict[str, Any]:
    """The same deploy once more, which is another one."""
    return (await client.post(DEPLOYS, json=FULL)).json()


async def test_it_is_a_change_on_the_timeline_of_the_entity(
    cortex: AsyncClient, admin: AsyncClient, checkout: Entity
) -> None:
    """[B2, A1.11] The native API shows it as such; a list of custom events does not."""
    deploy = await made(cortex, sha="9f2c7e1", url="https://ci.example.com/41", customData={"n": 1})

    query = {"from": f"{DAY}T00:00:00Z"}
    (event,) = (await admin.get("/v1/entities/checkout-api/events", params=query)).json()["events"]

    assert (event["id"], event["kind"], event["type"], event["title"]) == (
        deploy["uuid"], "change", "DEPLOY", "release 41",
    )  # fmt: skip
    assert event["url"] == "https://ci.example.com/41"
    assert event["properties"] == {"sha": "9f2c7e1", "customData": {"n": 1}}
    assert (await cortex.get(EVENTS)).json()["total"] == 0
    assert (await cortex.get(f"{CATALOG}/{checkout.cid}/deploys")).json()["total"] == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, {}),
        ({"sha": None, "environment": None, "url": None, "deployer": None, "customData": None}, {}),
        ({"deployer": {"email": None, "name": None}}, {}),
        ({"deployer": {}}, {}),
        ({"deployer": {"name": "ci", "email": None}}, {"deployer": {"name": "ci"}, "deployerName": "ci"}),
        ({"deployer": {"email": "e"}}, {"deployer": {"email": "e"}, "deployerEmail": "e"}),
        ({"sha": "", "environment": "", "url": ""}, {"sha": "", "environment": "", "url": ""}),
        ({"url": "x"}, {"url": "x"}),
        ({"customData": {"b": [1, None], "a": 1.0}}, {"customData": {"b": [1, None], "a": 1.0}}),
        ({"uuid": str(uuid4()), "id": 7, "description": "x", "deployerName": "x"}, {}),
        *[({"type": kind}, {"type": kind}) for kind in ("SCALE", "ROLLBACK", "RESTART")],
    ],
)
async def test_what_is_sent_comes_back(cortex: AsyncClient, changed: dict[str, Any], told: dict[str, Any]) -> None:
    """[B2] Null is absent and absent is left out; what nobody knows is ignored."""
    deploy = await made(cortex, **changed)

    expected = {"title": "release 41", "type": "DEPLOY", "timestamp": f"{DAY}T09:00:00Z", **told}
    numbers = {name: deploy.pop(name) for name in ("id", "serviceId")}
    assert deploy == {**expected, "uuid": deploy["uuid"]}
    assert (await cortex.get(DEPLOYS)).json()["deployments"] == [deploy]
    assert (await cortex.get(f"{DEPLOYS}/{deploy['uuid']}")).json() == deploy | numbers


async def test_custom_data_keeps_its_spelling(cortex: AsyncClient) -> None:
    """[A4] Digits are not cut, and members stay in their order."""
    data = '{"z":1.10,"a":123456789012345678901234567890}'
    text = f'{{"title":"x","type":"SCALE","timestamp":"{DAY}T09:00:00","customData":{data}}}'

    answer = await cortex.post(DEPLOYS, content=text)

    assert f'"customData":{data}' in answer.text
    assert f'"customData":{data}' in (await cortex.get(DEPLOYS)).text


@pytest.mark.parametrize(
    ("changed", "details"),
    [
        ({"type": "SHIP"}, "type must be one of DEPLOY, SCALE, ROLLBACK, RESTART"),
        ({"type": "deploy"}, "type must be one of DEPLOY, SCALE, ROLLBACK, RESTART"),
        ({"type": " "}, "type is required"),
        ({"type": ...}, "type is required"),
        ({"type": 1}, "type must be a string"),
        ({"title": None}, "title is required"),
        ({"timestamp": ...}, "timestamp is required"),
        ({"timestamp": "today"}, "timestamp is not an ISO-8601 date-time: today"),
        ({"sha": 1}, "sha must be a string"),
        ({"environment": []}, "environment must be a string"),
        ({"url": {}}, "url must be a string"),
        ({"deployer": "ci"}, "deployer must be an object"),
        ({"deployer": {"name": 1, "email": []}}, "deployer.email must be a string; deployer.name must be a string"),
        ({"customData": []}, "customData must be an object"),
        (
            {"title": 1, "type": "x", "timestamp": ..., "sha": 1, "environment": 1, "url": 1, "deployer": 1}
            | {"customData": 1},
            (
                "title must be a string; type must be one of DEPLOY, SCALE, ROLLBACK, RESTART; timestamp is required; "
                "sha must be a string; environment must be a string; url must be a string; "
                "deployer must be an object; customData must be an object"
            ),
        ),
        ({"sha": "a\0b"}, "sha must not hold a NUL character"),
        ({"type": "DEPLOY\0"}, "type must not hold a NUL character"),
        ({"deployer": {"name": "\0"}}, "deployer.name must not hold a NUL character"),
    ],
)
@pytest.mark.parametrize(("method", "where"), [("POST", DEPLOYS), ("PUT", NOWHERE)])
async def test_a_bad_field_is_told(
    cortex: AsyncClient, method: str, where: str, changed: dict[str, object], details: str
) -> None:
    """[B2, A7.1] All of them at once; before it is looked for what the path names; nothing is stored."""
    is_bad(await cortex.request(method, where, json=body(**changed)), details)

    assert await titles(cortex) == []


@pytest.mark.parametrize(
    ("content", "details"), [(b"", "Malformed JSON"), (b"{", "Malformed JSON"), (b"[]", "JSON object expected")]
)
async def test_a_body_that_is_no_object_is_told(cortex: AsyncClient, content: bytes, details: str) -> None:
    """[A7.1] As for custom events."""
    is_bad(await cortex.post(DEPLOYS, content=content), details)


async def test_a_put_replaces_all_of_it(cortex: AsyncClient) -> None:
    """[B2] Fields that are left out are cleared; the uuid stays."""
    before = await made(cortex, **FULL, url="https://ci.example.com")

    answer = await cortex.put(f"{DEPLOYS}/{before['uuid']}", json=body(type="ROLLBACK", title="back to 40"))

    expected = {"type": "ROLLBACK", "title": "back to 40", "timestamp": f"{DAY}T09:00:00Z"}
    assert answer.status_code == 200
    assert answer.json() == expected | {name: before[name] for name in ("id", "serviceId", "uuid")}
    assert (await cortex.get(f"{DEPLOYS}/{before['uuid']}")).json() == answer.json()


async def test_a_removed_deploy_is_told_and_gone(cortex: AsyncClient) -> None:
    """[B2, C2.2] 200 with it; the body of the request is not looked at."""
    deploy = await made(cortex, **FULL)
    where = f"{DEPLOYS}/{deploy['uuid']}"

    answer = await cortex.request("DELETE", where, json={})

    assert (answer.status_code, answer.json()) == (200, deploy)
    for method in ("GET", "DELETE", "PUT"):
        said = await cortex.request(method, where, json=GOOD)
        is_missing(said, f"Deploy not found: {deploy['uuid']}")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_what_is_no_deploy_of_the_entity_is_not_found(cortex: AsyncClient, tenant: Tenant, method: str) -> None:
    """[A7.1, A1.11] Another entity's, and a custom event; nor is a deploy a custom event."""
    await tenant.register(draft("Other", tag="other"))
    other = await made(cortex, f"{CATALOG}/other/deploys")
    event = (await cortex.post(EVENTS, json=custom_event())).json()
    own = await made(cortex)

    for uuid in (other["uuid"], event["uuid"], str(uuid4())):
        said = await cortex.request(method, f"{DEPLOYS}/{uuid}", json=GOOD)
        is_missing(said, f"Deploy not found: {uuid}")
    said = await cortex.request(method, f"{EVENTS}/{own['uuid']}", json=custom_event())
    is_missing(said, f"Custom event not found: {own['uuid']}")
    is_bad(await cortex.request(method, f"{DEPLOYS}/x", json=GOOD), "Invalid UUID: x")


@pytest.mark.parametrize(
    ("method", "where"),
    [
        ("GET", "deploys"), ("POST", "deploys"), ("DELETE", "deploys"),
        *((method, f"deploys/{UUID(int=7)}") for method in ("GET", "PUT", "DELETE")),
    ],
)  # fmt: skip
async def test_an_unknown_entity_is_not_found(cortex: AsyncClient, method: str, where: str) -> None:
    """[B2] 404, whatever is asked of it."""
    is_missing(await cortex.request(method, f"{CATALOG}/no%2Fsuch/{where}", json=GOOD), "Entity not found: no/such")


async def test_the_list_is_paged_newest_first(cortex: AsyncClient) -> None:
    """[A6] By number, from 0, with one list in the reply."""
    for hour in (1, 3, 2):
        await made(cortex, title=f"at {hour}", timestamp=f"{DAY}T0{hour}:00:00Z")

    answer = await cortex.get(DEPLOYS, params={"pageSize": "2", "page": "1"})

    assert await titles(cortex) == ["at 3", "at 2", "at 1"]
    assert [deploy["title"] for deploy in answer.json().pop("deployments")] == ["at 1"]
    assert list(answer.json()) == ["deployments", "page", "total", "totalPages"]
    assert [answer.json()[name] for name in ("page", "total", "totalPages")] == [1, 3, 2]
    assert await titles(cortex, page="9") == []
    is_bad(
        await cortex.get(DEPLOYS, params={"pageSize": "0", "page": "-1"}),
        "pageSize must be between 1 and 1000; page must be 0 or greater",
    )


DEPLOYED: Final[list[dict[str, Any]]] = [
    {"title": "a", "sha": "1", "environment": "prod", "timestamp": f"{DAY}T04:00:00Z"},
    {"title": "b", "sha": "1.10", "environment": "prod", "type": "SCALE", "timestamp": f"{DAY}T03:00:00Z"},
    {"title": "c", "sha": "1.1", "environment": "Prod", "timestamp": f"{DAY}T02:00:00Z"},
    {"title": "d", "customData": {"sha": "1", "environment": "prod"}, "timestamp": f"{DAY}T01:00:00Z"},
]
FILTERS: Final[list[tuple[dict[str, str | list[str]], str]]] = [
    ({}, "abcd"),
    ({"sha": "1"}, "a"),
    ({"sha": "1.10"}, "b"),
    ({"sha": ["1", "1.1"]}, "ac"),
    ({"environment": "prod"}, "ab"),
    ({"environment": "prod", "type": "SCALE"}, "b"),
    ({"type": ["SCALE", "DEPLOY"]}, "abcd"),
    ({"type": "SHIP"}, ""),
    ({"type": "", "sha": "", "environment": ""}, "abcd"),
    ({"startTime": f"{DAY}T02:00:00", "endTime": f"{DAY}T03:00:00"}, "bc"),
    ({"startTime": f"{DAY}T03:00:00", "endTime": f"{DAY}T02:00:00"}, ""),
    ({"timestamp": "no date", "nobody": "knows"}, "abcd"),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
async def test_a_list_is_narrowed(cortex: AsyncClient, query: dict[str, Any], expected: str) -> None:
    """[B2, A5.2] Values exactly, letter by letter; several are ANDed, and repeated ones either."""
    for deploy in DEPLOYED:
        await made(cortex, **deploy)

    assert "".join(await titles(cortex, **query)) == expected


@pytest.mark.parametrize(("query", "going"), FILTERS)
async def test_a_removal_is_narrowed(cortex: AsyncClient, tenant: Tenant, query: dict[str, Any], going: str) -> None:
    """[B2, A1.11] 200 without a body; other entities' deploys and custom events stay."""
    await tenant.register(draft("Other", tag="other"))
    for deploy in DEPLOYED:
        await made(cortex, **deploy)
    await made(cortex, f"{CATALOG}/other/deploys")
    await cortex.post(EVENTS, json=custom_event())

    answer = await cortex.request("DELETE", DEPLOYS, params=query, json={})

    assert (answer.status_code, answer.content) == (200, b"")
    assert "content-type" not in answer.headers
    assert "".join(await titles(cortex)) == "".join(sorted({*"abcd"} - {*going}))
    assert await titles(cortex, f"{CATALOG}/other/deploys") == ["release 41"]
    assert (await cortex.get(EVENTS)).json()["total"] == 1


@pytest.mark.parametrize(
    ("query", "details"),
    [
        ({"startTime": "now"}, "startTime is not an ISO-8601 date-time: now"),
        ({"endTime": "now"}, "endTime is not an ISO-8601 date-time: now"),
        ({"sha": "a\0"}, "sha must not hold a NUL character"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_bad_query_is_told(cortex: AsyncClient, method: str, query: dict[str, str], details: str) -> None:
    """[A7.1] And removes nothing."""
    await made(cortex)

    is_bad(await cortex.request(method, DEPLOYS, params=query), details)

    assert await titles(cortex) == ["release 41"]


async def test_deploys_of_every_entity_are_removed_by_filter(cortex: AsyncClient, tenant: Tenant) -> None:
    """[B2] They are told, as in a list; at least one of three parameters says which."""
    await tenant.register(draft("Other", tag="other"))
    first = await made(cortex, environment="prod")
    second = await made(cortex, f"{CATALOG}/other/deploys", environment="prod", type="SCALE")
    await made(cortex, title="stays", environment="test")

    for query in ({}, {"sha": ""}, {"startTime": f"{DAY}T00:00:00"}):
        said = await cortex.delete(f"{CATALOG}/deploys", params=query)
        is_bad(said, "at least one of environment, sha, type is required")
    answer = await cortex.request("DELETE", f"{CATALOG}/deploys", params={"environment": "prod"}, json={})

    assert answer.status_code == 200
    assert list(answer.json()) == ["deploys"]
    rows = [
        {name: value for name, value in deploy.items() if name not in {"id", "serviceId"}} for deploy in (first, second)
    ]
    assert sorted(answer.json()["deploys"], key=lambda row: row["type"]) == rows
    assert await titles(cortex) == ["stays"]
    assert await titles(cortex, f"{CATALOG}/other/deploys") == []


async def test_filters_go_by_when_a_deploy_began(cortex: AsyncClient, admin: AsyncClient) -> None:
    """[A5.2, B2] However long somebody made it since."""
    deploy = await made(cortex, environment="prod")
    end = {"end_time": f"{DAY}T12:00:00Z"}
    assert (await admin.patch(f"/v1/events/{deploy['uuid']}", json=end)).status_code == 200
    during = {"startTime": f"{DAY}T09:30:00"}

    assert await titles(cortex, **during) == []
    await cortex.delete(DEPLOYS, params=during)
    gone = await cortex.delete(f"{CATALOG}/deploys", params={"environment": "prod", **during})

    assert gone.json() == {"deploys": []}
    assert await titles(cortex) == await titles(cortex, startTime=f"{DAY}T09:00:00") == ["release 41"]


@pytest.mark.parametrize("where", [f"{CATALOG}/deploys?sha=9f2c7e1", f"{CATALOG}/deploys/all"])
async def test_what_is_removed_is_told_as_it_was_shown(cortex: AsyncClient, where: str) -> None:
    """[B2, A4] To the letter: numbers as they were spelled, and a url that is empty."""
    data = '{"z":1.10,"a":123456789012345678901234567890}'
    await cortex.post(
        DEPLOYS,
        content=f'{{"title":"x","type":"SCALE","sha":"9f2c7e1","timestamp":"{DAY}T09:00:00","url":"","customData":{data}}}',
    )
    await made(cortex, sha="9f2c7e1", timestamp=f"{DAY}T08:00:00Z")

    shown = (await cortex.get(DEPLOYS)).text
    told = (await cortex.delete(where)).text

    assert f'"customData":{data}' in told
    assert told.removeprefix('{"deploys":').removesuffix("}") in shown


async def test_deploys_of_every_entity_are_removed(cortex: AsyncClient, admin: AsyncClient, tenant: Tenant) -> None:
    """[B2, A9] Not custom events, and not what was of an entity that is gone, which is out of reach."""
    await tenant.register(draft("Gone", tag="gone"))
    lost = await made(cortex, f"{CATALOG}/gone/deploys", title="lost")
    await admin.delete("/v1/entities/gone")
    await made(cortex, title="a")
    await cortex.post(EVENTS, json=custom_event())

    answer = await cortex.request("DELETE", f"{CATALOG}/deploys/all", json={})
    again = await cortex.request("DELETE", f"{CATALOG}/deploys/all", json={})

    assert [deploy["title"] for deploy in answer.json()["deploys"]] == ["a"]
    assert again.json() == {"deploys": []}
    assert (await admin.get(f"/v1/events/{lost['uuid']}")).status_code == 200
    assert (await cortex.get(EVENTS)).json()["total"] == 1


async def test_an_entity_that_comes_again_starts_empty(cortex: AsyncClient, admin: AsyncClient, tenant: Tenant) -> None:
    """[A9] Deploys belong to the entity, not to its tag."""
    await made(cortex)
    await admin.delete("/v1/entities/checkout-api")
    is_missing(await cortex.get(DEPLOYS), "Entity not found: checkout-api")

    await tenant.register(draft("Checkout API", tag="checkout-api"))

    assert await titles(cortex) == []


async def test_what_is_older_than_is_kept_is_answered_and_not_stored(cortex: AsyncClient, tenant: Tenant) -> None:
    """[A1.10] An event past the retention answers like an unknown one."""
    past = datetime.now(UTC) - tenant.house.context.retention - timedelta(days=1)
    old = {**GOOD, "timestamp": past.isoformat()}
    kept = await made(cortex)

    posted = await cortex.post(DEPLOYS, json=old)
    put = await cortex.put(f"{DEPLOYS}/{kept['uuid']}", json=old)

    assert (posted.status_code, put.status_code) == (200, 200)
    assert posted.headers["x-whence-warning"].startswith("not kept: older than ")
    assert await titles(cortex) == []


@pytest.mark.parametrize(
    ("method", "where"),
    [
        ("POST", DEPLOYS), ("DELETE", DEPLOYS), ("PUT", NOWHERE), ("DELETE", NOWHERE),
        ("DELETE", f"{CATALOG}/deploys"), ("DELETE", f"{CATALOG}/deploys/all"),
    ],
)  # fmt: skip
async def test_writing_takes_the_right(tenant: Tenant, speak: MakeClient, method: str, where: str) -> None:
    """[A2.2-A2.6] Before the body is looked at; whoever has a key may read."""
    viewer = speak(await tenant.key(Right.READ_ENTITIES))
    await tenant.register(draft("Checkout API", tag="checkout-api"))

    refused = await viewer.request(method, where, content=b"{")

    is_error(refused, 403, "FORBIDDEN", "Forbidden", "Missing permission: Edit entities")
    assert await titles(viewer) == []
    nobody = await speak(None).request(method, where, content=b"{")
    is_error(nobody, 401, "UNCATEGORIZED", "Unauthorized", "Missing or invalid API key")


async def test_other_accounts_are_out_of_reach(cortex: AsyncClient, account: MakeTenant, speak: MakeClient) -> None:
    """[A1.9] Whatever a stranger removes, it is its own."""
    deploy = await made(cortex, environment="prod")
    stranger_tenant = await account()
    await stranger_tenant.register(draft("Checkout API", tag="checkout-api"))
    stranger = speak(await stranger_tenant.key())

    assert await titles(stranger) == []
    for method in ("GET", "PUT", "DELETE"):
        said = await stranger.request(method, f"{DEPLOYS}/{deploy['uuid']}", json=GOOD)
        is_missing(said, f"Deploy not found: {deploy['uuid']}")
    assert (await stranger.delete(f"{CATALOG}/deploys/all")).json() == {"deploys": []}
    assert (await stranger.delete(f"{CATALOG}/deploys?environment=prod")).json() == {"deploys": []}
    assert (await stranger.delete(DEPLOYS)).status_code == 200

    assert await titles(cortex) == ["release 41"]
