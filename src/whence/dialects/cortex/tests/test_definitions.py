"""B4: types of entities that an account defines."""

import asyncio
from typing import Any, Final

import pytest
from httpx import AsyncClient

from tests.tenants import MakeTenant, Tenant
from whence.dialects.cortex.tests.answers import is_bad, is_error, is_missing
from whence.dialects.cortex.tests.conftest import MakeClient
from whence.dialects.cortex.tests.uploads import details, tags, upload
from whence.domain.access import Right

PATH: Final = "/api/v1/catalog/definitions"
SCHEMA: Final[dict[str, Any]] = {"type": "object", "properties": {"b": {}, "a": {"type": "string"}}}
SQUAD: Final[dict[str, Any]] = {
    "type": "squad", "name": "Squad", "description": "People", "iconTag": "no-such-icon", "schema": SCHEMA,
}  # fmt: skip


@pytest.fixture
async def editor(tenant: Tenant, speak: MakeClient) -> AsyncClient:
    """A client that may write entities."""
    return speak(await tenant.key(Right.WRITE_ENTITIES))


async def types(client: AsyncClient) -> list[str]:
    """The types that are listed."""
    answer = await client.get(PATH)
    assert answer.status_code == 200, answer.text
    return [one["type"] for one in answer.json()["definitions"]]


async def test_a_type_is_defined(editor: AsyncClient) -> None:
    """[B4] Made, listed, told, replaced, removed; an unknown icon is accepted."""
    made = await editor.post(PATH, json=SQUAD)

    assert made.status_code == 200
    assert list(made.json().items()) == [*SQUAD.items(), ("source", "CUSTOM")]
    assert (await editor.get(f"{PATH}/squad")).json() == made.json()
    listed = (await editor.get(PATH, params={"includeBuiltIn": "False", "page": "0", "pageSize": "250"})).json()
    assert listed == {"definitions": [made.json()], "page": 0, "total": 1, "totalPages": 1}

    changed = await editor.put(f"{PATH}/squad", params={"force": "True"}, json={"schema": {}, "type": "ignored"})
    assert (changed.status_code, changed.json()) == (
        200, {"type": "squad", "name": "squad", "schema": {}, "source": "CUSTOM"},
    )  # fmt: skip
    assert (await editor.get(f"{PATH}/squad")).json() == changed.json()

    removed = await editor.request("DELETE", f"{PATH}/squad", json={})
    assert (removed.status_code, removed.content) == (200, b"")
    for method in ("GET", "PUT", "DELETE"):
        said = await editor.request(method, f"{PATH}/squad", json={"schema": {}})
        is_missing(said, "Entity type not found: squad")
    assert await types(editor) == []


async def test_what_is_removed_is_not_brought_back_by_a_put_beside_it(editor: AsyncClient) -> None:
    """A PUT makes nothing: whoever of the two comes first, the type is gone; and one of many removes it."""
    await editor.post(PATH, json=SQUAD)
    puts = [editor.put(f"{PATH}/squad", json={"schema": {}}) for _ in range(8)]
    removals = [editor.request("DELETE", f"{PATH}/squad", json={}) for _ in range(4)]

    said = await asyncio.gather(*puts[:4], *removals, *puts[4:])

    assert {answer.status_code for answer in said[:4] + said[8:]} <= {200, 404}
    assert sorted(answer.status_code for answer in said[4:8]) == [200, 404, 404, 404]
    assert await types(editor) == []


async def test_a_type_is_defined_once(editor: AsyncClient) -> None:
    """[A7.1] 409 for one that is there, and for those that every account has."""
    await editor.post(PATH, json=SQUAD)

    for name in ("squad", "service", "domain", "team"):
        said = await editor.post(PATH, json={"type": name, "schema": {}})
        is_error(said, 409, "CONFLICT", "Conflict", f"Entity type already exists: {name}")
    assert (await editor.get(f"{PATH}/squad")).json()["name"] == "Squad"


async def test_pages(editor: AsyncClient) -> None:
    """[A6] By type."""
    for name in "cab":
        assert (await editor.post(PATH, json={"type": name, "schema": {}})).status_code == 200

    page = (await editor.get(PATH, params={"pageSize": "2", "page": "1"})).json()

    assert await types(editor) == ["a", "b", "c"]
    assert [one["type"] for one in page.pop("definitions")] == ["c"]
    assert page == {"page": 1, "total": 3, "totalPages": 2}
    is_bad(await editor.get(PATH, params={"pageSize": "x"}), "pageSize must be an integer")


