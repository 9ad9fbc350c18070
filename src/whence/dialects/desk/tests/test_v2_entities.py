"""Entities of the second version. Source: DESK contract 4.1 and 5.4."""

from datetime import UTC, datetime, timedelta

import pytest
from httpx import AsyncClient, Response

from tests.builders import ago
from tests.tenants import MakeTenant, Tenant
from whence.dialects.desk.tests.standing import relate, seen, stand
from whence.dialects.desk.times import millis
from whence.domain.access import Right
from whence.domain.entity import RelationKind, Tag

PATH = "/api/v2/entities"
ORDERS = "SERVICE-00AA11BB22CC33DD"
CART = "SERVICE-91B20D6AE45F7C38"
SHOP = "APPLICATION-3D10C2B7A4559E01"
WEB = "HOST-1234567890ABCDEF"
APP = Tag(context="KUBERNETES", key="app", value="orders")
TOLD_APP = {"context": "KUBERNETES", "key": "app", "value": "orders", "stringRepresentation": "[KUBERNETES]app:orders"}


async def landscape(tenant: Tenant) -> None:
    """An application calls a service that calls another, on a host."""
    await stand(
        tenant,
        seen("orders", id=ORDERS, tags=(APP, Tag(context="NATIVE", key="x"), Tag(key="blue"))),
        seen("cart", id=CART, properties={"colour": "red", "configUrl": "https://x"}),
        seen("shop", id=SHOP, type="APPLICATION"),
        seen("web", id=WEB, type="HOST"),
    )
    await relate(
        tenant,
        (SHOP, RelationKind.CALLS, ORDERS),
        (ORDERS, RelationKind.CALLS, CART),
        (ORDERS, RelationKind.RUNS_ON, WEB),
    )


def ids(answer: Response) -> list[str]:
    """The entities that the answer lists."""
    assert answer.status_code == 200, answer.text
    return [entity["entityId"] for entity in answer.json()["entities"]]


async def test_the_example_of_the_contract(desk: AsyncClient, tenant: Tenant) -> None:
    """A selector by type and tag, answered to the letter."""
    await landscape(tenant)

    answer = await desk.get(PATH, params={"entitySelector": 'type("SERVICE"),tag("[KUBERNETES]app:orders")'})

    assert answer.status_code == 200
    assert answer.json() == {
        "totalCount": 1,
        "pageSize": 50,
        "entities": [{"entityId": ORDERS, "displayName": "orders"}],
    }


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("type(SERVICE)", [ORDERS, CART]),
        ("type(DISK)", []),
        ("entityId(HOST-1234567890abcdef)", [WEB]),
        ("type(SERVICE),tag(blue)", [ORDERS]),
        ("type(SERVICE),tag(green,blue)", [ORDERS]),
        ("type(SERVICE),tag(blue),tag(green)", []),
        ("type(SERVICE),not(tag(blue))", [CART]),
        ('type(SERVICE),entityName("ORD")', [ORDERS]),
        ('type(SERVICE),caseSensitive(entityName("ORD"))', []),
        ("type(SERVICE),entityName.equals(Cart)", [CART]),
        ("type(SERVICE),entityName.in(x,Cart)", [CART]),
        ("type(SERVICE),entityName.startsWith(ca)", [CART]),
        ("type(SERVICE),mzName(x)", []),
        ("type(SERVICE),not(mzName(x))", [ORDERS, CART]),
        ("type(SERVICE),healthState(HEALTHY)", [ORDERS, CART]),
        ("type(SERVICE),healthState(UNHEALTHY)", []),
        ("type(SERVICE),firstSeenTms.lt(now-29d)", [ORDERS, CART]),
        ("type(SERVICE),firstSeenTms.gte(now-29d)", []),
        ("type(SERVICE),colour(red)", [CART]),
        ("type(SERVICE),colour(blue,red)", [CART]),
        ("type(SERVICE),colour(blue)", []),
        ("type(SERVICE),colour.exists()", [CART]),
        ("type(SERVICE),likes.exists()", []),
        ("type(SERVICE),fromRelationships.calls(type(SERVICE))", [ORDERS]),
        ("type(SERVICE),toRelationships.calls(type(SERVICE))", [CART]),
        ("type(SERVICE),toRelationship.calls(entityId(APPLICATION-3D10C2B7A4559E01))", [ORDERS]),
        ("type(SERVICE),fromRelationships.runsOnHost(type(HOST),entityName(web))", [ORDERS]),
        ("type(APPLICATION),fromRelationships.calls(type(SERVICE),fromRelationships.runsOn(type(HOST)))", [SHOP]),
        ("type(SERVICE),fromRelationships.likes(type(SERVICE))", []),
    ],
)
async def test_a_selector_selects(desk: AsyncClient, tenant: Tenant, selector: str, found: list[str]) -> None:
    """Every criterion of the language, asked of the catalogue."""
    await landscape(tenant)

    answer = await desk.get(PATH, params={"entitySelector": selector})

    assert ids(answer) == found
    assert answer.json()["totalCount"] == len(found)


