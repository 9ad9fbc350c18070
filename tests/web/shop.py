"""An account with a shop in it, filled through the APIs that senders use."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from tests.acceptance.server import await_fact

Json = dict[str, Any]

CLUSTER: Final = "prod-eu"
_CALLS: Final = (("cart", "payments"), ("payments", "ledger"))
_SERVICES: Final = ("cart", "payments", "ledger")
_SECONDS: Final = 30.0


class Shop:
    """Three services that call each other, and what is reported of them; nothing yet.

    Args:
        api: a client with a token of the account that may do everything.
        token: that token, for who signs in with it or sends it elsewhere.
    """

    def __init__(self, api: httpx.Client, token: str) -> None:
        self.api = api
        self.token = token

    def token_for(self, name: str, *rights: str) -> str:
        """A new token with these rights."""
        return self.send("POST", "/v1/tokens", {"name": name, "rights": rights})["token"]

    def catalogued(self) -> None:
        """The services and their calls are known; each has its name for a tag."""
        services = [{"tag": name, "name": name, "cluster": CLUSTER, "namespace": "shop"} for name in _SERVICES]
        self.send("PUT", "/v1/entities", {"entities": services})
        calls = [{"from": caller, "to": callee, "kind": "calls"} for caller, callee in _CALLS]
        self.send("PUT", "/v1/relations", {"relations": calls})

    def entity(self, tag: str) -> Json:
        """The entity as the catalogue has it."""
        return self.get(f"/v1/entities/{tag}")

    def deployed(self, title: str, service: str, *, minutes_ago: float = 0, **more: object) -> str:
        """A deploy through the native API; its id."""
        at = before(minutes_ago)
        event = {"kind": "change", "type": "deploy", "title": title, "time": at, "scope": {"services": [service]}}
        return self.send("POST", "/v1/events", {**event, **more})["id"]

    def flagged(self, summary: str, service: str) -> None:
        """A feature flag through Komodor's API."""
        scope = {"clusters": [CLUSTER], "servicesNames": [service]}
        body = {"eventType": "feature-flag", "summary": summary, "severity": "warning", "scope": scope}
        self.api.post("/mgmt/v1/events", json=body, headers={"x-api-key": self.token}).raise_for_status()

    def failing(self, title: str, service: str, *, minutes_ago: float = 0, **more: object) -> None:
        """An alert about the service."""
        event = {
            "kind": "problem", "type": "errors", "severity": "error", "title": title, "key": title,
            "time": before(minutes_ago), "entities": [service],
        }  # fmt: skip
        self.send("POST", "/v1/events", {**event, **more})

    def storm(self, service: str, *, count: int) -> None:
        """As many alerts about the service at once, each a problem of its own; those there were stay."""
        before_it = len(self.problems())
        alert = {"kind": "problem", "type": "errors", "severity": "warning", "handling": ["alone"]}
        alerts = [{**alert, "title": f"Pod {n} waits", "key": f"pod {n}", "entities": [service]} for n in range(count)]
        self.send("POST", "/v1/events", alerts)
        await_fact(lambda: len(self.problems()) >= before_it + count, seconds=_SECONDS, what=f"{count} problems")

    def incident(self) -> Json:
        """The ledger was changed and everything before it fails: one problem of three alerts, with its causes."""
        self.deployed("ledger v7 is out", "ledger", minutes_ago=6)
        self.failing("Ledger waits for its database", "ledger", minutes_ago=4, severity="critical")
        self.failing("Payments time out", "payments", minutes_ago=3)
        self.failing("Orders fail", "cart", minutes_ago=2)
        await_fact(lambda: self._explained(alerts=3), seconds=_SECONDS, what="one problem, explained")
        return self.problems()[0]

    def _explained(self, *, alerts: int) -> bool:
        problems = self.problems()
        return len(problems) == 1 and problems[0]["alert_count"] == alerts and bool(problems[0]["causes"])

    def problems(self) -> list[Json]:
        """The last opened first; at most a thousand."""
        return self.get("/v1/problems?limit=1000")["problems"]

    def get(self, path: str) -> Json:
        """What is there."""
        return self.api.get(path).raise_for_status().json()

    def send(self, method: str, path: str, body: object) -> Json:
        """The good answer to the body."""
        answer = self.api.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()


def before(minutes: float) -> str:
    """The instant that many minutes ago, as the API takes it."""
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