@pytest.mark.parametrize(
    ("method", "sent", "details"),
    [
        ("POST", {"a": 1}, "type is required; schema is required"),
        ("POST", {"type": 1, "schema": []}, "type must be a string; schema must be an object"),
        ("POST", {"type": "t" * 65, "schema": None}, "type must be at most 64 characters; schema is required"),
        ("PUT", {"a": 1}, "schema is required"),
        (
            "PUT",
            {"schema": "x", "name": 1, "description": [], "iconTag": {}},
            ("schema must be an object; name must be a string; description must be a string; iconTag must be a string"),
        ),
    ],
)
async def test_what_is_bad_is_told(editor: AsyncClient, method: str, sent: dict[str, Any], details: str) -> None:
    """[A7.1] All of it, before the type is looked for."""
    is_bad(await editor.request(method, PATH if method == "POST" else f"{PATH}/nobody", json=sent), details)
    assert await types(editor) == []


async def test_strange_requests(editor: AsyncClient) -> None:
    """[A7.1] What cannot be is not there."""
    is_bad(await editor.put(f"{PATH}/x", params={"force": "1"}, json={"schema": {}}), "force must be true or false")
    is_bad(await editor.post(PATH, content=b"["), "Malformed JSON")
    assert (await editor.get(f"{PATH}/%00")).status_code == 404
    is_missing(await editor.get(f"{PATH}/%FF"), "Entity type not found: \N{REPLACEMENT CHARACTER}")
    slashed = {**SQUAD, "type": "a/b"}
    assert (await editor.post(PATH, json=slashed)).status_code == 200
    assert (await editor.get(f"{PATH}/a%2Fb")).json()["type"] == "a/b"


async def test_a_type_that_a_descriptor_names_first_is_there(editor: AsyncClient) -> None:
    """[B1.2] It is created implicitly, and may be defined afterwards; one that is defined stays as it is."""
    descriptor = "info: {title: Red, x-cortex-tag: red, x-cortex-type: squad}"
    assert (await editor.post("/api/v1/open-api", content=descriptor)).status_code == 200
    assert (await editor.get(f"{PATH}/squad")).json() == {
        "type": "squad", "name": "squad", "schema": {}, "source": "CUSTOM",
    }  # fmt: skip

    assert (await editor.post(PATH, json=SQUAD)).status_code == 200
    await editor.post("/api/v1/open-api", content=descriptor.replace("red", "blue"))

    assert (await editor.get(f"{PATH}/squad")).json()["name"] == "Squad"
    await editor.post("/api/v1/open-api", content="info: {title: Shop, x-cortex-tag: shop}")
    assert await types(editor) == ["squad"]


@pytest.mark.parametrize("sent", ["service", "Service", "SERVICE", "Domain", "TEAM"])
async def test_the_types_of_every_account_are_so_in_whatever_case(editor: AsyncClient, sent: str) -> None:
    """[B1.2, B4] Shown in lower case, never defined, and found in either."""
    await upload(editor, "a", type=sent, children=[{"tag": "b"}])
    await upload(editor, "b", type=sent, dependency=[{"tag": "a"}])

    entity = await details(editor, "a")
    assert (entity["type"], entity["hierarchy"]["children"][0]["type"]) == (sent.lower(), sent.lower())
    assert await types(editor) == []
    assert await tags(editor, types=sent) == await tags(editor, types=sent.lower()) == ["a", "b"]
    said = await editor.post(PATH, json={"type": sent, "schema": {}})
    is_error(said, 409, "CONFLICT", "Conflict", f"Entity type already exists: {sent}")


async def test_a_type_is_shown_as_it_is_spelled(editor: AsyncClient) -> None:
    """[B1.2, B1.6] A descriptor's entity is of the type that is defined, in its own letters everywhere."""
    await editor.post(PATH, json={**SQUAD, "type": "Squad"})
    await upload(editor, "red", type="Squad", children=[{"tag": "blue"}])
    await upload(editor, "blue", type="SQUAD", dependency=[{"tag": "red"}])

    assert await types(editor) == ["SQUAD", "Squad"]
    red = await details(editor, "red")
    assert (red["type"], red["hierarchy"]["children"][0]["type"]) == ("Squad", "SQUAD")
    (edge,) = (await editor.get("/api/v1/catalog/blue/dependencies")).json()["dependencies"]
    assert (edge["callerType"], edge["calleeType"]) == ("SQUAD", "Squad")
    assert await tags(editor, types="Squad") == ["red"]


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
    await editor.post(PATH, json=SQUAD)
    stranger = speak(await (await account()).key(Right.WRITE_ENTITIES))

    assert await types(stranger) == []
    for method in ("GET", "PUT", "DELETE"):
        said = await stranger.request(method, f"{PATH}/squad", json={"schema": {}})
        is_missing(said, "Entity type not found: squad")
    assert (await stranger.post(PATH, json={"type": "squad", "schema": {}})).status_code == 200

    assert (await editor.get(f"{PATH}/squad")).json()["name"] == "Squad"
