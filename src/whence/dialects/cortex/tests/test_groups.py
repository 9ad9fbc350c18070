"""B4: groups of an entity, added by calls or said by its descriptor."""

from typing import Any, Final

import pytest
from httpx import AsyncClient

from tests.builders import draft
from tests.tenants import MakeTenant, Tenant
from whence.dialects.cortex.tests.answers import is_bad, is_error, is_missing
from whence.dialects.cortex.tests.conftest import MakeClient
from whence.domain.access import Right
from whence.domain.entity import Entity, Tag

CATALOG: Final = "/api/v1/catalog"
GROUPS: Final = f"{CATALOG}/checkout-api/groups"
FIXED: Final = "Cannot modify group that is defined in the descriptor"
DESCRIPTOR: Final = """
info:
  title: Checkout API
  x-cortex-tag: checkout-api
  x-cortex-groups: [shop, z, 7]
"""


@pytest.fixture
async def editor(tenant: Tenant, speak: MakeClient, checkout: Entity) -> AsyncClient:
    """A client that may write entities, of which there is one."""
    assert checkout.tag in GROUPS
    return speak(await tenant.key(Right.WRITE_ENTITIES))


def body(*tags: str) -> dict[str, Any]:
    """The groups as a body has them."""
    return {"groups": [{"tag": tag} for tag in tags]}


async def groups(client: AsyncClient, where: str = GROUPS) -> list[str]:
    """The list."""
    answer = await client.get(where)
    assert answer.status_code == 200, answer.text
    return [group["tag"] for group in answer.json()["groups"]]


async def test_groups_are_added_and_removed(editor: AsyncClient) -> None:
    """[B4] Repeating is fine; a removal says which in its body."""
    added = await editor.put(GROUPS, json=body("b", "a", "b"))

    assert added.status_code == 200
    assert added.json() == {**body("a", "b"), "page": 0, "total": 2, "totalPages": 1}
    assert (await editor.put(GROUPS, json=body("a"))).json() == added.json()
    assert (await editor.get(GROUPS)).json() == added.json()
    assert (await editor.get(f"{CATALOG}/checkout-api")).json()["groups"] == ["a", "b"]

    for _ in range(2):
        removed = await editor.request("DELETE", GROUPS, json=body("a", "nobody"))
        assert (removed.status_code, removed.content) == (200, b"")
    assert await groups(editor) == ["b"]
    assert (await editor.request("DELETE", GROUPS, json={"groups": []})).status_code == 200
    assert await groups(editor) == ["b"]


async def test_what_a_descriptor_says_stays(editor: AsyncClient) -> None:
    """[B4, B1.6] Its groups are listed, and are its own to remove."""
    assert (await editor.post("/api/v1/open-api", content=DESCRIPTOR)).status_code == 200
    await editor.put(GROUPS, json=body("shop", "more"))
    assert await groups(editor) == ["7", "more", "shop", "z"]

    for tag in ("shop", "7"):
        is_bad(await editor.request("DELETE", GROUPS, json=body("more", tag)), FIXED)
    assert await groups(editor) == ["7", "more", "shop", "z"]
    await editor.post("/api/v1/open-api", content=DESCRIPTOR.replace("[shop, z, 7]", "[]"))

    assert await groups(editor) == ["more", "shop"]
    assert (await editor.request("DELETE", GROUPS, json=body("shop"))).status_code == 200
    assert await groups(editor) == ["more"]


async def test_a_tag_of_the_house_is_a_group(editor: AsyncClient, admin: AsyncClient, tenant: Tenant) -> None:
    """[B1.6] Other APIs say it as a tag with the key `group`; removed here it is gone there."""
    tags = (Tag(key="group", value="x"), Tag(key="group", value="y"), Tag(key="other", value="x"))
    await tenant.register(draft("Cart", tag="cart", tags=tags))
    where = f"{CATALOG}/cart/groups"
    assert await groups(editor, where) == ["x", "y"]

    assert (await editor.request("DELETE", where, json=body("x"))).status_code == 200

    assert await groups(editor, where) == ["y"]
    left = (await admin.get("/v1/entities/cart")).json()["tags"]
    assert [(tag["key"], tag["value"]) for tag in left] == [("group", "y"), ("other", "x")]


