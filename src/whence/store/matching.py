"""The rows of `event` that a filter asks for, as a piece of SQL that pages and counts are built from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from whence.domain.event import Span
from whence.domain.filter import Filter
from whence.domain.page import Cursor, Order
from whence.store import occupied
from whence.store.counts import HOUR
from whence.store.where import LOOK_BACK, Where, attributes, behind, concerned, link_keys


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement and its values."""

    sql: LiteralString
    args: list[object]


# Whether what the scope of event `e` names first is an entity of the account still.
_REGISTERED: Final[LiteralString] = """
    exists (
        select from entity n where n.account_id = $1 and n.entity_id = e.scope -> 0 -> 'entity_ids' ->> 0
    )
"""
# Whether the rows of the `hour`s of `occupied.hours` are so few that to read all others as well would take longer: a
# quarter, at most, of the window's hours or of those that anything is counted in. Asked once, whatever the plan.
_FEW: Final[LiteralString] = """
    (select count(*) * 4 from hour) <= least(?::bigint, (
        select (max(e.day) - min(e.day) + 1) * 24 from event_day_count e where e.account_id = $1
    ))
"""
# Whether event `e` began in the `hour`.
_IN_HOUR: Final[LiteralString] = """
    e.occurred_at >= to_timestamp(hour.number * 3600.0) and e.occurred_at < to_timestamp((hour.number + 1) * 3600.0)
"""


