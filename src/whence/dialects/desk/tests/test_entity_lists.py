"""The five lists of entities of the first version. Source: DESK contract 4.1."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient, Response

from tests.builders import NOW, ago
from tests.tenants import MakeTenant, Tenant
from whence.dialects.desk.tests.standing import relate, seen, stand
from whence.dialects.desk.times import millis
from whence.domain.access import Right
from whence.domain.entity import RelationKind, Tag

SERVICES = "/api/v1/entity/services"
HOSTS = "/api/v1/entity/infrastructure/hosts"
ORDERS = "SERVICE-00AA11BB22CC33DD"
CART = "SERVICE-91B20D6AE45F7C38"
SHOP = "APPLICATION-3D10C2B7A4559E01"
APP = Tag(context="KUBERNETES", key="app", value="orders")
BLUE = Tag(key="blue")


def ids(answer: Response) -> list[str]:
    """The entities that the answer lists."""
    assert answer.status_code == 200, answer.text
    return [item["entityId"] for item in answer.json()]


async def test_an_item_says_all_that_is_known(desk: AsyncClient, tenant: Tenant) -> None:
    """The contract's example, to the letter; and it is a bare list."""
    await stand(
        tenant,
        seen("orders", id=ORDERS, tags=(APP,), first=ago(days=30), last=ago(hours=1)),
        seen("cart", id=CART),
        seen("shop", id=SHOP, type="APPLICATION"),
    )
    await relate(tenant, (ORDERS, RelationKind.CALLS, CART), (SHOP, RelationKind.CALLS, ORDERS))

    answer = await desk.get(f"{SERVICES}?tag=[KUBERNETES]app:orders")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == [
        {
            "entityId": ORDERS,
            "displayName": "orders",
            "discoveredName": "orders",
            "firstSeenTimestamp": millis(ago(days=30)),
            "lastSeenTimestamp": millis(ago(hours=1)),
            "ipAddresses": [],
            "tags": [{"context": "KUBERNETES", "key": "app", "value": "orders"}],
            "fromRelationships": {"calls": [CART]},
            "toRelationships": {"calls": [SHOP]},
            "managementZones": [],
        }
    ]


async def test_nothing_found_is_an_empty_list(desk: AsyncClient) -> None:
    """200 with `[]`."""
    answer = await desk.get(SERVICES)

    assert (answer.status_code, answer.json(), answer.headers["total-count"]) == (200, [], "0")


@pytest.mark.parametrize(
    ("path", "types"),
    [
        ("applications", {"APPLICATION", "MOBILE_APPLICATION", "CUSTOM_APPLICATION"}),
        ("services", {"SERVICE"}),
        ("infrastructure/hosts", {"HOST"}),
        ("infrastructure/processes", {"PROCESS_GROUP_INSTANCE"}),
        ("infrastructure/process-groups", {"PROCESS_GROUP"}),
    ],
)
async def test_each_list_has_its_types(desk: AsyncClient, tenant: Tenant, path: str, types: set[str]) -> None:
    """A list holds the entities of its kind, and no others."""
    everything = (
        "APPLICATION",
        "MOBILE_APPLICATION",
        "CUSTOM_APPLICATION",
        "SERVICE",
        "HOST",
        "PROCESS_GROUP_INSTANCE",
    )
    await stand(tenant, *(seen(f"a {kind}", type=kind) for kind in (*everything, "PROCESS_GROUP", "CUSTOM_DEVICE")))

    found = ids(await desk.get(f"/api/v1/entity/{path}"))

    assert {entity_id.rpartition("-")[0] for entity_id in found} == types


