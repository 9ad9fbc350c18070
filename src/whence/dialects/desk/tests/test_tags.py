"""Custom tags, put on entities and taken off. Source: DESK contract 4.1."""

from collections.abc import Mapping

import pytest
from httpx import AsyncClient

from tests.builders import draft
from tests.tenants import Tenant
from whence.domain.access import Right
from whence.domain.entity import Entity, Tag, TagRule, TagTest

PATH = "/api/v2/tags"
HOSTS = {"entitySelector": "type(HOST)"}
LANE = {"context": "CONTEXTLESS", "key": "lane", "value": "green", "stringRepresentation": "lane:green"}
BLUE = {"context": "CONTEXTLESS", "key": "blue", "stringRepresentation": "blue"}
APP = {"context": "KUBERNETES", "key": "app", "value": "orders", "stringRepresentation": "[KUBERNETES]app:orders"}


async def hosts(tenant: Tenant) -> list[Entity]:
    """Two hosts and a service stand."""
    return await tenant.register(
        draft("one", type="HOST"),
        draft(
            "two",
            type="HOST",
            tags=(Tag(context="KUBERNETES", key="app", value="orders"), Tag(key="lane", value="red")),
        ),
        draft("orders"),
    )


async def tags_of(tenant: Tenant, entity: Entity) -> set[Tag]:
    """The tags that the entity has now."""
    return set((await tenant.house.context.catalog.require(tenant.admin, entity.id)).tags)


async def test_tags_are_put_on_all_that_the_selector_means(desk: AsyncClient, tenant: Tenant) -> None:
    """The contract's example: both hosts get both tags, which the answer shows; nobody else does."""
    one, two, orders = await hosts(tenant)

    answer = await desk.post(
        PATH, params=HOSTS, json={"tags": [{"key": "lane", "value": "green"}, {"key": "blue"}, {"key": "blue"}]}
    )

    assert answer.status_code == 200
    assert answer.json() == {"matchedEntitiesCount": 2, "appliedTags": [LANE, BLUE]}
    new = {Tag(key="lane", value="green"), Tag(key="blue")}
    assert await tags_of(tenant, one) == new
    assert await tags_of(tenant, two) == new | set(two.tags)
    assert await tags_of(tenant, orders) == set()


async def test_tags_are_in_force_at_once(desk: AsyncClient, tenant: Tenant) -> None:
    """What asks by tag right after the answer finds the entities, even if it found none right before."""
    await hosts(tenant)
    catalog = tenant.house.context.catalog
    rule = TagRule(types=("HOST",), tags=((TagTest(key="blue", value=""),),))
    assert await catalog.matching(tenant.admin, [rule]) == ()

    await desk.post(PATH, params=HOSTS, json={"tags": [{"key": "blue"}]})

    assert len(await catalog.matching(tenant.admin, [rule])) == 2


async def test_a_client_can_wait_for_an_entity(desk: AsyncClient, tenant: Tenant) -> None:
    """While nothing matches, the count is 0 and no tag was applied; then it is not."""
    said = {"tags": [{"key": "blue"}]}
    before = await desk.post(PATH, params=HOSTS, json=said)
    await hosts(tenant)
    after = await desk.post(PATH, params=HOSTS, json=said)

    assert before.json() == {"matchedEntitiesCount": 0, "appliedTags": []}
    assert after.json()["matchedEntitiesCount"] == 2


async def test_tags_are_listed_once(desk: AsyncClient, tenant: Tenant) -> None:
    """The tags of all that the selector means, each once, with their texts."""
    await hosts(tenant)
    await desk.post(PATH, params=HOSTS, json={"tags": [{"key": "blue"}]})

    answer = await desk.get(PATH, params=HOSTS)
    nothing = await desk.get(PATH, params={"entitySelector": "type(DISK)"})

    red = {**LANE, "value": "red", "stringRepresentation": "lane:red"}
    assert answer.json() == {"totalCount": 3, "tags": [BLUE, red, APP]}
    assert nothing.json() == {"totalCount": 0, "tags": []}


async def test_a_tag_is_taken_off_by_key_and_value(desk: AsyncClient, tenant: Tenant) -> None:
    """The contract's example: the tag of that value goes from both hosts; what is like it stays."""
    one, two, _ = await hosts(tenant)
    await desk.post(PATH, params=HOSTS, json={"tags": [{"key": "lane", "value": "green"}, {"key": "lane"}]})

    query = {"key": "lane", "value": "green", "deleteAllWithKey": "false", **HOSTS}
    answer = await desk.request("DELETE", PATH, params=query)

    assert answer.status_code == 200
    assert answer.json() == {"matchedEntitiesCount": 2}
    assert await tags_of(tenant, one) == {Tag(key="lane")}
    assert await tags_of(tenant, two) == {Tag(key="lane"), *two.tags}


