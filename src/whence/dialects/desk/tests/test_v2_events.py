"""[5.5] Events read back by the second version of the API."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from tests.tenants import Tenant
from whence.dialects.desk.correlation import correlation_id
from whence.dialects.desk.ids import environment
from whence.dialects.desk.tests.pushing import CART, MACHINE, ORDERS, events, millis, pushed, violations, warnings
from whence.dialects.desk.tests.pushing import message as body
from whence.domain.access import Right, Sees
from whence.domain.alert import AlertFilter
from whence.domain.entity import Draft, Tag
from whence.domain.event import Kind, Report, Severity, Span
from whence.domain.scope import Scope

EVENTS = "/api/v2/events"
TAGS = (
    Tag(context="KUBERNETES", key="app", value="orders"),
    Tag(key="blue"),
    Tag(key="a:b", value="c"),
    Tag(context="BACKSTAGE", key="owner", value="x"),
)
BACKLOG = {
    "eventType": "ERROR_EVENT",
    "title": "Queue backlog over limit",
    "description": "15,000 messages wait",
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


async def titles(desk: AsyncClient, selector: str = "", **query: Any) -> list[str]:  # noqa: ANN401  of a query
    """The titles of the page, of which the server counts as many."""
    page = await listed(desk, **({"eventSelector": selector} if selector else {}), **query)
    assert page["totalCount"] == len(page["events"])
    return [event["title"] for event in page["events"]]


async def test_an_open_event(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.5] The contract's example, found by its selector, by a bare `eventType`, and by its id."""
    await tenant.register(Draft(id=ORDERS, name="orders", tags=TAGS[:1]))
    began = millis(minutes=-20)
    await pushed(desk, BACKLOG | {"start": began})

    by_selector = await listed(desk, eventSelector='status("OPEN"),correlationId("1c8cca881849a3d9")')
    by_type = await listed(desk, **{"from": "now-6h", "eventType": "ERROR_EVENT"})

    assert by_selector == by_type
    (event,) = by_selector.pop("events")
    assert by_selector == {"totalCount": 1, "pageSize": 100, "warnings": []}
    assert (await desk.get(f"{EVENTS}/{event['eventId']}")).json() == event
    assert event.pop("eventId").endswith(f"_{began}")
    properties = event.pop("properties")
    assert properties[:3] == [
        {"key": "queue", "value": "orders"},
        {"key": "dt.event.source", "value": "batch-runner"},
        {"key": "dt.event.timeout", "value": "30"},
    ]
    assert properties[3:] == [
        {"key": "dt.event.description", "value": "15,000 messages wait"},
        {"key": "dt.event.is_rootcause_relevant", "value": "true"},
        {"key": "dt.event.impact_level", "value": "SERVICES"},
        {"key": "dt.event.group_label", "value": "Error event"},
    ]
    assert event == {
        "startTime": began,
        "endTime": -1,
        "eventType": "ERROR_EVENT",
        "title": "Queue backlog over limit",
        "entityId": {"entityId": {"id": ORDERS, "type": "SERVICE"}, "name": "orders"},
        "status": "OPEN",
        "correlationId": "1c8cca881849a3d9",
        "entityTags": [
            {
                "context": "KUBERNETES",
                "key": "app",
                "value": "orders",
                "stringRepresentation": "[KUBERNETES]app:orders",
            }
        ],
        "managementZones": [],
        "underMaintenance": False,
        "suppressAlert": False,
        "suppressProblem": False,
        "frequentEvent": False,
    }


