"""Which entities are in a scope, of an account that has few enough of them to look at each."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from whence.domain.scope import Clause, Scope
from whence.store.pool import Reader

MOST: Final = 10_000  # entities of an account that are looked at

_ENTITIES: Final = "select entity_id, type, cluster, namespace, name from entity where account_id = $1 limit $2"
_FIELDS: Final = ("type", "cluster", "namespace", "name", "entity_id")


async def of(db: Reader, account: UUID, scopes: Collection[Scope]) -> dict[Scope, frozenset[str]]:
    """The ids of the entities in each scope, archived or not; where the account has more than MOST, no scope at all."""
    rows = await db.rows(_ENTITIES, account, MOST + 1) if scopes else []
    if len(rows) > MOST:
        return {}
    held: list[defaultdict[str, set[str]]] = [defaultdict(set) for _ in _FIELDS]
    for row in rows:
        for values, field in zip(held, _FIELDS, strict=True):
            values[row[field]].add(row["entity_id"])
    return {scope: frozenset().union(*(_passing(clause, held) for clause in scope.clauses)) for scope in scopes}


def _passing(clause: Clause, held: Sequence[Mapping[str, set[str]]]) -> set[str]:
    """The entities that pass the clause, by the values that they hold in each field."""
    asked = (clause.types, clause.clusters, clause.namespaces, clause.names, clause.entity_ids)
    first, *others = (_holding(values, by_value) for values, by_value in zip(asked, held, strict=True) if values)
    return first.intersection(*others)


def _holding(values: Sequence[str], by_value: Mapping[str, set[str]]) -> set[str]:
    nobody: set[str] = set()
    found = [by_value.get(value, nobody) for value in values]
    return found[0] if len(found) == 1 else nobody.union(*found)  # most name one type, and that is of thousands
