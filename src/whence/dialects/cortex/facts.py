"""Gathers what is known of entities beside themselves, for as many as are in memory together."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, Final, cast

from whence.dialects import Context
from whence.dialects.cortex import custom_entry
from whence.dialects.cortex.answer import Answer
from whence.dialects.cortex.described import INFO, generated, info_of
from whence.dialects.cortex.entity_details import TEAM, Facts, node, owner_names, row
from whence.dialects.cortex.entity_type import is_built_in
from whence.dialects.cortex.hierarchy import MOST_IN_DETAILS, MOST_IN_LIST, Hierarchies
from whence.dialects.cortex.naming import entities_named
from whence.dialects.cortex.shown import Shown
from whence.domain.access import Principal
from whence.domain.document import Document
from whence.domain.entity import Entity, RelationKind
from whence.domain.lineage import Lineage

ADDED_GROUP: Final = "group"  # the kind of document

_AT_ONCE: Final = 50  # entities whose descriptors and data are in memory together
_OWNERS_AT_ONCE: Final = 5_000  # that one call asks for the documents of
_NO_LINEAGE: Final = Lineage(entities={}, above={}, below={})


class Rows:
    """The rows of one answer, of entities in their order; `is_whole` tells afterwards whether nothing was cut."""

    def __init__(self, context: Context, by: Principal, entities: Sequence[Entity], shown: Shown) -> None:
        self._context = context
        self._by = by
        self._entities = entities
        self._shown = shown
        self.is_whole = True

    async def walk(self) -> AsyncIterator[dict[str, Any]]:
        """Every row."""
        hierarchies = await self._hierarchies()
        for start in range(0, len(self._entities), _AT_ONCE):
            some = self._entities[start : start + _AT_ONCE]
            facts = await self._facts(some)
            for entity in some:
                yield row(entity, facts[entity.id], self._shown, hierarchies.of(entity))
        self.is_whole = hierarchies.is_whole

    def signed(self, answer: Answer) -> Answer:
        """The answer that the rows are in, with a word about what is not."""
        if not self.is_whole:
            answer.headers["x-whence-warning"] = "a hierarchy is larger than what is shown of it"
        return answer

    async def _facts(self, entities: Sequence[Entity]) -> dict[str, Facts]:
        """What is known of each, by id."""
        ids = [entity.id for entity in entities]
        kinds = {INFO, ADDED_GROUP, *(custom_entry.KINDS if self._shown.metadata else ())}
        documents = await self._context.documents.of(self._by, ids, sorted(kinds))
        infos = {found.owner: found for found in documents if found.kind == INFO}
        said = {entity.id: _info(entity, infos.get(entity.id)) for entity in entities}
        teams = await self._teams(said.values()) if self._shown.owners else {}
        groups = _groups(documents)
        data = _custom_data(entities, documents) if self._shown.metadata else {}
        return {
            entity.id: Facts(
                info=(info := said[entity.id]),
                updated_at=infos[entity.id].updated_at if entity.id in infos else entity.last_seen,
                groups=groups.get(entity.id, ()),
                custom_data=data.get(entity.id, ()),
                teams=[teams[name] for name in dict.fromkeys(owner_names(info)) if name in teams],
            )
            for entity in entities
        }

    async def _teams(self, infos: Iterable[Mapping[str, Any]]) -> dict[str, Entity]:
        names = {name for info in infos for name in owner_names(info)}
        found = await entities_named(self._context, self._by, names) if names else {}
        return {name: entity for name, entity in found.items() if (entity.type, entity.tag) == (TEAM, name)}

    async def _hierarchies(self) -> Hierarchies:
        lineage, infos, groups = _NO_LINEAGE, dict[str | None, dict[str, Any]](), dict[str, list[str]]()
        if self._shown.depth:
            ids = [entity.id for entity in self._entities]
            lineage = await self._context.catalog.lineage(self._by, ids, RelationKind.PART_OF)
            relatives = list(lineage.entities.values())
            # The house's letters tell built-in types exactly; how another was spelled, its descriptor knows.
            found = await self._documents([e.id for e in relatives if not is_built_in(e.type)], INFO)
            infos = {document.owner: cast("dict[str, Any]", document.value) for document in found}
            if self._shown.groups_of_relatives:
                groups = _groups(await self._documents([e.id for e in relatives], ADDED_GROUP))

        def describe(entity: Entity) -> dict[str, Any]:
            added = groups.get(entity.id, []) if self._shown.groups_of_relatives else None
            return node(entity, infos.get(entity.id), added)

        most = MOST_IN_DETAILS if len(self._entities) == 1 else MOST_IN_LIST
        return Hierarchies(lineage, self._shown, describe, most=most)

    async def _documents(self, ids: Sequence[str], kind: str) -> list[Document]:
        found: list[Document] = []
        for start in range(0, len(ids), _OWNERS_AT_ONCE):
            found += await self._context.documents.of(self._by, ids[start : start + _OWNERS_AT_ONCE], [kind])
        return found


def _info(entity: Entity, document: Document | None) -> dict[str, Any]:
    return info_of(generated(entity)) if document is None else cast("dict[str, Any]", document.value)


def _groups(documents: Iterable[Document]) -> dict[str, list[str]]:
    """The groups that calls have added to, by owner."""
    keys: dict[str, list[str]] = {}
    for found in documents:
        if found.kind == ADDED_GROUP:
            keys.setdefault(found.owner or "", []).append(found.key)
    return keys


def _custom_data(entities: Sequence[Entity], documents: Iterable[Document]) -> dict[str, list[tuple[str, object]]]:
    """Keys with values, by owner."""
    owned: dict[str, list[Document]] = {entity.id: [] for entity in entities}
    for found in documents:
        if found.kind in custom_entry.KINDS:
            owned[found.owner or ""].append(found)
    return {
        entity.id: [(entry.key, entry.value) for entry in custom_entry.entries(entity, owned[entity.id])]
        for entity in entities
    }
