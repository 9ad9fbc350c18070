"""[2.1] Whatever of a request is not read, or can match nothing, is said in a warning."""

from typing import Any, Final

import pytest
from httpx import AsyncClient

from tests.builders import draft
from tests.tenants import Tenant
from whence.dialects.desk.tests.pushing import MACHINE, ORDERS, drafted, message, push, pushed, tagged, warnings
from whence.dialects.desk.tests.test_v1_events import sent_many
from whence.dialects.desk.tests.troubles import BACKLOG, known, opened

V1_EVENTS: Final = "/api/v1/events"
V2_EVENTS: Final = "/api/v2/events"
V2_PROBLEMS: Final = "/api/v2/problems"
V1_DEVICE: Final = "/api/v1/entity/infrastructure/custom/cold-room-3"
V2_DEVICE: Final = "/api/v2/entities/custom"
NO_ZONES: Final = "there are no management zones"


async def test_unknown_keys_of_attach_rules(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.5] With their paths, each time; nulls are absent, and what is longer than a line is cut."""
    await tenant.register(drafted(ORDERS, tagged("blue")))
    tag = {"key": "blue", "colour": "x", "none": None}
    rule = {"meTypes": "SERVICE", "tags": [tag, "blue"], "mzId": "1"}
    rules = {"entityIds": [ORDERS], "entityId": "x", "none": None, "tagRule": rule, "z" * 200: 1}

    for _ in range(2):
        answer = await push(desk, message(attachRules=rules, more=1))
        assert answer.status_code == 200
        assert warnings(answer) == [
            'unknown field "more" ignored',
            'unknown field "attachRules.entityId" ignored',
            f'unknown field "attachRules.{"z" * 88}..." ignored',
            'unknown field "attachRules.tagRule[0].mzId" ignored',
            'unknown field "attachRules.tagRule[0].tags[0].colour" ignored',
        ]


async def test_unknown_keys_of_a_custom_device(desk: AsyncClient) -> None:
    """[4.1] In both versions, also where the answer has no body; `series` is known, and not kept."""
    said: dict[str, Any] = {"displayName": "Cold room 3", "series": [], "colour": "x", "none": None}
    new = {"customDeviceId": "probe", **said, "tags": ["x"]}

    first = await desk.post(V1_DEVICE, json=said)
    second = await desk.post(V2_DEVICE, json=new)
    again = await desk.post(V2_DEVICE, json=new)

    assert (first.status_code, second.status_code, again.status_code) == (200, 201, 204)
    unread = "series ignored, points of metrics are not kept"
    assert warnings(first) == [unread, 'unknown field "colour" ignored']
    expected = [unread, 'unknown field "colour" ignored', 'unknown field "tags" ignored']
    assert (warnings(second), warnings(again)) == (expected, expected)


async def test_a_tag_that_is_put_on_is_a_custom_one(desk: AsyncClient, tenant: Tenant) -> None:
    """[4.1] Another context, and what is unknown, is said to be ignored."""
    await tenant.register(draft("one", type="HOST"))
    tags = [
        {"key": "a", "context": "CONTEXTLESS"},
        {"key": "b", "context": "KUBERNETES", "colour": "x"},
        {"key": "c", "context": None},
    ]

    answer = await desk.post("/api/v2/tags", params={"entitySelector": "type(HOST)"}, json={"tags": tags, "more": 1})

    assert answer.json()["matchedEntitiesCount"] == 1
    assert warnings(answer) == [
        'unknown field "more" ignored',
        "tags[1].context ignored, what is put on here is a custom tag",
        'unknown field "tags[1].colour" ignored',
    ]


@pytest.mark.parametrize(
    ("path", "query", "warning"),
    [
        (V2_EVENTS, {"mzSelector": 'mzName("shop")'}, f"{NO_ZONES}, mzSelector matches nothing"),
        (V2_PROBLEMS, {"mzSelector": 'mzName("shop")'}, f"{NO_ZONES}, mzSelector matches nothing"),
        (
            V2_EVENTS,
            {"eventSelector": 'managementZoneId("1"),status("OPEN")'},
            f"{NO_ZONES}, managementZoneId matches nothing",
        ),
        (
            V2_PROBLEMS,
            {"problemSelector": 'managementZones("shop"),managementZoneIds("1")'},
            f"{NO_ZONES}, managementZones matches nothing",
        ),
        (
            V2_PROBLEMS,
            {"problemSelector": 'problemFilterNames("x")'},
            "there are no alerting profiles, problemFilterNames matches nothing",
        ),
    ],
)
async def test_what_nothing_is_in_is_said(
    desk: AsyncClient, tenant: Tenant, path: str, query: dict[str, str], warning: str
) -> None:
    """[5.5] [5.6] There are no zones and no profiles: who asks for some finds nothing, and hears why."""
    await known(tenant)
    await opened(desk, tenant, BACKLOG)

    found = await desk.get(path, params=query)
    every = await desk.get(path, params=dict.fromkeys(query, ""))

    assert (found.status_code, found.json()["totalCount"]) == (200, 0)
    assert warnings(found)[0] == warning
    assert (every.json()["totalCount"], warnings(every)) == (1, [])


async def test_what_contradicts_a_cursor(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.1] What the cursor carries may be repeated; what says something else is not looked at, which is said."""
    await sent_many(tenant, 350)
    query = {"relativeTime": "hour", "entityId": ORDERS, "eventType": "CUSTOM_INFO"}
    first = (await desk.get(V1_EVENTS, params=query)).json()
    cursor = first["nextCursor"]
    ends = {"from": str(first["from"]), "to": str(first["to"])}

    same = await desk.get(V1_EVENTS, params={**query, **ends, "cursor": cursor})
    bare = await desk.get(V1_EVENTS, params={"cursor": cursor})
    other = await desk.get(
        V1_EVENTS,
        params={
            "cursor": cursor, "relativeTime": "day", "from": "1", "to": ends["to"], "eventType": "ERROR_EVENT",
            "entityId": MACHINE, "correlationId": "x",
        },
    )  # fmt: skip

    assert warnings(same) == warnings(bare) == []
    assert other.json() == bare.json()
    assert warnings(other) == [
        f"{name} ignored, cursor carries it"
        for name in ("from", "relativeTime", "eventType", "entityId", "correlationId")
    ]