@pytest.mark.parametrize(
    ("query", "left", "count"),
    [
        ({"key": "lane"}, {("lane", "red"), ("lane", "green"), ("app", "orders")}, 1),
        ({"key": "lane", "value": ""}, {("lane", "red"), ("lane", "green"), ("app", "orders")}, 1),
        ({"key": "lane", "deleteAllWithKey": "true"}, {("app", "orders")}, 1),
        ({"key": "lane", "value": "red", "deleteAllWithKey": "TRUE"}, {("app", "orders")}, 1),
        (
            {"key": "app", "deleteAllWithKey": "true"},
            {("lane", "red"), ("lane", "green"), ("lane", ""), ("app", "orders")},
            0,
        ),
        ({"key": "Lane"}, {("lane", "red"), ("lane", "green"), ("lane", ""), ("app", "orders")}, 0),
    ],
)
async def test_what_is_taken_off(
    desk: AsyncClient, tenant: Tenant, query: Mapping[str, str], left: set[tuple[str, str]], count: int
) -> None:
    """Without a value the tag without one goes, or all of the key on request; imported tags never do."""
    [host] = await tenant.register(
        draft(
            "one",
            type="HOST",
            tags=(
                Tag(key="lane", value="red"),
                Tag(key="lane", value="green"),
                Tag(key="lane"),
                Tag(context="KUBERNETES", key="app", value="orders"),
            ),
        )
    )

    answer = await desk.request("DELETE", PATH, params={**query, **HOSTS})

    assert answer.json() == {"matchedEntitiesCount": count}
    assert {(tag.key, tag.value) for tag in await tags_of(tenant, host)} == left


@pytest.mark.parametrize(
    ("method", "query", "body", "path", "message", "place"),
    [
        ("GET", {}, None, "entitySelector", "must not be null", "QUERY"),
        ("POST", {}, {"tags": [{"key": "a"}]}, "entitySelector", "must not be null", "QUERY"),
        ("DELETE", {"key": "a"}, None, "entitySelector", "must not be null", "QUERY"),
        ("DELETE", HOSTS, None, "key", "must not be null", "QUERY"),
        (
            "POST",
            {"entitySelector": "tag(a)"},
            {"tags": [{"key": "a"}]},
            "entitySelector",
            "Could not parse the entity selector near position 1",
            "QUERY",
        ),
        ("POST", HOSTS, {}, "tags", "must not be null", "PAYLOAD_BODY"),
        ("POST", HOSTS, {"tags": None}, "tags", "must not be null", "PAYLOAD_BODY"),
        ("POST", HOSTS, {"tags": []}, "tags", "must not be empty", "PAYLOAD_BODY"),
        ("POST", HOSTS, {"tags": [{"value": "x"}]}, "tags[0].key", "must not be null", "PAYLOAD_BODY"),
        (
            "POST",
            HOSTS,
            {"tags": [None, {"key": ""}]},
            "tags[1].key",
            "size must be between 1 and 2000",
            "PAYLOAD_BODY",
        ),
        (
            "POST",
            HOSTS,
            {"tags": [{"key": "x", "value": "x" * 2001}]},
            "tags[0].value",
            "size must be between 0 and 2000",
            "PAYLOAD_BODY",
        ),
        (
            "DELETE",
            {**HOSTS, "key": "a", "deleteAllWithKey": "maybe"},
            None,
            "deleteAllWithKey",
            "'maybe' must be any of [false, true]",
            "QUERY",
        ),
    ],
)
async def test_bad_input_is_told_with_its_place(
    desk: AsyncClient, method: str, query: Mapping[str, str], body: object, path: str, message: str, place: str
) -> None:
    """Each fault names its parameter or field, and says whether it was in the query or in the body."""
    answer = await desk.request(method, PATH, params=query, json=body)

    assert answer.status_code == 400
    assert answer.json() == {
        "error": {
            "code": 400,
            "message": "Constraints violated.",
            "constraintViolations": [{"path": path, "message": message, "parameterLocation": place, "location": None}],
        }
    }


@pytest.mark.parametrize("body", ["[]", '{"tags": ["blue"]}', '{"tags": [{"key": {}}]}', "{"])
async def test_a_body_of_the_wrong_shape_is_refused(desk: AsyncClient, tenant: Tenant, body: str) -> None:
    """What cannot be mapped is refused whole, and no tag is put on anything."""
    one, *_ = await hosts(tenant)

    answer = await desk.post(PATH, params=HOSTS, content=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("Could not ")
    assert await tags_of(tenant, one) == set()


@pytest.mark.parametrize(
    ("method", "right", "scope"),
    [
        ("GET", Right.WRITE_ENTITIES, "entities.read (Read entities)"),
        ("POST", Right.READ_ENTITIES, "entities.write (Write entities)"),
        ("DELETE", Right.READ_ENTITIES, "entities.write (Write entities)"),
    ],
)
async def test_each_call_needs_its_right(
    desk: AsyncClient, tenant: Tenant, method: str, right: Right, scope: str
) -> None:
    """A token that lacks the right is told which scope it would need."""
    weak = {"authorization": f"Api-Token {await tenant.key(right)}"}

    answer = await desk.request(method, PATH, params=HOSTS, headers=weak)

    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == f"Token is missing required scope. Use one of: {scope}"
