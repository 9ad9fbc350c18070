"""The edges of an account's dependencies, gathered from documents and descriptors.

An edge is there while both of its ends are: one that a descriptor says of nobody becomes visible once somebody has the
name, and one that was made of an entity that is gone is gone with it. Source: Cortex contract B3 and A9.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

from whence.dialects import Context
from whence.dialects.cortex import dependency, entity_type
from whence.dialects.cortex.dependency import KIND, Call, Edge, Edges
from whence.dialects.cortex.described import INFO
from whence.dialects.cortex.naming import entities_named
from whence.domain.access import Principal
from whence.domain.entity import Entity, RelationKind
from whence.domain.errors import Invalid

_AT_ONCE: Final = 50  # callers whose descriptors are in memory together, of which one may be vast


async def outgoing(context: Context, by: Principal, callers: Iterable[Entity]) -> Edges:
    """The edges that begin at one of the entities."""
    edges = Edges()
    by_id = {caller.id: caller for caller in callers}
    ids = list(by_id)
    for start in range(0, len(ids), _AT_ONCE):
        some = {caller_id: by_id[caller_id] for caller_id in ids[start : start + _AT_ONCE]}
        for edge in await _edges(context, by, some):
            edges.add(edge)
    return edges


async def incoming(context: Context, by: Principal, callee: Entity) -> list[Edge]:
    """The edges that end at the entity."""
    wanted = await context.catalog.wanted(by, [callee.id])
    callers = {
        one.owner
        for one in wanted
        if one.other_id == callee.id and one.said.outgoing and one.said.kind is RelationKind.CALLS
    }
    known = await context.catalog.named(by, sorted({callee.id, *callers}))  # who calls itself wants no relation
    return [edge for edge in await outgoing(context, by, known.values()) if edge.callee.id == callee.id]


async def told(context: Context, by: Principal, some: Sequence[Edge]) -> list[dict[str, object]]:
    """The edges as an answer has them."""
    ends = {end.id: end for edge in some for end in (edge.caller, edge.callee)}
    infos = await context.documents.of(by, list(ends), [INFO])
    info_of = {found.owner: cast("Mapping[str, Any]", found.value) for found in infos if isinstance(found.value, dict)}
    types = {end.id: entity_type.shown(end, info_of.get(end.id)) for end in ends.values()}
    return [edge.told(types) for edge in some]


def require_free(edges: Edges, caller: Entity, call: Call) -> None:
    """Return when a call may make, change or remove the edge.

    Raises:
        Invalid: a descriptor says that it is there.
    """
    edge = edges.find(caller, call)
    if edge is not None and edge.is_declared:
        raise Invalid.at("", "Cannot modify dependency that is defined in the descriptor")


async def _edges(context: Context, by: Principal, callers: Mapping[str, Entity]) -> Sequence[Edge]:
    """The edges of these callers, by their ids; what a descriptor says comes first."""
    documents = await context.documents.of(by, list(callers), [KIND, INFO])
    said = [
        (callers[found.owner or ""], one)
        for found in documents
        if found.kind == INFO
        for one in dependency.declared(found.value)
    ]
    made = [(callers[found.owner or ""], *dependency.kept(found)) for found in documents if found.kind == KIND]
    by_name = await entities_named(context, by, {one.tag for _, one in said})
    callees = sorted({call.callee for _, call, _ in made})
    by_id = await context.catalog.named(by, callees) if callees else {}
    return [
        *(
            Edge(
                caller=caller,
                callee=(callee := by_name[one.tag]),
                call=Call(callee=callee.id, method=one.method, path=one.path),
                about=one.about,
                is_declared=True,
            )
            for caller, one in said
            if one.tag in by_name and by_name[one.tag].id != caller.id
        ),
        *(
            Edge(caller=caller, callee=by_id[call.callee], call=call, about=about)
            for caller, call, about in made
            if call.callee in by_id
        ),
    ]
