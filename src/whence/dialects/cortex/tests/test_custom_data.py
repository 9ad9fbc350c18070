"""B4: custom data of an entity, set by calls or said by its descriptor."""

from typing import Any, Final
from urllib.parse import quote

import pytest
from httpx import AsyncClient

from tests.builders import draft
from tests.tenants import MakeTenant, Tenant
from whence.dialects.cortex.tests.answers import is_bad, is_error, is_missing
from whence.dialects.cortex.tests.conftest import MakeClient
from whence.dialects.cortex.tests.described import describe
from whence.domain.access import Right
from whence.domain.entity import Entity

CATALOG: Final = "/api/v1/catalog"
DATA: Final = f"{CATALOG}/checkout-api/custom-data"
ANY: Final = f"{CATALOG}/custom-data"
FIXED: Final = "Cannot modify custom data that is defined in the descriptor"


@pytest.fixture
async def editor(tenant: Tenant, speak: MakeClient, checkout: Entity) -> AsyncClient:
    """A client that may write entities, of which there is one."""
    assert checkout.tag in DATA
    return speak(await tenant.key(Right.WRITE_ENTITIES))


async def entries(client: AsyncClient, where: str = DATA) -> dict[str, tuple[object, str]]:
    """Value and source by key, in the order of the list."""
    answer = await client.get(where)
    assert answer.status_code == 200, answer.text
    return {one["key"]: (one["value"], one["source"]) for one in answer.json()}


async def test_the_contracts_example(editor: AsyncClient) -> None:
    """[B4] A bare array, empty past its end; the number of an entry stays."""
    made = await editor.post(DATA, json={"key": "tier", "value": "gold"})

    entry = made.json()
    assert made.status_code == 200
    assert list(entry.items()) == [
        ("id", entry["id"]), ("key", "tier"), ("value", "gold"), ("source", "API"),
        ("dateUpdated", entry["dateUpdated"]),
    ]  # fmt: skip
    assert type(entry["id"]) is int
    assert 0 < entry["id"] < 2**53
    assert entry["dateUpdated"].endswith("Z")
    assert (await editor.get(DATA, params={"page": "0", "pageSize": "250"})).json() == [entry]
    past = await editor.get(DATA, params={"page": "1", "pageSize": "250"})
    assert (past.status_code, past.json()) == (200, [])
    assert (await editor.get(f"{DATA}/tier")).json() == entry
    changed = (await editor.post(DATA, json={"key": "tier", "value": "tin", "description": "worse"})).json()
    assert changed == {**entry, "value": "tin", "description": "worse", "dateUpdated": changed["dateUpdated"]}
    assert (await editor.get(DATA)).json() == [changed]


@pytest.mark.parametrize(
    "value", [None, True, 0, 1.5, "", "é😀", [], [1, None, {"a": []}], {"b": 1, "a": {"c": None}}, 10**30]
)
async def test_a_value_is_any_json(editor: AsyncClient, value: object) -> None:
    """[B4] Null, too."""
    made = await editor.post(DATA, json={"key": "k", "value": value})

    assert made.json()["value"] == value
    assert (await editor.get(f"{DATA}/k")).json()["value"] == value


@pytest.mark.parametrize("key", ["a/b", "a b:c", "//", "é😀", "%2F", "?x=1&y", "custom-data"])
async def test_a_key_is_any_text(editor: AsyncClient, key: str) -> None:
    """[B4] In a path it is encoded; in a query there is no need to."""
    made = (await editor.post(DATA, json={"key": key, "value": 1})).json()

    assert (await editor.get(f"{DATA}/{quote(key, safe='')}")).json() == made
    named = {"tag": "checkout-api", "key": key}
    assert (await editor.get(ANY, params=named)).json() == made
    assert (await editor.delete(ANY, params=named)).status_code == 200
    is_missing(await editor.get(f"{DATA}/{quote(key, safe='')}"), f"Custom data not found: {key}")


async def test_pages(editor: AsyncClient) -> None:
    """[A6] By key, in pages."""
    for key in "cabd":
        await editor.post(DATA, json={"key": key, "value": key})

    async def keys(**query: str) -> list[str]:
        return [one["key"] for one in (await editor.get(DATA, params=query)).json()]

    assert await keys() == ["a", "b", "c", "d"]
    assert await keys(pageSize="3") == ["a", "b", "c"]
    assert await keys(pageSize="3", page="1") == ["d"]
    is_bad(await editor.get(DATA, params={"pageSize": "0"}), "pageSize must be between 1 and 1000")


