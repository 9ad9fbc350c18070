"""Entities introduced, edited, seen; and who waits for them."""

import asyncio
from dataclasses import replace
from typing import Final

import pytest

from tests.builders import draft, report
from tests.catalog.conftest import Quiet
from tests.tenants import MakeTenant, Tenant
from whence.catalog import Catalog
from whence.domain.entity import Draft, Entity, RelationKind, Tag, TagTest
from whence.domain.entity_test import AllOf, EntityTest, Negated, OfType, Related, Tagged, Unhealthy, WithId
from whence.domain.errors import Conflict, Invalid
from whence.domain.event import Kind
from whence.domain.scope import Scope
from whence.registry import Named, Registry

ONE: Final = "SERVICE-00000000000000A1"
TWO: Final = "SERVICE-00000000000000A2"
EVERYBODY: Final = AllOf(())


async def test_an_entity_is_introduced_once(
    catalog: Catalog, registry: Registry, elsewhere: Registry, tenant: Tenant
) -> None:
    """Of 32 who introduce it at the same time, on two nodes, one registers it; the others are told what stands."""
    drafts = [draft(f"name {n}", id=ONE, description=str(n)) for n in range(32)]
    nodes = [registry, elsewhere] * 16

    introduced = await asyncio.gather(
        *(node.introduce(tenant.admin, [one]) for node, one in zip(nodes, drafts, strict=True))
    )

    (standing,) = await catalog.select(tenant.admin, EVERYBODY, limit=9)
    assert all(answer == [standing] for answer in introduced)


async def test_what_is_known_stays_as_it_is(registry: Registry, catalog: Catalog, tenant: Tenant) -> None:
    """By whatever name it is known, when it was last seen included; only what is new is registered."""
    (shop,) = await tenant.register(draft(id=ONE, tag="t", aliases=("HOST-00000000000000A3",)))

    introduced = await registry.introduce(
        tenant.admin,
        [
            draft("other", id=ONE, description="changed"),
            draft("shop", id=TWO),
            draft("again", id=TWO),
            draft("host", id="HOST-00000000000000A3", type="HOST"),
        ],
    )

    assert [e.id for e in introduced] == [ONE, TWO, TWO, ONE]
    assert introduced[0] == introduced[3] == shop == await catalog.require(tenant.admin, ONE)
    assert (introduced[1].name, introduced[1].tag) == ("shop", TWO)
    assert await catalog.count(tenant.admin, EVERYBODY) == 2


async def test_who_is_introduced_may_not_take_another_s_name(
    registry: Registry, catalog: Catalog, tenant: Tenant
) -> None:
    """With every fault and its path; nobody is registered."""
    await tenant.register(draft(id=ONE, tag="t", aliases=("a",)))

    with pytest.raises(Invalid) as refused:
        await registry.introduce(tenant.admin, [draft(id=ONE), draft("new", id=TWO, tag="t", aliases=("b", "a"))])

    assert [v.path for v in refused.value.violations] == ["entities[1].tag", "entities[1].aliases[1]"]
    assert await catalog.count(tenant.admin, EVERYBODY) == 1


@pytest.mark.parametrize("taker", [draft("taker", tag="a"), draft("taker", id=TWO, tag="a")], ids=["tag", "id and tag"])
async def test_an_alias_is_nobody_else_s_tag(
    registry: Registry, catalog: Catalog, tenant: Tenant, taker: Draft
) -> None:
    """Whoever registers with a tag that is another's alias means somebody else, and does not become that one."""
    (standing,) = await tenant.register(draft("victim", tag="t", aliases=("a",), description="precious"))

    with pytest.raises(Invalid) as refused:
        await registry.register(tenant.admin, [taker])

    assert [(v.path, v.message) for v in refused.value.violations] == [("entities[0].tag", "belongs to another entity")]
    assert await catalog.require(tenant.admin, "a") == standing


def painted(entity: Entity) -> Entity:
    """The entity with one more tag."""
    return replace(entity, tags=(*entity.tags, Tag(key="blue")))


BLUE: Final = Tagged((TagTest(key="blue"),))


