"""Custom devices, registered by who sends them. Source: DESK contract 4 and 4.1."""

from asyncio import gather
from dataclasses import replace

import pytest
from httpx import AsyncClient, Response

from tests.tenants import MakeTenant, Tenant
from whence.domain.access import Right
from whence.domain.entity import Entity, RelationKind, Tag
from whence.domain.entity_test import OfType, WithId

V1 = "/api/v1/entity/infrastructure/custom"
V2 = "/api/v2/entities/custom"
ROOM = "CUSTOM_DEVICE-D3D193D4437AC1EA"
SENSORS = "CUSTOM_DEVICE_GROUP-5F9746CEA898EA53"
PROBE = "CUSTOM_DEVICE-1444FEA40C65F48E"
LONE_ROOM = "CUSTOM_DEVICE-3B1E336C2DD4C100"
LONE_GROUP = "CUSTOM_DEVICE_GROUP-64F3A2C37191F674"


async def entity(tenant: Tenant, entity_id: str) -> Entity:
    """The entity as the catalogue has it."""
    return await tenant.house.context.catalog.require(tenant.admin, entity_id)


def violations(answer: Response) -> list[tuple[str, str, str]]:
    """Path, message and place of every violation."""
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["message"] == "Constraints violated."
    return [(v["path"], v["message"], v["parameterLocation"]) for v in error["constraintViolations"]]


async def test_a_device_is_registered_with_its_group(desk: AsyncClient, tenant: Tenant) -> None:
    """The contract's example: both ids come back, both entities stand, and the device is part of its group."""
    said = {"displayName": "Cold room 3", "group": "edge-sensors", "tags": ["cold-chain"]}

    answer = await desk.post(f"{V1}/cold-room-3", json=said)

    assert answer.status_code == 200
    assert answer.json() == {"entityId": ROOM, "groupId": SENSORS}
    room, group = await entity(tenant, ROOM), await entity(tenant, SENSORS)
    assert (room.type, room.name, room.tags) == ("CUSTOM_DEVICE", "Cold room 3", (Tag(key="cold-chain"),))
    assert (group.type, group.name) == ("CUSTOM_DEVICE_GROUP", "edge-sensors")
    [relation] = await tenant.house.context.catalog.relations_of(tenant.admin, [ROOM])
    assert (relation.source, relation.kind, relation.target) == (ROOM, RelationKind.PART_OF, SENSORS)


async def test_what_is_not_said_again_stays(desk: AsyncClient, tenant: Tenant) -> None:
    """The contract's second call: a field that is absent or null keeps its value, and what is new is added."""
    await desk.post(
        f"{V1}/cold-room-3",
        json={
            "displayName": "Cold room 3",
            "group": "edge-sensors",
            "tags": ["cold-chain"],
            "hostNames": ["room3.example.com"],
            "listenPorts": [443, "8443"],
            "type": "sensor",
            "properties": {"floor": "2", "beds": 4},
            "configUrl": "https://config.example.com",
            "favicon": "https://config.example.com/i.png",
            "series": [{"timeseriesId": "x", "dataPoints": [[1, 2]]}],
        },
    )
    first = await entity(tenant, ROOM)

    again = {"group": "edge-sensors", "ipAddresses": ["192.0.2.17"], "displayName": None, "properties": None}
    answer = await desk.post(f"{V1}/cold-room-3", json=again)

    assert answer.json() == {"entityId": ROOM, "groupId": SENSORS}
    room = await entity(tenant, ROOM)
    assert (room.name, room.tags, room.first_seen) == ("Cold room 3", (Tag(key="cold-chain"),), first.first_seen)
    assert room.last_seen > first.last_seen
    assert room.properties == {
        "ipAddresses": ["192.0.2.17"],
        "hostNames": ["room3.example.com"],
        "listenPorts": [443, 8443],
        "type": "sensor",
        "properties": {"floor": "2", "beds": 4},
        "configUrl": "https://config.example.com",
        "favicon": "https://config.example.com/i.png",
    }


async def test_an_empty_list_of_addresses_clears_them(desk: AsyncClient, tenant: Tenant) -> None:
    """Null keeps the addresses; an empty list is none."""
    await desk.post(f"{V1}/cold-room-3", json={"group": "edge-sensors", "ipAddresses": ["192.0.2.17"]})
    await desk.post(f"{V1}/cold-room-3", json={"group": "edge-sensors", "ipAddresses": None})
    assert (await entity(tenant, ROOM)).properties["ipAddresses"] == ["192.0.2.17"]

    await desk.post(f"{V1}/cold-room-3", json={"group": "edge-sensors", "ipAddresses": []})

    assert (await entity(tenant, ROOM)).properties["ipAddresses"] == []


