"""Two roads to one truth: what is found and computed in memory and by SQL."""

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.query.collection import INDEXED, NOON, PARTED, RELATION, SCHEMA, exactly, row, stored
from whence.domain.query import (
    Accumulation,
    BadQuery,
    Condition,
    Count,
    DateFormat,
    Group,
    GroupField,
    GroupKey,
    Limit,
    Operator,
    Project,
    ProjectField,
    Projection,
    Query,
    Row,
    Skip,
    Sort,
    SortBy,
    Stage,
    Statistics,
    Unwind,
    find,
    tabulate,
)
from whence.store.pool import Pool
from whence.store.query import Relation

KEYS: Final = ("a", "b", "a.b", "É", "$")
texts = st.one_of(
    st.text(alphabet="ab_%\\É\"'$.é\n", max_size=4),
    st.sampled_from(["2026-03-04T12:00:01Z", "2026-03-04", "1", "true", "null", "K", "k", "ß"]),
)
numbers = st.sampled_from([0, 1, 2, -1, 1.0, 0.1, 1.5, 1e22, 2**53 + 1, -(10**30), 1e-7])
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)),
    max_leaves=6,
)
objects = st.dictionaries(st.sampled_from(KEYS), values, max_size=4)
documents = st.one_of(objects, objects, values, st.fixed_dictionaries({"a": st.lists(objects, max_size=3)}))
times = st.sampled_from([NOON + timedelta(milliseconds=n) for n in (0, 1, 999, 1000, 3_600_000, 40 * 86_400_000)])


@st.composite
def collections(draw: st.DrawFn) -> list[Row]:
    """Rows of every kind."""
    return [
        row(
            number,
            title=draw(texts),
            severity=draw(st.sampled_from(["INFO", "ERROR", ""])),
            tags=draw(st.lists(texts, max_size=3)),
            info=draw(st.one_of(st.none(), objects)),
            doc=draw(st.one_of(st.none(), documents)),
            made=draw(times),
            seen=draw(st.one_of(st.none(), times)),
            count=draw(st.integers(-2, 2)),
            up=draw(st.booleans()),
        )
        for number in range(draw(st.sampled_from([4, 5, 6, 7, 8, 0])))
    ]


INTO_JSON: Final = (
    "info", "doc", "info.a", "info.b", "info.a.b", "info.É", "info.$.a", "doc.a", "doc.a.b", "doc.b.a.b", "doc.a.a",
)  # fmt: skip
SCALARS: Final = ("id", "title", "severity", "made", "seen", "count", "up")
PATHS: Final = (*SCALARS, *INTO_JSON, "tags", "title.a", "tags.a", "nowhere", "nowhere.a")
paths = st.sampled_from(PATHS)
moments = st.one_of(
    times, times.map(lambda at: at.isoformat()), st.just("2026-03-04"), st.just("2026-03-04T13:00:00+01:00")
)
patterns = st.sampled_from([".", "^a", "b$", "[^a]", "é", "a|É", "(a|b){2}", r"\w\b", r"\$", "%_", r"\n", "k", "[A-É]"])


@st.composite
def conditions(draw: st.DrawFn, names: Sequence[str] = PATHS, operators: Sequence[Operator] = ()) -> Condition:
    """A condition of any operator, with a value that it may have."""
    key = draw(st.sampled_from(names))
    operator = draw(st.sampled_from(operators or list(Operator)))
    value = moments if key in ("made", "seen") else scalars
    match operator:
        case Operator.IN | Operator.NOT_IN:
            return Condition(key, operator, tuple(draw(st.lists(st.one_of(st.none(), value), max_size=3))))
        case Operator.CONTAIN | Operator.NOT_CONTAIN:
            return Condition(key, operator, draw(texts))
        case Operator.CONTAIN_IN | Operator.NOT_CONTAIN_IN:
            return Condition(key, operator, tuple(draw(st.lists(texts, max_size=2))))
        case Operator.REGEX:
            return Condition(key, operator, draw(patterns))
        case Operator.REGEX_IN:
            return Condition(key, operator, tuple(draw(st.lists(patterns, max_size=2))))
        case Operator.EXISTS:
            return Condition(key, operator, draw(st.booleans()))
        case Operator.MATCH:
            return Condition(key, operator, draw(st.dictionaries(st.sampled_from(KEYS), values, max_size=2)))
        case Operator.TIME_LT | Operator.TIME_LTE | Operator.TIME_GT | Operator.TIME_GTE:
            return Condition(key, operator, draw(times))
        case _:
            return Condition(key, operator, draw(value))


