"""B5: relationships, each of a type that the account's people have defined."""

import asyncio
from typing import Any, Final

import pytest
from httpx import AsyncClient, Response

from tests.builders import draft
from tests.tenants import MakeTenant, Tenant
from whence.dialects.cortex.tests.answers import is_bad, is_error, is_missing
from whence.dialects.cortex.tests.conftest import MakeClient
from whence.domain.access import Right
from whence.domain.entity import Entity

CATALOG: Final = "/api/v1/catalog"
TYPES: Final = "/api/v1/relationship-types"
PARTS: Final = "/api/v1/relationships/parts"
OF_A: Final = f"{CATALOG}/a/relationships/parts/destinations"
INTO_B: Final = f"{CATALOG}/b/relationships/parts/sources"
Pairs = list[tuple[str, str]]


@pytest.fixture
async def entities(tenant: Tenant) -> dict[str, Entity]:
    """Five of them, by tag."""
    found = await tenant.register(*(draft(tag.upper(), tag=tag) for tag in "abcde"))
    return {entity.tag: entity for entity in found}


@pytest.fixture
async def editor(tenant: Tenant, speak: MakeClient, entities: dict[str, Entity]) -> AsyncClient:
    """A client that may write entities, of which there are five, and a type of relationships that limits nothing."""
    assert len(entities) == 5
    client = speak(await tenant.key(Right.WRITE_ENTITIES, Right.READ_ENTITIES))
    await define(client)
    return client


async def define(client: AsyncClient, tag: str = "parts", **rules: Any) -> None:  # noqa: ANN401  whatever JSON can say
    """The type is there, with these rules."""
    answer = await client.post(TYPES, json={"tag": tag, "name": tag, **rules})
    assert answer.status_code == 200, answer.text


async def limit(client: AsyncClient, **rules: Any) -> None:  # noqa: ANN401  whatever JSON can say
    """The type has these rules from now on."""
    answer = await client.put(f"{TYPES}/parts", json={"name": "parts", **rules})
    assert answer.status_code == 200, answer.text


def body(*pairs: tuple[str, str]) -> dict[str, Any]:
    """As a call names relationships."""
    return {"relationships": [{"source": source, "destination": destination} for source, destination in pairs]}


def named(source: str, destination: str, **more: str) -> dict[str, str]:
    """As an answer to such a call names one."""
    return {"sourceEntityTag": source, "destinationEntityTag": destination, "relationshipTypeTag": "parts", **more}


def stood(answer: Response) -> Pairs:
    """What such an answer says that stands; it has no errors."""
    assert (answer.status_code, answer.json()["errors"]) == (200, []), answer.text
    return [(one["sourceEntityTag"], one["destinationEntityTag"]) for one in answer.json()["relationships"]]


async def relationships(client: AsyncClient, where: str = PARTS) -> Pairs:
    """All of a type, by the tags of their ends."""
    answer = await client.get(where)
    assert answer.status_code == 200, answer.text
    return [(one["sourceEntity"]["tag"], one["destinationEntity"]["tag"]) for one in answer.json()["relationships"]]


async def ends(client: AsyncClient, where: str = OF_A, **query: str) -> list[str]:
    """The tags of an entity's destinations, or of its sources."""
    answer = await client.get(where, params=query)
    assert answer.status_code == 200, answer.text
    (listed,) = answer.json().values()
    return [one["tag"] for one in listed]


async def upload(client: AsyncClient, tag: str, *said: Any, title: str = "A") -> Response:  # noqa: ANN401  whatever JSON can say
    """A descriptor that says these relationships."""
    info = {"title": title, "x-cortex-tag": tag, "x-cortex-relationships": list(said)}
    answer = await client.post("/api/v1/open-api", json={"info": info})
    assert (answer.status_code, answer.json()["ok"]) == (200, True), answer.text
    return answer


def to(*tags: str, type: str = "parts") -> dict[str, Any]:  # noqa: A002  the vendor's word
    """What a descriptor says of its entity's destinations."""
    return {"tag": type, "destinations": [{"tag": tag} for tag in tags]}


