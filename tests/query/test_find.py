"""What each operator means, and what a page is: in memory and in SQL."""

from datetime import timedelta
from typing import Final

import pytest

from tests.query.collection import NOON, SCHEMA, exactly, row, stored
from whence.domain.query import BadQuery, Condition, Operator, Query, Row, Sort, Unwind, find
from whence.store.pool import Pool

BY_ID: Final = (Sort("id"),)
INSIDE: Final = "doc.list.x"  # a path through a list
ROW: Final = row(
    title='Disk É 50% "full"',
    severity="ERROR",
    tags=["Web", "db"],
    info={"host": "a1", "load": 3, "ratio": 3.0, "on": True, "gone": None, "a.b": "dotted", "a": {"b": "nested"}},
    doc={"list": [{"x": 1}, {"x": "two"}, [{"x": 9}], 7], "deep": [[1]], "empty": [], "big": 2**53 + 1, "s": [1, None]},
    seen=NOON,
    count=3,
    up=True,
)


async def both(pool: Pool, query: Query, rows: list[Row]) -> list[dict[str, object]]:
    """The rows that are found, by either."""
    expected = find(SCHEMA, query, rows)
    async with stored(pool, rows) as collection:
        found = await collection.find(query)
    assert list(map(exactly, found.rows)) == list(map(exactly, expected.rows))
    assert found.total == expected.total
    return found.rows


@pytest.mark.parametrize(
    ("key", "operator", "value", "passes"),
    [
        ("severity", "eq", "ERROR", True), ("severity", "eq", "error", False), ("severity", "not", "INFO", True),
        ("severity", "in", ("INFO", "ERROR"), True), ("severity", "in", (), False), ("severity", "not_in", (), True),
        ("severity", "not_in", ("ERROR",), False), ("severity", "eq", None, False), ("severity", "exists", True, True),
        ("tags", "eq", "db", True), ("tags", "eq", "DB", False), ("tags", "not", "db", False),
        ("tags", "contain", "DB", True), ("tags", "gt", "a", True), ("tags", "exists", True, True),
        ("tags", "match", {}, False),
        ("info.host", "eq", "a1", True), ("info.load", "eq", 3.0, True), ("info.ratio", "eq", 3, True),
        ("info.load", "eq", "3", False), ("info.on", "eq", True, True), ("info.on", "eq", 1, False),
        ("info.gone", "eq", None, True), ("info.gone", "exists", False, True), ("info.none", "eq", None, True),
        ("info.none", "not", "x", True), ("info.none", "not_in", ("x", None), False), ("info.none", "lt", "z", False),
        ("info.none", "not_contain", "x", True), ("info.a.b", "eq", "dotted", True),
        ("info.a.b", "eq", "nested", False), ("info", "exists", True, True),
        ("info.host.x", "eq", None, True), ("doc.big", "eq", 2**53 + 1, True),
        ("doc.big", "eq", 2**53, False), ("doc.big", "gt", 2**53, True), ("doc.s", "eq", None, True),
        (INSIDE, "eq", 1, True), (INSIDE, "eq", "two", True), (INSIDE, "eq", 9, False), (INSIDE, "gt", 0, True),
        (INSIDE, "not", 1, False), ("doc.list", "eq", 7, True), ("doc.deep", "eq", 1, False),
        ("doc.empty", "exists", True, True), ("doc.empty", "eq", None, False), ("doc.empty.x", "eq", None, True),
        ("doc.list", "match", {"x": 1}, True), ("doc.list", "match", {"x": 9}, False), ("info", "match", {}, False),
        ("doc.list", "match", {"x": "two", "y": None}, True), ("doc.list", "match", {"x": 1, "y": 2}, False),
        ("title", "contain", "disk é", True), ("title", "contain", "50%", True), ("title", "contain", "5_%", False),
        ("title", "not_contain", "FULL", False), ("title", "contain_in", ("x", '"full'), True),
        ("title", "contain_in", (), False), ("title", "not_contain_in", ("x", "disk"), False),
        ("title", "not_contain_in", ("x",), True), ("title", "not_contain_in", (), True),
        ("title", "regex", "^disk .* [0-9]+%", True), ("title", "regex", "^full", False),
        ("title", "regex_in", ("^full", "É"), True), ("title", "regex_in", (), False), ("count", "regex", "3", False),
        ("count", "gte", 3, True), ("count", "lt", 2.5, False), ("count", "gt", "2", False), ("up", "eq", True, True),
        ("up", "not", True, False), ("seen", "eq", "2026-03-04T13:00:00+01:00", True), ("seen", "eq", None, False),
        ("seen", "gte", "2026-03-04", True), ("seen", "lt", "2026-03-04", False), ("seen", "contain", "2026", False),
        ("seen", "in", ("2026-03-04T12:00:00.000Z",), True), ("seen", "gt", 3, False),
        ("seen", "time_gt", NOON - timedelta(milliseconds=1), True), ("seen", "time_gt", NOON, False),
        ("info.host", "in", (), False), ("info.host", "contain_in", (), False), ("info.host", "not_in", (), True),
        ("info.host", "time_lt", NOON, False), ("title", "time_gt", NOON, False), ("title.x", "exists", False, True),
    ],
)  # fmt: skip
async def test_a_condition_selects(pool: Pool, key: str, operator: str, value: object, passes: bool) -> None:  # noqa: FBT001
    """Contract by contract: what there is, what is missing, what is null, and what is something else."""
    asked = Query(all=(Condition(key, Operator(operator), value),), only=("id",))

    assert await both(pool, asked, [ROW]) == [{"id": "id-000"}] * passes