@pytest.mark.parametrize(
    ("path", "ends"),
    [
        (V1_EVENTS, ("from", "to")),
        ("/api/v1/problem/feed", ("startTimestamp", "endTimestamp")),
        ("/api/v1/entity/infrastructure/hosts", ("startTimestamp", "endTimestamp")),
    ],
)
async def test_what_a_relative_time_replaces(desk: AsyncClient, path: str, ends: tuple[str, str]) -> None:
    """[4.1] [5.1] [5.2] A window has one start: what is not looked at is said."""
    answer = await desk.get(path, params={"relativeTime": "min", **dict.fromkeys(ends, "5")})
    plain = await desk.get(path, params={"relativeTime": "min", **dict.fromkeys(ends, "")})

    assert (answer.status_code, plain.status_code) == (200, 200)
    assert warnings(answer) == [f"{name} ignored, relativeTime replaces it" for name in ends]
    assert warnings(plain) == []


@pytest.mark.parametrize(
    ("path", "query", "beside"),
    [
        ("/api/v2/entities", {"entitySelector": "type(HOST)"}, {"entitySelector": "type(SERVICE)", "sort": "name"}),
        ("/api/v1/entity/infrastructure/hosts", {}, {"startTimestamp": "1", "tag": "x"}),
    ],
)
async def test_what_comes_with_the_key_of_a_page_of_entities(
    desk: AsyncClient, tenant: Tenant, path: str, query: dict[str, str], beside: dict[str, str]
) -> None:
    """[4.1] The key carries it all; the rest is not looked at, which is said."""
    await tenant.register(*(draft(name, type="HOST") for name in ("one", "two")))
    first = await desk.get(path, params={**query, "pageSize": "1"})
    key = first.headers.get("next-page-key") or first.json()["nextPageKey"]

    bare = await desk.get(path, params={"nextPageKey": key})
    repeated = await desk.get(path, params={"nextPageKey": key, **beside})

    assert repeated.json() == bare.json()
    assert warnings(bare) == []
    assert warnings(repeated) == [f"{name} ignored, nextPageKey carries it" for name in beside]


async def test_what_is_read_is_not_warned_of(desk: AsyncClient) -> None:
    """[2.1] All that attach rules have."""
    tag: dict[str, Any] = {"context": "CONTEXTLESS", "key": "blue", "value": ""}
    rules = {"entityIds": [ORDERS], "tagRule": [{"meTypes": ["SERVICE"], "tags": [tag]}]}

    await pushed(desk, message(attachRules=rules))

    assert warnings(await push(desk, message(attachRules=rules))) == []
