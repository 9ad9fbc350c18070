"""Questions to a collection of flat rows with JSON in them, as values, and their answers from rows in memory.

The store answers the same questions in SQL. What is asked comes from outside: everything here has bounds, and what
cannot be answered is a `BadQuery`.
"""

from whence.domain.query.date_format import DateFormat
from whence.domain.query.evaluation import find, tabulate
from whence.domain.query.field import FieldType, Row, Schema
from whence.domain.query.question import Condition, Found, Operator, Query, Sort, Unwind
from whence.domain.query.refusal import BadQuery
from whence.domain.query.statistics import (
    Accumulation,
    Count,
    Group,
    GroupField,
    GroupKey,
    Limit,
    Project,
    ProjectField,
    Projection,
    Skip,
    SortBy,
    Stage,
    Statistics,
    Table,
)

__all__ = [
    "Accumulation",
    "BadQuery",
    "Condition",
    "Count",
    "DateFormat",
    "FieldType",
    "Found",
    "Group",
    "GroupField",
    "GroupKey",
    "Limit",
    "Operator",
    "Project",
    "ProjectField",
    "Projection",
    "Query",
    "Row",
    "Schema",
    "Skip",
    "Sort",
    "SortBy",
    "Stage",
    "Statistics",
    "Table",
    "Unwind",
    "find",
    "tabulate",
]
