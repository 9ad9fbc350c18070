"""[5.1] Events read back by the first version of the API."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from httpx import AsyncClient

from tests.problems import settle
from tests.tenants import MakeTenant, Tenant
from whence.dialects.desk import finding
from whence.dialects.desk.ids import environment
from whence.dialects.desk.tests.pushing import CART, EVENTS, MACHINE, ORDERS, millis, pushed, violations
from whence.dialects.desk.tests.pushing import message as body
from whence.dialects.desk.times import RELATIVE
from whence.domain.access import Right, Sees
from whence.domain.entity import Draft, Tag
from whence.domain.event import Kind, Report, Severity, Span
from whence.domain.scope import Scope
from whence.server import House

APP = Tag(context="KUBERNETES", key="app", value="orders")
BLUE = Tag(key="blue")
BACKLOG = {
    "eventType": "ERROR_EVENT",
    "title": "Queue backlog over limit",
    "description": "12,400 messages wait",
    "source": "batch-runner",
    "timeoutMinutes": 30,
    "attachRules": {"entityIds": [ORDERS]},
    "customProperties": {"queue": "orders"},
}


async def listed(desk: AsyncClient, **query: Any) -> dict[str, Any]:  # noqa: ANN401  of a query
    """The page that the query asks for."""
    answer = await desk.get(EVENTS, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def titles(desk: AsyncClient, **query: Any) -> list[str]:  # noqa: ANN401  of a query
    """What tells the events of the page apart."""
    return [event.get("title") or event["description"] for event in (await listed(desk, **query))["events"]]


async def known(tenant: Tenant) -> None:
    """The entities of the contract's examples are registered."""
    await tenant.register(
        Draft(id=ORDERS, name="orders", tags=(APP,)),
        Draft(id=CART, name="cart", tags=(Tag(context="KUBERNETES", key="app", value="cart"), BLUE)),
    )


async def test_an_open_event_in_a_list(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.1] The contract's example: refreshed, open, its description under `annotationDescription`."""
    await known(tenant)
    began = millis(minutes=-20)
    await pushed(desk, BACKLOG | {"start": began})
    sent = await pushed(desk, BACKLOG | {"description": "15,000 messages wait"})
    assert sent["storedCorrelationIds"] == ["1c8cca881849a3d9"]

    page = await listed(desk, entityId=ORDERS, relativeTime="hour")

    (event,) = page.pop("events")
    assert page.pop("to") - page.pop("from") == 3_600_000
    assert page == {"nextEventStartTms": None, "nextEventId": None, "nextCursor": None, "totalEventCount": 1}
    number = event["eventId"]
    assert isinstance(number, int)
    assert event == {
        "eventId": number,
        "startTime": began,
        "endTime": -1,
        "entityId": ORDERS,
        "entityName": "orders",
        "severityLevel": "ERROR",
        "impactLevel": "SERVICE",
        "eventType": "ERROR_EVENT",
        "eventStatus": "OPEN",
        "tags": [{"context": "KUBERNETES", "key": "app", "value": "orders"}],
        "id": f"{number}_{began}",
        "customProperties": {"queue": "orders"},
        "title": "Queue backlog over limit",
        "annotationDescription": "15,000 messages wait",
        "correlationId": "1c8cca881849a3d9",
        "source": "batch-runner",
    }


async def test_one_event_by_its_id(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.1] The contract's deployment: closed, its fields as posted, its properties as texts, no level of severity."""
    await known(tenant)
    start = millis(minutes=-5)
    sent = await pushed(
        desk,
        {
            "eventType": "CUSTOM_DEPLOYMENT",
            "source": "buildbot",
            "start": start,
            "end": start + 42_000,
            "deploymentName": "cart",
            "deploymentVersion": "7.4.1",
            "deploymentProject": "shop",
            "ciBackLink": "https://ci.example.com/run/5521",
            "remediationAction": "https://runbooks.example.com/cart/rollback",
            "attachRules": {"entityIds": [CART]},
            "customProperties": {"Approved by": "release board", "changes": 14},
        },
    )
    (number,), (name,) = sent["storedEventIds"], sent["storedIds"]

    by_name = await desk.get(f"{EVENTS}/{name}")
    by_number = await desk.get(f"{EVENTS}/{number}")

    assert by_name.status_code == 200
    assert by_number.json() == by_name.json()
    assert by_name.json() == {
        "eventId": number,
        "startTime": start,
        "endTime": start + 42_000,
        "entityId": CART,
        "entityName": "cart",
        "severityLevel": None,
        "impactLevel": "SERVICE",
        "eventType": "CUSTOM_DEPLOYMENT",
        "eventStatus": "CLOSED",
        "tags": [{"context": "KUBERNETES", "key": "app", "value": "cart"}, {"context": "CONTEXTLESS", "key": "blue"}],
        "id": name,
        "customProperties": {"Approved by": "release board", "changes": "14"},
        "deploymentName": "cart",
        "deploymentVersion": "7.4.1",
        "deploymentProject": "shop",
        "ciBackLink": "https://ci.example.com/run/5521",
        "remediationAction": "https://runbooks.example.com/cart/rollback",
        "source": "buildbot",
    }


