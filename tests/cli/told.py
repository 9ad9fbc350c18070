"""What an account knows before a command is typed, told by its API: a command for each would take most of the time."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from tests.acceptance.server import NO_TLS, bearer
from tests.cli.terminal import Terminal

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)


def ask(whence: Terminal, method: str, path: str, **given: Any) -> Any:  # noqa: ANN401  whatever the JSON holds
    """The JSON of a good answer to who types here."""
    url, headers = whence.settings["WHENCE_URL"] + path, bearer(whence.settings["WHENCE_TOKEN"])
    return httpx.request(method, url, headers=headers, verify=NO_TLS, **given).raise_for_status().json()


def tell(whence: Terminal, *events: dict[str, object]) -> None:
    """The events are stored."""
    told = ask(whence, "POST", "/v1/events", json=events)
    assert told["accepted"] == len(events), told


def deploy(on: str, before: timedelta, title: str) -> dict[str, object]:
    """It was deployed that long ago."""
    return _event(on, before, title, kind="change", type="deploy")


def problem(on: str, before: timedelta, title: str, *, severity: str = "error", key: str = "") -> dict[str, object]:
    """Something is wrong with it since then."""
    return _event(on, before, title, kind="problem", severity=severity, key=key or f"{title} {on} {before}")


def recovery(key: str, before: timedelta) -> dict[str, object]:
    """It was well again that long ago."""
    return {"kind": "recovery", "key": key, "title": "over", "time": _at(before)}


def _at(before: timedelta) -> str:
    """A moment by the clock: an age is shown as of now, and not as of the first of the tests."""
    return (datetime.now(UTC) - before).isoformat()


def _event(on: str, before: timedelta, title: str, **more: object) -> dict[str, object]:
    return {"title": title, "entities": [on], "time": _at(before), **more}