async def test_a_custom_devices_own_properties_are_attributes(desk: AsyncClient) -> None:
    """What a sender put on a custom device is selected and shown by its name."""
    said = {
        "displayName": "Room",
        "group": "edge-sensors",
        "ipAddresses": ["192.0.2.17"],
        "hostNames": ["r.example.com"],
        "properties": {"floor": "2", "ipAddresses": "none"},
    }
    await desk.post("/api/v1/entity/infrastructure/custom/cold-room-3", json=said)

    for criterion in ("floor(2)", "floor.exists()", "ipAddresses(192.0.2.17)", "dnsNames(r.example.com)"):
        selector = f"type(CUSTOM_DEVICE),{criterion}"
        answer = await desk.get(PATH, params={"entitySelector": selector, "fields": "+properties.floor"})
        [device] = answer.json()["entities"]
        assert device["properties"] == {"floor": "2"}
    whole = await desk.get(PATH, params={"entitySelector": "type(CUSTOM_DEVICE)", "fields": "properties"})
    assert whole.json()["entities"][0]["properties"] == {
        "floor": "2",
        "ipAddresses": ["192.0.2.17"],
        "hostNames": ["r.example.com"],
    }


async def test_fields_are_shown_on_request(desk: AsyncClient, tenant: Tenant) -> None:
    """Each field of the contract, with the plus sign encoded or not; what there is not is said."""
    await landscape(tenant)
    fields = (
        "+tags,+fromRelationships,+toRelationships,+lastSeenTms,+firstSeenTms,+properties.colour,+type,"
        "+managementZones,+colour"
    )

    raw = await desk.get(f"{PATH}?entitySelector=type(SERVICE)&fields={fields}")
    encoded = await desk.get(PATH, params={"entitySelector": "type(SERVICE)", "fields": fields})

    assert raw.json() == encoded.json()
    assert raw.headers["x-whence-warning"] == "there is no field colour, ignored"
    orders, cart = raw.json()["entities"]
    assert orders == {
        "entityId": ORDERS,
        "displayName": "orders",
        "tags": [TOLD_APP, {"context": "CONTEXTLESS", "key": "blue", "stringRepresentation": "blue"}],
        "fromRelationships": {
            "calls": [{"id": CART, "type": "SERVICE"}],
            "runsOnHost": [{"id": WEB, "type": "HOST"}],
        },
        "toRelationships": {"calls": [{"id": SHOP, "type": "APPLICATION"}]},
        "lastSeenTms": orders["lastSeenTms"],
        "firstSeenTms": millis(ago(days=30)),
        "properties": {},
        "type": "SERVICE",
        "managementZones": [],
    }
    assert cart["properties"] == {"colour": "red"}


async def test_one_kind_of_relation_can_be_asked_for(desk: AsyncClient, tenant: Tenant) -> None:
    """`fromRelationships.calls` shows those, and no others."""
    await landscape(tenant)

    query = {"entitySelector": f'entityId("{ORDERS}")', "fields": "+fromRelationships.calls"}
    answer = await desk.get(PATH, params=query)

    assert answer.json()["entities"][0]["fromRelationships"] == {"calls": [{"id": CART, "type": "SERVICE"}]}