@pytest.mark.parametrize(
    "name",
    ["5_1790000000000", "5", "-5_1790000000000", "x", "5_", "_5", "5_x", "1_2_3", str(2**63), "5_999999999999999", "²"],
)
async def test_an_unknown_event(desk: AsyncClient, name: str) -> None:
    """[5.1] [2.3] 404 with the id as it was asked for."""
    answer = await desk.get(f"{EVENTS}/{name}")

    assert answer.status_code == 404
    assert answer.json() == {"error": {"code": 404, "message": f"No event with id {name} was found."}}


async def test_an_id_with_another_start(desk: AsyncClient) -> None:
    """[5.1] Both halves of an id count."""
    sent = await pushed(desk, body(start=millis(minutes=-5)))
    number, _, start = sent["storedIds"][0].partition("_")

    assert (await desk.get(f"{EVENTS}/{number}_{int(start) + 1}")).status_code == 404


@pytest.mark.parametrize(
    ("sent", "shown", "hidden"),
    [
        (
            body("CUSTOM_INFO", title="Load test", description="step 2"),
            {"title": "Load test", "description": "step 2", "severityLevel": None},
            {"annotationDescription", "correlationId", "customProperties"},
        ),
        (body("CUSTOM_INFO", description="step 2"), {"description": "step 2"}, {"title"}),
        (
            body("CUSTOM_ANNOTATION", annotationType="maintenance", annotationDescription="cold", description="more"),
            {"annotationType": "maintenance", "annotationDescription": "cold", "description": "more"},
            {"title", "correlationId"},
        ),
        (
            body("CUSTOM_ANNOTATION", title="not applicable"),
            {"annotationType": "some annotationType", "annotationDescription": "some annotationDescription"},
            {"title", "description"},
        ),
        (
            body("CUSTOM_CONFIGURATION", configuration="pool", original="5", changed=30),
            {"configuration": "pool", "original": "5", "changed": "30", "description": "some description"},
            {"title"},
        ),
        (
            body("CUSTOM_DEPLOYMENT", description="not applicable", ciBackLink="null"),
            {"deploymentName": "some deploymentName", "ciBackLink": "null"},
            {"title", "description", "remediationAction", "deploymentProject"},
        ),
        (
            body("MARKED_FOR_TERMINATION", title="Node goes", ciBackLink="https://ci.example.com/1"),
            {"title": "Node goes", "description": "some description", "ciBackLink": "https://ci.example.com/1"},
            set[str](),
        ),
        (
            body("CUSTOM_INFO", timeseriesIds=["com.example:cpu", "com.example:mem"]),
            {"timeseriesIds": ["com.example:cpu", "com.example:mem"]},
            {"customProperties"},
        ),
        (
            body("AVAILABILITY_EVENT", title="Down", description="no answer", timeoutMinutes=5, allowDavisMerge=False),
            {"title": "Down", "annotationDescription": "no answer", "severityLevel": "AVAILABILITY", "endTime": -1},
            {"description", "customProperties", "timeoutMinutes", "allowDavisMerge"},
        ),
        (
            body(customProperties={"list": [1, "a"], "yes": True, "nil": None, "o": {"k": 1}, "": "", "f": 0.5}),
            {
                "customProperties": {
                    "list": '[1,"a"]', "yes": "true", "nil": "null", "o": '{"k":1}', "": "", "f": "0.5",
                },
            },
            {"title"},
        ),
        (
            body(customProperties={"description": "own", "title": "own", "deploymentName": "own"}),
            {"customProperties": {"description": "own", "title": "own", "deploymentName": "own"}},
            {"title", "deploymentName"},
        ),
        (
            body(
                "CUSTOM_DEPLOYMENT",
                customProperties={
                    "deploymentProject": 5, "ciBackLink": {"a": [1]}, "remediationAction": None, "timeseriesIds": "q",
                },
            ),
            {
                "customProperties": {
                    "deploymentProject": "5", "ciBackLink": '{"a":[1]}', "remediationAction": "null",
                    "timeseriesIds": "q",
                },
            },
            {"deploymentProject", "ciBackLink", "remediationAction", "timeseriesIds"},
        ),
        (
            body("CUSTOM_DEPLOYMENT", timeseriesIds=["a"], customProperties={"deploymentProject": "shop"}),
            {"timeseriesIds": ["a"], "deploymentProject": "shop"},
            {"customProperties"},
        ),
        (
            body(customProperties={"timeseriesIds": []}),
            {"customProperties": {"timeseriesIds": "[]"}},
            {"timeseriesIds"},
        ),
        (
            body(customProperties={"timeseriesIds": ["a", 1]}),
            {"customProperties": {"timeseriesIds": '["a",1]'}},
            {"timeseriesIds"},
        ),
        (
            body("ERROR_EVENT", customProperties={"timeoutMinutes": "five", "allowDavisMerge": "no"}),
            {"customProperties": {"timeoutMinutes": "five", "allowDavisMerge": "no"}},
            {"timeoutMinutes", "allowDavisMerge"},
        ),
        (
            body("ERROR_EVENT", timeoutMinutes=5, customProperties={"allowDavisMerge": 1}),
            {"customProperties": {"allowDavisMerge": "1"}},
            {"timeoutMinutes", "allowDavisMerge"},
        ),
    ],
)  # fmt: skip
async def test_fields_as_posted(
    desk: AsyncClient, sent: dict[str, Any], shown: dict[str, Any], hidden: set[str]
) -> None:
    """[5.1] A field is there when it was posted and applies; properties are texts, and absent when there is none.

    A property that is called as a field, and has another shape, is a property.
    """
    await pushed(desk, sent)

    (event,) = (await listed(desk))["events"]

    assert {name: event.get(name) for name in shown} == shown
    assert not hidden & event.keys()
    assert event.keys().isdisjoint({"resourceId", "resourceName"})