async def test_tags(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.5] Those of contexts that clients know, each also as one text."""
    await tenant.register(Draft(id=ORDERS, name="orders", tags=TAGS))
    await pushed(desk, body())

    (event,) = (await listed(desk))["events"]

    assert sorted(event["entityTags"], key=lambda tag: tag["key"]) == [
        {"context": "CONTEXTLESS", "key": "a:b", "value": "c", "stringRepresentation": r"a\:b:c"},
        {"context": "KUBERNETES", "key": "app", "value": "orders", "stringRepresentation": "[KUBERNETES]app:orders"},
        {"context": "CONTEXTLESS", "key": "blue", "stringRepresentation": "blue"},
    ]


@pytest.mark.parametrize(
    ("sent", "event_type", "title", "expected"),
    [
        (
            body(
                "CUSTOM_DEPLOYMENT",
                deploymentName="cart",
                deploymentVersion="7.4.1",
                deploymentProject="shop",
                ciBackLink="https://ci.example.com/1",
                remediationAction="https://runbooks.example.com/1",
                customProperties={"changes": 14, "nested": {"a": [True]}, "title": "own", "configuration": "own"},
            ),
            "CUSTOM_DEPLOYMENT",
            "cart 7.4.1",
            {
                "changes": "14",
                "nested": '{"a":[true]}',
                "title": "own",
                "configuration": "own",
                "dt.event.source": "perf-lab",
                "dt.event.deployment.name": "cart",
                "dt.event.deployment.version": "7.4.1",
                "dt.event.deployment.project": "shop",
                "dt.event.deployment.ci_back_link": "https://ci.example.com/1",
                "dt.event.deployment.remediation_action_link": "https://runbooks.example.com/1",
            },
        ),
        (
            body("CUSTOM_ANNOTATION", annotationType="a", annotationDescription="b", description="c"),
            "CUSTOM_ANNOTATION",
            "a",
            {"annotationType": "a", "annotationDescription": "b", "dt.event.description": "c"},
        ),
        (
            body("CUSTOM_CONFIGURATION", configuration="c", original="o", changed="n", timeseriesIds=["t"]),
            "CUSTOM_CONFIGURATION",
            "c",
            {
                "configuration": "c",
                "original": "o",
                "changed": "n",
                "timeseriesIds": '["t"]',
                "dt.event.description": "some description",
            },
        ),
        (
            body(customProperties={"deploymentName": "own", "timeoutMinutes": 7, "allowDavisMerge": "own"}),
            "CUSTOM_INFO",
            "Custom info",
            {"deploymentName": "own", "timeoutMinutes": "7", "allowDavisMerge": "own"},
        ),
        (
            body("RESOURCE_CONTENTION", timeoutMinutes=5, allowDavisMerge=False),
            "RESOURCE_CONTENTION_EVENT",
            "some title",
            {"dt.event.timeout": "5", "dt.event.allow_davis_merge": "false"},
        ),
    ],
)
async def test_properties_of_the_first_version(
    desk: AsyncClient, sent: dict[str, Any], event_type: str, title: str, expected: dict[str, str]
) -> None:
    """[5.3] Each field of the first version under its name of the second; all values are texts."""
    await pushed(desk, sent)

    (event,) = (await listed(desk))["events"]

    properties = {each["key"]: each["value"] for each in event["properties"]}
    assert len(properties) == len(event["properties"])
    assert {key: properties.get(key) for key in expected} == expected
    assert properties.keys() - expected.keys() <= {
        "dt.event.source",
        "dt.event.description",
        "dt.event.is_rootcause_relevant",
        "dt.event.impact_level",
        "dt.event.group_label",
    }
    assert (event["eventType"], event["title"]) == (event_type, title)


async def test_what_only_informs_has_a_correlation_id(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] [5.5] The same recipe, and it is found by it; it opens no alert, and its end is its own."""
    start = millis(minutes=-5)
    await pushed(desk, body(title="t", start=start, end=start + 1000))

    (event,) = (await listed(desk))["events"]

    expected = correlation_id("CUSTOM_INFO", title="t", source="perf-lab", entity_id=ORDERS, tag="")
    assert (event["correlationId"], event["status"]) == (expected, "CLOSED")
    assert (event["startTime"], event["endTime"]) == (start, start + 1000)
    assert (await listed(desk, eventSelector=f'correlationId("{expected}")'))["events"] == [event]
    assert [one["id"] for one in await events(desk, correlationId=expected)] == [event["eventId"]]
    alerts = await tenant.house.context.alerts.page(tenant.admin, AlertFilter(), cursor=None, limit=10)
    assert alerts.items == ()


