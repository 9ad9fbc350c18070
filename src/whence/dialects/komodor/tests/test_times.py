"""When an event was, and when it ended."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from whence.dialects.komodor import encode
from whence.dialects.komodor.tests.test_create import EVENTS, GOOD, faults, stored

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR_AGO = NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    "spelled",
    [
        HOUR_AGO.isoformat(),
        HOUR_AGO.strftime("%Y-%m-%dT%H:%M:%SZ"),
        HOUR_AGO.strftime("%Y-%m-%dt%H:%M:%S.000000000z"),
        HOUR_AGO.strftime("%Y-%m-%d %H:%M:%S+00:00"),
        (HOUR_AGO + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00"),
        HOUR_AGO.timestamp(),
        int(HOUR_AGO.timestamp()),
        int(HOUR_AGO.timestamp()) * 1000,
        HOUR_AGO.timestamp() * 1000.0,
    ],
    ids=["iso", "z", "lower_case", "blank", "zone", "seconds", "whole_seconds", "millis", "odd_millis"],
)
async def test_a_time_is_understood_however_it_is_spelled(komodor: AsyncClient, spelled: object) -> None:
    """[9.1] RFC 3339, epoch seconds, epoch milliseconds."""
    event = await stored(komodor, await komodor.post(EVENTS, json={**GOOD, "timestamp": spelled}))

    assert event["eventTime"] == encode.instant(HOUR_AGO)
    assert event["endTime"] is None


async def test_without_a_time_it_is_now(komodor: AsyncClient) -> None:
    """[4.4] The moment of receipt, as upstream."""
    before = encode.instant(datetime.now(UTC))

    event = await stored(komodor, await komodor.post(EVENTS, json=GOOD))

    assert before <= event["eventTime"] <= event["receivedAt"] <= encode.instant(datetime.now(UTC))


async def test_an_end_makes_a_span(komodor: AsyncClient) -> None:
    """[9.1] From `timestamp` to `endTimestamp`."""
    body = {**GOOD, "timestamp": HOUR_AGO.isoformat(), "endTimestamp": NOW.isoformat()}

    event = await stored(komodor, await komodor.post(EVENTS, json=body))

    assert (event["eventTime"], event["endTime"]) == (encode.instant(HOUR_AGO), encode.instant(NOW))


async def test_an_end_by_a_clock_that_is_behind(komodor: AsyncClient) -> None:
    """[9.1] What ends now by the sender's clock, and has no start, is a point: it is not refused."""
    end = datetime.now(UTC) - timedelta(seconds=50)

    event = await stored(komodor, await komodor.post(EVENTS, json={**GOOD, "endTimestamp": end.isoformat()}))

    assert (event["eventTime"], event["endTime"]) == (encode.instant(end), None)