@pytest.mark.parametrize(
    ("event_type", "level"),
    [
        ("AVAILABILITY_EVENT", "AVAILABILITY"),
        ("ERROR_EVENT", "ERROR"),
        ("PERFORMANCE_EVENT", "PERFORMANCE"),
        ("RESOURCE_CONTENTION", "RESOURCE_CONTENTION"),
        ("CUSTOM_ALERT", "CUSTOM_ALERT"),
        ("CUSTOM_DEPLOYMENT", None),
        ("CUSTOM_CONFIGURATION", None),
        ("CUSTOM_ANNOTATION", None),
        ("CUSTOM_INFO", None),
        ("MARKED_FOR_TERMINATION", None),
    ],
)
async def test_the_level_of_severity(desk: AsyncClient, event_type: str, level: str | None) -> None:
    """[3.3] [10] By the type; null for what only informs."""
    await pushed(desk, body(event_type))

    (event,) = (await listed(desk, eventType=event_type))["events"]

    assert (event["eventType"], event["severityLevel"]) == (event_type, level)
    assert (event["eventStatus"], event["endTime"] == -1) == (("OPEN", True) if level else ("CLOSED", False))


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        ("APPLICATION", "APPLICATION"),
        ("MOBILE_APPLICATION", "APPLICATION"),
        ("CUSTOM_APPLICATION", "APPLICATION"),
        ("SYNTHETIC_TEST", "APPLICATION"),
        ("HTTP_CHECK", "APPLICATION"),
        ("SERVICE", "SERVICE"),
        ("SERVICE_METHOD", "SERVICE"),
        ("SERVICE_INSTANCE", "SERVICE"),
        ("HOST", "INFRASTRUCTURE"),
        ("PROCESS_GROUP", "INFRASTRUCTURE"),
        ("CUSTOM_DEVICE", "INFRASTRUCTURE"),
        ("KUBERNETES_SERVICE", "INFRASTRUCTURE"),
    ],
)
async def test_the_level_of_impact(desk: AsyncClient, kind: str, level: str) -> None:
    """[5.1] By the type of the entity."""
    await pushed(desk, body(attachRules={"entityIds": [f"{kind}-00000000000000AA"]}))

    (event,) = (await listed(desk))["events"]

    assert (event["entityName"], event["impactLevel"]) == (f"{kind}-00000000000000AA", level)


