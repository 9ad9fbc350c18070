"""Which entity each draft means: the one with its id, else its tag, else at its place, else a new one.

Pure: what stands already is handed in, and what is to stand is handed back.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Final
from urllib.parse import quote

from whence.domain.entity import Draft, Entity
from whence.domain.errors import Conflict, Invalid, Violation

_LONGEST_TAG: Final = 500  # characters: longer ones do not fit an index row

Place = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the account has already of all that the drafts name: by any name, and by place."""

    named: dict[str, Entity]
    there: dict[Place, Entity]


class Register:
    """Finds the entity that each draft means, as the drafts before it have left things."""

    def __init__(self, standing: Standing, now: datetime) -> None:
        self._now = now
        self._violations: list[Violation] = []
        self._by_id = {e.id: e for e in (*standing.named.values(), *standing.there.values())}
        self._by_name = {name: e.id for name, e in standing.named.items()}
        self._by_place = {place: e.id for place, e in standing.there.items()}

    def place(self, drafts: Sequence[Draft]) -> list[Entity]:
        """The entity of each draft, as the draft says.

        Raises:
            Invalid: an id, a tag or an alias belongs to another entity; paths begin with `entities[n]`.
            Conflict: an entity would change its type.
        """
        placed = [self._put(n, draft) for n, draft in enumerate(drafts)]
        self._settle()
        return placed

    def faults(self, drafts: Mapping[int, Draft]) -> list[Violation]:
        """What of the drafts, each by its place among all, belongs to another entity; conflicts are passed over."""
        for n, draft in drafts.items():
            with suppress(Conflict):
                self._put(n, draft)
        return self._violations

    def introduce(self, drafts: Sequence[Draft]) -> tuple[list[Entity], list[Entity]]:
        """The entity of each draft, the way it stands if it does; and those of them that are new. Raises as `place`.

        A draft's id may be any name of what stands, and so may the tag of one without an id. One without a tag gets its
        id for it: others may share its place.
        """
        found: list[Entity] = []
        new: list[Entity] = []
        for n, draft in enumerate(drafts):
            entity = self._by_id.get(self._by_name.get(draft.id or draft.tag or "") or self._found(draft) or "")
            if entity is None:
                entity = self._put(n, replace(draft, tag=draft.tag or draft.id))
                new.append(entity)
            found.append(entity)
        self._settle()
        return found, new

    def _put(self, n: int, draft: Draft) -> Entity:
        entity = self._entity(draft)
        self._violations += [
            Violation(path=f"entities[{n}].{path}", message="belongs to another entity")
            for path, name in (
                ("id", entity.id),
                ("tag", entity.tag),
                *((f"aliases[{i}]", alias) for i, alias in enumerate(entity.aliases)),
            )
            if self._by_name.get(name, entity.id) != entity.id
        ]
        self._note(entity)
        return entity

    def _settle(self) -> None:
        if self._violations:
            raise Invalid(self._violations)

    def _entity(self, draft: Draft) -> Entity:
        old = self._by_id.get(self._found(draft) or "")
        tag = draft.tag or (old.tag if old else default_tag(draft))
        entity_id = old.id if old else draft.id or f"{draft.type}-{token_hex(8).upper()}"
        fields = {
            name: getattr(draft, name)
            for name in (
                "name", "cluster", "namespace", "description", "aliases", "tags", "links", "properties", "archived",
            )
        }  # fmt: skip
        if old and old.type != draft.type:
            raise Conflict(f"entity {old.id} is a {old.type} and cannot become a {draft.type}")
        first_seen = old.first_seen if old else self._now
        return Entity(id=entity_id, tag=tag, type=draft.type, **fields, first_seen=first_seen, last_seen=self._now)

    def _found(self, draft: Draft) -> str | None:
        if draft.id is not None:
            return draft.id if draft.id in self._by_id else None
        if draft.tag is not None:
            return self._tagged(draft.tag)
        return self._by_place.get(place_of(draft)) or self._tagged(default_tag(draft))

    def _tagged(self, tag: str) -> str | None:
        """Whose tag it is; who has it for an alias is somebody else."""
        named = self._by_name.get(tag)
        return named if named is not None and self._by_id[named].tag == tag else None

    def _note(self, entity: Entity) -> None:
        if (old := self._by_id.get(entity.id)) is not None:
            for name in (old.tag, *old.aliases):
                if self._by_name.get(name) == entity.id:
                    del self._by_name[name]
        self._by_id[entity.id] = entity
        self._by_place[place_of(entity)] = entity.id
        for name in (entity.tag, *entity.aliases):
            self._by_name[name] = entity.id


def place_of(thing: Draft | Entity) -> Place:
    """Its type, cluster, namespace and name."""
    return thing.type, thing.cluster, thing.namespace, thing.name


def default_tag(draft: Draft) -> str:
    """The tag of an entity whose registrar gives none: one for each (type, cluster, namespace, name)."""
    place = "/".join(quote(part, safe="") for part in (draft.cluster, draft.namespace, draft.name))
    tag = f"{draft.type.lower()}:{place}"
    return tag if len(tag) <= _LONGEST_TAG else f"{draft.type.lower()}:{sha256(tag.encode()).hexdigest()}"
