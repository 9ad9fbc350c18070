"""What stages compute, in memory and in SQL."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, cast

import pytest

from tests.query.collection import NOON, SCHEMA, exactly, row, stored
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
    Row,
    Skip,
    Sort,
    SortBy,
    Stage,
    Statistics,
    Unwind,
    tabulate,
)
from whence.store.pool import Pool

ORDER: Final = (Sort("made"), Sort("id"))
ROWS: Final[list[Row]] = [
    row(1, severity="INFO", tags=["a", "b"], info={"n": 1, "o": {"x": 1}}, seen=NOON),
    row(2, severity="ERROR", tags=["b"], info={"n": 2.5, "o": {"y": 2}, "l": [["k", 1], {"k": "z"}, 3]}, seen=NOON),
    row(3, severity="INFO", info={"n": "text", "o": {"x": 3}}, seen=NOON + timedelta(days=1, hours=1)),
]
COUNTED: Final = GroupField("n", Accumulation.COUNT)


async def both(pool: Pool, stages: Sequence[Stage], rows: list[Row] | None = None) -> list[dict[str, object]]:
    """What is computed, by either."""
    asked = Statistics(order=ORDER, stages=tuple(stages))
    expected = tabulate(SCHEMA, asked, ROWS if rows is None else rows)
    async with stored(pool, ROWS if rows is None else rows) as collection:
        table = await collection.tabulate(asked)
    assert list(map(exactly, table.results)) == list(map(exactly, expected.results))
    return cast("list[dict[str, object]]", table.results)


def key(path: str, name: str = "k", date_format: str | None = None) -> GroupKey:
    return GroupKey(path, name, None if date_format is None else DateFormat.read(date_format))


def field(accumulation: Accumulation, path: str | None = None, *conditions: Condition) -> GroupField:
    return GroupField("f", accumulation, path, (), conditions)


async def test_groups_are_in_the_order_of_their_keys(pool: Pool) -> None:
    """Without the field the column is left out, and comes first; without keys there is one row, also of nothing."""
    by_severity = await both(pool, [Group((key("severity", "s"),), (COUNTED,))])
    by_key = await both(pool, [Group((key("info.l.k"), key("severity", "s")), (COUNTED,))])

    assert by_severity == [{"s": "ERROR", "n": 1}, {"s": "INFO", "n": 2}]
    assert by_key == [{"s": "INFO", "n": 2}, {"k": ["z"], "s": "ERROR", "n": 1}]
    assert await both(pool, [Group((), (COUNTED,))]) == [{"n": 3}]
    assert await both(pool, [Group((), (COUNTED, field(Accumulation.MAX, "title")))], []) == [{"n": 0, "f": None}]
    assert await both(pool, [Group((key("severity"),), (COUNTED,))], []) == []


@pytest.mark.parametrize(
    ("date_format", "keys"),
    [
        ("%Y-%m-%d", ["2026-03-04", "2026-03-05"]), ("%H", ["12", "13"]), ("%Y", ["2026"]), ("%Y-%m", ["2026-03"]),
        ("%m/%d %%", ["03/04 %", "03/05 %"]), ("year", [2026]), ("month", [3]), ("day", [4, 5]),
        ("%Y-%m-%dT%H:%M:%S.%L%z", ["2026-03-04T12:00:00.000+0000", "2026-03-05T13:00:00.000+0000"]),
        ("%j %u %U %V %G %Z", ["063 3 09 10 2026 +0", "064 4 09 10 2026 +0"]), ('"\\x', ['"\\x']), ("", [""]),
        ("%U", ["09"]), ("%B %b %A %a", ["March Mar Thursday Thu", "March Mar Wednesday Wed"]),
        ("%f %s %w", ["000000 1772625600 3", "000000 1772715600 4"]), ("w%y-%I%p", ["w26-01PM", "w26-12PM"]),
        ("%d%d%j%a%a%w%s%Y", ["0404063WedWed317726256002026", "0505064ThuThu417727156002026"]),
    ],
)  # fmt: skip
async def test_times_are_grouped_by_what_a_format_shows(pool: Pool, date_format: str, keys: list[object]) -> None:
    """In UTC; what has no time is a group of its own, and says null."""
    rows = [*ROWS, row(4)]

    results = await both(pool, [Group((key("seen", "k", date_format),), (COUNTED,))], rows)
    untimed = await both(pool, [Group((key("title", "k", date_format),), (COUNTED,))], rows)

    assert [one["k"] for one in results] == [None, *keys]
    assert untimed == [{"k": None, "n": 4}]


@pytest.mark.parametrize("date_format", ["%Q", "%", "%Y-%", "%c", "x" * 101])
def test_a_format_that_is_none_is_refused(date_format: str) -> None:
    with pytest.raises(BadQuery, match="Date format"):
        DateFormat.read(date_format)


INFO: Final = Condition("severity", Operator.EQ, "INFO")
NOT_INFO: Final = Condition("severity", Operator.NOT, "INFO")
SMALL: Final = Condition("info.n", Operator.LT, 2)


@pytest.mark.parametrize(
    ("of", "value"),
    [
        (field(Accumulation.COUNT), 3), (field(Accumulation.COUNT, None, INFO), 2),
        (field(Accumulation.COUNT, None, INFO, SMALL), 1), (field(Accumulation.COUNT, None, NOT_INFO), 1),
        (field(Accumulation.SUM, "info.n"), 3.5), (field(Accumulation.SUM, "info.n", INFO), 1),
        (field(Accumulation.SUM, "title"), 0), (field(Accumulation.AVERAGE, "info.n"), 1.75),
        (field(Accumulation.AVERAGE, "info.n", INFO), 0.5), (field(Accumulation.AVERAGE, "nowhere"), None),
        (field(Accumulation.MAX, "info.n"), "text"), (field(Accumulation.MIN, "info.n"), 1),
        (field(Accumulation.MAX, "severity"), "INFO"), (field(Accumulation.MIN, "seen"), "2026-03-04T12:00:00.000Z"),
        (field(Accumulation.MAX, "tags"), None), (field(Accumulation.FIRST, "severity"), "INFO"),
        (field(Accumulation.LAST, "tags"), []), (field(Accumulation.LAST, "info.n"), "text"),
        (field(Accumulation.FIRST, "info.l"), None), (field(Accumulation.PUSH, "info.n"), [1, 2.5, "text"]),
        (field(Accumulation.PUSH, "info.l"), [[["k", 1], {"k": "z"}, 3]]),
        (field(Accumulation.PUSH, "seen"), [
            "2026-03-04T12:00:00.000Z", "2026-03-04T12:00:00.000Z", "2026-03-05T13:00:00.000Z",
        ]),
        (field(Accumulation.ADD_TO_SET, "severity"), ["ERROR", "INFO"]),
        (field(Accumulation.ADD_TO_SET, "seen"), ["2026-03-04T12:00:00.000Z", "2026-03-05T13:00:00.000Z"]),
        (field(Accumulation.MERGE_OBJECTS, "info.o"), {"x": 3, "y": 2}), (field(Accumulation.MERGE_OBJECTS, "id"), {}),
        (GroupField("f", Accumulation.PUSH, None, (("seen", "at"), ("info.l", "l'"))), [
            {"at": "2026-03-04T12:00:00Z"},
            {"at": "2026-03-04T12:00:00Z", "l'": [["k", 1], {"k": "z"}, 3]},
            {"at": "2026-03-05T13:00:00Z"},
        ]),
    ],
)  # fmt: skip
async def test_a_group_says(pool: Pool, of: GroupField, value: object) -> None:
    """Numbers of numbers only; the largest and smallest of all scalars; lists in the order of the rows."""
    assert await both(pool, [Group((), (of,))]) == [{"f": value}]


async def test_a_decimal_sum_is_exact(pool: Pool) -> None:
    """Ten tenths are one, and integers beyond 2^53 keep their last digit."""
    rows: list[Row] = [row(n, info={"n": 0.1, "big": 2**53 + 1}) for n in range(10)]
    fields = [field(Accumulation.SUM, "info.n"), GroupField("g", Accumulation.SUM, "info.big")]

    assert await both(pool, [Group((), tuple(fields))], rows) == [{"f": 1, "g": 10 * (2**53 + 1)}]


async def test_an_average_has_the_digits_of_a_double(pool: Pool) -> None:
    rows: list[Row] = [row(n, info={"n": n}) for n in (1, 0, 0)]

    assert await both(pool, [Group((), (field(Accumulation.AVERAGE, "info.n"),))], rows) == [{"f": 1 / 3}]


@pytest.mark.parametrize(
    ("stages", "results"),
    [
        ([Count("total")], [{"total": 3}]),
        ([Unwind("tags"), Group((key("tags"),), (COUNTED,))], [{"k": "a", "n": 1}, {"k": "b", "n": 2}]),
        ([Unwind("tags", (Condition("tags", Operator.NOT, "a"),)), Count("n")], [{"n": 2}]),
        ([Unwind("info.o.x"), Count("n")], [{"n": 2}]), ([Unwind("nowhere"), Count("n")], [{"n": 0}]),
        (
            [Group((key("severity"),), (COUNTED,)), SortBy((Sort("n", descending=True),)), Limit(1)],
            [{"k": "INFO", "n": 2}],
        ),
        ([Group((key("severity"),), (COUNTED,)), Skip(1)], [{"k": "INFO", "n": 2}]),
        ([Group((key("severity"),), (COUNTED,)), Group((key("n"),), (COUNTED,))], [{"k": 1, "n": 1}, {"k": 2, "n": 1}]),
        (
            [Group((key("severity"),), (COUNTED,)), Project((ProjectField("n", "number"),))],
            [{"k": "ERROR", "number": 1}, {"k": "INFO", "number": 2}],
        ),
        (
            [Group((key("severity"),), (COUNTED,)), Project((ProjectField("n", "number"),), exclude_keys=True)],
            [{"number": 1}, {"number": 2}],
        ),
        (
            [Project((ProjectField("id", "id"), ProjectField("tags", "size", Projection.SIZE))), Limit(2)],
            [{"id": "id-001", "size": 2}, {"id": "id-002", "size": 1}],
        ),
        (
            [
                Group((), (
                    GroupField("ns", Accumulation.PUSH, "info.n"), GroupField("o", Accumulation.FIRST, "info.o"),
                )),
                Project((
                    ProjectField("ns", "sum", Projection.SUM), ProjectField("o", "list", Projection.OBJECT_TO_ARRAY),
                )),
            ],
            [{"sum": 3.5, "list": [{"k": "x", "v": 1}]}],
        ),
        (
            [Project((ProjectField("info.l", "o", Projection.ARRAY_TO_OBJECT),)), Skip(1), Limit(1)],
            [{"o": {"k": 1, "z": None}}],
        ),
        (
            [SortBy((Sort("severity"), Sort("id", descending=True))), Project((ProjectField("id", "id"),))],
            [{"id": "id-002"}, {"id": "id-003"}, {"id": "id-001"}],
        ),
    ],
)  # fmt: skip
async def test_stages_run_one_after_the_other(pool: Pool, stages: list[Stage], results: list[object]) -> None:
    """Later ones know what earlier ones named; what ties stays in order."""
    assert await both(pool, stages) == results


async def test_many_conditions_are_a_fault_of_the_query(pool: Pool) -> None:
    """A statement has only so many values."""
    much = tuple(Condition("doc.a", Operator.EQ, n) for n in range(10_000))

    async with stored(pool, ROWS) as collection:
        with pytest.raises(BadQuery, match="too many conditions"):
            await collection.tabulate(Statistics(order=ORDER, all=much, stages=(Count("n"),)))


async def test_many_stages_are_planned_in_time(pool: Pool) -> None:
    """Each stage names the column below several times; all of them together are one short statement."""
    deeper = [Project((ProjectField("c.c" if n else "doc", "c"), ProjectField("id", "id"))) for n in range(14)]
    unwound = [Unwind("c") for _ in range(14)]
    document: object = 1
    for _ in range(13):
        document = {"c": document}

    results = await both(pool, [*deeper, *unwound, Count("n")], [row(doc=document)])

    assert results == [{"n": 1}]


async def test_whole_rows_have_their_times_as_text(pool: Pool) -> None:
    """Without a group the rows are those of the collection, in the order in which they came."""
    results = await both(pool, [Limit(1)], [row(1, seen=NOON, doc=[1.0])])

    assert results == [
        {
            "id": "id-001", "title": "", "severity": "INFO", "tags": [], "doc": [1], "made": "2026-03-04T12:00:01.000Z",
            "seen": "2026-03-04T12:00:00.000Z", "count": 0, "up": False,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("severity", ["ERROR", "INFO"]), ("tags", ["a", "b"]), ("info.n", [1, 2.5, "text"]), ("nowhere", []),
        ("seen", ["2026-03-04T12:00:00.000Z", "2026-03-05T13:00:00.000Z"]), ("info.o.x", [1, 3]), ("info.l.k", ["z"]),
        ("title.x", []),
    ],
)  # fmt: skip
async def test_distinct_values_are_in_order(pool: Pool, path: str, values: list[object]) -> None:
    """Those of lists one by one; a page is cut from them, beside the number of all."""
    asked = Statistics(distinct=path)
    page = Statistics(distinct=path, start=1, limit=2)

    async with stored(pool, ROWS) as collection:
        table, cut = await collection.tabulate(asked), await collection.tabulate(page)

    assert table == tabulate(SCHEMA, asked, ROWS)
    assert (table.results, table.total) == (values, None)
    assert cut == tabulate(SCHEMA, page, ROWS)
    assert (cut.results, cut.total) == (values[1:3], len(values))


async def test_what_is_too_much_is_refused(pool: Pool) -> None:
    """Rows, and what is collected into lists: before it is all in memory."""
    rows: list[Row] = [row(n, title="x" * 100) for n in range(9)]
    pushed = Statistics(order=ORDER, stages=(Group((), (field(Accumulation.PUSH, "title"),)),))

    async with stored(pool, rows) as collection:
        with pytest.raises(BadQuery, match="There are more than 3 rows; add a limit stage or a page"):
            await collection.tabulate(Statistics(order=ORDER, stages=(SortBy((Sort("id"),)),)), most_rows=3)
        with pytest.raises(BadQuery, match="larger than 500 bytes"):
            await collection.tabulate(pushed, most_bytes=500)
