"""[5.3] Events pushed by the second version of the API."""

import json
from typing import Any

import pytest
from httpx import AsyncClient, Response

from tests.tenants import Tenant
from whence.dialects.desk.correlation import correlation_id
from whence.dialects.desk.ids import environment
from whence.dialects.desk.tests.pushing import (
    CART,
    MACHINE,
    ORDERS,
    drafted,
    events,
    millis,
    push,
    pushed,
    refused,
    tagged,
    violations,
    warnings,
)
from whence.domain.access import Right
from whence.domain.entity import Draft

INGEST = "/api/v2/events/ingest"
EVENTS = "/api/v2/events"
CHECKOUT = "SERVICE-0000000000000C0C"
CHECKS = "SERVICE-0000000000000C0D"
LOAD_TEST = {
    "eventType": "CUSTOM_INFO",
    "title": "Load test, step 2",
    "timeout": 45,
    "entitySelector": 'type(SERVICE),entityName.startsWith("check")',
    "properties": {"tool": "k-load", "rps": "350"},
}
ON_ORDERS = f'entityId("{ORDERS}")'


class Much(dict[str, float]):
    """That long from now."""


def body(**fields: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
    """A body that is good, with what is given; what is given as `...` is left out."""
    sent = {"eventType": "CUSTOM_INFO", "title": "t", "entitySelector": ON_ORDERS, **fields}
    return {name: value for name, value in sent.items() if value is not ...}


async def ingest(desk: AsyncClient, sent: object, path: str = INGEST, **headers: str) -> Response:
    """The answer to the body."""
    return await desk.post(path, json=sent, headers={k.replace("_", "-"): v for k, v in headers.items()})


async def ingested(desk: AsyncClient, sent: object) -> dict[str, Any]:
    """The answer to a body that is good."""
    answer = await ingest(desk, sent)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def results(desk: AsyncClient, sent: object) -> list[str]:
    """The status on each entity; what is OK is counted."""
    told = await ingested(desk, sent)
    statuses = [each["status"] for each in told["eventIngestResults"]]
    assert told["reportCount"] == statuses.count("OK")
    return statuses


async def one(desk: AsyncClient) -> dict[str, Any]:
    """The only event, as the second version tells it, its properties by key."""
    (event,) = (await desk.get(EVENTS, params={"from": "now-31d"})).json()["events"]
    return event | {"properties": {each["key"]: each["value"] for each in event["properties"]}}


async def test_one_event_on_each_entity(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.3] The contract's example: two services match, and there is a result for each."""
    await tenant.register(
        drafted(CHECKOUT, name="checkout"), drafted(CHECKS, name="checks"), drafted(CART, name="cart")
    )

    told = await ingested(desk, LOAD_TEST)

    ids = [
        correlation_id("CUSTOM_INFO", title="Load test, step 2", source="EVENTS_REST_API_INGEST", entity_id=e, tag="")
        for e in (CHECKOUT, CHECKS)
    ]
    assert told == {"reportCount": 2, "eventIngestResults": [{"correlationId": id_, "status": "OK"} for id_ in ids]}
    stored = (await desk.get(EVENTS)).json()["events"]
    assert {(event["correlationId"], event["entityId"]["name"]) for event in stored} == {
        (ids[0], "checkout"),
        (ids[1], "checks"),
    }
    for event in stored:
        assert event["endTime"] - event["startTime"] == 45 * 60_000
        assert (event["eventType"], event["title"], event["status"]) == ("CUSTOM_INFO", "Load test, step 2", "CLOSED")
        properties = {each["key"]: each["value"] for each in event["properties"]}
        assert (properties["tool"], properties["rps"]) == ("k-load", "350")
    by_id = await desk.get(EVENTS, params={"eventSelector": f'correlationId("{ids[1]}")'})
    assert [event["entityId"]["name"] for event in by_id.json()["events"]] == ["checks"]


async def test_nothing_matches(desk: AsyncClient) -> None:
    """[5.3] 201 as upstream, and said."""
    told = await ingested(desk, body(entitySelector="type(HOST),tag(lane:violet)"))

    assert told == {
        "reportCount": 0,
        "eventIngestResults": [],
        "warnings": ["the entity selector matches nothing, no event was stored"],
    }


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"eventType": "ERROR_EVENT"}, [("title", "must not be null")]),
        ({"title": "t"}, [("eventType", "must not be null")]),
        ({}, [("eventType", "must not be null"), ("title", "must not be null")]),
        (
            {"eventType": None, "title": None, "entitySelector": None, "properties": None},
            [("eventType", "must not be null"), ("title", "must not be null")],
        ),
        (
            body(entitySelector="type(HOST"),
            [("entitySelector", "Could not parse the entity selector near position 10")],
        ),
        (body(entitySelector="tag(x)"), [("entitySelector", "Could not parse the entity selector near position 1")]),
        (
            body(entitySelector=f'type("{"H" * 2000}")'),
            [("entitySelector", "must have at most 2000 characters")],
        ),
        (body(timeout=-1), [("timeout", "must be between 0 and 360")]),
        (body(properties={str(n): "v" for n in range(101)}), [("properties", "size must be between 0 and 100")]),
        (
            body(properties={"k" * 101: "v"}),
            [(f"properties.{'k' * 100}", "the key must have at most 100 characters")],
        ),
        (body(properties={"k": "v" * 4097}), [("properties.k", "size must be between 0 and 4096")]),
        *(
            (
                body(properties={"dt.event.source": "s" * length}),
                [("properties.dt.event.source", "size must be between 0 and 500")],
            )
            for length in (501, 4097)
        ),
        (
            body(entitySelector=" \n type(HOST"),
            [("entitySelector", "Could not parse the entity selector near position 13")],
        ),
        (
            body(entitySelector=f"{' ' * 1991}type(HOST)"),
            [("entitySelector", "must have at most 2000 characters")],
        ),
        (
            body(properties={"dt.entity.host": "x", "dt.event.mine": "x", "dt.davis.mine": "x", "dt.source": "x"}),
            [("properties.dt.source", "is reserved: of dt.* only dt.event.*, dt.davis.* and dt.entity.* are free")],
        ),
        (
            {"eventType": "CUSTOM_INFO", "timeout": -5, "entitySelector": "x", "properties": {"dt.x": 1}},
            [
                ("title", "must not be null"),
                ("timeout", "must be between 0 and 360"),
                ("entitySelector", "Could not parse the entity selector near position 1"),
                ("properties.dt.x", "is reserved: of dt.* only dt.event.*, dt.davis.* and dt.entity.* are free"),
            ],
        ),
    ],
)
async def test_violations(desk: AsyncClient, sent: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """[5.3] [2.3] All at once, with their paths; nothing is stored."""
    assert violations(await ingest(desk, sent)) == expected
    assert (await desk.get(EVENTS)).json()["totalCount"] == 0


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "Could not parse JSON near line 1 column 1"),
        (b'{"eventType": }', "Could not parse JSON near line 1 column 15"),
        (b"[]", "Could not map JSON at '' near line 1 column 1"),
        (b'{"eventType": "NO_SUCH"}', "Could not map JSON at 'eventType' near line 1 column 15"),
        (b'{\n "timeout": "soon"}', "Could not map JSON at 'timeout' near line 2 column 13"),
        (b'{"properties": [1]}', "Could not map JSON at 'properties' near line 1 column 16"),
        (b'{"title": {"a": 1}}', "Could not map JSON at 'title' near line 1 column 11"),
        (b'{"entitySelector": []}', "Could not map JSON at 'entitySelector' near line 1 column 20"),
    ],
)
async def test_what_is_no_message(desk: AsyncClient, raw: bytes, message: str) -> None:
    """[3.9] The position, as in the first version; such a fault comes alone."""
    assert refused(await desk.post(INGEST, content=raw)) == message


