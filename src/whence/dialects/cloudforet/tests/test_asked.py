"""Queries as they are sent, read; every text of contract 11 and 13 about them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from whence.dialects.cloudforet.asked import query
from whence.dialects.cloudforet.errors import Fault
from whence.dialects.cloudforet.relative_time import relative_time
from whence.dialects.cloudforet.tests.asked_fields import FIELDS, NOW
from whence.domain.query import Condition, Operator, Sort, Unwind

ELEMENTS: Final = "['eq', 'not', 'in', 'not_in', 'contain', 'not_contain', 'contain_in', 'not_contain_in']"


def condition(key: str, operator: str, *value: object) -> Condition:
    """The condition that is read out of one."""
    sent: dict[str, Any] = {"k": key, "o": operator, **({"v": value[0]} if value else {})}
    (read,) = query({"filter": [sent]}, FIELDS, NOW).all
    return read


def fault(sent: Mapping[str, Any]) -> str:
    """The code and the text by which a query is refused."""
    with pytest.raises(Fault) as refused:
        query(sent, FIELDS, NOW)
    return str(refused.value)


@pytest.mark.parametrize(
    ("operator", "value", "read", "held"),
    [
        ("eq", "INFO", Operator.EQ, "INFO"), ("eq", 3.0, Operator.EQ, 3), ("eq", True, Operator.EQ, True),
        ("eq", None, Operator.EQ, None), ("not", "INFO", Operator.NOT, "INFO"),
        ("in", ["a", 1.0], Operator.IN, ("a", 1)), ("in", [], Operator.IN, ()),
        ("not_in", [None], Operator.NOT_IN, (None,)), ("lt", 2.5, Operator.LT, 2.5),
        ("lte", "x", Operator.LTE, "x"), ("gt", "x", Operator.GT, "x"), ("gte", "x", Operator.GTE, "x"),
        ("contain", "x", Operator.CONTAIN, "x"), ("not_contain", "x", Operator.NOT_CONTAIN, "x"),
        ("contain_in", ["x"], Operator.CONTAIN_IN, ("x",)), ("not_contain_in", ["x"], Operator.NOT_CONTAIN_IN, ("x",)),
        ("regex", "^x", Operator.REGEX, "^x"), ("regex_in", ["x"], Operator.REGEX_IN, ("x",)),
        ("exists", False, Operator.EXISTS, False), ("match", {"a": 1.0}, Operator.MATCH, {"a": 1}),
        ("datetime_lt", "2026-03-04", Operator.TIME_LT, datetime(2026, 3, 4, tzinfo=UTC)),
        ("datetime_gte", "2026-03-04T09:00:00.5+09:00", Operator.TIME_GTE, datetime(2026, 3, 4, 0, 0, 0, 500000, UTC)),
        ("timediff_gt", "now-1h", Operator.TIME_GT, NOW - timedelta(hours=1)),
        ("timediff_lte", "now", Operator.TIME_LTE, NOW),
    ],
)  # fmt: skip
def test_an_operator_is_read(operator: str, value: object, read: Operator, held: object) -> None:
    assert condition("severity", operator, value) == Condition("severity", read, held)


def test_names_are_long_or_short_and_a_value_may_be_missing() -> None:
    """No value is null; an alias stands for its field; keys go into JSON as deep as one likes."""
    long = {"key": "additional_info.host", "value": "a", "operator": "eq"}

    assert query({"filter": [long]}, FIELDS, NOW).all == (Condition("additional_info.host", Operator.EQ, "a"),)
    assert condition("severity", "eq") == Condition("severity", Operator.EQ, None)
    assert condition("resource", "eq", "x").key == "resources"
    assert condition("user_projects", "eq", "x").key == "project_id"
    assert condition("raw_data.alerts.labels.app.kubernetes.io/name", "eq", "x").key.startswith("raw_data.alerts.")


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (
            {"k": "severity", "v": ["INFO"], "o": "eq"},
            ("ERROR_OPERATOR_VALUE_TYPE: The value of 'eq operator' does not support list type."
            " ({'k': 'severity', 'v': ['INFO'], 'o': 'eq'})"),
        ),
        (
            {"k": "severity", "v": "INFO", "o": "in"},
            ("ERROR_OPERATOR_LIST_VALUE_TYPE: The value of 'in operator' must be a list type."
            " ({'k': 'severity', 'v': 'INFO', 'o': 'in'})"),
        ),
        (
            {"o": "not_in", "v": 3.0, "k": "severity"},
            ("ERROR_OPERATOR_LIST_VALUE_TYPE: The value of 'not_in operator' must be a list type."
            " ({'k': 'severity', 'v': 3, 'o': 'not_in'})"),
        ),
        (
            {"key": "severity", "value": "x", "operator": "contain_in"},
            ("ERROR_OPERATOR_LIST_VALUE_TYPE: The value of 'contain_in operator' must be a list type."
            " ({'key': 'severity', 'value': 'x', 'operator': 'contain_in'})"),
        ),
        (
            {"k": "raw_data.alerts", "v": "x", "o": "match"},
            ("ERROR_OPERATOR_DICT_VALUE_TYPE: The value of 'match operator' must be a dictionary type."
            " ({'key': 'raw_data.alerts', 'value': 'x', 'operator': 'match'})"),
        ),
        (
            {"k": "rule", "v": "x", "o": "exists"},
            ("ERROR_OPERATOR_BOOLEAN_TYPE: The value of 'exists operator' must be a boolean type."
            " ({'key': 'rule', 'value': 'x', 'operator': 'exists'})"),
        ),
        (
            {"k": "title", "v": 1.0, "o": "contain"},
            ("ERROR_OPERATOR_VALUE_TYPE: The value of 'contain operator' does not support int type."
            " ({'k': 'title', 'v': 1, 'o': 'contain'})"),
        ),
        (
            {"k": "title", "v": [{"a": 1}], "o": "in"},
            ("ERROR_OPERATOR_VALUE_TYPE: The value of 'in operator' does not support dict type."
            " ({'k': 'title', 'v': [{'a': 1}], 'o': 'in'})"),
        ),
        (
            {"k": "title", "v": "x", "o": "like"},
            "ERROR_DB_QUERY: Database query failed. (reason = Filter operator is not supported. (operator = like))",
        ),
        (
            {"k": "title", "v": "x"},
            "ERROR_DB_QUERY: Database query failed. (reason = Filter operator is not supported. (operator = None))",
        ),
        (
            {"v": "x", "o": "eq"},
            ("ERROR_DB_QUERY: Database query failed."
            " (reason = Filter condition should have key, value and operator.)"),
        ),
        (
            {"k": "x.y", "v": "x", "o": "eq"},
            'ERROR_DB_QUERY: Database query failed. (reason = Cannot resolve field "x")',
        ),
        (
            {"k": "alert.state", "v": "x", "o": "eq"},
            "ERROR_DB_QUERY: Database query failed. (reason = Cannot perform join in mongoDB: alert__state)",
        ),
        (
            {"k": "occurred_at", "v": "soon", "o": "datetime_gt"},
            ("ERROR_DB_QUERY: Database query failed."
            " (reason = The value of datetime_gt operator is required ISO 8601 format.)"),
        ),
        (
            {"k": "created_at", "v": "soon", "o": "gt"},
            "ERROR_DB_QUERY: Database query failed. (reason = The value of gt operator is required ISO 8601 format.)",
        ),
        (
            {"k": "occurred_at", "v": "1h", "o": "timediff_gt"},
            ("ERROR_DB_QUERY: Database query failed."
            " (reason = The value of timediff_gt operator is invalid. (value = 1h))"),
        ),
        (
            {"k": "title", "v": "(", "o": "regex"},
            ("ERROR_DB_QUERY: Database query failed. (reason = Regular expression is invalid:"
            " missing ), unterminated subpattern at position 1)"),
        ),
        (
            {"k": "raw_data.alerts", "v": {"$where": "1"}, "o": "match"},
            ("ERROR_INVALID_PARAMETER: Parameter is invalid."
            " (key = query.filter.raw_data.alerts, reason = Member names must not start with $.)"),
        ),
        (
            {"k": "severity", "v": ["x"] * 1001, "o": "in"},
            ("ERROR_INVALID_PARAMETER: Parameter is invalid."
            " (key = query.filter.severity, reason = There must be at most 1000.)"),
        ),
        (
            {"k": "raw_data" + 32 * ".a", "v": "x", "o": "eq"},
            "ERROR_DB_QUERY: Database query failed. (reason = A key has at most 32 parts.)",
        ),
    ],
)  # fmt: skip
def test_a_condition_that_means_nothing_is_refused_in_the_vendor_s_words(sent: Mapping[str, Any], text: str) -> None:
    """In either list of conditions."""
    assert fault({"filter": [sent]}) == text
    assert fault({"filter_or": [sent]}) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_is_finite(value: float) -> None:
    assert fault({"filter": [{"k": "title", "v": value, "o": "eq"}]}).startswith("ERROR_INVALID_PARAMETER: ")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("now", NOW), ("now/d", datetime(2026, 3, 4, tzinfo=UTC)), ("now/w", datetime(2026, 3, 2, tzinfo=UTC)),
        ("now/m", datetime(2026, 3, 1, tzinfo=UTC)), ("now-1h", NOW - timedelta(hours=1)),
        ("now/d - 1d", datetime(2026, 3, 3, tzinfo=UTC)), ("now + 30m", NOW + timedelta(minutes=30)),
        ("now/w+2w", datetime(2026, 3, 16, tzinfo=UTC)), (" now -5s ", NOW - timedelta(seconds=5)),
        ("1h", None), ("now-1", None), ("now-1y", None), ("now/y", None), ("now -1h -1h", None), ("", None),
        ("now-999999999999w", None), ("now-1.5h", None), ("now/d-1d\n", datetime(2026, 3, 3, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_relative_time_is_seen_from_now(text: str, at: datetime | None) -> None:
    assert relative_time(text, NOW) == at


def test_an_empty_query_asks_for_everything() -> None:
    """Newest first; the order of the rows is total whatever else is asked for."""
    everything = query({}, FIELDS, NOW)
    ordered = query({"sort": [{"key": "severity", "desc": True}, {"key": "nowhere"}]}, FIELDS, NOW)

    assert (everything.all, everything.any, everything.words, everything.only) == ((), (), (), ())
    assert (everything.start, everything.limit, everything.sort) == (0, 0, FIELDS.sort)
    assert ordered.sort == (Sort("severity", descending=True), Sort("nowhere"), *FIELDS.sort)


@pytest.mark.parametrize(
    ("page", "start", "limit"),
    [
        ({"start": 1, "limit": 2}, 0, 2), ({"start": 3, "limit": 2}, 2, 2), ({"limit": 2}, 0, 2),
        ({"start": 0, "limit": 2}, 0, 2), ({"start": 3}, 0, 0), ({}, 0, 0), ({"start": 3, "limit": 0}, 0, 0),
    ],
)  # fmt: skip
def test_a_page_begins_at_the_row_of_that_number(page: Mapping[str, Any], start: int, limit: int) -> None:
    """The first is 1; without a limit there is no page."""
    read = query({"page": page}, FIELDS, NOW)

    assert (read.start, read.limit) == (start, limit)


def test_the_rest_of_a_query_is_read() -> None:
    """Keywords, what rows carry, counts, and elements of lists."""
    unwind = {"path": "resources", "filter": [{"k": "resources", "v": "x", "o": "not"}]}

    assert query({"keyword": "  disk\tfull "}, FIELDS, NOW).words == ("disk", "full")
    assert query({"minimal": True}, FIELDS, NOW).only == FIELDS.minimal
    assert query({"only": ["raw_data.a", "title"], "minimal": True}, FIELDS, NOW).only == ("raw_data.a", "title")
    assert query({"count_only": True}, FIELDS, NOW).count_only
    assert query({"only": ["title"], "unwind": unwind}, FIELDS, NOW).unwind == Unwind(
        "resources", (Condition("resources", Operator.NOT, "x"),)
    )


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (
            {"lookup": [1]},
            "ERROR_INVALID_PARAMETER: Parameter is invalid. (key = query.lookup, reason = Not supported.)",
        ),
        (
            {"add_fields": {"a": 1}},
            "ERROR_INVALID_PARAMETER: Parameter is invalid. (key = query.add_fields, reason = Not supported.)",
        ),
        (
            {"sort": [{"desc": True}]},
            ("ERROR_INVALID_PARAMETER: Parameter is invalid."
            " (key = query.sort, reason = Sort condition should have key.)"),
        ),
        ({"only": ["x"]}, 'ERROR_DB_QUERY: Database query failed. (reason = Cannot resolve field "x")'),
        (
            {"unwind": {"path": "resources"}},
            "ERROR_DB_QUERY: Database query failed. (reason = unwind option requires only option.)",
        ),
        *(
            (
                {"only": ["title"], "unwind": {"path": "resources", "filter": [{"k": "title", "v": v, "o": operator}]}},
                ("ERROR_DB_QUERY: Database query failed. (reason = 'query.unwind.filter' condition's"
                f" {operator} operator is not supported. (supported_operator = {ELEMENTS}))"),
            )
            for operator, v in (("gt", "x"), ("regex", "x"), ("exists", True), ("datetime_gt", "x"), ("colour", "x"))
        ),
        (
            {"only": ["title"], "unwind": {"path": "resources", "filter": [{"k": "title", "v": "x"}]}},
            ("ERROR_DB_QUERY: Database query failed. (reason = 'query.unwind.filter' condition requires a operator:"
            " {'k': 'title', 'v': 'x'})"),
        ),
        (
            {"only": ["title"], "unwind": {"path": ""}},
            "ERROR_REQUIRED_PARAMETER: Required parameter. (key = query.unwind.path)",
        ),
        (
            {"filter": [{"k": "title", "v": "x", "o": "eq"}] * 101},
            "ERROR_INVALID_PARAMETER: Parameter is invalid. (key = query.filter, reason = There must be at most 100.)",
        ),
        (
            {"keyword": "x " * 101},
            "ERROR_INVALID_PARAMETER: Parameter is invalid. (key = query.keyword, reason = There must be at most 100.)",
        ),
    ],
)  # fmt: skip
def test_a_query_that_means_nothing_is_refused(sent: Mapping[str, Any], text: str) -> None:
    assert fault(sent) == text
