"""B3: dependencies, which are relations of the kind `calls`."""

import asyncio
from typing import Any, Final

import pytest
from httpx import AsyncClient

from tests.builders import draft
from tests.tenants import MakeTenant, Tenant
from whence.dialects.cortex.tests.answers import is_bad, is_error, is_missing
from whence.dialects.cortex.tests.conftest import MakeClient
from whence.dialects.cortex.tests.described import describe
from whence.domain.access import Right
from whence.domain.document import Document
from whence.domain.entity import Entity, RelationKind

CATALOG: Final = "/api/v1/catalog"
ALL: Final = f"{CATALOG}/checkout-api/dependencies"
ONE: Final = f"{ALL}/payments-db"
BULK: Final = f"{CATALOG}/dependencies"
HOW: Final = {"method": "GET", "path": "/v1/ledger"}
ABOUT: Final[dict[str, Any]] = {"description": "reads balances", "metadata": {"tier": 1}}
ENDS: Final = {
    "callerTag": "checkout-api", "callerType": "service", "calleeTag": "payments-db", "calleeType": "database",
}  # fmt: skip
FIXED: Final = "Cannot modify dependency that is defined in the descriptor"


@pytest.fixture
async def payments(tenant: Tenant) -> Entity:
    """What the examples depend on."""
    (entity,) = await tenant.register(draft("Payments", tag="payments-db", type="DATABASE"))
    return entity


@pytest.fixture
async def editor(tenant: Tenant, speak: MakeClient, checkout: Entity, payments: Entity) -> AsyncClient:
    """A client that may write entities, of which there are two."""
    assert checkout.id != payments.id
    return speak(await tenant.key(Right.WRITE_ENTITIES))


async def edges(client: AsyncClient, where: str = ALL, **query: str) -> list[dict[str, Any]]:
    """The list."""
    answer = await client.get(where, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["dependencies"]


async def relations(admin: AsyncClient, tag: str = "checkout-api") -> list[tuple[str, str]]:
    """The kinds and targets of an entity's relations, as the native API tells them."""
    answer = await admin.get("/v1/relations", params={"entity": tag})
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["to"]) for one in answer.json()["relations"]]


async def test_the_contracts_examples(editor: AsyncClient, admin: AsyncClient, payments: Entity) -> None:
    """[B3] 201, listed, 204; and a relation of the core for as long."""
    made = await editor.post(ONE, params=HOW, json=ABOUT)

    assert made.status_code == 201
    assert list(made.json().items()) == list({**ENDS, **HOW, **ABOUT}.items())
    listed = await editor.get(ALL, params={"includeOutgoing": "True", "includeIncoming": "False"})
    assert listed.json() == {"dependencies": [made.json()], "page": 0, "total": 1, "totalPages": 1}
    assert (await editor.get(ONE, params=HOW)).json() == made.json()
    assert await relations(admin) == [("calls", payments.id)]

    removed = await editor.request("DELETE", ONE, params=HOW, json={})

    assert (removed.status_code, removed.content) == (204, b"")
    assert await edges(editor) == []
    assert await relations(admin) == []
    is_missing(await editor.get(ONE, params=HOW), "Dependency not found: checkout-api -> payments-db")


@pytest.mark.parametrize(
    ("sent", "about"),
    [
        ({}, {}),
        ({"description": None, "metadata": None}, {}),
        ({"description": "", "metadata": {}}, {"description": "", "metadata": {}}),
        ({"metadata": {"b": [1, None, {"x": 1.5}], "a": "é"}}, {"metadata": {"b": [1, None, {"x": 1.5}], "a": "é"}}),
        ({"unknown": 1}, {}),
    ],
)
async def test_what_is_sent_comes_back(editor: AsyncClient, sent: dict[str, Any], about: dict[str, Any]) -> None:
    """[B3] What is absent is left out."""
    assert (await editor.post(ONE, json=sent)).json() == {**ENDS, **about}

    assert await edges(editor) == [{**ENDS, **about}]