async def test_the_operator_finds_its_hosts(desk: AsyncClient, tenant: Tenant) -> None:
    """The Kubernetes operator's request: hosts of the last half hour with their addresses and network zone."""
    now = datetime.now(UTC)  # the tests may have begun longer ago than that
    await stand(
        tenant,
        seen("a", id="HOST-0000000000000001", type="HOST", last=now, properties={"ipAddresses": ["192.0.2.1", 7]}),
        seen("b", id="HOST-0000000000000002", type="HOST", last=now, properties={"networkZoneId": "dmz"}),
        seen("c", id="HOST-0000000000000003", type="HOST", last=ago(minutes=31)),
    )
    await relate(tenant, ("HOST-0000000000000001", RelationKind.PART_OF, "HOST-0000000000000002"))

    answer = await desk.get(f"{HOSTS}?relativeTime=30mins&includeDetails=false&pageSize=4000")

    items: list[dict[str, Any]] = answer.json()
    assert [(item["entityId"], item["ipAddresses"], item["networkZoneId"]) for item in items] == [
        ("HOST-0000000000000001", ["192.0.2.1"], "default"),
        ("HOST-0000000000000002", [], "dmz"),
    ]
    assert all(item["fromRelationships"] == item["toRelationships"] == {} for item in items)
    assert answer.headers["page-size"] == "4000"


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ({}, {"networkZoneId": "default", "osArchitecture": "X86"}),
        (
            {
                "networkZoneId": "dmz",
                "osArchitecture": "ARM",
                "osType": "LINUX",
                "osVersion": "Debian 13",
                "monitoringMode": "FULL_STACK",
                "cpuCores": 8,
            },
            {
                "networkZoneId": "dmz",
                "osArchitecture": "ARM",
                "osType": "LINUX",
                "osVersion": "Debian 13",
                "monitoringMode": "FULL_STACK",
                "cpuCores": 8,
            },
        ),
        (
            {
                "networkZoneId": 7,
                "osArchitecture": "RISCV",
                "osType": ["LINUX"],
                "osVersion": None,
                "monitoringMode": "SOME",
                "cpuCores": True,
            },
            {"networkZoneId": "default", "osArchitecture": "X86"},
        ),
        ({"osArchitecture": ["X86"], "monitoringMode": {}}, {"networkZoneId": "default", "osArchitecture": "X86"}),
    ],
)
async def test_a_host_tells_what_its_properties_say(
    desk: AsyncClient, tenant: Tenant, properties: dict[str, object], told: dict[str, object]
) -> None:
    """An architecture and a zone are always there, as clients want them; of the rest, what clients know."""
    await stand(tenant, seen("a", id="HOST-0000000000000001", type="HOST", properties=properties))

    [item] = (await desk.get(HOSTS)).json()

    of_a_host = {"networkZoneId", "osArchitecture", "osType", "osVersion", "monitoringMode", "cpuCores"}
    assert {name: value for name, value in item.items() if name in of_a_host} == told


@pytest.mark.parametrize("name", ["managementZone", "managementZoneName"])
async def test_in_a_management_zone_is_nothing(desk: AsyncClient, tenant: Tenant, name: str) -> None:
    """There are none, and that is said."""
    await stand(tenant, seen("a"))

    answer = await desk.get(SERVICES, params={name: "17"})

    assert ids(answer) == []
    assert answer.headers["x-whence-warning"] == f"there are no management zones, {name} matches nothing"


async def test_all_tags_must_match(desk: AsyncClient, tenant: Tenant) -> None:
    """A repeated tag narrows; a key alone is the tag without a value; a backslash makes a colon part of the key."""
    await stand(
        tenant,
        seen("a", id="SERVICE-000000000000000A", tags=(APP, BLUE)),
        seen("b", id="SERVICE-000000000000000B", tags=(APP,)),
        seen("c", id="SERVICE-000000000000000C", tags=(Tag(key="blue", value="x"), Tag(key="a:b"))),
    )

    async def found(*tags: str) -> str:
        listed = ids(await desk.get(SERVICES, params={"tag": tags}))
        return "".join(entity_id[-1] for entity_id in listed)

    assert await found("[KUBERNETES]app:orders") == "AB"
    assert await found("[KUBERNETES]app:orders", "blue") == "A"
    assert await found("blue") == "A"
    assert await found("blue:x") == "C"
    assert await found(r"a\:b") == "C"
    assert await found("app:orders") == ""


async def test_entities_are_named(desk: AsyncClient, tenant: Tenant) -> None:
    """A repeated `entity` is one of these, in any spelling of an id; only what belongs to the list is there."""
    await stand(
        tenant,
        seen("a", id="SERVICE-000000000000000A"),
        seen("b", id="SERVICE-000000000000000B"),
        seen("c", id="SERVICE-000000000000000C"),
        seen("h", id="HOST-000000000000000A", type="HOST"),
    )

    answer = await desk.get(SERVICES, params={"entity": ["SERVICE-a", "SERVICE-000000000000000C", "HOST-A"]})

    assert ids(answer) == ["SERVICE-000000000000000A", "SERVICE-000000000000000C"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "BCD"),
        ({"relativeTime": "min"}, "D"),
        ({"relativeTime": "hour"}, "CD"),
        ({"relativeTime": "day"}, "CD"),
        ({"relativeTime": "3days"}, "BCD"),
        ({"startTimestamp": ago(hours=2)}, "CD"),
        ({"endTimestamp": ago(days=9)}, "AB"),
        ({"startTimestamp": ago(days=12), "endTimestamp": ago(days=9, hours=1)}, "AB"),
        ({"startTimestamp": ago(days=11), "endTimestamp": ago(days=11)}, "AB"),
        ({"startTimestamp": ago(days=2), "endTimestamp": ago(days=1)}, "BC"),
        ({"endTimestamp": NOW + timedelta(days=400)}, "BCD"),
    ],
)
async def test_a_window_finds_who_was_there(
    desk: AsyncClient, tenant: Tenant, query: dict[str, str | datetime], found: str
) -> None:
    """Listed is who was there at some time in the window, which is of three days unless another is asked for."""
    now = datetime.now(UTC)
    await stand(
        tenant,
        seen("a", id="SERVICE-000000000000000A", first=ago(days=60), last=ago(days=10)),
        seen("b", id="SERVICE-000000000000000B", first=ago(days=60), last=ago(days=1, hours=6)),
        seen("c", id="SERVICE-000000000000000C", first=ago(days=1, hours=12), last=now - timedelta(minutes=30)),
        seen("d", id="SERVICE-000000000000000D", first=now, last=now),
    )
    params = {name: str(millis(at)) if isinstance(at, datetime) else at for name, at in query.items()}

    listed = ids(await desk.get(SERVICES, params=params))

    assert "".join(entity_id[-1] for entity_id in listed) == found


