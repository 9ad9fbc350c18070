"""B1.2: a descriptor is put in place of the one that stands, or refused with all that is wrong."""

import asyncio
import json
from collections.abc import Sequence
from itertools import permutations
from typing import Final

import pytest
from httpx import AsyncClient
from starlette.routing import Route

from tests.builders import draft
from tests.tenants import MakeTenant, Tenant
from whence.dialects.cortex import DIALECT
from whence.dialects.cortex.tests.answers import is_bad
from whence.dialects.cortex.tests.conftest import MakeClient
from whence.dialects.cortex.tests.uploads import (
    CATALOG,
    UPLOAD,
    details,
    lines,
    merge,
    stored,
    tags,
    text,
    upload,
    violations,
)
from whence.domain.access import Right
from whence.domain.entity import Tag
from whence.domain.link import Link
from whence.server import House

EXAMPLE = """\
openapi: 3.0.1
info:
  title: Checkout API
  x-cortex-tag: checkout-api
  x-cortex-type: service
  x-cortex-groups: [shop]
  x-cortex-dependency:
    - tag: payments-db
"""


async def test_the_example_of_the_contract_is_taken(admin: AsyncClient) -> None:
    """[B1.2] 200 without a violation, for the first time and for the second."""
    for _ in range(2):
        answer = await admin.post(
            UPLOAD, content=EXAMPLE, headers={"content-type": "application/openapi;charset=UTF-8"}
        )

        assert (answer.status_code, answer.text) == (200, '{"ok":true,"violations":[]}')
    entity = await details(admin, "checkout-api")
    assert (entity["name"], entity["type"], entity["groups"]) == ("Checkout API", "service", ["shop"])


async def test_a_descriptor_without_a_tag_is_refused(admin: AsyncClient) -> None:
    """[B1.2] In the very words of the contract."""
    answer = await admin.post(UPLOAD, content="openapi: 3.0.1\ninfo:\n  title: Checkout API\n")

    assert answer.status_code == 400
    assert answer.text == (
        '{"ok":false,"violations":[{"title":"Invalid descriptor","description":"info.x-cortex-tag is required",'
        '"violationType":"MUST","pointer":"/info/x-cortex-tag","paths":[]}]}'
    )


@pytest.mark.parametrize("kind", ["application/json", "text/yaml", "application/openapi", "image/png", ""])
async def test_any_content_type_will_do(admin: AsyncClient, kind: str) -> None:
    """[B1.2] And JSON is YAML, also where it spells what is beyond U+FFFF in its own way."""
    sent = {"info": {"title": "Kasse \N{CROISSANT}", "x-cortex-tag": "a"}}

    answer = await admin.post(UPLOAD, content=json.dumps(sent), headers={"content-type": kind})

    assert answer.json() == {"ok": True, "violations": []}
    assert (await details(admin, "a"))["name"] == "Kasse \N{CROISSANT}"


async def test_it_replaces_all_that_the_last_one_said(admin: AsyncClient) -> None:
    """[B1.2] Title, groups, links, hierarchy: what it does not say any more is gone."""
    await upload(admin, "shop", type="domain")
    await upload(
        admin, "a", title="A", description="old", groups=["g"], parents=[{"tag": "shop"}],
        owners=[{"name": "pay"}], link=[{"url": "https://a.example", "name": "x", "type": "y"}],
        custom_metadata={"tier": 1}, git={"github": {"repository": "o/r"}},
    )  # fmt: skip

    await upload(admin, "a", title="B")

    entity = await details(admin, "a")
    assert entity["name"] == "B"
    assert (entity["groups"], entity["links"], entity["metadata"]) == ([], [], [])
    assert entity["hierarchy"] == {"parents": [], "children": []}
    assert "git" not in entity
    assert "description" not in entity
    assert await tags(admin, groups="g") == await tags(admin, owners="pay") == []


