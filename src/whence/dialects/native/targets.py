"""Whom an event names: its entities, looked up."""

from collections.abc import Sequence

from whence.catalog import Catalog
from whence.dialects.native import wire
from whence.dialects.native.decode import require_one_target
from whence.domain.access import Principal
from whence.domain.entity import Entity, TagTest


async def entities(catalog: Catalog, by: Principal, target: wire.TargetIn) -> list[Entity] | None:
    """The entities that the target names or matches now; None when it has a scope, or says nothing.

    Raises:
        Invalid: it says more than one thing, or a name is no entity's.
    """
    require_one_target(target)
    if target.entities is not None:
        return await catalog.resolve(by, target.entities, path="entities")
    if target.match is not None:
        return await _matching(catalog, by, target.match)
    return None


async def _matching(catalog: Catalog, by: Principal, match: Sequence[wire.MatchIn]) -> list[Entity]:
    found: dict[str, Entity] = {}
    for rule in match:
        tests = tuple(TagTest(context=tag.context, key=tag.key, value=tag.value) for tag in rule.tags)
        for entity in await catalog.tagged(by, tuple(rule.types), tests):
            found[entity.id] = entity
    return list(found.values())
