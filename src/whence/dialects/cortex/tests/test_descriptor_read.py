"""B1.5: descriptors as text and as objects."""

from typing import Any

import pytest
import yaml
from httpx import AsyncClient

from tests.builders import draft
from tests.tenants import Tenant
from whence.dialects.cortex.tests.uploads import CATALOG, UPLOAD, tags, text, upload
from whence.domain.entity import Tag

SENT = """\
# the shop's own
openapi: "3.0.1"
info: {title: A,   x-cortex-tag: a, x-cortex-groups: [g]}   # so
paths:
  /a: &x {get: {summary: 'gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n', on: 1.10, at: 2026-02-11}}
  /b: *x
"""
VALUE = {"get": {"summary": "gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n", "on": 1.10, "at": "2026-02-11"}}


@pytest.mark.parametrize("yes", ["true"])
async def test_yaml_is_the_text_that_was_sent(admin: AsyncClient, yes: str) -> None:
    """[B1.5] To the letter, comments and all; not as a JSON string."""
    await admin.post(UPLOAD, content=SENT.encode())

    answer = await admin.get(f"{CATALOG}/a/openapi", params={"yaml": yes})

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/yaml")
    assert answer.content == SENT.encode()


async def test_a_descriptor_names_its_entity_by_the_tag_that_it_has_now(admin: AsyncClient) -> None:
    """[B1.5] Whoever sends it back after another API renamed the entity means that one, and makes no second."""
    await admin.post(UPLOAD, content=SENT.encode())
    entity = {**(await admin.get("/v1/entities/a")).json(), "tag": "b"}
    known = {name: entity[name] for name in ("id", "tag", "type", "name")}
    assert (await admin.put("/v1/entities", json={"entities": [known]})).status_code == 200

    found = (await admin.get(f"{CATALOG}/b/openapi")).json()
    said = (await admin.get(f"{CATALOG}/b/openapi?yaml=true")).text
    page = (await admin.get(f"{CATALOG}/descriptors")).json()["descriptors"]

    assert found["info"] == {"title": "A", "x-cortex-tag": "b", "x-cortex-groups": ["g"]}
    assert yaml.safe_load(said)["info"] == found["info"]
    assert page == [found]
    assert (await admin.post(UPLOAD, content=said)).json() == {"ok": True, "violations": []}
    assert await tags(admin) == ["b"]


@pytest.mark.parametrize("no", ["True", "TRUE", "false", "False", "1", "", None])
async def test_anything_else_is_an_object(admin: AsyncClient, no: str | None) -> None:
    """[B1.5, C2.4] `True` included; keys and dates are text, an alias is what it stands for."""
    await admin.post(UPLOAD, content=SENT.encode())

    answer = await admin.get(f"{CATALOG}/a/openapi", params={} if no is None else {"yaml": no})

    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "openapi": "3.0.1",
        "info": {"title": "A", "x-cortex-tag": "a", "x-cortex-groups": ["g"]},
        "paths": {"/a": VALUE, "/b": VALUE},
    }


async def test_anything_is_kept(admin: AsyncClient) -> None:
    """[B1.2] Keys that mean nothing here, in every place, big numbers and deep lists."""
    odd: dict[str, Any] = {
        "x-acme": {"n": 10**30, "deep": [[[[{"a": None}]]]], "": ""},
        "servers": [],
        "\N{CROISSANT}": True,
    }
    sent = yaml.safe_load(text("a", relationships=[{"tag": "r", "destinations": [{"tag": "b"}]}])) | odd

    await admin.post(UPLOAD, content=yaml.safe_dump(sent))

    assert (await admin.get(f"{CATALOG}/a/openapi")).json() == sent


async def test_json_that_is_no_yaml_is_given_back_as_yaml(admin: AsyncClient) -> None:
    """[B1.5] Whoever reads the text as YAML can."""
    await admin.post(UPLOAD, content=rb'{"info": {"title": "\ud83e\udd50", "x-cortex-tag": "a"}}')

    found = (await admin.get(f"{CATALOG}/a/openapi?yaml=true")).text

    assert yaml.safe_load(found) == {"info": {"title": "\N{CROISSANT}", "x-cortex-tag": "a"}}