async def test_entities_are_edited_together(
    registry: Registry, catalog: Catalog, tenant: Tenant, account: MakeTenant
) -> None:
    """Those that pass, in the order of ids; they were seen now; all else stays, and so do the others."""
    shop, till, cart = await tenant.register(draft("shop", aliases=("s",)), draft("till"), draft("cart"))
    await (await account()).register(draft("shop"))

    edited = await registry.edit(tenant.admin, Negated(WithId((cart.id,))), painted)

    assert [e.id for e in edited] == sorted([shop.id, till.id])
    standing = {e.id: e for e in await catalog.select(tenant.admin, EVERYBODY, limit=9)}
    assert standing == {cart.id: cart} | {e.id: e for e in edited}
    assert standing[shop.id] == replace(painted(shop), last_seen=standing[shop.id].last_seen)
    assert standing[shop.id].last_seen > shop.last_seen
    assert await catalog.select(tenant.admin, BLUE, limit=9) == edited
    assert (await catalog.require(tenant.admin, "s")).id == shop.id


async def test_edits_at_the_same_time_all_count(
    catalog: Catalog, registry: Registry, elsewhere: Registry, tenant: Tenant
) -> None:
    """None overwrites another's, on whatever node: each sees what those before it have left."""
    await tenant.register(draft())

    async def paint(node: Registry, n: int) -> None:
        await node.edit(tenant.admin, EVERYBODY, lambda e: replace(e, tags=(*e.tags, Tag(key=str(n)))))

    await asyncio.gather(*(paint(node, n) for n, node in enumerate([registry, elsewhere] * 8)))

    (standing,) = await catalog.select(tenant.admin, EVERYBODY, limit=9)
    assert sorted(tag.key for tag in standing.tags) == sorted(map(str, range(16)))


async def test_an_edit_that_cannot_be_changes_nothing(registry: Registry, catalog: Catalog, tenant: Tenant) -> None:
    """Too many at once, a tag for two, another id, a change that fails."""
    before = await tenant.register(draft("a", id=ONE), draft("b", id=TWO))

    def fail(entity: Entity) -> Entity:
        raise Invalid.at(entity.id, "no")

    with pytest.raises(Invalid, match="more than 1 entities"):
        await registry.edit(tenant.admin, EVERYBODY, painted, limit=1)
    with pytest.raises(Conflict):
        await registry.edit(tenant.admin, EVERYBODY, lambda e: replace(e, tag="same"))
    with pytest.raises(ValueError, match="keeps id"):
        await registry.edit(tenant.admin, WithId((ONE,)), lambda e: replace(e, id=TWO))
    with pytest.raises(Invalid, match="no"):
        await registry.edit(tenant.admin, EVERYBODY, fail)

    assert await catalog.select(tenant.admin, EVERYBODY, limit=9) == before


async def test_pages_follow_each_other(catalog: Catalog, tenant: Tenant) -> None:
    """Behind the last id, until there is none left."""
    known = sorted(e.id for e in await tenant.register(*(draft(str(n)) for n in range(5))))
    found: list[str] = []

    while page := await catalog.select(tenant.admin, OfType(("SERVICE",)), after=found[-1] if found else "", limit=2):
        found += [e.id for e in page]

    assert found == known


async def test_a_change_wakes_who_waits(
    registry: Registry, catalog: Catalog, other: Catalog, tenant: Tenant, account: MakeTenant
) -> None:
    """Everybody on each node, for the account's own entities only; without one the time runs out."""
    neighbour = await account()
    waiting = [
        asyncio.create_task(node.wait_for_change(tenant.admin, 30)) for node in (catalog, other) for _ in range(3)
    ]
    away = asyncio.create_task(other.wait_for_change(neighbour.admin, 0.2))
    await asyncio.sleep(0)

    await registry.register(tenant.admin, [draft()])

    async with asyncio.timeout(10):
        assert await asyncio.gather(*waiting) == [True] * 6
    assert not await away


async def test_no_change_is_missed(registry: Registry, other: Catalog, tenant: Tenant) -> None:
    """One that came between the question and the waiting counts, if the waiting is from before the question."""
    change = other.next_change(tenant.admin)
    await registry.register(tenant.admin, [draft()])

    assert await other.wait_for_change(tenant.admin, 10, since=change)
    assert await other.wait_for_change(tenant.admin, 0, since=change)
    assert not await other.wait_for_change(tenant.admin, 0)


