"""[3.5] What is written where an entity's id belongs: every call that takes an id takes the entity's other names."""

from typing import Any, Final

import pytest
from httpx import AsyncClient

from tests.tenants import Tenant
from whence.dialects.desk import naming, targets
from whence.dialects.desk.targets import Targets
from whence.dialects.desk.tests.pushing import ORDERS, drafted, events, message, pushed, tagged
from whence.dialects.desk.tests.troubles import got, opened
from whence.domain.access import Right
from whence.domain.entity import Draft, RelationKind
from whence.domain.entity_test import AllOf, EntityTest, Negated, Never, OfType, Related, WithId
from whence.registry import Named

CART: Final = "SERVICE-00000000000A0002"
FORMER: Final = "SERVICE-00000000000CA119"
NAMES: Final = [CART, "service-a0002", "SERVICE-CA119", "cart-svc", "cart-x", "en00000000000a0002"]
INGEST: Final = "/api/v2/events/ingest"


@pytest.fixture(autouse=True)
async def cart(tenant: Tenant) -> None:
    """An entity with the id of a former installation, and with names that are no ids; and another."""
    aliases = (FORMER, "cart-svc")
    await tenant.register(
        Draft(id=CART, tag="cart-x", type="SERVICE", name="cart", aliases=aliases, tags=(tagged("blue"),)),
        drafted(ORDERS, name="orders"),
    )


def ingest(selector: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
    """A body of the second version."""
    return {"eventType": "CUSTOM_INFO", "title": "T", "entitySelector": selector, **fields}


@pytest.mark.parametrize("name", NAMES)
async def test_events_are_read_by_any_name(desk: AsyncClient, name: str) -> None:
    """By the parameter of the first version, and by either selector of the second."""
    await pushed(desk, message(attachRules={"entityIds": [CART, ORDERS]}))

    (by_first,) = await events(desk, entityId=name)
    by_event = await got(desk, "/api/v2/events", eventSelector=f'entityId("{name}")')
    by_entity = await got(desk, "/api/v2/events", entitySelector=f'entityId("{name}")')
    by_both = await got(
        desk, "/api/v2/events", entitySelector='type("SERVICE")', eventSelector=f'entityId("{name}","{FORMER}")'
    )

    assert by_first["entityId"] == CART
    shown = [[one["entityId"]["entityId"]["id"] for one in found["events"]] for found in (by_event, by_entity, by_both)]
    assert shown == [[CART]] * 3


@pytest.mark.parametrize("name", NAMES)
async def test_entities_are_found_by_any_name(desk: AsyncClient, name: str) -> None:
    """By a selector, also where it says who is not meant; and in the lists of the first version."""
    by_id = await got(desk, "/api/v2/entities", entitySelector=f'entityId("{name}")')
    others = await got(desk, "/api/v2/entities", entitySelector=f'type("SERVICE"),not(entityId("{name}"))')
    listed = (await desk.get("/api/v1/entity/services", params={"entity": name})).json()

    assert [one["entityId"] for one in by_id["entities"]] == [CART]
    assert [one["entityId"] for one in others["entities"]] == [ORDERS]
    assert [one["entityId"] for one in listed] == [CART]


@pytest.mark.parametrize("name", NAMES)
async def test_an_entity_is_found_by_its_neighbours_name(desk: AsyncClient, tenant: Tenant, name: str) -> None:
    """[5.4] A relation to an entity is one to whatever it is called."""
    relation = Named(source=ORDERS, target=CART, kind=RelationKind.CALLS)
    await tenant.house.context.registry.relate(tenant.admin, [relation])

    selector = f'type("SERVICE"),fromRelationships.calls(entityId("{name}"))'
    found = await got(desk, "/api/v2/entities", entitySelector=selector)

    assert [one["entityId"] for one in found["entities"]] == [ORDERS]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "cart-x"])
async def test_an_entity_is_shown_under_any_of_its_ids(desk: AsyncClient, name: str) -> None:
    """The path takes an alias as it takes an id; a tag is none."""
    assert (await got(desk, f"/api/v2/entities/{name}"))["entityId"] == CART


@pytest.mark.parametrize("name", NAMES)
async def test_tags_are_put_on_by_any_name(desk: AsyncClient, name: str) -> None:
    """A client that repeats this call until it matches somebody comes to an end; reading and taking off are alike."""
    query = {"entitySelector": f'entityId("{name}")'}

    put_on = await desk.post("/api/v2/tags", params=query, json={"tags": [{"key": "new"}]})
    taken_off = await desk.delete("/api/v2/tags", params={**query, "key": "blue"})
    left = await got(desk, "/api/v2/tags", **query)

    assert [answer.json()["matchedEntitiesCount"] for answer in (put_on, taken_off)] == [1, 1]
    assert [tag["key"] for tag in left["tags"]] == ["new"]