async def test_one_entity_is_told_whole(desk: AsyncClient, tenant: Tenant) -> None:
    """One object with times, tags, zones and relations, by any spelling of its id."""
    await landscape(tenant)

    answer = await desk.get(f"{PATH}/{ORDERS}")

    assert answer.status_code == 200
    told = answer.json()
    assert told == {
        "entityId": ORDERS,
        "displayName": "orders",
        "type": "SERVICE",
        "firstSeenTms": millis(ago(days=30)),
        "lastSeenTms": told["lastSeenTms"],
        "properties": {},
        "tags": [TOLD_APP, {"context": "CONTEXTLESS", "key": "blue", "stringRepresentation": "blue"}],
        "managementZones": [],
        "fromRelationships": {
            "calls": [{"id": CART, "type": "SERVICE"}],
            "runsOnHost": [{"id": WEB, "type": "HOST"}],
        },
        "toRelationships": {"calls": [{"id": SHOP, "type": "APPLICATION"}]},
    }
    for spelling in ("SERVICE-aa11bb22cc33dd", "en00aa11bb22cc33dd"):
        assert (await desk.get(f"{PATH}/{spelling}")).json() == told


@pytest.mark.parametrize("name", ["SERVICE-1", "orders", "a%00b", "%FF"])
async def test_an_unknown_id_is_not_found(desk: AsyncClient, tenant: Tenant, name: str) -> None:
    """An entity's tag is not its id here."""
    await landscape(tenant)

    answer = await desk.get(f"{PATH}/{name}")

    assert answer.status_code == 404
    assert answer.json() == {"error": {"code": 404, "message": f"No entity with id {name} was found."}}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "BC"),
        ({"from": "now-1h"}, "C"),
        ({"from": "now-30d"}, "ABC"),
        ({"to": "now-9d"}, "AB"),
        ({"from": "now-30d", "to": "now-2d"}, "AB"),
        ({"from": "now-2d", "to": "now"}, "BC"),
        ({"from": str(millis(ago(days=2)))}, "BC"),
    ],
)
async def test_a_window_finds_who_was_there(
    desk: AsyncClient, tenant: Tenant, query: dict[str, str], found: str
) -> None:
    """Three days unless another window is asked for, in any of the vendor's ways to write a time."""
    now = datetime.now(UTC)
    await stand(
        tenant,
        seen("a", id="SERVICE-000000000000000A", first=ago(days=60), last=ago(days=10)),
        seen("b", id="SERVICE-000000000000000B", first=ago(days=60), last=ago(days=1)),
        seen("c", id="SERVICE-000000000000000C", first=now - timedelta(days=1), last=now),
    )

    listed = ids(await desk.get(PATH, params={"entitySelector": "type(SERVICE)", **query}))

    assert "".join(entity_id[-1] for entity_id in listed) == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [(None, [0, 1, 2, 3, 4]), ("name", [4, 3, 2, 1, 0]), ("-name", [0, 1, 2, 3, 4]), ("+name", [4, 3, 2, 1, 0])],
)
async def test_pages_are_followed_by_their_keys_alone(
    desk: AsyncClient, tenant: Tenant, sort: str | None, order: list[int]
) -> None:
    """The key carries selector, window, fields, order and size; the last page has none."""
    entities = [seen(f"name {9 - n}", id=f"SERVICE-{n:016X}") for n in range(5)]
    await stand(tenant, *entities)
    query = {"entitySelector": "type(SERVICE)", "pageSize": "2", "fields": "+type", **({"sort": sort} if sort else {})}

    answer = await desk.get(PATH, params=query)
    pages = [answer.json()]
    while key := pages[-1].get("nextPageKey"):
        pages.append((await desk.get(PATH, params={"nextPageKey": key})).json())

    assert [len(page["entities"]) for page in pages] == [2, 2, 1]
    assert all((page["totalCount"], page["pageSize"]) == (5, 2) for page in pages)
    listed = [entity for page in pages for entity in page["entities"]]
    assert [entity["entityId"] for entity in listed] == [entities[n].id for n in order]
    assert all(entity["type"] == "SERVICE" for entity in listed)


