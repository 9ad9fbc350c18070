"""Statistics as they are sent, read; every text of contract 12 and 13 about them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from whence.dialects.cloudforet.asked_statistics import statistics
from whence.dialects.cloudforet.errors import Fault
from whence.dialects.cloudforet.tests.asked_fields import FIELDS, NOW
from whence.domain.query import (
    Accumulation,
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
    Skip,
    Sort,
    SortBy,
    Stage,
    Unwind,
)


def stat_fault(*stages: Mapping[str, Any]) -> str:
    """The same of stages."""
    with pytest.raises(Fault) as refused:
        statistics({"aggregate": stages}, FIELDS, NOW)
    return str(refused.value)


def stage(sent: Mapping[str, Any]) -> Stage:
    """The stage that is read."""
    (read,) = statistics({"aggregate": [sent]}, FIELDS, NOW).stages
    return read


@pytest.mark.parametrize("sent", [{}, {"aggregate": []}, {"distinct": ""}])
def test_statistics_are_of_something(sent: Mapping[str, Any]) -> None:
    with pytest.raises(Fault) as refused:
        statistics(sent, FIELDS, NOW)

    assert str(refused.value) == "ERROR_REQUIRED_PARAMETER: Required parameter. (key = aggregate)"


def test_statistics_choose_rows_as_a_list_does() -> None:
    """In the order in which they came; stages win over distinct values."""
    asked = {
        "filter": [{"k": "created_at", "v": "now/d", "o": "timediff_gte"}],
        "keyword": "x",
        "distinct": "severity",
        "page": {"start": 2, "limit": 2},
    }

    read = statistics(asked, FIELDS, NOW)
    staged = statistics({**asked, "aggregate": [{"limit": 2}]}, FIELDS, NOW)

    assert read.all == (Condition("created_at", Operator.TIME_GTE, datetime(2026, 3, 4, tzinfo=UTC)),)
    assert (read.words, read.distinct, read.start, read.limit) == (("x",), "severity", 1, 2)
    assert read.order == (Sort("created_at"), Sort("event_id"))
    assert (staged.stages, staged.distinct) == ((Limit(2),), None)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"unwind": {"path": "resources"}}, Unwind("resources")),
        (
            {"unwind": {"path": "a", "filter": [{"key": "a", "value": ["x"], "operator": "in"}]}},
            Unwind("a", (Condition("a", Operator.IN, ("x",)),)),
        ),
        (
            {
                "group": {
                    "keys": [{"key": "created_at", "name": "day", "date_format": "%Y-%m-%d"},
                             {"k": "severity", "n": "s"}],
                    "fields": [
                        {"name": "n", "operator": "count"},
                        {
                            "n": "critical", "o": "count",
                            "conditions": [{"key": "severity", "value": "CRITICAL", "operator": "eq"}],
                        },
                        {"key": "additional_info.n", "name": "sum", "operator": "sum"},
                        {"name": "all", "operator": "push", "fields": [{"key": "title", "name": "t"}]},
                    ],
                }
            },
            Group(
                (GroupKey("created_at", "day", DateFormat.read("%Y-%m-%d")), GroupKey("severity", "s")),
                (
                    GroupField("n", Accumulation.COUNT),
                    GroupField(
                        "critical", Accumulation.COUNT, None, (), (Condition("severity", Operator.EQ, "CRITICAL"),)
                    ),
                    GroupField("sum", Accumulation.SUM, "additional_info.n"),
                    GroupField("all", Accumulation.PUSH, None, (("title", "t"),)),
                ),
            ),
        ),
        ({"count": {"name": "total"}}, Count("total")),
        ({"sort": [{"key": "n", "desc": True}, {"key": "s"}]}, SortBy((Sort("n", descending=True), Sort("s")))),
        (
            {"project": {"fields": [{"key": "l", "name": "size", "operator": "size"}, {"k": "a", "n": "b"}]}},
            Project((ProjectField("l", "size", Projection.SIZE), ProjectField("a", "b"))),
        ),
        (
            {"project": {"fields": [{"k": "a", "n": "b"}], "exclude_keys": True}},
            Project((ProjectField("a", "b"),), exclude_keys=True),
        ),
        ({"limit": 3}, Limit(3)), ({"skip": 0}, Skip(0)),
    ],
)  # fmt: skip
def test_a_stage_is_read(sent: Mapping[str, Any], read: Stage) -> None:
    assert stage(sent) == read


COUNT: Final = {"name": "n", "operator": "count"}
ACCUMULATIONS: Final = (
    "['count', 'sum', 'average', 'max', 'min', 'first', 'last', 'push', 'add_to_set', 'merge_objects']"
)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"unwind": {}}, "Required parameter. (key = aggregate.unwind.path)"),
        ({"group": {}}, "Required parameter. (key = aggregate.group.keys || aggregate.group.fields)"),
        ({"count": {}}, "Required parameter. (key = aggregate.count.name)"),
        ({"project": {}}, "Required parameter. (key = aggregate.project.fields)"),
        ({"sort": []}, "Required parameter. (key = aggregate.sort)"),
        (
            {},
            ("Required parameter. (key = aggregate.unwind or aggregate.group or aggregate.count or aggregate.sort"
            " or aggregate.project or aggregate.limit or aggregate.skip)"),
        ),
        (
            {"group": {"keys": [{"name": "s"}]}},
            "'aggregate.group.keys' condition requires a key: {'name': 's'}",
        ),
        (
            {"group": {"keys": [{"key": "severity"}]}},
            "'aggregate.group.keys' condition requires a name: {'key': 'severity'}",
        ),
        (
            {"group": {"keys": [{"key": "created_at", "name": "d", "date_format": "%Q"}]}},
            "Date format directive is not supported. (directive = %Q)",
        ),
        (
            {"group": {"fields": [{"operator": "count"}]}},
            "'aggregate.group.fields' condition requires a name: {'operator': 'count'}",
        ),
        (
            {"group": {"fields": [{"name": "n"}]}},
            "'aggregate.group.fields' condition requires a operator: {'name': 'n'}",
        ),
        (
            {"group": {"fields": [{"name": "n", "operator": "sum"}]}},
            "'aggregate.group.fields' condition requires a key: {'operator': 'sum', 'name': 'n'}",
        ),
        (
            {"group": {"fields": [{"name": "n", "key": "a", "operator": "median"}]}},
            ("'aggregate.group.fields' condition's median operator is not supported."
            f" (supported_operator = {ACCUMULATIONS})"),
        ),
        (
            {"group": {"fields": [{**COUNT, "conditions": [{"key": "a", "value": 1.0, "operator": "contain"}]}]}},
            ("'aggregate.group.fields.conditions' condition's contain operator is not supported."
            " (supported_operator = ['eq', 'not', 'gt', 'gte', 'lt', 'lte'])"),
        ),
        (
            {"group": {"fields": [{**COUNT, "conditions": [{"key": "a", "operator": "eq"}]}]}},
            "'aggregate.group.fields.conditions' condition requires a value: {'key': 'a', 'operator': 'eq'}",
        ),
        (
            {"group": {"fields": [{"n": "n", "k": "a", "o": "max", "conditions": [{"k": "a", "v": 1, "o": "eq"}]}]}},
            ("'aggregate.group.fields' condition's max operator does not support conditions."
            " {'k': 'a', 'o': 'max', 'n': 'n', 'conditions': [{'k': 'a', 'v': 1, 'o': 'eq'}]}"),
        ),
        (
            {"unwind": {"path": "a", "filter": [{"k": "a", "v": "x", "o": "regex"}]}},
            ("'aggregate.unwind.filter' condition's regex operator is not supported. (supported_operator = ['eq',"
            " 'not', 'in', 'not_in', 'contain', 'not_contain', 'contain_in', 'not_contain_in'])"),
        ),
        (
            {"project": {"fields": [{"key": "a", "name": "b", "operator": "first"}]}},
            ("'aggregate.project.fields' condition's first operator is not supported."
            " (supported_operator = ['size', 'sum', 'array_to_object', 'object_to_array'])"),
        ),
        ({"limit": -1}, "'aggregate.limit' must not be negative. (limit = -1)"),
    ],
)  # fmt: skip
def test_a_stage_that_means_nothing_is_refused(sent: Mapping[str, Any], reason: str) -> None:
    assert stat_fault(sent) == f"ERROR_DB_QUERY: Database query failed. (reason = {reason})"


def test_stages_are_bounded() -> None:
    """So is all that is in them."""
    many = [{"key": "a", "name": "b"}] * 101

    assert "(key = query.aggregate, reason = There must be at most 30.)" in stat_fault(*[{"limit": 1}] * 31)
    assert "There must be at most 100." in stat_fault({"group": {"keys": many}})
    assert "There must be at most 100." in stat_fault({"project": {"fields": many}})
    assert "There must be at most 30." in stat_fault({"sort": [{"key": "a"}] * 31})
    assert "Sort condition should have key." in stat_fault({"sort": ["a"]})
    assert "A key has at most 32 parts." in stat_fault({"unwind": {"path": "." * 32}})