async def test_every_other_dialect_sees_what_it_says(admin: AsyncClient) -> None:
    """The type in the house's letters; title, description, links, groups and metadata of the descriptor."""
    await upload(
        admin, "fn", title="Thumbs", type="aws-lambda", description="makes thumbs", groups=["g"],
        link=[{"url": "https://a.example/x", "name": "run"}], custom_metadata={"tier": 1},
    )  # fmt: skip

    entity = (await admin.get("/v1/entities/fn")).json()

    assert (entity["type"], entity["name"], entity["description"]) == ("AWS_LAMBDA", "Thumbs", "makes thumbs")
    assert entity["links"] == [{"title": "run", "url": "https://a.example/x"}]
    assert entity["properties"] == {"tier": 1}
    assert [(tag["key"], tag["value"]) for tag in entity["tags"]] == [("group", "g")]
    assert (await details(admin, "fn"))["type"] == "aws-lambda"


async def test_what_others_say_of_the_entity_stays(admin: AsyncClient, tenant: Tenant) -> None:
    """Aliases, tags, properties, place, and whether it is archived: a descriptor takes back its own words alone."""
    await tenant.register(
        draft(
            "old", tag="a", cluster="c", namespace="n", aliases=("also",), tags=(Tag(key="env", value="prod"),),
            links=(Link(title="l", url="https://l.example"),), properties={"kind": "Deployment"}, archived=True,
        )
    )  # fmt: skip
    await upload(admin, "a", title="new", groups=["g"], custom_metadata={"tier": 1})
    await upload(admin, "a", title="new", groups=["h"])

    entity = (await admin.get("/v1/entities/a")).json()

    assert (entity["name"], entity["cluster"], entity["namespace"]) == ("new", "c", "n")
    assert (entity["aliases"], entity["archived"]) == (["also"], True)
    assert [(tag["key"], tag["value"]) for tag in entity["tags"]] == [("env", "prod"), ("group", "h")]
    assert entity["links"] == [{"title": "l", "url": "https://l.example"}]
    assert entity["properties"] == {"kind": "Deployment"}


async def test_another_tag_is_another_entity(admin: AsyncClient) -> None:
    """[B1.2] The old one stays."""
    await upload(admin, "a", title="Same")
    await upload(admin, "b", title="Same")

    assert await tags(admin) == ["a", "b"]


@pytest.mark.parametrize("tag", ["/team/pay//api", "payments api:v2", "\N{CROISSANT}", "%2F", "x" * 500, "a,b"])
async def test_a_tag_is_any_text(admin: AsyncClient, tag: str) -> None:
    """[A3.3] Slashes, blanks and commas included."""
    await upload(admin, tag)

    assert await tags(admin) == [tag]