async def test_other_fields_may_be_named_with_a_key(desk: AsyncClient, tenant: Tenant) -> None:
    """Fields are the one thing that may come beside a key."""
    await stand(tenant, seen("a"), seen("b"))
    first = await desk.get(PATH, params={"entitySelector": "type(SERVICE)", "pageSize": "1"})

    second = await desk.get(PATH, params={"nextPageKey": first.json()["nextPageKey"], "fields": "+type"})

    assert second.json()["entities"][0]["type"] == "SERVICE"


async def test_a_page_has_a_largest_size(desk: AsyncClient) -> None:
    """More than 500 are not given at once, and that is said."""
    answer = await desk.get(PATH, params={"entitySelector": "type(SERVICE)", "pageSize": "5000"})

    assert answer.json()["pageSize"] == 500
    assert answer.headers["x-whence-warning"] == "pageSize is 500, the maximum"


@pytest.mark.parametrize(
    ("query", "path", "message"),
    [
        ({}, "entitySelector", "must not be null"),
        ({"entitySelector": ""}, "entitySelector", "must not be null"),
        ({"entitySelector": "tag(a)"}, "entitySelector", "Could not parse the entity selector near position 1"),
        ({"entitySelector": "type(A"}, "entitySelector", "Could not parse the entity selector near position 7"),
        ({"entitySelector": "x" * 2001}, "entitySelector", "must have at most 2000 characters"),
        (
            {"entitySelector": "type(A)", "from": "soon"},
            "from",
            "'soon' is no time: milliseconds, ISO 8601 or an expression such as now-2h is",
        ),
        ({"entitySelector": "type(A)", "from": "now", "to": "now-1h"}, "from", "must not be after to"),
        ({"entitySelector": "type(A)", "sort": "id"}, "sort", "'id' must be any of [+name, -name, name]"),
        ({"entitySelector": "type(A)", "pageSize": "-1"}, "pageSize", "'-1' must be a whole number from 1 to 500"),
        ({"nextPageKey": "b3BhcXVlLTE"}, "nextPageKey", "is not one that this server gave to this account"),
    ],
)
async def test_bad_parameters_are_told(desk: AsyncClient, query: dict[str, str], path: str, message: str) -> None:
    """Each is a violation of the query with its name."""
    answer = await desk.get(PATH, params=query)

    assert answer.status_code == 400
    violation = {"path": path, "message": message, "parameterLocation": "QUERY", "location": None}
    assert answer.json() == {
        "error": {"code": 400, "message": "Constraints violated.", "constraintViolations": [violation]}
    }


async def test_in_a_management_zone_is_nothing(desk: AsyncClient, tenant: Tenant) -> None:
    """There are none; that is said, and the selector is read all the same. An empty parameter asks for nothing."""
    await landscape(tenant)
    selector = {"entitySelector": "type(SERVICE)"}

    zoned = await desk.get(PATH, params={**selector, "mzSelector": 'mzName("shop")'})
    empty = await desk.get(PATH, params={**selector, "mzSelector": ""})
    unreadable = await desk.get(PATH, params={"entitySelector": "type(", "mzSelector": "mzId(1)"})

    assert zoned.json() == {"totalCount": 0, "pageSize": 50, "entities": []}
    assert zoned.headers["x-whence-warning"] == "there are no management zones, mzSelector matches nothing"
    assert len(ids(empty)) == 2
    assert "x-whence-warning" not in empty.headers
    assert unreadable.status_code == 400


async def test_another_accounts_entities_are_not_there(desk: AsyncClient, account: MakeTenant) -> None:
    """Neither in the list nor by their ids."""
    await landscape(await account())

    assert ids(await desk.get(PATH, params={"entitySelector": "type(SERVICE)"})) == []
    assert (await desk.get(f"{PATH}/{ORDERS}")).status_code == 404


@pytest.mark.parametrize("path", [PATH, f"{PATH}/{ORDERS}"])
async def test_reading_needs_the_right(desk: AsyncClient, tenant: Tenant, path: str) -> None:
    """Without it the token is told the scope."""
    weak = {"authorization": f"Api-Token {await tenant.key(Right.WRITE_ENTITIES)}"}

    answer = await desk.get(path, headers=weak)

    assert answer.status_code == 403
    message = "Token is missing required scope. Use one of: entities.read (Read entities)"
    assert answer.json()["error"]["message"] == message
