"""Questions to a collection as SQL: the twin of the evaluation in `domain.query`, which a property test keeps the same.

Names and values of callers are bound, never part of a statement: columns are numbered, `c0`, `c1` and so on.
"""

from whence.store.query.finding import find
from whence.store.query.relation import Relation
from whence.store.query.tabulating import tabulate

__all__ = ["Relation", "find", "tabulate"]
