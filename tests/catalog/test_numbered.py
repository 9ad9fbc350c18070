"""Entities in numbered pages, put aside, removed together; and who is part of what."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import draft
from tests.tenants import MakeTenant, Tenant
from whence.domain.document import Document
from whence.domain.entity import RelationKind
from whence.domain.entity_test import AllOf, Documented, EntityTest, Negated, OfType, SpelledType, WithId, any_of
from whence.domain.filter import EntityFilter
from whence.registry import Named
from whence.server import House
from whence.store.pool import Pool

EVERYBODY = AllOf(())
TAGS = ["B", "a", "a/b", "b", "\N{LATIN SMALL LETTER A WITH DIAERESIS}"]


async def test_pages_are_in_the_order_of_tags(house: House, tenant: Tenant) -> None:
    """Byte by byte, whatever the database's language; with how many there are, on every page and behind the last."""
    catalog = house.context.catalog
    await tenant.register(*(draft(tag=tag) for tag in reversed(TAGS)))

    async def page(skip: int, limit: int) -> tuple[list[str], int]:
        found, total = await catalog.window(tenant.admin, EntityFilter(), EVERYBODY, skip=skip, limit=limit)
        return [entity.tag for entity in found], total

    assert await page(0, 9) == (TAGS, 5)
    assert await page(1, 3) == (TAGS[1:4], 5)
    assert await page(5, 3) == ([], 5)
    assert await page(10**30, 3) == ([], 5)


async def test_both_questions_count(house: House, tenant: Tenant, account: MakeTenant) -> None:
    """The filter's and the test's; archived ones are there when neither says otherwise."""
    catalog = house.context.catalog
    await tenant.register(
        draft("shop", tag="a"), draft("shop", tag="b", type="HOST"), draft("till", tag="c"),
        draft("shop", tag="d", archived=True),
    )  # fmt: skip
    await (await account()).register(draft("shop", tag="a"))

    async def found(asked: EntityFilter, test: EntityTest) -> str:
        some, total = await catalog.window(tenant.admin, asked, test, skip=0, limit=9)
        assert total == len(some)
        return "".join(entity.tag for entity in some)

    assert await found(EntityFilter(words=("shop",)), OfType(("SERVICE",))) == "a"
    assert await found(EntityFilter(words=("shop",), archived=None), OfType(("SERVICE",))) == "ad"
    assert await found(EntityFilter(archived=True), EVERYBODY) == "d"
    assert await found(EntityFilter(), any_of([OfType(("HOST",)), WithId(())])) == "b"
    assert await found(EntityFilter(), any_of([])) == ""


async def test_entities_are_found_by_what_is_kept_beside_them(house: House, tenant: Tenant) -> None:
    """By the kind and one of the keys; what is kept beside the account is beside nobody."""
    context = house.context
    a, b, _ = await tenant.register(draft(tag="a"), draft(tag="b"), draft(tag="c"))
    await context.documents.put(
        tenant.admin,
        [
            Document(owner=a.id, kind="k", key="x"),
            Document(owner=b.id, kind="k", key="y"),
            Document(owner=b.id, kind="other", key="x"),
            Document(kind="k", key="z"),
        ],
    )

    async def found(test: EntityTest) -> set[str]:
        return {entity.tag for entity in await context.catalog.select(tenant.admin, test, limit=9)}

    assert await found(Documented("k", ("x",))) == {"a"}
    assert await found(Documented("k", ("x", "y", "z"))) == {"a", "b"}
    assert await found(Documented("k", ())) == set()
    assert await found(Negated(Documented("k", ("x",)))) == {"b", "c"}


async def test_entities_are_found_by_how_a_document_spells_their_type(house: House, tenant: Tenant) -> None:
    """Letter by letter; in lower case where no document of the kind says it, or not in the member that is asked for."""
    context = house.context
    said = ["my-kind", "My-Kind", "", None, 7, ["my-kind"], ..., "my_kind"]
    known = await tenant.register(*(draft(tag=f"e{n}", type="MY_KIND") for n in range(len(said) + 1)))
    values = [{} if spelled is ... else {"type": spelled, "other": "my-kind"} for spelled in said]
    beside = [Document(owner=one.id, kind="k", key="", value=value) for one, value in zip(known, values, strict=False)]
    others = [
        Document(owner=known[-1].id, kind="k", key="x", value={"type": "my-kind"}),
        Document(owner=known[-1].id, kind="other", key="", value={"type": "my-kind"}),
        Document(owner=known[6].id, kind="list", key="", value=["type"]),
        Document(kind="k", key="", value={"type": "my-kind"}),
    ]
    await context.documents.put(tenant.admin, [*beside, *others])

    async def found(*texts: str, kind: str = "k", member: str = "type") -> str:
        test = SpelledType(kind, member, texts)
        return "".join(sorted(one.tag[1:] for one in await context.catalog.select(tenant.admin, test, limit=99)))

    assert await found("my-kind") == "0"
    assert await found("My-Kind", "7") == "14"
    assert await found("my_kind") == "23678"
    assert await found("MY_KIND") == ""
    assert await found() == ""
    assert await found("my-kind", member="other") == "0123457"
    assert await found("my_kind", kind="list") == "012345678"
    assert await found("my_kind", kind="none") == "012345678"