async def three(desk: AsyncClient) -> dict[str, str]:
    """Three events, ids by title: an open problem on orders, one on the machine, and information on the cart."""
    await pushed(desk, BACKLOG)
    await pushed(desk, body("RESOURCE_CONTENTION", title="full", attachRules={"entityIds": [MACHINE]}))
    properties = {"queue": "bills", "n": 7, "yes": True, "dt.event.suppress_problem": "true"}
    rules = {"entityIds": [CART]}
    await pushed(desk, body(title="info", description="plain", customProperties=properties, attachRules=rules))
    return {event["title"]: event["eventId"] for event in (await listed(desk))["events"]}


ALL = ["info", "full", "Queue backlog over limit"]
INFO, FULL, QUEUE = ([title] for title in ALL)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", ALL),
        ('status("OPEN")', FULL + QUEUE),
        ('status("CLOSED")', INFO),
        ('status("OPEN"),status("CLOSED")', []),
        ('eventType("ERROR_EVENT")', QUEUE),
        ('eventType("RESOURCE_CONTENTION_EVENT")', FULL),
        ('eventType("RESOURCE_CONTENTION")', FULL),
        ('eventType("WARNING")', []),
        ('eventType("NO_SUCH_TYPE")', []),
        (f'entityId("{ORDERS}")', QUEUE),
        (f'entityId("{ORDERS.lower()}","{CART}")', INFO + QUEUE),
        ('entityId("HOST-42")', []),
        ('correlationId("1c8cca881849a3d9")', QUEUE),
        ('correlationId("0000000000000000","1c8cca881849a3d9")', QUEUE),
        ('managementZoneId("1")', []),
        ("underMaintenance(false)", ALL),
        ("underMaintenance(true)", []),
        ("suppressAlert(false)", ALL),
        ("suppressAlert(true)", []),
        ("frequentEvent(false)", ALL),
        ("frequentEvent(true)", []),
        ("suppressProblem(true)", []),
        ("suppressProblem(false)", ALL),
        ("suppressProblem(false),suppressProblem(true)", []),
        ('property.queue("orders")', QUEUE),
        ('property.queue("orders","bills")', INFO + QUEUE),
        ('property.queue("orders"),property.queue("bills")', []),
        ('property.n("7"),property.yes("true")', INFO),
        ('property.dt.event.source("batch-runner")', QUEUE),
        ('property.dt.event.source("batch-runner"),property.dt.event.source("perf-lab")', []),
        ('property.dt.event.description("15,000 messages wait")', QUEUE),
        ('property.dt.event.description("plain")', INFO),
        ('property.dt.event.title("full")', FULL),
        ('property.dt.event.timeout("30")', QUEUE),
        ('property.dt.event.impact_level("INFRASTRUCTURE")', FULL),
        ('property.dt.event.group_label("Custom info")', INFO),
        ('property.a.b.c.d.e.f.g.h("1")', []),
        ('status("OPEN"),eventType("ERROR_EVENT"),property.queue("orders")', QUEUE),
        ('status("CLOSED"),eventType("ERROR_EVENT")', []),
    ],
)
async def test_event_selectors(desk: AsyncClient, selector: str, expected: list[str]) -> None:
    """[5.5] Every criterion, alone and joined."""
    await three(desk)

    assert await titles(desk, selector) == expected


async def test_a_field_of_the_first_version_by_its_second_name(desk: AsyncClient) -> None:
    """[5.3] [5.5] It is found under the name that it is shown by."""
    deployment = {"deploymentName": "cart", "deploymentVersion": "7.4.1", "ciBackLink": "https://ci.example.com/1"}
    await pushed(desk, body("CUSTOM_DEPLOYMENT", **deployment))

    assert await titles(desk, 'property.dt.event.deployment.name("cart")') == ["cart 7.4.1"]
    assert await titles(desk, 'property.dt.event.deployment.version("7.4.2")') == []
    assert await titles(desk, 'property.dt.event.deployment.ci_back_link("https://ci.example.com/1")') == ["cart 7.4.1"]


