"""The searches for events of one service, and of one cluster."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from tests.tenants import Tenant
from whence.dialects.komodor.tests.test_create import EVENTS, faults
from whence.domain.access import Sees
from whence.domain.entity import Draft
from whence.domain.event import Kind, Report, Span
from whence.domain.scope import Scope

SERVICE = "/api/v2/services/k8s-events/search"
CLUSTER = "/api/v2/clusters/k8s-events/search"
NOW = int(datetime.now(UTC).timestamp())
CART = {"cluster": "eu-west", "namespace": "shop", "service": "cart", "kind": "Deployment"}
EU_WEST = {"cluster": "eu-west"}
SENT: dict[str, dict[str, Any]] = {
    "deploy": {"eventType": "Deploy", "scope": {"servicesNames": ["cart"], "namespaces": ["shop"]}},
    "flag": {"eventType": "feature-flag", "scope": {"clusters": ["eu-west", "eu-north"]}},
    "added": {"eventType": "Node created", "scope": {"clusters": ["eu-west"]}},
    "removed": {"eventType": "node-terminated", "scope": {"clusters": ["eu-north"]}},
    "note": {"eventType": "note", "scope": {"namespaces": ["office"]}},
    "wide": {"eventType": "note"},
}


async def send(komodor: AsyncClient) -> None:
    """Create all of `SENT`, a minute apart, the first one last."""
    for n, (summary, body) in enumerate(SENT.items()):
        dated = body | {"summary": summary, "timestamp": NOW - 60 * (n + 1)}
        assert (await komodor.post(EVENTS, json=dated)).status_code == 201


async def found(komodor: AsyncClient, path: str, body: dict[str, Any]) -> list[str]:
    """The summaries of what a search finds."""
    answer = await komodor.post(path, json=body)
    assert answer.status_code == 200, answer.text
    events = answer.json()["data"]["events"]
    assert answer.json()["meta"] == {"pageSize": len(events)}
    return [event["summary"] for event in events]


@pytest.mark.parametrize(
    ("props_type", "of_service", "of_cluster"),
    [
        ("all", ["deploy", "flag", "added", "wide"], ["deploy", "flag", "added", "note", "wide"]),
        ("custom", ["deploy", "flag", "added", "wide"], ["deploy", "flag", "added", "note", "wide"]),
        ("deploy", ["deploy"], ["deploy"]),
        ("node-created", ["added"], ["added"]),
        ("node-terminated", [], []),
    ],
)
async def test_events_are_found_by_type(
    komodor: AsyncClient, props_type: str, of_service: list[str], of_cluster: list[str]
) -> None:
    """[7.3] What concerns the service, which nobody registered; what may concern something in the cluster."""
    await send(komodor)
    props = {"type": props_type}

    assert await found(komodor, SERVICE, {"scope": CART, "props": props}) == of_service
    assert await found(komodor, CLUSTER, {"scope": EU_WEST, "props": props}) == of_cluster


@pytest.mark.parametrize(
    ("event_type", "shown"),
    [
        ("ROLL-OUT", "deploy"), ("Roll back", "deploy"), ("RollOut", "deploy"), ("DePloy", "deploy"),
        ("custom__DEPLOY-ment", "deploy"), ("re\u2011lease", "deploy"), ("\U0001f680 deploy!", "deploy"),
        ("NODE.created", "node-created"), ("noDeTerminated", "node-terminated"),
        ("deploy failed", "custom"), ("config change", "custom"), ("déploy", "custom"),
    ],
)  # fmt: skip
async def test_what_is_shown_as_a_type_is_found_as_one(komodor: AsyncClient, event_type: str, shown: str) -> None:
    """[7.3, 10] However the word is written; and as nothing else."""
    await komodor.post(EVENTS, json={"eventType": event_type, "summary": "s"})

    for path, scope in ((SERVICE, CART), (CLUSTER, EU_WEST)):
        every = (await komodor.post(path, json={"scope": scope, "props": {"type": "all"}})).json()["data"]["events"]
        assert [event["type"] for event in every] == [shown]
        for asked in ("deploy", "node-created", "node-terminated"):
            body = {"scope": scope, "props": {"type": asked}}
            assert await found(komodor, path, body) == (["s"] if asked == shown else [])


async def test_a_service_in_no_cluster_is_asked_for_as_it_is_listed(komodor: AsyncClient, tenant: Tenant) -> None:
    """[7.2, 7.3] With an empty cluster and an empty namespace."""
    await tenant.register(Draft(name="lone"), Draft(name="lone", cluster="eu-west"))
    for cluster in ("eu-west", "eu-north"):
        sent = {"eventType": "e", "summary": cluster, "scope": {"clusters": [cluster]}}
        await komodor.post(EVENTS, json=sent)
    await komodor.post(EVENTS, json={"eventType": "e", "summary": "lone", "scope": {"servicesNames": ["lone"]}})
    rows = (await komodor.post("/api/v2/services/search")).json()["data"]["services"]
    (place,) = [row for row in rows if not row["cluster"]]
    scope = {name: place[name] for name in CART}

    assert scope == {"cluster": "", "namespace": "", "service": "lone", "kind": "Deployment"}
    assert await found(komodor, SERVICE, {"scope": scope, "props": {"type": "all"}}) == ["lone"]
    assert await found(komodor, SERVICE, {"scope": scope | {"service": "other"}, "props": {"type": "all"}}) == []


async def test_what_names_entities_in_no_cluster_is_in_none(
    anonymous: AsyncClient, api: AsyncClient, tenant: Tenant
) -> None:
    """[7.3] Neither in one that is there nor in one that nobody knows; what is in a cluster is in that one."""
    lone, cart = await tenant.register(Draft(name="lone"), Draft(name="cart", cluster="eu-west", namespace="shop"))
    for entity in (lone, cart):
        sent = {"kind": "change", "type": "deploy", "title": entity.name, "entities": [entity.id]}
        assert (await api.post("/v1/events", json=sent)).status_code == 201
    anonymous.headers["x-api-key"] = await tenant.key(sees=Sees.ALL)
    props = {"type": "deploy"}

    assert await found(anonymous, CLUSTER, {"scope": EU_WEST, "props": props}) == ["cart"]
    assert await found(anonymous, CLUSTER, {"scope": EU_WEST | {"namespaces": ["shop"]}, "props": props}) == ["cart"]
    assert await found(anonymous, CLUSTER, {"scope": {"cluster": "mars"}, "props": props}) == []


async def test_namespaces_narrow_a_cluster(komodor: AsyncClient) -> None:
    """[7.3] An event that names no namespace is in each."""
    await send(komodor)
    scope = {"cluster": "eu-west", "namespaces": ["office", "attic"]}

    assert await found(komodor, CLUSTER, {"scope": scope, "props": {"type": "all"}}) == [
        "flag",
        "added",
        "note",
        "wide",
    ]


async def test_an_event_reads_as_in_the_contract(komodor: AsyncClient, tenant: Tenant) -> None:
    """[7.3] Epoch seconds, details as the text of their JSON, a link to our UI."""
    await tenant.register(Draft(name="cart", cluster="eu-west", namespace="shop", properties={"kind": "StatefulSet"}))
    sent = await komodor.post(
        EVENTS,
        json={
            "eventType": "feature-flag",
            "summary": "on",
            "timestamp": NOW - 100,
            "endTimestamp": NOW - 40,
            "scope": {"clusters": ["eu-west", "eu-north"], "namespaces": ["shop"], "servicesNames": ["cart"]},
            "details": {"Flag owner": "team-cart", "to": [25, None]},
        },
    )
    expected = {
        "resource": {"name": "cart", "cluster": "eu-west", "namespace": "shop", "kind": "StatefulSet"},
        "type": "custom",
        "startTime": NOW - 100,
        "endTime": NOW - 40,
        "status": "closed",
        "summary": "on",
        "details": '{"Flag owner":"team-cart","to":[25,null]}',
        "link": f"http://localhost/events/{sent.headers['x-event-id']}",
    }

    of_cluster = await komodor.post(CLUSTER, json={"scope": EU_WEST, "props": {"type": "custom"}})
    of_service = await komodor.post(
        SERVICE, json={"scope": CART | {"kind": "StatefulSet"}, "props": {"type": "custom"}}
    )

    assert of_cluster.json() == {"data": {"events": [expected]}, "meta": {"pageSize": 1}}
    assert of_service.json() == of_cluster.json()


@pytest.mark.parametrize(
    ("scope", "resource"),
    [
        ({}, {"name": "eu-west", "cluster": "eu-west", "kind": "Cluster"}),
        ({"namespaces": ["shop", "office"]}, {"name": "eu-west", "cluster": "eu-west", "kind": "Cluster"}),
        (
            {"namespaces": ["shop"]},
            {"name": "shop", "cluster": "eu-west", "namespace": "shop", "kind": "Namespace"},
        ),
        ({"servicesNames": ["cart"]}, {"name": "cart", "cluster": "eu-west", "kind": "Deployment"}),
        (
            {"servicesNames": ["cart", "ledger"], "namespaces": ["shop"]},
            {"name": "shop", "cluster": "eu-west", "namespace": "shop", "kind": "Namespace"},
        ),
    ],
)
async def test_the_resource_is_the_narrowest_name(
    komodor: AsyncClient, scope: dict[str, Any], resource: dict[str, str]
) -> None:
    """[7.3] The service, else the namespace, else the cluster."""
    await komodor.post(EVENTS, json={"eventType": "e", "summary": "s", "scope": scope})

    answer = await komodor.post(CLUSTER, json={"scope": EU_WEST, "props": {"type": "all"}})

    assert [event["resource"] for event in answer.json()["data"]["events"]] == [resource]


async def test_the_window_is_overlapped(komodor: AsyncClient) -> None:
    """[7.3] By default the last 24 hours; any width and age inside retention."""
    day = 86_400
    for summary, start, end in (
        ("now", NOW - 10, None),
        ("yesterday", NOW - day - 10, None),
        ("reaching", NOW - 2 * day, NOW - 60),
        ("old", NOW - 40 * day, NOW - 39 * day),
    ):
        times = {"timestamp": start} | ({} if end is None else {"endTimestamp": end})
        await komodor.post(EVENTS, json={"eventType": "e", "summary": summary, **times})

    async def within(**props: float) -> list[str]:
        return await found(komodor, CLUSTER, {"scope": EU_WEST, "props": {"type": "all", **props}})

    assert await within() == ["now", "reaching"]
    assert await within(fromEpoch=NOW - 2 * day + 5) == ["now", "yesterday", "reaching"]
    assert await within(toEpoch=NOW - 60) == ["yesterday", "reaching"]
    assert await within(fromEpoch=NOW - 41 * day, toEpoch=NOW - 39.5 * day) == ["old"]
    assert await within(fromEpoch=NOW - 80 * day) == ["now", "yesterday", "reaching", "old"]


async def test_pages_follow_each_other(komodor: AsyncClient) -> None:
    """[7.3] `meta.pageSize` is the number of rows; `token` only while there is more."""
    await send(komodor)
    body: dict[str, Any] = {"scope": EU_WEST, "props": {"type": "all"}, "pagination": {"pageSize": 2}}
    seen: list[str] = []
    sizes: list[int] = []
    while True:
        page = (await komodor.post(CLUSTER, json=body)).json()
        seen += [event["summary"] for event in page["data"]["events"]]
        sizes.append(page["meta"]["pageSize"])
        if "token" not in page["meta"]:
            break
        body["pagination"]["token"] = page["meta"]["token"]

    assert seen == ["deploy", "flag", "added", "note", "wide"]
    assert sizes == [2, 2, 1]


@pytest.mark.parametrize(
    ("registered", "asked", "count"),
    [
        ({}, "Deployment", 1),
        ({}, "StatefulSet", 1),
        ({"kind": "StatefulSet"}, "StatefulSet", 1),
        ({"kind": "StatefulSet"}, "Deployment", 0),
    ],
)
async def test_the_kind_tells_services_of_one_place_apart(
    komodor: AsyncClient, tenant: Tenant, registered: dict[str, object], asked: str, count: int
) -> None:
    """[7.3] Where the registrar says one."""
    await tenant.register(Draft(name="cart", cluster="eu-west", namespace="shop", properties=registered))
    await komodor.post(EVENTS, json={"eventType": "e", "summary": "s"})

    body = {"scope": CART | {"kind": asked}, "props": {"type": "all"}}

    assert len(await found(komodor, SERVICE, body)) == count


async def test_other_dialects_events_are_seen_by_who_may(
    anonymous: AsyncClient, komodor: AsyncClient, tenant: Tenant
) -> None:
    """[7.3] A deploy from any dialect is a deploy; open problems are open; `custom` is what came in here."""
    (cart,) = await tenant.register(Draft(name="cart", cluster="eu-west", namespace="shop"))
    at = datetime.now(UTC) - timedelta(minutes=5)
    for kind, event_type in ((Kind.CHANGE, "CUSTOM_DEPLOYMENT"), (Kind.PROBLEM, "ERROR_EVENT")):
        report = Report(
            kind=kind,
            type=event_type,
            title=event_type,
            span=Span.moment(at),
            source="ci",
            dialect="desk",
            scope=Scope.entities([cart.id]),
            key=event_type,
        )
        await tenant.house.context.ingest.accept_one(tenant.admin.account_id, report)
    headers = {"x-api-key": await tenant.key(sees=Sees.ALL)}

    async def rows(
        client: AsyncClient, props_type: str, headers: dict[str, str] | None = None
    ) -> list[tuple[str, str, str]]:
        body = {"scope": CART, "props": {"type": props_type}}
        events = (await client.post(SERVICE, json=body, headers=headers)).json()["data"]["events"]
        return sorted((event["summary"], event["type"], event["status"]) for event in events)

    deploy = ("CUSTOM_DEPLOYMENT", "deploy", "closed")
    assert await rows(anonymous, "deploy", headers) == [deploy]
    assert await rows(anonymous, "all", headers) == [deploy, ("ERROR_EVENT", "custom", "open")]
    assert await rows(anonymous, "custom", headers) == []
    assert await rows(komodor, "all") == []
    answer = await anonymous.post(SERVICE, json={"scope": CART, "props": {"type": "all"}}, headers=headers)
    assert ["endTime" in event for event in answer.json()["data"]["events"]] == [False, False]


TYPES = "must be one of deploy, node-created, node-terminated, custom, all"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (SERVICE, {}, ["scope: is required", "props: is required"]),
        (CLUSTER, {}, ["scope: is required", "props: is required"]),
        (CLUSTER, {"scope": {}, "props": {"type": "deploy"}}, ["scope.cluster: is required"]),
        (CLUSTER, {"scope": None, "props": {}}, ["scope: must be an object", "props.type: is required"]),
        (CLUSTER, {"scope": {"cluster": " "}, "props": {"type": "all"}}, ["scope.cluster: must not be blank"]),
        (
            SERVICE,
            {"scope": {}, "props": {"type": "all"}},
            [
                "scope.cluster: is required",
                "scope.namespace: is required",
                "scope.service: is required",
                "scope.kind: is required",
            ],
        ),
        (SERVICE, {"scope": CART, "props": {"type": "availability"}}, [f"props.type: {TYPES}"]),
        (SERVICE, {"scope": CART, "props": {"type": None}}, ["props.type: is required"]),
        (SERVICE, {"scope": CART | {"cluster": None}, "props": {"type": "all"}}, ["scope.cluster: is required"]),
        (
            SERVICE,
            {"scope": CART | {"cluster": "\0"}, "props": {"type": "all"}},
            ["scope.cluster: must not hold a NUL character"],
        ),
        (CLUSTER, {"scope": {"cluster": ""}, "props": {"type": "all"}}, ["scope.cluster: must not be blank"]),
        (
            CLUSTER,
            {"scope": EU_WEST, "props": {"type": "all", "fromEpoch": "1", "toEpoch": NOW * 1000}},
            ["props.fromEpoch: must be epoch seconds", "props.toEpoch: must be epoch seconds"],
        ),
        (
            CLUSTER,
            {"scope": EU_WEST, "props": {"type": "all", "fromEpoch": NOW, "toEpoch": NOW - 1}},
            ["props.fromEpoch: must not be after the end of the window"],
        ),
        (
            CLUSTER,
            {"scope": EU_WEST, "props": {"type": "all"}, "pagination": {"pageSize": -1}},
            ["pagination.pageSize: must be an integer from 1 to 10000"],
        ),
        (
            CLUSTER,
            {"scope": EU_WEST, "props": {"type": "all"}, "pagination": {"token": "x"}},
            ["pagination.token: is not one that this server gave to this account"],
        ),
    ],
)
async def test_faults(komodor: AsyncClient, path: str, body: dict[str, Any], expected: list[str]) -> None:
    """[7.3] With the field."""
    assert faults(await komodor.post(path, json=body)) == expected
