"""Entities and relations: registered, found by any of their names, and what is around them."""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest

from tests.builders import asked, draft, report
from tests.native.answers import paths, refused, titles
from tests.native.conftest import Client
from tests.tenants import MakeTenant, Tenant
from whence.domain.access import Right
from whence.domain.scope import Scope

FULL: Final[dict[str, Any]] = {
    "id": "DATABASE-5C0E77A1D2B93F46",
    "tag": "db/orders",
    "type": "DATABASE",
    "name": "orders",
    "cluster": "c",
    "namespace": "n",
    "description": "all of it",
    "aliases": ["orders-db", "1234"],
    "tags": [{"context": "AWS", "key": "k", "value": "v"}],
    "links": [{"title": "t", "url": "https://example.org/"}],
    "properties": {"z": 1, "a": [None]},
    "archived": False,
}


async def put(api: httpx.AsyncClient, *given: dict[str, Any]) -> list[dict[str, Any]]:
    """The entities as registered."""
    response = await api.put("/v1/entities", json={"entities": list(given)})
    assert response.status_code == 200, response.text
    return response.json()["entities"]


async def test_every_field_comes_back(api: httpx.AsyncClient) -> None:
    """As it was sent; and the second spelling of the id."""
    (answer,) = await put(api, FULL)

    assert {name: answer[name] for name in FULL} == FULL
    assert answer["cid"] == "en5c0e77a1d2b93f46"
    assert answer["first_seen"] == answer["last_seen"]


async def test_what_is_not_said_has_a_default(api: httpx.AsyncClient) -> None:
    """A name is enough for a service."""
    (answer,) = await put(api, {"name": "shop", "tags": [{"key": "k"}]})

    assert answer["id"].startswith("SERVICE-")
    assert answer["tag"] == "service://shop"
    assert answer["tags"] == [{"context": "CONTEXTLESS", "key": "k", "value": ""}]
    assert (answer["type"], answer["cluster"], answer["aliases"], answer["archived"]) == ("SERVICE", "", [], False)


async def test_an_entity_is_registered_again(api: httpx.AsyncClient) -> None:
    """By id, else tag, else place: the same entity, changed, first seen when it was."""
    (first,) = await put(api, {"name": "shop", "cluster": "c", "description": "1"})

    (by_place,) = await put(api, {"name": "shop", "cluster": "c", "description": "2"})
    (by_tag,) = await put(api, {"name": "till", "tag": first["tag"]})
    (by_id,) = await put(api, {"name": "desk", "id": first["id"], "tag": "new"})

    assert {answer["id"] for answer in (first, by_place, by_tag, by_id)} == {first["id"]}
    assert [answer["description"] for answer in (by_place, by_tag)] == ["2", ""]
    assert (by_id["name"], by_id["tag"], by_id["first_seen"]) == ("desk", "new", first["first_seen"])
    assert len((await api.get("/v1/entities")).json()["entities"]) == 1


