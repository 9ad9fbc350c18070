"""[5.6] Problems read by the second version of the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from tests.problems import settle
from tests.tenants import Tenant
from whence.dialects.desk import problem_asking, problem_details, problem_finding
from whence.dialects.desk.ids import environment
from whence.dialects.desk.levels import SEVERITIES
from whence.dialects.desk.tests.pushing import CART, MACHINE, ORDERS, millis, pushed, violations, warnings
from whence.dialects.desk.tests.standing import relate
from whence.dialects.desk.tests.test_v1_problems import DEVICE, SHOP, mixed, on
from whence.dialects.desk.tests.troubles import APP, BACKLOG, V1, V2, closed, explained, got, known, opened, until
from whence.domain.access import Right, Sees
from whence.domain.entity import Draft, RelationKind, Tag
from whence.domain.event import Kind, Report, Severity, Span
from whence.domain.scope import Scope

STUB = {"entityId": {"id": ORDERS, "type": "SERVICE"}, "name": "orders"}
K8S: dict[str, list[str]] = {"k8s.cluster.name": [], "k8s.cluster.uid": [], "k8s.namespace.name": []}


async def test_a_page(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.6] The contract's example, in the list and by its id."""
    await tenant.register(Draft(id=ORDERS, name="orders"))
    began = millis(minutes=-20)
    (problem_id,) = await opened(desk, tenant, {**BACKLOG, "start": began})
    await explained(desk, problem_id)

    page = await got(desk, V2)

    (problem,) = page["problems"]
    assert await got(desk, f"{V2}/{problem_id}") == problem
    assert await got(desk, f"/e/acme{V2}/{problem_id}/") == problem
    assert page == {
        "totalCount": 1,
        "pageSize": 50,
        "problems": [
            {
                "problemId": f"{problem_id.partition('_')[0]}_{began}V2",
                "displayId": "P-1",
                "title": "Queue backlog over limit",
                "impactLevel": "SERVICES",
                "severityLevel": "ERROR",
                "status": "OPEN",
                "affectedEntities": [STUB],
                "impactedEntities": [STUB],
                "rootCauseEntity": STUB,
                "managementZones": [],
                "entityTags": [],
                "problemFilters": [],
                "startTime": began,
                "endTime": -1,
                **K8S,
            }
        ],
        "warnings": [],
    }


async def test_the_evidence(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.6] The contract's example: what the field adds, with the event itself."""
    await known(tenant)
    began = millis(minutes=-20)
    (problem_id,) = await opened(desk, tenant, {**BACKLOG, "start": began})
    await explained(desk, problem_id)

    plain = await got(desk, f"{V2}/{problem_id}")
    problem = await got(desk, f"{V2}/{problem_id}", fields="evidenceDetails")
    page = await got(desk, V2, fields="+evidenceDetails")

    assert page["problems"] == [problem]
    evidence = problem.pop("evidenceDetails")
    assert problem == plain
    (detail,) = evidence["details"]
    (event,) = (await got(desk, "/api/v2/events"))["events"]
    assert detail.pop("data") == event
    assert evidence == {
        "totalCount": 1,
        "details": [
            {
                "evidenceType": "EVENT",
                "displayName": "Queue backlog over limit",
                "entity": STUB,
                "rootCauseRelevant": True,
                "startTime": began,
                "endTime": -1,
                "eventId": event["eventId"],
                "eventType": "ERROR_EVENT",
            }
        ],
    }


