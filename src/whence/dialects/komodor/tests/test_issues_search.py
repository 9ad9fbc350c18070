"""The searches for issues of one service, and of one cluster."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from tests.native.grouped import until
from tests.tenants import Tenant
from whence.dialects.komodor.tests.test_create import EVENTS, faults
from whence.dialects.komodor.tests.troubled import landscape, report, trouble, troubles
from whence.domain.access import Right, Sees
from whence.domain.entity import Draft, RelationKind
from whence.registry import Named

SERVICE = "/api/v2/services/issues/search"
CLUSTER = "/api/v2/clusters/issues/search"
NOW = int(datetime.now(UTC).timestamp())
CART = {"cluster": "eu-west", "namespace": "shop", "service": "cart", "kind": "Deployment"}
LEDGER = CART | {"service": "ledger", "kind": "StatefulSet"}
EU_WEST: dict[str, Any] = {"cluster": "eu-west"}
BOTH = ["open", "closed"]
TYPES = ("availability", "failed-deploy", "node-issue", "pvc-issue", "workflow-issue")


def at(seconds_ago: int) -> str:
    """The instant that long before the tests began, as the native API reads it."""
    return datetime.fromtimestamp(NOW - seconds_ago, UTC).isoformat()


async def search(
    komodor: AsyncClient,
    path: str,
    scope: dict[str, Any],
    issue_type: str = "availability",
    **more: Any,  # noqa: ANN401  whatever JSON can say
) -> dict[str, Any]:
    """What a search answers. `pagination`: beside the scope; all else is of the props."""
    pagination = more.pop("pagination", None)
    body = {"scope": scope, "props": {"type": issue_type, "statuses": BOTH, **more}, "pagination": pagination}
    answer = await komodor.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def found(
    komodor: AsyncClient,
    path: str,
    scope: dict[str, Any],
    issue_type: str = "availability",
    **more: Any,  # noqa: ANN401  whatever JSON can say
) -> list[str]:
    """The summaries of the issues that a search finds."""
    page = await search(komodor, path, scope, issue_type, **more)
    return [issue["summary"] for issue in page["data"]["issues"]]


async def sorted_by_type(komodor: AsyncClient, path: str, scope: dict[str, Any]) -> dict[str, list[str]]:
    """The summaries of the issues of every type that has some, by type."""
    every = {issue_type: sorted(await found(komodor, path, scope, issue_type)) for issue_type in TYPES}
    return {issue_type: summaries for issue_type, summaries in every.items() if summaries}


async def test_an_issue_reads_as_in_the_contract(komodor: AsyncClient, api: AsyncClient, tenant: Tenant) -> None:
    """[7.4] Its example: two alerts on a service are one problem, and one issue; while it is open it has no end."""
    await landscape(tenant)
    first = await trouble(api, "ledger", title="ledger is slow", severity="warning", time=at(300), key="slow")
    second = await trouble(api, "ledger", title="ledger is not reachable", severity="error", time=at(290))
    problem = await tenant.house.context.problems.require(tenant.admin, UUID(first))
    asked: dict[str, Any] = {"statuses": ["open"], "pagination": {"pageSize": 50, "page": 0}}

    of_cluster = await search(komodor, CLUSTER, EU_WEST, **asked)
    of_service = await search(komodor, SERVICE, LEDGER, **asked)

    assert first == second
    assert of_cluster == of_service == {
        "data": {
            "issues": [
                {
                    "type": "availability",
                    "startTime": NOW - 300,
                    "kind": "StatefulSet",
                    "status": "open",
                    "summary": "ledger is not reachable",
                    "details": "2 alerts on shop/ledger",
                    "link": f"http://localhost/problems/P-{problem.number}",
                }
            ]
        },
        "meta": {"pageSize": 1, "page": 0},
    }  # fmt: skip


async def test_nothing_is_an_empty_page(komodor: AsyncClient) -> None:
    """[7.4] Of a place that nobody knows, too."""
    nothing: dict[str, Any] = {"data": {"issues": []}, "meta": {"pageSize": 0, "page": 0}}

    for issue_type in TYPES:
        assert await search(komodor, CLUSTER, {"cluster": "mars"}, issue_type) == nothing
        assert await search(komodor, SERVICE, CART, issue_type) == nothing


async def test_an_issue_is_closed_with_its_problem(komodor: AsyncClient, api: AsyncClient, tenant: Tenant) -> None:
    """[7.4] Found by its status; closed, it has an end."""
    await landscape(tenant)
    await troubles(api, {"cart": {"time": at(120)}, "mail": {"time": at(100)}})
    await report(api, "recovery", "mail", time=at(40))

    closed = await until(
        lambda: search(komodor, CLUSTER, EU_WEST, statuses=["closed"]), lambda page: bool(page["data"]["issues"])
    )

    (mail,) = closed["data"]["issues"]
    assert (mail["summary"], mail["status"]) == ("mail fails", "closed")
    assert (mail["startTime"], mail["endTime"]) == (NOW - 100, NOW - 40)
    assert await found(komodor, CLUSTER, EU_WEST, statuses=["open"]) == ["cart fails"]
    assert await found(komodor, CLUSTER, EU_WEST, statuses="open") == ["cart fails"]
    assert await found(komodor, CLUSTER, EU_WEST, statuses=BOTH) == ["mail fails", "cart fails"]


async def test_an_issue_is_of_the_type_that_what_it_affects_makes_it(
    komodor: AsyncClient, api: AsyncClient, tenant: Tenant
) -> None:
    """[7.4] A volume, a workflow, a host; all else is availability. Of the cluster and what is in it, nothing else."""
    await landscape(tenant)
    affected = ("cart", "north", "web-1", "data-0", "nightly", "orders", "eu-west")
    await troubles(api, {"everything": {"entities": None}, **{tag: {} for tag in affected}})

    in_the_shop = await sorted_by_type(komodor, CLUSTER, EU_WEST | {"namespaces": ["shop", "attic"]})

    assert await sorted_by_type(komodor, CLUSTER, EU_WEST) == {
        "availability": ["cart fails", "eu-west fails", "orders fails"],
        "node-issue": ["web-1 fails"],
        "pvc-issue": ["data-0 fails"],
        "workflow-issue": ["nightly fails"],
    }
    assert in_the_shop == {
        "availability": ["cart fails", "orders fails"],
        "pvc-issue": ["data-0 fails"],
        "workflow-issue": ["nightly fails"],
    }
    assert await sorted_by_type(komodor, CLUSTER, {"cluster": "eu-north"}) == {"availability": ["north fails"]}


@pytest.mark.parametrize(
    ("tag", "issue_type", "kind", "details"),
    [
        ("cart", "availability", "Deployment", "1 alert on shop/cart"),
        ("ledger", "availability", "StatefulSet", "1 alert on shop/ledger"),
        ("orders", "availability", "DATABASE", "1 alert on shop/orders"),
        ("eu-west", "availability", "Cluster", "1 alert on eu-west"),
        ("web-1", "node-issue", "Node", "1 alert on web-1"),
        ("data-0", "pvc-issue", "PersistentVolumeClaim", "1 alert on shop/data-0"),
        ("nightly", "workflow-issue", "CronJob", "1 alert on shop/nightly"),
    ],
)
async def test_the_kind_is_that_of_what_is_affected(
    komodor: AsyncClient, api: AsyncClient, tenant: Tenant, tag: str, issue_type: str, kind: str, details: str
) -> None:
    """[7.4] In Kubernetes' words where those have one."""
    await landscape(tenant)
    await trouble(api, tag)

    (issue,) = (await search(komodor, CLUSTER, EU_WEST, issue_type))["data"]["issues"]

    assert (issue["kind"], issue["details"]) == (kind, details)