@pytest.mark.parametrize(
    ("event_type", "shown", "status"),
    [
        ("AVAILABILITY_EVENT", "AVAILABILITY_EVENT", "OPEN"),
        ("CUSTOM_ALERT", "CUSTOM_ALERT", "OPEN"),
        ("CUSTOM_ANNOTATION", "CUSTOM_ANNOTATION", "CLOSED"),
        ("CUSTOM_CONFIGURATION", "CUSTOM_CONFIGURATION", "CLOSED"),
        ("CUSTOM_DEPLOYMENT", "CUSTOM_DEPLOYMENT", "CLOSED"),
        ("CUSTOM_INFO", "CUSTOM_INFO", "CLOSED"),
        ("ERROR_EVENT", "ERROR_EVENT", "OPEN"),
        ("MARKED_FOR_TERMINATION", "MARKED_FOR_TERMINATION", "CLOSED"),
        ("PERFORMANCE_EVENT", "PERFORMANCE_EVENT", "OPEN"),
        ("RESOURCE_CONTENTION", "RESOURCE_CONTENTION_EVENT", "OPEN"),
        ("RESOURCE_CONTENTION_EVENT", "RESOURCE_CONTENTION_EVENT", "OPEN"),
        ("WARNING", "WARNING", "CLOSED"),
    ],
)
async def test_types(desk: AsyncClient, event_type: str, shown: str, status: str) -> None:
    """[5.3] Every type of either version; those that open a problem are open."""
    assert await results(desk, body(eventType=event_type)) == ["OK"]

    event = await one(desk)
    assert (event["eventType"], event["status"], event["endTime"] == -1) == (shown, status, status == "OPEN")