async def test_tags_come_on_top_of_those_there_are(desk: AsyncClient, tenant: Tenant) -> None:
    """A sender adds its tags, in every spelling; nobody else's go, and none is there twice."""
    await desk.post(f"{V1}/cold-room-3", json={"group": "edge-sensors", "tags": ["cold-chain", "lane:green"]})

    said = {"group": "edge-sensors", "tags": ["cold-chain", "[AWS]owner:ops", r"a\:b", None]}
    await desk.post(f"{V1}/cold-room-3", json=said)

    assert set((await entity(tenant, ROOM)).tags) == {
        Tag(key="cold-chain"),
        Tag(key="lane", value="green"),
        Tag(context="AWS", key="owner", value="ops"),
        Tag(key="a:b"),
    }
    assert len((await entity(tenant, ROOM)).tags) == 4


async def test_without_a_group_it_is_another_device(desk: AsyncClient, tenant: Tenant) -> None:
    """The last vector of the contract: the id without a group is another than the id with one."""
    await desk.post(f"{V1}/cold-room-3", json={"group": "edge-sensors", "displayName": "Cold room 3"})

    answer = await desk.post(f"{V1}/cold-room-3", json={})

    assert answer.json() == {"entityId": LONE_ROOM, "groupId": LONE_GROUP}
    room, group = await entity(tenant, LONE_ROOM), await entity(tenant, LONE_GROUP)
    assert (room.name, group.name) == ("cold-room-3", "cold-room-3")


async def test_everybody_may_register_a_device_at_once(desk: AsyncClient, tenant: Tenant) -> None:
    """However many senders describe a device at a time, it is one device, and what each of them says is kept."""
    said = [{"group": "edge-sensors", "tags": [f"sender:{n}"], "properties": None} for n in range(6)]

    answers = await gather(*(desk.post(f"{V1}/cold-room-3", json=one) for one in said))

    assert {answer.status_code for answer in answers} == {200}
    room = await entity(tenant, ROOM)
    assert set(room.tags) == {Tag(key="sender", value=str(n)) for n in range(6)}
    assert len(await tenant.house.context.catalog.relations_of(tenant.admin, [ROOM])) == 1


async def test_devices_of_one_name_live_side_by_side(desk: AsyncClient, tenant: Tenant) -> None:
    """Two groups may have a device that is called the same."""
    for group in ("edge-sensors", "payments"):
        answer = await desk.post(f"{V1}/cold-room-3", json={"displayName": "Room", "group": group})
        assert answer.status_code == 200

    found = await tenant.house.context.catalog.select(tenant.admin, OfType(("CUSTOM_DEVICE",)), limit=9)
    assert [device.name for device in found] == ["Room", "Room"]


async def test_the_id_in_the_path_is_decoded(desk: AsyncClient, tenant: Tenant) -> None:
    """Blanks, colons, slashes and letters of any kind occur in a device's id."""
    plain = await desk.post(f"{V1}/K%C3%BChl:raum%203%2Fb", json={"group": "Kühlhaus"})
    slash = await desk.post(f"{V1}/K%C3%BChl:raum%203%2Fb/", json={"group": "Kühlhaus"})
    managed = await desk.post(f"/e/acme{V1}/Sonde-%CE%B1", json={"group": "Kühlhaus"})

    assert plain.json() == slash.json()
    assert (await entity(tenant, plain.json()["entityId"])).name == "Kühl:raum 3/b"
    assert managed.json() == {
        "entityId": "CUSTOM_DEVICE-A84632CEF1C7127E",
        "groupId": "CUSTOM_DEVICE_GROUP-7E51B4A07BAB7B0D",
    }


async def test_slashes_of_the_id_may_come_as_they_are(desk: AsyncClient, tenant: Tenant) -> None:
    """Some clients encode a blank and leave a slash; one at the end of the path is none of the id."""
    encoded = await desk.post(f"{V1}/a%20b%3Ac%2Fd", json={})

    for raw in ("a%20b:c/d", "a%20b:c/d/", "a%20b:c%2Fd/"):
        for prefix in ("", "/e/acme"):
            assert (await desk.post(f"{prefix}{V1}/{raw}", json={})).json() == encoded.json()

    assert (await entity(tenant, encoded.json()["entityId"])).name == "a b:c/d"


@pytest.mark.parametrize("path", [V1, f"{V1}/", f"{V1}//", f"/e/acme{V1}", f"/e/acme{V1}/"])
async def test_a_device_has_an_id(desk: AsyncClient, path: str) -> None:
    """Without one there is no such path."""
    answer = await desk.post(path, json={})

    assert answer.status_code == 404
    assert answer.json() == {"error": {"code": 404, "message": "The requested resource was not found."}}


