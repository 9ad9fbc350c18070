"""B4: an OpenAPI document beside an entity."""

import json
from typing import Any, Final

import pytest
from httpx import AsyncClient

from tests.builders import draft
from tests.tenants import MakeTenant, Tenant
from whence.dialects.cortex.tests.answers import is_bad, is_error, is_missing
from whence.dialects.cortex.tests.conftest import MakeClient
from whence.domain.access import Right
from whence.domain.entity import Entity

CATALOG: Final = "/api/v1/catalog"
DOCS: Final = f"{CATALOG}/checkout-api/documentation/openapi"
SPEC: Final[dict[str, Any]] = {
    "openapi": "3.0.1", "info": {"title": "It's \"é😀\"", "version": "1.0"},
    "paths": {"/a": {"get": {"deprecated": True, "x": 1.5, "responses": {"200": {"description": ""}}}}},
}  # fmt: skip

YAML: Final = (
    "openapi: 3.0.1\ninfo:\n  title: It's \"é😀\"\n  version: '1.0'\n"
    "paths: {/a: {get: {deprecated: true, x: 1.5, responses: {200: {description: ''}}}}}\n"
)
PYTHON: Final = (
    "{'openapi': '3.0.1', 'info': {'title': 'It''s \"é😀\"', 'version': '1.0'}, 'paths': {'/a': {'get': "
    "{'deprecated': True, 'x': 1.5, 'responses': {'200': {'description': ''}}}}}}"
)


@pytest.fixture
async def editor(tenant: Tenant, speak: MakeClient, checkout: Entity) -> AsyncClient:
    """A client that may write entities, of which there is one."""
    assert checkout.tag in DOCS
    return speak(await tenant.key(Right.WRITE_ENTITIES))


@pytest.mark.parametrize(
    "sent",
    [
        json.dumps(SPEC),
        json.dumps(SPEC, indent=2, ensure_ascii=False),
        YAML,
        PYTHON,
    ],
    ids=["JSON", "laid out", "YAML", "a Python object"],
)
async def test_a_document_in_any_spelling_is_told_as_json(editor: AsyncClient, sent: str) -> None:
    """[B4] As the command line sends what it has parsed, too."""
    is_missing(await editor.get(DOCS), "Documentation not found: checkout-api")

    stored = await editor.put(DOCS, json={"spec": sent})

    assert stored.status_code == 200, stored.text
    assert list(stored.json()) == ["spec"]
    assert json.loads(stored.json()["spec"]) == SPEC
    assert (await editor.get(DOCS, params={"name": "any"})).json() == stored.json()
    for _ in range(2):
        removed = await editor.request("DELETE", DOCS, json={})
        assert (removed.status_code, removed.content) == (204, b"")
    is_missing(await editor.get(DOCS), "Documentation not found: checkout-api")


async def test_a_put_replaces(editor: AsyncClient) -> None:
    """[B4] An entity has one."""
    await editor.put(DOCS, json={"spec": json.dumps(SPEC)})

    await editor.put(DOCS, json={"spec": "{a: 1}"})

    assert (await editor.get(DOCS)).json() == {"spec": '{"a":1}'}


@pytest.mark.parametrize(
    ("sent", "details"),
    [
        ({"a": 1}, "spec is required"),
        ({"spec": None}, "spec is required"),
        ({"spec": " "}, "spec is required"),
        ({"spec": SPEC}, "spec must be a string"),
        ({"spec": "hello"}, "spec must be an object, as YAML or JSON"),
        ({"spec": "[1]"}, "spec must be an object, as YAML or JSON"),
        ({"spec": "# nothing"}, "spec must be an object, as YAML or JSON"),
        ({"spec": "a: 1\n---\nb: 2"}, "spec cannot be read: line 3 is a second document"),
        ({"spec": "a: 1\na: 2"}, "spec cannot be read: line 2 the key 'a' stands twice in one mapping"),
    ],
)
async def test_what_is_bad_is_told(editor: AsyncClient, sent: dict[str, Any], details: str) -> None:
    """[A7.1] Before the entity is looked for."""
    is_bad(await editor.put(f"{CATALOG}/nobody/documentation/openapi", json=sent), details)


@pytest.mark.parametrize(
    "spec", ["a: [", 'a: "\\ud800"', "a: !!python/object/apply:os.system [x]", "[" * 5000, "a: &a [*a]", "\t-"]
)
async def test_what_is_no_harmless_yaml_is_refused(editor: AsyncClient, spec: str) -> None:
    """[B1.2] Safely: no object is made, and nothing grows."""
    answer = await editor.put(DOCS, json={"spec": spec})

    assert answer.status_code == 400
    assert answer.json()["details"].startswith("spec ")
    assert (await editor.get(DOCS)).status_code == 404


async def test_strange_text_does_no_harm(editor: AsyncClient) -> None:
    """A NUL may be in a value."""
    stored = await editor.put(DOCS, json={"spec": 'a: "\\0"'})

    assert stored.status_code == 200
    assert json.loads((await editor.get(DOCS)).json()["spec"]) == {"a": "\0"}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_an_unknown_entity_is_not_found(editor: AsyncClient, method: str) -> None:
    """[B4] 404."""
    said = await editor.request(method, f"{CATALOG}/no%2Fone/documentation/openapi", json={"spec": "a: 1"})
    is_missing(said, "Entity not found: no/one")


async def test_an_entity_that_comes_again_starts_empty(editor: AsyncClient, admin: AsyncClient, tenant: Tenant) -> None:
    """[A9] Its documentation goes with it."""
    await editor.put(DOCS, json={"spec": "a: 1"})
    await admin.delete("/v1/entities/checkout-api")

    await tenant.register(draft("Checkout", tag="checkout-api"))

    is_missing(await editor.get(DOCS), "Documentation not found: checkout-api")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_writing_takes_the_right(tenant: Tenant, speak: MakeClient, checkout: Entity, method: str) -> None:
    """[A2.2-A2.6] Whoever has a key may read."""
    viewer = speak(await tenant.key(Right.WRITE_EVENTS))

    refused = await viewer.request(method, DOCS, content=b"{")

    is_error(refused, 403, "FORBIDDEN", "Forbidden", "Missing permission: Edit entities")
    is_missing(await viewer.get(DOCS), f"Documentation not found: {checkout.tag}")
    nobody = await speak(None).request(method, DOCS, content=b"{")
    is_error(nobody, 401, "UNCATEGORIZED", "Unauthorized", "Missing or invalid API key")


async def test_other_accounts_are_out_of_reach(editor: AsyncClient, account: MakeTenant, speak: MakeClient) -> None:
    """[A1.9] The same tag in another account is another entity."""
    await editor.put(DOCS, json={"spec": "a: 1"})
    other = await account()
    stranger = speak(await other.key(Right.WRITE_ENTITIES))
    is_missing(await stranger.get(DOCS), "Entity not found: checkout-api")
    await other.register(draft("Checkout", tag="checkout-api"))

    is_missing(await stranger.get(DOCS), "Documentation not found: checkout-api")
    assert (await stranger.delete(DOCS)).status_code == 204

    assert (await editor.get(DOCS)).json() == {"spec": '{"a":1}'}
