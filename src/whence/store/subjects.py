"""Which few entities an event is about, where its scope names some: by their ids, or as services by their names."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from whence.domain.census import Census, Service
from whence.domain.scope import Clause, Scope
from whence.store.pool import Reader

FEW: Final = 10  # entities: what concerns more says where it was seen, not what it is about
_MOST_SERVICES: Final = 10_000  # of all the names together

_NAMED: Final = """
    select cluster, namespace, name, entity_id from entity
    where account_id = $1 and type = 'SERVICE' and not archived and name = any($2::text[]) order by entity_id limit $3
"""


async def of(db: Reader, account: UUID, scopes: Iterable[Scope]) -> dict[Scope, tuple[str, ...]]:
    """The ids of the entities that each scope is about, sorted; none when it names nothing, or concerns more than FEW.

    An id that a scope names may be of an entity that is gone.
    """
    asked = set(scopes)
    names = sorted({name for scope in asked for clause in scope.clauses for name in clause.names})
    rows = await db.rows(_NAMED, account, names, _MOST_SERVICES) if names else []
    census = Census(Service(*row.values()) for row in rows)
    return {scope: _subjects(scope, census) for scope in asked}


def _subjects(scope: Scope, census: Census) -> tuple[str, ...]:
    if not all(clause.entity_ids or clause.names for clause in scope.clauses):
        return ()
    named = Scope(clauses=tuple(clause for clause in scope.clauses if not clause.entity_ids))
    found = {service.id for service in census.concerned(named, first=FEW + 1).first}
    found.update(entity_id for clause in scope.clauses for entity_id in _ids(clause, census))
    return tuple(sorted(found)) if len(found) <= FEW else ()


def _ids(clause: Clause, census: Census) -> Iterable[str]:
    """The entities that the clause names by id; where it asks for more than that, those that pass."""
    if not (clause.types or clause.clusters or clause.namespaces or clause.names):
        return clause.entity_ids
    return [service.id for service in census.concerned(Scope(clauses=(clause,)), first=FEW + 1).first]