async def test_the_contracts_shapes(editor: AsyncClient, entities: dict[str, Entity]) -> None:
    """[B5] Added, listed with both entities, replaced."""
    added = await editor.post(PARTS, json=body(("a", "b"), ("a", "c")))

    assert added.status_code == 200
    assert added.json() == {"relationships": [named("a", "b"), named("a", "c")], "errors": []}
    listed = await editor.get(PARTS)
    assert listed.json() == {
        "relationships": [
            {
                "sourceEntity": {"id": entities["a"].cid, "tag": "a", "name": "A", "type": "service"},
                "destinationEntity": {"id": entities[tag].cid, "tag": tag, "name": tag.upper(), "type": "service"},
                "relationshipTypeTag": "parts",
            }
            for tag in "bc"
        ],
        "page": 0, "total": 2, "totalPages": 1,
    }  # fmt: skip

    replaced = await editor.put(PARTS, json=body(("a", "c"), ("c", "d")))

    assert replaced.json() == {"relationships": [named("a", "c"), named("c", "d")], "errors": []}
    assert await relationships(editor) == [("a", "c"), ("c", "d")]
    assert stood(await editor.put(PARTS, json=body())) == []
    assert await relationships(editor) == []


async def test_both_ends_of_an_entity(editor: AsyncClient, entities: dict[str, Entity]) -> None:
    """[B5] Destinations and sources are two sides of one relationship; a POST adds, a PUT replaces."""
    added = await editor.post(OF_A, json={"destinations": ["c", "b", "b"]})

    assert added.status_code == 200
    assert added.json() == {
        "destinations": [{"id": entities[tag].cid, "tag": tag, "name": tag.upper(), "type": "service"} for tag in "bc"]
    }
    assert await ends(editor) == ["b", "c"]
    assert (await editor.get(INTO_B)).json() == {
        "sources": [{"id": entities["a"].cid, "tag": "a", "name": "A", "type": "service"}]
    }
    assert [one["tag"] for one in (await editor.post(INTO_B, json={"sources": ["d"]})).json()["sources"]] == ["a", "d"]
    assert await relationships(editor) == [("a", "b"), ("a", "c"), ("d", "b")]

    replaced = await editor.put(OF_A, json={"destinations": ["d"]})

    assert [one["tag"] for one in replaced.json()["destinations"]] == ["d"]
    assert await relationships(editor) == [("a", "d"), ("d", "b")]
    assert (await editor.put(INTO_B, json={"sources": []})).json() == {"sources": []}
    assert await relationships(editor) == [("a", "d")]


async def test_adding_again_changes_nothing(editor: AsyncClient) -> None:
    """[B5] Whichever way it is said."""
    for _ in "12":
        assert stood(await editor.post(PARTS, json=body(("a", "b"), ("a", "b")))) == [("a", "b")]
        assert (await editor.post(INTO_B, json={"sources": ["a"]})).status_code == 200

    assert await relationships(editor) == [("a", "b")]
    assert stood(await editor.put(PARTS, json=body())) == []


async def test_ends_may_be_named_by_their_ids(editor: AsyncClient, entities: dict[str, Entity]) -> None:
    """[A3] Tag or generated id, in the path and in the body: the same relationship, told by tags."""
    by_id = f"{CATALOG}/{entities['a'].cid}/relationships/parts/destinations"

    await editor.post(by_id, json={"destinations": [entities["b"].cid]})

    assert stood(await editor.post(PARTS, json=body((entities["a"].cid, "b")))) == [("a", "b")]
    assert await relationships(editor) == [("a", "b")]


async def test_pages(editor: AsyncClient) -> None:
    """[A6] By the tags of source and destination; behind the end nothing, with true totals."""
    await editor.put(PARTS, json=body(("c", "a"), ("a", "c"), ("b", "a"), ("a", "b")))

    assert await relationships(editor) == [("a", "b"), ("a", "c"), ("b", "a"), ("c", "a")]
    assert await relationships(editor, f"{PARTS}?pageSize=3&page=1") == [("c", "a")]
    beyond = (await editor.get(PARTS, params={"pageSize": "3", "page": "9"})).json()
    assert beyond == {"relationships": [], "page": 9, "total": 4, "totalPages": 2}
    is_bad(await editor.get(PARTS, params={"page": "-1"}), "page must be 0 or greater")