async def test_a_property_is_found_as_it_is_told(desk: AsyncClient) -> None:
    """[5.5] Also the text of an annotation, and what is no text, number or truth; a text that looks so, too."""
    odd = {"n": [1, 2], "z": None, "o": {"k": 1}, "text": "[1,2]", "timeseriesIds": "q", "timeoutMinutes": "five"}
    await pushed(desk, body("ERROR_EVENT", title="odd", description="d", timeseriesIds=["m1", "m2"]))
    await pushed(desk, body("ERROR_EVENT", title="own", description="d", customProperties=odd))
    annotated = {"annotationDescription": "ad", "dt.event.description": "more"}
    told = {"eventType": "CUSTOM_ANNOTATION", "title": "told", "properties": annotated}
    await desk.post("/api/v2/events/ingest", json=told)

    shown = (await listed(desk))["events"]

    assert {event["title"] for event in shown} == {"odd", "own", "told"}
    properties = {event["title"]: {p["key"]: p["value"] for p in event["properties"]} for event in shown}
    assert properties["own"].items() >= {"n": "[1,2]", "z": "null", "o": '{"k":1}', "timeoutMinutes": "five"}.items()
    assert (properties["own"]["timeseriesIds"], properties["odd"]["timeseriesIds"]) == ("q", '["m1","m2"]')
    for title, each in properties.items():
        for key, value in each.items():
            quoted = value.replace("~", "~~").replace('"', '~"')
            assert title in await titles(desk, f'property.{key}("{quoted}")'), (key, value)
    assert await titles(desk, 'property.n("[1,2]","7")') == ["own"]
    assert await titles(desk, 'property.n("[1]","{","null")') == []


async def test_events_by_their_ids(desk: AsyncClient) -> None:
    """[5.5] `eventId` takes several, in any spelling of an id; paged as any other list."""
    ids = await three(desk)
    info, full = ids["info"], ids["full"]
    number = full.partition("_")[0]
    both = f'eventId("{info}","{number}","5_5","x")'

    assert await titles(desk, both) == INFO + FULL
    assert await titles(desk, f'{both},status("OPEN")') == FULL
    assert await titles(desk, f'{both},suppressProblem("false")') == INFO + FULL
    assert await titles(desk, f'{both},suppressProblem("true")') == []
    assert await titles(desk, f'eventId("{info}")', to="now-1h") == []
    first = await listed(desk, eventSelector=both, pageSize=1)
    second = await listed(desk, nextPageKey=first["nextPageKey"])
    assert [page["events"][0]["title"] for page in (first, second)] == INFO + FULL
    assert (first["totalCount"], second["totalCount"], "nextPageKey" in second) == (2, 2, False)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"entitySelector": 'type("SERVICE")'}, INFO + QUEUE),
        ({"entitySelector": "type(HOST)"}, FULL),
        ({"entitySelector": "type(HOST),tag(none)"}, []),
        ({"entitySelector": f'entityId("{ORDERS}")'}, QUEUE),
        ({"entitySelector": "type(SERVICE)", "eventSelector": f'entityId("{CART}")'}, INFO),
        ({"entitySelector": "type(HOST)", "eventSelector": f'entityId("{CART}")'}, []),
        ({"entitySelector": "type(SERVICE)", "eventType": "ERROR_EVENT"}, QUEUE),
        ({"eventType": "CUSTOM_INFO"}, INFO),
        ({"eventType": "CUSTOM_INFO", "eventSelector": 'eventType("ERROR_EVENT")'}, []),
        ({"eventType": "CUSTOM_INFO", "eventSelector": "status(closed)"}, INFO),
        ({"eventType": "NO_SUCH_TYPE"}, []),
    ],
)
async def test_entities_and_a_bare_type(desk: AsyncClient, query: dict[str, str], expected: list[str]) -> None:
    """[5.5] `entitySelector` and `eventType` narrow what the event selector selects."""
    await three(desk)

    assert await titles(desk, **query) == expected