async def test_the_other_fields(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.6] Impacts by what is impacted, the latest comments; a field that there is not is said to be none."""
    await tenant.register(
        Draft(id=ORDERS, name="orders", cluster="eu", namespace="shop", tags=(APP, Tag(context="OTHER", key="x"))),
        Draft(id=MACHINE, type="HOST", name="machine", cluster="us"),
    )
    await relate(tenant, (ORDERS, RelationKind.RUNS_ON, MACHINE))
    problem_id, _ = await opened(desk, tenant, on(ORDERS), on(MACHINE, "RESOURCE_CONTENTION"))
    for n in range(11):
        await desk.post(f"{V2}/{problem_id}/comments", json={"message": str(n)})

    answer = await desk.get(
        V2, params={"fields": "recentComments, impactAnalysis,colour,,"}, headers={"connection": "keep-alive"}
    )

    assert warnings(answer) == ["there is no field colour, ignored"]
    (problem,) = answer.json()["problems"]
    comments = problem["recentComments"]
    assert (comments["totalCount"], comments["pageSize"]) == (11, 10)
    assert [comment["content"] for comment in comments["comments"]] == [str(n) for n in range(10, 0, -1)]
    following = await got(desk, f"{V2}/{problem_id}/comments", nextPageKey=comments["nextPageKey"])
    assert [comment["content"] for comment in following["comments"]] == ["0"]
    assert problem["impactAnalysis"] == {
        "impacts": [{"impactType": "SERVICE", "impactedEntity": STUB, "estimatedAffectedUsers": 0}]
    }
    assert (problem["impactLevel"], problem["impactedEntities"]) == ("SERVICES", [STUB])
    assert [stub["name"] for stub in problem["affectedEntities"]] == ["machine", "orders"]
    assert [tag["stringRepresentation"] for tag in problem["entityTags"]] == ["[KUBERNETES]app:orders"]
    assert (problem["k8s.cluster.name"], problem["k8s.namespace.name"]) == (["eu", "us"], ["shop"])
    assert "evidenceDetails" not in problem


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("SERVICE_METHOD", ["SERVICE"]),
        ("APPLICATION", ["APPLICATION"]),
        ("HTTP_CHECK", ["APPLICATION"]),
        ("MOBILE_APPLICATION", ["MOBILE"]),
        ("CUSTOM_APPLICATION", ["CUSTOM_APPLICATION"]),
        ("HOST", []),
    ],
)
async def test_types_of_impact(desk: AsyncClient, tenant: Tenant, kind: str, expected: list[str]) -> None:
    """[5.6] By the type of what is hit; nobody notices a host."""
    (problem_id,) = await opened(desk, tenant, on(f"{kind}-00000000000000AA"))

    problem = await got(desk, f"{V2}/{problem_id}", fields="impactAnalysis")

    assert [impact["impactType"] for impact in problem["impactAnalysis"]["impacts"]] == expected


ALL = ["shop", "device", "machine", "cart", "orders"]
SHOP_, DEVICE_, MACHINE_, CART_, ORDERS_ = ([title] for title in ALL)


async def several(desk: AsyncClient, tenant: Tenant) -> dict[str, str]:
    """Problems of five levels of severity on five entities, two of which are over; ids by title."""
    green = Tag(key="lane", value="green")
    await tenant.register(
        Draft(id=ORDERS, name="orders", tags=(APP, green)),
        Draft(id=CART, name="cart", tags=(green, Tag(key="blue"))),
        Draft(id=MACHINE, type="HOST", name="machine", tags=(green,)),
    )
    start = millis(minutes=-10)
    bodies = [
        on(name, event_type, title=title, start=start + n * 1000)
        for n, (name, title, event_type) in enumerate(
            (
                (ORDERS, "orders", "ERROR_EVENT"),
                (CART, "cart", "AVAILABILITY_EVENT"),
                (MACHINE, "machine", "RESOURCE_CONTENTION"),
                (DEVICE, "device", "CUSTOM_ALERT"),
                (SHOP, "shop", "PERFORMANCE_EVENT"),
            )
        )
    ]
    ids = await opened(desk, tenant, *bodies)
    for body in (bodies[1], bodies[3]):
        await closed(desk, tenant, body)
    return {body["title"]: problem_id for body, problem_id in zip(bodies, ids, strict=True)}


async def titles(desk: AsyncClient, selector: str = "", **query: Any) -> list[str]:  # noqa: ANN401  of a query
    """The titles of the page, of which the server counts as many."""
    page = await got(desk, V2, **({"problemSelector": selector} if selector else {}), **query)
    assert page["totalCount"] == len(page["problems"])
    return [problem["title"] for problem in page["problems"]]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", ALL),
        ('status("open")', [*SHOP_, *MACHINE_, *ORDERS_]),
        ("status(CLOSED)", [*DEVICE_, *CART_]),
        ("status(open),status(closed)", []),
        ('severityLevel("ERROR")', ORDERS_),
        ('severityLevel("ERROR","CUSTOM_ALERT")', [*DEVICE_, *ORDERS_]),
        ('severityLevel("AVAILABILITY"),severityLevel("ERROR")', []),
        ("severityLevel(MONITORING_UNAVAILABLE)", []),
        ('impactLevel("SERVICES")', [*CART_, *ORDERS_]),
        ("impactLevel(APPLICATION,INFRASTRUCTURE)", [*SHOP_, *DEVICE_, *MACHINE_]),
        ("impactLevel(ENVIRONMENT)", []),
        (f'affectedEntities("{ORDERS}")', ORDERS_),
        (f'affectedEntities("{ORDERS.lower()}","{MACHINE}")', [*MACHINE_, *ORDERS_]),
        (f'affectedEntities("{ORDERS}"),affectedEntities("{MACHINE}")', []),
        ("affectedEntities(HOST-42)", []),
        (f'impactedEntities("{CART}")', CART_),
        ('affectedEntityTypes("HOST","CUSTOM_DEVICE")', [*DEVICE_, *MACHINE_]),
        ('affectedEntityTypes("HOST"),affectedEntityTypes("SERVICE")', []),
        ('managementZoneIds("1")', []),
        ('managementZones("all")', []),
        ('problemFilterIds("1")', []),
        ('problemFilterNames("Default")', []),
        ('displayId("P-1","P-3")', None),
        ('displayId("p-2")', None),
        ('displayId("P-99","P-99999999999","X-1","P-x","P-9999999999")', []),
        ('problemId("1_1V2","x")', []),
        ('entityTags("lane:green")', [*MACHINE_, *CART_, *ORDERS_]),
        ('entityTags("lane:green"),entityTags("[KUBERNETES]app:orders","blue")', [*CART_, *ORDERS_]),
        ('entityTags("lane")', []),
        ("underMaintenance(false)", ALL),
        ("underMaintenance(true)", []),
        ('text("ORD")', ORDERS_),
        ('text("a")', ALL),
        ('text("cart"),text("orders")', []),
        (f'text("{MACHINE[:12]}")', MACHINE_),
        ('status("open"),severityLevel("ERROR"),entityTags("lane:green"),text("o")', ORDERS_),
    ],
)
async def test_selectors(desk: AsyncClient, tenant: Tenant, selector: str, expected: list[str] | None) -> None:
    """[5.6] Every criterion, alone and joined; totals are right whichever way they are found."""
    await several(desk, tenant)

    if expected is None:  # numbers are given in the order in which problems are found
        every = (await got(desk, V2))["problems"]
        expected = [one["title"] for one in every if f'"{one["displayId"]}"' in selector.upper()]
        assert expected
    assert await titles(desk, selector) == expected


async def test_by_ids(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.6] Named problems, as far as they are all else that is asked."""
    ids = await several(desk, tenant)
    both = f'problemId("{ids["cart"]}","{ids["orders"]}","5_5V2")'

    assert await titles(desk, both) == ["cart", "orders"]
    assert await titles(desk, f"{both},status(open)") == ["orders"]
    assert await titles(desk, f"{both},severityLevel(AVAILABILITY)") == ["cart"]
    assert await titles(desk, f'{both},affectedEntities("{ORDERS}")') == ["orders"]
    assert await titles(desk, both, to="now-1h") == []
    assert await titles(desk, f'{both},problemId("{ids["cart"]}")') == ["cart"]
    assert await titles(desk, both, sort="+startTime") == ["orders", "cart"]


