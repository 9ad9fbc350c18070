"""What the tests of pushes send, and how they look at the answers."""

from collections.abc import Mapping
from time import time
from typing import Any, Final

from httpx import AsyncClient, Response

from whence.domain.entity import Draft, Tag

EVENTS: Final = "/api/v1/events"
ORDERS: Final = "SERVICE-00AA11BB22CC33DD"
CART: Final = "SERVICE-5C0E77A1D2B93F46"
MACHINE: Final = "HOST-1234567890ABCDEF"
ON_ORDERS: Final = {"entityIds": [ORDERS]}

TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "AVAILABILITY_EVENT": ("title", "description"),
    "ERROR_EVENT": ("title", "description"),
    "PERFORMANCE_EVENT": ("title", "description"),
    "RESOURCE_CONTENTION": ("title", "description"),
    "CUSTOM_ALERT": ("title", "description"),
    "CUSTOM_ANNOTATION": ("annotationType", "annotationDescription"),
    "CUSTOM_CONFIGURATION": ("description", "configuration"),
    "CUSTOM_DEPLOYMENT": ("deploymentName", "deploymentVersion"),
    "CUSTOM_INFO": ("description",),
    "MARKED_FOR_TERMINATION": ("description",),
}
"""What the matrix requires of each type."""
PROBLEMS: Final = ("AVAILABILITY_EVENT", "ERROR_EVENT", "PERFORMANCE_EVENT", "RESOURCE_CONTENTION", "CUSTOM_ALERT")
INFORMATION: Final = tuple(name for name in TEXTS if name not in PROBLEMS)


def message(event_type: str = "CUSTOM_INFO", /, **fields: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
    """A body with all that its type requires, and what is given; what is given as `...` is left out."""
    texts = {name: f"some {name}" for name in TEXTS[event_type]}
    body = {"eventType": event_type, "source": "perf-lab", "attachRules": ON_ORDERS, **texts, **fields}
    return {name: value for name, value in body.items() if value is not ...}


def tagged(key: str, value: str = "", context: str = "CONTEXTLESS") -> Tag:
    """A tag of an entity."""
    return Tag(context=context, key=key, value=value)


def drafted(entity_id: str, *tags: Tag, name: str = "") -> Draft:
    """An entity to register."""
    return Draft(id=entity_id, type=entity_id.rpartition("-")[0], name=name or entity_id, tags=tags)


def by_tags(*tags: object, types: object = ("SERVICE",)) -> dict[str, Any]:
    """Attach rules of one tag rule."""
    return {"tagRule": [{"meTypes": types, "tags": list(tags)}]}


async def push(desk: AsyncClient, body: object, *, query: str = "", **headers: str) -> Response:
    """The answer to the body."""
    return await desk.post(f"{EVENTS}{query}", json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


async def pushed(desk: AsyncClient, body: object, *, query: str = "", **headers: str) -> dict[str, Any]:
    """The answer to a body that is good."""
    answer = await push(desk, body, query=query, **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def events(desk: AsyncClient, **query: str) -> list[dict[str, Any]]:
    """What is read back, newest first; the window is as wide as events may lie."""
    asked = {"from": str(millis(days=-31)), "to": str(millis(days=8)), **query}
    answer = await desk.get(EVENTS, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["events"]


def millis(**much: float) -> int:
    """That long from now, in milliseconds: `millis(minutes=-5)`."""
    seconds = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
    return int((time() + sum(seconds[unit] * n for unit, n in much.items())) * 1000)


def refused(answer: Response) -> str:
    """The message of a refusal that has no violations."""
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error.keys() == {"code", "message"}
    assert error["code"] == 400
    return error["message"]


def violations(answer: Response, place: str = "PAYLOAD_BODY") -> list[tuple[str, str]]:
    """Path and message of each violation of a refusal."""
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == (400, "Constraints violated.")
    assert all(v.keys() == {"path", "message", "parameterLocation", "location"} for v in error["constraintViolations"])
    assert {(v["parameterLocation"], v["location"]) for v in error["constraintViolations"]} == {(place, None)}
    return [(v["path"], v["message"]) for v in error["constraintViolations"]]


def warnings(answer: Response) -> list[str]:
    """What the answer says was tolerated."""
    return answer.headers.get_list("x-whence-warning")
