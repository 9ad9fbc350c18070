"""Which entities an event concerns, and the keys under which an index finds that out.

An event that concerns a whole account must not be written once per service, and must reach a service that
registers tomorrow. So it is linked to *scope keys*, the combinations that its scope names, and an entity is
looked up under the few keys that it can have: the subsets of its (cluster, namespace, name), and its own id.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import product
from math import prod
from typing import Final, Self

from whence.domain.entity import SERVICE, Entity

FEW: Final = 16  # names in a clause that may be remembered
MOST_KEYS: Final = 256  # of one clause: what names more combinations is linked coarser, and rechecked when read


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A test that an entity passes when each field that is not empty holds it; names compare exactly."""

    types: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    entity_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.types and not self.entity_ids:
            raise ValueError("a clause names types or entity ids")
        if "" in self.clusters or "" in self.namespaces or "" in self.names:
            raise ValueError("a clause names what has a name")  # its key would be that of a clause without the field

    @property
    def size(self) -> int:
        """How many names and ids it spells out."""
        return len(self.clusters) + len(self.namespaces) + len(self.names) + len(self.entity_ids)

    def matches(self, entity: Entity) -> bool:
        """Whether the entity passes: OR inside a field, AND between fields."""
        return (
            (not self.types or entity.type in self.types)
            and (not self.clusters or entity.cluster in self.clusters)
            and (not self.namespaces or entity.namespace in self.namespaces)
            and (not self.names or entity.name in self.names)
            and (not self.entity_ids or entity.id in self.entity_ids)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeKey:
    """One key of an event's index entries; `exact`: whoever has the key is concerned, no recheck needed."""

    key: int
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The clusters, namespaces and services that an event names: its facet values, sorted, each once."""

    clusters: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @classmethod
    def of(cls, entities: Iterable[Entity]) -> Self:
        """Where the entities are."""
        known = tuple(entities)
        return cls(
            clusters=_once(e.cluster for e in known),
            namespaces=_once(e.namespace for e in known),
            services=_once(e.name for e in known if e.type == SERVICE),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The entities that pass any of the clauses; none at all when there is no clause."""

    clauses: tuple[Clause, ...]

    @staticmethod
    def services(*, clusters: Iterable[str] = (), namespaces: Iterable[str] = (), names: Iterable[str] = ()) -> "Scope":
        """The services of these clusters AND namespaces AND names, kept in order; what is empty does not narrow."""
        given = tuple(clusters), tuple(namespaces), tuple(names)
        few = sum(map(len, given)) <= FEW
        return _few_services(*given) if few else _services(*given)

    @property
    def is_small(self) -> bool:
        """Whether it names so little that what follows from it may be remembered."""
        return len(self.clauses) == 1 and self.clauses[0].size <= FEW

    @property
    def only_entity(self) -> str | None:
        """The id of the one entity that it names, if it names one and nothing else."""
        match self.clauses:
            case (Clause(types=(), clusters=(), namespaces=(), names=(), entity_ids=(entity_id,)),):
                return entity_id
            case _:
                return None

    @classmethod
    def entities(cls, ids: Iterable[str]) -> Self:
        """Exactly the entities with these ids."""
        once = _once(ids)
        return cls(clauses=(Clause(entity_ids=once),) if once else ())

    def matches(self, entity: Entity) -> bool:
        """Whether an event of this scope concerns the entity."""
        return any(clause.matches(entity) for clause in self.clauses)

    def link_keys(self) -> tuple[ScopeKey, ...]:
        """The keys that an event of this scope is linked to, each once."""
        found: dict[int, bool] = {}
        for clause in self.clauses:
            keys, exact = _clause_keys(clause)
            for key in keys:
                found[key] = found.get(key, False) or exact
        return tuple(ScopeKey(key=key, exact=exact) for key, exact in found.items())

    def places(self) -> Places:
        """The clusters, namespaces and names that the clauses spell out."""
        return Places(
            clusters=_once(name for clause in self.clauses for name in clause.clusters),
            namespaces=_once(name for clause in self.clauses for name in clause.namespaces),
            services=_once(name for clause in self.clauses for name in clause.names),
        )


def keys_of(entity: Entity) -> tuple[int, ...]:
    """Every key under which an event that concerns the entity can be linked: nine at most."""
    clusters = ("", entity.cluster) if entity.cluster else ("",)
    namespaces = ("", entity.namespace) if entity.namespace else ("",)
    where = product(clusters, namespaces, ("", entity.name))
    return (entity_key(entity.id), *(place_key(entity.type, *place) for place in where))


def _services(clusters: Iterable[str], namespaces: Iterable[str], names: Iterable[str]) -> Scope:
    clause = Clause(
        types=(SERVICE,), clusters=_in_order(clusters), namespaces=_in_order(namespaces), names=_in_order(names)
    )
    return Scope(clauses=(clause,))


# Senders speak of the same few places again and again; what is remembered is bounded by FEW names in each.
_few_services = lru_cache(maxsize=4096)(_services)


def _clause_keys(clause: Clause) -> tuple[list[int], bool]:
    if clause.entity_ids:
        alone = not (clause.types or clause.clusters or clause.namespaces or clause.names)
        return [entity_key(entity_id) for entity_id in clause.entity_ids], alone
    fields = [clause.clusters or ("",), clause.namespaces or ("",), clause.names or ("",)]
    exact = True
    while len(clause.types) * prod(map(len, fields)) > MOST_KEYS and any(len(names) > 1 for names in fields):
        widest = max(range(3), key=lambda i: len(fields[i]))
        fields[widest] = ("",)
        exact = False
    return [place_key(kind, *place) for kind in clause.types for place in product(*fields)], exact


def entity_key(entity_id: str) -> int:
    """The key of the entity itself."""
    return _hash("id\0" + entity_id)


def place_key(kind: str, cluster: str, namespace: str, name: str) -> int:
    """The key of what is of this type and there; what is empty is not named."""
    return _hash(f"at\0{kind}\0{cluster}\0{namespace}\0{name}")


def _hash(text: str) -> int:
    """64 bits, signed as PostgreSQL's bigint is. No name holds a NUL, so no two places share a text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, names)))


ALL_SERVICES: Final = Scope.services()  # last in the file: it needs the functions above