async def test_by_the_root_cause(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.6] Once it is known."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    await explained(desk, problem_id)

    assert await titles(desk, f'rootCauseEntity("{ORDERS}")') == ["Queue backlog over limit"]
    assert await titles(desk, f'rootCauseEntity("{CART}")') == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"entitySelector": "type(SERVICE)"}, [*CART_, *ORDERS_]),
        ({"entitySelector": "type(HOST),tag(none)"}, []),
        ({"entitySelector": f'entityId("{ORDERS}")'}, ORDERS_),
        ({"entitySelector": "type(SERVICE)", "problemSelector": "status(closed)"}, CART_),
        ({"entitySelector": "type(SERVICE)", "problemSelector": f'affectedEntities("{CART}")'}, CART_),
        ({"impactLevel": "INFRASTRUCTURE"}, [*DEVICE_, *MACHINE_]),
        ({"impactLevel": "SERVICES", "problemSelector": "status(open)"}, ORDERS_),
        ({"impactLevel": "SERVICES", "problemSelector": "impactLevel(APPLICATION)"}, []),
        ({"sort": "+status"}, [*SHOP_, *MACHINE_, *ORDERS_, *DEVICE_, *CART_]),
        ({"sort": "-status,+startTime"}, [*CART_, *DEVICE_, *ORDERS_, *MACHINE_, *SHOP_]),
        ({"sort": "startTime"}, ALL[::-1]),
        ({"sort": "-startTime"}, ALL),
        ({"sort": "relevance", "problemSelector": 'text("c")'}, [*CART_, *DEVICE_, *MACHINE_, *SHOP_, *ORDERS_]),
        ({"from": "now-1h", "to": "now"}, ALL),
        ({"from": "now-1h", "to": "now-5m"}, ALL),
        ({"from": "now-1h", "to": "now-20m"}, []),
        ({"from": "now-5m", "problemSelector": "status(open)"}, [*SHOP_, *MACHINE_, *ORDERS_]),
        ({"allDialects": "false"}, ALL),
    ],
)
async def test_queries(desk: AsyncClient, tenant: Tenant, query: dict[str, str], expected: list[str]) -> None:
    """[5.4] [5.6] The entity selector, a bare level, orders and times."""
    await several(desk, tenant)

    assert await titles(desk, **query) == expected


