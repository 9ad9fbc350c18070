"""B1.1: keys and tenants of the catalogue's calls; entities put aside, taken back and removed."""

import httpx
import pytest
from httpx import AsyncClient

from tests.builders import draft
from tests.tenants import MakeTenant, Tenant
from whence.dialects.cortex.tests.answers import is_bad, is_error, is_missing, made, titles
from whence.dialects.cortex.tests.conftest import EVENTS, MakeClient
from whence.dialects.cortex.tests.uploads import CATALOG, UPLOAD, details, stored, tags, text, upload
from whence.domain.access import Right

ONE = f"{CATALOG}/checkout-api"
READS = [CATALOG, f"{CATALOG}/", ONE, f"{ONE}/openapi", f"{CATALOG}/descriptors"]
WRITES = [
    ("POST", UPLOAD), ("PATCH", UPLOAD), ("PUT", f"{ONE}/archive"), ("PUT", f"{ONE}/unarchive"), ("DELETE", ONE),
    ("DELETE", f"{CATALOG}?types=service"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), [*(("GET", path) for path in READS), *WRITES])
async def test_a_bad_key_is_unauthorized(anonymous: AsyncClient, method: str, path: str) -> None:
    """[A2.4] Before all else."""
    answer = await anonymous.request(method, path, content=b"[")

    is_error(answer, 401, "UNCATEGORIZED", "Unauthorized", "Missing or invalid API key")


@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_a_write_needs_the_permission(cortex: AsyncClient, method: str, path: str) -> None:
    """[A2.2, A2.6] A key that may write events may not write entities: 403 before path and body are looked at."""
    answer = await cortex.request(method, path.replace("checkout-api", "nope"), content=b"[")

    is_error(answer, 403, "FORBIDDEN", "Forbidden", "Missing permission: Edit entities")


@pytest.mark.parametrize("path", READS)
async def test_any_good_key_may_read(tenant: Tenant, speak: MakeClient, path: str) -> None:
    """[A2.3] Whatever its rights."""
    await tenant.register(draft("Checkout API", tag="checkout-api"))
    viewer = speak(await tenant.key(Right.READ_EVENTS))

    assert (await viewer.get(path, headers={"content-type": "application/yaml"})).status_code == 200


async def test_another_account_s_entities_are_not_there(
    admin: AsyncClient, account: MakeTenant, speak: MakeClient
) -> None:
    """[A1.9] Neither seen, changed nor removed; and a tag of theirs is free."""
    theirs = speak(await (await account()).key(Right.ADMIN))
    await upload(theirs, "shop", title="Theirs", type="domain")
    cid = (await details(theirs, "shop"))["id"]

    for name in ("shop", cid):
        for method, path in (("GET", ""), ("GET", "/openapi"), ("PUT", "/archive"), ("DELETE", "")):
            is_missing(await admin.request(method, f"{CATALOG}/{name}{path}"), f"Entity not found: {name}")
    assert (await admin.delete(CATALOG, params={"ids": cid})).status_code == 200
    assert (await admin.delete(CATALOG, params={"types": "domain"})).status_code == 200
    await upload(admin, "shop", title="Ours", parents=[{"tag": cid}])

    assert (await details(theirs, "shop"))["name"] == "Theirs"
    assert (await details(admin, "shop"))["hierarchy"] == {"parents": [], "children": []}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST"])
async def test_other_methods_are_named(admin: AsyncClient, method: str) -> None:
    """[A7.1] 405 with `Allow`."""
    answer = await admin.request(method, ONE)

    is_error(answer, 405, "UNCATEGORIZED", "Method Not Allowed", f"Method not allowed: {method}")
    assert answer.headers["allow"] == "DELETE, GET, HEAD"


