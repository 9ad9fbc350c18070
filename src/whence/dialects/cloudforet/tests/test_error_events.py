"""What cannot be read is an event that says so. Source: Cloudforet contract 7.5."""

from typing import Any

import pytest

from whence.dialects.cloudforet.tests.spoken import ALERTMANAGER, DISK, Hook, Speaker, hook

_BAD = {"event_key": "k", "severity": "INFO"}


async def test_an_error_event_says_what_is_wrong(owner: Speaker, direct: Hook) -> None:
    """[7.5] In these words, with the body; its alert is urgent, and in state ERROR."""
    await direct.post(_BAD)

    (event,), (alert,) = await owner.rows("event/list"), await owner.rows("alert/list")
    word, _, digits = event["event_key"].partition("-")
    assert (word, len(digits), digits.strip("0123456789abcdef")) == ("error", 12, "")
    assert (event["event_type"], event["severity"]) == ("ERROR", "CRITICAL")
    assert event["title"] == alert["title"] == "Webhook Event Parsing Error - direct"
    assert event["description"] == "Fail to parse the event. (key = title, reason = This field is required.)"
    assert event["raw_data"] == _BAD
    assert (alert["state"], alert["urgency"], alert["severity"]) == ("ERROR", "HIGH", "CRITICAL")


async def test_an_error_event_names_the_member(owner: Speaker, direct: Hook) -> None:
    """[7.5, 14.7] With where it lies."""
    await direct.post({**DISK, "resource": {"name": {}}})

    (event,) = await owner.rows("event/list")
    assert event["description"] == "Fail to parse the event. (key = resource.name, reason = This value must be text.)"


async def test_the_same_failure_again_is_of_the_same_alert(owner: Speaker, direct: Hook) -> None:
    """[7.5, 20.11] Another kind of failure, or another webhook, has another one."""
    other = await hook(owner, name="other")
    await direct.post(_BAD)
    await direct.post({"event_key": "another", "rule": "x"})
    await direct.post({"title": "no key"})
    await other.post(_BAD)

    counts = [
        (await owner("event/list", alert_id=alert["alert_id"]))["total_count"]
        for alert in await owner.rows("alert/list", query={"sort": [{"key": "alert_number"}]})
    ]
    assert counts == [2, 1, 1]


async def test_equal_failures_of_a_batch_are_one_event(owner: Speaker) -> None:
    """[7.3 step 11] It stands for the payload."""
    one = await hook(owner, plugin_id=ALERTMANAGER)

    await one.post({"alerts": [1, 2, {"fingerprint": "f", "labels": "x"}, {"fingerprint": "g"}]})

    events = await owner.rows("event/list", event_type="ERROR")
    assert len({event["event_key"] for event in events}) == len(events) == 2
    assert (await owner("event/list"))["total_count"] == 3


@pytest.mark.parametrize("payload", [{}, {"event_key": None, "title": None}, {"alerts": 1}, {"data": {"title": "t"}}])
async def test_any_object_is_answered(owner: Speaker, direct: Hook, payload: dict[str, Any]) -> None:
    """[7.2] A parse failure is none of the monitor's requests."""
    await direct.post(payload)

    assert [event["event_type"] for event in await owner.rows("event/list")] == ["ERROR"]


async def test_an_alert_in_error_ends_by_a_recovery_of_its_key(owner: Speaker, direct: Hook) -> None:
    """[16]."""
    await owner("project-alert-config/update", project_id="p", options={"recovery_mode": "AUTO"})
    await direct.post(_BAD)
    (event,) = await owner.rows("event/list")

    await direct.post({**DISK, "event_key": event["event_key"], "event_type": "RECOVERY"})

    assert [alert["state"] for alert in await owner.rows("alert/list")] == ["RESOLVED"]
