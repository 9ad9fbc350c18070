"""[5.2] Problems read by the first version of the API."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from tests.problems import settle
from tests.tenants import Tenant
from whence.dialects.desk import problem_finding, sight, v1_problems
from whence.dialects.desk.tests.pushing import (
    CART,
    MACHINE,
    ORDERS,
    message,
    millis,
    push,
    pushed,
    violations,
    warnings,
)
from whence.dialects.desk.tests.standing import relate
from whence.dialects.desk.tests.troubles import (
    APP,
    BACKLOG,
    V1,
    closed,
    details,
    explained,
    feed,
    got,
    known,
    opened,
    until,
)
from whence.dialects.desk.times import RELATIVE
from whence.domain.access import Right, Sees
from whence.domain.entity import Draft, RelationKind, Tag
from whence.domain.event import Kind, Report, Severity, Span
from whence.domain.scope import Scope

DEVICE = "CUSTOM_DEVICE-D3D193D4437AC1EA"
SHOP = "APPLICATION-3D10C2B7A4559E01"
NOTHING = {"INFRASTRUCTURE": 0, "SERVICE": 0, "APPLICATION": 0, "ENVIRONMENT": 0}


def on(entity_id: str, event_type: str = "ERROR_EVENT", **fields: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
    """An event that opens a problem on the entity."""
    return message(event_type, attachRules={"entityIds": [entity_id]}, **fields)


async def test_what_a_receiver_polls(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.2] The contract's example: the open problem with its events, their score and reasons beside."""
    await known(tenant)
    began = millis(minutes=-20)
    await pushed(desk, {**BACKLOG, "start": began})

    await until(
        lambda: got(desk, f"{V1}/feed", status="OPEN", expandDetails="true"),
        lambda found: any(one["hasRootCause"] for one in found["result"]["problems"]),
    )
    answer = await got(desk, f"{V1}/feed", status="OPEN", expandDetails="true")

    (problem,) = answer["result"]["problems"]
    assert await details(desk, problem["id"]) == problem
    (event,) = problem["rankedEvents"]
    score, reasons = event.pop("score"), event.pop("reasons")
    assert 0 < score <= 1
    assert round(sum(reason["weight"] for reason in reasons), 4) == score
    assert [reason.keys() for reason in reasons] == [{"code", "weight", "text"}] * len(reasons)
    assert reasons[0]["code"] == "alerts"
    assert event.pop("title") == "Queue backlog over limit"
    code = problem["id"].partition("_")[0]
    assert answer == {
        "result": {
            "problems": [
                {
                    "id": f"{code}_{began}V2",
                    "startTime": began,
                    "endTime": -1,
                    "displayName": "1",
                    "impactLevel": "SERVICE",
                    "status": "OPEN",
                    "severityLevel": "ERROR",
                    "commentCount": 0,
                    "tagsOfAffectedEntities": [{"context": "KUBERNETES", "key": "app", "value": "orders"}],
                    "rankedEvents": [
                        {
                            "startTime": began,
                            "endTime": -1,
                            "entityId": ORDERS,
                            "entityName": "orders",
                            "severityLevel": "ERROR",
                            "impactLevel": "SERVICE",
                            "eventType": "ERROR_EVENT",
                            "status": "OPEN",
                            "severities": [],
                            "isRootCause": True,
                            "customProperties": {"queue": "orders"},
                            "source": "batch-runner",
                            "annotationDescription": "15,000 messages wait",
                            "correlationId": "1c8cca881849a3d9",
                        }
                    ],
                    "rankedImpacts": [
                        {
                            "entityId": ORDERS,
                            "entityName": "orders",
                            "severityLevel": "ERROR",
                            "impactLevel": "SERVICE",
                            "eventType": "ERROR_EVENT",
                        }
                    ],
                    "affectedCounts": {**NOTHING, "SERVICE": 1},
                    "recoveredCounts": NOTHING,
                    "hasRootCause": True,
                }
            ],
            "monitored": {"INFRASTRUCTURE": 0, "SERVICE": 1, "APPLICATION": 0, "ENVIRONMENT": 1},
        }
    }


