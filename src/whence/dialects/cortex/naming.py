"""Entities by many names at once, as a path finds one by its name.

The house looks a name up among ids, aliases and tags; here a tag comes before all of them. Source: Cortex contract A3.
"""

from collections.abc import Iterable

from whence.dialects import Context
from whence.dialects.request import text_faults
from whence.domain.access import Principal
from whence.domain.entity import Entity
from whence.domain.errors import NotFound
from whence.domain.filter import EntityFilter


async def entities_named(context: Context, by: Principal, names: Iterable[str]) -> dict[str, Entity]:
    """Each of the names that is an entity's tag, else its generated id, else an id or an alias; with that entity."""
    asked = sorted({name for name in names if not text_faults(name)})
    found = await context.catalog.named(by, asked) if asked else {}
    doubtful = tuple(name for name, entity in found.items() if entity.tag != name)
    if doubtful:
        wanted = EntityFilter(tags=doubtful, archived=None)
        tagged = await context.catalog.page(by, wanted, cursor=None, limit=len(doubtful))
        found |= {entity.tag: entity for entity in tagged.items}
    return found


async def require_entities(context: Context, by: Principal, names: Iterable[str]) -> dict[str, Entity]:
    """The entity of each name, in the order of the names.

    Raises:
        NotFound: the first of them that is no entity's tag or generated id.
    """
    asked = tuple(dict.fromkeys(names))
    found = await entities_named(context, by, asked)
    for name in asked:
        if name not in found or name not in {found[name].tag, found[name].cid}:
            raise NotFound("entity", name)
    return {name: found[name] for name in asked}