class Matching:
    """The conditions of one filter, bound once, to be used in as many places of a statement as it takes.

    Args:
        registered: only events whose scope names, before all else, the id of an entity that is there.
    """

    def __init__(self, account: UUID, asked: Filter, *, registered: bool = False) -> None:
        self.where = Where(account)
        self._asked = asked
        attributes(self.where, asked)
        self.attributes: LiteralString = self.where.text + (f" and {_REGISTERED}" if registered else "")
        self._start: LiteralString = self.where.bind(asked.window.start)
        self._far: LiteralString = self.where.bind(asked.window.start - LOOK_BACK)
        self._end: LiteralString = self.where.bind(asked.window.end)
        self._keys: LiteralString = ""
        self._concerned: LiteralString = ""
        if asked.concerning is not None:
            self._keys = self.where.bind(link_keys(asked.concerning))
            self._concerned = concerned(self.where, asked.concerning)

    def newest(self, columns: LiteralString, order: Order, cursor: Cursor | None, limit: int) -> Statement:
        """The first `limit` rows behind the cursor, in the order."""
        direction: LiteralString = "desc" if order is Order.NEWEST else "asc"
        take = self.where.bind(limit)
        if self._asked.concerning is None:
            near, far = self._rows_of_spans()
            last = behind(cursor, self.where, "e")
            sort: LiteralString = f"order by e.occurred_at {direction}, e.event_id {direction} limit {take}"
            rows: LiteralString = f"select {columns} from event e where {near} and {last} {sort}"
            if (hours := occupied.hours(self.where, self._asked, self._ahead(cursor))) is not None:
                # Hour behind hour, until there are enough.
                rows = f"""
                    select {columns} from (select number from ({hours}) hour order by number {direction}) hour
                    cross join lateral (select * from event e where {near} and {last} and {_IN_HOUR} {sort}) e
                    order by hour.number {direction}, e.occurred_at {direction}, e.event_id {direction} limit {take}
                """
            old: LiteralString = f"select {columns} from event e where {far} and {last} {sort}"
            return self.statement(f"select * from (({rows}) union all ({old})) e {sort}")
        last = behind(cursor, self.where, "l")
        sort = f"order by l.occurred_at {direction}, l.event_id {direction} limit {take}"
        links: LiteralString = " union ".join(
            f"""
            select l.occurred_at, l.event_id from unnest({self._keys}::bigint[]) as wanted (key), lateral (
                select l.occurred_at, l.event_id from event_link l
                where l.account_id = $1 and l.key = wanted.key and {span} and {last} and {self._recheck} {sort}
            ) l
            """
            for span in self._spans("l")
        )
        final: LiteralString = f"order by e.occurred_at {direction}, e.event_id {direction}"
        return self.statement(
            f"""
            select {columns} from (select * from ({links}) l {sort}) l
            join event e on e.account_id = $1 and e.occurred_at = l.occurred_at and e.event_id = l.event_id
            {final}
            """
        )

    def every(self, columns: LiteralString) -> LiteralString:
        """All the rows, in no order."""
        if self._asked.concerning is None:
            return self._every_of_all(columns)
        spans: LiteralString = " or ".join(f"({span})" for span in self._spans("l"))
        return f"""
            select {columns} from (
                select distinct l.occurred_at, l.event_id from event_link l
                where l.account_id = $1 and l.key = any({self._keys}::bigint[]) and ({spans}) and {self._recheck}
            ) l join event e on e.account_id = $1 and e.occurred_at = l.occurred_at and e.event_id = l.event_id
        """

    def _every_of_all(self, columns: LiteralString) -> LiteralString:
        """Those of a few hours hour by hour; `offset 0` keeps a plan from going through all of them for each hour."""
        near, far = self._rows_of_spans()
        rows: LiteralString = f"select {columns} from event e where (({near}) or ({far}))"
        hours = occupied.hours(self.where, self._asked, self._ahead(None))
        if hours is None:
            return rows
        window = self._asked.window
        few: LiteralString = self.where.fill(_FEW, (window.end - window.start) // HOUR)
        return f"""
            with hour as materialized ({hours})
            select e.* from hour cross join lateral (
                select {columns} from event e where {near} and {_IN_HOUR} offset 0
            ) e where {few}
            union all select {columns} from event e where {far} and {few}
            union all {rows} and not {few}
        """

    def window(self, columns: LiteralString, *, skip: int, limit: int) -> Statement:
        """The total, in every row, and the newest rows, equals by their ids, but for the first `skip`.

        Where none of them is left, one row of nulls has the total. All that match are found once, whatever `skip` is,
        in one statement: so the total and the rows are of one moment.
        """
        places = self._places()
        part = self.where.bind(skip), self.where.bind(limit)
        sort: LiteralString = "order by occurred_at desc, event_id"
        return self.statement(
            f"""
            with found as materialized ({places}),
            part as (select * from found {sort} offset {part[0]}::bigint limit {part[1]})
            select whole.total, e.* from (select count(*) as total from found) whole left join (
                select {columns} from part
                join event e on e.account_id = $1 and e.occurred_at = part.occurred_at and e.event_id = part.event_id
            ) e on true {sort}
            """
        )

    def _places(self) -> LiteralString:
        """Where all the rows are, in no order. Each link's event is looked up once, for all that is asked of it."""
        if self._asked.concerning is None:
            return self.every("e.occurred_at, e.event_id")
        spans: LiteralString = " or ".join(f"({span})" for span in self._spans("l"))
        return f"""
            select e.occurred_at, e.event_id from (
                select l.occurred_at, l.event_id, bool_or(l.exact) as exact from event_link l
                where l.account_id = $1 and l.key = any({self._keys}::bigint[]) and ({spans}) group by 1, 2
            ) l join event e on e.account_id = $1 and e.occurred_at = l.occurred_at and e.event_id = l.event_id
            where (l.exact or {self._concerned}) and {self.attributes}
        """

    def edges(self, columns: LiteralString, first: datetime, last: datetime) -> LiteralString:
        """The rows in which the window differs from all that began from `first` on and before `last`.

        Each has its `times`: 1 when it is to be added, -1 when it is to be taken off. At most an hour may lie between
        `first` and the window's start.
        """
        window = self._asked.window
        bounds = self.where.bind(first), self.where.bind(last)
        near, far = self._spans("e")
        parts: list[tuple[LiteralString, LiteralString]] = [
            ("1", f"{near} and e.occurred_at < {bounds[0]}"),
            ("1", far),
        ]
        if first < window.start:
            over: LiteralString = f"e.occurred_at < {self._start} and coalesce(e.ended_at < {self._start}, true)"
            parts.append(("-1", f"e.occurred_at >= {bounds[0]} and {over}"))
        if last <= window.end:
            parts.append(("1", f"{near} and e.occurred_at >= {bounds[1]}"))
        else:
            parts.append(("-1", f"e.occurred_at > {self._end} and e.occurred_at < {bounds[1]}"))
        return " union all ".join(
            f"select {columns}, {times} as times from event e where e.account_id = $1 and {part} and {self.attributes}"
            for times, part in parts
        )

    def statement(self, sql: LiteralString) -> Statement:
        """The SQL with everything that was bound."""
        return Statement(sql=sql, args=self.where.args)

    @property
    def _recheck(self) -> LiteralString:
        """What a link's row alone cannot say: a wider key concerns the entity, the event has the attributes."""
        this: LiteralString = (
            "select from event e where e.account_id = $1 and e.occurred_at = l.occurred_at and e.event_id = l.event_id"
        )
        recheck: LiteralString = f"(l.exact or exists ({this} and {self._concerned}))"
        return recheck if self.attributes == "true" else f"{recheck} and exists ({this} and {self.attributes})"

    def _ahead(self, cursor: Cursor | None) -> Span:
        """The part of the window behind the cursor, and the hour before it from which spans may reach into it."""
        start, end = self._asked.window.start - LOOK_BACK, self._asked.window.end
        if cursor is None:
            return Span(start=start, end=end)
        if cursor.order is Order.NEWEST:
            return Span(start=start, end=max(start, min(end, cursor.at)))
        return Span(start=min(end, max(start, cursor.at)), end=end)

    def _rows_of_spans(self) -> tuple[LiteralString, LiteralString]:
        """The conditions on event `e`, in two disjoint parts, as `_spans`."""
        near, far = self._spans("e")
        return (
            f"e.account_id = $1 and {near} and {self.attributes}",
            f"e.account_id = $1 and {far} and {self.attributes}",
        )

    def _spans(self, table: LiteralString) -> tuple[LiteralString, LiteralString]:
        """Overlap with the window, in two disjoint parts: found by when they began, and old spans."""
        t = table
        near: LiteralString = (
            f"{t}.occurred_at >= {self._far} and {t}.occurred_at <= {self._end}"
            f" and ({t}.occurred_at >= {self._start} or {t}.ended_at >= {self._start})"
        )
        far: LiteralString = (
            f"{t}.occurred_at < {self._far} and {t}.ended_at >= {self._start}"
            f" and {t}.ended_at - {t}.occurred_at > interval '1 hour'"
        )
        return near, far
