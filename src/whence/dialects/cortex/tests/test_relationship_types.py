"""B5: the types of relationships that an account's people define."""

from typing import Any, Final

import pytest
from httpx import AsyncClient

from tests.tenants import MakeTenant, Tenant
from whence.dialects.cortex.tests.answers import is_bad, is_error, is_missing
from whence.dialects.cortex.tests.conftest import MakeClient
from whence.domain.access import Right

PATH: Final = "/api/v1/relationship-types"
PARTS: Final[dict[str, Any]] = {
    "tag": "parts",
    "name": "Component parts",
    "description": "what it is made of",
    "definitionLocation": "BOTH",
    "allowCycles": False,
    "isSingleSource": True,
    "isSingleDestination": False,
    "createCatalog": False,
    "sourcesFilter": {"include": True, "types": ["component"]},
    "destinationsFilter": {"include": False, "types": ["team", "domain"]},
    "inheritances": [{"parameterTag": "x-cortex-owners", "inheritanceType": "FALLBACK"}],
    "sourceLabelSingular": "Component",
    "sourceLabelPlural": "Components",
    "destinationLabelSingular": "Part",
    "destinationLabelPlural": "Parts",
}
USUAL: Final[dict[str, Any]] = {
    "definitionLocation": "BOTH",
    "allowCycles": True,
    "isSingleSource": False,
    "isSingleDestination": False,
    "createCatalog": False,
    "sourcesFilter": {"include": True, "types": []},
    "destinationsFilter": {"include": True, "types": []},
    "inheritances": [],
    "isCortexManaged": False,
}


@pytest.fixture
async def editor(tenant: Tenant, speak: MakeClient) -> AsyncClient:
    """A client that may write entities."""
    return speak(await tenant.key(Right.WRITE_ENTITIES))


async def types(client: AsyncClient, **query: str) -> list[str]:
    """The tags in the list."""
    answer = await client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    return [one["tag"] for one in answer.json()["relationshipTypes"]]


async def test_a_type_lives(editor: AsyncClient) -> None:
    """[B5] Created, listed, read, replaced as a whole, deleted."""
    made = await editor.post(PATH, json=PARTS)

    assert made.status_code == 200, made.text
    assert made.json() == {**PARTS, "isCortexManaged": False}
    assert (await editor.get(PATH)).json() == {
        "relationshipTypes": [made.json()], "page": 0, "total": 1, "totalPages": 1,
    }  # fmt: skip
    assert (await editor.get(f"{PATH}/parts")).json() == made.json()

    replaced = await editor.put(f"{PATH}/parts", json={"tag": "parts", "name": "Parts"})

    assert (replaced.status_code, replaced.json()) == (200, {"tag": "parts", "name": "Parts", **USUAL})
    assert (await editor.get(f"{PATH}/parts")).json() == replaced.json()
    removed = await editor.request("DELETE", f"{PATH}/parts", json={})
    assert (removed.status_code, removed.content) == (204, b"")
    for method in ("GET", "PUT", "DELETE"):
        said = await editor.request(method, f"{PATH}/parts", json={"name": "x"})
        is_missing(said, "Relationship type not found: parts")
    assert await types(editor) == []


async def test_what_is_left_out_limits_nothing(editor: AsyncClient) -> None:
    """[B5] A tag and a name are enough; null is as good as absent, and what nobody asks for is not kept."""
    nulls = dict.fromkeys(PARTS.keys() - {"tag", "name"})

    assert (await editor.post(PATH, json={"tag": "a", "name": "A"})).json() == {"tag": "a", "name": "A", **USUAL}
    sent = {**nulls, "tag": "b", "name": "B", "odd": 1, "isCortexManaged": True}
    assert (await editor.post(PATH, json=sent)).json() == {"tag": "b", "name": "B", **USUAL}
    half = {"tag": "c", "name": "C", "sourcesFilter": {"types": ["x"]}, "destinationsFilter": {"include": False}}
    made = (await editor.post(PATH, json=half)).json()
    assert made["sourcesFilter"] == {"include": True, "types": ["x"]}
    assert made["destinationsFilter"] == {"include": False, "types": []}


async def test_a_type_is_created_once(editor: AsyncClient) -> None:
    """[A7.1] 409 for one that is there."""
    await editor.post(PATH, json=PARTS)

    said = await editor.post(PATH, json={"tag": "parts", "name": "Others"})

    is_error(said, 409, "CONFLICT", "Conflict", "Relationship type already exists: parts")
    assert (await editor.get(f"{PATH}/parts")).json()["name"] == "Component parts"


