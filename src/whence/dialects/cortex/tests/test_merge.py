"""B1.3: a descriptor is merged into the one that stands."""

import asyncio
from typing import Any, Final

import pytest
from httpx import AsyncClient

from tests.builders import draft
from tests.tenants import Tenant
from whence.dialects.cortex.merge import Merging, is_same
from whence.dialects.cortex.tests.answers import is_missing
from whence.dialects.cortex.tests.uploads import CATALOG, UPLOAD, details, merge, stored, tags, text, upload, violations
from whence.domain.entity import Tag

GONE = "__delete__"
PLAIN: dict[str, Any] = {}
APPENDED: dict[str, Any] = {"appends": True}
MARKED: dict[str, Any] = {"marker": GONE}

MERGED: Final[list[tuple[dict[str, Any], Any, Any, Any]]] = [
    (PLAIN, {"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
    (PLAIN, {"a": {"b": 1, "c": 2}}, {"a": {"c": 3, "d": 4}}, {"a": {"b": 1, "c": 3, "d": 4}}),
    (PLAIN, {"a": 1}, {"a": None}, {"a": None}),
    (PLAIN, {"a": {"b": 1}}, {"a": "x"}, {"a": "x"}),
    (PLAIN, {"a": "x"}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    (PLAIN, {"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
    (PLAIN, {"a": 1}, {"a": GONE}, {"a": GONE}),
    (APPENDED, {"a": [1, 2]}, {"a": [2, 3, 3]}, {"a": [1, 2, 3]}),
    (APPENDED, {"a": [1, "1", True, None]}, {"a": [True, None, "1", False]}, {"a": [1, "1", True, None, False]}),
    (APPENDED, {"a": [{"t": 1}]}, {"a": [{"t": 1}, {"t": 2}]}, {"a": [{"t": 1}, {"t": 1}, {"t": 2}]}),
    (APPENDED, {"a": "x"}, {"a": [1]}, {"a": [1]}),
    (APPENDED, {"a": {"b": [1]}}, {"a": {"b": [2]}}, {"a": {"b": [1, 2]}}),
    (MARKED, {"a": 1, "b": 2}, {"a": GONE}, {"b": 2}),
    (MARKED, {"a": {"b": 1, "c": [1]}}, {"a": {"c": GONE}}, {"a": {"b": 1}}),
    (MARKED, {"a": 1}, {"z": GONE}, {"a": 1}),
    (MARKED, {"a": 1}, {"z": {"x": GONE, "y": [{"w": GONE, "v": 1}, GONE]}}, {"a": 1, "z": {"y": [{"v": 1}, GONE]}}),
    ({**APPENDED, **MARKED}, {"a": [1]}, {"a": [{"x": GONE}]}, {"a": [1, {}]}),
]  # fmt: skip


@pytest.mark.parametrize(("how", "standing", "sent", "expected"), MERGED, ids=range(len(MERGED)))
def test_what_becomes_of_two(how: dict[str, Any], standing: object, sent: object, expected: object) -> None:
    """[B1.3] Objects by key, scalars and lists replaced or appended, marked keys gone; neither is changed itself."""
    before = repr((standing, sent))

    merged = Merging(**how).merged(standing, sent)

    assert is_same(merged, expected), merged
    assert repr((standing, sent)) == before


async def test_it_is_merged_into_what_stands(admin: AsyncClient) -> None:
    """[B1.3] 200; the title need not be said again."""
    await upload(admin, "a", title="A", groups=["g"], custom_metadata={"tier": 1, "old": True})

    answer = await merge(admin, "a", how={}, groups=["h"], custom_metadata={"tier": 2})

    assert (answer.status_code, answer.text) == (200, '{"ok":true,"violations":[]}')
    entity = await details(admin, "a")
    assert (entity["name"], entity["groups"]) == ("A", ["h"])
    assert await stored(admin, "a") == {
        "title": "A", "x-cortex-tag": "a", "x-cortex-groups": ["h"],
        "x-cortex-custom-metadata": {"tier": 2, "old": True},
    }  # fmt: skip


async def test_it_creates_what_does_not_stand(admin: AsyncClient) -> None:
    """[B1.3] 201, with a title; exactly as it was sent."""
    sent = f"# mine\n{text('a')}"
    assert violations(await merge(admin, "a", how={})) == [("MUST", "/info/title", "info.title is required")]

    answer = await admin.patch(UPLOAD, content=sent)

    assert (answer.status_code, answer.json()) == (201, {"ok": True, "violations": []})
    assert (await admin.get(f"{CATALOG}/a/openapi?yaml=true")).text == sent


async def test_who_must_stand_is_missed(admin: AsyncClient) -> None:
    """[B1.3] 404; whoever stands is merged into."""
    how = {"failIfEntityDoesNotExist": "True"}

    is_missing(await merge(admin, "a", how=how, title="A"), "Entity not found: a")

    assert await tags(admin) == []
    await upload(admin, "a")
    assert (await merge(admin, "a", how=how, title="B")).status_code == 200


async def test_a_rehearsed_merge_stores_nothing(admin: AsyncClient) -> None:
    """[B1.3] It answers as if it had."""
    await upload(admin, "a", title="A")
    how = {"dryRun": "true"}

    answers = [await merge(admin, "a", how=how, groups=["g"]), await merge(admin, "b", how=how, title="B")]

    assert [answer.status_code for answer in answers] == [200, 201]
    assert await tags(admin) == ["a"]
    assert "x-cortex-groups" not in await stored(admin, "a")


async def test_marked_keys_go_and_lists_grow(admin: AsyncClient) -> None:
    """[B1.3] Through the call; the marker is the caller's own."""
    await upload(admin, "a", description="x", groups=["g"], dependency=[{"tag": "b"}])

    how = {"appendArrays": "true", "deleteMarkerValue": "-"}
    await merge(admin, "a", how=how, description="-", groups=["g", "h"], dependency=[{"tag": "c"}])

    info = await stored(admin, "a")
    assert "description" not in info
    assert info["x-cortex-groups"] == ["g", "h"]
    assert info["x-cortex-dependency"] == [{"tag": "b"}, {"tag": "c"}]


async def test_what_results_must_be_good(admin: AsyncClient) -> None:
    """[B1.3] A merge that takes the title, or the tag, or puts a list where none may be, changes nothing."""
    await upload(admin, "a", title="A", groups=["g"])
    how = {"deleteMarkerValue": GONE}

    for info, pointer in (
        ({"title": GONE}, "/info/title"),
        ({"tag": GONE}, "/info/x-cortex-tag"),
        ({"groups": "g"}, "/info/x-cortex-groups"),
        ({"type": "domain"}, "/info/x-cortex-type"),
    ):
        answer = await merge(admin, "a", how=how, **info)
        assert [where for _, where, _ in violations(answer)] == [pointer]
    assert await stored(admin, "a") == {"title": "A", "x-cortex-tag": "a", "x-cortex-groups": ["g"]}


async def test_an_entity_without_a_descriptor_is_merged_into(admin: AsyncClient, tenant: Tenant) -> None:
    """Into the one that follows from what is known of it; its type need not be said."""
    await tenant.register(
        draft("Node", tag="n", type="HOST", tags=(Tag(key="group", value="g"),), properties={"os": "linux"})
    )

    answer = await merge(admin, "n", how={"appendArrays": "true"}, groups=["h"], custom_metadata={"cpu": 4})

    assert answer.status_code == 200
    assert await stored(admin, "n") == {
        "title": "Node", "x-cortex-tag": "n", "x-cortex-type": "host", "x-cortex-groups": ["g", "h"],
        "x-cortex-custom-metadata": {"os": "linux", "cpu": 4},
    }  # fmt: skip
    assert (await admin.get("/v1/entities/n")).json()["properties"] == {"os": "linux", "cpu": 4}


async def test_merges_at_the_same_time_all_count(admin: AsyncClient) -> None:
    """None is lost, though each is based on what stood when it was read."""
    await upload(admin, "a")
    groups = [f"g{n}" for n in range(20)]

    answers = await asyncio.gather(*(merge(admin, "a", how={"appendArrays": "true"}, groups=[g]) for g in groups))

    assert {answer.status_code for answer in answers} == {200}
    assert sorted((await details(admin, "a"))["groups"]) == sorted(groups)


async def test_a_merge_that_changes_nothing_keeps_the_text(admin: AsyncClient) -> None:
    """Comments and all."""
    sent = f"# mine\n{text('a', groups=['g'])}"
    await admin.post(UPLOAD, content=sent)

    await merge(admin, "a", how={}, groups=["g"])

    assert (await admin.get(f"{CATALOG}/a/openapi?yaml=true")).text == sent