async def test_an_archived_entity_is_put_aside(admin: AsyncClient) -> None:
    """[B1.1, A9] 200 with its details; out of the list unless asked for; its events stay, and so does what it says."""
    await upload(admin, "checkout-api", title="Checkout", groups=["g"], parents=[{"tag": "shop"}])
    await upload(admin, "shop", type="domain")
    before = await details(admin, "checkout-api")
    await made(admin, EVENTS, title="kept")

    for _ in range(2):  # the second time nothing changes
        answer = await admin.put(f"{ONE}/archive", json={})
        assert answer.json() | {"lastUpdated": ""} == before | {"isArchived": True, "lastUpdated": ""}

    assert await tags(admin) == ["shop"]
    assert await tags(admin, includeArchived="True") == ["checkout-api", "shop"]
    assert (await details(admin, "shop"))["hierarchy"]["children"] == []
    assert (await details(admin, "checkout-api"))["isArchived"] is True
    assert await titles(admin, EVENTS) == ["kept"]
    assert (await stored(admin, "checkout-api"))["title"] == "Checkout"
    await made(admin, EVENTS, title="later")
    answer = await admin.put(f"{ONE}/unarchive", json={})
    assert answer.json() | {"lastUpdated": ""} == before | {"lastUpdated": ""}
    assert await tags(admin) == ["checkout-api", "shop"]
    assert len((await details(admin, "shop"))["hierarchy"]["children"]) == 1


async def test_an_archived_entity_stays_so_when_it_is_described_again(admin: AsyncClient) -> None:
    """A descriptor does not say whether."""
    await upload(admin, "a")
    await admin.put(f"{CATALOG}/a/archive")

    await upload(admin, "a", title="B")

    assert (await details(admin, "a"))["isArchived"] is True


async def test_a_removed_entity_is_gone(admin: AsyncClient) -> None:
    """[A9] 200 without a body; tag and id answer 404; created again it has nothing but a new id."""
    await upload(admin, "checkout-api", dependency=[{"tag": "db"}], groups=["g"])
    await made(admin, EVENTS)
    old = (await details(admin, "checkout-api"))["id"]

    answer = await admin.request("DELETE", ONE, json={})

    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
    assert "content-type" not in answer.headers
    for name in ("checkout-api", old):
        is_missing(await admin.get(f"{CATALOG}/{name}"), f"Entity not found: {name}")
        is_missing(await admin.delete(f"{CATALOG}/{name}"), f"Entity not found: {name}")
        is_missing(await admin.get(f"{CATALOG}/{name}/openapi"), f"Entity not found: {name}")
    await upload(admin, "checkout-api")
    assert await titles(admin, EVENTS) == []
    assert (await admin.get("/api/v1/custom-events")).json()["total"] == 0
    new = await details(admin, "checkout-api")
    assert new["id"] != old
    assert new["groups"] == []


async def test_the_removed_end_of_a_relation_comes_back(admin: AsyncClient) -> None:
    """[B1.2] What a descriptor says of others holds for whoever has the tag."""
    await upload(admin, "a", parents=[{"tag": "shop"}])
    await upload(admin, "shop", type="domain")
    await admin.delete(f"{CATALOG}/shop")
    assert (await details(admin, "a"))["hierarchy"]["parents"] == []

    await upload(admin, "shop", type="domain")

    assert [node["tag"] for node in (await details(admin, "a"))["hierarchy"]["parents"]] == ["shop"]


async def furnished(client: httpx.AsyncClient) -> dict[str, str]:
    """Four entities of three types, one of them archived: their ids by tag."""
    for tag, kind in (("a", "service"), ("b", "service"), ("c", "domain"), ("d", "aws-rds")):
        await upload(client, tag, type=kind)
    await client.put(f"{CATALOG}/b/archive")
    return {tag: (await details(client, tag))["id"] for tag in "abcd"}


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("types=service", "cd"),
        ("types=service,%20domain", "d"),
        ("types=service&types=aws-rds", "c"),
        ("types=nova", "abcd"),
        ("ids={a}&ids={c}", "bd"),
        ("ids={a},{b}", "cd"),
        ("ids=a&ids=nope&ids=en0000000000000000", "bcd"),
        ("ids={a}&ids={c}&types=domain", "abd"),
        ("types=&ids={d}", "abc"),
    ],
)
async def test_many_are_removed_together(admin: AsyncClient, query: str, left: str) -> None:
    """[B1.1] By type, by id, or both; archived ones too; what is unknown is passed over."""
    ids = await furnished(admin)

    answer = await admin.request("DELETE", f"{CATALOG}?{query.format(**ids)}", json={})

    assert (answer.status_code, answer.content) == (200, b"")
    assert await tags(admin, includeArchived="true") == list(left)


