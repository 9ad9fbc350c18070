"""One DESK event on very many entities."""

from time import perf_counter
from typing import Final

from tests.acceptance.server import TOKEN, Server

MOST: Final = 10_000
_AT_ONCE: Final = 5_000


def register(whence: Server, many: int) -> None:
    """So many hosts with one tag in common."""
    tag = {"context": "CONTEXTLESS", "key": "fleet"}
    hosts = [{"id": f"HOST-{n:016X}", "type": "HOST", "name": f"h{n}", "tags": [tag]} for n in range(many)]
    for first in range(0, many, _AT_ONCE):
        whence.send("PUT", "/v1/entities", {"entities": hosts[first : first + _AT_ONCE]})


def test_a_rule_may_match_ten_thousand_entities(whence: Server) -> None:
    """[DE3] All of them have the event within two seconds; one entity more, and none has it."""
    register(whence, MOST)
    body = {
        "eventType": "CUSTOM_INFO",
        "source": "fleet-control",
        "description": "a new kernel",
        "attachRules": {"tagRule": [{"meTypes": ["HOST"], "tags": ["fleet"]}]},
    }

    with whence.client(None, params={"api-token": TOKEN}) as client:
        began = perf_counter()
        answer = client.post("/api/v1/events", json=body)
        took = perf_counter() - began
        stored = whence.get("/v1/events/facets")["total"]
        register(whence, MOST + 1)
        refused = client.post("/api/v1/events", json=body)

    result = answer.raise_for_status().json()
    assert len(set(result["storedIds"])) == stored == MOST
    assert took < 2
    assert refused.status_code == 400
    assert whence.get("/v1/events/facets")["total"] == MOST
