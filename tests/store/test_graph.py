"""What of an account's relations is kept between two questions, and that it is never another than what stands."""

from collections.abc import Sequence
from random import Random
from typing import Final

import pytest

from tests.builders import draft
from tests.tenants import MakeTenant, Tenant
from whence.correlate.causes import Graph
from whence.domain.entity import Relation, RelationKind
from whence.registry import Named
from whence.store import graph
from whence.store.graph import Graphs

_TAGS: Final = "abcdef"


@pytest.fixture
async def related(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    """An account in which `a` calls `b`, whose graph is worth keeping."""
    monkeypatch.setattr(graph, "WORTH_KEEPING", 1)
    await tenant.register(*(draft(tag, tag=tag) for tag in _TAGS))
    await relate(tenant, "ab")
    return tenant


async def around(graphs: Graphs, tenant: Tenant) -> Graph:
    """The account's graph."""
    async with tenant.house.pool.snapshot() as db:
        return await graphs.around(db, tenant.admin.account_id, [])


async def relate(tenant: Tenant, *pairs: str, kind: RelationKind = RelationKind.CALLS) -> None:
    """Of each pair of tags the first calls the second."""
    await tenant.house.context.registry.relate(tenant.admin, named(pairs, kind))


async def unrelate(tenant: Tenant, *pairs: str, kind: RelationKind = RelationKind.CALLS) -> None:
    """It does so no more."""
    await tenant.house.context.registry.unrelate(tenant.admin, named(pairs, kind))


def named(pairs: Sequence[str], kind: RelationKind) -> list[Named]:
    """The relation of each pair of tags."""
    return [Named(source=source, target=target, kind=kind) for source, target in pairs]


async def test_what_did_not_change_is_not_read_again(related: Tenant) -> None:
    graphs = Graphs()
    first = await around(graphs, related)

    again = await around(graphs, related)
    await relate(related, "ab")  # which stands already

    assert again is first
    assert await around(graphs, related) is first


async def test_whatever_is_done_to_relations_is_seen(related: Tenant) -> None:
    """Added, removed, exchanged for another of the same kind, turned around, of another kind: as read by itself."""
    graphs = Graphs()
    draw = Random(0)  # noqa: S311  no secret
    stand = {("ab", RelationKind.CALLS)}
    for _ in range(30):
        pair, kind = "".join(draw.sample(_TAGS, 2)), draw.choice(list(RelationKind))
        gone, old = draw.choice(sorted(stand))
        if draw.random() < 0.7 and (gone, old) != (pair, kind):
            await unrelate(related, gone, kind=old)
            stand.discard((gone, old))
        await relate(related, pair, kind=kind)
        stand.add((pair, kind))

        found = await around(graphs, related)

        tags = {entity.id: entity.tag for entity in await related.register(*(draft(tag, tag=tag) for tag in _TAGS))}
        assert {(f"{tags[one.source]}{tags[one.target]}", one.kind) for one in found.relations()} == stand
        assert of(found) == of(await around(Graphs(), related))


def of(found: Graph) -> set[Relation]:
    """Each relation."""
    return set(found.relations())


async def test_no_more_is_kept_than_there_is_room_for(related: Tenant, account: MakeTenant) -> None:
    """What was not asked for the longest goes first."""
    other, third = await account(), await account()
    for tenant in (other, third):
        await tenant.register(*(draft(tag, tag=tag) for tag in _TAGS))
        await relate(tenant, "bc")
    graphs = Graphs(most=2)
    mine, theirs = await around(graphs, related), await around(graphs, other)
    assert await around(graphs, related) is mine

    await around(graphs, third)

    assert await around(graphs, related) is mine
    assert await around(graphs, other) is not theirs


async def test_a_graph_beyond_all_room_is_read_each_time(related: Tenant) -> None:
    await relate(related, "bc", "cd")
    graphs = Graphs(most=2)

    first = await around(graphs, related)

    assert await around(graphs, related) is not first
    assert of(await around(graphs, related)) == of(first)


async def test_small_graphs_are_not_kept(tenant: Tenant) -> None:
    """Very many accounts have one."""
    await tenant.register(*(draft(tag, tag=tag) for tag in _TAGS))
    await relate(tenant, "ab")
    graphs = Graphs()
    first = await around(graphs, tenant)

    assert await around(graphs, tenant) is not first


async def test_nobody_sees_what_is_kept_of_another_account(related: Tenant, account: MakeTenant) -> None:
    """[AC1] Also when as much stands there."""
    graphs = Graphs()
    await around(graphs, related)
    other = await account()

    assert await around(graphs, other) == Graph()
