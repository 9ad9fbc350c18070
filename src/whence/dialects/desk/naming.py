"""Whom a caller means by what it writes where an entity's id belongs: an id in any spelling, an alias, or a tag.

Source: DESK contract 3.5; the dialect's README, "Names".
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from whence.catalog import Catalog
from whence.dialects.desk import ids
from whence.domain.access import Principal
from whence.domain.entity import Entity
from whence.domain.entity_test import AllOf, EntityTest, Negated, Related, WithId


async def known(catalog: Catalog, by: Principal, names: Collection[str]) -> dict[str, Entity]:
    """The entity of each name that is somebody's, by the name as it was written."""
    if not names:
        return {}
    spellings = {name: ids.normal(name) for name in names}
    found = await catalog.known(by, list(dict.fromkeys([*spellings.values(), *spellings])))
    owners = {name: owner(found, name, normal) for name, normal in spellings.items()}
    return {name: entity for name, entity in owners.items() if entity is not None}


def owner(found: Mapping[str, Entity], name: str, normal: str) -> Entity | None:
    """Whose the name is; that which it is as an id goes before what it is as it was written."""
    return found.get(normal) or found.get(name)


async def entity_ids(catalog: Catalog, by: Principal, names: Collection[str]) -> tuple[str, ...]:
    """The id that each of the names means, each once; what is nobody's means itself, spelled as an id."""
    return _ids(names, await known(catalog, by, names))


async def resolved(catalog: Catalog, by: Principal, test: EntityTest) -> EntityTest:
    """The test with entities' ids, where it was given names."""
    found = await known(catalog, by, list(dict.fromkeys(_names(test))))
    return _resolved(test, found)


def _ids(names: Iterable[str], found: Mapping[str, Entity]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found[name].id if name in found else ids.normal(name) for name in names))


def _names(test: EntityTest) -> Iterator[str]:
    match test:
        case WithId(names):
            yield from names
        case AllOf(tests):
            for one in tests:
                yield from _names(one)
        case Negated(inner) | Related(inner=inner):
            yield from _names(inner)
        case _:
            pass


def _resolved(test: EntityTest, found: Mapping[str, Entity]) -> EntityTest:
    match test:
        case WithId(names):
            return WithId(_ids(names, found))
        case AllOf(tests):
            return AllOf(tuple(_resolved(one, found) for one in tests))
        case Negated(inner) | Related(inner=inner):
            return replace(test, inner=_resolved(inner, found))
        case _:
            return test
