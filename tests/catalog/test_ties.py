"""Ties: what stands follows from what is said and from who is there now, in whatever order that came."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import draft
from tests.tenants import MakeTenant, Tenant
from whence.domain.access import Principal
from whence.domain.document import NEVER, Document
from whence.domain.entity_test import WithId
from whence.domain.errors import Conflict, Invalid, NotFound
from whence.domain.tie import Retied, Tie, Tied
from whence.domain.wanted import Statement
from whence.registry import Registry
from whence.ties import Ties

IDS: Final = tuple(f"SERVICE-{n:016X}" for n in range(4))
TAGS: Final = ("t0", "t1", "t2", "t3")
TYPES: Final = ("hosts", "parts")

which = st.integers(0, 3)
by_tag = st.builds(
    Tie,
    type=st.sampled_from(TYPES),
    other=st.sampled_from((*TAGS, IDS[1])),
    by_tag=st.just(value=True),
    outgoing=st.booleans(),
)
by_id = st.builds(Tie, type=st.sampled_from(TYPES), other=st.sampled_from(IDS), outgoing=st.booleans())


@dataclass(frozen=True)
class Describe:
    """The `nth` entity stands, and that is what an origin says of it."""

    nth: int
    origin: str
    said: tuple[Tie, ...]


@dataclass(frozen=True)
class Add:
    """A call says one thing of the `nth` entity besides."""

    nth: int
    tie: Tie


@dataclass(frozen=True)
class Clear:
    """Nothing is said of the type any more."""

    type: str


@dataclass(frozen=True)
class Rename:
    """The `nth` entity has another tag."""

    nth: int
    tag: str


@dataclass(frozen=True)
class Leave:
    """The `nth` entity is removed."""

    nth: int


Step = Describe | Add | Clear | Rename | Leave
steps = st.lists(
    st.one_of(
        st.builds(Describe, which, st.sampled_from(["file", "api"]), st.lists(by_tag, max_size=3).map(tuple)),
        st.builds(Add, which, by_tag | by_id),
        st.builds(Clear, st.sampled_from(TYPES)),
        st.builds(Rename, which, st.sampled_from((*TAGS, "t9"))),
        st.builds(Leave, which),
    ),
    max_size=12,
)


@dataclass
class World:
    """What should be: worked out anew from all that is said and all who are there."""

    tags: dict[int, str] = field(default_factory=dict[int, str])
    said: set[tuple[int, str, Tie]] = field(default_factory=set[tuple[int, str, Tie]])

    def pairs(self, type_: str) -> set[tuple[str, str]]:
        """The tags of those that stand so."""
        found: set[tuple[str, str]] = set()
        tag_of = {IDS[n]: tag for n, tag in self.tags.items()}
        for nth, _, tie in self.said:
            other = tie.other if tie.by_tag else tag_of.get(tie.other)
            if tie.type == type_ and other is not None and other in tag_of.values():
                found.add((self.tags[nth], other) if tie.outgoing else (other, self.tags[nth]))
        return found

    def leave(self, nth: int) -> None:
        """What an entity takes along: what is said of it, and what names it by its id."""
        self.tags.pop(nth, None)
        self.said = {one for one in self.said if one[0] != nth and (one[2].by_tag or one[2].other != IDS[nth])}

    def reached(self, type_: str, start: str, *, outgoing: bool, depth: int) -> set[str]:
        """By step after step."""
        steps = {pair if outgoing else pair[::-1] for pair in self.pairs(type_)}
        found: set[str] = set()
        border = {start}
        for _ in range(depth):
            border = {far for near, far in steps if near in border}
            found |= border
        return found


async def happen(registry: Registry, by: Principal, step: Step, world: World) -> None:  # noqa: C901  one case a step
    """The step is taken, in the account and in the world; what is refused is in neither."""
    match step:
        case Describe(nth, origin, said):
            tag = world.tags.get(nth, TAGS[nth])
            given = draft("s", id=IDS[nth], tag=tag)
            try:
                await registry.write(by, [given], statements=[Statement(owner=tag, origin=origin, ties=said)])
            except (Invalid, Conflict):
                return
            world.tags[nth] = tag
            world.said = {one for one in world.said if one[:2] != (nth, origin)} | {(nth, origin, t) for t in said}
        case Add(nth, tie):
            new = Tied(owner=IDS[nth], origin="call", tie=tie)
            if {IDS.index(entity_id) for entity_id in new.ids} <= world.tags.keys():
                await registry.retie(by, tie.type, lambda _: Retied(added=[new, new]))
                world.said.add((nth, "call", tie))
            else:
                with pytest.raises(NotFound):
                    await registry.retie(by, tie.type, lambda _: Retied(added=[new]))
        case Clear(type_):
            await registry.retie(by, type_, lambda standing: Retied(removed=standing))
            world.said = {one for one in world.said if one[2].type != type_}
        case Rename(nth, tag):
            try:
                changed = await registry.edit(by, WithId((IDS[nth],)), lambda entity: replace(entity, tag=tag))
            except (Invalid, Conflict):
                return
            if changed:
                world.tags[nth] = tag
        case Leave(nth):
            if nth in world.tags:
                await registry.remove(by, IDS[nth])
            world.leave(nth)


@given(taken=steps)
async def test_what_stands_follows_from_what_is_said_and_who_is_there(account: MakeTenant, taken: list[Step]) -> None:
    """After each step, whoever comes, leaves, comes back or takes a tag over, and whoever says what."""
    tenant = await account()
    registry, ties, by, world = tenant.house.context.registry, tenant.house.context.ties, tenant.admin, World()

    for step in taken:
        await happen(registry, by, step, world)

        for type_ in TYPES:
            assert await pairs(ties, by, type_) == sorted(world.pairs(type_))
    for nth, tag in world.tags.items():
        for outgoing, depth in ((True, 1), (True, 3), (False, 1), (False, 3)):
            expected = sorted(world.reached("parts", tag, outgoing=outgoing, depth=depth))
            assert await reached(ties, by, IDS[nth], outgoing=outgoing, depth=depth) == expected


async def pairs(ties: Ties, by: Principal, type_: str) -> list[tuple[str, str]]:
    """The tags of those that stand so; their number is as it is told."""
    found, total = await ties.page(by, type_, skip=0, limit=100)
    assert total == len(found)
    return [(source.tag, destination.tag) for source, destination in found]


async def reached(
    ties: Ties,
    by: Principal,
    start: str,
    *,
    outgoing: bool = True,
    depth: int = 9,
    archived: bool = False,
    most: int = 99,
) -> list[str]:
    """The tags of those that are reached over parts."""
    reach = await ties.reach(by, "parts", start, outgoing=outgoing, depth=depth, archived=archived, limit=most)
    assert reach.is_whole == (most > len(reach.entities))
    return [entity.tag for entity in reach.entities]


async def test_a_change_sees_all_that_is_said(tenant: Tenant) -> None:
    """Also of who is not there; what it raises leaves everything as it was."""
    registry, ties, by = tenant.house.context.registry, tenant.house.context.ties, tenant.admin
    (a, b) = await tenant.register(draft(tag="a"), draft(tag="b"))
    said = tuple(Tie(type="parts", other=other, by_tag=True) for other in ("b", "nobody"))
    await registry.write(by, (), statements=[Statement(owner="a", origin="file", ties=said)])
    seen: list[tuple[str, tuple[str, str], bool]] = []

    def refuse(standing: Sequence[Tied]) -> Retied:
        seen.extend((tied.origin, tied.ends, tied.stands) for tied in standing)
        raise Invalid.at("", "not so")

    with pytest.raises(Invalid):
        await registry.retie(by, "parts", refuse)

    assert sorted(seen) == [("file", (a.id, b.id), True), ("file", (a.id, "nobody"), False)]
    assert await pairs(ties, by, "parts") == [("a", "b")]


async def test_a_change_is_based_on_documents(tenant: Tenant) -> None:
    """Whoever changed them meanwhile is not undone; those that are to be gone go in the same turn."""
    registry, documents, by = tenant.house.context.registry, tenant.house.context.documents, tenant.admin
    (a,) = await tenant.register(draft(tag="a"))
    new = Tied(owner=a.id, origin="call", tie=Tie(type="parts", other=a.id))
    (kept,) = await documents.put(by, [Document(kind="type", key="parts", value=1)])

    with pytest.raises(Conflict):
        await registry.retie(by, "parts", lambda _: Retied(added=[new]), based_on=[replace(kept, updated_at=NEVER)])
    assert await pairs(tenant.house.context.ties, by, "parts") == []
    await registry.retie(by, "parts", lambda _: Retied(added=[new]), based_on=[kept], without=[kept])

    assert await pairs(tenant.house.context.ties, by, "parts") == [("a", "a")]
    assert await documents.get(by, None, "type", "parts") is None


async def test_a_long_way(tenant: Tenant) -> None:
    """It ends at what is archived, and at the limit with what is nearest, then by tag."""
    registry, ties, by = tenant.house.context.registry, tenant.house.context.ties, tenant.admin
    start, *_ = await tenant.register(*(draft(tag=tag) for tag in "abcdef"))
    for source, destinations in (("a", "bcd"), ("c", "e"), ("e", "f")):
        said = tuple(Tie(type="parts", other=tag, by_tag=True) for tag in destinations)
        await registry.write(by, (), statements=[Statement(owner=source, origin="file", ties=said)])
    await registry.archive(by, "e", yes=True)

    assert await reached(ties, by, start.id) == ["b", "c", "d"]
    assert await reached(ties, by, start.id, archived=True) == ["b", "c", "d", "e", "f"]
    assert await reached(ties, by, start.id, archived=True, most=4) == ["b", "c", "d", "e"]
    assert await reached(ties, by, start.id, most=2) == ["b", "c"]


async def test_too_much_at_once(tenant: Tenant) -> None:
    """As of relations: no more than ten thousand things."""
    said = tuple(Tie(type="parts", other=f"t{n}", by_tag=True) for n in range(10_001))
    await tenant.register(draft(tag="a"))

    with pytest.raises(Invalid, match="says more than 10000 things"):
        await tenant.house.context.registry.write(
            tenant.admin, (), statements=[Statement(owner="a", origin="file", ties=said)]
        )


async def test_each_account_has_its_own(account: MakeTenant) -> None:
    """[AC2] Nobody else's entity is meant by a tag."""
    mine, other = await account(), await account()
    statement = Statement(owner="a", origin="f", ties=(Tie(type="parts", other="b", by_tag=True),))
    await mine.house.context.registry.write(mine.admin, [draft(tag="a")], statements=[statement])

    await other.register(draft(tag="a"), draft(tag="b"))

    for tenant in (mine, other):
        assert await pairs(tenant.house.context.ties, tenant.admin, "parts") == []