async def test_the_level_of_what_is_on_the_environment(desk: AsyncClient, tenant: Tenant) -> None:
    """[4] [5.1] The account's own: there is one."""
    await pushed(desk, body(attachRules={"entityIds": [environment(tenant.admin.account_id)]}))

    (event,) = (await listed(desk))["events"]

    assert (event["impactLevel"], event["entityName"]) == ("ENVIRONMENT", tenant.name)


async def test_the_window_is_overlapped(desk: AsyncClient) -> None:
    """[5.1] A checker polls ten minutes for errors that opened earlier; what ended before the window is not in it."""
    await pushed(desk, body("ERROR_EVENT", title="open", start=millis(minutes=-50), timeoutMinutes=60))
    for title, start, end in (("long", -90, -9), ("past", -90, -20), ("new", -1, -1)):
        await pushed(desk, body(title=title, start=millis(minutes=start), end=millis(minutes=end)))

    assert await titles(desk, relativeTime="10mins") == ["new", "open", "long"]
    assert await titles(desk, relativeTime="10mins", eventType="ERROR_EVENT") == ["open"]
    assert await titles(desk, relativeTime="2hours") == ["new", "open", "past", "long"]
    assert await titles(desk, **{"from": millis(minutes=-60), "to": millis(minutes=-30)}) == ["open", "past", "long"]
    assert await titles(desk, **{"from": millis(minutes=-95), "to": millis(minutes=-85)}) == ["past", "long"]


async def test_the_default_window(desk: AsyncClient) -> None:
    """[5.1] The last 30 days until now; what begins in the very millisecond of its end is in it."""
    start = millis(days=-29)
    await pushed(desk, body(title="old", start=start, end=start))
    await pushed(desk, body(title="ahead", start=millis(days=1), end=millis(days=1)))
    await pushed(desk, body(title="now"))

    page = await listed(desk)

    assert [event["title"] for event in page["events"]] == ["now", "old"]
    assert page["to"] - page["from"] == 30 * 86_400_000
    assert await titles(desk, **{"from": start, "to": start}) == ["old"]
    assert await titles(desk, **{"from": start + 1, "to": start + 1}) == []
    assert await titles(desk, to=millis(days=2)) == ["ahead", "now", "old"]


@pytest.mark.parametrize(
    ("word", "minutes"),
    [
        ("min", 1), ("5mins", 5), ("10mins", 10), ("15mins", 15), ("30mins", 30), ("hour", 60), ("2hours", 120),
        ("6hours", 360), ("day", 1440), ("3days", 4320), ("week", 10_080), ("month", 43_200),
    ],
)  # fmt: skip
async def test_relative_time(desk: AsyncClient, word: str, minutes: int) -> None:
    """[5.1] It replaces from and to, which is said."""
    answer = await desk.get(EVENTS, params={"relativeTime": word, "from": "x", "to": "5"})

    page = answer.json()
    assert page["to"] - page["from"] == minutes * 60_000
    assert abs(page["to"] - millis()) < 60_000
    assert answer.headers.get_list("x-whence-warning") == [
        "from ignored, relativeTime replaces it",
        "to ignored, relativeTime replaces it",
    ]