async def test_problems_are_found_by_any_name(desk: AsyncClient, tenant: Tenant) -> None:
    """[5.6] By whom they affect, in either selector; a name that is nobody's finds none."""
    (problem,) = await opened(desk, tenant, message("ERROR_EVENT", attachRules={"entityIds": [CART]}))

    async def found(**query: str) -> list[str]:
        shown = await got(desk, "/api/v2/problems", **query)
        return [one["problemId"] for one in shown["problems"]]

    for name in NAMES:
        assert await found(problemSelector=f'affectedEntities("{name}")') == [problem]
        assert await found(problemSelector=f'impactedEntities("{name}")') == [problem]
        assert await found(entitySelector=f'entityId("{name}")') == [problem]
    assert await found(problemSelector='affectedEntities("cart-y")') == []


@pytest.mark.parametrize("name", NAMES)
async def test_an_event_is_put_on_an_entity_by_any_name(desk: AsyncClient, name: str) -> None:
    """[5.3] Once, however often the selector names it, and under the correlation id that it has there."""
    by_id = await desk.post(INGEST, json=ingest(f'entityId("{CART}")', title="first"))
    answers = [
        await desk.post(INGEST, json=ingest(f'entityId("{name}")', title="first")),
        await desk.post(INGEST, json=ingest(f'entityId("{name}","{CART}","{FORMER}")', title="first")),
        await desk.post(INGEST, json=ingest(f'entityId("{name}"),tag("blue")', title="first")),
    ]

    assert [answer.status_code for answer in answers] == [201] * 3
    assert [answer.json() for answer in answers] == [by_id.json()] * 3
    assert {one["entityId"] for one in await events(desk)} == {CART}


async def test_what_is_not_stored_has_the_correlation_id_of_the_entity(desk: AsyncClient) -> None:
    """[5.3] That which the event would have had, whatever the entity was called."""
    answers = [
        (await desk.post(INGEST, json=ingest(f'entityId("{name}")', startTime=1))).json()["eventIngestResults"]
        for name in NAMES
    ]

    assert answers == [answers[0]] * len(NAMES)
    assert answers[0][0]["status"] == "INVALID_TIMESTAMPS"


async def test_a_name_is_no_unknown_id(desk: AsyncClient, anonymous: AsyncClient, tenant: Tenant) -> None:
    """Where ids that nobody registered are ignored, an alias is not, nor is an archived entity's id."""
    await tenant.register(Draft(id=ORDERS, type="SERVICE", name="orders", archived=True))
    token = await _rejecting(tenant)
    selector = f'entityId("SERVICE-CA119","{ORDERS}","SERVICE-77")'

    answer = await anonymous.post(INGEST, json=ingest(selector), headers={"authorization": f"Api-Token {token}"})

    assert answer.status_code == 201
    assert answer.json()["reportCount"] == 2
    assert answer.json()["warnings"] == ["no entity has the id SERVICE-77, it is ignored"]
    assert {one["entityId"] for one in await events(desk)} == {CART, ORDERS}


async def test_an_id_that_became_a_name_meanwhile(tenant: Tenant) -> None:
    """Between the look and the writing: one entity, once, and its own id."""
    found = Targets(entities={FORMER: None, CART: None}, ignored=())

    entities = await targets.registered(tenant.house.context.registry, tenant.admin, found)

    assert [entity.id for entity in entities] == [CART]


@pytest.mark.parametrize(
    ("test", "meant"),
    [
        (WithId(("cart-svc", "HOST-42", CART, "service-ca119")), WithId((CART, "HOST-0000000000000042"))),
        (Negated(WithId(("cart-x",))), Negated(WithId((CART,)))),
        (
            AllOf((OfType(("SERVICE",)), Related((RelationKind.CALLS,), outgoing=True, inner=WithId(("cart-svc",))))),
            AllOf((OfType(("SERVICE",)), Related((RelationKind.CALLS,), outgoing=True, inner=WithId((CART,))))),
        ),
        (Never(), Never()),
    ],
)
async def test_names_of_a_question(tenant: Tenant, test: EntityTest, meant: EntityTest) -> None:
    """They are found at every depth, each id once; what is nobody's is an id with all its digits."""
    assert await naming.resolved(tenant.house.context.catalog, tenant.admin, test) == meant


async def _rejecting(tenant: Tenant) -> str:
    """A token under which ids that nobody registered are ignored."""
    _, token = await tenant.house.context.access.create_token(
        None,
        name="reject",
        account=tenant.name,
        rights=[Right.WRITE_EVENTS],
        options={"desk": {"unknown_entity_ids": "reject"}},
    )
    return token
