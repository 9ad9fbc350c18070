"""A6: numbered pages."""

import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from whence.dialects.cortex.paging import Numbered
from whence.dialects.cortex.query import Query
from whence.dialects.cortex.tests.answers import DAY, is_bad, made
from whence.dialects.cortex.tests.conftest import EVENTS


@given(page=st.integers(0, 10**18 - 1), size=st.integers(1, 1000), total=st.integers(0, 10**9))
def test_pages_cover_the_whole(page: int, size: int, total: int) -> None:
    """[A6.4] As many pages as it takes, and not one more."""
    query = Query({"page": [str(page)], "pageSize": [str(size)]})

    asked = Numbered.read(query)

    query.settle()
    pages = asked.beside(total)["totalPages"]
    assert asked == Numbered(page=page, size=size)
    assert asked.beside(total) == {"page": page, "total": total, "totalPages": pages}
    assert (pages - 1) * size < total <= pages * size or pages == total == 0


@pytest.mark.parametrize(
    ("query", "details"),
    [
        ("pageSize=0", "pageSize must be between 1 and 1000"),
        ("pageSize=1001", "pageSize must be between 1 and 1000"),
        ("pageSize=5000", "pageSize must be between 1 and 1000"),
        ("pageSize=-1", "pageSize must be between 1 and 1000"),
        ("page=-1", "page must be 0 or greater"),
        ("pageSize=ten", "pageSize must be an integer"),
        ("pageSize=", "pageSize must be an integer"),
        ("pageSize=1.0", "pageSize must be an integer"),
        ("pageSize=1e2", "pageSize must be an integer"),
        ("pageSize=%D9%A1", "pageSize must be an integer"),
        ("page=x", "page must be an integer"),
        ("page=0x1", "page must be an integer"),
        (f"page={'9' * 30}", "page must be an integer"),
        ("page=1&page=2", "page must be given once"),
        ("page=-1&pageSize=x", "pageSize must be an integer; page must be 0 or greater"),
    ],
)
async def test_a_bad_page_is_refused(cortex: AsyncClient, query: str, details: str) -> None:
    """[A6.6, A7.1] With all that is wrong with it."""
    is_bad(await cortex.get(f"{EVENTS}?{query}"), details)


@pytest.mark.parametrize(
    ("query", "count", "beside"),
    [
        ("", 5, {"page": 0, "total": 5, "totalPages": 1}),
        ("?pageSize=2", 2, {"page": 0, "total": 5, "totalPages": 3}),
        ("?pageSize=2&page=2", 1, {"page": 2, "total": 5, "totalPages": 3}),
        ("?pageSize=2&page=3", 0, {"page": 3, "total": 5, "totalPages": 3}),
        ("?pageSize=1000&page=2147483647", 0, {"page": 2147483647, "total": 5, "totalPages": 1}),
        (f"?pageSize=1000&page={'9' * 18}", 0, {"page": 10**18 - 1, "total": 5, "totalPages": 1}),
        ("?pageSize=5&page=00", 5, {"page": 0, "total": 5, "totalPages": 1}),
        ("?unknown=1&sort=title", 5, {"page": 0, "total": 5, "totalPages": 1}),
    ],
)
async def test_a_page_says_which_it_is(cortex: AsyncClient, query: str, count: int, beside: dict[str, int]) -> None:
    """[A6.1 to A6.5, A6.10] Both parameters may be left out; behind the end the numbers are true still."""
    for second in range(5):
        await made(cortex, EVENTS, timestamp=f"{DAY}T06:30:0{second}Z")

    answer = (await cortex.get(EVENTS + query)).json()

    assert len(answer.pop("events")) == count
    assert answer == beside


async def test_the_usual_page_has_250_rows(cortex: AsyncClient) -> None:
    """[A6.1] One array member, which is how clients find the rows."""
    for _ in range(251):
        await made(cortex, EVENTS)

    answer = (await cortex.get(EVENTS)).json()

    assert len(answer["events"]) == 250
    assert [name for name, value in answer.items() if isinstance(value, list)] == ["events"]
    assert list(answer) == ["events", "page", "total", "totalPages"]
    assert answer["totalPages"] == 2


async def test_newest_first_equals_by_uuid(cortex: AsyncClient) -> None:
    """[A6.9] On every page alike."""
    events = [await made(cortex, EVENTS, timestamp=f"{DAY}T06:30:0{second}Z") for second in (1, 3, 2, 2, 2, 3, 1)]

    walked: list[str] = []
    for page in range(4):
        listed = await cortex.get(EVENTS, params={"page": page, "pageSize": 2})
        walked += [event["uuid"] for event in listed.json()["events"]]

    by_uuid = sorted(events, key=lambda event: event["uuid"])
    assert walked == [e["uuid"] for e in sorted(by_uuid, key=lambda event: event["timestamp"], reverse=True)]