async def test_a_refresh_says_what_the_event_is_part_of(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] [3.10 c] `problemIds` when there is something to say; otherwise exactly three keys."""
    first = await pushed(desk, BACKLOG)
    await settle(tenant)
    (problem,) = await feed(desk)

    again = await pushed(desk, {**BACKLOG, "description": "15,000 messages wait"})
    both = await pushed(desk, {**BACKLOG, "attachRules": {"entityIds": [ORDERS, CART]}})
    informed = await pushed(desk, message())
    other = await pushed(desk, {**BACKLOG, "title": "other"})

    assert first == {"storedEventIds": [], "storedIds": [], "storedCorrelationIds": ["1c8cca881849a3d9"]}
    assert again == {**first, "problemIds": [problem["id"]]}
    assert (len(both["storedCorrelationIds"]), both["problemIds"]) == (2, [problem["id"]])
    assert [answer.keys() - first.keys() for answer in (informed, other)] == [set(), set()]


async def test_how_many_are_open(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.2] The contract's example: all four levels, always."""
    nothing = await got(desk, f"{V1}/status")
    await opened(desk, tenant, on(ORDERS), on(CART), on(MACHINE), on(SHOP))
    await closed(desk, tenant, on(SHOP))

    assert nothing == {"result": {"totalOpenProblemsCount": 0, "openProblemCounts": NOTHING}}
    assert await got(desk, f"{V1}/status") == {
        "result": {
            "totalOpenProblemsCount": 3,
            "openProblemCounts": {"INFRASTRUCTURE": 1, "SERVICE": 2, "APPLICATION": 0, "ENVIRONMENT": 0},
        }
    }


async def test_nothing_is_found(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.2] The contract's example: by tags that nothing has; what is known is counted by its level."""
    drafts = [Draft(id=f"{kind}-{n:016X}", type=kind, name=f"{kind} {n}") for kind, count in
              (("SERVICE", 20), ("HOST", 34), ("PROCESS_GROUP", 30), ("APPLICATION", 1), ("HTTP_CHECK", 1))
              for n in range(count)]  # fmt: skip
    await tenant.register(*drafts)

    answer = await desk.get(f"{V1}/feed?relativeTime=hour&tag=lane:green&tag=[KUBERNETES]app:orders")

    assert answer.status_code == 200
    assert answer.json() == {
        "result": {
            "problems": [],
            "monitored": {"INFRASTRUCTURE": 64, "SERVICE": 20, "APPLICATION": 2, "ENVIRONMENT": 1},
        }
    }


@pytest.mark.parametrize(
    "name",
    ["1_1790000000000V2", "1", "1_1790000000000", "x", "P-1", "_V2", "1_xV2", f"{2**63}_1V2", "1_1V2V2", "²_1V2"],
)
async def test_an_unknown_problem(desk: AsyncClient, name: str) -> None:
    """[5.2] [2.3] 404 with the id as it was asked for, whatever is wanted of it."""
    expected = {"error": {"code": 404, "message": f"No problem with id {name} was found."}}
    said = {"comment": "x", "user": "y"}

    answers = [
        await desk.get(f"{V1}/details/{name}"),
        await desk.post(f"{V1}/details/{name}/close"),
        await desk.get(f"{V1}/details/{name}/comments"),
        await desk.post(f"{V1}/details/{name}/comments", json=said),
        await desk.put(f"{V1}/details/{name}/comments/1_1", json=said),
        await desk.delete(f"{V1}/details/{name}/comments/1_1"),
    ]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, expected)] * len(answers)


