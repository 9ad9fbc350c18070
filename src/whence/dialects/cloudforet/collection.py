"""Lists and statistics over what an account has few of: answered from rows in memory, in the language of all lists."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast

from whence.dialects.cloudforet.asked import Fields, query
from whence.dialects.cloudforet.asked_statistics import statistics
from whence.dialects.cloudforet.encode import message
from whence.dialects.cloudforet.errors import bad_query, required
from whence.dialects.cloudforet.reach import Reach
from whence.domain.query import BadQuery, Condition, Found, Operator, Query, Statistics, Table, find, tabulate

Asked = TypeVar("Asked", Query, Statistics)

_WHOLE: Final = frozenset({Operator.EQ, Operator.NOT, Operator.IN, Operator.NOT_IN})


class Collection:
    """Some rows that can be asked for.

    Args:
        fields: what the rows hold.
        named: the fields of a list's request that stand for equality with them, by their keys in a row.
        kept: what rows hold in the place of a text that was sent, by the keys of fields that do not hold every text.
    """

    def __init__(
        self,
        fields: Fields,
        named: Mapping[str, str] | Sequence[str],
        *,
        kept: Mapping[str, Callable[[str], str]] | None = None,
    ) -> None:
        self._fields = fields
        self._kept = kept or {}
        self._named = dict(named) if isinstance(named, Mapping) else {name: name for name in named}

    def page(self, reach: Reach, request: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The reply of a list."""
        asked = self.query(reach, request)
        with answerable():
            return listed(find(self._fields.schema, asked, rows))

    def table(self, reach: Reach, request: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The reply of statistics."""
        asked = self.statistics(reach, request)
        with answerable():
            return tabled(tabulate(self._fields.schema, asked, rows))

    def shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The one row as a message."""
        return message(find(self._fields.schema, Query(), [row]).rows[0])

    def query(self, reach: Reach, request: Mapping[str, Any]) -> Query:
        """What a list's request asks for, of what is the caller's."""
        asked = query(request.get("query", {}), self._fields, datetime.now(UTC))
        named = (Condition(key, Operator.EQ, request[name]) for name, key in self._named.items() if request.get(name))
        return self._as_kept(replace(asked, all=(*reach.conditions(request), *named, *asked.all)))

    def statistics(self, reach: Reach, request: Mapping[str, Any]) -> Statistics:
        """What a request for statistics asks for, of what is the caller's."""
        if request.get("query") is None:
            raise required("query")
        asked = statistics(request["query"], self._fields, datetime.now(UTC))
        return self._as_kept(replace(asked, all=(*reach.conditions({}), *asked.all)))

    def _as_kept(self, asked: Asked) -> Asked:
        """The question, whose texts are such as rows hold, where it is asked for a whole text."""
        return replace(
            asked,
            all=tuple(map(self._condition, asked.all)),
            any=tuple(map(self._condition, asked.any)),
        )

    def _condition(self, asked: Condition) -> Condition:
        kept = self._kept.get(asked.key)
        if kept is None or asked.operator not in _WHOLE:
            return asked
        match asked.value:
            case str() as text:
                return replace(asked, value=kept(text))
            case tuple():
                values = cast("tuple[object, ...]", asked.value)
                return replace(asked, value=tuple(kept(one) if isinstance(one, str) else one for one in values))
            case _:
                return asked


@contextmanager
def answerable() -> Generator[None]:
    """A question that cannot be answered is the caller's fault.

    Raises:
        Fault: in place of BadQuery.
    """
    try:
        yield
    except BadQuery as bad:
        raise bad_query(bad.reason) from None


def listed(found: Found) -> dict[str, Any]:
    """The rows found, as messages."""
    return {"results": [message(row) for row in found.rows], "total_count": found.total}


def tabled(table: Table) -> dict[str, Any]:
    """The table; the total only where a page was asked for."""
    return {"results": table.results} if table.total is None else {"total_count": table.total, "results": table.results}