async def test_method_and_path_tell_edges_apart(editor: AsyncClient, admin: AsyncClient, payments: Entity) -> None:
    """[B3] Absent is a value of its own, and empty is absent; the relation stands for as long as one edge does."""
    ways: list[dict[str, str]] = [{}, {"method": "GET"}, {"path": "/a"}, {"method": "GET", "path": "/a"}]
    for how in ways:
        assert (await editor.post(ONE, params=how, json={"description": str(how)})).status_code == 201
    assert (await editor.post(ONE, params={"method": "", "path": ""}, json={"description": "again"})).status_code == 201

    assert sorted(one["description"] for one in await edges(editor)) == sorted(["again", *map(str, ways[1:])])
    for how in ways:
        assert await relations(admin) == [("calls", payments.id)]
        assert (await editor.delete(ONE, params=how)).status_code == 204
    assert await relations(admin) == []


async def test_a_long_path_is_no_trouble(editor: AsyncClient) -> None:
    """Longer than an index holds."""
    how = {"path": "/" + "é😀x" * 2000}

    assert (await editor.post(ONE, params=how, json={})).status_code == 201
    assert (await editor.get(ONE, params=how)).json()["path"] == how["path"]
    assert (await editor.delete(ONE, params=how)).status_code == 204


async def test_a_put_replaces_what_is_said(editor: AsyncClient) -> None:
    """[B3] Both members are required; what is not there is not made."""
    is_missing(await editor.put(ONE, json=ABOUT), "Dependency not found: checkout-api -> payments-db")
    await editor.post(ONE, json=ABOUT)

    answer = await editor.put(ONE, json={"description": "", "metadata": {"a": 1}})

    assert (answer.status_code, answer.json()) == (200, {**ENDS, "description": "", "metadata": {"a": 1}})
    assert await edges(editor) == [answer.json()]


@pytest.mark.parametrize(
    ("method", "query", "sent", "details"),
    [
        ("POST", {}, {"description": 1, "metadata": []}, "description must be a string; metadata must be an object"),
        ("PUT", {}, {}, "description is required; metadata is required"),
        ("PUT", {}, {"description": None, "metadata": None}, "description is required; metadata is required"),
        ("PUT", {}, {"description": 1}, "description must be a string; metadata is required"),
        ("PUT", {}, {"description": "", "metadata": "x"}, "metadata must be an object"),
        *[
            (
                method,
                {"method": "get"},
                ABOUT,
                "method must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE",
            )
            for method in ("GET", "POST", "PUT", "DELETE")
        ],
        ("POST", {"path": "a\0"}, ABOUT, "path must not hold a NUL character"),
        ("POST", {"method": ["GET", "PUT"]}, ABOUT, "method must be given once"),
    ],
)
async def test_what_is_bad_is_told(
    editor: AsyncClient, method: str, query: dict[str, Any], sent: dict[str, Any], details: str
) -> None:
    """[B3, A7.1] And nothing is made; it is told before what the path names is looked for."""
    is_bad(await editor.request(method, f"{CATALOG}/nobody/dependencies/no-one", params=query, json=sent), details)


async def test_bad_query_of_a_list(editor: AsyncClient) -> None:
    """[A6] Flags, page and size."""
    query = {"includeIncoming": "maybe", "pageSize": "1001", "page": "x"}

    is_bad(
        await editor.get(ALL, params=query),
        "includeIncoming must be true or false; pageSize must be between 1 and 1000; page must be an integer",
    )


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_both_ends_must_be_there(editor: AsyncClient, method: str) -> None:
    """[B3] 404, of the caller first."""
    for where, name in (("no%2Fone/dependencies/payments-db", "no/one"), ("checkout-api/dependencies/x%20y", "x y")):
        said = await editor.request(method, f"{CATALOG}/{where}", json=ABOUT)
        is_missing(said, f"Entity not found: {name}")
    is_missing(await editor.request("DELETE", f"{CATALOG}/nobody/dependencies"), "Entity not found: nobody")
    is_missing(await editor.get(f"{CATALOG}/nobody/dependencies"), "Entity not found: nobody")