@pytest.mark.parametrize(
    ("fields", "minutes", "said"),
    [
        ({}, 15, []),
        ({"timeout": None}, 15, []),
        ({"timeout": 0}, 15, []),
        ({"timeout": 45}, 45, []),
        ({"timeout": "45"}, 45, []),
        ({"timeout": 360}, 360, []),
        ({"timeout": 361}, 360, ["timeout 361 is over the maximum, 360 taken"]),
        ({"properties": {"dt.event.timeout": "20"}}, 20, []),
        ({"properties": {"dt.davis.timeout": 20}}, 20, []),
        ({"timeout": 30, "properties": {"dt.event.timeout": "20"}}, 30, []),
        ({"eventType": "WARNING", "timeout": 30}, 0, []),
    ],
)
async def test_the_end_of_what_informs(
    desk: AsyncClient, fields: dict[str, Any], minutes: int, said: list[str]
) -> None:
    """[5.3] Start and timeout, 15 minutes by default and 360 at most; a warning is a point."""
    answer = await ingest(desk, body(**fields))

    assert answer.status_code == 201
    assert warnings(answer) == said
    event = await one(desk)
    assert event["endTime"] - event["startTime"] == minutes * 60_000


async def test_an_end_that_is_told(desk: AsyncClient) -> None:
    """[5.3] `startTime` and `endTime` as sent; a problem that is told to have ended is closed."""
    start = millis(hours=-5)
    times = {"startTime": start, "endTime": start + 1000}

    for event_type in ("CUSTOM_INFO", "ERROR_EVENT"):
        assert await results(desk, body(eventType=event_type, title=event_type, **times)) == ["OK"]

    for event in (await desk.get(EVENTS, params={"from": "now-6h"})).json()["events"]:
        assert (event["startTime"], event["endTime"], event["status"]) == (start, start + 1000, "CLOSED")


async def test_an_end_by_a_clock_that_is_behind(desk: AsyncClient) -> None:
    """[5.3] What ends now by the sender's clock, and has no start, is not lost: it is a point, and over."""
    end = millis(seconds=-2)

    for event_type in ("CUSTOM_INFO", "ERROR_EVENT"):
        assert await results(desk, body(eventType=event_type, title=event_type, endTime=end)) == ["OK"]

    for event in (await desk.get(EVENTS)).json()["events"]:
        assert (event["startTime"], event["status"]) == (end, "CLOSED")
        assert event["endTime"] - end <= 1


