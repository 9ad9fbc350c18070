"""The calls over alerts. Source: Cloudforet contract 16."""

from typing import Any, Final

import pytest

from tests.tenants import Tenant
from whence.dialects.cloudforet.tests.conftest import MakeSpeaker
from whence.dialects.cloudforet.tests.spoken import (
    ALERTMANAGER,
    CLEARED,
    DISK,
    Hook,
    Refused,
    Speaker,
    batch,
    domain,
    hook,
    invalid,
    key,
    missing,
    not_active,
    required,
    workspace,
)

_ON_ONE: Final = ("update", "assign-user", "delete", "get")


async def _alert(owner: Speaker, direct: Hook, **said: str) -> dict[str, Any]:
    """The only alert, which this event opened."""
    await direct.post({**DISK, **said})
    (alert,) = await owner.rows("alert/list")
    return alert


async def test_a_person_opens_an_alert(owner: Speaker, tenant: Tenant) -> None:
    """[16] The example; the urgency is HIGH unless they say otherwise."""
    made = await owner("alert/create", title="Manual check", project_id="p", urgency="LOW")
    urgent = await owner("alert/create", title="t", project_id="p", description="d", assignee="a")

    assert made.pop("created_at") == made.pop("updated_at")
    assert made.pop("escalation_policy_id").startswith("ep-")
    assert made.pop("alert_id").startswith("alert-")
    assert made == {
        "alert_number": 1,
        "title": "Manual check",
        "state": "TRIGGERED",
        "urgency": "LOW",
        "severity": "NONE",
        "additional_info": {},
        "escalation_step": 1,
        "escalation_ttl": 1,
        "triggered_by": "ops-robot",
        "domain_id": domain(tenant),
        "workspace_id": workspace(tenant),
        "project_id": "p",
    }
    assert [urgent[name] for name in ("alert_number", "urgency", "description", "assignee")] == [2, "HIGH", "d", "a"]
    assert await owner.rows("event/list") == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"project_id": "p"}, required("title")),
        ({"title": "t"}, required("project_id")),
        ({"title": " ", "project_id": "p"}, required("title")),
        ({"title": "t", "project_id": " \t"}, required("project_id")),
        (
            {"title": "t", "project_id": "p" * 41},
            invalid("project_id", "String value is too long. (max_length = 40)"),
        ),
    ],
)
async def test_an_alert_that_is_not_opened(owner: Speaker, asked: dict[str, Any], told: Refused) -> None:
    """[16]."""
    assert await owner.refused("alert/create", **asked) == told


async def test_a_removed_project_gets_no_alert(owner: Speaker, tenant: Tenant) -> None:
    """[18]."""
    await owner("alert/create", title="t", project_id="p")
    await owner("project-alert-config/delete", project_id="p")

    assert await owner.refused("alert/create", title="t", project_id="p") == not_active("p", workspace(tenant))


async def test_somebody_cares(owner: Speaker, direct: Hook) -> None:
    """[16] The example: acknowledged by the caller, now."""
    before = await _alert(owner, direct)

    seen = await owner("alert/update", alert_id=before["alert_id"], state="ACKNOWLEDGED")

    assert seen.pop("acknowledged_at") == seen["updated_at"]
    assert seen.pop("updated_at") >= before.pop("updated_at")
    assert seen == {**before, "state": "ACKNOWLEDGED", "responder": "ops-robot"}


@pytest.mark.parametrize(
    ("states", "state", "times"),
    [
        (["RESOLVED"], "RESOLVED", {"resolved_at"}),
        (["ACKNOWLEDGED", "RESOLVED"], "RESOLVED", {"acknowledged_at", "resolved_at"}),
        (["RESOLVED", "ACKNOWLEDGED"], "ACKNOWLEDGED", {"acknowledged_at"}),
        (["ACKNOWLEDGED", "TRIGGERED"], "TRIGGERED", set[str]()),
        (["ACKNOWLEDGED", "RESOLVED", "TRIGGERED"], "TRIGGERED", set[str]()),
        (["RESOLVED", "RESOLVED"], "RESOLVED", {"resolved_at"}),
        ([""], "TRIGGERED", set[str]()),
    ],
)
async def test_states_have_their_times(
    owner: Speaker, direct: Hook, states: list[str], state: str, times: set[str]
) -> None:
    """[16] The answer says what a read says."""
    alert_id = (await _alert(owner, direct))["alert_id"]

    answers = [await owner("alert/update", alert_id=alert_id, state=one) for one in states]

    changed = await owner("alert/get", alert_id=alert_id)
    assert answers[-1] == changed
    assert changed["state"] == state
    assert {name for name in changed if name in {"acknowledged_at", "resolved_at"}} == times
    assert changed.get("escalation_ttl", 0) == (0 if state == "RESOLVED" else 1)