async def test_utf_16_is_yaml_too(admin: AsyncClient) -> None:
    """And comes back in UTF-8."""
    answer = await admin.post(UPLOAD, content=text("a", title="\N{CROISSANT}").encode("utf-16"))

    assert answer.json() == {"ok": True, "violations": []}
    found = (await admin.get(f"{CATALOG}/a/openapi?yaml=true")).content
    assert yaml.safe_load(found.decode())["info"]["title"] == "\N{CROISSANT}"


async def test_an_entity_without_a_descriptor_has_one_that_follows(admin: AsyncClient, tenant: Tenant) -> None:
    """Sent back as it is, it changes nothing."""
    await tenant.register(draft("Node", tag="n", type="HOST", tags=(Tag(key="group", value="g"),), properties={"a": 1}))
    before = (await admin.get("/v1/entities/n")).json()

    found = (await admin.get(f"{CATALOG}/n/openapi?yaml=true")).text

    expected = {
        "title": "Node", "x-cortex-tag": "n", "x-cortex-type": "host", "x-cortex-groups": ["g"],
        "x-cortex-custom-metadata": {"a": 1},
    }  # fmt: skip
    assert yaml.safe_load(found) == {"openapi": "3.0.1", "info": expected}
    assert (await admin.get(f"{CATALOG}/n/openapi")).json()["info"] == expected
    assert (await admin.post(UPLOAD, content=found)).json() == {"ok": True, "violations": []}
    after = (await admin.get("/v1/entities/n")).json()
    assert after | {"last_seen": ""} == before | {"last_seen": ""}


async def test_what_calls_add_is_not_in_a_descriptor(admin: AsyncClient) -> None:
    """[B1.5] Custom data, dependencies, groups."""
    await upload(admin, "a")
    await upload(admin, "b")
    before = (await admin.get(f"{CATALOG}/a/openapi")).json()

    await admin.post(f"{CATALOG}/a/custom-data", json={"key": "k", "value": 1})
    await admin.post(f"{CATALOG}/a/dependencies/b", json={})
    await admin.put(f"{CATALOG}/a/groups", json={"groups": [{"tag": "g"}]})

    assert (await admin.get(f"{CATALOG}/a/openapi")).json() == before


@pytest.mark.parametrize("size", ["3", "12", "250"])
@pytest.mark.parametrize("yes", ["true", "True"])
async def test_the_list_of_descriptors(admin: AsyncClient, tenant: Tenant, size: str, yes: str) -> None:
    """[B1.5] Strings or objects, by tag; archived ones aside; in pages like every list."""
    await tenant.register(*(draft(f"n{n}", tag=f"n{n:02}") for n in range(12)))
    await upload(admin, "m")
    await upload(admin, "old")
    await admin.put(f"{CATALOG}/old/archive")

    answer = await admin.get(f"{CATALOG}/descriptors", params={"yaml": yes, "pageSize": size})

    found = answer.json()
    assert list(found) == ["descriptors", "page", "total", "totalPages"]
    assert (found["total"], found["totalPages"]) == (13, -(-13 // int(size)))
    assert all(isinstance(one, str if yes == "true" else dict) for one in found["descriptors"])
    values = [yaml.safe_load(one) if yes == "true" else one for one in found["descriptors"]]
    expected = ["m", *(f"n{n:02}" for n in range(12))][: int(size)]
    assert [value["info"]["x-cortex-tag"] for value in values] == expected


async def test_descriptors_of_types(admin: AsyncClient) -> None:
    """[B1.5] Unknown ones give an empty list."""
    await upload(admin, "a")
    await upload(admin, "b", type="domain")

    for types, total in (("domain", 1), ("domain,service", 2), ("nova", 0)):
        answer = await admin.get(f"{CATALOG}/descriptors", params={"types": types, "page": "0"})
        assert (answer.json()["total"], len(answer.json()["descriptors"])) == (total, total)
    past = (await admin.get(f"{CATALOG}/descriptors", params={"page": "7"})).json()
    assert past == {"descriptors": [], "page": 7, "total": 2, "totalPages": 1}
