"""Relations to what is not registered yet: which stand follows from what is said and what is registered, no more."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, draft
from tests.tenants import MakeTenant, Tenant
from whence.catalog import Catalog
from whence.domain.access import Principal
from whence.domain.document import Document
from whence.domain.entity import Draft, Entity, Relation, RelationKind
from whence.domain.entity_test import WithId
from whence.domain.errors import Conflict, Invalid, NotFound, TooLarge
from whence.domain.wanted import Said, Statement
from whence.registry import Named, Registry

CALLS: Final = RelationKind.CALLS
IDS: Final = tuple(f"SERVICE-{n:016X}" for n in range(4))
TAGS: Final = ("t0", "t1", "t2", "t3")
NAMES: Final = (*TAGS, "x", IDS[1], "en0000000000000002")

saids = st.lists(
    st.builds(
        Said, kind=st.sampled_from([CALLS, RelationKind.PART_OF]), other=st.sampled_from(NAMES), outgoing=st.booleans()
    ),
    max_size=3,
).map(tuple)
which = st.integers(0, 3)


@dataclass(frozen=True)
class Write:
    """The `nth` entity stands, with that alias; and what an origin says of it, if it says something now."""

    nth: int
    alias: str | None
    origin: str | None
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Rename:
    """The `nth` entity has another tag."""

    nth: int
    tag: str


@dataclass(frozen=True)
class Leave:
    """The `nth` entity is removed."""

    nth: int


@dataclass(frozen=True)
class Assert:
    """Somebody says that one calls the other, or that it does not."""

    source: int
    target: int
    stands: bool


Step = Write | Rename | Leave | Assert
steps = st.lists(
    st.one_of(
        st.builds(
            Write,
            which,
            st.sampled_from([None, None, "x", "t1"]),
            st.sampled_from([None, "file", "api"]),
            saids,
        ),
        st.builds(Rename, which, st.sampled_from(["x", "t3", "y"])),
        st.builds(Leave, which),
        st.builds(Assert, which, which, st.booleans()),
    ),
    max_size=12,
)


@dataclass
class World:
    """What should be: worked out anew from all that was said and all that stands."""

    names: dict[int, tuple[str, str | None]] = field(default_factory=dict[int, tuple[str, str | None]])
    said: dict[tuple[int, str], tuple[Said, ...]] = field(default_factory=dict[tuple[int, str], tuple[Said, ...]])
    asserted: set[Relation] = field(default_factory=set[Relation])

    def meant(self, name: str) -> str | None:
        """The id of the entity with the name."""
        ids = {n: IDS[n] for n in self.names}
        for known in (
            {own: own for own in ids.values()},
            {"en" + own.rpartition("-")[2].lower(): own for own in ids.values()},
            {alias: ids[n] for n, (_, alias) in self.names.items() if alias is not None},
            {tag: ids[n] for n, (tag, _) in self.names.items()},
        ):
            if name in known:
                return known[name]
        return None

    def relation(self, owner: int, said: Said) -> Relation | None:
        """What stands because of it."""
        other = self.meant(said.other)
        if other is None or owner not in self.names:
            return None
        source, target = (IDS[owner], other) if said.outgoing else (other, IDS[owner])
        return Relation(source=source, target=target, kind=said.kind)

    def relations(self) -> set[Relation]:
        """All that stand."""
        wanted = (self.relation(owner, said) for (owner, _), all_said in self.said.items() for said in all_said)
        return {relation for relation in wanted if relation is not None} | self.asserted

    def leave(self, nth: int) -> None:
        """What an entity takes along."""
        self.names.pop(nth, None)
        self.said = {key: said for key, said in self.said.items() if key[0] != nth}
        self.asserted = {one for one in self.asserted if IDS[nth] not in {one.source, one.target}}

    def deny(self, relation: Relation) -> None:
        """Neither is it asserted, nor does anybody want it any more."""
        self.asserted.discard(relation)
        self.said = {
            key: tuple(said for said in all_said if self.relation(key[0], said) != relation)
            for key, all_said in self.said.items()
        }


async def happen(registry: Registry, by: Principal, step: Step, world: World) -> None:  # noqa: C901  one case a step
    """The step is taken, in the account and in the world; what is refused is in neither."""
    match step:
        case Write(nth, alias, origin, said):
            tag = world.names[nth][0] if nth in world.names else TAGS[nth]
            given = draft("s", id=IDS[nth], tag=tag, aliases=(alias,) if alias else ())
            statements = [Statement(owner=IDS[nth], origin=origin, said=said)] if origin else []
            try:
                await registry.write(by, [given], statements=statements)
            except (Invalid, Conflict):
                return
            world.names[nth] = tag, alias
            if origin:
                world.said[nth, origin] = said
        case Rename(nth, tag):
            try:
                changed = await registry.edit(by, WithId((IDS[nth],)), lambda entity: replace(entity, tag=tag))
            except (Invalid, Conflict):
                return
            if changed:
                world.names[nth] = tag, world.names[nth][1]
        case Leave(nth):
            if nth in world.names:
                await registry.remove(by, IDS[nth])
            world.leave(nth)
        case Assert(source, target, stands):
            relation = Relation(source=IDS[source], target=IDS[target], kind=CALLS)
            if {source, target} <= world.names.keys():
                named = [Named(source=IDS[source], target=IDS[target], kind=CALLS)]
                await (registry.relate(by, named) if stands else registry.unrelate(by, named))
                if stands:
                    world.asserted.add(relation)
                else:
                    world.deny(relation)


@given(taken=steps)
async def test_relations_follow_from_what_is_said_and_what_stands(account: MakeTenant, taken: list[Step]) -> None:
    """After each step, whoever registers, leaves, comes back, takes a name over or takes back what was said."""
    tenant = await account()
    catalog, registry, world = tenant.house.context.catalog, tenant.house.context.registry, World()

    for step in taken:
        await happen(registry, tenant.admin, step, world)

        assert set(await catalog.relations_of(tenant.admin, IDS)) == world.relations()


@given(
    said=st.tuples(saids, saids, saids, saids),
    order=st.permutations(range(4)),
    again=st.lists(which, max_size=4),
)
async def test_the_order_of_registration_does_not_matter(
    account: MakeTenant, said: tuple[tuple[Said, ...], ...], order: list[int], again: list[int]
) -> None:
    """Each of four says something of the others: in any order, some leaving and coming back, it is the same."""
    results: list[set[Relation]] = []
    for sequence in (list(range(4)), order):
        tenant = await account()
        catalog, registry = tenant.house.context.catalog, tenant.house.context.registry

        async def come(nth: int, use: Registry = registry, by: Principal = tenant.admin) -> None:
            statement = Statement(owner=TAGS[nth], origin="file", said=said[nth])
            await use.write(by, [draft("s", id=IDS[nth], tag=TAGS[nth])], statements=[statement])

        for nth in sequence:
            await come(nth)
        for nth in again if sequence is order else []:
            await registry.remove(tenant.admin, TAGS[nth])
            await come(nth)
        results.append(set(await catalog.relations_of(tenant.admin, IDS)))

    assert results[0] == results[1]


@pytest.mark.parametrize("order", list(permutations(["api", "db", "team"])), ids="-".join)
async def test_descriptors_in_any_order(tenant: Tenant, order: tuple[str, ...]) -> None:
    """[CX3] Callers before callees, children before parents: what is said works once both are there."""
    catalog, registry, by = tenant.house.context.catalog, tenant.house.context.registry, tenant.admin
    said = {
        "api": (Said(kind=CALLS, other="db"),),
        "db": (),
        "team": (Said(kind=RelationKind.PART_OF, other="api", outgoing=False),),
    }

    for name in order:
        await registry.write(
            by, [draft(name, tag=name)], statements=[Statement(owner=name, origin="f", said=said[name])]
        )

    _, relations = await catalog.around(by, "api", depth=1)
    tags = {entity.id: tag for tag, entity in (await catalog.named(by, ["api", "db", "team"])).items()}
    assert {(tags[r.source], r.kind, tags[r.target]) for r in relations} == {
        ("api", CALLS, "db"),
        ("api", RelationKind.PART_OF, "team"),
    }


async def test_other_ways_to_register_find_what_waits(tenant: Tenant) -> None:
    """Not only `write`: an entity that is registered, or introduced by an event, has the relations wanted of it."""
    catalog, registry, by = tenant.house.context.catalog, tenant.house.context.registry, tenant.admin
    said = tuple(Said(kind=CALLS, other=name) for name in ("registered", IDS[2]))
    await registry.write(by, [draft(tag="shop")], statements=[Statement(owner="shop", origin="f", said=said)])
    (shop,) = await catalog.select(by, WithId(((await catalog.require(by, "shop")).id,)), limit=1)
    assert await catalog.relations_of(by, [shop.id]) == []

    await registry.register(by, [draft("a", tag="registered")])
    await registry.introduce(by, [draft("b", id=IDS[2])])

    assert len(await catalog.relations_of(by, [shop.id])) == 2
    assert [(one.said.other, one.relation is not None) for one in await catalog.wanted(by, [shop.id])] == [
        (IDS[2], True),
        ("registered", True),
    ]


async def test_what_an_asserted_relation_outlives(tenant: Tenant) -> None:
    """What somebody asserted stands on when a statement that wanted it too is taken back, and the other way round."""
    catalog, registry, by = tenant.house.context.catalog, tenant.house.context.registry, tenant.admin
    await tenant.register(draft("a", tag="a"), draft("b", tag="b"))
    said = (Said(kind=CALLS, other="b"),)

    await registry.write(by, [], statements=[Statement(owner="a", origin=o, said=said) for o in ("file", "api")])
    await registry.write(by, [], statements=[Statement(owner="a", origin="file")])
    assert len(await relations(catalog, by, "a")) == 1
    await registry.relate(by, [Named(source="a", target="b", kind=CALLS)])
    await registry.write(by, [], statements=[Statement(owner="a", origin="api")])
    assert len(await relations(catalog, by, "a")) == 1
    await registry.unrelate(by, [Named(source="a", target="b", kind=CALLS)])
    assert await relations(catalog, by, "a") == []


async def relations(catalog: Catalog, by: Principal, name: str) -> list[Relation]:
    """Those of the entity."""
    return await catalog.relations_of(by, [(await catalog.require(by, name)).id])


async def test_each_account_waits_for_its_own(account: MakeTenant) -> None:
    """[AC2] An entity of another account is not what is wanted."""
    mine, other = await account(), await account()
    statement = Statement(owner="a", origin="f", said=(Said(kind=CALLS, other="b"),))
    await mine.house.context.registry.write(mine.admin, [draft("a", tag="a")], statements=[statement])

    await other.register(draft("a", tag="a"), draft("b", tag="b"))

    assert await relations(mine.house.context.catalog, mine.admin, "a") == []
    assert await relations(mine.house.context.catalog, other.admin, "a") == []
    wanted = await mine.house.context.catalog.wanted(mine.admin, [(await entity(mine, "a")).id])
    assert [(one.origin, one.other_id) for one in wanted] == [("f", None)]


async def entity(tenant: Tenant, name: str) -> Entity:
    """The entity with the name."""
    return await tenant.house.context.catalog.require(tenant.admin, name)


async def test_documents_come_with_their_entity(tenant: Tenant) -> None:
    """Named by its tag, before anybody could know its id; some go in the same step."""
    use, by = tenant.house.context, tenant.admin
    given = [Document(owner="shop", kind="k", key="a", value={"n": 1}), Document(kind="type", key="service", value={})]

    (shop,) = await use.registry.write(by, [draft(tag="shop")], documents=given)
    await use.registry.write(by, [], documents=[Document(owner=shop.cid, kind="k", key="b")], without=given[:1])

    assert [d.key for d in await use.documents.of(by, [shop.id], ["k"])] == ["b"]
    assert await use.documents.get(by, None, "type", "service") is not None


ONE: Final = Document(owner="shop", kind="k", key="a", value=1)
SAID: Final = (Said(kind=CALLS, other="shop"),)


@pytest.mark.parametrize(
    ("drafts", "more", "refusal"),
    [
        ([draft("n", tag="new")], {"documents": [ONE, replace(ONE, value="x" * 3_000_000)]}, TooLarge),
        ([draft("n", tag="new")], {"documents": [ONE, replace(ONE, owner="nobody")]}, NotFound),
        ([draft("n", tag="new")], {"statements": [Statement(owner="nobody", origin="f")]}, NotFound),
        ([draft("n", tag="new")], {"statements": [Statement(owner="new", origin="f", said=SAID * 20_000)]}, Invalid),
        ([draft("n", tag="new", aliases=("shop",))], {"documents": [ONE]}, Invalid),
        ([draft("n", tag="new"), draft("s", tag="shop")], {"documents": [ONE], "only_new": True}, Conflict),
        ([draft("n", tag="new")], {"based_on": [Document(kind="k", key="a", updated_at=NOW)]}, Conflict),
    ],
)  # fmt: skip
async def test_a_write_is_all_or_nothing(
    tenant: Tenant, drafts: list[Draft], more: Mapping[str, object], refusal: type[Exception]
) -> None:
    """Entities, documents and relations: nothing of what is refused stands."""
    use, by = tenant.house.context, tenant.admin
    (shop,) = await tenant.register(draft(tag="shop"))
    await use.documents.put(by, [Document(owner=shop.id, kind="k", key="a", value="old")])

    with pytest.raises(refusal):
        await use.registry.write(by, drafts, **more)  # pyright: ignore[reportArgumentType]  from the table

    assert await use.catalog.named(by, ["new"]) == {}
    assert [d.value for d in await use.documents.of(by, [shop.id], ["k"])] == ["old"]
    assert await use.catalog.relations_of(by, [shop.id]) == []


async def test_what_is_based_on_a_document_that_changed_is_refused(tenant: Tenant) -> None:
    """Two who read, merge and write: the second one is told, and loses nothing of the first's."""
    use, by = tenant.house.context, tenant.admin
    (shop,) = await use.registry.write(by, [draft(tag="shop")], documents=[ONE])
    (read,) = await use.documents.of(by, [shop.id], ["k"])

    await use.registry.write(by, [], documents=[replace(ONE, value=2)], based_on=[read])
    with pytest.raises(Conflict):
        await use.registry.write(by, [], documents=[replace(ONE, value=3)], based_on=[read])

    assert [d.value for d in await use.documents.of(by, [shop.id], ["k"])] == [2]
