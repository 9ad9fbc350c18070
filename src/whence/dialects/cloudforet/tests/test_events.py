"""The calls over events. Source: Cloudforet contract 4.3 to 4.7, 8, 9, 10."""

from typing import Any, Final

import pytest

from tests.tenants import MakeTenant, Tenant
from whence.dialects.cloudforet.tests.conftest import MakeSpeaker
from whence.dialects.cloudforet.tests.spoken import (
    ALERTMANAGER,
    DISK,
    Hook,
    Speaker,
    batch,
    domain,
    hook,
    key,
    missing,
    required,
    three_events,
)
from whence.domain.access import Right, Sees

_NEW: Final = {"sort": [{"key": "title"}]}


async def test_an_event_is_read(owner: Speaker, direct: Hook) -> None:
    """[8] As the list shows it; by both prefixes, and whatever the domain is said to be."""
    await direct.post({**DISK, "resource": {"name": "db1"}})
    (listed,) = await owner.rows("event/list")
    asked = {"event_id": listed["event_id"]}

    read = await owner("event/get", **asked)
    deployed = await owner.client.post("/monitoring/event/get", json={**asked, "domain_id": "domain-000000000000"})

    assert read == deployed.json() == listed


async def test_an_event_that_is_not_there(owner: Speaker, account: MakeTenant, speak: MakeSpeaker) -> None:
    """[8] Another account's is as good as none."""
    other = await account()
    stranger = speak(await key(other))
    await (await hook(stranger)).post(DISK)
    (theirs,) = await stranger.rows("event/list")
    (own_domain,) = {row["domain_id"] for row in await owner.rows("webhook/list")} or {None}

    assert own_domain is None
    assert await owner.refused("event/get") == required("event_id")
    for event_id in (theirs["event_id"], "event-ffffffffffff", "event-" + "f" * 32):
        status, code, message = await owner.refused("event/get", event_id=event_id)
        assert (status, code) == (404, "ERROR_NOT_FOUND")
        assert event_id in message
        assert domain(other) not in message


