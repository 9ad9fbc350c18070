"""What the native API's answers must look like."""

from typing import Any, Final

import httpx

CODES: Final = {
    400: "invalid", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    409: "conflict", 413: "too_large", 415: "unsupported", 429: "too_many", 503: "unavailable",
}  # fmt: skip


def refused(response: httpx.Response, status: int) -> list[dict[str, str]]:
    """The violations of a refusal, after its shape was looked at: clear, and with the request's id."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["error"]
    error = body["error"]
    return fault(error, status, response.headers["x-request-id"])


def fault(error: dict[str, Any], status: int, request_id: str) -> list[dict[str, str]]:
    """The same of an error inside of an answer."""
    assert set(error) - {"violations"} == {"code", "message", "request_id"}
    assert error["code"] == CODES[status]
    assert error["message"]
    assert error["request_id"] == request_id
    for text in (error["message"], *(v["message"] for v in error.get("violations", []))):
        assert not any(word in text for word in ("Traceback", "pydantic", "asyncpg", "Input should", "Value error"))
    violations = error.get("violations", [])
    assert all(set(violation) == {"path", "message"} for violation in violations)
    assert ("violations" in error) == (status == 400)
    return violations


def paths(violations: list[dict[str, str]]) -> list[str]:
    """Where the faults are."""
    return [violation["path"] for violation in violations]


def events(response: httpx.Response) -> list[dict[str, Any]]:
    """The events of a page."""
    assert response.status_code == 200, response.text
    return response.json()["events"]


def titles(response: httpx.Response) -> list[str]:
    """What the events of a page are called."""
    return [event["title"] for event in events(response)]