async def test_ends_may_be_named_by_their_ids(editor: AsyncClient, checkout: Entity, payments: Entity) -> None:
    """[A3] Tag or generated id: the same edge."""
    made = await editor.post(f"{CATALOG}/{checkout.cid}/dependencies/{payments.cid}", json={})

    assert made.json() == ENDS
    assert (await editor.get(ONE)).json() == ENDS


async def test_the_list_goes_both_ways(editor: AsyncClient, tenant: Tenant) -> None:
    """[B3] Outgoing unless told otherwise, incoming if told so; an edge to itself once; by caller and callee."""
    await tenant.register(draft("Cart", tag="cart"), draft("Ledger", tag="a-ledger"))
    for caller, callee in (("checkout-api", "payments-db"), ("cart", "checkout-api"), ("checkout-api", "a-ledger")):
        await editor.post(f"{CATALOG}/{caller}/dependencies/{callee}", json={})
    await editor.post(f"{CATALOG}/checkout-api/dependencies/checkout-api", json={})

    async def ends(**query: str) -> list[tuple[str, str]]:
        return [(one["callerTag"], one["calleeTag"]) for one in await edges(editor, **query)]

    out = [("checkout-api", callee) for callee in ("a-ledger", "checkout-api", "payments-db")]
    into = [("cart", "checkout-api")]
    assert await ends() == out
    assert await ends(includeIncoming="True") == into + out
    assert await ends(includeIncoming="TRUE", includeOutgoing="false") == [*into, out[1]]
    assert await ends(includeOutgoing="False") == []
    page = (await editor.get(ALL, params={"includeIncoming": "true", "pageSize": "3", "page": "1"})).json()
    assert [one["calleeTag"] for one in page.pop("dependencies")] == ["payments-db"]
    assert page == {"page": 1, "total": 4, "totalPages": 2}


async def test_what_a_descriptor_says_is_listed_and_fixed(
    editor: AsyncClient, admin: AsyncClient, tenant: Tenant, checkout: Entity, payments: Entity
) -> None:
    """[B3] No call modifies it, single or many at once; another edge to the same callee may be."""
    await describe(
        tenant, checkout, dependency=[{"tag": "payments-db", **HOW, **ABOUT}, {"tag": "payments-db", "path": "/x"}]
    )
    listed = await edges(editor)
    assert listed == [{**ENDS, "path": "/x"}, {**ENDS, **HOW, **ABOUT}]
    assert (await editor.get(ONE, params=HOW)).json() == {**ENDS, **HOW, **ABOUT}

    for method in ("POST", "PUT", "DELETE"):
        is_bad(await editor.request(method, ONE, params=HOW, json=ABOUT), FIXED)
    for method in ("PUT", "DELETE"):
        many = {"values": {"checkout-api": [{"tag": "payments-db"}, {"tag": "payments-db", **HOW}]}}
        is_bad(await editor.request(method, BULK, json=many), FIXED)
    assert (await editor.delete(ALL)).status_code == 204
    assert await edges(editor) == listed

    await editor.post(ONE, json={})
    await editor.delete(ONE)
    assert await edges(editor) == listed
    assert await relations(admin) == [("calls", payments.id)]
    into = await edges(editor, f"{CATALOG}/payments-db/dependencies", includeIncoming="true")
    assert into == listed


async def test_the_relation_stands_while_anything_says_so(
    editor: AsyncClient, admin: AsyncClient, tenant: Tenant, checkout: Entity, payments: Entity
) -> None:
    """[B3] An edge that was made before a descriptor said the same is there again after it."""
    await editor.post(ONE, json={"description": "made"})
    await describe(tenant, checkout, dependency=[{"tag": "payments-db", "description": "said"}])
    assert await edges(editor) == [{**ENDS, "description": "said"}]

    await describe(tenant, checkout)

    assert await edges(editor) == [{**ENDS, "description": "made"}]
    assert await relations(admin) == [("calls", payments.id)]
    await editor.delete(ALL)
    assert await relations(admin) == []