@pytest.mark.parametrize(
    ("event_type", "times", "expected"),
    [
        ("ERROR_EVENT", {"startTime": Much({"minutes": -359})}, "OK"),
        ("ERROR_EVENT", {"startTime": Much({"minutes": -362})}, "INVALID_TIMESTAMPS"),
        ("ERROR_EVENT", {"startTime": Much({"minutes": 4})}, "OK"),
        ("ERROR_EVENT", {"startTime": Much({"minutes": 6})}, "INVALID_TIMESTAMPS"),
        ("CUSTOM_INFO", {"startTime": Much({"days": -29.9})}, "OK"),
        ("CUSTOM_INFO", {"startTime": Much({"days": -30.1})}, "INVALID_TIMESTAMPS"),
        ("CUSTOM_INFO", {"startTime": Much({"days": 6.9999})}, "OK"),
        ("CUSTOM_INFO", {"startTime": Much({"days": 7.1})}, "INVALID_TIMESTAMPS"),
        ("WARNING", {"startTime": Much({"days": -29})}, "OK"),
        ("CUSTOM_INFO", {"startTime": Much({"days": -1}), "endTime": Much({"days": -2})}, "INVALID_TIMESTAMPS"),
        ("CUSTOM_INFO", {"endTime": Much({"days": 8})}, "INVALID_TIMESTAMPS"),
        ("CUSTOM_INFO", {"startTime": 1_790_000_000}, "INVALID_TIMESTAMPS"),
        ("CUSTOM_INFO", {"startTime": -5}, "INVALID_TIMESTAMPS"),
        ("CUSTOM_INFO", {"startTime": 10**29}, "INVALID_TIMESTAMPS"),
        ("CUSTOM_INFO", {"endTime": 10**29}, "INVALID_TIMESTAMPS"),
        ("CUSTOM_INFO", {"startTime": 0, "endTime": ""}, "OK"),
        ("CUSTOM_INFO", {"endTime": Much({"seconds": -50})}, "OK"),
        ("ERROR_EVENT", {"endTime": Much({"seconds": -50})}, "OK"),
        ("CUSTOM_INFO", {"endTime": Much({"seconds": -70})}, "INVALID_TIMESTAMPS"),
    ],
)
async def test_times_out_of_their_window(
    desk: AsyncClient, event_type: str, times: dict[str, Any], expected: str
) -> None:
    """[5.3] [9] Not a 400: the status says so, the report is not counted, nothing is stored."""
    sent = {name: millis(**at) if isinstance(at, Much) else at for name, at in times.items()}

    assert await results(desk, body(eventType=event_type, **sent)) == [expected]

    stored = (await desk.get(EVENTS, params={"from": "now-32d", "to": str(millis(days=8))})).json()["totalCount"]
    assert stored == (expected == "OK")