MUST: Final[list[tuple[str | bytes, str, str | None]]] = [
    ("", "", "the descriptor is empty"),
    ("# nothing", "", "the descriptor is empty"),
    ("[]", "", "the descriptor must be an object"),
    ("just text", "", "the descriptor must be an object"),
    ("openapi: 3.0.1", "/info", "info is required"),
    ("info: [a]", "/info", "info must be an object"),
    ("a: [", "", "line 2: is no YAML: did not find expected node content"),
    ("a: 1\nb: 2\na: 3", "", "line 3: the key 'a' stands twice in one mapping"),
    ("a: 1\n---\nb: 2", "", "line 3: is a second document"),
    ("a: !!python/object/apply:os.system [ls]", "", None),
    (b"\xff\xfe\xfd", "", None),
    ("x: &x [*x]", "", None),
    ("a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join(['*' + a] * 10)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)
    ), "", "line 1: its aliases make it far larger than it is written"),
    (b"a: &a " + b"x" * 1_000_000 + b"\nl:\n" + b"- *a\n" * 9_000, "",
     "line 1: its aliases make it far larger than it is written"),
    ("a: " + "[" * 200 + "]" * 200, "", "line 1: is nested more than 100 deep"),
    (text("a", title=...), "/info/title", "info.title is required"),
    (text("a", title=None), "/info/title", "info.title is required"),
    (text("a", title="  "), "/info/title", "info.title is required"),
    (text("a", title=["x"]), "/info/title", "info.title must be a string"),
    (text("a", title="x" * 501), "/info/title", "info.title must be at most 500 characters"),
    (text("a", tag=""), "/info/x-cortex-tag", "info.x-cortex-tag is required"),
    (text("a", tag=None), "/info/x-cortex-tag", "info.x-cortex-tag is required"),
    (text("a", tag="y" * 10_000), "/info/x-cortex-tag", "info.x-cortex-tag must be at most 500 characters"),
    (text("a", tag=83), "/info/x-cortex-tag", "info.x-cortex-tag must be a string: put the number in quotes"),
    (text("a", tag=" a"), "/info/x-cortex-tag", "info.x-cortex-tag must not begin or end with blanks"),
    (text("a", tag=True), "/info/x-cortex-tag", "info.x-cortex-tag must be a string"),
    (text("a", title="a\0"), "/info/title", "info.title must not hold a NUL character"),
    (text("a", custom_metadata={"a/b~c": ["\0"]}), "/info/x-cortex-custom-metadata/a~1b~0c/0",
     "info.x-cortex-custom-metadata.a/b~c[0] must not hold a NUL character"),
    (text("a", type=["x"]), "/info/x-cortex-type", "info.x-cortex-type must be a string"),
    (text("a", type="x" * 65), "/info/x-cortex-type", "info.x-cortex-type must be at most 64 characters"),
    (text("a", description={"x": 1}), "/info/description", "info.description must be a string"),
    (text("a", groups="g"), "/info/x-cortex-groups", "info.x-cortex-groups must be a list"),
    (text("a", groups=["g", None]), "/info/x-cortex-groups/1", "info.x-cortex-groups[1] is required"),
    (text("a", groups=[{"tag": "g"}]), "/info/x-cortex-groups/0", "info.x-cortex-groups[0] must be a string"),
    (text("a", owners=["pay"]), "/info/x-cortex-owners/0", "info.x-cortex-owners[0] must be an object"),
    (text("a", owners=[{"name": ["x"]}]), "/info/x-cortex-owners/0/name",
     "info.x-cortex-owners[0].name must be a string"),
    (text("a", link=[{"name": "x"}]), "/info/x-cortex-link/0/url", "info.x-cortex-link[0].url is required"),
    (text("a", link=[None]), "/info/x-cortex-link/0", "info.x-cortex-link[0] is required"),
    (text("a", git="o/r"), "/info/x-cortex-git", "info.x-cortex-git must be an object"),
    (text("a", git={"github": "o/r"}), "/info/x-cortex-git/github", "info.x-cortex-git.github must be an object"),
    (text("a", custom_metadata=[1]), "/info/x-cortex-custom-metadata",
     "info.x-cortex-custom-metadata must be an object"),
    (text("a", children=[{"name": "b"}]), "/info/x-cortex-children/0/tag",
     "info.x-cortex-children[0].tag is required"),
    (text("a", parents={"tag": "b"}), "/info/x-cortex-parents", "info.x-cortex-parents must be a list"),
    (text("a", domain_parents=[None]), "/info/x-cortex-domain-parents/0",
     "info.x-cortex-domain-parents[0] is required"),
    (text("a", dependency=[{"tag": "y" * 501}]), "/info/x-cortex-dependency/0/tag",
     "info.x-cortex-dependency[0].tag must be at most 500 characters"),
    (text("a", dependency=[{"tag": "b", "method": "FETCH"}]), "/info/x-cortex-dependency/0/method",
     "info.x-cortex-dependency[0].method must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE"),
    (text("a", dependency=[{"tag": "b", "metadata": 1}]), "/info/x-cortex-dependency/0/metadata",
     "info.x-cortex-dependency[0].metadata must be an object"),
    (text("a", dependency=[{"tag": f"b{n}"} for n in range(10_001)]), "/info",
     "info names more than 10,000 entities"),
    (text("a", groups=[f"g{n}" for n in range(501)], owners=[{"name": f"o{n}"} for n in range(500)]), "/info",
     "info has more than 1,000 groups and owners"),
    (text("a", team={"members": "me"}), "/info/x-cortex-team/members", "info.x-cortex-team.members must be a list"),
    (text("a", k8s={"deployment": "x"}), "/info/x-cortex-k8s/deployment",
     "info.x-cortex-k8s.deployment must be a list"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "pointer", "said"), MUST, ids=range(len(MUST)))