async def _runs_on(tenant: Tenant, source: str, *targets: str) -> None:
    relations = [Named(source=source, target=target, kind=RelationKind.RUNS_ON) for target in targets]
    await tenant.house.context.registry.relate(tenant.admin, relations)


async def test_an_issue_is_of_one_type(komodor: AsyncClient, api: AsyncClient, tenant: Tenant) -> None:
    """[7.4] Where a service is affected as well, that is what tells most; then a volume, a workflow, a host."""
    known = await landscape(tenant)
    await _runs_on(tenant, known["cart"].id, known["web-1"].id, known["data-0"].id)
    under = await troubles(api, {"web-1": {}, "data-0": {"severity": "warning"}})

    assert await sorted_by_type(komodor, CLUSTER, EU_WEST) == {"pvc-issue": ["data-0 fails"]}

    on_top = await trouble(api, "cart", severity="error")
    (issue,) = (await search(komodor, CLUSTER, EU_WEST))["data"]["issues"]
    assert {*under.values(), on_top} == {on_top}
    assert await sorted_by_type(komodor, CLUSTER, EU_WEST) == {"availability": ["cart fails"]}
    assert (issue["kind"], issue["details"]) == ("Deployment", "3 alerts on shop/cart, shop/data-0, web-1")


async def test_what_is_affected_beyond_a_few_is_counted(komodor: AsyncClient, api: AsyncClient, tenant: Tenant) -> None:
    """Three are named; those in the scope, whatever else the problem affects."""
    made = await tenant.register(
        *(Draft(name=f"s{n}", tag=f"s{n}", cluster="eu-west") for n in range(4)),
        Draft(name="north", tag="n", cluster="eu-north"),
    )
    await _runs_on(tenant, made[0].id, *(entity.id for entity in made[1:]))
    problems = await troubles(api, {tag: {} for tag in ("s0", "s1", "s2", "s3", "n")})

    (issue,) = (await search(komodor, CLUSTER, EU_WEST))["data"]["issues"]
    (elsewhere,) = (await search(komodor, CLUSTER, {"cluster": "eu-north"}))["data"]["issues"]

    assert len(set(problems.values())) == 1
    assert issue["details"] == "5 alerts on s0, s1, s2 and 2 more"
    assert elsewhere["details"] == "5 alerts on north and 4 more"