async def test_an_entity_is_put_aside_and_taken_back(house: House, tenant: Tenant) -> None:
    """By any of its names; nothing else of it changes, and doing so again does not either."""
    catalog, registry = house.context.catalog, house.context.registry
    (shop,) = await tenant.register(draft(tag="shop", aliases=("s",), properties={"a": 1}))

    for yes, name in ((True, "shop"), (True, "s"), (False, shop.id), (False, shop.cid)):
        changed = await registry.archive(tenant.admin, name, yes=yes)
        assert changed == await catalog.require(tenant.admin, "shop")
        assert changed.archived is yes
        assert changed.last_seen > shop.last_seen
        assert (changed.id, changed.aliases, changed.properties) == (shop.id, shop.aliases, shop.properties)


async def test_entities_are_removed_together(house: House, tenant: Tenant) -> None:
    """Each once, by any of its names; names of nobody are passed over; each is in the audit."""
    catalog, registry = house.context.catalog, house.context.registry
    a, b, c = await tenant.register(draft(tag="a", aliases=("also",)), draft(tag="b"), draft(tag="c"))

    gone = await registry.remove_each(tenant.admin, ["also", b.cid, "a", "nope"])

    assert [entity.id for entity in gone] == sorted([a.id, b.id])
    assert await catalog.select(tenant.admin, EVERYBODY, limit=9) == [c]
    assert await registry.remove_each(tenant.admin, ["a"]) == []
    written = await house.context.access.audit(tenant.admin, cursor=None, limit=9)
    assert sorted(entry.detail for entry in written.items if entry.action == "removed") == ["a", "b"]


async def test_removing_at_the_same_time_removes_once(house: House, tenant: Tenant) -> None:
    """Each entity is told to one of those who remove it."""
    registry = house.context.registry
    await tenant.register(*(draft(tag=f"e{n}") for n in range(9)))
    names = [f"e{n}" for n in range(9)]

    gone = await asyncio.gather(*(registry.remove_each(tenant.admin, names[n:]) for n in range(9)))

    assert sorted(entity.tag for some in gone for entity in some) == names


edges = st.frozensets(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda ends: ends[0] != ends[1]))


@given(edges=edges, asked=st.frozensets(st.integers(0, 5), min_size=1))
async def test_lineages_are_what_walking_finds(
    house: House, account: MakeTenant, edges: frozenset[tuple[int, int]], asked: frozenset[int]
) -> None:
    """Every relation on a way up from the entities, and on a way down, by tag; circles or not."""
    tenant = await account()
    standing = await tenant.register(*(draft(tag=f"e{n}") for n in range(6)))
    ids = [entity.id for entity in standing]
    catalog, registry = house.context.catalog, house.context.registry
    await registry.relate(
        tenant.admin, [Named(source=ids[a], target=ids[b], kind=RelationKind.PART_OF) for a, b in edges]
    )
    await registry.relate(tenant.admin, [Named(source=ids[0], target=ids[1], kind=RelationKind.CALLS)])

    lineage = await catalog.lineage(tenant.admin, [ids[n] for n in asked], RelationKind.PART_OF)

    turned = frozenset((b, a) for a, b in edges)
    assert lineage.above == {ids[n]: tuple(ids[m] for m in far) for n, far in _walked(edges, asked).items()}
    assert lineage.below == {ids[n]: tuple(ids[m] for m in far) for n, far in _walked(turned, asked).items()}
    assert lineage.is_whole


def _walked(edges: frozenset[tuple[int, int]], start: frozenset[int]) -> dict[int, list[int]]:
    """Of each that is reached, and has any, where it leads."""
    reached, frontier = set(start), set(start)
    while frontier:
        frontier = {b for a, b in edges if a in frontier} - reached
        reached |= frontier
    return {n: sorted(b for a, b in edges if a == n) for n in reached if any(a == n for a, _ in edges)}


async def test_plans_follow_a_table_that_grows_entity_by_entity(pool: Pool, tenant: Tenant) -> None:
    """What is known of the table's size is never less than half of it: no look-up reads all of it."""
    for n in range(300):
        await tenant.register(draft(tag=f"e{n}", description="x" * 200))

    async with pool.reader() as db:
        row = await db.row(
            """
            select pg_relation_size(oid) / current_setting('block_size')::bigint as pages, relpages from pg_class
            where oid = 'entity'::regclass
            """
        )
    assert row is not None
    assert row["pages"] <= 2 * max(row["relpages"], 1) + 1