async def test_a_bad_descriptor_changes_nothing(
    admin: AsyncClient, sent: str | bytes, pointer: str, said: str | None
) -> None:
    """[B1.2, A7.2] Neither put, rehearsed nor merged: 400, one violation that blocks, and nothing is stored."""
    for dry in ("false", "true"):
        answer = await admin.post(UPLOAD, content=sent, params={"dryRun": dry})

        assert answer.status_code == 400, answer.text
        (kind, where, description), *more = violations(answer)
        assert (kind, where, more) == ("MUST", pointer, [])
        assert said is None or description == said
    assert (await admin.patch(UPLOAD, content=sent)).status_code == 400
    assert await tags(admin, includeArchived="true") == []


async def test_every_fault_is_told_with_its_lines(admin: AsyncClient) -> None:
    """[A7.2] All at once; of what is missing in an item, the lines of the item; of a missing key, none."""
    sent = """\
info:
  title:
    - a
    - b
  x-cortex-groups: 3
  x-cortex-link:
    - name: x
      type: y
    - url: ftp://a
  description: |
    fine
"""

    answer = await admin.post(UPLOAD, content=sent)

    assert violations(answer) == [
        ("MUST", "/info/title", "info.title must be a string"),
        ("MUST", "/info/x-cortex-tag", "info.x-cortex-tag is required"),
        ("MUST", "/info/x-cortex-groups", "info.x-cortex-groups must be a list"),
        ("MUST", "/info/x-cortex-link/0/url", "info.x-cortex-link[0].url is required"),
        (
            "SHOULD",
            "/info/x-cortex-link/1/url",
            "info.x-cortex-link[1].url is no http or https address: only this API shows it",
        ),
    ]
    assert lines(answer) == [(2, 4), None, (5, 5), (7, 8), (9, 9)]


async def test_a_doubtful_descriptor_is_taken_with_a_warning(admin: AsyncClient) -> None:
    """[B1.2] `ok: true` beside violations that do not block."""
    sent = text("a", link=[{"url": "docs/x.md"}], parents=[{"tag": "a"}])

    answer = await admin.post(UPLOAD, content=sent)

    assert answer.status_code == 200
    assert [(kind, pointer) for kind, pointer, _ in violations(answer)] == [
        ("SHOULD", "/info/x-cortex-link/0/url"),
        ("SHOULD", "/info/x-cortex-parents/0"),
    ]
    entity = await details(admin, "a")
    assert entity["links"] == [{"name": "", "type": "other", "url": "docs/x.md"}]
    assert entity["hierarchy"] == {"parents": [], "children": []}
    assert (await admin.get("/v1/entities/a")).json()["links"] == []


async def test_a_rehearsal_stores_nothing(admin: AsyncClient) -> None:
    """[B1.2] It answers as if it had."""
    await upload(admin, "a", title="Old")

    for tag in ("a", "b"):
        answer = await admin.post(UPLOAD, params={"dryRun": "True"}, content=text(tag, title="New", type="nova"))
        assert answer.status_code == (400 if tag == "a" else 200)

    assert await tags(admin) == ["a"]
    assert (await stored(admin, "a"))["title"] == "Old"
    assert (await admin.get(f"{CATALOG}/definitions")).json()["definitions"] == []


async def test_create_refuses_a_tag_that_stands(admin: AsyncClient) -> None:
    """[B1.2] `mode=CREATE`; UPSERT is the default."""
    for mode, status in (("CREATE", 200), ("CREATE", 400), ("UPSERT", 200), ("", 200)):
        answer = await admin.post(UPLOAD, params={"mode": mode}, content=text("a", title=mode or "x"))

        assert answer.status_code == status
        if status == 400:
            assert violations(answer) == [("MUST", "/info/x-cortex-tag", "info.x-cortex-tag a exists already")]