async def test_windows(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.6] From two hours ago; in it when the start or the end is, and what is open ends now."""
    began = datetime.now(UTC) - timedelta(hours=5)
    common: dict[str, Any] = {
        "kind": Kind.PROBLEM, "type": "ERROR_EVENT", "severity": Severity.ERROR, "source": "s", "dialect": "desk",
    }  # fmt: skip
    spans = {
        "open": Span.moment(began),
        "past": Span(start=began, end=began + timedelta(minutes=5)),
        "long": Span(start=began, end=began + timedelta(hours=4)),
    }
    scopes = dict(zip(spans, (ORDERS, CART, MACHINE), strict=True))
    await tenant.send(
        Report(title=title, span=span, scope=Scope.entities([scopes[title]]), key=title, **common)
        for title, span in spans.items()
    )
    await settle(tenant)

    def at(**much: float) -> str:
        return (began + timedelta(**much)).isoformat()

    assert await titles(desk, sort="status,startTime") == ["open", "long"]
    assert sorted(await titles(desk, **{"from": "now-6h"})) == ["long", "open", "past"]
    assert await titles(desk, **{"from": at(hours=1), "to": at(hours=2)}) == []
    assert await titles(desk, **{"from": at(hours=3), "to": at(hours=4, minutes=5)}) == ["long"]
    assert sorted(await titles(desk, **{"from": at(minutes=-1), "to": at(minutes=1)})) == ["long", "open", "past"]


@pytest.mark.parametrize(
    ("selector", "sort"),
    [("", "-startTime"), ("", "startTime"), ("", "+status"), ("severityLevel(ERROR,AVAILABILITY)", "-startTime")],
)
async def test_the_key_alone_goes_on(desk: AsyncClient, tenant: Tenant, selector: str, sort: str) -> None:
    """[5.6] It carries the whole question; the fields must be asked for again; absent on the last page."""
    types = "AVAILABILITY_EVENT", "ERROR_EVENT"
    start = millis(minutes=-30)
    bodies = [on(f"HOST-{n:016}", types[n % 2], title=str(n), start=start + n // 2) for n in range(7)]
    await opened(desk, tenant, *bodies)
    await closed(desk, tenant, bodies[3])
    query = {"problemSelector": selector, "sort": sort, "pageSize": 3, "from": "now-1h", "fields": "impactAnalysis"}

    page = await got(desk, V2, **query)
    pages = [page]
    while "nextPageKey" in page:
        page = await got(desk, V2, nextPageKey=page["nextPageKey"], fields="recentComments")
        pages.append(page)

    assert [len(page["problems"]) for page in pages] == [3, 3, 1]
    assert {(page["totalCount"], page["pageSize"]) for page in pages} == {(7, 3)}
    assert [one["title"] for page in pages for one in page["problems"]] == await titles(
        desk, selector, sort=sort, **{"from": "now-1h"}
    )
    assert len({one["problemId"] for page in pages for one in page["problems"]}) == 7
    assert ["impactAnalysis" in one for page in pages for one in page["problems"]] == [True] * 3 + [False] * 4
    assert ["recentComments" in one for page in pages for one in page["problems"]] == [False] * 3 + [True] * 4


async def test_what_comes_with_a_key_is_ignored(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.6] And said to be; a page that is larger than pages are is cut, which is said, too."""
    await opened(desk, tenant, on(ORDERS), on(CART))
    first = await got(desk, V2, pageSize=1)

    answer = await desk.get(V2, params={"nextPageKey": first["nextPageKey"], "from": "x", "sort": "x", "pageSize": "7"})
    large = await desk.get(V2, params={"pageSize": "501"})

    assert answer.json()["pageSize"] == 1
    assert warnings(answer) == [f"{name} ignored, nextPageKey carries it" for name in ("from", "pageSize", "sort")]
    assert large.json()["pageSize"] == 500
    assert warnings(large) == ["pageSize is 500, the maximum"]