async def test_an_alert_that_was_opened_again_is_open(owner: Speaker, direct: Hook) -> None:
    """[7.4, 16] Its key's events are of it, and it ends as any other."""
    alert_id = (await _alert(owner, direct))["alert_id"]
    for state in ("RESOLVED", "TRIGGERED"):
        await owner("alert/update", alert_id=alert_id, state=state)
    await owner("project-alert-config/update", project_id="p", options={"recovery_mode": "AUTO"})

    await direct.post(DISK)
    await direct.post(CLEARED)

    (alert,) = await owner.rows("alert/list")
    assert (alert["alert_id"], alert["state"]) == (alert_id, "RESOLVED")
    assert (await owner("event/list", alert_id=alert_id))["total_count"] == 3


async def test_only_some_of_it_can_be_changed(owner: Speaker, direct: Hook) -> None:
    """[16] What is not named stays."""
    before = await _alert(owner, direct, description="full")
    alert_id = before["alert_id"]

    changed = await owner("alert/update", alert_id=alert_id, title="t", description="d", urgency="HIGH")
    untouched = await owner("alert/update", alert_id=alert_id, urgency="ALERT_URGENCY_NONE", title="")
    emptied = await owner("alert/update", alert_id=alert_id, reset_description=True, description="x")

    assert [changed[name] for name in ("title", "description", "urgency")] == ["t", "d", "HIGH"]
    assert {**untouched, "updated_at": ""} == {**changed, "updated_at": ""}
    assert "description" not in emptied
    assert emptied["updated_at"] >= untouched["updated_at"] >= changed["updated_at"] >= before["updated_at"]
    assert emptied["created_at"] == before["created_at"]


@pytest.mark.parametrize("blank", ["title", "project_id"])
async def test_what_is_blank_is_no_change(owner: Speaker, direct: Hook, blank: str) -> None:
    """[13.3, 16] It is not as good as absent: whoever sends it means something."""
    await direct.post(DISK)
    (alert,) = await owner.rows("alert/list")

    told = await owner.refused("alert/update", alert_id=alert["alert_id"], **{blank: "   "})

    assert told == required(blank)
    assert await owner("alert/get", alert_id=alert["alert_id"]) == alert


async def test_an_alert_moves_to_another_project(owner: Speaker, direct: Hook) -> None:
    """[7.4, 16, 20.7] The events of its key are of the old one, and of it all the same: the last of them ends it."""
    alert_id = (await _alert(owner, direct))["alert_id"]
    await owner("project-alert-config/update", project_id="p", options={"recovery_mode": "AUTO"})

    moved = await owner("alert/update", alert_id=alert_id, project_id="q")
    await direct.post(DISK)
    await direct.post(CLEARED)

    (alert,) = await owner.rows("alert/list")
    assert moved["project_id"] == alert["project_id"] == "q"
    assert alert["state"] == "RESOLVED"
    assert {row["project_id"] for row in await owner.rows("event/list", alert_id=alert_id)} == {"p"}


async def test_an_alert_that_was_moved_twice_is_where_it_began(owner: Speaker, direct: Hook) -> None:
    """[7.4, 16] Back in its project, or in a third one, it is one alert."""
    alert_id = (await _alert(owner, direct))["alert_id"]
    for project in ("q", "r", "p"):
        await owner("alert/update", alert_id=alert_id, project_id=project)
        await direct.post(DISK)

    assert [(row["alert_id"], row["project_id"]) for row in await owner.rows("alert/list")] == [(alert_id, "p")]


@pytest.mark.parametrize("state", ["TRIGGERED", "RESOLVED"])
async def test_the_timeline_says_what_a_person_calls_it(owner: Speaker, direct: Hook, state: str) -> None:
    """What people do to a ticket is done to its alert."""
    alert_id = (await _alert(owner, direct, description="full"))["alert_id"]
    await owner("alert/update", alert_id=alert_id, title="Rack 7", description="too warm", state=state)

    (native,) = (await owner.client.get("/v1/alerts")).json()["alerts"]
    (event,) = (await owner.client.get("/v1/events", params={"q": "warm"})).json()["events"]
    assert (native["title"], event["title"], event["description"]) == ("Rack 7", "Rack 7", "too warm")
    assert (native["state"] == "closed", event["status"] == "closed") == (state == "RESOLVED",) * 2


@pytest.mark.parametrize("state", ["SNOOZED", "triggered", "ERROR", "ALERT_STATE_NONE"])
async def test_a_state_that_is_none(owner: Speaker, direct: Hook, state: str) -> None:
    """[16, 20.22] The vendor stores it, and cannot read the alert again."""
    alert = await _alert(owner, direct)

    told = await owner.refused("alert/update", alert_id=alert["alert_id"], state=state)

    assert told == invalid("state", "Unsupported state. (TRIGGERED | ACKNOWLEDGED | RESOLVED)")
    assert await owner("alert/get", alert_id=alert["alert_id"]) == alert


