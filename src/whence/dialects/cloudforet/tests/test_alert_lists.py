"""Lists and statistics of alerts. Source: Cloudforet contract 16."""

from asyncio import gather
from typing import Any

import pytest

from whence.dialects.cloudforet.tests.spoken import ALERTMANAGER, DISK, Hook, Speaker, batch, hook, required


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["manual", "cpu", "disk"]),
        ({"alert_number": 2}, ["cpu"]),
        ({"title": "disk"}, ["disk"]),
        ({"state": "ACKNOWLEDGED"}, ["cpu"]),
        ({"state": "ALERT_STATE_NONE"}, ["manual", "cpu", "disk"]),
        ({"assignee": "dba"}, ["disk"]),
        ({"responder": "ops-robot"}, ["cpu"]),
        ({"urgency": "HIGH"}, ["manual", "cpu"]),
        ({"severity": "WARNING"}, ["disk"]),
        ({"resource": "db1"}, ["disk"]),
        ({"provider": "aws"}, ["cpu"]),
        ({"account": "123"}, ["cpu"]),
        ({"triggered_by": "ops-robot"}, ["manual"]),
        ({"project_id": "q"}, ["manual"]),
        ({"workspace_id": "w-2"}, []),
        ({"escalation_policy_id": "ep-0"}, []),
        ({"query": {"keyword": "MANUAL"}}, ["manual"]),
        ({"query": {"keyword": "2"}, "title": "cpu"}, ["cpu"]),
        ({"query": {"filter": [{"k": "additional_info.team", "v": "dba", "o": "eq"}]}}, ["disk"]),
        ({"query": {"filter": [{"k": "resources.name", "v": "db", "o": "contain"}]}}, ["disk"]),
        ({"query": {"sort": [{"key": "alert_number"}], "page": {"start": 2, "limit": 1}}}, ["cpu"]),
    ],
)
async def test_a_list(owner: Speaker, direct: Hook, asked: dict[str, Any], found: list[str]) -> None:
    """[16] The newest first; every field of the request counts."""
    await direct.post({**DISK, "title": "disk", "resources": ["db1"], "additional_info": {"team": "dba"}})
    await direct.post({"event_key": "cpu", "title": "cpu", "severity": "ERROR", "provider": "aws", "account": "123"})
    await owner("alert/create", title="manual", project_id="q")
    _, cpu, disk = await owner.rows("alert/list")
    await owner("alert/update", alert_id=cpu["alert_id"], state="ACKNOWLEDGED")
    await owner("alert/assign-user", alert_id=disk["alert_id"], assignee="dba")

    assert [row["title"] for row in await owner.rows("alert/list", **asked)] == found


async def test_a_list_has_what_is_asked_for(owner: Speaker) -> None:
    """[16] The example, and a minimal one."""
    made = await owner("alert/create", title="Manual check", project_id="p")
    asked = {"keyword": "manual", "only": ["alert_id", "title"]}

    assert await owner("alert/list", state="TRIGGERED", query=asked) == {
        "results": [{"alert_id": made["alert_id"], "title": "Manual check"}],
        "total_count": 1,
    }
    assert await owner.rows("alert/list", query={"minimal": True}) == [
        {name: made[name] for name in
         ("alert_number", "alert_id", "title", "state", "urgency", "escalation_step", "escalation_ttl", "project_id",
          "workspace_id")}
    ]  # fmt: skip


async def test_no_alert_was_escalated(owner: Speaker, direct: Hook) -> None:
    """[16] The time of it can be asked for all the same, and no alert has one."""
    await direct.post(DISK)

    for query, found in (
        ({"only": ["title", "escalated_at"]}, [{"title": DISK["title"]}]),
        ({"filter": [{"k": "escalated_at", "v": False, "o": "exists"}], "only": ["title"]}, [{"title": DISK["title"]}]),
        ({"filter": [{"k": "escalated_at", "v": "2020-01-01T00:00:00Z", "o": "datetime_gt"}]}, []),
        ({"sort": [{"key": "escalated_at"}], "only": ["title"]}, [{"title": DISK["title"]}]),
    ):
        assert await owner.rows("alert/list", query=query) == found
    assert await owner("alert/stat", query={"distinct": "escalated_at"}) == {"results": []}


@pytest.mark.parametrize("page", [{}, {"limit": 1001}, {"start": 3, "limit": 5000}])
async def test_a_list_has_1000_rows_at_most(owner: Speaker, page: dict[str, int]) -> None:
    """[16] The total counts all."""
    await (await hook(owner, plugin_id=ALERTMANAGER)).post(batch(1003))

    listed = await owner("alert/list", query={"page": page, "only": ["alert_id"]})

    assert (len(listed["results"]), listed["total_count"]) == (1000, 1003)


async def test_statistics(owner: Speaker, direct: Hook) -> None:
    """[16] The example."""
    await gather(*(direct.post({**DISK, "event_key": f"k{n}"}) for n in range(3)))
    alert_id = (await owner.rows("alert/list"))[0]["alert_id"]
    await owner("alert/update", alert_id=alert_id, state="RESOLVED")
    group = {
        "keys": [{"key": "state", "name": "state"}],
        "fields": [{"name": "n", "operator": "count"}],
    }

    found = await owner("alert/stat", query={"aggregate": [{"group": group}, {"sort": [{"key": "n", "desc": True}]}]})

    assert found == {"results": [{"state": "TRIGGERED", "n": 2}, {"state": "RESOLVED", "n": 1}]}
    assert await owner.refused("alert/stat") == required("query")