ELEMENTS: Final = (
    Operator.EQ, Operator.NOT, Operator.IN, Operator.NOT_IN, Operator.CONTAIN, Operator.NOT_CONTAIN,
    Operator.CONTAIN_IN, Operator.NOT_CONTAIN_IN,
)  # fmt: skip
COMPARISONS: Final = (Operator.EQ, Operator.NOT, Operator.GT, Operator.GTE, Operator.LT, Operator.LTE)
by_id: Final = Sort("id", descending=True)
sorts = st.lists(st.builds(Sort, paths, st.booleans()), max_size=2).map(lambda keys: (*keys, by_id))


def few(one: st.SearchStrategy[Condition], most: int = 2) -> st.SearchStrategy[tuple[Condition, ...]]:
    """Some conditions, often none."""
    return st.lists(one, max_size=most).map(tuple)


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """A question of any kind."""
    only = tuple(draw(st.lists(st.sampled_from([path for path in PATHS if "nowhere" not in path]), max_size=3)))
    unwind = st.builds(Unwind, st.sampled_from(("tags", "doc.a", "info.b", "doc", "title", "nowhere")), few(
        conditions(operators=ELEMENTS), 1
    ))  # fmt: skip
    return Query(
        all=draw(few(conditions())),
        any=draw(few(conditions())),
        words=draw(st.one_of(st.just(()), st.lists(texts, max_size=2).map(tuple))),
        word_fields=("id", "title"),
        sort=draw(sorts),
        start=draw(st.integers(0, 2)),
        limit=draw(st.integers(0, 4)),
        only=only,
        count_only=draw(st.integers(0, 9)) == 0,
        unwind=draw(st.one_of(st.none(), unwind)) if only else None,
    )


@pytest.mark.parametrize("relation", [RELATION, INDEXED, PARTED], ids=["one", "indexed", "parts"])
@given(rows=collections(), asked=st.lists(queries(), min_size=9, max_size=9))
async def test_the_same_rows_are_found(pool: Pool, relation: Relation, rows: list[Row], asked: list[Query]) -> None:
    """[CF4] Rows, their order, the page and the total, from one table, by an index, or put together from several."""
    async with stored(pool, rows) as collection:
        for query in asked:
            found = await collection.find(query, relation=relation)

            expected = find(SCHEMA, query, rows)
            assert list(map(exactly, found.rows)) == list(map(exactly, expected.rows)), query
            assert found.total == expected.total, query


FORMATS: Final = (
    "year", "month", "day", "%Y-%m-%d", "%Y-%m", "%H", "%Y-%m-%dT%H:%M:%S.%L%z", "%j", "%G-W%V-%u", "%U%%", "x\\\"'Y",
    "", "%m", "%Y %Z", "%y", "%B%b", "%A%a%w", "%d %B %Y", "%s", "%f", "%I%p", "%d%d%a%d%j%Y%B%d%S%s",
)  # fmt: skip
formats = st.one_of(st.none(), st.sampled_from(FORMATS).map(DateFormat.read))
ORDERED: Final = (Accumulation.FIRST, Accumulation.LAST, Accumulation.PUSH, Accumulation.MERGE_OBJECTS)