async def test_a_relation_that_somebody_else_made_stays(
    editor: AsyncClient, admin: AsyncClient, payments: Entity
) -> None:
    """What the native API was told does not go with an edge, and is none."""
    told = {"from": "checkout-api", "to": "payments-db", "kind": RelationKind.CALLS}
    await admin.put("/v1/relations", json={"relations": [told]})
    assert await edges(editor) == []
    await editor.post(ONE, json={})

    await editor.delete(ONE)

    assert await relations(admin) == [("calls", payments.id)]


async def test_an_edge_to_nobody_yet_becomes_visible(
    editor: AsyncClient, admin: AsyncClient, tenant: Tenant, checkout: Entity
) -> None:
    """[B3] Once the callee is there."""
    await describe(tenant, checkout, dependency=[{"tag": "later"}])
    assert await edges(editor) == []

    (later,) = await tenant.register(draft("Later", tag="later"))

    assert [one["calleeTag"] for one in await edges(editor)] == ["later"]
    assert await relations(admin) == [("calls", later.id)]


async def test_an_edge_goes_with_either_end(editor: AsyncClient, admin: AsyncClient, tenant: Tenant) -> None:
    """[A9] For good: who comes again with the tag starts empty."""
    await tenant.register(draft("Cart", tag="cart"))
    await editor.post(ONE, json={})
    await editor.post(f"{CATALOG}/cart/dependencies/checkout-api", json={})
    await admin.delete("/v1/entities/payments-db")
    assert await edges(editor) == []

    await tenant.register(draft("Payments", tag="payments-db", type="DATABASE"))
    assert await edges(editor, includeIncoming="true") != []
    assert await edges(editor) == []
    await admin.delete("/v1/entities/checkout-api")
    await tenant.register(draft("Checkout", tag="checkout-api"))

    assert await edges(editor, includeIncoming="true") == []
    assert await edges(editor, f"{CATALOG}/cart/dependencies") == []
    assert await relations(admin) == []
    assert (await editor.post(ONE, json={})).json() == ENDS


async def test_a_strange_descriptor_does_no_harm(editor: AsyncClient, tenant: Tenant, checkout: Entity) -> None:
    """What has no shape of a dependency is none."""
    odd: list[Any] = [
        {"tag": "payments-db", "method": "get", "path": 7, "metadata": ["x"]},
        {"tag": ["x"]}, {"tag": ""}, {"tag": "nobody", "method": {}}, "payments-db", 1, None, ["x"], "checkout-api",
    ]  # fmt: skip
    strange: list[Any] = [{"x-cortex-dependency": "x"}, ["x"], None]
    for value in ({"x-cortex-dependency": odd}, *strange):
        kept = Document(owner=checkout.id, kind="info", key="", value=value)
        await tenant.house.context.documents.put(tenant.admin, [kept])
        expected = [] if value in strange else [ENDS, {**ENDS, "method": "GET", "path": "7"}]
        assert await edges(editor) == expected


async def test_types_are_spelled_as_descriptors_do(
    editor: AsyncClient, tenant: Tenant, checkout: Entity, payments: Entity
) -> None:
    """[B3] What the house writes in its own letters is told as it was sent."""
    (function,) = await tenant.register(draft("Resize", tag="resize", type="AWS_LAMBDA"))
    await describe(tenant, function, type="aws-lambda")
    await editor.post(f"{CATALOG}/resize/dependencies/payments-db", json={})

    (edge,) = await edges(editor, f"{CATALOG}/resize/dependencies")

    assert (edge["callerType"], edge["calleeType"]) == ("aws-lambda", "database")
    assert (checkout.type, payments.type) == ("SERVICE", "DATABASE")