async def test_both_halves_of_an_id_count(desk: AsyncClient, tenant: Tenant) -> None:
    """[4] The start is that under which the problem became known."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    code, _, start = problem_id.removesuffix("V2").partition("_")

    assert (await desk.get(f"{V1}/details/{code}_{int(start) + 1}V2")).status_code == 404
    assert (await desk.get(f"/e/acme{V1}/details/{problem_id}/")).status_code == 200


async def test_without_details(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.2] The ranked events are left out, and nothing else."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    await explained(desk, problem_id)

    (expanded,) = await feed(desk, expandDetails="true")
    (short,) = await feed(desk)
    (also_short,) = await feed(desk, expandDetails="false")

    del expanded["rankedEvents"]
    assert short == also_short == expanded


async def test_those_that_have_recovered(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.2] [6.10] Counts per level of whom it affects still, and of whom no more; ranked by what people notice."""
    await tenant.register(
        *(Draft(id=name, type=name.partition("-")[0], name=name[:4]) for name in (ORDERS, MACHINE, SHOP))
    )
    await relate(tenant, (SHOP, RelationKind.CALLS, ORDERS), (ORDERS, RelationKind.RUNS_ON, MACHINE))
    bodies = (
        on(ORDERS, "PERFORMANCE_EVENT"),
        on(MACHINE, "RESOURCE_CONTENTION"),
        on(SHOP, "CUSTOM_ALERT", allowDavisMerge=True),
    )
    ids = await opened(desk, tenant, *bodies, on(MACHINE, "ERROR_EVENT"))
    await closed(desk, tenant, bodies[0])
    assert len(set(ids)) == 1

    (problem,) = await feed(desk)
    status = (await got(desk, f"{V1}/status"))["result"]["openProblemCounts"]

    assert (problem["severityLevel"], problem["impactLevel"], problem["status"]) == ("ERROR", "APPLICATION", "OPEN")
    assert problem["affectedCounts"] == {**NOTHING, "INFRASTRUCTURE": 1, "APPLICATION": 1}
    assert problem["recoveredCounts"] == {**NOTHING, "SERVICE": 1}
    assert status == {**NOTHING, "APPLICATION": 1}
    assert problem["rankedImpacts"] == [
        {"entityId": entity_id, "entityName": entity_id[:4], "severityLevel": severity, "impactLevel": level,
         "eventType": event_type}
        for entity_id, severity, level, event_type in (
            (SHOP, "CUSTOM_ALERT", "APPLICATION", "CUSTOM_ALERT"),
            (ORDERS, "PERFORMANCE", "SERVICE", "PERFORMANCE_EVENT"),
            (MACHINE, "ERROR", "INFRASTRUCTURE", "ERROR_EVENT"),
        )
    ]  # fmt: skip

    await desk.post(f"{V1}/details/{ids[0]}/close")
    (over,) = await feed(desk)
    assert (over["status"], over["affectedCounts"]) == ("CLOSED", NOTHING)
    assert over["recoveredCounts"] == {**NOTHING, "INFRASTRUCTURE": 1, "SERVICE": 1, "APPLICATION": 1}
    assert over["endTime"] > over["startTime"]