async def test_the_same_again_changes_only_when_it_was_last_seen(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[CA1] Every other field stays, first seen and a given id included; none is added."""
    drafts = [draft("shop", cluster="c", aliases=("s",), properties={"z": 1, "a": 2}), draft("till", tag="t")]

    first = await tenant.register(*drafts)
    before = (await api.get("/v1/entities")).json()["entities"]
    again = await tenant.register(*drafts)
    after = (await api.get("/v1/entities")).json()["entities"]

    assert len(before) == 2
    assert [one | {"last_seen": ""} for one in after] == [one | {"last_seen": ""} for one in before]
    assert all(later.last_seen > earlier.last_seen for earlier, later in zip(first, again, strict=True))


async def test_one_call_may_name_an_entity_twice(api: httpx.AsyncClient) -> None:
    """The answer has both in order, as the last one left it."""
    answers = await put(api, {"name": "a", "description": "1"}, {"name": "b"}, {"name": "a", "description": "2"})

    assert [answer["name"] for answer in answers] == ["a", "b", "a"]
    assert answers[0] == answers[2]
    assert answers[0]["description"] == "2"


async def test_names_may_be_handed_on_in_one_call(api: httpx.AsyncClient) -> None:
    """A tag or alias that its owner gives up may be another's at once, in whatever order rows are written."""
    a, b = await put(api, {"name": "a", "tag": "1", "aliases": ["x"]}, {"name": "b", "tag": "2"})

    answers = await put(
        api,
        {"id": b["id"], "name": "b", "tag": "2"},
        {"id": a["id"], "name": "a", "tag": "3"},
        {"id": b["id"], "name": "b", "tag": "1", "aliases": ["x"]},
    )

    assert [answer["tag"] for answer in answers] == ["1", "3", "1"]
    assert (await api.get("/v1/entities/x")).json()["id"] == b["id"]


BAD: Final[list[tuple[list[dict[str, Any]], str]]] = [
    ([{"name": "n", "tag": "t"}, {"name": "m", "id": "SERVICE-000000000000000A", "tag": "t"}], "entities[1].tag"),
    ([{"name": "n", "aliases": ["a"]}, {"name": "m", "aliases": ["b", "a"]}], "entities[1].aliases[1]"),
    ([{"name": ""}], "entities[0].name"), ([{}], "entities[0].name"),
    ([{"name": "n", "type": "service"}], "entities[0].type"),
    ([{"name": "n", "id": "HOST-0000000000000001"}], "entities[0].id"),
    ([{"name": "n", "id": "x"}], "entities[0].id"),
    ([{"name": "n", "tag": ""}], "entities[0].tag"), ([{"name": "n", "aliases": [""]}], "entities[0].aliases[0]"),
    ([{"name": "n", "tags": [{"value": "v"}]}], "entities[0].tags[0].key"),
    ([{"name": "n", "links": [{"url": "x"}]}], "entities[0].links[0].url"),
    ([{"name": "n", "archived": "perhaps"}], "entities[0].archived"),
    ([{"name": "n", "nonsense": 1}], "entities[0].nonsense"),
    ([{"name": "a\0"}], "entities[0].name"), ([{"name": "n" * 501}], "entities[0].name"),
    ([{"name": "n", "properties": []}], "entities[0].properties"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "path"), BAD)
async def test_a_bad_entity_is_refused_and_none_is_registered(
    api: httpx.AsyncClient, given: list[dict[str, Any]], path: str
) -> None:
    """All or none, with the path of every fault."""
    response = await api.put("/v1/entities", json={"entities": [*given, {"name": "good"}]})

    assert paths(refused(response, 400)) == [path]
    assert (await api.get("/v1/entities")).json()["entities"] == []


async def test_an_entity_keeps_its_type(api: httpx.AsyncClient) -> None:
    """A service does not become a host."""
    await put(api, {"name": "shop", "tag": "t"})

    refused(await api.put("/v1/entities", json={"entities": [{"name": "shop", "tag": "t", "type": "HOST"}]}), 409)


NAMES: Final = [
    "shop",
    "a/b",
    "a//b",
    "/a",
    "a/",
    "//",
    " ",
    "a b",
    "%",
    "%2F",
    "a%b",
    "É",
    "?",
    "#",
    "a?b=c#d",
    "..",
    ".",
    "events",
    "+",
    ";",
    "\\",
    "😀",
    "a" * 500,
]


@pytest.mark.parametrize("tag", NAMES, ids=[name[:9] for name in NAMES])
async def test_an_entity_is_found_by_any_of_its_names(api: httpx.AsyncClient, tag: str) -> None:
    """[CA2] Id, cid, alias, and tag, which may be any text, URL-encoded; as a path, in a query and in an event."""
    alias = tag[:499] + "!"
    (known,) = await put(api, {"name": "shop", "tag": tag, "aliases": [alias]})
    await api.post("/v1/events", json={"title": "all"})

    for name in (known["id"], known["cid"], tag, alias):
        encoded = quote(name, safe="").replace(".", "%2E")
        path = httpx.URL("http://localhost").copy_with(raw_path=f"/v1/entities/{encoded}".encode())
        timeline = httpx.URL("http://localhost").copy_with(raw_path=f"/v1/entities/{encoded}/events".encode())

        assert (await api.get(path)).json() == known
        assert titles(await api.get(timeline)) == ["all"]
        assert titles(await api.get("/v1/events", params={"entity": name})) == ["all"]
        assert (await api.post("/v1/scope/match", json={"entities": [name]})).json()["count"] == 1


@pytest.mark.parametrize("name", ["tag", "alias", "SERVICE-000000000000000A", "en000000000000000a"])
@pytest.mark.parametrize("field", ["tag", "alias"])
async def test_a_name_belongs_to_one_entity(api: httpx.AsyncClient, name: str, field: str) -> None:
    """[CA2] What is the id, cid, alias or tag of one can be neither the tag nor an alias of another."""
    owner = {"name": "shop", "id": "SERVICE-000000000000000A", "tag": "tag", "aliases": ["alias"]}
    (shop,) = await put(api, owner)
    other = {"name": "till", "id": "SERVICE-000000000000000B", "tag": "till"}
    other |= {"tag": name} if field == "tag" else {"aliases": [name]}

    violations = refused(await api.put("/v1/entities", json={"entities": [other]}), 400)

    assert paths(violations) == ["entities[0].tag" if field == "tag" else "entities[0].aliases[0]"]
    assert (await api.get(f"/v1/entities/{name}")).json() == shop


async def test_an_unknown_name_is_not_found(api: httpx.AsyncClient, account: MakeTenant) -> None:
    """Nor is another account's entity."""
    (theirs,) = await (await account()).register(draft("shop", tag="theirs"))

    for name in ("nobody", theirs.id, theirs.cid, theirs.tag):
        refused(await api.get(f"/v1/entities/{name}"), 404)
        refused(await api.delete(f"/v1/entities/{name}"), 404)
        refused(await api.get(f"/v1/entities/{name}/events"), 404)
        refused(await api.get("/v1/events", params={"entity": name}), 404)
        refused(await api.get("/v1/relations", params={"entity": name}), 404)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["orders", "shop", "till"]), ({"type": "SERVICE"}, ["shop", "till"]),
        ({"type": ["SERVICE", "DATABASE"]}, ["orders", "shop", "till"]),
        ({"cluster": "c"}, ["orders", "shop"]), ({"namespace": "n"}, ["orders"]), ({"tag": "db/orders"}, ["orders"]),
        ({"q": "SHOP"}, ["shop"]),
        ({"q": "of it"}, ["orders"]), ({"q": ["all", "orders"]}, ["orders"]), ({"q": "%"}, []),
        ({"cluster": "c", "type": "SERVICE"}, ["shop"]),
        ({"type": "service"}, []), ({"q": "überall"}, ["till"]),
    ],
)  # fmt: skip
async def test_entities_are_listed_by_their_fields(
    api: httpx.AsyncClient, query: dict[str, Any], expected: list[str]
) -> None:
    """Repeated means OR, different ones AND, words in any case."""
    await put(api, FULL, {"name": "shop", "cluster": "c"}, {"name": "till", "description": "ÜBERALL"})
    await put(api, {"name": "old", "archived": True})

    answer = await api.get("/v1/entities", params=query)

    assert sorted(entity["name"] for entity in answer.json()["entities"]) == expected