NO_TIME = "is no time: milliseconds, ISO 8601 or an expression such as now-2h is"
SELECTOR = "Could not parse the problem selector near position"
SORTS = "[+relevance, +startTime, +status, -relevance, -startTime, -status]"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"problemSelector": 'colour("red")'}, [("problemSelector", f"{SELECTOR} 1: there is no criterion colour")]),
        ({"problemSelector": "status("}, [("problemSelector", f"{SELECTOR} 8")]),
        (
            {"problemSelector": "severityLevel(INFO)"},
            [("problemSelector", f"{SELECTOR} 1: severityLevel must be any of [{', '.join(SEVERITIES)}]")],
        ),
        (
            {"entitySelector": "tag(x)"},
            [("entitySelector", "Could not parse the entity selector near position 1")],
        ),
        (
            {"impactLevel": "SERVICE"},
            [("impactLevel", "'SERVICE' must be any of [APPLICATION, ENVIRONMENT, INFRASTRUCTURE, SERVICES]")],
        ),
        ({"from": "yesterday", "to": "x"}, [("from", f"'yesterday' {NO_TIME}"), ("to", f"'x' {NO_TIME}")]),
        ({"from": "now", "to": "now-1h"}, [("from", "must not be after to")]),
        ({"pageSize": "0"}, [("pageSize", "'0' must be a whole number from 1 to 500")]),
        ({"sort": "name"}, [("sort", f"'name' must be any of {SORTS}")]),
        ({"sort": "relevance"}, [("sort", 'relevance is for a problemSelector with text("…")')]),
        ({"sort": "+status,-relevance", "problemSelector": "status(open)"},
         [("sort", 'relevance is for a problemSelector with text("…")')]),
        ({"nextPageKey": "b3BhcXVlLTE"}, [("nextPageKey", "is not one that this server gave to this account")]),
        ({"fields": ",".join(f"f{n}" for n in range(51))}, [("fields", "size must be between 0 and 50")]),
        (
            {"from": "x", "pageSize": "x", "problemSelector": "x", "sort": "x", "entitySelector": "x",
             "impactLevel": "x", "allDialects": "x"},
            [
                ("from", f"'x' {NO_TIME}"),
                ("pageSize", "'x' must be a whole number from 1 to 500"),
                ("problemSelector", f"{SELECTOR} 1"),
                ("sort", f"'x' must be any of {SORTS}"),
                ("entitySelector", "Could not parse the entity selector near position 1"),
                ("impactLevel", "'x' must be any of [APPLICATION, ENVIRONMENT, INFRASTRUCTURE, SERVICES]"),
                ("allDialects", "'x' must be any of [false, true]"),
            ],
        ),
    ],
)  # fmt: skip
async def test_faults_of_the_query(desk: AsyncClient, query: dict[str, str], expected: list[tuple[str, str]]) -> None:
    """[5.6] [2.3] 400 with every parameter that means nothing, in the query."""
    assert violations(await desk.get(V2, params=query), place="QUERY") == expected