@pytest.mark.parametrize("change", [{"state": "RESOLVED"}, {"title": "t"}, {"reset_description": True}, {}])
async def test_an_alert_in_error_is_not_changed(owner: Speaker, direct: Hook, change: dict[str, Any]) -> None:
    """[16] But it can be removed."""
    alert_id = (await _alert(owner, direct, event_type="ERROR"))["alert_id"]

    told = await owner.refused("alert/update", alert_id=alert_id, **change)

    assert told == invalid("state", "The error state cannot be changed.")
    assert await owner("alert/delete", alert_id=alert_id) == {}


async def test_somebody_is_to_care(owner: Speaker, direct: Hook) -> None:
    """[16] Any text."""
    before = await _alert(owner, direct)

    assigned = await owner("alert/assign-user", alert_id=before["alert_id"], assignee="oncall@example.com")

    assert {**assigned, "updated_at": ""} == {**before, "updated_at": "", "assignee": "oncall@example.com"}
    assert await owner.refused("alert/assign-user", alert_id=before["alert_id"]) == required("assignee")


async def test_a_removed_alert_takes_its_events_along(owner: Speaker, direct: Hook) -> None:
    """[16] From every list, also whence's own; other alerts keep theirs, and numbers are not given again."""
    gone = (await _alert(owner, direct))["alert_id"]
    await direct.post(DISK)
    await direct.post({**DISK, "event_key": "other"})

    assert await owner("alert/delete", alert_id=gone) == {}

    assert [event["event_key"] for event in await owner.rows("event/list")] == ["other"]
    assert [alert["alert_number"] for alert in await owner.rows("alert/list")] == [2]
    assert len((await owner.client.get("/v1/alerts")).json()["alerts"]) == 1
    assert len((await owner.client.get("/v1/events")).json()["events"]) == 1
    await direct.post(DISK)
    assert sorted(alert["alert_number"] for alert in await owner.rows("alert/list")) == [2, 3]


async def test_a_removed_alert_takes_its_recoveries_along(owner: Speaker, direct: Hook) -> None:
    """[16] And those of the times when it was opened again."""
    await owner("project-alert-config/update", project_id="p", options={"recovery_mode": "AUTO"})
    alert_id = (await _alert(owner, direct))["alert_id"]
    await direct.post(CLEARED)
    await owner("alert/update", alert_id=alert_id, state="TRIGGERED")
    await direct.post(CLEARED)

    await owner("alert/delete", alert_id=alert_id)

    assert await owner.rows("event/list") == await owner.rows("alert/list") == []
    assert (await owner.client.get("/v1/events")).json()["events"] == []


async def test_a_batch_outlives_one_of_its_alerts(owner: Speaker) -> None:
    """[16] What its other events say of the payload stays."""
    await (await hook(owner, plugin_id=ALERTMANAGER)).post(batch(2))
    first, second = await owner.rows("alert/list")

    await owner("alert/delete", alert_id=first["alert_id"])

    (event,) = await owner.rows("event/list")
    assert (event["alert_id"], event["raw_data"]) == (second["alert_id"], batch(2))


@pytest.mark.parametrize("verb", _ON_ONE)
async def test_an_alert_that_is_not_there(owner: Speaker, tenant: Tenant, verb: str) -> None:
    """[16] Nor is one that lacks its id."""
    more = {"assignee": "a"} if verb == "assign-user" else {}

    told = await owner.refused(f"alert/{verb}", alert_id="alert-ffffffffffff", **more)

    assert told == missing(alert_id="alert-ffffffffffff", domain_id=domain(tenant))
    assert await owner.refused(f"alert/{verb}") == required("alert_id")


async def test_whences_own_api_acknowledges_it(owner: Speaker, direct: Hook) -> None:
    """One alert, whoever looks at it."""
    await direct.post(DISK)
    (native,) = (await owner.client.get("/v1/alerts")).json()["alerts"]

    await owner.client.post(f"/v1/alerts/{native['id']}/acknowledge", json={})

    (alert,) = await owner.rows("alert/list")
    assert (alert["state"], alert["responder"]) == ("ACKNOWLEDGED", "ops-robot")
    assert alert["acknowledged_at"] == alert["updated_at"] > alert["created_at"]


async def test_answers_go_only_to_those_who_may(
    owner: Speaker, direct: Hook, speak: MakeSpeaker, tenant: Tenant
) -> None:
    """[2.2] What a caller may do is looked at before what they ask for."""
    reader = speak(await key(tenant, permissions="monitoring:Event"))
    await direct.post(DISK)

    for verb in (*_ON_ONE, "create", "list", "stat"):
        assert await reader.refused(f"alert/{verb}") == (403, "ERROR_PERMISSION_DENIED", "Permission denied.")
    assert (await owner("alert/list"))["total_count"] == 1