ALIKE = {"a": "my-kind", "b": "my kind", "c": "MY.KIND", "d": "my_kind", "e": "My-Kind"}


@pytest.mark.parametrize(
    ("types", "gone"),
    [
        ("my_kind", "df"), ("my-kind", "a"), ("my kind,My-Kind", "be"), ("MY_KIND", ""), ("MY.KIND", "c"),
        (64 * "x", "g"), (65 * "x", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("named", [False, True])
async def test_types_that_are_spelled_alike_are_not_one(
    admin: AsyncClient,
    tenant: Tenant,
    types: str,
    gone: str,
    named: bool,  # noqa: FBT001  drawn
) -> None:
    """[B1.1, B1.4-B1.6] Asked for and removed is what is shown with that very type; with ids, too."""
    for tag, kind in ALIKE.items():
        await upload(admin, tag, type=kind)
    await tenant.register(draft("f", tag="f", type="MY_KIND"))
    await upload(admin, "g", type=64 * "x")
    shown = {tag: (await details(admin, tag))["type"] for tag in "abcdefg"}
    assert shown == {**ALIKE, "f": "my_kind", "g": 64 * "x"}

    assert await tags(admin, types=types) == list(gone)
    found = (await admin.get(f"{CATALOG}/descriptors", params={"types": types})).json()
    assert [one["info"]["x-cortex-tag"] for one in found["descriptors"]] == list(gone)

    query = {"types": types, "ids": "a,b,c,d,e,f,g"} if named else {"types": types}
    assert (await admin.delete(CATALOG, params=query)).status_code == 200
    assert await tags(admin) == [tag for tag in "abcdefg" if tag not in gone]


@pytest.mark.parametrize("query", ["", "?types=", "?ids=&types=,", "?tags=a"])
async def test_nobody_is_removed_by_accident(admin: AsyncClient, query: str) -> None:
    """[B1.1] Whoever names neither is refused."""
    await upload(admin, "a")

    is_bad(await admin.delete(f"{CATALOG}{query}"), "types or ids required")

    assert await tags(admin) == ["a"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"{CATALOG}/a?hierarchyDepth=-1", "hierarchyDepth must be full or a whole number"),
        (f"{CATALOG}/a?includeOwners=2", "includeOwners must be true or false"),
        (f"{CATALOG}?types=%00&page=-1", "types must not hold a NUL character; page must be 0 or greater"),
        (f"{CATALOG}?includeArchived=y", "includeArchived must be true or false"),
        (f"{CATALOG}?groups=a%00", "groups must not hold a NUL character"),
        (f"{CATALOG}?gitRepositories=" + "a," * 101, "gitRepositories must have at most 100 values"),
        (f"{CATALOG}?query=" + "a+" * 101, "query must have at most 100 words"),
        (f"{CATALOG}?types=%ff", "types must be valid UTF-8"),
        (f"{CATALOG}/descriptors?pageSize=x", "pageSize must be an integer"),
    ],
)  # fmt: skip
async def test_a_bad_query_is_refused(admin: AsyncClient, path: str, said: str) -> None:
    """[A7.1] With all that is wrong, before the entity is looked for."""
    is_bad(await admin.get(path), said)


async def test_odd_tags_are_reached(admin: AsyncClient) -> None:
    """[A3.4] Slashes, blanks and colons, encoded once; other spellings are other tags."""
    await admin.post(UPLOAD, content=text("/team/pay//api v:2"))

    found = await admin.get(f"{CATALOG}/%2Fteam%2Fpay%2F%2Fapi%20v%3A2")

    assert found.json()["tag"] == "/team/pay//api v:2"
    is_missing(await admin.get(f"{CATALOG}/%2Fteam%2Fpay%2Fapi%20v%3A2"), "Entity not found: /team/pay/api v:2")
    assert (await admin.put(f"{CATALOG}/%2Fteam%2Fpay%2F%2Fapi%20v%3A2/archive/")).status_code == 200