def ago(**much: float) -> str:
    """That long ago in ISO 8601, to the minute and without a zone."""
    return (datetime.now(UTC) - timedelta(**much)).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (dict[str, str], ["new", "long"]),
        (lambda: {"from": "now-6h"}, ["new", "past", "long"]),
        (lambda: {"from": "now-10m"}, ["new"]),
        (lambda: {"from": "now-4h", "to": "now-170m"}, ["past", "long"]),
        (lambda: {"from": str(millis(hours=-4)), "to": str(millis(minutes=-170))}, ["past", "long"]),
        (lambda: {"from": ago(hours=4), "to": ago(minutes=170)}, ["past", "long"]),
        (lambda: {"from": "now-1w/d"}, ["new", "past", "long", "old"]),
        (lambda: {"to": "now-1h"}, ["long"]),
        (lambda: {"from": "9999-12-31T23:59:59.999Z", "to": "253402300799999"}, []),
    ],
)
async def test_windows(desk: AsyncClient, query: Callable[[], dict[str, str]], expected: list[str]) -> None:
    """[5.4] [5.5] From two hours ago until now, or as said in any spelling; events that overlap."""
    for title, start, end in (("old", -6000, -5990), ("long", -300, -60), ("past", -180, -180), ("new", -1, -1)):
        await pushed(desk, body(title=title, start=millis(minutes=start), end=millis(minutes=end)))

    assert await titles(desk, **query()) == expected


NO_TIME = "is no time: milliseconds, ISO 8601 or an expression such as now-2h is"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            {"eventSelector": 'colour("red")'},
            ("eventSelector", "Could not parse the event selector near position 1: there is no criterion colour"),
        ),
        ({"eventSelector": "status("}, ("eventSelector", "Could not parse the event selector near position 8")),
        (
            {"entitySelector": "tag(x)"},
            ("entitySelector", "Could not parse the entity selector near position 1"),
        ),
        ({"from": "yesterday"}, ("from", f"'yesterday' {NO_TIME}")),
        ({"to": "2026-02-30T00:00"}, ("to", f"'2026-02-30T00:00' {NO_TIME}")),
        ({"from": "now", "to": "now-1h"}, ("from", "must not be after to")),
        ({"to": "now-3h", "from": "now-1h"}, ("from", "must not be after to")),
        ({"pageSize": "0"}, ("pageSize", "'0' must be a whole number from 1 to 1000")),
        ({"pageSize": "many"}, ("pageSize", "'many' must be a whole number from 1 to 1000")),
        ({"nextPageKey": "b3BhcXVlLTE"}, ("nextPageKey", "is not one that this server gave to this account")),
    ],
)
async def test_faults_of_the_query(desk: AsyncClient, query: dict[str, str], expected: tuple[str, str]) -> None:
    """[5.5] [2.3] 400 with the parameter, in the query."""
    assert violations(await desk.get(EVENTS, params=query), place="QUERY") == [expected]