async def test_what_is_open_goes_on_however_long_ago_it_began(desk: AsyncClient) -> None:
    """[3.8] A sender that repeats its first report after hours refreshes the event; what is not open stays closed."""
    old = body(eventType="ERROR_EVENT", startTime=millis(hours=-7), entitySelector=f'entityId("{ORDERS}","{CART}")')
    await results(desk, body(eventType="ERROR_EVENT"))

    assert await results(desk, old) == ["OK", "INVALID_TIMESTAMPS"]
    assert (await one(desk))["status"] == "OPEN"


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"dt.event.allow_davis_merge": "false"}, "OK"),
        ({"dt.event.allow_davis_merge": False}, "OK"),
        ({"dt.event.allow_davis_merge": "TRUE"}, "OK"),
        ({"dt.event.allow_davis_merge": None}, "OK"),
        ({"dt.event.allow_davis_merge": "maybe"}, "INVALID_METADATA"),
        ({"dt.davis.is_merging_allowed": "maybe"}, "INVALID_METADATA"),
        ({"dt.event.allow_frequent_issue_detection": "1"}, "INVALID_METADATA"),
        ({"dt.event.allow_entity_remapping": 0}, "INVALID_METADATA"),
        ({"dt.event.is_rootcause_relevant": ""}, "INVALID_METADATA"),
        ({"dt.event.suppress_problem": []}, "INVALID_METADATA"),
        ({"dt.event.timeout": "soon"}, "INVALID_METADATA"),
        ({"dt.event.timeout": "-1"}, "INVALID_METADATA"),
        ({"dt.event.timeout": " 5 "}, "OK"),
    ],
)
async def test_controls(desk: AsyncClient, properties: dict[str, Any], expected: str) -> None:
    """[5.3] What controls an event and means nothing is not stored."""
    assert await results(desk, body(eventType="ERROR_EVENT", properties=properties)) == [expected]
    assert (await desk.get(EVENTS)).json()["totalCount"] == (expected == "OK")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"allowDavisMerge": False}, {"dt.event.allow_davis_merge": "false"}),
        ({"allowDavisMerge": "true"}, {"dt.event.allow_davis_merge": "true"}),
        (
            {"allowDavisMerge": True, "properties": {"dt.event.allow_davis_merge": "false"}},
            {"dt.event.allow_davis_merge": "true"},
        ),
        (
            {
                "properties": {
                    "dt.davis.is_merging_allowed": False,
                    "dt.davis.is_frequent_issue_detection_allowed": "false",
                    "dt.davis.is_entity_remapping_allowed": "false",
                    "dt.davis.is_rootcause_relevant": "false",
                    "dt.davis.is_problem_suppressed": "true",
                    "dt.davis.timeout": 7,
                }
            },
            {
                "dt.event.allow_davis_merge": "false",
                "dt.event.allow_frequent_issue_detection": "false",
                "dt.event.allow_entity_remapping": "false",
                "dt.event.is_rootcause_relevant": "false",
                "dt.event.suppress_problem": "true",
                "dt.event.timeout": "7",
            },
        ),
    ],
)
@pytest.mark.parametrize("event_type", ["ERROR_EVENT", "CUSTOM_INFO"])
async def test_both_names_of_a_control(
    desk: AsyncClient, event_type: str, fields: dict[str, Any], expected: dict[str, str]
) -> None:
    """[5.3] The newer names and the field at the top mean the same; only what opens a problem can be kept from it."""
    await results(desk, body(eventType=event_type, **fields))

    event = await one(desk)
    assert {key: event["properties"].get(key) for key in expected} == expected
    is_kept_out = event_type == "ERROR_EVENT" and "dt.event.suppress_problem" in expected
    assert event["suppressProblem"] == is_kept_out
    assert not any(key.startswith("dt.davis.") for key in event["properties"])


async def test_properties_return_as_they_came(desk: AsyncClient) -> None:
    """[5.3] As texts; those that have a meaning, too; what is null is absent."""
    sent = {
        "tool": "k-load",
        "rps": 350,
        "nested": {"a": [1, True]},
        "nil": None,
        "description": "own",
        "title": "own",
        "dt.event.title": "other",
        "dt.event.description": "text",
        "dt.event.source": "bot",
        "dt.event.deployment.name": "cart",
        "dt.event.deployment.version": "7.4.1",
        "dt.event.deployment.project": "shop",
        "dt.event.deployment.ci_back_link": "https://ci.example.com/1",
        "dt.event.deployment.remediation_action_link": "https://runbooks.example.com/1",
        "dt.entity.host": MACHINE,
    }
    expected = {key: value for key, value in sent.items() if value is not None}
    expected |= {"rps": "350", "nested": '{"a":[1,true]}'}
    for event_type in ("CUSTOM_DEPLOYMENT", "CUSTOM_INFO", "ERROR_EVENT", "WARNING"):
        told = await ingested(desk, body(eventType=event_type, properties=sent))
        key = told["eventIngestResults"][0]["correlationId"]

        found = await desk.get(EVENTS, params={"eventSelector": f'correlationId("{key}")'})

        (event,) = found.json()["events"]
        properties = {each["key"]: each["value"] for each in event["properties"]}
        assert {key: properties.get(key) for key in expected} == expected
        assert event["title"] == "t"