async def test_pages(editor: AsyncClient) -> None:
    """[A6] By tag, 0-indexed."""
    for tag in "cab":
        assert (await editor.post(PATH, json={"tag": tag, "name": tag})).status_code == 200

    page = (await editor.get(PATH, params={"pageSize": "2", "page": "1"})).json()

    assert await types(editor) == ["a", "b", "c"]
    assert [one["tag"] for one in page.pop("relationshipTypes")] == ["c"]
    assert page == {"page": 1, "total": 3, "totalPages": 2}
    is_bad(await editor.get(PATH, params={"pageSize": "0"}), "pageSize must be between 1 and 1000")


BAD: Final[list[tuple[str, dict[str, Any], str]]] = [
    ("POST", {}, "tag is required; name is required"),
    ("POST", {"tag": " ", "name": None}, "tag is required; name is required"),
    ("POST", {"tag": 1, "name": []}, "tag must be a string; name must be a string"),
    ("POST", {"tag": "t" * 65, "name": "x"}, "tag must be at most 64 characters"),
    ("POST", {"tag": "a\0", "name": "x"}, "tag must not hold a NUL character"),
    ("PUT", {}, "name is required"),
    ("PUT", {"tag": "other", "name": "x"}, "tag must be nobody: the tag of a relationship type does not change"),
    (
        "PUT",
        {"name": "x", "definitionLocation": "both", "allowCycles": "true", "isSingleSource": 1, "createCatalog": []},
        (
            "definitionLocation must be one of SOURCE, DESTINATION, BOTH; allowCycles must be true or false; "
            "isSingleSource must be true or false; createCatalog must be true or false"
        ),
    ),
    (
        "PUT",
        {"name": "x", "sourcesFilter": [], "destinationsFilter": {"include": "x", "types": "service"}},
        (
            "sourcesFilter must be an object; destinationsFilter.include must be true or false; "
            "destinationsFilter.types must be a list"
        ),
    ),
    (
        "PUT",
        {"name": "x", "sourcesFilter": {"types": ["a", 1, ""]}, "inheritances": [{}, 1], "sourceLabelPlural": 1},
        (
            "sourcesFilter.types[1] must be a string; sourcesFilter.types[2] is required; "
            "inheritances[1] must be an object; sourceLabelPlural must be a string"
        ),
    ),
    ("PUT", {"name": "x", "inheritances": {}}, "inheritances must be a list"),
]


@pytest.mark.parametrize(("method", "sent", "details"), BAD)
async def test_what_is_bad_is_told(editor: AsyncClient, method: str, sent: dict[str, Any], details: str) -> None:
    """[A7.1] All of it, before the type is looked for."""
    is_bad(await editor.request(method, PATH if method == "POST" else f"{PATH}/nobody", json=sent), details)
    assert await types(editor) == []


async def test_strange_requests(editor: AsyncClient) -> None:
    """[A3, A7.1] A tag is any text in one segment; what cannot be is not there."""
    is_bad(await editor.post(PATH, content=b"["), "Malformed JSON")
    assert (await editor.get(f"{PATH}/%00")).status_code == 404
    is_missing(await editor.get(f"{PATH}/%FF"), "Relationship type not found: \N{REPLACEMENT CHARACTER}")
    assert (await editor.post(PATH, json={"tag": "a/b é", "name": "x"})).status_code == 200
    assert (await editor.get(f"{PATH}/a%2Fb%20%C3%A9")).json()["tag"] == "a/b é"
    assert (await editor.get(f"{PATH}/")).status_code == 200
    assert (await editor.request("PATCH", PATH)).status_code == 405


@pytest.mark.parametrize(("method", "where"), [("POST", PATH), ("PUT", f"{PATH}/x"), ("DELETE", f"{PATH}/x")])
async def test_writing_takes_the_right(tenant: Tenant, speak: MakeClient, method: str, where: str) -> None:
    """[A2.2-A2.6] Whoever has a key may read."""
    viewer = speak(await tenant.key(Right.WRITE_EVENTS))

    refused = await viewer.request(method, where, content=b"{")

    is_error(refused, 403, "FORBIDDEN", "Forbidden", "Missing permission: Edit entities")
    assert await types(viewer) == []
    nobody = await speak(None).request(method, where, content=b"{")
    is_error(nobody, 401, "UNCATEGORIZED", "Unauthorized", "Missing or invalid API key")


async def test_other_accounts_are_out_of_reach(editor: AsyncClient, account: MakeTenant, speak: MakeClient) -> None:
    """[A1.9] Each account has types of its own."""
    await editor.post(PATH, json=PARTS)
    stranger = speak(await (await account()).key(Right.WRITE_ENTITIES))

    assert await types(stranger) == []
    for method in ("GET", "PUT", "DELETE"):
        said = await stranger.request(method, f"{PATH}/parts", json={"name": "x"})
        is_missing(said, "Relationship type not found: parts")
    assert (await stranger.post(PATH, json={"tag": "parts", "name": "Mine"})).status_code == 200

    assert (await editor.get(f"{PATH}/parts")).json()["name"] == "Component parts"