async def test_accounts_see_nothing_of_each_other(
    owner: Speaker, direct: Hook, account: MakeTenant, speak: MakeSpeaker
) -> None:
    """[2.3, 20.1] With the same keys and names, and whatever the request says."""
    other = await account()
    stranger = speak(await key(other))
    theirs = await hook(stranger)
    for one in (direct, theirs):
        await one.post(DISK)

    asked: dict[str, Any] = {"domain_id": domain(other)}
    (own,), (foreign,) = await owner.rows("event/list", **asked), await stranger.rows("event/list", **asked)
    counted = await owner("event/stat", **asked, query={"aggregate": [{"count": {"name": "n"}}]})

    assert (own["webhook_id"], foreign["webhook_id"]) == (direct.id, theirs.id)
    assert own["alert_id"] != foreign["alert_id"]
    assert counted == {"results": [{"n": 1}]}
    for name in ("alert", "webhook", "event-rule", "project-alert-config", "escalation-policy"):
        rows = await owner.rows(f"{name}/list", query={"filter": [{"k": "domain_id", "v": domain(other), "o": "eq"}]})
        assert rows == []
    for call, held in (
        ("alert/get", {"alert_id": foreign["alert_id"]}),
        ("alert/update", {"alert_id": foreign["alert_id"], "state": "RESOLVED"}),
        ("alert/delete", {"alert_id": foreign["alert_id"]}),
        ("webhook/get", {"webhook_id": theirs.id}),
        ("webhook/disable", {"webhook_id": theirs.id}),
        ("webhook/delete", {"webhook_id": theirs.id}),
    ):
        assert (await owner.refused(call, **held))[0] == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "cba"),
        ({"query": {}}, "cba"),
        ({"query": {"page": {"start": 1, "limit": 2}}}, "cb"),
        ({"query": {"page": {"start": 3, "limit": 2}}}, "a"),
        ({"query": {"page": {"start": 3}}}, "cba"),
        ({"query": {"page": {"start": 9, "limit": 2}}}, ""),
        ({"query": {"sort": [{"key": "severity"}, {"key": "title", "desc": True}]}}, "cba"),
        ({"event_key": "ka"}, "a"),
        ({"event_key": "nothing-like-this"}, ""),
        ({"event_type": "ALERT"}, "cba"),
        ({"severity": "CRITICAL"}, "cb"),
        ({"severity": "CRITICAL", "project_id": "p"}, "b"),
        ({"resource": "db1"}, "a"),
        ({"resource": "rack-7"}, "a"),
        ({"resource": "i-1"}, ""),
        ({"provider": "aws"}, "a"),
        ({"account": "123"}, "a"),
        ({"workspace_id": "w-2"}, ""),
        ({"project_id": "q"}, "c"),
        ({"domain_id": "domain-000000000000"}, "cba"),
        ({"query": {"keyword": "B"}, "severity": "CRITICAL", "project_id": "p"}, "b"),
        ({"query": {"filter": [{"k": "severity", "v": ["CRITICAL", "ERROR"], "o": "in"}]}}, "cb"),
        ({"query": {"filter": [{"k": "resource", "v": "db1", "o": "eq"}]}}, "a"),
        ({"query": {"filter": [{"k": "user_projects", "v": ["q"], "o": "in"}]}}, "c"),
        ({"query": {"filter": [{"k": "additional_info.host", "v": "H-", "o": "contain"}]}}, "b"),
        ({"query": {"filter": [{"k": "raw_data.resource.resource_id", "v": "i-1", "o": "eq"}]}}, "a"),
        ({"query": {"filter": [{"k": "created_at", "v": "now-1d", "o": "timediff_gte"}]}}, "cba"),
        ({"query": {"filter": [{"k": "occurred_at", "v": "now-1d", "o": "timediff_gte"}]}}, ""),
    ],
)
async def test_a_list(owner: Speaker, asked: dict[str, Any], found: str) -> None:
    """[4.4, 9] The newest first; every field of the request counts, and the total is that of all pages."""
    await three_events(owner)

    listed = await owner("event/list", **asked)

    titles = "".join(row["title"] for row in listed["results"])
    all_pages = 3 if "page" in asked.get("query", {}) else len(found)
    assert (titles, listed["total_count"]) == (found, all_pages)


async def test_a_list_by_ids(owner: Speaker) -> None:
    one = await three_events(owner)
    c, b, a = await owner.rows("event/list")

    for name, value, rows in (
        ("event_id", a["event_id"], [a]),
        ("alert_id", b["alert_id"], [b]),
        ("webhook_id", one.id, [b, a]),
        ("webhook_id", c["webhook_id"], [c]),
    ):
        assert await owner.rows("event/list", **{name: value}) == rows


@pytest.mark.parametrize("operator", ["eq", "in", "not", "not_in"])
async def test_a_long_key_is_asked_for_as_it_was_sent(owner: Speaker, direct: Hook, operator: str) -> None:
    """[4.5] Whence keeps a shorter one in its place; whoever asks need not know it."""
    long, other = "k" * 600, "k" * 600 + "l"
    for event_key in (long, other, "short"):
        await direct.post({**DISK, "event_key": event_key, "title": f"{len(event_key)}"})
    value = [long, "never"] if operator.endswith("in") else long
    asked = {"filter": [{"k": "event_key", "v": value, "o": operator}]}

    found = await owner.rows("event/list", query=asked)
    counted = await owner("event/stat", query={**asked, "distinct": "title"})

    titles = ["5", "601"] if operator.startswith("not") else ["600"]
    assert sorted(row["title"] for row in found) == sorted(counted["results"]) == titles
    assert [row["title"] for row in await owner.rows("event/list", event_key=long)] == ["600"]


async def test_an_empty_list(owner: Speaker) -> None:
    """[9] The example."""
    answer = await owner.post("event/list", {"event_key": "nothing-like-this"})

    assert answer.content == b'{"results":[],"total_count":0}'


async def test_the_error_of_a_list(owner: Speaker) -> None:
    """[9] The example."""
    condition = {"k": "severity", "v": "INFO", "o": "in"}

    assert await owner.refused("event/list", query={"filter": [condition]}) == (
        400, "ERROR_OPERATOR_LIST_VALUE_TYPE",
        f"The value of 'in operator' must be a list type. ({condition})",
    )  # fmt: skip