async def test_issues_of_a_service_are_its_own_and_those_of_what_it_runs_on(
    komodor: AsyncClient, api: AsyncClient, tenant: Tenant
) -> None:
    """[7.4] However far; another service of that name has none of them."""
    known = await landscape(tenant)
    (pod,) = await tenant.register(Draft(name="pod", type="PROCESS_GROUP_INSTANCE", cluster="eu-west"))
    await _runs_on(tenant, known["cart"].id, pod.id)
    await _runs_on(tenant, pod.id, known["web-1"].id)
    since = {"cart": 3000, "web-1": 2000, "ledger": 1000, "north": 0}
    await troubles(api, {tag: {"time": at(seconds), "timeout_minutes": 600} for tag, seconds in since.items()})

    assert await sorted_by_type(komodor, SERVICE, CART) == {
        "availability": ["cart fails"],
        "node-issue": ["web-1 fails"],
    }
    assert await sorted_by_type(komodor, SERVICE, LEDGER) == {"availability": ["ledger fails"]}
    assert await sorted_by_type(komodor, SERVICE, LEDGER | {"kind": "DaemonSet"}) == {}


async def test_the_window_is_overlapped(komodor: AsyncClient, api: AsyncClient, tenant: Tenant) -> None:
    """[7.4] By default the last 24 hours; what is open goes on."""
    await landscape(tenant)
    day = 86_400
    lives = {
        "cart": {"time": at(2 * day), "end_time": at(2 * day - 60)},
        "ledger": {"time": at(2 * day), "end_time": at(day // 2)},
        "mail": {"time": at(40 * day), "timeout_minutes": 10_080},
        "orders": {"time": at(3600), "end_time": at(1800)},
    }
    await troubles(api, lives)

    async def within(**props: Any) -> set[str]:  # noqa: ANN401  whatever JSON can say
        return set(await found(komodor, CLUSTER, EU_WEST, **props))

    assert await within() == {"ledger fails", "mail fails", "orders fails"}
    assert await within(toEpoch=NOW - 3601) == {"ledger fails", "mail fails"}
    assert await within(fromEpoch=NOW - 2 * day, toEpoch=NOW - 1.5 * day) == {
        "cart fails",
        "ledger fails",
        "mail fails",
    }
    assert await within(fromEpoch=NOW - 1200) == {"mail fails"}
    assert await within(fromEpoch=NOW - 50 * day, toEpoch=NOW - 41 * day) == set()


async def test_pages_are_numbered_from_0(komodor: AsyncClient, api: AsyncClient, tenant: Tenant) -> None:
    """[7.4] The last opened first; `pageSize` is the number of rows, and the last page has no `nextPage`."""
    names = [f"s{n}" for n in range(5)]
    await tenant.register(*(Draft(name=name, tag=name, cluster="eu-west") for name in names))
    await troubles(api, {name: {"time": at(60 * n)} for n, name in enumerate(names)})

    async def page(**pagination: int | None) -> tuple[list[str], dict[str, int]]:
        answer = await search(komodor, CLUSTER, EU_WEST, pagination=pagination)
        return [issue["summary"] for issue in answer["data"]["issues"]], answer["meta"]

    fails = [f"{name} fails" for name in names]
    assert await page() == (fails, {"pageSize": 5, "page": 0})
    assert await page(pageSize=2) == (fails[:2], {"pageSize": 2, "page": 0, "nextPage": 1})
    assert await page(pageSize=2, page=None) == (fails[:2], {"pageSize": 2, "page": 0, "nextPage": 1})
    assert await page(pageSize=2, page=1) == (fails[2:4], {"pageSize": 2, "page": 1, "nextPage": 2, "prevPage": 0})
    assert await page(pageSize=2, page=2) == (fails[4:], {"pageSize": 1, "page": 2, "prevPage": 1})
    assert await page(pageSize=5, page=0) == (fails, {"pageSize": 5, "page": 0})
    assert await page(pageSize=10_000, page=1_000_000) == ([], {"pageSize": 0, "page": 1_000_000, "prevPage": 999_999})


async def _deploy(
    komodor: AsyncClient,
    summary: str,
    seconds_ago: int,
    **more: Any,  # noqa: ANN401  whatever JSON can say
) -> str:
    sent = {"eventType": "deploy", "summary": summary, "severity": "error", "timestamp": NOW - seconds_ago, **more}
    answer = await komodor.post(EVENTS, json=sent)
    assert answer.status_code == 201, answer.text
    return answer.headers["x-event-id"]


async def test_deploys_that_failed_are_issues(komodor: AsyncClient, tenant: Tenant) -> None:
    """[7.4] They are over when they are known; others are none, and they are of no other type."""
    await landscape(tenant)
    on_ledger = {"clusters": ["eu-west"], "namespaces": ["shop"], "servicesNames": ["ledger"]}
    event_id = await _deploy(
        komodor, "v42", 100, endTimestamp=NOW - 40, scope=on_ledger, details={"image": "ledger:42"}
    )
    await _deploy(komodor, "v41", 200, scope=on_ledger, severity="warning")
    await _deploy(komodor, "limits", 300, scope=on_ledger, eventType="config change")
    await _deploy(komodor, "all of it", 400, scope={"namespaces": ["shop"]})
    await _deploy(komodor, "office", 500, scope={"namespaces": ["office"]})
    expected = {
        "type": "failed-deploy",
        "startTime": NOW - 100,
        "endTime": NOW - 40,
        "kind": "StatefulSet",
        "status": "closed",
        "summary": "v42",
        "details": '{"image":"ledger:42"}',
        "link": f"http://localhost/events/{event_id}",
    }

    of_service = await search(komodor, SERVICE, LEDGER, "failed-deploy")
    of_cluster = await search(komodor, CLUSTER, EU_WEST, "failed-deploy")

    assert of_service["data"]["issues"][0] == of_cluster["data"]["issues"][0] == expected
    assert [issue["summary"] for issue in of_service["data"]["issues"]] == ["v42", "all of it"]
    assert [(issue["summary"], issue["kind"]) for issue in of_cluster["data"]["issues"]] == [
        ("v42", "StatefulSet"),
        ("all of it", "Namespace"),
        ("office", "Namespace"),
    ]
    assert await found(komodor, CLUSTER, EU_WEST | {"namespaces": ["office"]}, "failed-deploy") == ["office"]
    assert await found(komodor, CLUSTER, EU_WEST, "failed-deploy", statuses=["open"]) == []
    assert await found(komodor, CLUSTER, EU_WEST, "failed-deploy", toEpoch=NOW - 350) == ["all of it", "office"]
    assert await found(komodor, CLUSTER, EU_WEST) == []


async def test_failed_deploys_are_found_however_their_type_is_written(komodor: AsyncClient) -> None:
    """[7.4, 10] In any case, with any separator."""
    for n, event_type in enumerate(("ROLL-OUT", "Roll back", "RollOut", "DePloy", "deploy failed")):
        await _deploy(komodor, event_type, 60 * n, eventType=event_type)

    for path, scope in ((SERVICE, CART), (CLUSTER, EU_WEST)):
        assert await found(komodor, path, scope, "failed-deploy") == ["ROLL-OUT", "Roll back", "RollOut", "DePloy"]


async def test_a_failed_deploy_of_what_is_in_no_cluster_is_in_none(
    anonymous: AsyncClient, api: AsyncClient, tenant: Tenant
) -> None:
    """[7.4] It is the service's, which is asked for with an empty cluster; so are its other issues."""
    await tenant.register(Draft(name="lone", tag="lone"))
    failed = {"kind": "change", "type": "deploy", "title": "v1", "severity": "error", "entities": ["lone"]}
    assert (await api.post("/v1/events", json=failed)).status_code == 201
    await trouble(api, "lone")
    anonymous.headers["x-api-key"] = await tenant.key(Right.READ_EVENTS, sees=Sees.ALL)
    lone = {"cluster": "", "namespace": "", "service": "lone", "kind": "Deployment"}

    for cluster in ("eu-west", "mars"):
        assert await sorted_by_type(anonymous, CLUSTER, {"cluster": cluster}) == {}
    assert await sorted_by_type(anonymous, SERVICE, lone) == {
        "availability": ["lone fails"],
        "failed-deploy": ["v1"],
    }


async def test_pages_of_failed_deploys_are_numbered_too(komodor: AsyncClient) -> None:
    """[7.4] Newest first, of a service that nobody registered."""
    for n in range(5):
        await _deploy(komodor, f"v{n}", 60 * n)
    seen: list[str] = []
    metas: list[dict[str, int]] = []
    number: int | None = 0
    while number is not None:
        page = await search(komodor, SERVICE, CART, "failed-deploy", pagination={"pageSize": 2, "page": number})
        seen += [issue["summary"] for issue in page["data"]["issues"]]
        metas.append(page["meta"])
        number = page["meta"].get("nextPage")

    assert seen == [f"v{n}" for n in range(5)]
    assert metas == [
        {"pageSize": 2, "page": 0, "nextPage": 1},
        {"pageSize": 2, "page": 1, "nextPage": 2, "prevPage": 0},
        {"pageSize": 1, "page": 2, "prevPage": 1},
    ]


@pytest.mark.parametrize("sees", list(Sees))
async def test_problems_are_the_accounts(
    anonymous: AsyncClient, komodor: AsyncClient, api: AsyncClient, tenant: Tenant, sees: Sees
) -> None:
    """A custom event opens none, so a key that saw only its own would see no issue; deploys are seen as events are."""
    await landscape(tenant)
    await trouble(api, "cart")
    await _deploy(komodor, "ours", 100)
    failed = {"kind": "change", "type": "deploy", "title": "theirs", "severity": "error", "time": at(200)}
    assert (await api.post("/v1/events", json=failed)).status_code == 201
    anonymous.headers["x-api-key"] = await tenant.key(Right.READ_EVENTS, sees=sees)

    assert await found(anonymous, SERVICE, CART) == ["cart fails"]
    deploys = await found(anonymous, SERVICE, CART, "failed-deploy")
    assert deploys == (["ours", "theirs"] if sees is Sees.ALL else ["ours"])


ISSUE_TYPES = "must be one of availability, failed-deploy, node-issue, pvc-issue, workflow-issue"
PROPS = {"type": "availability", "statuses": ["open"]}
FAULTS: list[tuple[str, dict[str, Any], list[str]]] = [
    (SERVICE, {}, ["scope: is required", "props: is required"]),
    (CLUSTER, {}, ["scope: is required", "props: is required"]),
    (
        CLUSTER,
        {"scope": {}, "props": {}, "pagination": {"pageSize": 0, "page": -1}},
        [
            "scope.cluster: is required",
            "props.type: is required",
            "props.statuses: is required",
            "pagination.pageSize: must be an integer from 1 to 10000",
            "pagination.page: must be an integer from 0 to 1000000",
        ],
    ),
    (
        SERVICE,
        {"scope": {}, "props": PROPS},
        [
            "scope.cluster: is required",
            "scope.namespace: is required",
            "scope.service: is required",
            "scope.kind: is required",
        ],
    ),
    (CLUSTER, {"scope": {"cluster": " "}, "props": PROPS}, ["scope.cluster: must not be blank"]),
    (CLUSTER, {"scope": EU_WEST, "props": PROPS | {"type": "deploy"}}, [f"props.type: {ISSUE_TYPES}"]),
    (CLUSTER, {"scope": EU_WEST, "props": PROPS | {"type": None}}, ["props.type: is required"]),
    (CLUSTER, {"scope": EU_WEST, "props": PROPS | {"statuses": None}}, ["props.statuses: is required"]),
    (CLUSTER, {"scope": EU_WEST, "props": PROPS | {"statuses": []}}, ["props.statuses: must not be empty"]),
    (CLUSTER, {"scope": EU_WEST, "props": PROPS | {"statuses": {}}}, ["props.statuses: must be a list"]),
    (
        CLUSTER,
        {"scope": EU_WEST, "props": PROPS | {"statuses": ["open", "muted", 1]}},
        ["props.statuses[1]: must be one of open, closed", "props.statuses[2]: must be a string"],
    ),
    (
        CLUSTER,
        {"scope": EU_WEST, "props": PROPS | {"fromEpoch": "1", "toEpoch": NOW * 1000}},
        ["props.fromEpoch: must be epoch seconds", "props.toEpoch: must be epoch seconds"],
    ),
    (
        CLUSTER,
        {"scope": EU_WEST, "props": PROPS | {"fromEpoch": NOW, "toEpoch": NOW - 1}},
        ["props.fromEpoch: must not be after the end of the window"],
    ),
    (
        CLUSTER,
        {"scope": EU_WEST, "props": PROPS, "pagination": {"pageSize": 10_001, "page": 1_000_001}},
        [
            "pagination.pageSize: must be an integer from 1 to 10000",
            "pagination.page: must be an integer from 0 to 1000000",
        ],
    ),
    (
        CLUSTER,
        {"scope": EU_WEST, "props": PROPS, "pagination": {"page": "0"}},
        ["pagination.page: must be an integer from 0 to 1000000"],
    ),
]


@pytest.mark.parametrize(("path", "body", "expected"), FAULTS)
async def test_faults(komodor: AsyncClient, path: str, body: dict[str, Any], expected: list[str]) -> None:
    """[7.4] With the field, all of them at once."""
    assert faults(await komodor.post(path, json=body)) == expected


@pytest.mark.parametrize("path", [SERVICE, CLUSTER])
async def test_the_right_to_read_events_is_needed(anonymous: AsyncClient, tenant: Tenant, path: str) -> None:
    """[3] Before the body is looked at."""
    key = await tenant.key(Right.READ_ENTITIES, Right.WRITE_EVENTS)

    refused = await anonymous.post(path, headers={"x-api-key": key}, json={})

    assert refused.status_code == 403
    assert refused.json()["error"]["message"] == "API key is not allowed to read events"