class Pipeline:
    """Stages that fit each other, and whether their rows have one order only."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.paths: Sequence[str] = PATHS
        self.stages: list[Stage] = []
        self.is_ordered = True

    def grow(self) -> None:
        """One stage more."""
        grown = [self.group, self.group, self.sort, self.project, self.unwind]
        if self.is_ordered:
            grown += [self.limit, self.skip]
        self.draw(st.sampled_from(grown))()

    def path(self) -> str:
        return self.draw(st.sampled_from(self.paths))

    def condition(self, operators: Sequence[Operator]) -> Condition:
        return self.draw(conditions(self.paths, operators))

    def group(self) -> None:
        keys = [GroupKey(self.path(), f"k{n}", self.draw(formats)) for n in range(self.draw(st.integers(0, 2)))]
        fields = [self.field(f"f{n}") for n in range(self.draw(st.integers(0 if keys else 1, 3)))]
        self.stages.append(Group(tuple(keys), tuple(fields)))
        tied = any(key.date_format is None and key.path not in SCALARS for key in keys)
        sets = any(field.accumulation is Accumulation.ADD_TO_SET for field in fields)
        self.is_ordered = self.is_ordered and not tied and not sets
        names = [part.name for part in (*keys, *fields)]
        self.paths = [*names, *(f"{name}.a" for name in names)]

    def field(self, name: str) -> GroupField:
        known = [one for one in Accumulation if self.is_ordered or one not in ORDERED]
        accumulation = self.draw(st.sampled_from(known))
        members: tuple[tuple[str, str], ...] = ()
        path: str | None = self.path()
        if accumulation is Accumulation.COUNT:
            path = None
        elif accumulation is Accumulation.PUSH and self.draw(st.booleans()):
            path, members = None, ((self.path(), "x'"), (self.path(), "y"))
        given: list[Condition] = []
        if accumulation in (Accumulation.COUNT, Accumulation.SUM, Accumulation.AVERAGE):
            given = [self.condition(COMPARISONS) for _ in range(self.draw(st.integers(0, 2)))]
        return GroupField(name, accumulation, path, members, tuple(given))

    def sort(self) -> None:
        keys = [Sort(self.path(), self.draw(st.booleans())) for _ in range(self.draw(st.integers(1, 2)))]
        self.stages.append(SortBy(tuple(keys)))

    def project(self) -> None:
        some = range(self.draw(st.integers(1, 3)))
        how = st.one_of(st.none(), st.sampled_from(Projection))
        fields = [ProjectField(self.path(), f"p{n}", self.draw(how)) for n in some]
        self.stages.append(Project(tuple(fields), self.draw(st.booleans())))
        self.paths = [field.name for field in fields]

    def unwind(self) -> None:
        given = [self.condition(ELEMENTS) for _ in range(self.draw(st.integers(0, 1)))]
        self.stages.append(Unwind(self.path(), tuple(given)))

    def limit(self) -> None:
        self.stages.append(Limit(self.draw(st.integers(0, 4))))

    def skip(self) -> None:
        self.stages.append(Skip(self.draw(st.integers(0, 2))))


@st.composite
def statistics(draw: st.DrawFn) -> tuple[Statistics, bool]:
    """Stages or distinct values, and whether the results have one order only."""
    pipeline = Pipeline(draw)
    for _ in range(draw(st.sampled_from([2, 3, 4, 1, 0]))):
        pipeline.grow()
    if draw(st.integers(0, 9)) == 0:
        pipeline.stages.append(Count("n"))
    distinct = draw(paths) if draw(st.integers(0, 5)) == 0 else None
    is_ordered = distinct in (*SCALARS, "tags") if distinct else pipeline.is_ordered
    return Statistics(
        all=draw(few(conditions(), 1)),
        order=(Sort("made"), Sort("id")),
        stages=() if distinct else tuple(pipeline.stages),
        distinct=distinct,
        start=draw(st.integers(0, 2)),
        limit=draw(st.sampled_from([0, 0, 1, 5])) if is_ordered else 0,
    ), is_ordered


def loosely(value: object) -> str:
    """The value with its lists in no order."""
    match value:
        case list():
            return json.dumps(sorted(map(loosely, cast("list[object]", value))))
        case dict():
            inside = cast("dict[str, object]", value)
            return json.dumps({key: loosely(inside[key]) for key in sorted(inside)})
        case _:
            return json.dumps(value)


@given(rows=collections(), asked=st.lists(statistics(), min_size=9, max_size=9))
async def test_the_same_is_computed(pool: Pool, rows: list[Row], asked: list[tuple[Statistics, bool]]) -> None:
    """[CF4] Results, their order if they have one, the page and the total."""
    async with stored(pool, rows) as collection:
        for asked_for, is_ordered in asked:
            try:
                expected = tabulate(SCHEMA, asked_for, rows)
            except BadQuery as bad:
                with pytest.raises(BadQuery, match=re.escape(bad.reason)):
                    await collection.tabulate(asked_for)
                continue
            table = await collection.tabulate(asked_for)

            if is_ordered:
                assert list(map(exactly, table.results)) == list(map(exactly, expected.results)), asked_for
            else:
                assert loosely(table.results) == loosely(expected.results), asked_for
            assert table.total == expected.total, asked_for