async def test_a_tag_of_an_archived_entity_is_removed_as_well(editor: AsyncClient, tenant: Tenant) -> None:
    """[B4] What is answered 200 is gone, though nobody sees the entity in lists."""
    await tenant.register(draft("Cart", tag="cart", tags=(Tag(key="group", value="x"), Tag(key="group", value="y"))))
    await editor.put(f"{CATALOG}/cart/archive", json={})

    assert (await editor.request("DELETE", f"{CATALOG}/cart/groups", json=body("x"))).status_code == 200

    assert await groups(editor, f"{CATALOG}/cart/groups") == ["y"]
    assert (await editor.get(f"{CATALOG}/cart")).json()["isArchived"] is True


async def test_pages(editor: AsyncClient) -> None:
    """[A6] By tag."""
    await editor.put(GROUPS, json=body(*"dcba"))

    page = (await editor.get(GROUPS, params={"pageSize": "3", "page": "1"})).json()

    assert page == {**body("d"), "page": 1, "total": 4, "totalPages": 2}
    is_bad(await editor.get(GROUPS, params={"page": "-1"}), "page must be 0 or greater")


@pytest.mark.parametrize(
    ("sent", "details"),
    [
        ({"a": 1}, "groups is required"),
        ({"groups": None}, "groups is required"),
        ({"groups": "a"}, "groups must be a list"),
        ({"groups": ["a"]}, "groups[0] must be an object"),
        (
            {"groups": [{"tag": ""}, {"tag": 1}, {"name": "x"}, {"tag": "t" * 501}]},
            (
                "groups[0].tag is required; groups[1].tag must be a string; groups[2].tag is required; "
                "groups[3].tag must be at most 500 characters"
            ),
        ),
        ({"groups": [{"tag": "x"}] * 5001}, "groups must hold at most 5000 objects"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_what_is_bad_is_told(editor: AsyncClient, method: str, sent: dict[str, Any], details: str) -> None:
    """[A7.1] All of it, before the entity is looked for."""
    is_bad(await editor.request(method, f"{CATALOG}/nobody/groups", json=sent), details)
    is_missing(await editor.request(method, f"{CATALOG}/nobody/groups", json=body("a")), "Entity not found: nobody")
    is_bad(await editor.request(method, GROUPS, content=b""), "Malformed JSON")


async def test_an_entity_that_comes_again_starts_empty(editor: AsyncClient, admin: AsyncClient, tenant: Tenant) -> None:
    """[A9] What it was added to goes with it."""
    await editor.put(GROUPS, json=body("a"))
    await admin.delete("/v1/entities/checkout-api")
    is_missing(await editor.get(GROUPS), "Entity not found: checkout-api")

    await tenant.register(draft("Checkout", tag="checkout-api"))

    assert await groups(editor) == []


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_writing_takes_the_right(tenant: Tenant, speak: MakeClient, checkout: Entity, method: str) -> None:
    """[A2.2-A2.6] Whoever has a key may read."""
    viewer = speak(await tenant.key(Right.WRITE_EVENTS))

    refused = await viewer.request(method, GROUPS, content=b"{")

    is_error(refused, 403, "FORBIDDEN", "Forbidden", "Missing permission: Edit entities")
    assert checkout.tag in GROUPS
    assert await groups(viewer) == []
    nobody = await speak(None).request(method, GROUPS, content=b"{")
    is_error(nobody, 401, "UNCATEGORIZED", "Unauthorized", "Missing or invalid API key")


async def test_other_accounts_are_out_of_reach(editor: AsyncClient, account: MakeTenant, speak: MakeClient) -> None:
    """[A1.9] The same tag in another account is another entity."""
    await editor.put(GROUPS, json=body("a"))
    other = await account()
    stranger = speak(await other.key(Right.WRITE_ENTITIES))
    is_missing(await stranger.get(GROUPS), "Entity not found: checkout-api")
    await other.register(draft("Checkout", tag="checkout-api"))

    assert await groups(stranger) == []
    assert (await stranger.request("DELETE", GROUPS, json=body("a"))).status_code == 200

    assert await groups(editor) == ["a"]
