"""What answers look like, and how a test says what it sends."""

from datetime import UTC, timedelta
from typing import Any, Final

import httpx

from tests.builders import NOW

DAY: Final = f"{NOW.astimezone(UTC) - timedelta(days=9):%Y-%m-%d}"  # the day of the contract's examples, in retention
GOOD: Final = {"title": "Flag turned on", "type": "FEATURE_FLAG", "timestamp": f"{DAY}T06:30:00Z"}


def body(**changed: object) -> dict[str, object]:
    """A good body but for what is changed; `...` leaves a member out."""
    return {name: value for name, value in {**GOOD, **changed}.items() if value is not ...}


async def made(client: httpx.AsyncClient, where: str, **changed: object) -> dict[str, Any]:
    """The event that a POST makes."""
    answer = await client.post(where, json=body(**changed))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def titles(client: httpx.AsyncClient, where: str, **query: str) -> list[str]:
    """The titles of the events in a list, in its order."""
    answer = await client.get(where, params=query)
    assert answer.status_code == 200, answer.text
    return [event["title"] for event in answer.json()["events"]]


def is_error(answer: httpx.Response, status: int, kind: str, message: str, details: str) -> None:
    """The answer is an ErrorResponse with these members in this order, and nothing else."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    request_id = answer.headers["x-request-id"]
    expected: dict[str, object] = {
        "type": kind, "message": message, "details": details, "httpStatus": status, "requestId": request_id,
    }  # fmt: skip
    assert list(answer.json().items()) == list(expected.items())


def is_bad(answer: httpx.Response, details: str) -> None:
    """400."""
    is_error(answer, 400, "BAD_REQUEST", "Bad Request", details)


def is_missing(answer: httpx.Response, details: str) -> None:
    """404."""
    is_error(answer, 404, "NOT_FOUND", "Not Found", details)