async def test_the_first_version_reads_it(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.3] Fields under the first version's names; the link of a deployment is one on the timeline, too."""
    properties = {
        "dt.event.source": "bot",
        "dt.event.deployment.name": "cart",
        "dt.event.deployment.version": "7.4.1",
        "dt.event.deployment.ci_back_link": "https://ci.example.com/1",
        "dt.event.deployment.remediation_action_link": "null",
        "changes": 14,
    }
    await ingested(desk, body(eventType="CUSTOM_DEPLOYMENT", title="cart 7.4.1", properties=properties))

    (event,) = await events(desk)

    assert {name: event.get(name) for name in ("deploymentName", "deploymentVersion", "ciBackLink", "source")} == {
        "deploymentName": "cart",
        "deploymentVersion": "7.4.1",
        "ciBackLink": "https://ci.example.com/1",
        "source": "bot",
    }
    assert (event["remediationAction"], event["customProperties"]) == ("null", {"changes": "14"})
    stored = await tenant.house.context.timeline.numbered(tenant.admin, event["eventId"], start=None)
    assert [link.url for link in stored.links] == ["https://ci.example.com/1"]


async def test_an_annotation(desk: AsyncClient) -> None:
    """[5.3] Fields that have no name of the second version keep that of the first."""
    properties = {"annotationType": "maintenance", "annotationDescription": "cold", "dt.event.description": "more"}
    await ingested(desk, body(eventType="CUSTOM_ANNOTATION", properties=properties))

    (event,) = await events(desk)

    assert {name: event.get(name) for name in ("annotationType", "annotationDescription", "description", "title")} == {
        "annotationType": "maintenance",
        "annotationDescription": "cold",
        "description": "more",
        "title": "t",
    }
    properties_shown = (await one(desk))["properties"]
    assert {key: properties_shown[key] for key in properties} == properties


async def test_a_problem_is_shared_by_both_versions(desk: AsyncClient) -> None:
    """[5.3] Title, type, source, entity and tag are what makes it the same; refreshed by either, told by both."""
    properties = {"dt.event.source": "batch-runner", "queue": "orders", "dt.event.description": "12,400 messages wait"}
    title = "Queue backlog over limit"
    told = await ingested(desk, body(eventType="ERROR_EVENT", title=title, timeout=30, properties=properties))
    assert told["eventIngestResults"] == [{"correlationId": "1c8cca881849a3d9", "status": "OK"}]

    by_first = await pushed(
        desk,
        {
            "eventType": "ERROR_EVENT",
            "title": title,
            "description": "15,000 messages wait",
            "source": "batch-runner",
            "attachRules": {"entityIds": [ORDERS]},
        },
    )

    assert by_first["storedCorrelationIds"] == ["1c8cca881849a3d9"]
    (event,) = await events(desk)
    assert (event["annotationDescription"], event["eventStatus"]) == ("15,000 messages wait", "OPEN")


@pytest.mark.parametrize(
    ("sent", "entity_id", "expected"),
    [
        (
            body(
                eventType="RESOURCE_CONTENTION_EVENT",
                title="Disk nearly full",
                entitySelector=f'entityId("{MACHINE}")',
                properties={"dt.event.source": "ops-cron", "dt.event.correlation_tag": "vol-7"},
            ),
            MACHINE,
            "6bd3341ccf31a0fa",
        ),
        (
            body(
                eventType="ERROR_EVENT",
                title="Übertragung fehlgeschlagen",
                entitySelector='entityId("CUSTOM_DEVICE-D3D193D4437AC1EA")',
                properties={"dt.event.source": "batch-runner"},
            ),
            "CUSTOM_DEVICE-D3D193D4437AC1EA",
            "49c7322d787bb9cf",
        ),
    ],
)
async def test_the_recipe(desk: AsyncClient, sent: dict[str, Any], entity_id: str, expected: str) -> None:
    """[3.8] The contract's vectors; an id that nobody knows is registered, as in the first version."""
    assert await ingested(desk, sent) == {
        "reportCount": 1,
        "eventIngestResults": [{"correlationId": expected, "status": "OK"}],
    }
    assert (await one(desk))["entityId"]["entityId"]["id"] == entity_id


