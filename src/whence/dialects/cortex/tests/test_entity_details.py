"""B1.6: what is said of an entity."""

import re

from httpx import AsyncClient

from tests.builders import draft
from tests.tenants import Tenant
from whence.dialects.cortex.tests.answers import is_missing
from whence.dialects.cortex.tests.uploads import CATALOG, details, merge, upload
from whence.domain.entity import Tag
from whence.domain.link import Link

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z")
CID = re.compile(r"en[0-9a-f]{16}")


async def test_the_example_of_the_contract(admin: AsyncClient) -> None:
    """[B1.6] Every member, in the order of the example, and no other."""
    await upload(admin, "checkout-api", title="Checkout API", groups=["shop"])

    entity = await details(admin, "checkout-api")

    assert CID.fullmatch(entity["id"])
    assert TIME.fullmatch(entity["lastUpdated"])
    assert list(entity.items()) == [
        ("id", entity["id"]), ("tag", "checkout-api"), ("name", "Checkout API"), ("type", "service"),
        ("isArchived", False), ("lastUpdated", entity["lastUpdated"]), ("groups", ["shop"]),
        ("hierarchy", {"parents": [], "children": []}), ("links", []), ("metadata", []), ("slackChannels", []),
        ("ownership", {"emails": [], "groups": [], "slackChannels": []}),
    ]  # fmt: skip
    assert await details(admin, entity["id"]) == entity
    is_missing(await admin.get(f"{CATALOG}/nope"), "Entity not found: nope")


async def test_all_that_a_descriptor_says_is_shown(admin: AsyncClient) -> None:
    """[B1.6] Each member, as it was said."""
    await upload(admin, "pay", title="Payments", type="team")
    await upload(
        admin, "a", title="A", description="does a", type="service", groups=["g", "h", "g"],
        git={"github": {"repository": "org/a", "basepath": "src", "alias": "main"}},
        link=[
            {"url": "https://a.example", "name": "n", "type": "runbook", "description": "d"},
            {"url": "https://b.example"},
        ],
        custom_metadata={"tier": {"gold": [1, None, 1.5]}, "n": None},
        slack={"channels": [{"name": "ops", "notificationsEnabled": False, "description": "d"}, {"name": "dev"}]},
        owners=[
            {"type": "group", "name": "pay", "provider": "CORTEX"}, {"name": "front"},
            {"type": "email", "email": "a@example.com"},
        ],
    )  # fmt: skip

    entity = await details(admin, "a", includeOwners="True")

    team = await details(admin, "pay")
    assert {key: value for key, value in entity.items() if key not in {"id", "lastUpdated", "hierarchy"}} == {
        "tag": "a", "name": "A", "type": "service", "description": "does a", "isArchived": False,
        "groups": ["g", "h"],
        "git": {
            "provider": "github", "repository": "org/a", "repositoryUrl": "https://github.com/org/a",
            "alias": "main", "basepath": "src",
        },
        "links": [
            {"name": "n", "type": "runbook", "url": "https://a.example", "description": "d"},
            {"name": "", "type": "other", "url": "https://b.example"},
        ],
        "metadata": [{"key": "n", "value": None}, {"key": "tier", "value": {"gold": [1, None, 1.5]}}],
        "slackChannels": [
            {"name": "ops", "notificationsEnabled": False, "description": "d"},
            {"name": "dev", "notificationsEnabled": True},
        ],
        "ownership": {
            "emails": [{"email": "a@example.com"}],
            "groups": [{"groupName": "pay", "provider": "CORTEX"}, {"groupName": "front"}],
            "slackChannels": [],
        },
        "owners": {
            "teams": [{"id": team["id"], "tag": "pay", "name": "Payments", "isArchived": False}],
            "individuals": [{"email": "a@example.com"}],
        },
    }  # fmt: skip


async def test_what_calls_have_set_is_shown(admin: AsyncClient) -> None:
    """[B1.6, B4] Custom data is metadata, and counts where the descriptor says something else; groups are united."""
    await upload(admin, "a", custom_metadata={"tier": 1, "x": 1}, groups=["g"])
    await admin.post(f"{CATALOG}/a/custom-data?force=true", json={"key": "tier", "value": 2})
    await admin.post(f"{CATALOG}/a/custom-data", json={"key": "y", "value": [True]})
    await admin.put(f"{CATALOG}/a/groups", json={"groups": [{"tag": "b"}]})

    entity = await details(admin, "a")

    assert entity["metadata"] == [
        {"key": "tier", "value": 2}, {"key": "x", "value": 1}, {"key": "y", "value": [True]},
    ]  # fmt: skip
    assert entity["groups"] == ["g", "b"]


async def test_an_entity_of_another_dialect_has_details(admin: AsyncClient, tenant: Tenant) -> None:
    """Of what is known of it: its tags, links and properties."""
    await tenant.register(
        draft(
            "Node", tag="n", type="HOST", description="d", links=(Link(title="l", url="https://l.example"),),
            tags=(Tag(key="group", value="g"), Tag(key="owner", value="o"), Tag(context="K8S", key="group", value="x")),
            properties={"os": "linux", "git": {"gitlab": {"repository": "o/r"}}},
        )
    )  # fmt: skip

    entity = await details(admin, "n")

    assert (entity["type"], entity["name"], entity["description"]) == ("host", "Node", "d")
    assert entity["groups"] == ["g"]
    assert entity["git"] == {"provider": "gitlab", "repository": "o/r", "repositoryUrl": "https://gitlab.com/o/r"}
    assert entity["links"] == [{"name": "l", "type": "other", "url": "https://l.example"}]
    assert entity["metadata"] == [{"key": "os", "value": "linux"}]
    assert entity["ownership"]["groups"] == [{"groupName": "o"}]