async def test_a_removed_entry_is_gone(editor: AsyncClient) -> None:
    """[B4] 200 without a body; one that is not there is as good as removed."""
    await editor.post(DATA, json={"key": "a", "value": 1})
    await editor.post(DATA, json={"key": "b", "value": 1})

    for _ in range(2):
        answer = await editor.request("DELETE", DATA, params={"key": "a"}, json={})
        assert (answer.status_code, answer.content) == (200, b"")

    assert await entries(editor) == {"b": (1, "API")}


async def test_what_a_descriptor_says_takes_force(editor: AsyncClient, tenant: Tenant, checkout: Entity) -> None:
    """[B4] It is listed as YAML; what a call sets in its place is the call's."""
    await describe(tenant, checkout, custom_metadata={"tier": "gold", "n": {"a": [1]}})
    await editor.post(DATA, json={"key": "x", "value": 1})
    assert await entries(editor) == {"n": ({"a": [1]}, "YAML"), "tier": ("gold", "YAML"), "x": (1, "API")}

    sent = {"key": "tier", "value": "tin"}
    is_bad(await editor.post(DATA, json=sent), FIXED)
    is_bad(await editor.post(DATA, params={"force": "False"}, json=sent), FIXED)
    is_bad(await editor.delete(DATA, params={"key": "tier"}), FIXED)
    is_bad(await editor.put(ANY, json={"values": {"checkout-api": [{"key": "y", "value": 1}, sent]}}), FIXED)
    assert (await entries(editor))["tier"] == ("gold", "YAML")
    assert (await editor.post(DATA, params={"force": "True"}, json=sent)).json()["source"] == "API"

    assert await entries(editor) == {"n": ({"a": [1]}, "YAML"), "tier": ("tin", "API"), "x": (1, "API")}


async def test_what_a_descriptor_says_is_removed_by_force_until_it_says_so_again(
    editor: AsyncClient, tenant: Tenant, checkout: Entity
) -> None:
    """[B4] What a call had set in its place goes, too."""
    said = {"tier": "gold", "other": 1}
    await describe(tenant, checkout, custom_metadata=said)
    await editor.post(DATA, params={"force": "true"}, json={"key": "tier", "value": "tin"})

    removed = await editor.delete(DATA, params={"key": "tier", "force": "true"})

    assert removed.status_code == 200
    assert await entries(editor) == {"other": (1, "YAML")}
    is_missing(await editor.get(f"{DATA}/tier"), "Custom data not found: tier")
    await describe(tenant, checkout, custom_metadata=said)
    assert await entries(editor) == {"other": (1, "YAML"), "tier": ("gold", "YAML")}


async def test_an_entity_without_a_descriptor_has_one(editor: AsyncClient, tenant: Tenant) -> None:
    """[B1.5] What other APIs say of the entity is as good as said by a descriptor."""
    await tenant.register(draft("Cart", tag="cart", properties={"tier": 1}))
    where = f"{CATALOG}/cart/custom-data"

    assert await entries(editor, where) == {"tier": (1, "YAML")}
    is_bad(await editor.post(where, json={"key": "tier", "value": 2}), FIXED)
    assert (await editor.delete(where, params={"key": "tier", "force": "true"})).status_code == 200

    assert await entries(editor, where) == {}


async def test_the_details_of_the_entity_have_it(editor: AsyncClient, tenant: Tenant, checkout: Entity) -> None:
    """[B1.6] As `metadata`."""
    await describe(tenant, checkout, custom_metadata={"a": 1})
    await editor.post(DATA, json={"key": "b", "value": [2], "description": "d"})

    details = (await editor.get(f"{CATALOG}/checkout-api")).json()

    assert details["metadata"] == [{"key": "a", "value": 1}, {"key": "b", "value": [2]}]