async def test_unknown_ids_that_are_not_registered(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.3] [3.7] What is no id of a known type is named; with `reject`, every id that nobody knows."""
    await tenant.register(drafted(ORDERS))
    odd = "GADGET-00000000000000AA"

    told = await ingested(desk, body(entitySelector=f'entityId("{odd}")'))
    assert told["warnings"] == ["the entity selector matches nothing, no event was stored"]

    _, token = await tenant.house.context.access.create_token(
        None,
        name="strict",
        account=tenant.name,
        rights=[Right.WRITE_EVENTS],
        options={"desk": {"unknown_entity_ids": "reject"}},
    )
    sent = body(entitySelector=f'entityId("{ORDERS}","{CART}")')
    answer = await ingest(desk, sent, authorization=f"Api-Token {token}")
    assert answer.json()["reportCount"] == 1
    assert answer.json()["warnings"] == [f"no entity has the id {CART}, it is ignored"]


@pytest.mark.parametrize("selector", [..., None, "", " "])
async def test_the_environment(desk: AsyncClient, tenant: Tenant, selector: object) -> None:
    """[4] [5.3] Without a selector the event is on the one environment of the account, which stands from then on."""
    where = environment(tenant.admin.account_id)

    for _ in range(2):
        assert await results(desk, body(entitySelector=selector)) == ["OK"]

    shown = (await desk.get(EVENTS)).json()["events"]
    assert [event["entityId"]["entityId"] for event in shown] == [{"id": where, "type": "ENVIRONMENT"}] * 2
    entity = await tenant.house.context.catalog.require(tenant.admin, where)
    assert (entity.type, entity.name) == ("ENVIRONMENT", tenant.name)


async def test_selectors_find_tags_at_once(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.4] [8] By type and tag, in the order of the ids."""
    await tenant.register(
        drafted(ORDERS, tagged("app", "orders", "KUBERNETES")),
        drafted(CART, tagged("app", "orders", "KUBERNETES"), tagged("blue")),
        drafted(MACHINE, tagged("blue")),
    )

    for selector, found in (
        ('type("SERVICE"),tag("[KUBERNETES]app:orders")', [ORDERS, CART]),
        ("type(SERVICE),tag(blue)", [CART]),
        ("type(HOST),tag(blue)", [MACHINE]),
    ):
        told = await ingested(desk, body(entitySelector=selector))
        expected = [
            correlation_id("CUSTOM_INFO", title="t", source="EVENTS_REST_API_INGEST", entity_id=name, tag="")
            for name in found
        ]
        assert [each["correlationId"] for each in told["eventIngestResults"]] == expected


async def test_the_path_of_the_migration_guide(desk: AsyncClient) -> None:
    """[10] `POST /api/v2/events` is the same call; both are served below an environment, with a slash or not."""
    for n, path in enumerate((EVENTS, f"{INGEST}/", f"/e/acme{INGEST}", f"/e/acme{EVENTS}/")):
        answer = await ingest(desk, body(title=f"{n}"), path)
        assert (answer.status_code, answer.json()["reportCount"]) == (201, 1)


async def test_what_is_tolerated(desk: AsyncClient) -> None:
    """[3.5] Unknown fields, numbers as texts, and what follows the document; each is said."""
    start = millis(minutes=-5)
    raw = json.dumps(body(startTime=f"{start}", endTime=start + 0.9, title=7, colour="red")) + "}"

    answer = await desk.post(INGEST, content=raw.encode())

    assert answer.status_code == 201
    assert warnings(answer) == ['unknown field "colour" ignored', "what follows the JSON document is ignored"]
    event = await one(desk)
    assert (event["title"], event["startTime"], event["endTime"]) == ("7", start, start)