async def test_pages_are_followed_by_their_keys(desk: AsyncClient, tenant: Tenant) -> None:
    """The headers say how many there are and where to go on; the key alone carries the question; the last has none."""
    names = [f"SERVICE-{n:016X}" for n in range(5)]
    await stand(tenant, *(seen(name, id=name, tags=(BLUE,)) for name in names), seen("other"))

    answer = await desk.get(SERVICES, params={"tag": "blue", "pageSize": "2", "relativeTime": "hour"})
    listed = [ids(answer)]
    while key := answer.headers.get("next-page-key"):
        assert (answer.headers["total-count"], answer.headers["page-size"]) == ("5", "2")
        answer = await desk.get(SERVICES, params={"nextPageKey": key})
        listed.append(ids(answer))

    assert listed == [names[:2], names[2:4], names[4:]]


async def test_a_page_has_a_largest_size(desk: AsyncClient) -> None:
    """More than 4,000 are not given at once, and that is said."""
    answer = await desk.get(SERVICES, params={"pageSize": "4001"})

    assert answer.headers["page-size"] == "4000"
    assert answer.headers["x-whence-warning"] == "pageSize is 4000, the maximum"


@pytest.mark.parametrize(
    ("query", "path", "message"),
    [
        (
            {"relativeTime": "week"},
            "relativeTime",
            "'week' must be any of [10mins, 15mins, 2hours, 30mins, 3days, 5mins, 6hours, day, hour, min]",
        ),
        ({"startTimestamp": "now"}, "startTimestamp", "'now' is no time in milliseconds"),
        ({"endTimestamp": "-1"}, "endTimestamp", "'-1' is no time in milliseconds"),
        ({"endTimestamp": "99999999999999999999"}, "endTimestamp", "'99999999999999999999' is no time in milliseconds"),
        (
            {"startTimestamp": "1790000000001", "endTimestamp": "1790000000000"},
            "startTimestamp",
            "must not be after endTimestamp",
        ),
        (
            {"startTimestamp": "1580000000000", "endTimestamp": "1580259200001"},
            "startTimestamp",
            "must not be more than 3 days before endTimestamp",
        ),
        ({"startTimestamp": "1580000000000"}, "startTimestamp", "must not be more than 3 days before endTimestamp"),
        ({"includeDetails": "some"}, "includeDetails", "'some' must be any of [false, true]"),
        ({"pageSize": "0"}, "pageSize", "'0' must be a whole number from 1 to 4000"),
        ({"pageSize": "many"}, "pageSize", "'many' must be a whole number from 1 to 4000"),
        ({"nextPageKey": "x"}, "nextPageKey", "is not one that this server gave to this account"),
        ({"tag": "a\0"}, "tag", "must not hold a NUL character"),
    ],
)
async def test_bad_parameters_are_told(desk: AsyncClient, query: dict[str, str], path: str, message: str) -> None:
    """Each is a violation of the query with its name."""
    answer = await desk.get(SERVICES, params=query)

    assert answer.status_code == 400
    violation = {"path": path, "message": message, "parameterLocation": "QUERY", "location": None}
    assert answer.json() == {
        "error": {"code": 400, "message": "Constraints violated.", "constraintViolations": [violation]}
    }


async def test_a_key_is_for_its_own_list(desk: AsyncClient, tenant: Tenant) -> None:
    """A key of services opens no other list."""
    await stand(tenant, seen("a"), seen("b"))
    key = (await desk.get(SERVICES, params={"pageSize": "1"})).headers["next-page-key"]

    answer = await desk.get(HOSTS, params={"nextPageKey": key})

    assert answer.status_code == 400
    assert answer.json()["error"]["constraintViolations"][0]["message"] == "belongs to another list"


async def test_archived_entities_and_those_of_others_are_not_listed(
    desk: AsyncClient, tenant: Tenant, account: MakeTenant
) -> None:
    """What was put away is gone from the lists; another account's never was there."""
    other = await account()
    await stand(other, seen("theirs"))
    await stand(tenant, seen("old", archived=True))

    assert ids(await desk.get(SERVICES)) == []


async def test_reading_needs_the_right(desk: AsyncClient, tenant: Tenant) -> None:
    """Without it the token is told the scope of the first version."""
    weak = {"authorization": f"Api-Token {await tenant.key(Right.WRITE_EVENTS)}"}

    answer = await desk.get(SERVICES, headers=weak)

    assert answer.status_code == 403
    assert answer.json()["error"]["message"].startswith("Token is missing required scope. Use one of: DataExport (")