async def test_a_device_that_was_archived_comes_back(desk: AsyncClient, tenant: Tenant) -> None:
    """Who reports a device wants to see it."""
    await desk.post(f"{V1}/cold-room-3", json={"group": "edge-sensors", "tags": ["cold-chain"]})
    room = await entity(tenant, ROOM)
    await tenant.house.context.registry.edit(tenant.admin, WithId((ROOM,)), _archived)
    assert (await entity(tenant, ROOM)).archived

    await desk.post(f"{V1}/cold-room-3", json={"group": "edge-sensors", "displayName": "Back"})

    back = await entity(tenant, ROOM)
    assert (back.archived, back.name, back.tags, back.tag) == (False, "Back", room.tags, room.tag)


def _archived(entity: Entity) -> Entity:
    return replace(entity, archived=True)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ("", "Could not parse JSON near line 1 column 1"),
        ("[]", "Could not map JSON at '' near line 1 column 1"),
        ('"x"', "Could not map JSON at '' near line 1 column 1"),
        ('{"displayName": {}}', "Could not map JSON at 'displayName' near line 1 column 17"),
        ('{"tags": [[]]}', "Could not map JSON at 'tags[0]' near line 1 column 11"),
        ('{"listenPorts": ["http"]}', "Could not map JSON at 'listenPorts[0]' near line 1 column 18"),
        ('{"listenPorts": [1e300]}', "Could not map JSON at 'listenPorts[0]' near line 1 column 18"),
        ('{"properties": "x"}', "Could not map JSON at 'properties' near line 1 column 16"),
    ],
)
async def test_a_body_of_the_wrong_shape_changes_nothing(
    desk: AsyncClient, tenant: Tenant, sent: str, message: str
) -> None:
    """What is no object, or holds what means nothing, is refused with its place."""
    answer = await desk.post(f"{V1}/cold-room-3", content=sent)

    assert answer.status_code == 400
    assert answer.json() == {"error": {"code": 400, "message": message}}
    assert await tenant.house.context.catalog.named(tenant.admin, [LONE_ROOM]) == {}


async def test_every_violation_is_told(desk: AsyncClient) -> None:
    """What is too long or has no key is told at once, each with its path."""
    said = {"displayName": "x" * 501, "tags": [":v", "k:" + "x" * 2001], "hostNames": ["x" * 2001]}

    assert violations(await desk.post(f"{V1}/cold-room-3", json=said)) == [
        ("displayName", "size must be between 1 and 500", "PAYLOAD_BODY"),
        ("tags[0].key", "size must be between 1 and 2000", "PAYLOAD_BODY"),
        ("tags[1].value", "size must be between 0 and 2000", "PAYLOAD_BODY"),
        ("hostNames[0]", "size must be between 0 and 2000", "PAYLOAD_BODY"),
    ]
    assert violations(await desk.post(f"{V1}/{'x' * 501}", json={})) == [
        ("customDeviceId", "size must be between 1 and 500", "PATH")
    ]


async def test_a_tag_of_an_unknown_context_is_refused(desk: AsyncClient, tenant: Tenant) -> None:
    """As in attach rules, with the place; nothing is registered."""
    answer = await desk.post(f"{V1}/cold-room-3", content=b'{"tags": ["x",\n "[FOO]x"]}')

    assert answer.status_code == 400
    assert answer.json() == {"error": {"code": 400, "message": "Could not map JSON at 'tags[1]' near line 2 column 2"}}
    assert await tenant.house.context.catalog.named(tenant.admin, [LONE_ROOM]) == {}


async def test_an_entity_has_so_many_tags_and_no_more(desk: AsyncClient, tenant: Tenant) -> None:
    """Tags that are added again and again do not make an entity grow without end."""
    first = await desk.post(f"{V1}/cold-room-3", json={"group": "edge-sensors", "tags": [f"t{n}" for n in range(1000)]})
    more = await desk.post(f"{V1}/cold-room-3", json={"group": "edge-sensors", "tags": ["one more"]})

    assert first.status_code == 200
    assert violations(more) == [("tags", f"would give {ROOM} more than 1000 tags", "PAYLOAD_BODY")]
    assert len((await entity(tenant, ROOM)).tags) == 1000


