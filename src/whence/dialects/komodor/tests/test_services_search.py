"""`POST /api/v2/services/search`."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from tests.tenants import Tenant
from whence.dialects.komodor.tests.test_create import EVENTS, faults
from whence.domain.access import Right, Sees
from whence.domain.entity import Draft, Tag
from whence.domain.event import Kind, Report, Span
from whence.domain.scope import Scope

PATH = "/api/v2/services/search"
NOW = int(datetime.now(UTC).timestamp())
SHOP = (
    Draft(name="cart", cluster="eu-west", namespace="shop", tags=(Tag(key="team", value="cart"),)),
    Draft(name="ledger", cluster="eu-west", namespace="shop", properties={"kind": "StatefulSet"}),
    Draft(name="mail", cluster="eu-west", namespace="office"),
    Draft(name="cart", cluster="eu-north", namespace="shop", properties={"kind": "Rollout"}),
    Draft(name="gone", cluster="eu-west", namespace="shop", archived=True),
    Draft(name="web-1", type="HOST", cluster="eu-west"),
)


def names(rows: Iterable[dict[str, Any]]) -> set[str]:
    """`cluster/namespace/service` of each."""
    return {f"{row['cluster']}/{row['namespace']}/{row['service']}" for row in rows}


ALL = {"eu-west/shop/cart", "eu-west/shop/ledger", "eu-west/office/mail", "eu-north/shop/cart"}


FILTERS: list[tuple[dict[str, Any] | None, set[str]]] = [
    (None, ALL),
    ({}, ALL),
    ({"scope": None, "pagination": None, "kind": None, "status": None}, ALL),
    ({"scope": {"cluster": "eu-west"}}, ALL - {"eu-north/shop/cart"}),
    ({"scope": {"namespaces": ["shop"]}}, ALL - {"eu-west/office/mail"}),
    ({"scope": {"namespaces": ["shop", "office"]}}, ALL),
    ({"scope": {"cluster": "eu-west", "namespaces": ["shop"]}}, {"eu-west/shop/cart", "eu-west/shop/ledger"}),
    ({"scope": {"cluster": "mars"}}, set()),
    ({"kind": ["StatefulSet"]}, {"eu-west/shop/ledger"}),
    ({"kind": ["StatefulSet", "Rollout"]}, {"eu-west/shop/ledger", "eu-north/shop/cart"}),
    ({"kind": "Deployment"}, {"eu-west/shop/cart", "eu-west/office/mail"}),
    ({"status": "healthy"}, ALL),
    ({"status": "unhealthy"}, set()),
    ({"status": "unknown"}, set()),
    ({"issueReasonCategory": ["OOMKilled", "Volume/Secret/ConfigMap"]}, set()),
    ({"latestDeployStatus": "unknown"}, ALL),
    ({"latestDeployStatus": "success"}, set()),
]


@pytest.mark.parametrize(("body", "expected"), FILTERS)
async def test_services_are_found(
    komodor: AsyncClient, tenant: Tenant, body: dict[str, Any] | None, expected: set[str]
) -> None:
    """[7.2] By every filter; archived services and other entities are none."""
    await tenant.register(*SHOP)

    answer = await komodor.post(PATH) if body is None else await komodor.post(PATH, json=body)

    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert names(found["data"]["services"]) == expected
    assert found["meta"] == {"pageSize": 100}


async def test_a_service_reads_as_in_the_contract(komodor: AsyncClient, tenant: Tenant) -> None:
    """[7.2] Every field; the link leads to our UI."""
    cart, *_ = await tenant.register(*SHOP)
    deploy = {
        "eventType": "deploy",
        "summary": "v42",
        "timestamp": NOW - 100,
        "endTimestamp": NOW - 58,
        "scope": {"clusters": ["eu-west"], "namespaces": ["shop"], "servicesNames": ["cart"]},
    }
    await komodor.post(EVENTS, json=deploy)

    found = (await komodor.post(PATH, json={"scope": {"cluster": "eu-west", "namespaces": ["shop"]}})).json()

    (row,) = [row for row in found["data"]["services"] if row["service"] == "cart"]
    assert row == {
        "cluster": "eu-west",
        "namespace": "shop",
        "service": "cart",
        "kind": "Deployment",
        "status": "healthy",
        "uid": cart.id,
        "lastDeploy": {"startTime": NOW - 100, "endTime": NOW - 58, "status": "success"},
        "link": f"http://localhost/services/{cart.id}",
        "labels": {"team": "cart"},
    }
    (ledger,) = [row for row in found["data"]["services"] if row["service"] == "ledger"]
    assert ledger["kind"] == "StatefulSet"
    assert not {"lastDeploy", "labels"} & set(ledger)


async def test_the_last_deploy_is_the_newest_that_concerns_the_service(
    komodor: AsyncClient, anonymous: AsyncClient, tenant: Tenant
) -> None:
    """[7.2] By whatever part of its place; of any spelling; a failed one is a failure; others are none."""
    _, ledger, *_ = await tenant.register(*SHOP)
    for sent in (
        {"eventType": "deploy", "timestamp": NOW - 900, "scope": {"servicesNames": ["cart"]}},
        {"eventType": "ROLL-out", "timestamp": NOW - 800, "scope": {"clusters": ["eu-north"]}},
        {"eventType": "ROLLBACK", "timestamp": NOW - 700, "scope": {"namespaces": ["office"]}, "severity": "error"},
        {"eventType": "config change", "timestamp": NOW - 600},
        {"eventType": "note", "timestamp": NOW - 500},
    ):
        assert (await komodor.post(EVENTS, json={"summary": "s", **sent})).status_code == 201
    elsewhere = Report(
        kind=Kind.CHANGE,
        type="CUSTOM_DEPLOYMENT",
        title="v1",
        span=Span.moment(datetime.now(UTC) - timedelta(seconds=10)),
        source="ci",
        dialect="desk",
        scope=Scope.entities([ledger.id]),
    )
    await tenant.house.context.ingest.accept_one(tenant.admin.account_id, elsewhere)

    def deploys(rows: list[dict[str, Any]]) -> dict[str, tuple[int, str]]:
        return {
            f"{row['cluster']}/{row['service']}": (NOW - row["lastDeploy"]["startTime"], row["lastDeploy"]["status"])
            for row in rows
            if "lastDeploy" in row
        }

    own = (await komodor.post(PATH)).json()["data"]["services"]
    headers = {"x-api-key": await tenant.key(Right.ADMIN, sees=Sees.ALL)}
    every = (await anonymous.post(PATH, headers=headers)).json()["data"]["services"]
    failed = (await komodor.post(PATH, json={"latestDeployStatus": "failure"})).json()["data"]["services"]

    expected = {"eu-west/cart": (900, "success"), "eu-north/cart": (800, "success"), "eu-west/mail": (700, "failure")}
    assert deploys(own) == expected
    assert set(deploys(every)) == {*expected, "eu-west/ledger"}
    assert names(failed) == {"eu-west/office/mail"}


async def test_without_the_right_to_read_events_no_deploy_is_shown(
    komodor: AsyncClient, anonymous: AsyncClient, tenant: Tenant
) -> None:
    """A list of services tells nobody about events."""
    await tenant.register(*SHOP)
    await komodor.post(EVENTS, json={"eventType": "deploy", "summary": "v1"})
    headers = {"x-api-key": await tenant.key(Right.READ_ENTITIES)}

    found = (await anonymous.post(PATH, headers=headers)).json()["data"]["services"]

    assert names(found) == ALL
    assert not any("lastDeploy" in row for row in found)


@pytest.mark.parametrize("query", [{}, {"kind": ["DaemonSet"]}, {"latestDeployStatus": "unknown"}])
async def test_pages_are_stable_while_services_come(
    komodor: AsyncClient, tenant: Tenant, query: dict[str, Any]
) -> None:
    """[7.2] Each service once; `token` only while there is more; `pageSize` is the size asked for."""
    daemon = {"kind": "DaemonSet"}
    await tenant.register(*(Draft(name=f"s{n}", cluster="a", properties=daemon) for n in range(7)))
    seen: list[str] = []
    pagination: dict[str, Any] = {"pageSize": 3}
    while True:
        page = (await komodor.post(PATH, json={**query, "pagination": pagination})).json()
        rows = page["data"]["services"]
        seen += [row["service"] for row in rows if not row["service"].startswith("new")]
        assert page["meta"]["pageSize"] == 3
        await tenant.register(Draft(name=f"new{len(seen)}", cluster="a", properties=daemon))
        if "token" not in page["meta"]:
            break
        assert len(rows) == 3
        pagination["token"] = page["meta"]["token"]

    assert sorted(seen) == [f"s{n}" for n in range(7)]


async def test_a_page_that_is_just_full_is_the_last(komodor: AsyncClient, tenant: Tenant) -> None:
    """[7.2] The client stops when the token is absent."""
    await tenant.register(*(Draft(name=f"s{n}", cluster="a") for n in range(3)))

    page = (await komodor.post(PATH, json={"pagination": {"pageSize": 3}})).json()

    assert (len(page["data"]["services"]), page["meta"]) == (3, {"pageSize": 3})


SIZE = "pagination.pageSize: must be an integer from 1 to 10000"
FORGED = "pagination.token: is not one that this server gave to this account"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"scope": "x"}, ["scope: must be an object"]),
        ({"scope": {"cluster": 1}}, ["scope.cluster: must be a string"]),
        ({"kind": ["Pod"]}, ["kind[0]: must be one of Deployment, DaemonSet, StatefulSet, Rollout"]),
        ({"status": "sick"}, ["status: must be one of healthy, unhealthy, unknown"]),
        ({"latestDeployStatus": "ok"}, ["latestDeployStatus: must be one of success, failure, pending, unknown"]),
        ({"pagination": {"pageSize": 0}}, [SIZE]),
        ({"pagination": {"pageSize": 10_001}}, [SIZE]),
        ({"pagination": {"pageSize": "5"}}, [SIZE]),
        ({"pagination": {"pageSize": True}}, [SIZE]),
        ({"pagination": {"token": "made-up"}}, [FORGED]),
        ({"pagination": {"token": "ü"}}, [FORGED]),
        (
            {"issueReasonCategory": ["Other"], "pagination": {"token": "x"}},
            ["pagination.token: cannot be used together with issueReasonCategory"],
        ),
    ],
)
async def test_faults(komodor: AsyncClient, body: dict[str, Any], expected: list[str]) -> None:
    """[7.2] With the field."""
    assert faults(await komodor.post(PATH, json=body)) == expected


async def test_a_reason_must_be_one_of_upstreams(komodor: AsyncClient) -> None:
    """[7.2] Thirteen of them."""
    (fault,) = faults(await komodor.post(PATH, json={"issueReasonCategory": ["Sunspots"]}))

    assert fault.startswith("issueReasonCategory[0]: must be one of NonZeroExitCode, Unhealthy, OOMKilled, ")


async def test_a_token_of_another_list_is_refused(komodor: AsyncClient) -> None:
    """A cursor of events says nothing about services."""
    for n in range(2):
        await komodor.post(EVENTS, json={"eventType": "e", "summary": str(n)})
    token = (await komodor.get(EVENTS, params={"limit": 1})).json()["next"]

    assert faults(await komodor.post(PATH, json={"pagination": {"token": token}})) == [
        "pagination.token: belongs to another list"
    ]