async def test_the_best_candidate_comes_first(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.2] [6.9] What runs on the machine suffers from it; what was changed there is told behind, as no root cause."""
    await tenant.register(*(Draft(id=name, type=name.partition("-")[0], name=name[:4]) for name in (ORDERS, MACHINE)))
    await relate(tenant, (ORDERS, RelationKind.RUNS_ON, MACHINE))
    deployed = millis(minutes=-2)
    deployment = on(MACHINE, "CUSTOM_DEPLOYMENT", deploymentName="kernel", deploymentVersion="7", start=deployed)
    await pushed(desk, {**deployment, "end": deployed})
    problem_id, _ = await opened(desk, tenant, on(ORDERS, "PERFORMANCE_EVENT"), on(MACHINE, "AVAILABILITY_EVENT"))

    problem = await until(
        lambda: details(desk, problem_id), lambda found: found["hasRootCause"] and len(found["rankedEvents"]) == 3
    )

    events = problem["rankedEvents"]
    assert [(event["entityId"], event["eventType"], event["isRootCause"]) for event in events] == [
        (MACHINE, "AVAILABILITY_EVENT", True),
        (MACHINE, "CUSTOM_DEPLOYMENT", False),
        (ORDERS, "PERFORMANCE_EVENT", False),
    ]
    assert events[0]["score"] == events[1]["score"] > events[2]["score"]
    assert events[1]["deploymentName"] == "kernel"
    assert (events[1]["severityLevel"], events[1]["status"], events[1]["endTime"]) == (None, "CLOSED", deployed)
    assert "correlationId" not in events[1]
    assert {"eventId", "id", "tags", "eventStatus"}.isdisjoint(name for event in events for name in event)
    assert any(reason["code"] == "change" and "kernel 7" in reason["text"] for reason in events[0]["reasons"])


async def test_what_is_kept_out_of_the_analysis_is_no_root_cause(desk: AsyncClient, tenant: Tenant) -> None:
    """[6.15] It is in the problem all the same."""
    irrelevant = {"dt.event.is_rootcause_relevant": "false"}
    problem_id, _ = await opened(
        desk, tenant, on(ORDERS, title="relevant"), on(ORDERS, title="irrelevant", customProperties=irrelevant)
    )

    problem = await explained(desk, problem_id)

    assert {event["title"]: event["isRootCause"] for event in problem["rankedEvents"]} == {
        "relevant": True, "irrelevant": False,
    }  # fmt: skip


async def test_allow_merge(desk: AsyncClient, tenant: Tenant) -> None:
    """[6.14] False: a problem of its own; a custom alert is one unless it says otherwise."""
    bodies = [
        on(ORDERS, title="one"),
        on(ORDERS, title="two"),
        on(ORDERS, title="alone", allowDavisMerge=False),
        on(ORDERS, "CUSTOM_ALERT", title="custom"),
        on(ORDERS, "CUSTOM_ALERT", title="merged", allowDavisMerge=True),
    ]

    one, two, alone, custom, merged = await opened(desk, tenant, *bodies)

    assert one == two == merged
    assert len({one, alone, custom}) == 3


async def timed(desk: AsyncClient, tenant: Tenant) -> None:
    """A problem that goes on since 50 minutes, one that began and ended, and one of this moment."""
    await closed(desk, tenant, on(CART, title="past", start=millis(minutes=-40)))
    await opened(
        desk, tenant, on(ORDERS, title="long", start=millis(minutes=-50)), on(MACHINE, title="new", start=millis())
    )


async def titles(desk: AsyncClient, **query: Any) -> list[str]:  # noqa: ANN401  of a query
    """The titles of the first events of a feed's problems."""
    return [one["rankedEvents"][0]["title"] for one in await feed(desk, expandDetails="true", **query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (dict[str, Any], ["new", "past", "long"]),
        (lambda: {"relativeTime": "hour"}, ["new", "past", "long"]),
        (lambda: {"relativeTime": "min"}, ["new", "past", "long"]),
        (lambda: {"startTimestamp": millis(minutes=-55), "endTimestamp": millis(minutes=-45)}, ["long"]),
        (lambda: {"startTimestamp": millis(minutes=-45), "endTimestamp": millis(minutes=-30)}, ["past"]),
        (lambda: {"startTimestamp": millis(minutes=-30), "endTimestamp": millis(minutes=-20)}, []),
        (lambda: {"startTimestamp": millis(minutes=-30)}, ["new", "past", "long"]),
        (lambda: {"endTimestamp": millis(minutes=-30)}, ["past", "long"]),
        (lambda: {"endTimestamp": millis(days=400)}, ["new", "past", "long"]),
        (lambda: {"startTimestamp": millis(days=-31, minutes=1)}, ["new", "past", "long"]),
        (lambda: {"status": "OPEN"}, ["new", "long"]),
        (lambda: {"status": "CLOSED"}, ["past"]),
        (lambda: {"status": "CLOSED", "startTimestamp": millis(minutes=-55), "endTimestamp": millis(minutes=-45)}, []),
        (lambda: {"status": "", "relativeTime": ""}, ["new", "past", "long"]),
    ],
)
async def test_windows(
    desk: AsyncClient, tenant: Tenant, query: Callable[[], dict[str, Any]], expected: list[str]
) -> None:
    """[5.2] In it when its start or its end is; what is open ends now. The last day, when nobody says."""
    await timed(desk, tenant)

    assert await titles(desk, **query()) == expected