async def test_one_of_many_creates(admin: AsyncClient) -> None:
    """[B1.2] Of those who create the same tag at the same time, one does."""
    sent = [admin.post(UPLOAD, params={"mode": "CREATE"}, content=text("a", title=str(n))) for n in range(10)]

    answers = await asyncio.gather(*sent)

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 9
    (winner,) = (n for n, answer in enumerate(answers) if answer.status_code == 200)
    assert (await stored(admin, "a"))["title"] == str(winner)


async def test_a_type_does_not_change(admin: AsyncClient, tenant: Tenant) -> None:
    """An entity's id says its type: a descriptor that says another is refused, whoever registered the entity."""
    await tenant.register(draft("node", tag="host", type="HOST"))
    await upload(admin, "fn", type="aws-lambda")

    for tag, kind in (("host", "host"), ("fn", "aws-lambda")):
        answer = await admin.post(UPLOAD, content=text(tag))
        said = f"info.x-cortex-type must be {kind}: the type of an entity does not change"
        assert violations(answer) == [("MUST", "/info/x-cortex-type", said)]


def fixed_segments(house: House) -> set[str]:
    """What stands in a path of ours where others have an entity's tag."""
    paths = [route.path.split("/") for route in DIALECT.app(house.context).routes if isinstance(route, Route)]
    return {path[4] for path in paths if path[3] == "catalog" and path[4:] and not path[4].startswith("{")}


async def test_a_tag_in_whose_place_a_path_has_something_else_is_doubtful(admin: AsyncClient, house: House) -> None:
    """[A7.2, B1.2] It is taken with a warning; the entity is there by its id, and in letters that are encoded."""
    shadowed = fixed_segments(house)
    assert shadowed == {"custom-data", "definitions", "dependencies", "deploys", "descriptors"}
    for tag in shadowed:
        answer = await admin.post(UPLOAD, content=text(tag))
        said = "info.x-cortex-tag is also a path of another call: ask for the entity by its id"
        assert violations(answer) == [("SHOULD", "/info/x-cortex-tag", said)]
        encoded = f"%{ord(tag[0]):x}{tag[1:]}"
        assert (await details(admin, (await details(admin, encoded))["id"]))["tag"] == tag
    assert await tags(admin) == sorted(shadowed)
    merged = await merge(admin, "deploys", how={}, title="Deploys")
    assert [kind for kind, *_ in violations(merged)] == ["SHOULD"]


async def test_another_entity_s_name_is_no_tag(admin: AsyncClient, tenant: Tenant) -> None:
    """An id or an alias: what others call so would be somebody else from then on."""
    (entity,) = await tenant.register(draft("a", tag="a", aliases=("also",)))

    for name in (entity.id, entity.cid, "also"):
        answer = await admin.post(UPLOAD, content=text(name))
        said = "info.x-cortex-tag is another name of the entity a"
        assert violations(answer) == [("MUST", "/info/x-cortex-tag", said)]
    assert await tags(admin) == ["a"]


@pytest.mark.parametrize("key", ["githubPullRequest", "asyncUpdateWaitTimeMs", "whatever"])
async def test_other_parameters_have_no_effect(admin: AsyncClient, key: str) -> None:
    """[B1.2] Those that are known, and any other."""
    answer = await admin.post(UPLOAD, params={key: "12"}, content=text("a"))

    assert answer.json() == {"ok": True, "violations": []}


@pytest.mark.parametrize(
    ("method", "query", "said"),
    [
        ("POST", "dryRun=maybe", "dryRun must be true or false"),
        ("POST", "mode=upsert", "mode must be one of UPSERT, CREATE"),
        ("POST", "dryRun=x&mode=y", "dryRun must be true or false; mode must be one of UPSERT, CREATE"),
        ("PATCH", "appendArrays=1", "appendArrays must be true or false"),
        ("PATCH", "failIfEntityDoesNotExist=no", "failIfEntityDoesNotExist must be true or false"),
        ("PATCH", "dryRun=true&dryRun=false", "dryRun must be given once"),
    ],
)
async def test_a_bad_query_is_told_as_such(admin: AsyncClient, method: str, query: str, said: str) -> None:
    """[A7.1] Before the body is looked at."""
    is_bad(await admin.request(method, f"{UPLOAD}?{query}", content="a: ["), said)


