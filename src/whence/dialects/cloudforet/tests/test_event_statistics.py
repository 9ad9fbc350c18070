"""Statistics of events. Source: Cloudforet contract 10, 12.3."""

from typing import Any

import pytest

from whence.dialects.cloudforet.tests.spoken import DISK, Hook, Speaker, required, three_events


@pytest.mark.parametrize(
    ("query", "reply"),
    [
        (
            {
                "aggregate": [
                    {
                        "group": {
                            "keys": [{"key": "severity", "name": "severity"}],
                            "fields": [{"name": "n", "operator": "count"}],
                        }
                    },
                    {"sort": [{"key": "n", "desc": True}]},
                ]
            },
            {"results": [{"severity": "CRITICAL", "n": 2}, {"severity": "INFO", "n": 1}]},
        ),
        (
            {"distinct": "title", "page": {"start": 2, "limit": 2}},
            {"total_count": 3, "results": ["b", "c"]},
        ),
        ({"distinct": "resources"}, {"results": ["db1", "rack-7"]}),
        (
            {
                "filter": [{"k": "created_at", "v": "now/d - 1d", "o": "timediff_gte"}],
                "aggregate": [{"count": {"name": "total"}}],
            },
            {"results": [{"total": 3}]},
        ),
        ({"aggregate": [{"count": {"name": "n"}}], "distinct": "title"}, {"results": [{"n": 3}]}),
        (
            {
                "aggregate": [
                    {
                        "group": {
                            "keys": [{"key": "project_id", "name": "p"}],
                            "fields": [
                                {"name": "n", "operator": "count"},
                                {
                                    "name": "critical",
                                    "operator": "count",
                                    "conditions": [{"key": "severity", "value": "CRITICAL", "operator": "eq"}],
                                },
                            ],
                        }
                    },
                    {"sort": [{"key": "p"}]},
                ]
            },
            {"results": [{"p": "p", "n": 2, "critical": 1}, {"p": "q", "n": 1, "critical": 1}]},
        ),
    ],
)
async def test_statistics(owner: Speaker, query: dict[str, Any], reply: dict[str, Any]) -> None:
    """[10] The examples."""
    await three_events(owner)

    assert await owner("event/stat", query=query) == reply


@pytest.mark.parametrize(
    ("asked", "lacking"),
    [({}, "query"), ({"query": {}}, "aggregate"), ({"query": {"aggregate": []}}, "aggregate")],
)
async def test_statistics_of_nothing(owner: Speaker, asked: dict[str, Any], lacking: str) -> None:
    """[10] The example."""
    assert await owner.refused("event/stat", **asked) == required(lacking)


@pytest.mark.parametrize("desc", ["x", "", 1, [True]])
async def test_an_order_is_told_by_a_boolean(owner: Speaker, direct: Hook, desc: object) -> None:
    """[4.8] In statistics as in lists, whose messages take nothing else."""
    sort = [{"key": "title", "desc": desc}]
    await direct.post(DISK)

    listed = await owner.post("event/list", {"query": {"sort": sort}})
    told = await owner.refused("event/stat", query={"aggregate": [{"sort": sort}]})

    assert listed.status_code == 400
    text = "Parameter type is invalid. (key = query.aggregate.sort.desc, type = bool)"
    assert told == (400, "ERROR_INVALID_PARAMETER_TYPE", text)


async def test_statistics_by_day(owner: Speaker, direct: Hook) -> None:
    """[10] The example."""
    await direct.post(DISK)
    (event,) = await owner.rows("event/list")
    group = {
        "keys": [{"key": "created_at", "name": "day", "date_format": "%Y-%m-%d"}],
        "fields": [{"name": "n", "operator": "count"}],
    }

    assert await owner("event/stat", query={"aggregate": [{"group": group}]}) == {
        "results": [{"day": event["created_at"][:10], "n": 1}]
    }


async def test_raw_rows_of_statistics_are_events(owner: Speaker, direct: Hook) -> None:
    """[12.3] In the words of events."""
    await direct.post({**DISK, "resource": {"name": "db1"}})
    (event,) = await owner.rows("event/list")

    (row,) = (await owner("event/stat", query={"aggregate": [{"limit": 2}]}))["results"]

    assert {name: row[name] for name in event} == event