async def test_who_calls_itself_stands_in_no_relation(editor: AsyncClient, admin: AsyncClient) -> None:
    """There is an edge, and nothing that an alert could spread by."""
    assert (await editor.post(f"{ALL}/checkout-api", json={})).status_code == 201

    assert len(await edges(editor)) == 1
    assert await relations(admin) == []


async def test_many_at_once(editor: AsyncClient, admin: AsyncClient, tenant: Tenant, payments: Entity) -> None:
    """[B3] What stands is answered in the shape in which it was sent; of two of one identity the last counts."""
    await tenant.register(draft("Cart", tag="cart"))
    sent = {
        "checkout-api": [
            {"tag": "payments-db", "description": "first"},
            {"tag": "payments-db", "method": None, "description": "second", "metadata": {"a": 1}},
            {"tag": "payments-db", **HOW},
        ],
        "cart": [{"tag": "checkout-api"}],
    }

    answer = await editor.put(BULK, json={"values": sent})

    assert answer.status_code == 200
    assert answer.json() == {
        "values": {
            "checkout-api": [
                {"tag": "payments-db", "description": "second", "metadata": {"a": 1}},
                {"tag": "payments-db", **HOW},
            ],
            "cart": [{"tag": "checkout-api"}],
        }
    }
    assert len(await edges(editor, includeIncoming="true")) == 3
    assert ("calls", payments.id) in await relations(admin)

    going = {"checkout-api": [{"tag": "payments-db"}, {"tag": "payments-db", "method": "PUT"}], "cart": []}
    removed = await editor.request("DELETE", BULK, json={"values": going})

    assert (removed.status_code, removed.content) == (204, b"")
    assert len(await edges(editor, includeIncoming="true")) == 2
    assert ("calls", payments.id) in await relations(admin)


BAD_LISTS: Final[list[tuple[dict[str, Any], str]]] = [
    ({}, "values is required"),
    ({"values": None}, "values is required"),
    ({"values": []}, "values must be an object"),
    ({"values": {"a": None}}, "values.a is required"),
    ({"values": {"a": {}}}, "values.a must be a list"),
    ({"values": {"a": [1, {}]}}, "values.a[0] must be an object; values.a[1].tag is required"),
    (
        {"values": {"a": [{"tag": 1, "method": "x", "path": 1, "description": 1, "metadata": 1}], "b": 1}},
        (
            "values.a[0].tag must be a string; "
            "values.a[0].method must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE; "
            "values.a[0].path must be a string; values.a[0].description must be a string; "
            "values.a[0].metadata must be an object; values.b must be a list"
        ),
    ),
    ({"values": {"a": [{"tag": "x"}] * 5000}}, "values must hold at most 5000 objects"),
]


@pytest.mark.parametrize(("sent", "details"), BAD_LISTS)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_what_is_bad_in_many_is_told(editor: AsyncClient, method: str, sent: object, details: str) -> None:
    """[A7.1] Every fault, with where it is."""
    is_bad(await editor.request(method, BULK, json=sent), details)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_many_are_all_or_none(editor: AsyncClient, method: str) -> None:
    """[B3] 404 for an end that is not there, and nothing is made."""
    strange: list[tuple[dict[str, list[dict[str, str]]], str]] = [
        ({"nobody": []}, "nobody"),
        ({"checkout-api": [{"tag": "payments-db"}, {"tag": "x/y"}]}, "x/y"),
    ]
    for values, name in strange:
        said = await editor.request(method, BULK, json={"values": values})
        is_missing(said, f"Entity not found: {name}")
    assert await edges(editor) == []


