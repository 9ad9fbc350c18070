"""How many events there are, by what they have in common and by time."""

from datetime import UTC, datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from whence.domain.event import Severity
from whence.domain.filter import Filter
from whence.domain.summary import Facet, Facets
from whence.store import counted, counts
from whence.store.counted import Hours
from whence.store.counts import HOUR
from whence.store.matching import Matching, Statement
from whence.store.pool import Reader

DIMENSIONS: Final = ("type", "severity", "kind", "source", "dialect", "cluster", "namespace", "service")
MOST_VALUES: Final = 50

_CELL: Final[LiteralString] = "e.type, e.severity, e.kind, e.source, e.dialect"
_PLACES: Final[LiteralString] = "e.clusters, e.namespaces, e.services"
_CELL_FACETS: Final[LiteralString] = """
    select 'total', '' union all select 'type', type union all select 'severity', severity
    union all select 'kind', kind union all select 'source', source union all select 'dialect', dialect
"""
_PLACE_FACETS: Final[LiteralString] = """
    select 'cluster', unnest(clusters) union all select 'namespace', unnest(namespaces)
    union all select 'service', unnest(services)
"""
_RANKED: Final[LiteralString] = """
    select dimension, value, events, distinct_values from (
        select dimension, value, events,
            row_number() over (partition by dimension order by events desc, value collate "C") as rank,
            count(*) over (partition by dimension) as distinct_values
        from counted where events > 0
    ) ranked where rank <= 50 order by dimension, rank
"""


async def facets(db: Reader, account: UUID, asked: Filter) -> Facets:
    """The facets of what the filter asks for; from counts where those can tell, with the same result."""
    statement = facets_statement(account, asked)
    total = 0
    values: dict[str, list[tuple[str, int]]] = {dimension: [] for dimension in DIMENSIONS}
    distinct: dict[str, int] = {}
    for row in await db.rows(statement.sql, *statement.args):
        if row["dimension"] == "total":
            total = int(row["events"])
        else:
            values[row["dimension"]].append((row["value"], int(row["events"])))
            distinct[row["dimension"]] = row["distinct_values"]
    return Facets(
        total=total,
        by_dimension={
            dimension: Facet(values=found, more=max(0, distinct.get(dimension, 0) - len(found)))
            for dimension, found in values.items()
        },
    )


async def total(db: Reader, account: UUID, asked: Filter) -> int:
    """How many events the filter asks for; from counts where those can tell, with the same result."""
    statement = total_statement(account, asked)
    row = await db.row(statement.sql, *statement.args)
    return int(row["events"]) if row else 0


async def histogram(
    db: Reader, account: UUID, asked: Filter, *, step: timedelta
) -> dict[tuple[datetime, Severity], int]:
    """Events by the step in which they began (or the window did) and severity; steps lie on multiples of `step`."""
    statement = histogram_statement(account, asked, step=step)
    return {
        (
            datetime.fromtimestamp(int(row["bucket"]) * step.total_seconds(), UTC),
            Severity(row["severity"]),
        ): int(row["events"])
        for row in await db.rows(statement.sql, *statement.args)
    }


