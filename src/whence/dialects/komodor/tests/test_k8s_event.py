"""`POST /api/v2/services/k8s-events`: the newer create."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from whence.dialects.komodor import encode
from whence.dialects.komodor.tests.test_create import faults, stored

PATH = "/api/v2/services/k8s-events"
GOOD = {"eventType": "chaos-run", "summary": "started"}
NOW = datetime.now(UTC)


async def test_the_contracts_example(komodor: AsyncClient) -> None:
    """[6] The event comes back, details and all, wherever they were sent."""
    details = {"tool": "latency-injector", "ticket": "CH-88"}
    body = {
        "eventType": "chaos-run",
        "summary": "Latency of 200 ms put on payments for ten minutes",
        "severity": "Warning",
        "scope": {
            "clusters": ["eu-west"],
            "servicesNames": ["payments"],
            "namespaces": ["shop"],
            "details": details,
        },
    }
    before = encode.instant(datetime.now(UTC))

    answer = await komodor.post(PATH, json=body)

    made = answer.json()
    assert answer.status_code == 201
    assert made == {
        "id": str(UUID(made["id"])),
        "eventType": "chaos-run",
        "summary": "Latency of 200 ms put on payments for ten minutes",
        "severity": "warning",
        "details": details,
        "eventTime": made["eventTime"],
    }
    assert before <= made["eventTime"] <= encode.instant(datetime.now(UTC))
    assert answer.headers["x-event-id"] == made["id"]
    assert answer.headers["x-scope-matched"] == "0/0"
    assert (await stored(komodor, answer))["details"] == details


async def test_without_details_there_are_none(komodor: AsyncClient) -> None:
    """[6] `details` comes back when it was sent."""
    assert "details" not in (await komodor.post(PATH, json=GOOD)).json()
    assert (await komodor.post(PATH, json={**GOOD, "details": dict[str, str]()})).json()["details"] == {}


async def test_the_limits_are_reached(komodor: AsyncClient) -> None:
    """[6] 30 and 100 characters are taken."""
    body = {"eventType": "e" * 30, "summary": "s" * 100}

    made = (await komodor.post(PATH, json=body)).json()

    assert (made["eventType"], made["summary"]) == (body["eventType"], body["summary"])


FAULTS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["eventType: is required", "summary: is required"]),
    (
        {"eventType": "quarterly-disaster-recovery-exercise", "summary": "start"},
        ["eventType: must be at most 30 characters, got 36"],
    ),
    (GOOD | {"summary": "s" * 101}, ["summary: must be at most 100 characters, got 101"]),
    (GOOD | {"summary": " "}, ["summary: must not be blank"]),
    (GOOD | {"severity": "fatal"}, ["severity: must be one of information, warning, error"]),
    (GOOD | {"scope": {"details": []}}, ["scope.details: must be an object"]),
]


@pytest.mark.parametrize(("sent", "expected"), FAULTS)
async def test_faults(komodor: AsyncClient, sent: dict[str, Any], expected: list[str]) -> None:
    """[6] As on v1, with tighter limits."""
    assert faults(await komodor.post(PATH, json=sent)) == expected


async def test_a_replay_gives_the_event_as_it_was_made(komodor: AsyncClient) -> None:
    """[6, 9.3] The body of the first answer, time of the event included."""
    headers = {"idempotency-key": "run-1"}

    first = await komodor.post(PATH, json=GOOD | {"details": {"a": 1}}, headers=headers)
    again = await komodor.post(PATH, json=GOOD | {"details": {"a": 1}}, headers=headers)

    assert again.content == first.content
    assert again.headers["x-idempotent-replay"] == "true"


@pytest.mark.parametrize("times", [{}, {"timestamp": encode.instant(NOW)}])
async def test_a_resolved_is_answered_as_it_was_sent(komodor: AsyncClient, times: dict[str, str]) -> None:
    """[6, 9.1] Under the id of the firing that it ended; a replay says the same, and nothing of the firing."""
    alert = {"eventType": "KubePodCrash", "details": {"fingerprint": "8f1b", "status": "firing"}}
    began = encode.instant(NOW - timedelta(minutes=5))
    firing = await komodor.post(PATH, json=alert | {"summary": "down", "severity": "error", "timestamp": began})
    details = {"fingerprint": "8f1b", "status": "resolved"}

    resolved = await komodor.post(PATH, json=alert | times | {"summary": "up", "details": details})
    again = await komodor.post(PATH, json=alert | times | {"summary": "up", "details": details})

    said = resolved.json()
    event = await stored(komodor, again)
    assert said["id"] == firing.json()["id"]
    assert (said["summary"], said["severity"], said["details"]) == ("up", "information", details)
    assert (event["summary"], event["eventTime"], event["endTime"]) == ("down", began, said["eventTime"])
    assert again.content == resolved.content
    assert again.headers["x-idempotent-replay"] == "true"


async def test_leniencies_hold_here_too(komodor: AsyncClient) -> None:
    """[4.3, 6] Both spellings, with a warning."""
    answer = await komodor.post(PATH, json=GOOD | {"scope": {"serviceNames": 5}})

    assert answer.headers["x-whence-warning"] == "scope.serviceNames read as scope.servicesNames"
    assert (await stored(komodor, answer))["scope"]["servicesNames"] == ["5"]
