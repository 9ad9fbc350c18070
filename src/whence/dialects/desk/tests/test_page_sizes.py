"""Every list that takes a `pageSize`: more than it gives at once is capped, and that is said. Source: contract 2.1."""

from collections.abc import Mapping

import pytest
from httpx import AsyncClient

from whence.dialects.desk.entity_lists import LISTS
from whence.dialects.desk.tests.pushing import warnings

LARGEST: Mapping[str, int] = {
    **dict.fromkeys(LISTS, 4000),
    "/api/v2/entities?entitySelector=type(HOST)": 500,
    "/api/v2/entityTypes": 500,
    "/api/v2/eventTypes": 500,
    "/api/v2/eventProperties": 500,
    "/api/v2/events": 1000,
}


@pytest.mark.parametrize("path", LARGEST)
@pytest.mark.parametrize(
    ("asked", "is_capped"), [("{most}", False), ("00{most}", False), ("1", False), ("{more}", True), ("9" * 30, True)]
)
async def test_what_is_too_large_is_capped(desk: AsyncClient, path: str, asked: str, is_capped: bool) -> None:  # noqa: FBT001  of the table
    """The page has the largest size, and a warning tells it; what fits is silent."""
    most = LARGEST[path]
    size = asked.format(most=most, more=most + 1)

    answer = await desk.get(f"{path}{'&' if '?' in path else '?'}pageSize={size}")

    assert answer.status_code == 200
    told = int(answer.headers["page-size"]) if path in LISTS else answer.json()["pageSize"]
    assert told == (most if is_capped else int(size))
    assert warnings(answer) == ([f"pageSize is {most}, the maximum"] if is_capped else [])
