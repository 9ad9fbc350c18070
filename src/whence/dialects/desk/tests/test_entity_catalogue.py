"""The types of entities. Source: DESK contract 3.3."""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.tenants import Tenant
from whence.dialects.desk.tests.pushing import violations, warnings
from whence.dialects.desk.vocabulary import ENTITY_TYPES
from whence.domain.access import Right

TYPES = "/api/v2/entityTypes"
HOST_GROUP = {"type": "HOST_GROUP", "displayName": "Host group"}


async def read(desk: AsyncClient, path: str, **query: Any) -> dict[str, Any]:  # noqa: ANN401  of a query
    """What is at the path."""
    answer = await desk.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_all_types_are_listed_once(desk: AsyncClient) -> None:
    """A page's key leads through all the rest, in the order of their names."""
    page = await read(desk, TYPES)
    assert (page["totalCount"], page["pageSize"], len(page["types"])) == (len(ENTITY_TYPES), 50, 50)

    seen = page["types"]
    while "nextPageKey" in page:
        page = await read(desk, TYPES, nextPageKey=page["nextPageKey"])
        seen += page["types"]

    assert [one["type"] for one in seen] == sorted(ENTITY_TYPES)
    assert HOST_GROUP in seen
    assert all(one.keys() == HOST_GROUP.keys() and one["displayName"] for one in seen)


async def test_one_type(desk: AsyncClient) -> None:
    """The single form returns one object."""
    assert await read(desk, f"{TYPES}/HOST_GROUP") == HOST_GROUP


@pytest.mark.parametrize("name", ["NO_SUCH_TYPE", "host"])
async def test_what_is_unknown(desk: AsyncClient, name: str) -> None:
    """404; names are compared to the letter."""
    answer = await desk.get(f"{TYPES}/{name}")

    assert answer.status_code == 404
    assert answer.json() == {"error": {"code": 404, "message": f"No entity type with id {name} was found."}}


async def test_size_of_a_page(desk: AsyncClient) -> None:
    """At most 500, and that is said; a key of one list is none of another."""
    large = await desk.get(TYPES, params={"pageSize": 501})
    none = await desk.get(TYPES, params={"pageSize": 0})
    key = (await read(desk, TYPES, pageSize=10))["nextPageKey"]
    crossed = await desk.get("/api/v2/eventTypes", params={"nextPageKey": key})

    assert (large.json()["pageSize"], warnings(large)) == (500, ["pageSize is 500, the maximum"])
    assert violations(none, place="QUERY") == [("pageSize", "'0' must be a whole number from 1 to 500")]
    assert violations(crossed, place="QUERY") == [("nextPageKey", "belongs to another list")]


@pytest.mark.parametrize("path", [TYPES, f"{TYPES}/HOST"])
async def test_reading_needs_the_scope(desk: AsyncClient, tenant: Tenant, path: str) -> None:
    """The scope of this call is named."""
    answer = await desk.get(path, headers={"authorization": f"Api-Token {await tenant.key(Right.READ_EVENTS)}"})

    assert answer.status_code == 403
    assert answer.json()["error"]["message"].endswith("Use one of: entities.read (Read entities)")