TO = 1_790_000_000_000  # 2026-09-21
YEARS = 731 * 86_400_000


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            {"relativeTime": "fortnight"},
            (
                "relativeTime",
                f"'fortnight' must be any of [{', '.join(RELATIVE)}]",
            ),
        ),
        ({"from": TO + 1, "to": TO}, ("from", "must not be after to")),
        ({"to": TO - YEARS}, ("from", "must not be after to")),
        ({"from": TO - YEARS, "to": TO}, ("from", "must not be more than 2 years before to")),
        ({"from": 0}, ("from", "must not be more than 2 years before to")),
        ({"from": "now-2h"}, ("from", "must be a time in milliseconds since 1970")),
        ({"to": "-1"}, ("to", "must be a time in milliseconds since 1970")),
        ({"to": "9" * 16}, ("to", "must be a time in milliseconds since 1970")),
        ({"cursor": "x"}, ("cursor", "is not one that this server gave to this account")),
        ({"allDialects": "perhaps"}, ("allDialects", "'perhaps' must be any of [false, true]")),
        ({"entityId": "\0"}, ("entityId", "must not hold a NUL character")),
    ],
)
async def test_faults_of_the_query(desk: AsyncClient, query: dict[str, str], expected: tuple[str, str]) -> None:
    """[5.1] [2.3] 400 with the parameter, in the query."""
    assert violations(await desk.get(EVENTS, params=query), place="QUERY") == [expected]


async def test_two_years_are_not_too_wide(desk: AsyncClient) -> None:
    """[5.1] Exactly two years of the calendar are allowed."""
    assert await titles(desk, **{"from": TO - 730 * 86_400_000, "to": TO}) == []


async def test_filters(desk: AsyncClient) -> None:
    """[5.1] By type, entity and correlation id; what nobody knows finds nothing."""
    await pushed(desk, BACKLOG)
    await pushed(desk, body(title="info", attachRules={"entityIds": [MACHINE]}))
    await pushed(desk, body("RESOURCE_CONTENTION", title="full", attachRules={"entityIds": [MACHINE]}))

    assert await titles(desk) == ["full", "info", "Queue backlog over limit"]
    assert await titles(desk, eventType="CUSTOM_INFO") == ["info"]
    assert await titles(desk, eventType="RESOURCE_CONTENTION") == ["full"]
    assert await titles(desk, eventType="RESOURCE_CONTENTION_EVENT") == ["full"]
    assert await titles(desk, eventType="NO_SUCH_EVENT") == []
    assert await titles(desk, entityId=MACHINE) == ["full", "info"]
    assert await titles(desk, entityId=MACHINE.lower()) == ["full", "info"]
    assert await titles(desk, entityId=MACHINE, eventType="CUSTOM_INFO") == ["info"]
    assert await titles(desk, entityId="HOST-42") == []
    assert await titles(desk, entityId="nothing") == []
    assert await titles(desk, correlationId="1c8cca881849a3d9") == ["Queue backlog over limit"]
    assert await titles(desk, correlationId="0" * 16) == []