async def sent_many(tenant: Tenant, count: int) -> None:
    """So many events of this dialect, two in each second."""
    now = datetime.now(UTC) - timedelta(minutes=5)
    await tenant.send(
        Report(
            kind=Kind.INFO,
            type="CUSTOM_INFO",
            title=f"{n:03}",
            span=Span.moment(now - timedelta(seconds=n // 2)),
            source="perf-lab",
            dialect="desk",
            scope=Scope.entities([ORDERS]),
            properties={"odd": n % 2 == 1},
            numbered=True,
        )
        for n in range(count)
    )


@pytest.mark.parametrize(
    ("selector", "total"),
    [("", 25), ('property.odd("true")', 12), ("suppressProblem(false)", 25), ('property.dt.event.title("007")', 1)],
)
async def test_the_key_alone_goes_on(desk: AsyncClient, tenant: Tenant, selector: str, total: int) -> None:
    """[5.5] It carries the whole question; absent on the last page, whichever way the page is found."""
    await tenant.register(Draft(id=ORDERS, name="orders"))
    await sent_many(tenant, 25)
    query = {"eventSelector": selector, "entitySelector": "type(SERVICE)", "pageSize": 5, "from": "now-30m"}

    page = await listed(desk, **query)
    pages = [page]
    while "nextPageKey" in page:
        page = await listed(desk, nextPageKey=page["nextPageKey"])
        pages.append(page)

    seen = [event["eventId"] for page in pages for event in page["events"]]
    assert len(set(seen)) == len(seen) == total
    assert {(page["totalCount"], page["pageSize"]) for page in pages} == {(total, 5)}
    starts = [event["startTime"] for page in pages for event in page["events"]]
    assert starts == sorted(starts, reverse=True)


async def test_what_comes_with_a_key_is_ignored(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.5] And said to be; a page that is larger than pages are is cut, which is said, too."""
    await sent_many(tenant, 2)
    first = await listed(desk, pageSize=1)

    answer = await desk.get(EVENTS, params={"nextPageKey": first["nextPageKey"], "from": "x", "pageSize": "7"})
    large = await desk.get(EVENTS, params={"pageSize": "1001"})

    assert answer.json()["pageSize"] == 1
    assert warnings(answer) == ["from ignored, nextPageKey carries it", "pageSize ignored, nextPageKey carries it"]
    assert large.json()["pageSize"] == 1000
    assert warnings(large) == ["pageSize is 1000, the maximum"]


@pytest.mark.parametrize("name", ["5_1790000000000", "-5", "x", "ingest_"])
async def test_an_unknown_event(desk: AsyncClient, name: str) -> None:
    """[2.3] 404 with the id as it was asked for."""
    answer = await desk.get(f"{EVENTS}/{name}")

    assert answer.status_code == 404
    assert answer.json() == {"error": {"code": 404, "message": f"No event with id {name} was found."}}


async def test_reading_needs_the_scope(desk: AsyncClient, tenant: Tenant) -> None:
    """[2.2] [2.3] The scope of this call is named."""
    headers = {"authorization": f"Api-Token {await tenant.key(Right.WRITE_EVENTS)}"}

    for path in (EVENTS, f"{EVENTS}/5"):
        answer = await desk.get(path, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["error"]["message"] == (
            "Token is missing required scope. Use one of: events.read (Read events)"
        )


async def test_other_dialects_are_seen_by_who_may(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.5] In the nearest of the vendor's types, on the environment when they concern no one entity."""
    at = datetime.now(UTC) - timedelta(minutes=5)
    where = environment(tenant.admin.account_id)
    common: dict[str, Any] = {"source": "ci", "dialect": "native"}
    await tenant.send([
        Report(kind=Kind.CHANGE, type="rollout", title="one", span=Span.moment(at), scope=Scope.services(), **common),
        Report(
            kind=Kind.PROBLEM,
            type="down",
            title="two",
            severity=Severity.ERROR,
            description="no answer",
            span=Span.moment(at + timedelta(seconds=1)),
            scope=Scope.entities([CART]),
            properties={"n": 1},
            key="native-key",
            **common,
        ),
    ])  # fmt: skip
    headers = {"authorization": f"Api-Token {await tenant.key(sees=Sees.ALL)}"}

    async def seen(selector: str = "") -> list[tuple[str, str, str, str]]:
        page = (await desk.get(EVENTS, params={"eventSelector": selector}, headers=headers)).json()
        assert page["totalCount"] == len(page["events"])
        return [(e["title"], e["eventType"], e["status"], e["entityId"]["entityId"]["id"]) for e in page["events"]]

    one, two = ("one", "CUSTOM_DEPLOYMENT", "CLOSED", where), ("two", "ERROR_EVENT", "OPEN", CART)
    assert await seen() == [two, one]
    assert await seen('eventType("CUSTOM_DEPLOYMENT")') == [one]
    assert await seen(f'entityId("{where}")') == [one]
    assert await seen('status("OPEN")') == [two]
    assert await seen('correlationId("native-key")') == [two]
    assert await titles(desk) == []
    assert await titles(desk, allDialects="true") == []