async def test_a_row_has_what_is_asked_for(owner: Speaker) -> None:
    """[9, 11.1] Exactly that; `resource` is the object."""
    await three_events(owner)
    listed = [
        await owner.rows("event/list", event_key="ka", query=query)
        for query in (
            {"only": ["title", "severity"]},
            {"only": ["resource"]},
            {"only": ["resource.name", "additional_info.nothing"]},
            {"only": ["raw_data.resource.name"]},
        )
    ]

    assert listed == [
        [{"title": "a", "severity": "INFO"}],
        [{"resource": {"resource_id": "i-1", "name": "db1"}}],
        [{"resource": {"name": "db1"}}],
        [{"raw_data": {"resource": {"name": "db1"}}}],
    ]


async def test_a_minimal_row(owner: Speaker, direct: Hook) -> None:
    """[11.1]."""
    await direct.post({**DISK, "description": "full"})

    (row,) = await owner.rows("event/list", query={"minimal": True})

    assert set(row) == {"event_id", "event_key", "event_type", "title", "severity", "alert_id"}


async def test_only_the_count(owner: Speaker) -> None:
    await three_events(owner)

    assert await owner("event/list", query={"count_only": True}) == {"results": [], "total_count": 3}


async def test_events_of_one_payload_are_in_its_order(owner: Speaker) -> None:
    """[9] The last one is the newest, though all came at the same time; pages share no row."""
    one = await hook(owner, plugin_id=ALERTMANAGER)
    await one.post(batch(40))

    pages = [
        await owner.rows("event/list", query={"page": {"start": start, "limit": 7}, "only": ["title"]})
        for start in range(1, 41, 7)
    ]

    assert [row["title"] for page in pages for row in page] == [f"A{n:04}" for n in reversed(range(40))]


async def test_other_events_are_not_shown(owner: Speaker, direct: Hook, tenant: Tenant, speak: MakeSpeaker) -> None:
    """[1.15] But to a token that sees everything."""
    all_seeing = speak(await key(tenant, Right.READ_EVENTS, sees=Sees.ALL))
    await direct.post({**DISK, "resources": ["db1"]})
    problem = {"kind": "problem", "title": "no disk", "severity": "critical", "key": "k", "properties": {"a": [1]}}
    for said in (problem, {"title": "v42 is out", "scope": {"services": ["db1"]}}):
        (await owner.client.post("/v1/events", json=said)).raise_for_status()

    own = await owner("event/list")
    every = await all_seeing("event/list", query=_NEW)
    counted = await all_seeing("event/stat", query={"aggregate": [{"count": {"name": "n"}}]})

    assert (own["total_count"], every["total_count"], counted) == (1, 3, {"results": [{"n": 3}]})
    assert [row["title"] for row in every["results"]] == ["Disk 91% on db1", "no disk", "v42 is out"]
    _, other, change = every["results"]
    assert (other["event_type"], other["severity"], other["event_key"]) == ("ALERT", "CRITICAL", "k")
    assert (other["domain_id"], other["raw_data"]) == (domain(tenant), {"a": [1]})
    for row in (other, change):
        assert await all_seeing("event/get", event_id=row["event_id"]) == row
        told = await owner.refused("event/get", event_id=row["event_id"])
        assert told == missing(event_id=row["event_id"], domain_id=domain(tenant))


async def test_opened_again_is_no_event(owner: Speaker, direct: Hook, tenant: Tenant, speak: MakeSpeaker) -> None:
    """[1.15] What a person does to an alert was not said by a monitor, whoever looks."""
    all_seeing = speak(await key(tenant, Right.READ_EVENTS, sees=Sees.ALL))
    await direct.post(DISK)
    (alert,) = await owner.rows("alert/list")
    for state in ("RESOLVED", "TRIGGERED"):
        await owner("alert/update", alert_id=alert["alert_id"], state=state)
    await owner("alert/create", title="Manual check", project_id="p")

    assert (await owner("event/list"))["total_count"] == (await all_seeing("event/list"))["total_count"] == 1