async def test_an_unknown_type_is_created_with_its_first_entity(admin: AsyncClient) -> None:
    """[B1.2] It is among the definitions from then on."""
    await upload(admin, "fn", type="aws-lambda")

    (definition,) = (await admin.get(f"{CATALOG}/definitions")).json()["definitions"]
    assert definition["type"] == "aws-lambda"


async def graph(client: AsyncClient, names: Sequence[str]) -> set[tuple[str, str, str]]:
    """How the entities stand to each other, by tag."""
    found: set[tuple[str, str, str]] = set()
    for name in names:
        answer = (await client.get("/v1/relations", params={"entity": name})).json()
        tag = {entity["id"]: entity["tag"] for entity in answer["entities"]}
        found |= {(tag[r["from"]], r["kind"], tag[r["to"]]) for r in answer["relations"]}
    return found


async def test_any_order_of_uploads_gives_the_same_graph(account: MakeTenant, speak: MakeClient) -> None:
    """[B1.2] Dependencies, parents, domain parents and children; whoever comes first."""
    sent = [
        text("api", dependency=[{"tag": "db", "method": "get"}, {"tag": "web"}], parents=[{"tag": "shop"}]),
        text("web", dependency=[{"tag": "api"}, {"tag": "never"}], domain_parents=[{"tag": "shop"}]),
        text("db", type="aws-rds"),
        text("shop", type="domain", children=[{"tag": "db"}, {"tag": "api"}]),
    ]
    expected = {
        ("api", "calls", "db"), ("api", "calls", "web"), ("web", "calls", "api"),
        ("api", "part_of", "shop"), ("web", "part_of", "shop"), ("db", "part_of", "shop"),
    }  # fmt: skip

    for order in permutations(sent):
        client = speak(await (await account()).key(Right.ADMIN))
        for one in order:
            assert (await client.post(UPLOAD, content=one)).status_code == 200
        assert await graph(client, ["api", "web", "db", "shop"]) == expected


async def test_a_descriptor_of_320_kb_is_taken(admin: AsyncClient) -> None:
    """[B1.2, C2.18] Put, merged and read back, exactly as it was sent."""
    paths = "".join(f"  /p/{n}:\n    get:\n      summary: does {n}\n      responses: {{}}\n" for n in range(5_500))
    sent = f"# about the shop\n{text('big')}paths:\n{paths}".encode()
    assert len(sent) > 320_000

    answer = await admin.post(UPLOAD, content=sent)

    assert answer.json() == {"ok": True, "violations": []}
    assert (await admin.get(f"{CATALOG}/big/openapi?yaml=true")).content == sent
    assert (await merge(admin, "big", how={}, groups=["g"])).status_code == 200
    assert len((await admin.get(f"{CATALOG}/big/openapi")).json()["paths"]) == 5_500


async def test_a_body_that_is_too_large_is_refused(admin: AsyncClient) -> None:
    """[A1.5] 413 above 2 MB, in the shape of other errors."""
    answer = await admin.post(UPLOAD, content=b"x" * (2 * 1024 * 1024 + 1))

    assert (answer.status_code, answer.json()["message"]) == (413, "Payload Too Large")


async def test_many_upload_at_the_same_time(admin: AsyncClient) -> None:
    """[A1.7] 250 entities that depend on each other: none is refused, and none waits for a connection in vain."""
    sent = [text(f"e{n}", dependency=[{"tag": f"e{(n + 1) % 250}"}]) for n in range(250)]

    answers = await asyncio.gather(*(admin.post(UPLOAD, content=one) for one in sent))

    assert {answer.status_code for answer in answers} == {200}
    found = (await admin.get(CATALOG, params={"pageSize": "1"})).json()
    assert found["total"] == 250
    assert len((await admin.get("/v1/relations", params={"entity": "e0"})).json()["relations"]) == 2