@pytest.mark.parametrize(
    ("method", "where"),
    [("POST", ONE), ("PUT", ONE), ("DELETE", ONE), ("DELETE", ALL), ("PUT", BULK), ("DELETE", BULK)],
)
async def test_writing_takes_the_right(
    tenant: Tenant, speak: MakeClient, checkout: Entity, method: str, where: str
) -> None:
    """[A2.2-A2.6] Before the body is looked at; whoever has a key may read."""
    viewer = speak(await tenant.key(Right.WRITE_EVENTS))

    refused = await viewer.request(method, where, content=b"{")

    is_error(refused, 403, "FORBIDDEN", "Forbidden", "Missing permission: Edit entities")
    assert checkout.tag in ALL
    assert await edges(viewer) == []
    nobody = await speak(None).request(method, where, content=b"{")
    is_error(nobody, 401, "UNCATEGORIZED", "Unauthorized", "Missing or invalid API key")


async def test_other_accounts_are_out_of_reach(editor: AsyncClient, account: MakeTenant, speak: MakeClient) -> None:
    """[A1.9] The same tags in another account are other entities."""
    await editor.post(ONE, json={})
    other = await account()
    stranger = speak(await other.key(Right.WRITE_ENTITIES))
    is_missing(await stranger.get(ALL), "Entity not found: checkout-api")
    await other.register(draft("Checkout", tag="checkout-api"), draft("Payments", tag="payments-db"))

    assert await edges(stranger, includeIncoming="true") == []
    assert (await stranger.delete(ALL)).status_code == 204
    many = {"values": {"checkout-api": [{"tag": "payments-db"}]}}
    assert (await stranger.request("DELETE", BULK, json=many)).status_code == 204

    assert await edges(editor) == [ENDS]


async def test_many_callers_at_once(editor: AsyncClient, admin: AsyncClient, payments: Entity) -> None:
    """Whoever comes first: nobody fails, and the relation stands just as the edges do."""
    ways: list[dict[str, str]] = [{"path": f"/{n % 4}"} for n in range(16)]

    made = await asyncio.gather(*(editor.post(ONE, params=how, json={}) for how in ways))
    assert {answer.status_code for answer in made} == {201}
    assert (len(await edges(editor)), await relations(admin)) == (4, [("calls", payments.id)])
    both = [editor.post(ONE, params=how, json={}) for how in ways[:4]] + [editor.delete(ALL) for _ in range(4)]
    mixed = await asyncio.gather(*both)

    assert {answer.status_code for answer in mixed} <= {201, 204}
    assert bool(await edges(editor)) == bool(await relations(admin))
    gone = await asyncio.gather(
        admin.delete("/v1/entities/payments-db"), *(editor.post(ONE, json={}) for _ in range(4))
    )
    assert {answer.status_code for answer in gone} <= {201, 204, 404}
    assert await edges(editor) == []
    assert await relations(admin) == []


async def test_what_is_removed_is_not_brought_back_by_a_put_beside_it(editor: AsyncClient) -> None:
    """A PUT makes nothing: whoever of the two comes first, the edge is gone; and one of many removes it."""
    await editor.post(ONE, json={})
    puts = [editor.put(ONE, json=ABOUT) for _ in range(8)]
    removals = [editor.request("DELETE", ONE, json={}) for _ in range(4)]

    said = await asyncio.gather(*puts[:4], *removals, *puts[4:])

    assert {answer.status_code for answer in said[:4] + said[8:]} <= {200, 404}
    assert sorted(answer.status_code for answer in said[4:8]) == [204, 404, 404, 404]
    assert await edges(editor) == []


async def test_the_last_of_many_puts_counts_whole(editor: AsyncClient) -> None:
    """[A9] None of them fails, and none is mixed with another."""
    await editor.post(ONE, json={})
    sent: list[dict[str, Any]] = [{"description": str(n), "metadata": {"n": n}} for n in range(12)]

    said = await asyncio.gather(*(editor.put(ONE, json=about) for about in sent))

    assert {answer.status_code for answer in said} == {200}
    (edge,) = await edges(editor)
    assert {name: edge[name] for name in ABOUT} in sent