def facets_statement(account: UUID, asked: Filter, *, from_counts: bool = True) -> Statement:
    """The statement behind `facets`; `from_counts` False counts the rows themselves."""
    matching = Matching(account, asked)
    hours = _hours(asked) if from_counts else None
    if hours is None:
        rows = matching.every(f"{_CELL}, {_PLACES}")
        return matching.statement(
            f"""
            with e as materialized ({rows}), counted as (
                select dimension, value, count(*) as events from e,
                    lateral ({_CELL_FACETS} union all {_PLACE_FACETS}) as facet (dimension, value)
                group by 1, 2
            ) {_RANKED}
            """
        )
    edges = matching.edges(f"{_CELL}, {_PLACES}", hours.first, hours.last)
    cells = counted.cells(matching, hours)
    if _unfiltered(asked):
        places: LiteralString = f"""
            select facet.dimension, facet.value, placed.events from (
                select {_PLACES}, sum(times) as events from edge e group by {_PLACES}
            ) placed, lateral ({_PLACE_FACETS}) as facet (dimension, value)
            union all {counted.places(matching, hours)}
        """
    else:
        rows = matching.every(_PLACES)
        places = f"""
            select facet.dimension, facet.value, count(*) as events from ({rows}) e,
                lateral ({_PLACE_FACETS}) as facet (dimension, value) group by 1, 2
        """
    # Sums are numeric where bigint is added up: cast, or each row of the largest table is turned into one as well.
    return matching.statement(
        f"""
        with edge as materialized ({edges}), cell as (
            select {_CELL}, sum(e.events)::bigint as events from (
                {cells} union all select {_CELL}, e.times from edge e
            ) e group by {_CELL}
        ), part as (
            select facet.dimension, facet.value, cell.events from cell,
                lateral ({_CELL_FACETS}) as facet (dimension, value)
            union all {places}
        ), counted as (select dimension, value, sum(events)::bigint as events from part group by 1, 2) {_RANKED}
        """
    )


def total_statement(account: UUID, asked: Filter, *, from_counts: bool = True) -> Statement:
    """The statement behind `total`; `from_counts` False counts the rows themselves."""
    matching = Matching(account, asked)
    hours = _hours(asked) if from_counts else None
    if hours is None:
        return matching.statement(f"select count(*) as events from ({matching.every('e.event_id')}) e")
    edges = matching.edges("e.event_id", hours.first, hours.last)
    cells = counted.cells(matching, hours)
    return matching.statement(
        f"""
        select coalesce(sum(events), 0) as events from (
            select events from ({cells}) cell union all select times from ({edges}) edge
        ) part
        """
    )


def histogram_statement(account: UUID, asked: Filter, *, step: timedelta, from_counts: bool = True) -> Statement:
    """The statement behind `histogram`; `from_counts` False counts the rows themselves."""
    matching = Matching(account, asked)
    bind = matching.where.bind
    hours = _hours(asked) if from_counts and step % HOUR == timedelta(0) else None
    if hours is None:
        start, seconds = bind(asked.window.start), bind(int(step.total_seconds()))
        began: LiteralString = f"extract(epoch from greatest(e.occurred_at, {start}))"
        rows = matching.every(f"floor({began} / {seconds}::bigint)::bigint as bucket, e.severity")
        return matching.statement(f"select bucket, severity, count(*) as events from ({rows}) e group by 1, 2")
    # What is left to rows at an end of the window is in the bucket of that end, wherever in its hour it began.
    number = matching.where.fill(
        "case when e.occurred_at < ? then ?::integer else ?::integer end as number",
        hours.first + HOUR,
        *(counts.number(at) for at in (asked.window.start, asked.window.end)),
    )
    edges = matching.edges(f"{number}, e.severity", hours.first, hours.last)
    severities = counted.severities(matching, hours)
    return matching.statement(
        f"""
        select floor(number::double precision / {bind(step // HOUR)}::integer)::bigint as bucket, severity,
            sum(events) as events
        from (
            {severities} union all select number, severity, sum(times) from ({edges}) edge group by 1, 2
        ) part group by 1, 2 having sum(events) > 0
        """
    )


def _hours(asked: Filter) -> Hours | None:
    """The hours that the counts can answer for; None when they cannot."""
    return counted.nearest(asked.window) if _counted_by_cell(asked) else None


def _counted_by_cell(asked: Filter) -> bool:
    """Whether the counts know all that the filter asks about."""
    return (
        asked.concerning is None
        and asked.within is None
        and asked.is_open is None
        and asked.began_since is None
        and asked.updated_since is None
        and not (asked.keys or asked.calls or asked.problems)
        and not (asked.clusters or asked.namespaces or asked.services or asked.words or asked.properties)
    )


def _unfiltered(asked: Filter) -> bool:
    of_type = asked.types or asked.type_words
    return not (of_type or asked.kinds or asked.severities or asked.sources or asked.dialects)