async def test_entities_are_listed_by_their_ids(api: httpx.AsyncClient, tenant: Tenant, account: MakeTenant) -> None:
    """Archived ones too, as past events name them; whom nobody knows here is left out."""
    shop, old, _ = await tenant.register(draft("shop"), replace(draft("old"), archived=True), draft("till"))
    (theirs,) = await (await account()).register(draft("theirs"))

    answer = await api.get("/v1/entities", params={"id": [shop.id, old.id, theirs.id, "SERVICE-0"]})

    assert sorted(entity["name"] for entity in answer.json()["entities"]) == ["old", "shop"]


async def test_a_removed_entity_leaves_its_events(api: httpx.AsyncClient, tenant: Tenant) -> None:
    """[CA3] Entity, aliases and relations are gone, events stay; the name is free; it is on the audit trail."""
    shop, till = await put(api, {"name": "shop", "aliases": ["x"]}, {"name": "till"})
    await put_relations(api, ("shop", "till"), names={"shop": shop["id"], "till": till["id"]})
    await tenant.send([report(scope=Scope.entities([shop["id"]]))])

    removed = await api.delete(f"/v1/entities/{shop['cid']}")

    assert removed.status_code == 204
    refused(await api.get(f"/v1/entities/{shop['id']}"), 404)
    assert (await api.get("/v1/relations", params={"entity": till["id"]})).json()["relations"] == []
    assert len(await tenant.found(asked())) == 1
    assert (await put(api, {"name": "other", "aliases": ["x"]}))[0]["id"] != shop["id"]
    (entry,) = (await api.get("/v1/audit")).json()["entries"]
    assert (entry["action"], entry["noun"], entry["noun_id"]) == ("removed", "entity", shop["id"])


async def put_relations(api: httpx.AsyncClient, *ends: tuple[str, str], names: dict[str, str]) -> None:
    """The relations stand."""
    given = [{"from": names[source], "to": names[target], "kind": "calls"} for source, target in ends]
    response = await api.put("/v1/relations", json={"relations": given})
    assert response.json() == {"relations": given}