async def test_who_may_have_missed_a_change_looks_again(deaf: Catalog, tenant: Tenant) -> None:
    """When listening begins or ends, something may have been said unheard."""
    for listening in (True, False):
        waiting = asyncio.create_task(deaf.wait_for_change(tenant.admin, 10))
        await asyncio.sleep(0)
        deaf.listening(listening)
        assert await waiting


async def test_the_latest_naming_counts(catalog: Catalog, other: Catalog, tenant: Tenant, quiet: Quiet) -> None:
    """Whichever node writes first; what is gone is no error, and what could not be written waits."""
    shop, till = await tenant.register(draft("shop"), draft("till"))
    await quiet(catalog, other)

    catalog.note_seen(tenant.admin, [shop.id, "gone"])
    other.note_seen(tenant.admin, [shop.id])
    await other.save_seen()
    (later,) = [e.last_seen for e in await catalog.select(tenant.admin, WithId((shop.id,)), limit=1)]
    await catalog.save_seen()
    await catalog.save_seen()

    standing = {e.id: e for e in await catalog.select(tenant.admin, EVERYBODY, limit=9)}
    assert standing[shop.id].last_seen == later > shop.last_seen
    assert standing[till.id] == till


async def names(catalog: Catalog, tenant: Tenant, test: EntityTest) -> list[str]:
    """Of those that pass."""
    return sorted(e.name for e in await catalog.select(tenant.admin, test, limit=9))


async def test_relations_select(registry: Registry, catalog: Catalog, tenant: Tenant) -> None:
    """By kind, direction and what is at the other end, which is never an archived one."""
    drafts = [draft("shop"), draft("till"), draft("orders", type="DATABASE"), draft("old", archived=True)]
    shop, till, orders, old = await tenant.register(*drafts)
    calls, depends = RelationKind.CALLS, RelationKind.DEPENDS_ON
    ends = [(shop, till, calls), (till, orders, depends), (shop, old, depends)]
    related = await registry.relate(tenant.admin, [Named(source=s.id, target=t.id, kind=k) for s, t, k in ends])

    asked: list[tuple[EntityTest, list[str]]] = [
        (Related((calls,), outgoing=True, inner=EVERYBODY), ["shop"]),
        (Related((calls,), outgoing=False, inner=EVERYBODY), ["till"]),
        (Related((calls, depends), outgoing=True, inner=OfType(("DATABASE",))), ["till"]),
        (Related((depends,), outgoing=True, inner=EVERYBODY), ["till"]),
        (Related((), outgoing=True, inner=EVERYBODY), []),
        (Related((calls,), outgoing=True, inner=Related((depends,), outgoing=True, inner=EVERYBODY)), ["shop"]),
        (Negated(Related((calls,), outgoing=True, inner=EVERYBODY)), ["orders", "till"]),
    ]
    for test, expected in asked:
        assert await names(catalog, tenant, test) == expected, test
        assert await catalog.count(tenant.admin, test) == len(expected)

    by_ends = {(r.source, r.kind, r.target): r for r in related}
    assert await catalog.relations_of(tenant.admin, [shop.id]) == [
        by_ends[key] for key in sorted(by_ends) if shop.id in key
    ]
    assert len(await catalog.relations_of(tenant.admin, [e.id for e in (shop, till, orders, old)])) == 3
    assert await catalog.relations_of(tenant.admin, []) == []


async def test_an_open_alert_makes_unhealthy(catalog: Catalog, tenant: Tenant, account: MakeTenant) -> None:
    """While it is open: not when it has recovered or expired, and not in another account."""
    shop, till, _ = await tenant.register(draft("shop"), draft("till"), draft("cart"))
    await tenant.send([report(kind=Kind.PROBLEM, key="k", scope=Scope.entities([shop.id]))])
    neighbour = await account()
    await neighbour.send([report(kind=Kind.PROBLEM, key="k", scope=Scope.entities([till.id]))])

    assert await names(catalog, tenant, Unhealthy()) == ["shop"]
    assert await names(catalog, tenant, Unhealthy(yes=False)) == ["cart", "till"]
    await tenant.send([report(kind=Kind.RECOVERY, key="k", scope=Scope.entities([shop.id]))])
    assert await names(catalog, tenant, Unhealthy()) == []