async def test_limits(desk: AsyncClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is bounded: what is looked at, what is named, and what reasons show."""
    await several(desk, tenant)
    named = ",".join(f"P-{n}" for n in range(101))

    many = await desk.get(V2, params={"problemSelector": f"displayId({named})"})
    monkeypatch.setattr(problem_finding, "MOST_WALKED", 4)
    walked = await desk.get(V2, params={"sort": "startTime"})
    monkeypatch.setattr(problem_asking, "MOST_AT_ONCE", 2)
    tagged = await desk.get(V2, params={"problemSelector": "entityTags(lane:green)"})

    assert violations(many, place="QUERY") == [("problemSelector", "must name at most 100 problems")]
    assert violations(walked, place="QUERY") == [
        ("from", "selects more than 4 problems to look at one by one, ask for less")
    ]
    assert violations(tagged, place="QUERY") == [("problemSelector", "names a tag of more than 2 entities")]


@pytest.mark.parametrize("name", ["1_1790000000000V2", "x", "P-1", "5"])
async def test_an_unknown_problem(desk: AsyncClient, name: str) -> None:
    """[2.3] 404 with the id as it was asked for, whatever is wanted of it."""
    expected = {"error": {"code": 404, "message": f"No problem with id {name} was found."}}
    said = {"message": "x"}

    answers = [
        await desk.get(f"{V2}/{name}"),
        await desk.post(f"{V2}/{name}/close", json=said),
        await desk.get(f"{V2}/{name}/comments"),
        await desk.post(f"{V2}/{name}/comments", json=said),
        await desk.get(f"{V2}/{name}/comments/1_1"),
        await desk.put(f"{V2}/{name}/comments/1_1", json=said),
        await desk.delete(f"{V2}/{name}/comments/1_1"),
    ]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, expected)] * len(answers)


async def test_one_that_is_part_of_another(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.6] [6.11] Two turn out to be one: the later leads to it, and is in no list; its close is that of the whole."""
    await known(tenant)
    for minutes in (20, 12):
        await opened(desk, tenant, on(ORDERS, title=f"{minutes} ago", start=millis(minutes=-minutes)))
    first, second = (problem["problemId"] for problem in reversed((await got(desk, V2))["problems"]))

    await pushed(desk, on(ORDERS, title="between", start=millis(minutes=-16)))
    await settle(tenant)

    page, merged = await got(desk, V2), await got(desk, f"{V2}/{second}", fields="evidenceDetails")
    assert [problem["problemId"] for problem in page["problems"]] == [first]
    assert merged["linkedProblemInfo"] == {"problemId": first, "displayId": "P-1"}
    assert (merged["displayId"], merged["status"], merged["evidenceDetails"]["totalCount"]) == ("P-2", "CLOSED", 0)
    assert "linkedProblemInfo" not in page["problems"][0]
    close = await desk.post(f"{V2}/{second}/close", json={"message": "all of it"})
    assert (close.status_code, close.json()["problemId"]) == (200, second)
    whole = await got(desk, f"{V2}/{first}", fields="recentComments")
    assert (whole["status"], whole["recentComments"]["comments"][0]["content"]) == ("CLOSED", "all of it")
    assert (await desk.post(f"{V2}/{second}/close", json={"message": "again"})).status_code == 204
    assert (await got(desk, f"{V1}/details/{second}"))["result"]["rankedEvents"] == []


def knows_all(page: dict[str, Any]) -> bool:
    """Whether a problem of the page is explained, with the change that was made before its alerts."""
    return any(one["rootCauseEntity"] and len(one["evidenceDetails"]["details"]) > 2 for one in page["problems"])


async def test_what_a_token_sees(desk: AsyncClient, tenant: Tenant) -> None:
    """[DI2] Only what came in through this dialect, unless it sees all."""
    await mixed(desk, tenant)
    everything = {"authorization": f"Api-Token {await tenant.key(sees=Sees.ALL)}"}
    fields = {"fields": "evidenceDetails,impactAnalysis"}

    async def explained_page() -> dict[str, Any]:
        return (await desk.get(V2, params=fields, headers=everything)).json()

    every = await until(explained_page, knows_all)
    own = await got(desk, V2, **fields)

    assert (own["totalCount"], own["problems"][0]["title"]) == (1, "ours")
    (problem,) = own["problems"]
    assert [stub["name"] for stub in problem["affectedEntities"]] == ["orders"]
    assert [detail["displayName"] for detail in problem["evidenceDetails"]["details"]] == ["ours"]
    assert not any(word in str(own) for word in ("down", "secret", "theirs"))
    assert every["totalCount"] == 2
    (same,) = [one for one in every["problems"] if one["problemId"] == problem["problemId"]]
    assert (same["title"], same["severityLevel"]) == ("down", "AVAILABILITY")
    assert {detail["displayName"] for detail in same["evidenceDetails"]["details"]} == {"ours", "down", "secret 42"}
    assert await titles(desk, f'affectedEntities("{CART}")') == []
    assert await titles(desk, 'text("down")') == []
    assert await titles(desk, "severityLevel(AVAILABILITY)") == []
    asked = await desk.get(V2, params={"allDialects": "true"})
    assert warnings(asked) == ["allDialects ignored, the token sees the events of this dialect only"]


async def test_evidence_is_bounded(desk: AsyncClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit nothing is shown that only a reason names, and what it says of that is not told either."""
    deployed = millis(minutes=-2)
    deployment = on(
        ORDERS, "CUSTOM_DEPLOYMENT", deploymentName="v", deploymentVersion="7", start=deployed, end=deployed
    )
    await pushed(desk, deployment)
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    await explained(desk, problem_id)
    monkeypatch.setattr(problem_details, "MOST_EVIDENCE", 0)

    problem = (await got(desk, f"{V1}/details/{problem_id}"))["result"]

    (event,) = problem["rankedEvents"]
    texts = {reason["code"]: reason["text"] for reason in event["reasons"]}
    assert texts["change"] == "Told by events that this token does not see"
    assert "Queue backlog" in texts["alerts"]


async def test_the_environment(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.1] [5.6] What is about no entity in particular affects it, and is found by it."""
    body = {"eventType": "ERROR_EVENT", "title": "everywhere"}
    assert (await desk.post("/api/v2/events/ingest", json=body)).status_code == 201
    now = datetime.now(UTC)
    await tenant.send([
        Report(kind=Kind.PROBLEM, type="ERROR_EVENT", title="services", severity=Severity.ERROR,
               span=Span.moment(now), scope=Scope.services(), key="k", source="s", dialect="desk")
    ])  # fmt: skip
    await settle(tenant)
    where = environment(tenant.admin.account_id)

    assert sorted(await titles(desk, f'affectedEntities("{where}")')) == ["everywhere", "services"]
    assert sorted(await titles(desk, "impactLevel(ENVIRONMENT)")) == ["everywhere", "services"]
    assert await titles(desk, f'affectedEntities("{where}"),text("services")') == ["services"]


async def test_scopes(desk: AsyncClient, tenant: Tenant) -> None:
    """[2.2] [2.3] The scope of each call is named."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    reader = {"authorization": f"Api-Token {await tenant.key(Right.READ_EVENTS)}"}
    writer = {"authorization": f"Api-Token {await tenant.key(Right.WRITE_PROBLEMS)}"}
    about = f"{V2}/{problem_id}"

    reads = [await desk.get(path, headers=writer) for path in (V2, about, f"{about}/comments", f"{about}/comments/1_1")]
    writes = [
        await desk.post(f"{about}/close", json={}, headers=reader),
        await desk.post(f"{about}/comments", json={}, headers=reader),
        await desk.put(f"{about}/comments/1_1", json={}, headers=reader),
        await desk.delete(f"{about}/comments/1_1", headers=reader),
    ]

    for answers, scope in ((reads, "problems.read (Read problems)"), (writes, "problems.write (Write problems)")):
        message = f"Token is missing required scope. Use one of: {scope}"
        assert [(answer.status_code, answer.json()["error"]["message"]) for answer in answers] == [
            (403, message)
        ] * len(answers)


async def test_wrong_methods(desk: AsyncClient) -> None:
    """[2.3] 405 with those that there are."""
    answers = [
        await desk.post(V2),
        await desk.get(f"{V2}/1_1V2/close"),
        await desk.put(f"/e/acme{V2}/1_1V2/comments/"),
        await desk.post(f"{V2}/1_1V2/comments/1_1"),
    ]

    assert [answer.status_code for answer in answers] == [405] * 4
    assert [answer.headers["allow"] for answer in answers] == [
        "GET, HEAD", "POST", "GET, HEAD, POST", "DELETE, GET, HEAD, PUT",
    ]  # fmt: skip