async def test_members_are_those_of_teams(admin: AsyncClient) -> None:
    """[B1.6] Only when asked for, and only of teams."""
    people = {"members": [{"name": "A", "email": "a@example.com", "role": "lead", "notificationsEnabled": True}]}
    await upload(admin, "pay", type="team", team=people)
    await upload(admin, "a", team=people)

    team = await details(admin, "pay", includeNestedFields="team:members")

    assert team["members"] == [
        {"name": "A", "email": "a@example.com", "roles": [], "sources": [{"type": "ENTITY_DEFINED"}]}
    ]
    assert "members" not in await details(admin, "pay")
    assert "members" not in await details(admin, "a", includeNestedFields="team:members")


async def test_the_hierarchy_goes_both_ways(admin: AsyncClient) -> None:
    """[B1.6] Nodes in lists in nodes: what it is part of upwards, what is part of it downwards; types as sent."""
    await upload(admin, "top", type="domain", description="d", groups=["g"])
    await upload(admin, "shop", type="sub-domain", parents=[{"tag": "top"}], children=[{"tag": "fn"}])
    await upload(admin, "fn", type="aws-lambda")
    await upload(admin, "api", domain_parents=[{"tag": "shop"}])

    shop = (await details(admin, "shop"))["hierarchy"]
    api = (await details(admin, "api"))["hierarchy"]

    ids = {tag: (await details(admin, tag))["id"] for tag in ("top", "shop", "fn", "api")}
    top = {"id": ids["top"], "tag": "top", "name": "top", "type": "domain", "description": "d"}
    assert shop == {
        "parents": [{**top, "parents": []}],
        "children": [
            {"id": ids["api"], "tag": "api", "name": "api", "type": "service", "children": []},
            {"id": ids["fn"], "tag": "fn", "name": "fn", "type": "aws-lambda", "children": []},
        ],
    }
    middle = {"id": ids["shop"], "tag": "shop", "name": "shop", "type": "sub-domain"}
    assert api == {"parents": [{**middle, "parents": [{**top, "parents": []}]}], "children": []}
    grouped = (await details(admin, "shop", includeHierarchyFields="groups"))["hierarchy"]
    assert grouped["parents"] == [{**top, "groups": ["g"], "parents": []}]
    assert grouped["children"][0]["groups"] == []


async def test_the_hierarchy_is_as_deep_as_asked(admin: AsyncClient) -> None:
    """[B1.4] `full` is the default; 0 is none."""
    for tag, parent in (("a", "b"), ("b", "c"), ("c", "d"), ("d", None)):
        await upload(admin, tag, parents=[{"tag": parent}] if parent else [])

    def depth(nodes: list[dict[str, list[dict[str, object]]]]) -> int:
        return 1 + depth(nodes[0]["parents"]) if nodes else 0  # pyright: ignore[reportArgumentType]

    asked = {text: await details(admin, "a", hierarchyDepth=text) for text in ("full", "0", "1", "2", "3", "4", "99")}

    found = {text: depth(entity["hierarchy"]["parents"]) for text, entity in asked.items()}
    assert found == {"full": 3, "0": 0, "1": 1, "2": 2, "3": 3, "4": 3, "99": 3}


async def test_a_circle_ends_before_it_comes_back(admin: AsyncClient) -> None:
    """[B1.6] Whatever is said of whom."""
    await upload(admin, "a", parents=[{"tag": "b"}])
    await upload(admin, "b", parents=[{"tag": "a"}])

    found = (await details(admin, "a"))["hierarchy"]

    assert [(node["tag"], node["parents"]) for node in found["parents"]] == [("b", [])]
    assert [(node["tag"], node["children"]) for node in found["children"]] == [("b", [])]


async def test_a_vast_hierarchy_is_cut_and_says_so(admin: AsyncClient) -> None:
    """Two parents each, twenty levels: a million ways. What is near is there; a header says that it is not all."""
    for level in range(20):
        parents = [{"tag": f"l{level + 1}"}, {"tag": f"r{level + 1}"}]
        await upload(admin, f"l{level}", parents=parents)
        await upload(admin, f"r{level}", parents=parents)

    answer = await admin.get(f"{CATALOG}/l0")

    assert answer.headers["x-whence-warning"] == "a hierarchy is larger than what is shown of it"
    assert [node["tag"] for node in answer.json()["hierarchy"]["parents"]] == ["l1", "r1"]
    assert 9_000 < answer.text.count('"tag"') < 11_000
    assert "x-whence-warning" not in (await admin.get(f"{CATALOG}/l0?hierarchyDepth=3")).headers


async def test_when_it_was_updated(admin: AsyncClient) -> None:
    """[B1.6] By its descriptor."""
    await upload(admin, "a")
    before = (await details(admin, "a"))["lastUpdated"]
    assert (await details(admin, "a"))["lastUpdated"] == before

    await merge(admin, "a", how={}, description="x")

    assert (await details(admin, "a"))["lastUpdated"] > before