async def test_the_second_version_says_whether_it_is_new(desk: AsyncClient, tenant: Tenant) -> None:
    """The contract's example: 201 with the ids, then 204 without a body."""
    said = {"customDeviceId": "checkout-probe", "displayName": "Checkout probe", "group": "payments"}

    first = await desk.post(V2, params={"uiBased": "true"}, json=said)
    again = await desk.post(V2, json={**said, "displayName": "Probe", "dnsNames": ["p.example.com"], "tags": ["no"]})

    assert first.status_code == 201
    assert first.json() == {"entityId": PROBE, "groupId": "CUSTOM_DEVICE_GROUP-6679EFC5AE3546CB"}
    assert (again.status_code, again.content) == (204, b"")
    probe = await entity(tenant, PROBE)
    assert (probe.name, probe.properties, probe.tags) == ("Probe", {"hostNames": ["p.example.com"]}, ())


async def test_it_is_new_to_one_of_those_who_send_it_at_once(desk: AsyncClient) -> None:
    """[4.1] 201 when it is new; whoever comes to a device that another registered a moment ago gets a 204."""
    said = [{"customDeviceId": "cold-room-3", "displayName": f"Cold room {n}"} for n in range(8)]

    answers = await gather(*(desk.post(V2, json=one) for one in said))

    assert sorted(answer.status_code for answer in answers) == [201] + [204] * 7


async def test_whether_a_person_sent_it_is_a_truth(desk: AsyncClient) -> None:
    """`uiBased` changes nothing, and is checked as other parameters are."""
    said = {"customDeviceId": "checkout-probe", "displayName": "Checkout probe"}

    answer = await desk.post(f"{V2}?uiBased=maybe", json=said)
    good = await desk.post(f"{V2}?uiBased=true", json=said)

    assert violations(answer) == [("uiBased", "'maybe' must be any of [false, true]", "QUERY")]
    assert good.status_code == 201


async def test_both_versions_mean_the_same_fields(desk: AsyncClient, tenant: Tenant) -> None:
    """What the second version calls otherwise is the field of the first."""
    said = {"customDeviceId": "cold-room-3", "displayName": "R", "group": "edge-sensors", "faviconUrl": "https://x/i"}
    await desk.post(V2, json=said)
    answer = await desk.post(f"{V1}/cold-room-3", json={"group": "edge-sensors", "hostNames": "r.example.com"})

    assert answer.json()["entityId"] == ROOM
    assert (await entity(tenant, ROOM)).properties == {"favicon": "https://x/i", "hostNames": ["r.example.com"]}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"customDeviceId": "x"}, [("displayName", "must not be null", "PAYLOAD_BODY")]),
        ({"customDeviceId": "x", "displayName": None}, [("displayName", "must not be null", "PAYLOAD_BODY")]),
        (
            {},
            [
                ("customDeviceId", "must not be null", "PAYLOAD_BODY"),
                ("displayName", "must not be null", "PAYLOAD_BODY"),
            ],
        ),
        (
            {"customDeviceId": "", "displayName": "x"},
            [("customDeviceId", "size must be between 1 and 500", "PAYLOAD_BODY")],
        ),
        (
            {"customDeviceId": "x", "displayName": "x", "dnsNames": ["x" * 2001]},
            [("dnsNames[0]", "size must be between 0 and 2000", "PAYLOAD_BODY")],
        ),
    ],
)
async def test_the_second_version_requires_id_and_name(
    desk: AsyncClient, tenant: Tenant, said: dict[str, object], expected: list[tuple[str, str, str]]
) -> None:
    """What is missing is told, all at once, by the names of the second version; nothing is registered."""
    assert violations(await desk.post(V2, json=said)) == expected
    assert await tenant.house.context.catalog.count(tenant.admin, OfType(("CUSTOM_DEVICE",))) == 0


async def test_a_token_needs_the_right(tenant: Tenant, desk: AsyncClient, account: MakeTenant) -> None:
    """Without the right nothing is registered; another account's devices are others."""
    token = await tenant.key(Right.READ_ENTITIES)
    weak = {"authorization": f"Api-Token {token}"}

    v1 = await desk.post(f"{V1}/x", json={}, headers=weak)
    v2 = await desk.post(V2, json={"customDeviceId": "x", "displayName": "x"}, headers=weak)

    scopes = ("DataExport (Access problem and event feed, metrics, and topology)", "entities.write (Write entities)")
    for answer, scope in zip((v1, v2), scopes, strict=True):
        assert answer.status_code == 403
        assert answer.json()["error"]["message"] == f"Token is missing required scope. Use one of: {scope}"
    other = await account()
    await desk.post(f"{V1}/cold-room-3", json={"group": "edge-sensors"})
    assert await other.house.context.catalog.named(other.admin, [ROOM]) == {}