async def test_a_relation_that_is_said_twice_stands_once(api: httpx.AsyncClient) -> None:
    """By whatever names its ends are called."""
    shop, till = await put(api, {"name": "shop"}, {"name": "till"})
    said = [
        {"from": shop["id"], "to": till["id"], "kind": "calls"},
        {"from": shop["tag"], "to": till["cid"], "kind": "calls"},
    ]
    answer = await api.put("/v1/relations", json={"relations": said})
    assert answer.status_code == 200
    found = (await api.get("/v1/relations", params={"entity": shop["id"]})).json()["relations"]
    assert found == said[:1]
    assert (await api.request("DELETE", "/v1/relations", json={"relations": said})).status_code == 200


@pytest.mark.parametrize(
    ("depth", "found", "relations"),
    [(None, "abx", 2), (1, "abx", 2), (2, "abcx", 4), (3, "abcdx", 5), (5, "abcdex", 6)],
)
async def test_what_is_around_an_entity(api: httpx.AsyncClient, depth: int | None, found: str, relations: int) -> None:
    """In either direction, so many steps, each relation once however it is reached."""
    names = {answer["name"]: answer["id"] for answer in await put(api, *({"name": name} for name in "abcdefx"))}
    for _ in range(2):
        await put_relations(api, ("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("d", "e"), ("x", "a"), names=names)

    query = {"entity": names["a"]} | ({} if depth is None else {"depth": str(depth)})
    answer = (await api.get("/v1/relations", params=query)).json()

    assert sorted(entity["name"] for entity in answer["entities"]) == sorted(found)
    assert len(answer["relations"]) == relations


@pytest.mark.parametrize(
    ("relation", "path"),
    [
        ({"from": "a", "to": "nobody", "kind": "calls"}, "relations[1].to"),
        ({"from": "nobody", "to": "a", "kind": "calls"}, "relations[1].from"),
        ({"from": "a", "to": "b", "kind": "likes"}, "relations[1].kind"),
        ({"from": "a", "kind": "calls"}, "relations[1].to"),
        ({"from": "a", "to": "b", "kind": "calls", "nonsense": 1}, "relations[1].nonsense"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_bad_relation_is_refused(
    api: httpx.AsyncClient, relation: dict[str, str], path: str, method: str
) -> None:
    """With its path; and nothing is changed."""
    await put(api, {"name": "a", "aliases": ["a"]}, {"name": "b", "aliases": ["b"]})
    good = {"from": "a", "to": "b", "kind": "runs_on"}
    if method == "DELETE":
        await api.put("/v1/relations", json={"relations": [good]})

    violations = refused(await api.request(method, "/v1/relations", json={"relations": [good, relation]}), 400)

    assert paths(violations) == [path]
    standing = (await api.get("/v1/relations", params={"entity": "a"})).json()["relations"]
    assert len(standing) == (1 if method == "DELETE" else 0)


async def test_a_relation_is_removed(api: httpx.AsyncClient) -> None:
    """That one alone; again is no error."""
    names = {answer["name"]: answer["id"] for answer in await put(api, {"name": "a"}, {"name": "b"})}
    await put_relations(api, ("a", "b"), ("b", "a"), names=names)
    gone = {"relations": [{"from": names["a"], "to": names["b"], "kind": "calls"}]}

    for _ in range(2):
        assert (await api.request("DELETE", "/v1/relations", json=gone)).status_code == 200

    (left,) = (await api.get("/v1/relations", params={"entity": names["a"]})).json()["relations"]
    assert (left["from"], left["to"]) == (names["b"], names["a"])


@pytest.mark.parametrize("depth", ["0", "6", "-1", "x", ""])
async def test_depth_has_limits(api: httpx.AsyncClient, depth: str) -> None:
    """One to five steps."""
    assert paths(refused(await api.get("/v1/relations", params={"entity": "a", "depth": depth}), 400)) == ["depth"]


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [
        ("PUT", "/v1/entities", Right.READ_ENTITIES), ("DELETE", "/v1/entities/a", Right.READ_ENTITIES),
        ("GET", "/v1/entities", Right.WRITE_ENTITIES),
        ("GET", "/v1/entities/a", Right.READ_EVENTS), ("GET", "/v1/entities/a/events", Right.READ_ENTITIES),
        ("PUT", "/v1/relations", Right.READ_ENTITIES),
        ("DELETE", "/v1/relations", Right.READ_ENTITIES), ("GET", "/v1/relations", Right.WRITE_ENTITIES),
    ],
)  # fmt: skip
async def test_each_call_needs_its_right(tenant: Tenant, client: Client, method: str, path: str, right: Right) -> None:
    """403 for a neighbouring right, 401 for nobody."""
    refused(await client(await tenant.key(right)).request(method, path), 403)
    refused(await client(None).request(method, path), 401)
