"""What events do to alerts: open them, be more of them, end them, or nothing. Source: Cloudforet contract 7.4."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.tenants import Tenant
from whence.dialects.cloudforet.tests.spoken import ALERTMANAGER, CLEARED, DISK, Hook, Speaker, hook, workspace


async def _mode(owner: Speaker, mode: str) -> None:
    await owner("project-alert-config/update", project_id="p", options={"recovery_mode": mode})


async def _states(owner: Speaker) -> list[str]:
    """Of all alerts, in the order of their numbers."""
    return [row["state"] for row in await owner.rows("alert/list", query={"sort": [{"key": "alert_number"}]})]


async def _age(tenant: Tenant, seconds: int) -> None:
    """All that was said was said so much earlier."""
    async with tenant.house.pool.transaction() as db:
        await db.execute(
            "update ticket set signalled_at = signalled_at - $2 * interval '1 second' where account_id = $1",
            tenant.admin.account_id,
            seconds,
        )


@pytest.mark.parametrize(
    ("severity", "urgency"),
    [
        ("CRITICAL", "HIGH"),
        ("ERROR", "HIGH"),
        ("NOT_AVAILABLE", "HIGH"),
        ("WARNING", "LOW"),
        ("INFO", "LOW"),
        ("NONE", "LOW"),
    ],
)
async def test_a_first_event_opens_an_alert(owner: Speaker, direct: Hook, severity: str, urgency: str) -> None:
    """[7.4] Which has what the event says, and an urgency by its severity."""
    said = {
        **DISK, "severity": severity, "description": "full", "rule": "disk", "image_url": "https://x.example/i",
        "provider": "aws", "account": "123", "additional_info": {"a": 1}, "resources": ["rack-7"],
        "resource": {"resource_id": "server-1", "resource_type": "inventory.Server", "name": "db1"},
    }  # fmt: skip

    await direct.post(said)

    (event,), (alert,) = await owner.rows("event/list"), await owner.rows("alert/list")
    policy = alert.pop("escalation_policy_id")
    assert policy.startswith("ep-")
    assert alert.pop("created_at") == alert.pop("updated_at") == event["created_at"]
    assert alert == {
        "alert_number": 1,
        "alert_id": event["alert_id"],
        "title": "Disk 91% on db1",
        "state": "TRIGGERED",
        "description": "full",
        "urgency": urgency,
        "severity": severity,
        "rule": "disk",
        "image_url": "https://x.example/i",
        "resources": [
            {"name": "rack-7"},
            {"resource_id": "server-1", "resource_type": "inventory.Server", "name": "db1"},
        ],
        "provider": "aws",
        "account": "123",
        "additional_info": {"a": "1"},
        "escalation_step": 1,
        "escalation_ttl": 1,
        "triggered_by": direct.id,
        "webhook_id": direct.id,
        "domain_id": event["domain_id"],
        "workspace_id": event["workspace_id"],
        "project_id": "p",
    }


async def test_an_error_opens_an_alert_in_error(owner: Speaker, direct: Hook) -> None:
    """[7.4] That a source sends as such; a later ALERT of its key is of it."""
    await direct.post({**DISK, "event_type": "ERROR"})
    await direct.post(DISK)

    assert await _states(owner) == ["ERROR"]


async def test_a_further_event_is_of_the_open_alert_whatever_its_age(
    owner: Speaker, direct: Hook, tenant: Tenant
) -> None:
    """[7.4, 20.7] Only the description of the alert changes, and when it was changed."""
    await direct.post({**DISK, "description": "full"})
    (before,) = await owner.rows("alert/list")
    await _age(tenant, 86_400)
    more = {"title": "Disk 99%", "severity": "CRITICAL", "resources": ["x"], "additional_info": {"b": 2}}
    await direct.post({**DISK, **more, "description": "fuller"})

    (after,) = await owner.rows("alert/list")
    assert after.pop("description") == "fuller"
    assert after.pop("updated_at") >= before.pop("updated_at")
    assert before == {**after, "description": "full"}
    assert (await owner("event/list", alert_id=after["alert_id"]))["total_count"] == 2


@pytest.mark.parametrize("mode", ["AUTO", "MANUAL"])
async def test_an_empty_description_wipes_nothing(owner: Speaker, direct: Hook, mode: str) -> None:
    """[7.4, 20.8] Neither that of a repeat nor the one of a recovery, which has its own."""
    await _mode(owner, mode)
    await direct.post({**DISK, "description": "full"})
    await direct.post({**DISK, "description": "  "})
    await direct.post({**CLEARED, "description": "over"})

    (alert,) = await owner.rows("alert/list")
    assert alert["description"] == "full"


async def test_a_recovery_ends_the_alert_in_mode_auto(owner: Speaker, direct: Hook) -> None:
    """[7.4] With the event of it, and the time."""
    await _mode(owner, "AUTO")
    await direct.post(DISK)
    await direct.post(CLEARED)

    (alert,) = await owner.rows("alert/list")
    recovery, event = await owner.rows("event/list")
    assert (alert["state"], alert.get("escalation_ttl", 0)) == ("RESOLVED", 0)
    assert alert["resolved_at"] == alert["updated_at"] == recovery["created_at"]
    assert [one["event_type"] for one in (event, recovery)] == ["ALERT", "RECOVERY"]
    assert {one["alert_id"] for one in (event, recovery)} == {alert["alert_id"]}


async def test_a_recovery_is_only_recorded_in_mode_manual(owner: Speaker, direct: Hook) -> None:
    """[7.4] Which is the default; a change of the mode holds for the next event."""
    await direct.post(DISK)
    await direct.post(CLEARED)
    standing = await _states(owner)
    await _mode(owner, "AUTO")
    await direct.post(CLEARED)

    assert (standing, await _states(owner)) == (["TRIGGERED"], ["RESOLVED"])
    assert (await owner("event/list"))["total_count"] == 3


@pytest.mark.parametrize("before", [[], [DISK, CLEARED]])
async def test_a_recovery_of_nothing_is_dropped(owner: Speaker, direct: Hook, before: list[dict[str, Any]]) -> None:
    """[7.4] Where nothing was ever open, or it is over already."""
    await _mode(owner, "AUTO")
    for said in before:
        await direct.post(said)

    await direct.post(CLEARED)

    assert (await owner("event/list"))["total_count"] == len(before)


async def test_a_late_recovery_ends_the_alert(owner: Speaker, direct: Hook, tenant: Tenant) -> None:
    """[7.4, 20.7] The vendor drops it."""
    await _mode(owner, "AUTO")
    await direct.post(DISK)
    await _age(tenant, 7 * 86_400)
    await direct.post(CLEARED)

    assert await _states(owner) == ["RESOLVED"]


async def test_after_the_end_a_new_alert_begins(owner: Speaker, direct: Hook) -> None:
    """[7.4] With the next number."""
    await _mode(owner, "AUTO")
    for said in (DISK, CLEARED, DISK):
        await direct.post(said)

    assert await _states(owner) == ["RESOLVED", "TRIGGERED"]


@pytest.mark.parametrize("resolved", ["cloudforet", "native"])
async def test_after_a_person_ended_it_a_new_alert_begins(owner: Speaker, direct: Hook, resolved: str) -> None:
    """[7.4] Through whichever API they did."""
    await direct.post(DISK)
    (alert,) = await owner.rows("alert/list")
    if resolved == "native":
        (native,) = (await owner.client.get("/v1/alerts")).json()["alerts"]
        await owner.client.post(f"/v1/alerts/{native['id']}/close", json={})
    else:
        await owner("alert/update", alert_id=alert["alert_id"], state="RESOLVED")
    await direct.post(DISK)

    assert await _states(owner) == ["RESOLVED", "TRIGGERED"]


@pytest.mark.parametrize(
    ("options", "age", "alerts"),
    [
        ({}, 10_000, 1),
        ({"duplicate_event_time": 1800}, 1700, 1),
        ({"duplicate_event_time": 1800.0}, 1900, 2),
        ({"duplicate_event_time": 0}, 0, 2),
        ({"duplicate_event_time": -1}, 10_000, 1),
        ({"duplicate_event_time": 10**12}, 10_000, 1),
    ],
)
@pytest.mark.parametrize("place", ["options", "metadata"])
async def test_a_webhook_may_have_a_window(
    owner: Speaker, tenant: Tenant, place: str, options: dict[str, Any], age: int, alerts: int
) -> None:
    """[7.4, 20.15] Behind it an event opens a second alert while the first stays open."""
    given: dict[str, Any] = {place: options}
    one = await hook(owner, **given)
    await one.post(DISK)
    await _age(tenant, age)
    await one.post(DISK)

    assert await _states(owner) == ["TRIGGERED"] * alerts


async def test_a_window_slides(owner: Speaker, tenant: Tenant) -> None:
    """[7.4] Each repeat begins it anew; a recovery does not."""
    one = await hook(owner, options={"duplicate_event_time": 1800})
    for said in (DISK, DISK, CLEARED):
        await one.post(said)
        await _age(tenant, 1000)
    await one.post(DISK)

    assert await _states(owner) == ["TRIGGERED", "TRIGGERED"]


async def test_a_recovery_ends_all_that_is_open(owner: Speaker, tenant: Tenant) -> None:
    """[7.4] It is an event of the newest; in mode MANUAL it ends nothing."""
    one = await hook(owner, options={"duplicate_event_time": 600})
    for _ in range(3):
        await one.post(DISK)
        await _age(tenant, 700)
    await one.post(CLEARED)
    standing = await _states(owner)
    await _mode(owner, "AUTO")
    await one.post(CLEARED)

    newest = (await owner.rows("alert/list", alert_number=3))[0]["alert_id"]
    recoveries = await owner.rows("event/list", event_type="RECOVERY")
    assert (standing, await _states(owner)) == (["TRIGGERED"] * 3, ["RESOLVED"] * 3)
    assert [event["alert_id"] for event in recoveries] == [newest] * 2


async def test_the_webhook_is_no_part_of_the_key(owner: Speaker, direct: Hook) -> None:
    """[7.4] Two of one project share the alert; another project or another key is another one."""
    other = await hook(owner, name="other")
    elsewhere = await hook(owner, project_id="p-2")
    await direct.post(DISK)
    await other.post(DISK)
    await elsewhere.post(DISK)
    await direct.post({**DISK, "event_key": "DISK-db1"})

    alerts = await owner.rows("alert/list", query={"sort": [{"key": "alert_number"}]})
    assert [(one["project_id"], one["webhook_id"]) for one in alerts] == [
        ("p", direct.id), ("p-2", elsewhere.id), ("p", direct.id),
    ]  # fmt: skip


@pytest.mark.parametrize("mode", ["AUTO", "MANUAL"])
async def test_the_timeline_shows_what_happened(owner: Speaker, direct: Hook, mode: str) -> None:
    """A problem that ended when its source says so, and its recovery; in mode MANUAL a problem with news of it."""
    is_over = mode == "AUTO"
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    end = start + timedelta(hours=1)
    await _mode(owner, mode)
    await direct.post({**DISK, "severity": "CRITICAL", "occurred_at": start.isoformat(), "resources": ["db1"]})
    await direct.post({**CLEARED, "severity": "INFO", "occurred_at": end.isoformat()})

    (alert,) = await owner.rows("alert/list")
    (native,) = (await owner.client.get("/v1/alerts")).json()["alerts"]
    events = (await owner.client.get("/v1/events")).json()["events"]
    assert (await owner("event/list", alert_id=alert["alert_id"]))["total_count"] == 2
    assert (alert["state"] == "RESOLVED", native["state"] == "closed") == (is_over, is_over)
    problem, recovery = sorted(events, key=lambda event: event["time"])
    assert [problem["kind"], recovery["kind"]] == ["problem", "recovery" if is_over else "info"]
    assert (problem["severity"], problem["title"]) == ("critical", "Disk 91% on db1")
    assert [datetime.fromisoformat(one["time"]) for one in (problem, recovery)] == [start, end]
    assert (problem["end_time"] and datetime.fromisoformat(problem["end_time"])) == (end if is_over else None)
    assert native["event_id"] == problem["id"]


async def test_what_says_when_it_began_ends_when_it_was_over(owner: Speaker) -> None:
    """[14.1] A recovery of Alertmanager's occurred when all began; the problem is a bar from there to its end."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    end = start + timedelta(hours=1)
    alertmanager = await hook(owner, plugin_id=ALERTMANAGER)
    await _mode(owner, "AUTO")
    told = {"fingerprint": "f", "labels": {"alertname": "A"}, "startsAt": start.isoformat()}
    await alertmanager.post({"alerts": [{**told, "status": "firing", "endsAt": "0001-01-01T00:00:00Z"}]})
    await alertmanager.post({"alerts": [{**told, "status": "resolved", "endsAt": end.isoformat()}]})

    signals = await owner.rows("event/list")
    problem, recovery = sorted((await owner.client.get("/v1/events")).json()["events"], key=lambda event: event["time"])
    assert {datetime.fromisoformat(row["occurred_at"]) for row in signals} == {start}
    assert [datetime.fromisoformat(problem[name]) for name in ("time", "end_time")] == [start, end]
    assert (recovery["kind"], datetime.fromisoformat(recovery["time"])) == ("recovery", end)


async def test_a_repeat_is_no_second_problem(owner: Speaker, direct: Hook) -> None:
    """On the timeline it is one problem that was reported twice."""
    await direct.post(DISK)
    await direct.post({**DISK, "description": "fuller"})

    (event,) = (await owner.client.get("/v1/events")).json()["events"]
    assert (event["report_count"], event["description"]) == (2, "fuller")


async def test_accounts_do_not_share_alerts(owner: Speaker, direct: Hook, tenant: Tenant) -> None:
    """The workspace of the alert is that of its webhook."""
    await direct.post(DISK)

    assert [row["workspace_id"] for row in await owner.rows("alert/list")] == [workspace(tenant)]
