"""What values an event may have. Source: Cloudforet contract 7.3 step 10, 7.6."""

from typing import Any

import httpx
import pytest

from tests.tenants import Tenant
from whence.dialects.cloudforet.tests.spoken import DISK, Hook, Speaker


async def _only(owner: Speaker) -> dict[str, Any]:
    (event,) = await owner.rows("event/list")
    return event


@pytest.mark.parametrize(
    "odd",
    [
        {"a.b": 1, "$where": {"$gt": 2}, "": "blank", ".": "."},
        {"n": 2**64, "m": -(2**70), "vast": 10**300},
        {"tiny": 1e-300, "one": 1.5, "list": [[None], {"a": [1]}]},
        {"text": "Größe 字 \U0001f600", "quote": "'\"\\"},
    ],
)
async def test_odd_data_survives(owner: Speaker, direct: Hook, odd: dict[str, Any]) -> None:
    """[7.3 step 10, 20.10] In the raw data as it was, in the additional info as text."""
    await direct.post({**DISK, "additional_info": odd, "odd": odd})

    event = await _only(owner)
    assert event["raw_data"]["odd"] == odd
    assert event["raw_data"]["additional_info"] == odd
    assert event["additional_info"].keys() == odd.keys()


async def test_a_very_long_number(owner: Speaker, direct: Hook) -> None:
    """[20.10] Even one that no double holds is no fault of ours."""
    body = b'{"event_key":"k","title":"t","additional_info":{"n":' + b"7" * 4000 + b"}}"

    answer = await direct.client.post(direct.path, content=body)

    assert answer.status_code == httpx.codes.OK
    assert (await _only(owner))["additional_info"] == {"n": "7" * 4000}


async def test_a_title_may_be_long(owner: Speaker, direct: Hook) -> None:
    """[7.6] 100 kB."""
    await direct.post({**DISK, "title": "é" * 50_000})

    assert (await _only(owner))["title"] == "é" * 50_000


async def test_blanks_around_a_key_are_nothing(owner: Speaker, direct: Hook) -> None:
    """[7.3 step 7, 20.14] Before anything is looked up."""
    await direct.post(DISK)
    await direct.post({**DISK, "event_key": "  disk-db1\n", "title": " again "})

    first, second = await owner.rows("event/list", query={"sort": [{"key": "created_at"}]})
    assert second["alert_id"] == first["alert_id"]
    assert (second["event_key"], second["title"]) == ("disk-db1", "again")


async def test_limits_of_values(owner: Speaker, direct: Hook) -> None:
    """[7.6] Letter case is nothing; numbers and truths are texts; a single resource is a list of one."""
    await direct.post(
        {
            "event_key": 17, "title": "t", "event_type": "alert", "severity": "cRitical", "account": 12.0,
            "provider": True, "rule": 1.5, "resources": "db1", "occurred_at": 5,
        }
    )  # fmt: skip

    event = await _only(owner)
    assert (event["event_key"], event["event_type"], event["severity"]) == ("17", "ALERT", "CRITICAL")
    assert (event["account"], event["provider"], event["rule"]) == ("12", "True", "1.5")
    assert event["resources"] == ["db1"]
    assert "occurred_at" not in event


@pytest.mark.parametrize("unset", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000001Z"])
async def test_a_time_that_nobody_set_is_none(owner: Speaker, direct: Hook, unset: str) -> None:
    """What Go writes then is the first time of the calendar, which the driver writes as one before all others."""
    await direct.post({**DISK, "occurred_at": unset})

    event = await _only(owner)
    assert "occurred_at" not in event
    assert await owner("event/get", event_id=event["event_id"]) == event


async def test_a_time_before_all_others_can_be_read(owner: Speaker, direct: Hook, tenant: Tenant) -> None:
    """As a time that nobody set was stored once."""
    await direct.post(DISK)
    async with tenant.house.pool.transaction() as db:
        await db.execute("update signal set occurred_at = '-infinity' where account_id = $1", tenant.admin.account_id)

    assert (await _only(owner))["occurred_at"] == "0001-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    "wrong",
    [
        {"event_type": "NEWS"},
        {"severity": "FATAL"},
        {"event_key": {"a": 1}},
        {"account": []},
        {"additional_info": "text"},
        {"resources": [1]},
        {"occurred_at": "yesterday"},
        {"title": ""},
    ],
)
async def test_a_value_that_means_nothing(owner: Speaker, direct: Hook, wrong: dict[str, Any]) -> None:
    """[7.5, 7.6] Is told by an ERROR event; the monitor is answered as ever."""
    await direct.post({**DISK, **wrong})

    event = await _only(owner)
    assert (event["event_type"], event["severity"]) == ("ERROR", "CRITICAL")
    assert event["description"].startswith(f"Fail to parse the event. (key = {next(iter(wrong))}, reason = ")