async def sent_many(tenant: Tenant, count: int) -> None:
    """So many events of this dialect, a second apart, and two in each second."""
    now = datetime.now(UTC) - timedelta(minutes=5)
    await tenant.send(
        Report(
            kind=Kind.INFO,
            type="CUSTOM_INFO",
            title=f"{n:03}",
            span=Span.moment(now - timedelta(seconds=n // 2)),
            source="perf-lab",
            dialect="desk",
            scope=Scope.entities([ORDERS if n % 3 else CART]),
            numbered=True,
        )
        for n in range(count)
    )


async def test_pages_of_150(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.1] The first event of the next page is named; the cursor carries all the rest; null on the last page."""
    await sent_many(tenant, 350)
    query: dict[str, Any] = {"relativeTime": "hour", "entityId": ORDERS, "eventType": "CUSTOM_INFO"}
    total = len([n for n in range(350) if n % 3])

    first = await listed(desk, **query)
    bare = await listed(desk, cursor=first["nextCursor"])
    repeated = await listed(desk, **query, cursor=first["nextCursor"])

    assert bare == repeated
    assert [first["totalEventCount"], bare["totalEventCount"]] == [total, total]
    assert (first["from"], first["to"]) == (bare["from"], bare["to"])
    assert [len(first["events"]), len(bare["events"])] == [150, total - 150]
    following = bare["events"][0]
    assert (first["nextEventStartTms"], first["nextEventId"]) == (following["startTime"], following["eventId"])
    assert (bare["nextEventStartTms"], bare["nextEventId"], bare["nextCursor"]) == (None, None, None)
    seen = [event["id"] for event in first["events"] + bare["events"]]
    assert len(set(seen)) == total
    starts = [event["startTime"] for event in first["events"] + bare["events"]]
    assert starts == sorted(starts, reverse=True)


async def test_a_cursor_is_of_one_account(desk: AsyncClient, tenant: Tenant, other: AsyncClient) -> None:
    """[5.1] What one account was given means nothing to another."""
    await sent_many(tenant, 151)
    cursor = (await listed(desk))["nextCursor"]

    answer = await other.get(EVENTS, params={"cursor": cursor})

    assert violations(answer, place="QUERY") == [("cursor", "is not one that this server gave to this account")]


async def test_accounts_are_apart(desk: AsyncClient, other: AsyncClient) -> None:
    """[2.2] The token decides whose events these are."""
    name = (await pushed(desk, body()))["storedIds"][0]

    assert (await listed(other))["totalEventCount"] == 0
    assert (await other.get(f"{EVENTS}/{name}")).status_code == 404


async def test_reading_needs_the_scope(desk: AsyncClient, tenant: Tenant) -> None:
    """[2.2] [2.3] A token that may only write reads nothing."""
    headers = {"authorization": f"Api-Token {await tenant.key(Right.WRITE_EVENTS)}"}

    for path in (EVENTS, f"{EVENTS}/5"):
        answer = await desk.get(path, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["error"]["message"].startswith("Token is missing required scope. Use one of: DataExport")


FOREIGN = (
    (Kind.CHANGE, "Deploy", Severity.INFO, "CUSTOM_DEPLOYMENT"),
    (Kind.CHANGE, "config-change", Severity.INFO, "CUSTOM_CONFIGURATION"),
    (Kind.CHANGE, "scaled", Severity.INFO, "CUSTOM_INFO"),
    (Kind.INFO, "note", Severity.INFO, "CUSTOM_INFO"),
    (Kind.RECOVERY, "ok", Severity.INFO, "CUSTOM_INFO"),
    (Kind.PROBLEM, "down", Severity.CRITICAL, "AVAILABILITY_EVENT"),
    (Kind.PROBLEM, "failing", Severity.ERROR, "ERROR_EVENT"),
    (Kind.PROBLEM, "slow", Severity.WARNING, "CUSTOM_ALERT"),
    (Kind.PROBLEM, "odd", Severity.INFO, "CUSTOM_ALERT"),
    (Kind.PROBLEM, "PERFORMANCE_EVENT", Severity.WARNING, "PERFORMANCE_EVENT"),
    (Kind.INFO, "ERROR_EVENT", Severity.INFO, "CUSTOM_INFO"),
)


async def foreign(tenant: Tenant, scope: Scope) -> None:
    """Events that came in through another dialect."""
    at = datetime.now(UTC) - timedelta(minutes=5)
    await tenant.send(
        Report(
            kind=kind,
            type=name,
            severity=severity,
            title=name,
            span=Span.moment(at + timedelta(seconds=n)),
            source="ci",
            dialect="native",
            scope=scope,
            properties={"timeseriesIds": n},
            key=f"k{n}" if kind is Kind.PROBLEM else None,
        )
        for n, (kind, name, severity, _) in enumerate(FOREIGN)
    )


@pytest.fixture
async def seeing(desk: AsyncClient, tenant: Tenant) -> dict[str, str]:
    """The header of a token that sees other dialects' events."""
    assert desk
    return {"authorization": f"Api-Token {await tenant.key(sees=Sees.ALL)}"}


async def test_other_dialects_are_seen_by_who_may(desk: AsyncClient, tenant: Tenant, seeing: dict[str, str]) -> None:
    """[5.1] In the nearest of the vendor's types, to a token that sees all; `allDialects` narrows, never widens."""
    await foreign(tenant, Scope.entities([CART]))
    await pushed(desk, body(title="own"))

    async def types(headers: dict[str, str], **query: str) -> tuple[list[str], int]:
        page = (await desk.get(EVENTS, params=query, headers=headers)).json()
        return [event["eventType"] for event in page["events"]], page["totalEventCount"]

    expected = ["CUSTOM_INFO", *(shown for *_, shown in reversed(FOREIGN))]
    own = {"authorization": desk.headers["authorization"]}
    assert await types(seeing) == (expected, len(expected))
    assert await types(seeing, allDialects="true") == (expected, len(expected))
    assert await types(seeing, allDialects="false") == (["CUSTOM_INFO"], 1)
    assert await types(own) == (["CUSTOM_INFO"], 1)
    assert await types(own, allDialects="true") == (["CUSTOM_INFO"], 1)
    for name in set(expected):
        assert await types(seeing, eventType=name) == ([name] * expected.count(name), expected.count(name))
    assert await types(seeing, entityId=CART) == (expected[1:], len(expected) - 1)
    warned = await desk.get(EVENTS, params={"allDialects": "true"})
    assert warned.headers["x-whence-warning"] == "allDialects ignored, the token sees the events of this dialect only"


async def test_a_correlation_id_that_is_shown_is_found(
    desk: AsyncClient, tenant: Tenant, seeing: dict[str, str]
) -> None:
    """[5.1] [5.2] Of another dialect's event it is the key that it has there: in events and, ranked, in problems."""
    await foreign(tenant, Scope.entities([CART]))
    await settle(tenant)

    async def read(path: str, **query: str) -> dict[str, Any]:
        return (await desk.get(path, params=query, headers=seeing)).json()

    shown = [event["correlationId"] for event in (await read(EVENTS))["events"] if "correlationId" in event]
    for key in shown:
        (event,) = (await read(EVENTS, correlationId=key))["events"]
        (told,) = (await read("/api/v2/events", eventSelector=f'correlationId("{key}")'))["events"]
        (problem,) = (await read("/api/v1/problem/feed", correlationId=key, expandDetails="true"))["result"]["problems"]
        assert (event["correlationId"], told["correlationId"]) == (key, key)
        assert key in {ranked.get("correlationId") for ranked in problem["rankedEvents"]}
        assert all(one.keys() >= {"customProperties"} for one in (event, *problem["rankedEvents"]))
        assert all("timeseriesIds" not in one for one in (event, *problem["rankedEvents"]))

    assert len(shown) == sum(kind is Kind.PROBLEM for kind, *_ in FOREIGN) > 0


async def test_no_end_of_looking_at_each(
    desk: AsyncClient, tenant: Tenant, seeing: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """[5.1] The nearest type of another dialect's event is found by reading it, which is bounded, and says so."""
    await foreign(tenant, Scope.entities([CART]))
    monkeypatch.setattr(finding, "MOST_WALKED", 3)

    answer = await desk.get(EVENTS, params={"eventType": "CUSTOM_INFO"}, headers=seeing)

    assert violations(answer, place="QUERY") == [
        ("from", "selects more than 3 events to look at one by one, ask for less")
    ]


async def test_what_concerns_no_entity_alone(desk: AsyncClient, tenant: Tenant, seeing: dict[str, str]) -> None:
    """[5.1] It is shown on the environment, and found by that."""
    await foreign(tenant, Scope.services(clusters=["eu-west"]))
    where = environment(tenant.admin.account_id)

    everything = (await desk.get(EVENTS, headers=seeing)).json()["events"]
    there = (await desk.get(EVENTS, params={"entityId": where}, headers=seeing)).json()["events"]

    assert len(everything) == len(FOREIGN)
    assert everything == there
    assert {(event["entityId"], event["impactLevel"]) for event in everything} == {(where, "ENVIRONMENT")}


async def test_another_dialects_event_by_its_id(desk: AsyncClient, tenant: Tenant, seeing: dict[str, str]) -> None:
    """[5.1] It has an id as any other, for a token that sees it."""
    await foreign(tenant, Scope.entities([CART]))
    names = [event["id"] for event in (await desk.get(EVENTS, headers=seeing)).json()["events"]]

    for name in names:
        assert (await desk.get(f"{EVENTS}/{name}", headers=seeing)).json()["id"] == name
        assert (await desk.get(f"{EVENTS}/{name}")).status_code == 404


async def test_below_an_environment(desk: AsyncClient) -> None:
    """[2.1] The same below `/e/{anything}`, with a slash at the end or not."""
    await pushed(desk, body(title="own"))

    for path in (f"/e/acme{EVENTS}", f"/e/acme{EVENTS}/", f"{EVENTS}/"):
        assert [event["title"] for event in (await desk.get(path)).json()["events"]] == ["own"]


@pytest.fixture
async def other(house: House, account: MakeTenant) -> AsyncGenerator[AsyncClient]:
    """A client with a token of another account."""
    headers = {"authorization": f"Api-Token {await (await account()).key()}"}
    transport = httpx.ASGITransport(house.app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    async with AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield client