async def test_all_and_any_and_words_narrow_together(pool: Pool) -> None:
    """One of the alternatives, and one of the words, beside what all must pass."""
    rows: list[Row] = [row(n, title=title, severity=s) for n, (title, s) in enumerate(
        [("Disk full", "ERROR"), ("disk", "INFO"), ("É b", "ERROR"), ("cpu", "ERROR")]
    )]  # fmt: skip
    either = (Condition("severity", Operator.EQ, "ERROR"), Condition("title", Operator.EQ, "none"))
    asked = Query(
        all=(Condition("title", Operator.NOT, "cpu"),),
        any=either,
        words=("DISK", "é"),
        word_fields=("id", "title"),
        sort=BY_ID,
        only=("title",),
    )

    assert await both(pool, asked, rows) == [{"title": "Disk full"}, {"title": "É b"}]


async def test_values_of_any_type_have_one_order(pool: Pool) -> None:
    """Missing and null, numbers, texts by code point, objects, lists, truth values; unknown keys change nothing."""
    values = [None, -1, 0.5, 2, "", "B", "a", "É", {}, {"a": 1}, [], [0], False, True]
    rows: list[Row] = [row(n, doc={"v": value}) for n, value in enumerate(values)]
    back = [13, 12, 10, 11, 8, 9, 7, 6, 5, 4, 3, 2, 1, 0]

    found = await both(pool, Query(sort=(Sort("nowhere"), Sort("doc.v"), *BY_ID), only=("id",)), rows[::-1])
    reverse = await both(pool, Query(sort=(Sort("doc.v", descending=True), *BY_ID), only=("id",)), rows)

    assert [one["id"] for one in found] == [f"id-{n:03}" for n in range(len(rows))]
    assert [one["id"] for one in reverse] == [f"id-{n:03}" for n in back]


async def test_a_row_shows_what_was_asked_for(pool: Pool) -> None:
    """Whole fields or paths into them; times with three digits, whole numbers without a fraction, nothing missing."""
    whole = await both(pool, Query(), [ROW])
    part = await both(pool, Query(only=("info.load", "info.host", INSIDE, "seen")), [ROW])
    absent = await both(pool, Query(only=("info.none", "title.x", "seen")), [row()])

    assert list(whole[0]) == list(SCHEMA)
    assert whole[0]["info"] == ROW["info"]
    assert part == [
        {
            "info": {"load": 3, "host": "a1"},
            "doc": {"list": [{"x": 1}, {"x": "two"}]},
            "seen": "2026-03-04T12:00:00.000Z",
        }
    ]
    assert absent == [{}]


@pytest.mark.parametrize(
    ("start", "limit", "ids"), [(0, 0, [0, 1, 2, 3]), (1, 2, [1, 2]), (3, 9, [3]), (4, 1, []), (2, 0, [0, 1, 2, 3])]
)
async def test_a_page_is_cut_from_all(pool: Pool, start: int, limit: int, ids: list[int]) -> None:
    """Without a limit there is no page; past the end there are no rows, and the total stays."""
    rows: list[Row] = [row(n) for n in range(4)]

    async with stored(pool, rows) as collection:
        found = await collection.find(Query(sort=BY_ID, start=start, limit=limit, only=("id",)))
        counted = await collection.find(Query(count_only=True, limit=1))

    assert ([one["id"] for one in found.rows], found.total) == ([f"id-{n:03}" for n in ids], 4)
    assert (counted.rows, counted.total) == ([], 4)


async def test_rows_are_unwound(pool: Pool) -> None:
    """Each element is a list of one, in the row's place, and counts; the filter sees it alone."""
    rows: list[Row] = [row(1, tags=["a", "b"]), row(2), row(3, tags=["b"])]
    not_a = Condition("tags", Operator.NOT, "a")

    assert await both(pool, Query(sort=BY_ID, only=("id", "tags"), unwind=Unwind("tags", (not_a,))), rows) == [
        {"id": "id-001", "tags": ["b"]},
        {"id": "id-003", "tags": ["b"]},
    ]
    with pytest.raises(BadQuery, match="unwind option requires only option"):
        await both(pool, Query(unwind=Unwind("tags")), rows)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Query(only=("x.y",)), 'Cannot resolve field "x"'),
        (Query(all=(Condition("title", Operator.REGEX, "("),)), "Regular expression is invalid"),
        (Query(all=(Condition("seen", Operator.EQ, "soon"),)), "The value of eq operator is required ISO 8601 format."),
        (Query(sort=(Sort(".".join("a" * 33)),)), "at most 32 parts"),
    ],
)
async def test_what_means_nothing_is_refused_by_both(pool: Pool, asked: Query, reason: str) -> None:
    with pytest.raises(BadQuery, match=reason.replace("(", r"\(")):
        find(SCHEMA, asked, [ROW])
    async with stored(pool, [ROW]) as collection:
        with pytest.raises(BadQuery, match=reason.replace("(", r"\(")):
            await collection.find(asked)


async def test_what_is_too_much_is_cut_or_refused(pool: Pool) -> None:
    """Rows are left out beyond a number, the total being that of all; beyond a size there are none."""
    async with stored(pool, [row(n, title="x" * 100) for n in range(9)]) as collection:
        cut = await collection.find(Query(sort=BY_ID), most_rows=3)

        assert (len(cut.rows), cut.total) == (3, 9)
        with pytest.raises(BadQuery, match="larger than 500 bytes"):
            await collection.find(Query(), most_bytes=500)
