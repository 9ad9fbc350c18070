"""A receiver of alerts that opens tickets of its own: it pushes, finds the problem by what it was answered, closes it.

It knows what a receiver of Alertmanager's in the wild knows (DESK contract 7): 200 and `storedCorrelationIds[0]`, the
feed of what is open with all details, ids of custom devices that it computes, and the second version's close.
"""

from collections.abc import Callable, Generator
from time import monotonic
from typing import Any, Final

import httpx
import pytest

from tests.acceptance.server import Server, await_fact

_DEVICE: Final = (
    "CUSTOM_DEVICE-EBFD2154C71FC3F7"  # of the group and the device `alertmanager`, as the receiver computes it
)
_SECONDS: Final = 60.0  # what such a receiver needs at least; DESK contract 5.2
_OURS: Final = 10.0


class Receiver:
    """One alert at a time."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def register(self) -> None:
        """The device stands; what it computed is what it is told."""
        body = {"displayName": "Alertmanager", "group": "alertmanager", "type": "Alertmanager"}
        answer = self._client.post("/api/v1/entity/infrastructure/custom/alertmanager", json=body)
        assert answer.status_code == 200
        assert answer.json()["entityId"] == _DEVICE

    def notify(self, title: str) -> dict[str, Any]:
        """The alert is open for two hours; it is sent again every half hour."""
        body = {
            "eventType": "ERROR_EVENT", "title": title, "description": "15,000 messages wait", "source": "alertmanager",
            "timeoutMinutes": 120, "attachRules": {"entityIds": [_DEVICE]}, "customProperties": {"severity": "page"},
            "allowDavisMerge": "false",
        }  # fmt: skip
        answer = self._client.post("/api/v1/events", json=body)
        assert answer.status_code == 200
        return answer.json()

    def problem(self, correlation: str) -> dict[str, Any] | None:
        """The open problem that holds the event."""
        asked = {"status": "OPEN", "expandDetails": "true"}
        answer = self._client.get("/api/v1/problem/feed", params=asked)
        assert answer.status_code == 200
        for problem in answer.json()["result"]["problems"]:
            for event in problem["rankedEvents"]:
                if event.get("correlationId") == correlation:
                    return problem
        return None

    def close(self, problem_id: str, message: str) -> int:
        """The problem is over; the status of the answer."""
        return self._client.post(f"/api/v2/problems/{problem_id}/close", json={"message": message}).status_code


@pytest.fixture
def receiver(shared: Server, tenant_token: Callable[..., str]) -> Generator[Receiver]:
    with shared.client(tenant_token()) as client:
        yield Receiver(client)


def _found(receiver: Receiver, correlation: str) -> dict[str, Any]:
    await_fact(lambda: receiver.problem(correlation), seconds=_SECONDS, what="the problem is in the feed")
    problem = receiver.problem(correlation)
    assert problem is not None
    return problem


def test_a_receiver_finds_and_closes_its_problem(receiver: Receiver) -> None:
    """[PR10] By the correlation id that it was answered; a refresh says it, too; what it closed opens nothing again."""
    receiver.register()
    [correlation] = receiver.notify("Queue backlog over limit")["storedCorrelationIds"]
    [other] = receiver.notify("Disk nearly full")["storedCorrelationIds"]
    began = monotonic()

    problem, elsewhere = _found(receiver, correlation), _found(receiver, other)

    assert monotonic() - began < _OURS
    assert problem["id"] != elsewhere["id"]
    assert (problem["severityLevel"], problem["impactLevel"]) == ("ERROR", "INFRASTRUCTURE")
    assert receiver.notify("Queue backlog over limit")["problemIds"] == [problem["id"]]
    assert receiver.close(problem["id"], "resolved") == 200
    assert receiver.close(problem["id"], "resolved") == 204
    assert receiver.problem(correlation) is None
    assert receiver.problem(other) is not None
    [again] = receiver.notify("Queue backlog over limit")["storedCorrelationIds"]
    [third] = receiver.notify("Third")["storedCorrelationIds"]
    _found(receiver, third)  # whoever looked at this one has looked at that
    assert again == correlation
    assert receiver.problem(correlation) is None


def test_a_problem_stays_after_the_server_was_killed(whence: Server) -> None:
    """[IN1] What was answered becomes a problem, whoever is there to look."""
    with whence.client() as client:
        receiver = Receiver(client)
        receiver.register()
        [correlation] = receiver.notify("Queue backlog over limit")["storedCorrelationIds"]

        whence.restart(kill=True)

        problem = _found(receiver, correlation)
        assert [event["correlationId"] for event in problem["rankedEvents"]] == [correlation]