async def test_an_open_problem_is_found_however_old_it_is(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.2] `status=OPEN` with no time returns every open one."""
    began = datetime.now(UTC) - timedelta(days=20)
    await tenant.send([
        Report(
            kind=Kind.PROBLEM, type="ERROR_EVENT", severity=Severity.ERROR, title="old", span=Span.moment(began),
            source="s", dialect="desk", scope=Scope.entities([ORDERS]), key="0123456789abcdef", numbered=True,
        )
    ])  # fmt: skip
    await settle(tenant)

    assert await titles(desk, status="OPEN") == ["old"]
    assert await titles(desk, startTimestamp=millis(hours=-2), endTimestamp=millis(hours=-1)) == []


@pytest.mark.parametrize(("word", "width"), RELATIVE.items(), ids=RELATIVE)
async def test_relative_time(desk: AsyncClient, word: str, width: timedelta) -> None:
    """[5.2] The words of the events' list; it replaces the ends, which is said."""
    answer = await desk.get(f"{V1}/feed", params={"relativeTime": word, "startTimestamp": "x", "endTimestamp": "5"})

    assert answer.status_code == 200
    assert width > timedelta()
    assert warnings(answer) == [
        "startTimestamp ignored, relativeTime replaces it",
        "endTimestamp ignored, relativeTime replaces it",
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["app", "device", "host", "cart", "orders"]),
        ({"impactLevel": "APPLICATION"}, ["app"]),
        ({"impactLevel": "SERVICE"}, ["cart", "orders"]),
        ({"impactLevel": "INFRASTRUCTURE"}, ["device", "host"]),
        ({"impactLevel": "ENVIRONMENT"}, []),
        ({"severityLevel": "AVAILABILITY"}, ["cart"]),
        ({"severityLevel": "ERROR"}, ["orders"]),
        ({"severityLevel": "PERFORMANCE"}, ["app"]),
        ({"severityLevel": "RESOURCE_CONTENTION"}, ["host"]),
        ({"severityLevel": "CUSTOM_ALERT"}, ["device"]),
        ({"severityLevel": "MONITORING_UNAVAILABLE"}, []),
        ({"severityLevel": "ERROR", "impactLevel": "INFRASTRUCTURE"}, []),
        ({"tag": "[KUBERNETES]app:orders"}, ["orders"]),
        ({"tag": "lane:green"}, ["host", "cart", "orders"]),
        ({"tag": ["lane:green", "[KUBERNETES]app:orders"]}, ["orders"]),
        ({"tag": ["lane:green", "blue"]}, ["cart"]),
        ({"tag": "lane"}, []),
        ({"tag": "blue"}, ["cart"]),
        ({"tag": ["lane:green", "lane:red"]}, []),
        ({"tag": "lane:green", "severityLevel": "RESOURCE_CONTENTION", "status": "OPEN"}, ["host"]),
        ({"correlationId": "0000000000000000"}, []),
    ],
)
async def test_filters(desk: AsyncClient, tenant: Tenant, query: dict[str, Any], expected: list[str]) -> None:
    """[5.2] Alone and together; all of the tags must be on whom a problem affects."""
    green = Tag(key="lane", value="green")
    await tenant.register(
        Draft(id=ORDERS, name="orders", tags=(APP, green)),
        Draft(id=CART, name="cart", tags=(green, Tag(key="blue"))),
        Draft(id=MACHINE, type="HOST", name="host", tags=(green,)),
    )
    types = {
        ORDERS: ("orders", "ERROR_EVENT"),
        CART: ("cart", "AVAILABILITY_EVENT"),
        MACHINE: ("host", "RESOURCE_CONTENTION"),
        DEVICE: ("device", "CUSTOM_ALERT"),
        SHOP: ("app", "PERFORMANCE_EVENT"),
    }
    start = millis(minutes=-10)
    await opened(
        desk,
        tenant,
        *(on(name, kind, title=title, start=start + n) for n, (name, (title, kind)) in enumerate(types.items())),
    )

    assert await titles(desk, **query) == expected


async def test_by_the_correlation_id(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.2] The problem that holds the event, open or not."""
    await opened(desk, tenant, BACKLOG, on(MACHINE, title="other"))
    assert await titles(desk, correlationId="1c8cca881849a3d9") == ["Queue backlog over limit"]

    await closed(desk, tenant, BACKLOG)
    assert await titles(desk, correlationId="1c8cca881849a3d9") == ["Queue backlog over limit"]
    assert await titles(desk, correlationId="1c8cca881849a3d9", status="OPEN") == []


async def test_tags_on_several_of_its_entities(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.2] Each of the tags on one of those that are affected."""
    await tenant.register(
        Draft(id=ORDERS, name="orders", tags=(APP,)), Draft(id=CART, name="cart", tags=(Tag(key="blue"),))
    )
    await relate(tenant, (CART, RelationKind.CALLS, ORDERS))
    await opened(desk, tenant, on(ORDERS), on(CART))

    (problem,) = await feed(desk, tag=["blue", "[KUBERNETES]app:orders"])

    assert problem["tagsOfAffectedEntities"] == [
        {"context": "CONTEXTLESS", "key": "blue"},
        {"context": "KUBERNETES", "key": "app", "value": "orders"},
    ]