async def test_the_same_key_again(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.8] The same answer, nothing stored; another body under it is a conflict."""
    await tenant.register(drafted(ORDERS))
    selector = "type(SERVICE)"

    first = await ingest(desk, body(entitySelector=selector), idempotency_key="k1")
    await tenant.register(drafted(CART))
    again = await ingest(desk, body(entitySelector=selector), idempotency_key="k1")
    other = await ingest(desk, body(entitySelector=selector, title="other"), idempotency_key="k1")

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    assert first.json() == again.json()
    assert (await desk.get(EVENTS)).json()["totalCount"] == 1


async def test_the_same_key_is_told_what_was_not_stored(desk: AsyncClient) -> None:
    """[3.8] An entity on which nothing was open then is told of again, also when something is by now."""
    selector = f'entityId("{ORDERS}","{CART}")'
    late = body(eventType="ERROR_EVENT", startTime=millis(hours=-7), entitySelector=selector)
    await ingested(desk, body(eventType="ERROR_EVENT"))

    first = await ingest(desk, late, idempotency_key="k1")
    again = await ingest(desk, late, idempotency_key="k1")
    await ingested(desk, body(eventType="ERROR_EVENT", entitySelector=f'entityId("{CART}")'))
    later = await ingest(desk, late, idempotency_key="k1")

    assert [one["status"] for one in first.json()["eventIngestResults"]] == ["OK", "INVALID_TIMESTAMPS"]
    assert [again.json(), later.json()] == [first.json()] * 2


async def test_the_same_key_is_told_what_was_ignored(desk: AsyncClient, anonymous: AsyncClient, tenant: Tenant) -> None:
    """[3.8] Of the selector in the body, and of everything else in the header."""
    await tenant.register(drafted(ORDERS))
    _, token = await tenant.house.context.access.create_token(
        None,
        name="reject",
        account=tenant.name,
        rights=[Right.WRITE_EVENTS],
        options={"desk": {"unknown_entity_ids": "reject"}},
    )
    sent = body(timeout=999, colour="red", entitySelector=f'entityId("{ORDERS}","SERVICE-77")')
    headers = {"authorization": f"Api-Token {token}", "idempotency_key": "k1"}

    first = await ingest(anonymous, sent, **headers)
    again = await ingest(anonymous, sent, **headers)

    assert first.json()["warnings"] == ["no entity has the id SERVICE-77, it is ignored"]
    assert again.json() == first.json()
    assert warnings(first) == ['unknown field "colour" ignored', "timeout 999 is over the maximum, 360 taken"]
    assert warnings(again) == warnings(first)
    assert (await desk.get(EVENTS)).json()["totalCount"] == 1


async def test_writing_needs_the_scope(desk: AsyncClient, tenant: Tenant) -> None:
    """[2.2] [2.3] The scope of this call is named, before the body is read."""
    headers = {"authorization": f"Api-Token {await tenant.key(Right.READ_EVENTS)}"}

    answer = await desk.post(INGEST, content=b"{", headers=headers)

    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == (
        "Token is missing required scope. Use one of: events.ingest (Ingest events)"
    )


async def test_too_large(desk: AsyncClient) -> None:
    """[2.1] [2.3] 413."""
    answer = await desk.post(INGEST, content=b" " * (2 * 1024 * 1024 + 1))

    assert answer.status_code == 413
    assert answer.json()["error"]["message"] == "The request body is larger than 2097152 bytes."


async def test_entities_named_are_seen(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.7] An event that names an entity sees it; who finds entities by their name finds those of this account."""
    await tenant.register(Draft(id=ORDERS, name="orders"))
    assert await results(desk, body()) == ["OK"]
    assert (await push(desk, {})).status_code == 400

    await tenant.house.context.catalog.save_seen()

    entity = await tenant.house.context.catalog.require(tenant.admin, ORDERS)
    assert entity.last_seen > entity.first_seen
