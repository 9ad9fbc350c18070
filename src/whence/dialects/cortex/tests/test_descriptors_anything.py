"""Whatever is sent as a descriptor: it is taken and shown, or refused with violations; never a fault of ours."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from httpx import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import draft
from tests.tenants import MakeTenant, Tenant
from whence.dialects.cortex.tests.uploads import CATALOG, UPLOAD, X
from whence.domain.access import Right

leaves: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=4), st.sampled_from(["a", "b", "https://a.example", "email", "GET", "\0", "{x}", "__delete__"]),
)  # fmt: skip
names = st.sampled_from(["tag", "name", "type", "email", "url", "method", "metadata", "repository", "project", "github",
                         "members", "channels", "provider", "identifier", "git", "info", "\0"])  # fmt: skip
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=6
)
keys = st.sampled_from(
    ["title", "description", *(X + name for name in (
        "type", "groups", "owners", "link", "git", "custom-metadata", "children", "parents", "domain-parents",
        "dependency", "team", "slack", "k8s", "relationships", "unknown",
    ))]
)  # fmt: skip
infos = st.dictionaries(keys, values, max_size=4)


@asynccontextmanager
async def speaking(tenant: Tenant) -> AsyncGenerator[AsyncClient]:
    """A client with all rights."""
    transport = ASGITransport(tenant.house.app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    headers = {"authorization": f"Bearer {await tenant.key(Right.ADMIN)}"}
    async with AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield client


@given(sent=infos, merged=infos, tag=st.sampled_from(["a", "b", "host", None]))
async def test_any_value_in_any_key(
    account: MakeTenant, sent: dict[str, Any], merged: dict[str, Any], tag: str | None
) -> None:
    """Put, merged, listed and read; what was refused is not there."""
    tenant = await account()
    await tenant.register(draft("host", tag="host", type="HOST", properties={"git": [1], "a": {"git": None}}))
    async with speaking(tenant) as client:
        for method, info, query in (
            ("POST", sent, {}),
            ("PATCH", merged, {"appendArrays": "true", "deleteMarkerValue": "__delete__"}),
        ):
            text = json.dumps({"info": {"title": "x", **info, **({} if tag is None else {f"{X}tag": tag})}})
            answer = await client.request(method, UPLOAD, params=query, content=text)
            assert answer.status_code in {200, 201, 400}, answer.text
            assert answer.json()["ok"] is (answer.status_code < 400)
        await is_shown(client)


async def is_shown(client: AsyncClient) -> None:
    """Every entity, in every list and by itself."""
    everything = "includeLinks=true&includeMetadata=true&includeOwners=true&includeSlackChannels=true"
    listed = await client.get(f"{CATALOG}?{everything}&includeNestedFields=team:members&includeHierarchyFields=groups")
    assert listed.status_code == 200, listed.text
    for entity in listed.json()["entities"]:
        for rest in ("", "/openapi", "/openapi?yaml=true", "/dependencies", "/custom-data", "/groups"):
            assert (await client.get(f"{CATALOG}/{entity['id']}{rest}")).status_code == 200
    for yes in ("true", "false"):
        assert (await client.get(f"{CATALOG}/descriptors", params={"yaml": yes})).status_code == 200


@given(sent=st.binary(max_size=60) | st.text(alphabet="a:-[]{}#&*!|>'\"%@`\n \t?,<0~\\x", max_size=40))
async def test_any_text(account: MakeTenant, sent: bytes | str) -> None:
    """No tag, so it is refused, with a violation that blocks."""
    async with speaking(await account()) as client:
        for method in ("POST", "PATCH"):
            answer = await client.request(method, UPLOAD, content=sent)
            assert answer.status_code == 400, answer.text
            assert answer.json()["violations"][0]["violationType"] == "MUST"


async def test_properties_of_others_may_be_deep(tenant: Tenant, admin: AsyncClient) -> None:
    """Deeper than a descriptor may be: shown, and written as YAML, all the same."""
    deep: dict[str, Any] = {}
    for _ in range(190):
        deep = {"a": deep}
    await tenant.register(draft(tag="d", properties={"deep": deep}))

    for rest in ("", "/openapi", "/openapi?yaml=true"):
        assert (await admin.get(f"{CATALOG}/d{rest}")).status_code == 200
    assert (await admin.patch(UPLOAD, content='{"info": {"x-cortex-tag": "d"}}')).status_code in {200, 400}
