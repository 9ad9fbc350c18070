"""The entities that relationships are between: found by the names that calls give them, and told in answers.

Source: Cortex contract B5 and A3.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, cast

from whence.dialects import Context
from whence.dialects.cortex import entity_type
from whence.dialects.cortex.described import INFO
from whence.dialects.cortex.entity_details import Row, node
from whence.dialects.cortex.naming import entities_named
from whence.dialects.cortex.relationship import End
from whence.domain.access import Principal
from whence.domain.entity import Entity

_AT_ONCE: Final = 500  # entities whose descriptors are in memory together, of which one may be vast


async def ends(context: Context, by: Principal, names: Iterable[str]) -> dict[str, End]:
    """The end that each of the names is for: an entity's tag, else its generated id, else nobody's yet."""
    asked = tuple(dict.fromkeys(names))
    found = await entities_named(context, by, asked)
    known = {name: one for name, one in found.items() if name in {one.tag, one.cid}}
    types = await _types(context, by, known.values())
    return {
        name: End(name=name, entity=entity, type=types[entity.id]) if (entity := known.get(name)) else End(name=name)
        for name in asked
    }


async def end(context: Context, by: Principal, entity: Entity) -> End:
    """The end that the entity is."""
    return End(name=entity.tag, entity=entity, type=(await _types(context, by, [entity]))[entity.id])


async def told(context: Context, by: Principal, entities: Iterable[Entity]) -> dict[str, Row]:
    """Each entity as an answer has it, by its id."""
    each = {entity.id: entity for entity in entities}
    types = await _types(context, by, each.values())
    return {entity_id: {**node(entity, None, None), "type": types[entity_id]} for entity_id, entity in each.items()}


async def _types(context: Context, by: Principal, entities: Collection[Entity]) -> dict[str, str]:
    """The type of each as it is shown, by its id."""
    types = {entity.id: entity_type.shown(entity, None) for entity in entities}
    # The house's letters tell built-in types exactly; how another was spelled, its descriptor knows.
    others = {entity.id: entity for entity in entities if not entity_type.is_built_in(entity.type)}
    ids = list(others)
    for start in range(0, len(ids), _AT_ONCE):
        for info in await context.documents.of(by, ids[start : start + _AT_ONCE], [INFO]):
            if info.owner is not None and isinstance(info.value, dict):
                said = cast("Mapping[str, Any]", info.value)
                types[info.owner] = entity_type.shown(others[info.owner], said)
    return types
