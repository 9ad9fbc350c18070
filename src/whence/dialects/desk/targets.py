"""Whom an event is put on: the entities that its attach rules name and match, each once.

Source: DESK contract 3.7.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from whence.catalog import Catalog
from whence.dialects.desk import ids, naming
from whence.dialects.desk.attach import FIELD, Attach
from whence.dialects.desk.options import Options, Unknown
from whence.dialects.desk.vocabulary import ENTITY_TYPES
from whence.domain.access import Principal
from whence.domain.entity import Draft, Entity, is_entity_id
from whence.domain.errors import Invalid
from whence.registry import Registry

MOST: Final = 10_000  # entities of one event: as many as go into one commit


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Entities by id, those named first, in the order of the request; None: not known yet, and to be registered.

    `ignored`: the ids, as sent, that are nobody's and stay so.
    """

    entities: Mapping[str, Entity | None]
    ignored: tuple[str, ...]


NOBODY: Final = Targets(entities={}, ignored=())


async def look_up(catalog: Catalog, by: Principal, attach: Attach, options: Options, now: datetime) -> Targets:
    """Whom the rules mean now.

    Raises:
        Invalid: more than `MOST`.
    """
    entities: dict[str, Entity | None] = {}
    ignored: tuple[str, ...] = ()
    if attach.names:
        known = catalog.known_now(by, attach.names)
        if known is None:
            known = await catalog.known(by, attach.names)
        owners = ((sent, normal, naming.owner(known, sent, normal)) for sent, normal in attach.spellings)
        found = _of_names(by, owners, options)
        entities, ignored = {**found.entities}, found.ignored
    if attach.rules:
        seen_since = now - options.tag_match_seen_hours if options.tag_match_seen_hours else None
        matching = catalog.matching_now(by, attach.rules, seen_since=seen_since, limit=MOST)
        if matching is None:
            matching = await catalog.matching(by, attach.rules, seen_since=seen_since, limit=MOST)
        for entity in matching:
            entities.setdefault(entity.id, entity)
    if len(entities) > MOST:
        raise Invalid.at(FIELD, f"must not match more than {MOST} entities")
    return Targets(entities=entities, ignored=ignored)


async def named(catalog: Catalog, by: Principal, names: Sequence[str], options: Options) -> Targets:
    """Whom the names mean now."""
    known = await naming.known(catalog, by, names)
    return _of_names(by, ((name, ids.normal(name), known.get(name)) for name in names), options)


async def registered(registry: Registry, by: Principal, targets: Targets) -> list[Entity]:
    """The targets' entities, each once; those that nobody knew stand, as `introduction` says.

    An id that became another entity's name meanwhile is that entity.
    """
    unknown = [entity_id for entity_id, entity in targets.entities.items() if entity is None]
    found: dict[str, Entity] = {}
    if unknown:
        drafts = [introduction(by, entity_id) for entity_id in unknown]
        found = dict(zip(unknown, await registry.introduce(by, drafts), strict=True))
    entities = [entity or found[entity_id] for entity_id, entity in targets.entities.items()]
    return list({entity.id: entity for entity in entities}.values())


def _of_names(by: Principal, owners: Iterable[tuple[str, str, Entity | None]], options: Options) -> Targets:
    """Whom the names mean, each as it was sent, as an id is spelled, and with whom it is the name of."""
    entities: dict[str, Entity | None] = {}
    ignored: list[str] = []
    for sent, normal, entity in owners:
        if entity is not None:
            entities[entity.id] = entity
        elif options.unknown_entity_ids is Unknown.REGISTER and is_introduced(by, normal):
            entities[normal] = None
        else:
            ignored.append(sent)
    return Targets(entities=entities, ignored=tuple(ignored))


def is_introduced(by: Principal, entity_id: str) -> bool:
    """Whether an id that nobody knows is a new entity's: of a known type, and no other account's environment."""
    kind = ids.type_of(entity_id)
    if kind == ids.ENVIRONMENT:
        return entity_id == ids.environment(by.account_id)
    return is_entity_id(entity_id) and kind in ENTITY_TYPES


def introduction(by: Principal, entity_id: str) -> Draft:
    """An entity of which no more than the id is known, which is its name; the environment's is that of the account."""
    is_environment = entity_id == ids.environment(by.account_id)
    return Draft(id=entity_id, type=ids.type_of(entity_id), name=by.account_name if is_environment else entity_id)