SPELLING = "must be an RFC 3339 time with a zone, epoch seconds or epoch milliseconds"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"timestamp": "yesterday"}, [f"timestamp: {SPELLING}"]),
        ({"timestamp": "2026-09-21"}, [f"timestamp: {SPELLING}"]),
        ({"timestamp": "2026-09-21T13:33:20"}, [f"timestamp: {SPELLING}"]),
        ({"timestamp": "2026-13-21T13:33:20Z"}, [f"timestamp: {SPELLING}"]),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, [f"timestamp: {SPELLING}"]),
        ({"timestamp": True}, [f"timestamp: {SPELLING}"]),
        ({"timestamp": [1]}, [f"timestamp: {SPELLING}"]),
        ({"timestamp": 1e300}, [f"timestamp: {SPELLING}"]),
        ({"timestamp": -1e300}, [f"timestamp: {SPELLING}"]),
        ({"timestamp": ""}, [f"timestamp: {SPELLING}"]),
        ({"timestamp": 0}, ["timestamp: must not be older than 90 days"]),
        ({"timestamp": -5}, ["timestamp: must not be older than 90 days"]),
        ({"timestamp": (NOW - timedelta(days=91)).isoformat()}, ["timestamp: must not be older than 90 days"]),
        ({"timestamp": (NOW + timedelta(days=8)).isoformat()}, ["timestamp: must be at most 7 days ahead"]),
        ({"endTimestamp": (NOW + timedelta(days=8)).isoformat()}, ["endTimestamp: must be at most 7 days ahead"]),
        ({"endTimestamp": HOUR_AGO.isoformat()}, ["endTimestamp: must not be before timestamp"]),
        ({"endTimestamp": (NOW - timedelta(minutes=2)).isoformat()}, ["endTimestamp: must not be before timestamp"]),
        (
            {"timestamp": NOW.isoformat(), "endTimestamp": HOUR_AGO.isoformat()},
            ["endTimestamp: must not be before timestamp"],
        ),
        ({"timestamp": "x", "endTimestamp": "y"}, [f"timestamp: {SPELLING}", f"endTimestamp: {SPELLING}"]),
        (
            {"severity": "fatal", "timestamp": 0, "endTimestamp": (NOW + timedelta(days=8)).isoformat()},
            [
                "severity: must be one of information, warning, error",
                "timestamp: must not be older than 90 days",
                "endTimestamp: must be at most 7 days ahead",
            ],
        ),
    ],
)
async def test_times_that_cannot_be_are_refused(
    komodor: AsyncClient, sent: dict[str, object], expected: list[str]
) -> None:
    """[9.1] With their fields, together with all other faults."""
    assert faults(await komodor.post(EVENTS, json=GOOD | sent)) == expected


@pytest.mark.parametrize("days", [89, -6])
async def test_any_time_inside_retention_is_taken(komodor: AsyncClient, days: int) -> None:
    """[9.1] And up to a week ahead."""
    at = NOW - timedelta(days=days)

    event = await stored(komodor, await komodor.post(EVENTS, json={**GOOD, "timestamp": at.isoformat()}))

    assert event["eventTime"] == encode.instant(at)


async def test_links_are_kept(komodor: AsyncClient) -> None:
    """[9.1] Title and address."""
    links = [{"title": "run", "url": "https://ci.example.com/1"}, {"url": "http://[::1]:8080/x"}]

    event = await stored(komodor, await komodor.post(EVENTS, json={**GOOD, "links": links}))

    assert event["links"] == [links[0], {"title": "", **links[1]}]


def alert(status: str, at: datetime) -> dict[str, Any]:
    """What a sender behind Alertmanager posts."""
    details = {"fingerprint": "8f1b", "status": status}
    return {"eventType": "KubePodCrash", "summary": status, "timestamp": at.isoformat(), "details": details}


async def test_resolved_ends_the_span_of_firing(komodor: AsyncClient) -> None:
    """[9.1] One event, not two points."""
    firing = await komodor.post(EVENTS, json=alert("firing", HOUR_AGO))
    resolved = await komodor.post(EVENTS, json=alert("resolved", NOW))

    assert resolved.headers["x-event-id"] == firing.headers["x-event-id"]
    (event,) = (await komodor.get(EVENTS)).json()["events"]
    assert (event["summary"], event["eventTime"], event["endTime"], event["count"]) == (
        "firing",
        encode.instant(HOUR_AGO),
        encode.instant(NOW),
        2,
    )


@pytest.mark.parametrize(
    "other",
    [
        {"eventType": "Other"},
        {"details": {"fingerprint": "0000", "status": "resolved"}},
        {"details": {"fingerprint": "", "status": "resolved"}},
        {"details": {"fingerprint": 8, "status": "resolved"}},
        {"details": {"fingerprint": "8f1b", "status": "gone"}},
        {"details": {"fingerprint": "8f1b", "status": ["resolved"]}},
        {"details": {"fingerprint": "8f1b"}},
    ],
)
async def test_only_the_same_fingerprint_and_type_pair(komodor: AsyncClient, other: dict[str, Any]) -> None:
    """[9.1] Everything else is an event of its own."""
    await komodor.post(EVENTS, json=alert("firing", HOUR_AGO))
    answer = await komodor.post(EVENTS, json=alert("resolved", NOW) | other)

    assert answer.status_code == 201
    events = (await komodor.get(EVENTS)).json()["events"]
    assert [event["endTime"] for event in events] == [None, None]