WORDS = "[10mins, 15mins, 2hours, 30mins, 3days, 5mins, 6hours, day, hour, min, month, week]"
LEVELS = "[AVAILABILITY, CUSTOM_ALERT, ERROR, MONITORING_UNAVAILABLE, PERFORMANCE, RESOURCE_CONTENTION]"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"relativeTime": "fortnight"}, [("relativeTime", f"'fortnight' must be any of {WORDS}")]),
        ({"startTimestamp": "now"}, [("startTimestamp", "must be a time in milliseconds since 1970")]),
        (
            {"startTimestamp": "x", "endTimestamp": "-5"},
            [
                ("startTimestamp", "must be a time in milliseconds since 1970"),
                ("endTimestamp", "must be a time in milliseconds since 1970"),
            ],
        ),
        ({"startTimestamp": "6", "endTimestamp": "5"}, [("startTimestamp", "must not be after endTimestamp")]),
        ({"startTimestamp": "1"}, [("startTimestamp", "must not be more than 31 days before endTimestamp")]),
        ({"status": "open"}, [("status", "'open' must be any of [CLOSED, OPEN]")]),
        (
            {"impactLevel": "SERVICES"},
            [("impactLevel", "'SERVICES' must be any of [APPLICATION, ENVIRONMENT, INFRASTRUCTURE, SERVICE]")],
        ),
        ({"severityLevel": "INFO"}, [("severityLevel", f"'INFO' must be any of {LEVELS}")]),
        ({"tag": [f"t{n}" for n in range(101)]}, [("tag", "size must be between 0 and 100")]),
        ({"expandDetails": "maybe"}, [("expandDetails", "'maybe' must be any of [false, true]")]),
        (
            {"relativeTime": "x", "status": "x", "expandDetails": "x", "allDialects": "x", "tag": "a\0b",
             "correlationId": "\0"},
            [
                ("relativeTime", f"'x' must be any of {WORDS}"),
                ("status", "'x' must be any of [CLOSED, OPEN]"),
                ("tag", "must not hold a NUL character"),
                ("expandDetails", "'x' must be any of [false, true]"),
                ("correlationId", "must not hold a NUL character"),
                ("allDialects", "'x' must be any of [false, true]"),
            ],
        ),
    ],
)  # fmt: skip
async def test_faults_of_the_query(desk: AsyncClient, query: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """[5.2] [2.3] 400 with every parameter that means nothing."""
    assert violations(await desk.get(f"{V1}/feed", params=query), place="QUERY") == expected


async def test_limits(desk: AsyncClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """[5.2] So many problems, the newest; so many looked at; so many events of each."""
    same = [on(ORDERS, title=f"same {n}") for n in range(3)]
    start = millis(minutes=-30)
    await opened(
        desk, tenant, on(CART, title="old", start=start), on(MACHINE, title="older", start=start - 1000), *same
    )

    monkeypatch.setattr(sight, "MOST_ALERTS", 2)
    (problem, *_) = await feed(desk, expandDetails="true")
    assert len(problem["rankedEvents"]) == 2
    monkeypatch.setattr(v1_problems, "MOST", 2)
    assert len(await feed(desk)) == 2
    assert await titles(desk, impactLevel="INFRASTRUCTURE") == ["older"]
    monkeypatch.setattr(problem_finding, "_CHUNK", 1)
    monkeypatch.setattr(v1_problems, "MOST_WALKED", 2)
    refused = await desk.get(f"{V1}/feed", params={"impactLevel": "INFRASTRUCTURE"})
    assert violations(refused, place="QUERY") == [
        ("startTimestamp", "selects more than 2 problems to look at one by one, ask for less")
    ]
    assert (await got(desk, f"{V1}/status"))["result"]["totalOpenProblemsCount"] == 3


async def mixed(desk: AsyncClient, tenant: Tenant) -> None:
    """A problem of this dialect's and another's alerts, with a change of the other's; and one of the other's alone."""
    await tenant.register(
        Draft(id=ORDERS, name="orders", tags=(APP,)),
        Draft(id=CART, name="cart"),
        Draft(id=MACHINE, type="HOST", name="m"),
    )
    await relate(tenant, (ORDERS, RelationKind.CALLS, CART))
    now = datetime.now(UTC)
    common: dict[str, Any] = {"source": "s", "dialect": "whence"}
    await tenant.send([
        Report(kind=Kind.CHANGE, type="deploy", title="secret 42", span=Span.moment(now - timedelta(minutes=2)),
               scope=Scope.entities([CART]), **common),
        Report(kind=Kind.PROBLEM, type="down", title="down", severity=Severity.CRITICAL, span=Span.moment(now),
               scope=Scope.entities([CART]), key="one", **common),
        Report(kind=Kind.PROBLEM, type="down", title="theirs", severity=Severity.CRITICAL, span=Span.moment(now),
               scope=Scope.entities([MACHINE]), key="two", **common),
    ])  # fmt: skip
    await pushed(desk, on(ORDERS, title="ours", start=millis()))
    await settle(tenant)


async def test_what_a_token_sees(desk: AsyncClient, tenant: Tenant) -> None:
    """[DI2] Problems that hold an event of this dialect, and of these no other's word; one that sees all sees all."""
    await mixed(desk, tenant)
    everything = {"authorization": f"Api-Token {await tenant.key(sees=Sees.ALL)}"}

    async def seen(**query: str) -> list[tuple[str, str, list[str]]]:
        params = {"expandDetails": "true", **query}
        found = (await desk.get(f"{V1}/feed", params=params, headers=everything)).json()["result"]["problems"]
        return sorted(
            (
                one["severityLevel"],
                one["impactLevel"],
                sorted(event["title"] for event in one["rankedEvents"] if "title" in event),
            )
            for one in found
        )

    problem_id = (await feed(desk))[0]["id"]
    own = await explained(desk, problem_id)
    whole = (await desk.get(f"{V1}/details/{problem_id}", headers=everything)).json()["result"]

    assert len(await feed(desk)) == 1
    assert (await got(desk, f"{V1}/status"))["result"]["totalOpenProblemsCount"] == 1
    assert (own["severityLevel"], [event["title"] for event in own["rankedEvents"]]) == ("ERROR", ["ours"])
    assert [impact["entityId"] for impact in own["rankedImpacts"]] == [ORDERS]
    assert own["affectedCounts"] == {**NOTHING, "SERVICE": 1}
    assert "secret" not in str(own)
    assert "down" not in str(own)
    assert (whole["severityLevel"], whole["affectedCounts"]) == ("AVAILABILITY", {**NOTHING, "SERVICE": 2})
    assert any("secret 42" in reason["text"] for event in whole["rankedEvents"] for reason in event["reasons"])
    assert await seen() == [
        ("AVAILABILITY", "INFRASTRUCTURE", ["theirs"]), ("AVAILABILITY", "SERVICE", ["down", "ours", "secret 42"]),
    ]  # fmt: skip
    assert await seen(allDialects="false") == [("ERROR", "SERVICE", ["ours"])]
    assert [len(await feed(desk, severityLevel=level)) for level in ("ERROR", "AVAILABILITY")] == [1, 0]
    assert len(await seen(severityLevel="AVAILABILITY")) == 2
    asked = await desk.get(f"{V1}/feed", params={"allDialects": "true"})
    assert warnings(asked) == ["allDialects ignored, the token sees the events of this dialect only"]


async def test_another_dialects_problem_is_nobody_to_who_does_not_see_it(desk: AsyncClient, tenant: Tenant) -> None:
    """[5] Not read, not closed, not commented."""
    await mixed(desk, tenant)
    everything = {"authorization": f"Api-Token {await tenant.key(Right.ADMIN, sees=Sees.ALL)}"}
    every = (await desk.get(f"{V1}/feed", headers=everything)).json()["result"]["problems"]
    (theirs,) = [one["id"] for one in every if one["impactLevel"] == "INFRASTRUCTURE"]

    read, close = await desk.get(f"{V1}/details/{theirs}"), await desk.post(f"{V1}/details/{theirs}/close")

    assert (read.status_code, close.status_code) == (404, 404)
    assert (await desk.get(f"{V1}/details/{theirs}", headers=everything)).json()["result"]["status"] == "OPEN"
    assert (await desk.post(f"{V1}/details/{theirs}/close", headers=everything)).status_code == 200


async def test_the_environment(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.1] What is about nothing in particular is shown on it."""
    now = datetime.now(UTC)
    await tenant.send([
        Report(kind=Kind.PROBLEM, type="ERROR_EVENT", title="everywhere", severity=Severity.ERROR,
               span=Span.moment(now), scope=Scope.services(), key="k", source="s", dialect="desk")
    ])  # fmt: skip
    await settle(tenant)

    (problem,) = await feed(desk, expandDetails="true", impactLevel="ENVIRONMENT")

    assert problem["affectedCounts"] == {**NOTHING, "ENVIRONMENT": 1}
    assert problem["rankedEvents"][0]["entityId"] == problem["rankedImpacts"][0]["entityId"]
    assert (await got(desk, f"{V1}/status"))["result"]["openProblemCounts"] == {**NOTHING, "ENVIRONMENT": 1}


async def test_scopes(desk: AsyncClient, tenant: Tenant) -> None:
    """[2.2] [2.3] `DataExport` reads and writes; each half needs its right."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    reader = {"authorization": f"Api-Token {await tenant.key(Right.READ_EVENTS)}"}
    writer = {"authorization": f"Api-Token {await tenant.key(Right.WRITE_PROBLEMS)}"}
    reads = (f"{V1}/status", f"{V1}/feed", f"{V1}/details/{problem_id}", f"{V1}/details/{problem_id}/comments")

    refused = [await desk.get(path, headers=writer) for path in reads]
    refused += [
        await desk.post(f"{V1}/details/{problem_id}/close", headers=reader),
        await desk.get(f"{V1}/details/{problem_id}/close", headers=reader),
        await desk.post(f"{V1}/details/{problem_id}/comments", json={}, headers=reader),
        await desk.put(f"{V1}/details/{problem_id}/comments/1_1", json={}, headers=reader),
        await desk.delete(f"{V1}/details/{problem_id}/comments/1_1", headers=reader),
    ]

    says = (
        "Token is missing required scope. Use one of: DataExport (Access problem and event feed, metrics, and topology)"
    )
    assert [(answer.status_code, answer.json()) for answer in refused] == [
        (403, {"error": {"code": 403, "message": says}})
    ] * len(refused)
    assert [(await desk.get(path, headers=reader)).status_code for path in reads] == [200] * len(reads)


async def test_wrong_methods(desk: AsyncClient) -> None:
    """[2.3] 405 with those that there are."""
    answers = [
        await desk.post(f"{V1}/feed"),
        await desk.delete(f"{V1}/details/1_1V2/close"),
        await desk.patch(f"/e/acme{V1}/details/1_1V2/comments/"),
    ]

    assert [answer.status_code for answer in answers] == [405] * 3
    assert {answer.json()["error"]["message"] for answer in answers} == {"Method not allowed."}
    assert [answer.headers["allow"] for answer in answers] == ["GET, HEAD", "GET, POST", "GET, HEAD, POST"]


async def test_a_muted_event_opens_no_problem(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] [6.19] While it is still refreshed, after somebody closed its problem; and its answer names no problem."""
    (problem_id,) = await opened(desk, tenant, BACKLOG)
    await desk.post(f"{V1}/details/{problem_id}/close")
    await settle(tenant)

    await push(desk, BACKLOG)
    await settle(tenant)
    again = await pushed(desk, BACKLOG)

    assert again.keys() == {"storedEventIds", "storedIds", "storedCorrelationIds"}
    assert await feed(desk, status="OPEN") == []
    assert len(await feed(desk)) == 1