async def test_depth(editor: AsyncClient) -> None:
    """[B5] One step, unless told otherwise; each entity once, though ways meet and lead in circles."""
    await editor.put(PARTS, json=body(("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("d", "a")))
    into_d = f"{CATALOG}/d/relationships/parts/sources"

    assert await ends(editor) == ["b", "c"]
    assert await ends(editor, depth="1") == ["b", "c"]
    assert await ends(editor, depth="2") == ["b", "c", "d"]
    assert await ends(editor, depth="3") == ["a", "b", "c", "d"]
    assert await ends(editor, depth="999999") == ["a", "b", "c", "d"]
    assert await ends(editor, into_d) == ["c"]
    assert await ends(editor, into_d, depth="2") == ["a", "b", "c"]
    for depth, details in (
        ("0", "must be 1 or greater"),
        ("full", "must be an integer"),
        ("1.5", "must be an integer"),
    ):
        is_bad(await editor.get(OF_A, params={"depth": depth}), f"depth {details}")


async def test_archived_entities_are_in_the_way(editor: AsyncClient) -> None:
    """[B5] They, and what lies behind them, are left out, unless they are asked for; a list of all has them."""
    await editor.put(PARTS, json=body(("a", "b"), ("b", "c"), ("a", "d")))
    await editor.put(f"{CATALOG}/b/archive")

    assert await ends(editor, depth="2") == ["d"]
    assert await ends(editor, depth="2", includeArchived="True") == ["b", "c", "d"]
    is_bad(await editor.get(OF_A, params={"includeArchived": "maybe"}), "includeArchived must be true or false")
    assert await relationships(editor) == [("a", "b"), ("a", "d"), ("b", "c")]
    assert await ends(editor, f"{CATALOG}/b/relationships/parts/destinations") == ["c"]


async def test_types_are_apart(editor: AsyncClient) -> None:
    """[B5] The same two entities may stand to each other in many ways."""
    await define(editor, "hosts")
    await editor.put(PARTS, json=body(("a", "b"), ("b", "c")))
    await editor.put("/api/v1/relationships/hosts", json=body(("a", "b"), ("a", "d")))

    await editor.put(PARTS, json=body())

    assert await relationships(editor) == []
    assert await relationships(editor, "/api/v1/relationships/hosts") == [("a", "b"), ("a", "d")]
    assert await ends(editor, f"{CATALOG}/a/relationships/hosts/destinations") == ["b", "d"]


async def test_a_relationship_is_no_relation_of_the_house(editor: AsyncClient, admin: AsyncClient) -> None:
    """[ADR 0029] Nobody knows which way trouble would go along it."""
    await define(editor, "calls")
    await editor.put("/api/v1/relationships/calls", json=body(("a", "b")))
    await upload(editor, "a", to("c", type="calls"))

    assert await relationships(editor, "/api/v1/relationships/calls") == [("a", "b"), ("a", "c")]
    assert (await admin.get("/v1/relations", params={"entity": "a"})).json()["relations"] == []
    assert (await editor.get(f"{CATALOG}/a/dependencies")).json()["dependencies"] == []


async def test_a_descriptor_to_nobody_yet(editor: AsyncClient, tenant: Tenant) -> None:
    """[B5] Once the target is there the relationship stands, and nothing is created again."""
    await upload(editor, "a", to("later", "b"))
    assert await relationships(editor) == [("a", "b")]

    await tenant.register(draft("Later", tag="later"))

    assert await relationships(editor) == [("a", "b"), ("a", "later")]
    assert await ends(editor) == ["b", "later"]
    assert await ends(editor, f"{CATALOG}/later/relationships/parts/sources") == ["a"]


async def test_a_call_to_nobody_yet(editor: AsyncClient, tenant: Tenant) -> None:
    """[B5] The same, and the answer says so."""
    answer = await editor.post(OF_A, json={"destinations": ["b", "later"]})
    assert ([one["tag"] for one in answer.json()["destinations"]], await ends(editor)) == (["b"], ["b"])
    assert answer.headers["x-whence-warning"] == "1 of the entities is not there yet: its relationship waits for it"
    await editor.post(INTO_B, json={"sources": ["first", "second"]})
    several = await editor.post(PARTS, json=body(("c", "last"), ("b", "c"), ("nobody", "no-one")))
    assert several.json() == {
        "relationships": [named("b", "c")],
        "errors": [
            named("c", "last", errorMessage="Destination entity not found: last; the relationship waits for it"),
            named("nobody", "no-one", errorMessage="Source entity not found: nobody"),
        ],
    }

    await tenant.register(*(draft(tag, tag=tag) for tag in ("later", "first", "last", "nobody", "no-one")))

    assert await relationships(editor) == [
        ("a", "b"), ("a", "later"), ("b", "c"), ("c", "last"), ("first", "b"),
    ]  # fmt: skip
    assert await ends(editor, f"{CATALOG}/last/relationships/parts/sources") == ["c"]
    assert await ends(editor, f"{CATALOG}/first/relationships/parts/destinations") == ["b"]
    assert await ends(editor, INTO_B) == ["a", "first"]


async def test_what_waits_is_replaced_and_added_to_as_what_stands(editor: AsyncClient, tenant: Tenant) -> None:
    """[B5] It comes to one relationship whichever end was first, and goes when a PUT leaves it out."""
    await editor.post(INTO_B, json={"sources": ["later"]})
    await editor.post(OF_A, json={"destinations": ["later"]})
    await tenant.register(draft(tag="later"))
    of_later = f"{CATALOG}/later/relationships/parts/destinations"
    await editor.post(of_later, json={"destinations": ["b"]})
    assert await relationships(editor) == [("a", "later"), ("later", "b")]

    await editor.put(of_later, json={"destinations": ["c"]})
    assert await relationships(editor) == [("a", "later"), ("later", "c")]
    await editor.put(INTO_B, json={"sources": ["never", "a"]})
    await editor.put(INTO_B, json={"sources": ["a"]})
    await tenant.register(draft(tag="never"))

    assert await relationships(editor) == [("a", "b"), ("a", "later"), ("later", "c")]


async def test_a_relationship_goes_with_either_end(editor: AsyncClient, tenant: Tenant) -> None:
    """[A9] One that a call made for good; one that a descriptor says is there again with the tag."""
    await upload(editor, "a", to("b"))
    await editor.post(PARTS, json=body(("a", "c"), ("b", "c"), ("c", "d"), ("d", "e")))
    for tag in "bc":
        await editor.delete(f"{CATALOG}/{tag}")
    assert await relationships(editor) == [("d", "e")]

    await tenant.register(*(draft(tag, tag=tag) for tag in "bc"))
    assert await relationships(editor) == [("a", "b"), ("d", "e")]
    await editor.delete(f"{CATALOG}/a")
    await tenant.register(draft(tag="a"))

    assert await relationships(editor) == [("d", "e")]


async def test_what_a_descriptor_says(editor: AsyncClient) -> None:
    """[B1.2, B5] Destinations and sources, by object or by bare tag; it is kept as it was sent, and replaced whole."""
    said = {"tag": "parts", "destinations": [{"tag": "c", "odd": 1}, "d"], "sources": [{"tag": "e"}], "odd": [1]}
    await upload(editor, "b", to("a"), said)

    assert await relationships(editor) == [("b", "a"), ("b", "c"), ("b", "d"), ("e", "b")]
    kept = (await editor.get(f"{CATALOG}/b/openapi")).json()["info"]["x-cortex-relationships"]
    assert kept == [to("a"), said]

    merged = {"info": {"x-cortex-tag": "b", "x-cortex-relationships": [to("d"), to("e")]}}
    assert (await editor.patch("/api/v1/open-api", json=merged)).status_code == 200
    assert await relationships(editor) == [("b", "d"), ("b", "e")]
    await upload(editor, "b")
    assert await relationships(editor) == []


async def test_said_from_both_sides_is_one(editor: AsyncClient) -> None:
    """[B5] And stands while anything says so."""
    await upload(editor, "a", to("b"))
    await upload(editor, "b", {"tag": "parts", "sources": [{"tag": "a"}]})
    assert await relationships(editor) == [("a", "b")]
    assert (await editor.get(PARTS)).json()["total"] == 1

    await upload(editor, "a")
    assert await relationships(editor) == [("a", "b")]
    await upload(editor, "b")

    assert await relationships(editor) == []


async def test_a_rehearsal_says_nothing(editor: AsyncClient) -> None:
    """[B1.2] A dry run makes no relationship."""
    info = {"title": "A", "x-cortex-tag": "a", "x-cortex-relationships": [to("b")]}

    await editor.post("/api/v1/open-api", params={"dryRun": "true"}, json={"info": info})

    assert await relationships(editor) == []


async def test_a_type_may_come_later(editor: AsyncClient) -> None:
    """[B5] What descriptors say of it stands from then on; what calls made went with the type."""
    await upload(editor, "a", to("b"), to("c", type="hosts"))
    await editor.post(PARTS, json=body(("a", "c"), ("c", "later")))
    is_missing(await editor.get("/api/v1/relationships/hosts"), "Relationship type not found: hosts")
    await define(editor, "hosts")
    assert await relationships(editor, "/api/v1/relationships/hosts") == [("a", "c")]

    assert (await editor.delete(f"{TYPES}/parts")).status_code == 204
    is_missing(await editor.get(PARTS), "Relationship type not found: parts")
    await define(editor)

    assert await relationships(editor) == [("a", "b")]


FIXED: Final = "Cannot modify relationship that is defined in the descriptor"


async def test_what_a_descriptor_says_is_fixed(editor: AsyncClient) -> None:
    """[B5] Adding it changes nothing; a PUT that leaves it out is refused, or (of many) says so."""
    await upload(editor, "a", to("b", "c"))
    assert stood(await editor.post(PARTS, json=body(("a", "b")))) == [("a", "b")]
    assert (await editor.put(OF_A, json={"destinations": ["c", "b", "d"]})).status_code == 200
    is_bad(await editor.put(OF_A, json={"destinations": ["b"]}), FIXED)
    is_bad(await editor.put(INTO_B, json={"sources": []}), FIXED)
    assert await ends(editor) == ["b", "c", "d"]

    several = await editor.put(PARTS, json=body(("a", "b"), ("d", "e")))

    assert several.json() == {
        "relationships": [named("a", "b"), named("d", "e")],
        "errors": [named("a", "c", errorMessage=FIXED)],
    }
    assert await relationships(editor) == [("a", "b"), ("a", "c"), ("d", "e")]
    await upload(editor, "a")
    assert await relationships(editor) == [("d", "e")]


async def test_force_overrules_a_descriptor_until_it_is_sent_again(editor: AsyncClient) -> None:
    """[B5] As upstream has it; the descriptor itself says on what it said."""
    await upload(editor, "a", to("b", "c"))

    answer = await editor.put(OF_A, params={"force": "True"}, json={"destinations": ["d"]})
    assert [one["tag"] for one in answer.json()["destinations"]] == ["d"]
    assert (await editor.get(f"{CATALOG}/a/openapi")).json()["info"]["x-cortex-relationships"] == [to("b", "c")]
    await upload(editor, "a", to("b", "c"), title="again")
    assert await ends(editor) == ["b", "c", "d"]

    assert stood(await editor.put(PARTS, params={"force": "true"}, json=body(("a", "b")))) == [("a", "b")]
    assert await relationships(editor) == [("a", "b")]
    for method in ("POST", "PUT"):
        for where in (PARTS, OF_A, INTO_B):
            is_bad(await editor.request(method, where, params={"force": "x"}, json={}), "force must be true or false")


async def test_what_in_a_descriptor_has_no_shape_has_no_effect(editor: AsyncClient) -> None:
    """[B1.2] It is told and kept, and blocks nothing: what anybody sends is some descriptor of theirs."""
    long = {"tag": "parts", "destinations": ["x" * 501, "e"]}
    answer = await upload(
        editor, "a", to("b"), {"type": "parts", "destinations": ["c"]}, 1, {"tag": "parts", "destinations": "d"},
        {"tag": "parts", "destinations": [{"tag": ["d"]}, 7]}, {"tag": "t" * 65, "destinations": ["d"]}, None, long,
    )  # fmt: skip

    told = [(one["violationType"], one["pointer"], one["description"]) for one in answer.json()["violations"]]
    at = "/info/x-cortex-relationships"
    assert told == [
        ("SHOULD", f"{at}/1/tag", "info.x-cortex-relationships[1].tag is required"),
        ("SHOULD", f"{at}/2", "info.x-cortex-relationships[2] must be an object"),
        ("SHOULD", f"{at}/3/destinations", "info.x-cortex-relationships[3].destinations must be a list"),
        ("SHOULD", f"{at}/4/destinations/0/tag", "info.x-cortex-relationships[4].destinations[0].tag must be a string"),
        ("SHOULD", f"{at}/5/tag", "info.x-cortex-relationships[5].tag must be at most 64 characters"),
        ("SHOULD", f"{at}/6", "info.x-cortex-relationships[6] is required"),
        (
            "SHOULD", f"{at}/7/destinations/0",
            "info.x-cortex-relationships[7].destinations[0] must be at most 500 characters",
        ),
    ]  # fmt: skip
    assert await relationships(editor) == [("a", "b"), ("a", "e")]


async def test_a_descriptor_names_only_so_many(editor: AsyncClient) -> None:
    """[B1.2] Ten thousand entities, in relationships or otherwise."""
    many = [to(*(f"t{n}" for n in range(5_000))), {"tag": "parts", "sources": [f"t{n}" for n in range(4_999)]}]
    info: dict[str, Any] = {"title": "A", "x-cortex-tag": "a", "x-cortex-relationships": many}
    assert (await editor.post("/api/v1/open-api", json={"info": info})).status_code == 200

    answer = await editor.post("/api/v1/open-api", json={"info": {**info, "x-cortex-dependency": ["b", "c"]}})

    assert answer.status_code == 400
    assert [one["description"] for one in answer.json()["violations"]] == ["info names more than 10,000 entities"]


async def test_entity_types(editor: AsyncClient, tenant: Tenant) -> None:
    """[B5] A type may limit which ends it has, in the vendor's spelling; an empty list limits nothing."""
    await tenant.register(draft(tag="db", type="DATABASE"))
    only = {"include": True, "types": ["Service"]}
    await limit(editor, sourcesFilter=only, destinationsFilter={"include": False, "types": ["database"]})

    several = await editor.post(PARTS, json=body(("a", "b"), ("a", "db"), ("db", "a"), ("db", "later")))

    assert several.json() == {
        "relationships": [named("a", "b")],
        "errors": [
            named("a", "db", errorMessage="db is of the type database, and parts has no such destinations"),
            named("db", "a", errorMessage="db is of the type database, and parts has no such sources"),
            named("db", "later", errorMessage="db is of the type database, and parts has no such sources"),
        ],
    }
    is_bad(
        await editor.put(OF_A, json={"destinations": ["db", "c"]}),
        "db is of the type database, and parts has no such destinations",
    )
    assert await relationships(editor) == [("a", "b")]
    await limit(editor, sourcesFilter={"include": True, "types": []}, destinationsFilter={"include": False})
    assert stood(await editor.post(PARTS, json=body(("db", "a"), ("a", "db")))) == [("db", "a"), ("a", "db")]


async def test_single_ends(editor: AsyncClient) -> None:
    """[B5] One destination for a source, one source for a destination; what waits counts, what is replaced does not."""
    await limit(editor, isSingleSource=True, isSingleDestination=True)
    assert stood(await editor.post(PARTS, json=body(("a", "b")))) == [("a", "b")]

    several = await editor.post(PARTS, json=body(("a", "b"), ("a", "c"), ("d", "b"), ("c", "later"), ("c", "d")))

    assert several.json() == {
        "relationships": [named("a", "b")],
        "errors": [
            named("a", "c", errorMessage="a has another destination already"),
            named("d", "b", errorMessage="b has another source already"),
            named("c", "later", errorMessage="Destination entity not found: later; the relationship waits for it"),
            named("c", "d", errorMessage="c has another destination already"),
        ],
    }
    is_bad(await editor.post(OF_A, json={"destinations": ["c"]}), "a has another destination already")
    is_bad(await editor.put(OF_A, json={"destinations": ["c", "d"]}), "a has another destination already")
    assert await ends(editor) == ["b"]
    assert (await editor.put(OF_A, json={"destinations": ["c"]})).status_code == 200
    assert await relationships(editor) == [("a", "c")]


async def test_cycles(editor: AsyncClient) -> None:
    """[B5] Where they are not allowed none is closed, however long it would be."""
    await limit(editor, allowCycles=False)
    assert stood(await editor.post(PARTS, json=body(("a", "b"), ("b", "c"), ("a", "c"), ("c", "d")))) != []

    several = await editor.post(PARTS, json=body(("d", "a"), ("e", "e"), ("d", "e"), ("e", "b")))

    closed = "The relationship would close a cycle"
    assert several.json()["errors"] == [named(*ends, errorMessage=closed) for ends in ("da", "ee", "eb")]
    is_bad(await editor.put(INTO_B, json={"sources": ["a", "c"]}), closed)
    assert (await editor.put(f"{CATALOG}/b/relationships/parts/destinations", json={"destinations": []})).is_success
    assert (await editor.put(INTO_B, json={"sources": ["c"]})).is_success
    await limit(editor, allowCycles=True)
    assert stood(await editor.post(PARTS, json=body(("b", "b"), ("b", "a")))) == [("b", "b"), ("b", "a")]


async def test_types_are_spelled_as_descriptors_do(editor: AsyncClient, tenant: Tenant) -> None:
    """[B1.6, B5] In answers, and where a type of relationships limits them; with a description, if there is one."""
    info = {"title": "Resize", "description": "pictures", "x-cortex-tag": "resize", "x-cortex-type": "aws-lambda"}
    await editor.post("/api/v1/open-api", json={"info": info})
    await limit(editor, sourcesFilter={"include": True, "types": ["aws-lambda"]})

    added = await editor.post(f"{CATALOG}/a/relationships/parts/sources", json={"sources": ["resize"]})

    resize = (await tenant.house.context.catalog.require(tenant.admin, "resize")).cid
    told = {"id": resize, "tag": "resize", "name": "Resize", "type": "aws-lambda", "description": "pictures"}
    assert added.json() == {"sources": [told]}
    assert (await editor.get(PARTS)).json()["relationships"][0]["sourceEntity"] == told


BAD: Final[list[tuple[str, str, Any, str]]] = [
    (PARTS, "POST", {}, "relationships is required"),
    (PARTS, "PUT", {"relationships": {}}, "relationships must be a list"),
    (
        PARTS, "PUT", {"relationships": [1, {}, {"source": 1, "destination": " "}]},
        (
            "relationships[0] must be an object; relationships[1].source is required; "
            "relationships[1].destination is required; relationships[2].source must be a string; "
            "relationships[2].destination is required"
        ),
    ),
    (
        PARTS, "POST", body(("x" * 501, "a\0")),
        (
            "relationships[0].source must be at most 500 characters; "
            "relationships[0].destination must not hold a NUL character"
        ),
    ),
    (PARTS, "POST", body(*[("a", "b")] * 5001), "relationships must hold at most 5000 objects"),
    (OF_A, "POST", {"sources": ["b"]}, "destinations is required"),
    (INTO_B, "PUT", {"sources": "a"}, "sources must be a list"),
    (
        OF_A, "PUT", {"destinations": ["b", 1, " ", None, "x" * 501, "\0"]},
        (
            "destinations[1] must be a string; destinations[2] is required; destinations[3] is required; "
            "destinations[4] must be at most 500 characters; destinations[5] must not hold a NUL character"
        ),
    ),
    (OF_A, "PUT", {"destinations": ["b"] * 5001}, "destinations must hold at most 5000 values"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "method", "sent", "details"), BAD)
async def test_what_is_bad_is_told(editor: AsyncClient, where: str, method: str, sent: Any, details: str) -> None:  # noqa: ANN401
    """[A7.1] Every fault, before what the path names is looked for; nothing is made."""
    is_bad(await editor.request(method, where.replace("parts", "no-type"), json=sent), details)
    assert await relationships(editor) == []


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_what_the_path_names_must_be_there(editor: AsyncClient, method: str) -> None:
    """[A2.6, A7.1] 404, of the entity first."""
    sent: dict[str, list[str]] = {"destinations": ["a"], "sources": ["a"], "relationships": []}
    for end in ("destinations", "sources"):
        for path, details in (
            (f"no%2Fone/relationships/nothing/{end}", "Entity not found: no/one"),
            (f"a/relationships/no%2Fthing/{end}", "Relationship type not found: no/thing"),
            (f"a/relationships/parts%00/{end}", "Relationship type not found: parts\0"),
        ):
            is_missing(await editor.request(method, f"{CATALOG}/{path}", json=sent), details)
    said = await editor.request(method, "/api/v1/relationships/nothing", json=sent)
    is_missing(said, "Relationship type not found: nothing")
    assert (await editor.request(method, "/api/v1/relationships")).status_code == 404
    assert (await editor.delete(PARTS)).status_code == 405


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("where", [PARTS, OF_A, INTO_B])
async def test_writing_takes_the_right(
    editor: AsyncClient, tenant: Tenant, speak: MakeClient, method: str, where: str
) -> None:
    """[A2.2-A2.6] Before the body is looked at; whoever has a key may read."""
    viewer = speak(await tenant.key(Right.WRITE_EVENTS))

    refused = await viewer.request(method, where, content=b"{")

    is_error(refused, 403, "FORBIDDEN", "Forbidden", "Missing permission: Edit entities")
    assert (await relationships(viewer), await ends(viewer)) == ([], [])
    nobody = await speak(None).request(method, where, content=b"{")
    is_error(nobody, 401, "UNCATEGORIZED", "Unauthorized", "Missing or invalid API key")
    is_bad(await editor.request(method, where, content=b"{"), "Malformed JSON")


async def test_other_accounts_are_out_of_reach(editor: AsyncClient, account: MakeTenant, speak: MakeClient) -> None:
    """[A1.9] The same tags and the same type in another account are others."""
    await upload(editor, "a", to("b", "later"))
    await editor.post(PARTS, json=body(("b", "c"), ("c", "later")))
    other = await account()
    stranger = speak(await other.key(Right.WRITE_ENTITIES))
    is_missing(await stranger.get(PARTS), "Relationship type not found: parts")
    is_missing(await stranger.get(OF_A), "Entity not found: a")
    await other.register(*(draft(tag, tag=tag) for tag in ("a", "b", "c", "later")))
    await define(stranger)

    assert (await relationships(stranger), await ends(stranger, depth="9"), await ends(stranger, INTO_B)) == (
        [],
        [],
        [],
    )
    await stranger.put(PARTS, params={"force": "true"}, json=body())
    assert (await stranger.delete(f"{TYPES}/parts")).status_code == 204

    assert await relationships(editor) == [("a", "b"), ("b", "c")]


async def test_many_callers_at_once(editor: AsyncClient) -> None:
    """[A9] Of PUTs the last one wins whole; whoever adds, a rule of the type holds."""
    sets = [[("a", other) for other in others] for others in ("bc", "cd", "de", "eb")]
    put = await asyncio.gather(*(editor.put(PARTS, json=body(*pairs)) for pairs in sets * 4))
    assert {answer.status_code for answer in put} == {200}
    assert await relationships(editor) in [sorted(pairs) for pairs in sets]

    await editor.put(PARTS, json=body())
    await limit(editor, isSingleDestination=True)
    added = await asyncio.gather(*(editor.post(OF_A, json={"destinations": [tag]}) for tag in "bcde" * 4))

    assert {answer.status_code for answer in added} == {200, 400}
    assert len(await relationships(editor)) == 1
    gone = await asyncio.gather(editor.delete(f"{CATALOG}/a"), editor.put(OF_A, json={"destinations": ["b"]}))
    assert {answer.status_code for answer in gone} <= {200, 404}
    assert await relationships(editor) == []


async def test_a_type_that_goes_takes_along_what_comes_meanwhile(editor: AsyncClient) -> None:
    """[B5] Nothing of it is left behind for a type that is created later with the same tag."""
    both = [editor.post(PARTS, json=body(("a", tag))) for tag in "bcde"] + [editor.delete(f"{TYPES}/parts")]

    said = await asyncio.gather(*both)

    assert {answer.status_code for answer in said} <= {200, 204, 404, 409}
    await editor.delete(f"{TYPES}/parts")
    await define(editor)
    assert await relationships(editor) == []


async def test_long_tags_fit(editor: AsyncClient, tenant: Tenant) -> None:
    """Of the longest, in letters of four bytes that do not repeat: an index holds some 2,700."""
    tag = "".join(chr(0x20000 + 7 * n) for n in range(500))
    kind = "".join(chr(0x28000 + 11 * n) for n in range(64))
    await define(editor, kind)
    where = f"{CATALOG}/a/relationships/{kind}/destinations"
    assert (await editor.put(where, json={"destinations": [tag]})).status_code == 200

    await tenant.register(draft(tag=tag))

    assert await ends(editor, where) == [tag]
