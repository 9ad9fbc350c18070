"""The services of an account, arranged so that what a scope matches of them is known without asking the database."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple

from whence.domain.entity import SERVICE
from whence.domain.scope import Clause, Places, Scope

_MOST_REMEMBERED: Final = 1000  # scopes of which the count is kept: senders repeat theirs


class Service(NamedTuple):
    """Where a service is, and its entity's id."""

    cluster: str
    namespace: str
    name: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """How many services a scope matches, of how many; the first of them by cluster, namespace and name."""

    count: int
    of: int
    first: tuple[Service, ...] = ()


class Census:
    """A fixed set of services. What an event may concern beside services is not counted."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._services = sorted(services)
        self._by_id = {service.id: n for n, service in enumerate(self._services)}
        # In the order of a Service's fields: the positions of those in a cluster, in a namespace, of a name.
        self._by_field = tuple(_positions(service[field] for service in self._services) for field in range(3))
        self._counts: dict[Scope, int] = {}

    def concerned(self, scope: Scope, *, first: int = 0) -> Concerned:
        """What the scope matches, and the `first` so many of them."""
        of = len(self._services)
        if first == 0 and (count := self._counts.get(scope)) is not None:
            return Concerned(count=count, of=of)
        found = self._matched(scope)
        if len(self._counts) >= _MOST_REMEMBERED:
            self._counts.clear()
        self._counts[scope] = len(found)
        return Concerned(count=len(found), of=of, first=tuple(self._services[n] for n in found[:first]))

    def unknown(self, places: Places) -> Places:
        """Those of the clusters, namespaces and names that no service has."""
        clusters, namespaces, names = self._by_field
        return Places(
            clusters=tuple(name for name in places.clusters if name not in clusters),
            namespaces=tuple(name for name in places.namespaces if name not in namespaces),
            services=tuple(name for name in places.services if name not in names),
        )

    def _matched(self, scope: Scope) -> Sequence[int]:
        if len(scope.clauses) == 1:
            return self._passing(scope.clauses[0])
        return sorted({n for clause in scope.clauses for n in self._passing(clause)})

    def _passing(self, clause: Clause) -> Sequence[int]:
        """The positions of those that pass, ascending: the candidates by the rarest field, rechecked by the others."""
        if clause.types and SERVICE not in clause.types:
            return ()
        wanted = (frozenset(clause.clusters), frozenset(clause.namespaces), frozenset(clause.names))
        fields = [field for field in range(3) if wanted[field]]
        if clause.entity_ids:
            known = (self._by_id.get(entity_id) for entity_id in set(clause.entity_ids))
            candidates = sorted(n for n in known if n is not None)
        elif fields:
            rarest = min(fields, key=lambda field: sum(map(len, self._named(field, wanted[field]))))
            candidates = sorted(chain.from_iterable(self._named(rarest, wanted[rarest])))
            fields.remove(rarest)
        else:
            return range(len(self._services))
        return [n for n in candidates if all(self._services[n][field] in wanted[field] for field in fields)]

    def _named(self, field: int, names: Iterable[str]) -> list[Sequence[int]]:
        return [self._by_field[field].get(name, ()) for name in names]


def _positions(names: Iterable[str]) -> Mapping[str, Sequence[int]]:
    positions: dict[str, array[int]] = {}
    for n, name in enumerate(names):
        positions.setdefault(name, array("I")).append(n)
    return positions