async def test_by_the_query(editor: AsyncClient) -> None:
    """[B4] The same, with the tag in the query; the key of an entry may be there, too."""
    named = {"tag": "checkout-api"}
    first = (await editor.post(ANY, params=named, json={"key": "a", "value": 1})).json()
    second = (await editor.post(ANY, params={**named, "key": "b"}, json={"value": 2})).json()

    assert (await editor.get(ANY, params=named)).json() == [first, second]
    assert (await editor.get(ANY, params={**named, "key": "b"})).json() == second
    is_missing(await editor.get(ANY, params={**named, "key": "c"}), "Custom data not found: c")
    for method in ("GET", "POST", "DELETE"):
        said = await editor.request(method, ANY, params={"tag": "no/one", "key": "a"}, json={"value": 1})
        is_missing(said, "Entity not found: no/one")
    is_bad(await editor.get(ANY), "tag is required")
    is_bad(await editor.delete(ANY), "tag is required; key is required")
    is_bad(await editor.post(ANY, json={"key": "a", "value": 1}), "tag is required")


@pytest.mark.parametrize(
    ("sent", "details"),
    [
        ({}, "key is required; value is required"),
        ({"key": None, "value": 1}, "key is required"),
        ({"key": " ", "value": 1}, "key is required"),
        ({"key": 1, "value": 1, "description": 1}, "key must be a string; description must be a string"),
        ({"key": "k" * 501, "value": 1}, "key must be at most 500 characters"),
        ({"key": "k"}, "value is required"),
    ],
)
async def test_a_bad_field_is_told(editor: AsyncClient, sent: dict[str, Any], details: str) -> None:
    """[A7.1] All of them, before the entity is looked for."""
    is_bad(await editor.post(f"{CATALOG}/nobody/custom-data", json=sent), details)
    is_bad(await editor.post(ANY, params={"tag": "nobody"}, json=sent), details)


async def test_bad_requests(editor: AsyncClient) -> None:
    """[A7.1] What the query cannot mean."""
    is_bad(await editor.delete(DATA), "key is required")
    is_bad(await editor.delete(DATA, params={"key": "a\0"}), "key must not hold a NUL character")
    is_bad(await editor.delete(DATA, params={"key": "k" * 501}), "key must be at most 500 characters")
    is_bad(
        await editor.post(DATA, params={"force": "maybe"}, json={"key": "a", "value": 1}), "force must be true or false"
    )
    is_bad(await editor.post(DATA, content=b"x"), "Malformed JSON")
    is_bad(await editor.post(DATA, content=b"[]"), "JSON object expected")
    assert (await editor.get(f"{DATA}/%00")).status_code == 404
    assert (await editor.get(f"{DATA}/%FF")).status_code == 404
    assert (await editor.post(DATA, content=b'{"key":"n","value":{"a\\u0000":"\\u0000"}}')).status_code == 200
    assert (await editor.get(f"{DATA}/n")).status_code == 200
    for method in ("GET", "POST", "DELETE"):
        said = await editor.request(
            method, f"{CATALOG}/nobody/custom-data", params={"key": "a"}, json={"key": "a", "value": 1}
        )
        is_missing(said, "Entity not found: nobody")


async def test_many_at_once(editor: AsyncClient, tenant: Tenant, checkout: Entity) -> None:
    """[B4] Entities that are not there are told, the others' entries stand; of two of a key the last counts."""
    await tenant.register(draft("Cart", tag="my/cart"))
    values = {
        "checkout-api": [{"key": "a", "value": 1}, {"key": "a", "value": [2]}, {"key": "b", "value": None}],
        "my/cart": [{"key": "a", "value": "x", "description": "d"}],
        "nobody": [{"key": "a", "value": 1}],
    }

    answer = await editor.put(ANY, json={"values": values})

    assert answer.status_code == 200
    assert answer.json()["errors"] == {"nobody": "NOT_FOUND"}
    assert [(one["tag"], one["key"], one["value"], one["source"]) for one in answer.json()["values"]] == [
        ("checkout-api", "a", [2], "API"), ("checkout-api", "b", None, "API"), ("my/cart", "a", "x", "API"),
    ]  # fmt: skip
    assert await entries(editor) == {"a": ([2], "API"), "b": (None, "API")}
    assert (await editor.get(f"{CATALOG}/my%2Fcart/custom-data/a")).json()["description"] == "d"
    again = await editor.put(ANY, json={"values": {checkout.cid: [{"key": "a", "value": 3}]}})
    assert list(again.json()) == ["values"]
    assert (await entries(editor))["a"] == (3, "API")


@pytest.mark.parametrize(
    ("sent", "details"),
    [
        ({"a": 1}, "values is required"),
        ({"values": 1}, "values must be an object"),
        ({"values": {"a": 1}}, "values.a must be a list"),
        ({"values": {"a": [{"key": 1}, 1]}},
         ("values.a[0].key must be a string; values.a[0].value is required; values.a[1] must be an object")),
    ],
)  # fmt: skip
async def test_what_is_bad_in_many_is_told(editor: AsyncClient, sent: dict[str, Any], details: str) -> None:
    """[A7.1] Every fault, with where it is."""
    is_bad(await editor.put(ANY, json=sent), details)


async def test_an_entity_that_comes_again_starts_empty(editor: AsyncClient, admin: AsyncClient, tenant: Tenant) -> None:
    """[A9] Custom data goes with its entity."""
    await editor.post(DATA, json={"key": "a", "value": 1})
    await admin.delete("/v1/entities/checkout-api")

    await tenant.register(draft("Checkout", tag="checkout-api"))

    assert await entries(editor) == {}


@pytest.mark.parametrize(
    ("method", "where", "said"),
    [
        ("DELETE", f"{DATA}?key=x&key=n", "key must be given once"),
        ("DELETE", f"{ANY}?key=x&key=n", "tag is required; key must be given once"),
        ("GET", f"{ANY}?tag=a&tag=b", "tag must be given once"),
        ("DELETE", f"{DATA}?key=%00", "key must not hold a NUL character"),
        ("DELETE", f"{DATA}?key=", "key is required"),
    ],
)
async def test_a_parameter_has_one_fault(editor: AsyncClient, method: str, where: str, said: str) -> None:
    """[A7.1] What is given twice is not missing."""
    is_bad(await editor.request(method, where), said)


@pytest.mark.parametrize(
    ("method", "where"), [("POST", DATA), ("DELETE", DATA), *((m, ANY) for m in ("PUT", "POST", "DELETE"))]
)
async def test_writing_takes_the_right(
    tenant: Tenant, speak: MakeClient, checkout: Entity, method: str, where: str
) -> None:
    """[A2.2-A2.6] Before anything else is looked at; whoever has a key may read."""
    viewer = speak(await tenant.key(Right.WRITE_EVENTS))

    refused = await viewer.request(method, where, content=b"{")

    is_error(refused, 403, "FORBIDDEN", "Forbidden", "Missing permission: Edit entities")
    assert checkout.tag in DATA
    assert await entries(viewer) == {}
    nobody = await speak(None).request(method, where, content=b"{")
    is_error(nobody, 401, "UNCATEGORIZED", "Unauthorized", "Missing or invalid API key")


async def test_other_accounts_are_out_of_reach(editor: AsyncClient, account: MakeTenant, speak: MakeClient) -> None:
    """[A1.9] The same tag in another account is another entity."""
    await editor.post(DATA, json={"key": "a", "value": 1})
    other = await account()
    stranger = speak(await other.key(Right.WRITE_ENTITIES))
    is_missing(await stranger.get(f"{DATA}/a"), "Entity not found: checkout-api")
    await other.register(draft("Checkout", tag="checkout-api"))

    assert await entries(stranger) == {}
    assert (await stranger.delete(DATA, params={"key": "a"})).status_code == 200
    assert (await stranger.put(ANY, json={"values": {"checkout-api": [{"key": "a", "value": 2}]}})).status_code == 200

    assert await entries(editor) == {"a": (1, "API")}


@pytest.mark.parametrize("depth", [100, 199, 200, 201, 300, 100_000])
async def test_a_deep_value_is_stored_or_refused(editor: AsyncClient, depth: int) -> None:
    """What is answered with 200 can be read again."""
    text = '{"key":"k","value":' + "[" * depth + "]" * depth + "}"

    made = await editor.post(DATA, content=text)

    assert made.status_code in {200, 400}, made.text
    assert (await editor.get(f"{DATA}/k")).status_code == {200: 200, 400: 404}[made.status_code]
    for where in (f"{CATALOG}/checkout-api/dependencies/checkout-api", f"{CATALOG}/checkout-api/deploys"):
        deep = text.replace('"key":"k","value"', '"metadata":{"x"').replace("]}", "]}}")
        assert (await editor.post(where, content=deep)).status_code in {201, 400, 403}
    assert (await editor.get(f"{CATALOG}/checkout-api/dependencies")).status_code == 200
    assert (await editor.get(DATA)).status_code == 200
