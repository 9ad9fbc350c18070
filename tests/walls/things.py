"""An account with something of every kind, and names of the same forms that are nobody's."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import httpx

from tests.acceptance.server import Server
from whence.domain.access import Right

Things = Mapping[str, str]

_SPOKEN: Final = ("event", "alert", "event-rule", "project-alert-config")  # what only one dialect shows
_PAGED: Final = ("events", "alerts", "entities", "maintenance")
_PATIENCE: Final = 60.0  # seconds
_LASTS: Final = 120  # minutes that alerts are open for: more than all tests take
_PLACEHOLDER: Final = re.compile(r"<([a-z ]+)>")


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """An account that has things, and who may look at them."""

    things: Things
    client: httpx.Client
    token: str


def account(server: Server) -> tuple[str, str]:
    """A new account: its name, and the token of its admin."""
    name = f"account-{uuid4()}"
    with server.client() as client:
        client.post("/v1/accounts", json={"name": name}).raise_for_status()
        asked = {"name": "admin", "account": name, "rights": [Right.ADMIN]}
        return name, client.post("/v1/tokens", json=asked).raise_for_status().json()["token"]


def furnished(client: httpx.Client, name: str, token: str) -> Things:
    """What the account has after the call, by the names that probes use."""

    def send(method: str, path: str, json: object, **headers: str) -> httpx.Response:
        return client.request(method, path, json=json, headers=headers).raise_for_status()

    mark = uuid4().hex
    named = {kind: f"{kind}-{mark}" for kind in ("cluster", "namespace", "service", "tag", "alias", "key")}
    said = {kind: f"{kind}-{mark}" for kind in ("title", "type", "source", "sender id", "idempotency key", "alert key")}
    place = {"cluster": named["cluster"], "namespace": named["namespace"]}
    service = {
        "name": named["service"], "tag": named["tag"], "aliases": [named["alias"]],
        "tags": [{"key": named["key"]}], "properties": {"kind": "Deployment"},
    }  # fmt: skip
    other = {"name": f"other-{mark}"}
    made = send("PUT", "/v1/entities", {"entities": [place | service, place | other]}).json()["entities"]
    ends = {"from": made[0]["id"], "to": made[1]["id"]}
    send("PUT", "/v1/relations", {"relations": [{**ends, "kind": "calls"}]})
    event = {
        "title": said["title"], "type": said["type"], "source": said["source"], "id": said["sender id"],
        "scope": {"clusters": [named["cluster"]], "services": [named["service"]]},
        "properties": {"place": said["title"]},
    }  # fmt: skip
    event_id = send("POST", "/v1/events", event).json()["id"]
    send("POST", "/v1/events", {"title": "another", "entities": [named["tag"]]})
    problem = {"kind": "problem", "title": said["title"], "type": said["type"], "source": said["source"]}
    problem |= {"key": said["alert key"], "entities": [named["tag"]], "timeout_minutes": _LASTS}
    alert_id = send("POST", "/v1/events", problem).json()["alert_id"]
    send("POST", "/v1/events", {"kind": "problem", "title": "another", "timeout_minutes": _LASTS})
    planned = {"name": said["title"], "starts_at": "2100-01-01T00:00:00Z", "ends_at": "2100-01-02T00:00:00Z"}
    planned |= {"entities": [named["tag"]]}
    windows = [send("POST", "/v1/maintenance", planned).json()["id"] for _ in "12"]
    custom = {"eventType": said["type"], "summary": said["title"], "scope": {"clusters": [named["cluster"]]}}
    custom |= {"idempotencyKey": said["idempotency key"]}
    key = {"x-api-key": token}
    custom_id = send("POST", "/mgmt/v1/events", custom, **key).headers["x-event-id"]
    send("POST", "/mgmt/v1/events", {"eventType": "x", "summary": "another"}, **key)
    found = {
        **named, **said, "account": name, "event": event_id, "custom event": custom_id,
        "entity": made[0]["id"], "cid": made[0]["cid"], "alert": alert_id, "maintenance": windows[0],
        **_pushed(client, made[0]["id"], mark, token),
        "cortex event": _noted(client, named["tag"], said["type"]),
        **_catalogued(client, named["tag"], made[1]["tag"], named["key"], mark),
        "token": client.get("/v1/tokens").json()["tokens"][0]["id"],
        **_signalled(client, named["service"], said["title"], mark),
        **{f"{kind} cursor": _cursor(client, f"/v1/{kind}") for kind in _PAGED},
        "tokens cursor": _tokens_cursor(client),
        "custom events cursor": _cursor(client, "/mgmt/v1/events", **key),
    }  # fmt: skip
    _wait_for_problems(client)
    return {**found, **_troubled(client, alert_id), **_discussed(client, found["correlation"], token)}


def nobodys(things: Things) -> Things:
    """For each name another of the same form and length that nobody has."""
    return {kind: _other(name) for kind, name in things.items()}


def filled(value: Any, things: Things) -> Any:  # noqa: ANN401  whatever JSON can say
    """The value with the things' names in place of their placeholders."""
    match value:
        case str():
            return _PLACEHOLDER.sub(lambda found: things[found[1]], value)
        case Mapping():
            return {filled(key, things): filled(one, things) for key, one in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case list():
            return [filled(one, things) for one in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value


def path(template: str, things: Things) -> str:
    """The path, the names in it as one segment each."""
    return _PLACEHOLDER.sub(lambda found: quote(things[found[1]], safe=""), template)


def state(client: httpx.Client) -> dict[str, object]:
    """All that can be seen of an account, aside from what is written a while after: last uses, and last sights."""
    tokens = client.get("/v1/tokens", params={"limit": 1000}).raise_for_status().json()["tokens"]
    entities = client.get("/v1/entities").raise_for_status().json()["entities"]
    problems = client.get("/v1/problems", params={"merged": "true"}).raise_for_status().json()["problems"]
    return {
        "events": client.get("/v1/events/export", params={"include": "original"}).raise_for_status().text,
        "alerts": client.get("/v1/alerts", params={"limit": 1000}).raise_for_status().json(),
        "problems": [_unexplained(client, problem["id"]) for problem in problems],
        "facets": client.get("/v1/events/facets").raise_for_status().json(),
        "entities": _unseen(entities),
        "relations": [_related(client, entity["id"]) for entity in entities],
        "tokens": [{**token, "last_used_at": None} for token in tokens],
        "webhooks": client.get("/v1/webhooks").raise_for_status().json(),
        "maintenance": client.get("/v1/maintenance", params={"limit": 1000}).raise_for_status().json(),
        **{name: client.post(f"/monitoring/{name}/list", json={}).raise_for_status().json() for name in _SPOKEN},
        "audit": client.get("/v1/audit").raise_for_status().json(),
    }


def kept(client: httpx.Client) -> dict[str, object]:
    """The same without the audit trail, which says also what came to nothing."""
    return {name: found for name, found in state(client).items() if name != "audit"}


def _related(client: httpx.Client, entity_id: str) -> dict[str, Any]:
    found = client.get("/v1/relations", params={"entity": entity_id}).raise_for_status().json()
    return {**found, "entities": _unseen(found["entities"])}


def _unexplained(client: httpx.Client, problem_id: str) -> dict[str, Any]:
    """The problem without its causes, for which the server looks again now and then."""
    found = client.get(f"/v1/problems/{problem_id}").raise_for_status().json()
    return {**found, "causes": None, "likely": None, "explained_at": None, "updated_at": None}


def _unseen(entities: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    return [{**entity, "last_seen": None} for entity in entities]


def _pushed(client: httpx.Client, entity_id: str, mark: str, token: str) -> Things:
    """What a sender that speaks DESK makes: events, one of them open, a device, and the keys of next pages."""
    key = {"authorization": f"Api-Token {token}"}

    def send(path: str, **body: object) -> dict[str, Any]:
        return client.post(path, json=body, headers=key).raise_for_status().json()

    def next_page(path: str, **query: str) -> str:
        answer = client.get(path, params={"pageSize": "1", **query}, headers=key).raise_for_status()
        return answer.headers.get("next-page-key") or answer.json()["nextPageKey"]

    source, on = f"pusher-{mark}", {"entityIds": [entity_id]}
    said = {"source": source, "attachRules": on, "description": f"pushed-{mark}"}
    event = send("/api/v1/events", eventType="CUSTOM_INFO", **said)
    broken = {"eventType": "ERROR_EVENT", "timeoutMinutes": _LASTS, **said}
    alert = send("/api/v1/events", title=f"pushed-{mark}", **broken)
    send("/api/v1/events", title="alone", allowDavisMerge=False, **broken)  # a second problem
    send(f"/api/v1/entity/infrastructure/custom/device-{mark}", group=f"group-{mark}")
    return {
        "pusher": source, "pushed": f"pushed-{mark}", "device": f"device-{mark}", "group": f"group-{mark}",
        "pushed event": event["storedIds"][0], "correlation": alert["storedCorrelationIds"][0], "secret": token,
        "pushed events key": next_page("/api/v2/events"),
        "desk entities key": next_page("/api/v2/entities", entitySelector="type(SERVICE)"),
        "desk services key": next_page("/api/v1/entity/services"),
    }  # fmt: skip


def _signalled(client: httpx.Client, service: str, title: str, mark: str) -> Things:
    """What a monitor says of the service through a webhook, and what somebody who speaks Cloudforet says about it."""

    def send(path: str, **body: object) -> dict[str, Any]:
        return client.post(path, json=body).raise_for_status().json()

    project, condition = f"project-{mark}", f"condition-{mark}"
    webhook = send("/v1/webhooks", name=f"webhook-{mark}", receiver="direct", project=project)
    signal = {"event_key": condition, "title": title, "severity": "ERROR", "resources": [service]}
    send(httpx.URL(webhook["url"]).path, **signal)
    send(httpx.URL(webhook["url"]).path, event_key="another", title="another")
    (stored,) = send("/monitoring/event/list", event_key=condition)["results"]
    of_project = {"resource_group": "PROJECT", "project_id": project}
    rule = send("/monitoring/event-rule/create", conditions_policy="ALWAYS", actions={}, **of_project)
    (policy,) = send("/monitoring/escalation-policy/list")["results"]
    return {
        "webhook": webhook["id"], "webhook name": webhook["name"], "access key": webhook["access_key"],
        "condition": condition, "signal": stored["event_id"], "ticket": stored["alert_id"], "project": project,
        "workspace": stored["workspace_id"], "domain": stored["domain_id"], "rule": rule["event_rule_id"],
        "policy": policy["escalation_policy_id"],
    }  # fmt: skip


def _noted(client: httpx.Client, tag: str, event_type: str) -> str:
    """The id of what a sender that speaks Cortex makes: a custom event of the entity."""
    event = {"title": "noted", "type": event_type, "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"}
    return client.post(f"/api/v1/catalog/{tag}/custom-events", json=event).raise_for_status().json()["uuid"]


def _catalogued(client: httpx.Client, tag: str, other: str, key: str, mark: str) -> dict[str, str]:
    """What somebody who speaks Cortex puts beside the entity, all of it named by the key, and some things' names."""

    def send(method: str, where: str, json: object) -> httpx.Response:
        return client.request(method, f"/api/v1/catalog/{where}", json=json).raise_for_status()

    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    deploy = {"title": "out", "type": "DEPLOY", "timestamp": at, "sha": key, "environment": key}
    deploy_id = send("POST", f"{tag}/deploys", deploy).json()["uuid"]
    send("POST", f"{tag}/dependencies/{quote(other, safe='')}", {"description": key})
    send("POST", f"{tag}/custom-data", {"key": key, "value": key})
    send("PUT", f"{tag}/groups", {"groups": [{"tag": key}]})
    send("PUT", f"{tag}/documentation/openapi", {"spec": f"about: {key}"})
    send("POST", "definitions", {"type": f"breed-{mark}", "schema": {}})
    kind = {"tag": f"kin-{mark}", "name": key}
    client.post("/api/v1/relationship-types", json=kind).raise_for_status()
    send("PUT", f"{tag}/relationships/{kind['tag']}/destinations", {"destinations": [other]})
    return {
        "cortex deploy": deploy_id, "other tag": other, "cortex type": f"breed-{mark}", "cortex kind": kind["tag"],
    }  # fmt: skip


def _wait_for_problems(client: httpx.Client) -> None:
    """Every alert is part of one: from now on nothing of the account changes by itself."""
    deadline = monotonic() + _PATIENCE
    while any(alert["problem_id"] is None for alert in client.get("/v1/alerts").raise_for_status().json()["alerts"]):
        assert monotonic() < deadline
        sleep(0.05)


def _troubled(client: httpx.Client, alert_id: str) -> Things:
    """The problem that the alert is part of, and what somebody said of it."""
    problem_id = client.get(f"/v1/alerts/{alert_id}").raise_for_status().json()["problem_id"]
    said = client.post(f"/v1/problems/{problem_id}/comments", json={"comment": "seen"}).raise_for_status().json()
    name = client.get(f"/v1/problems/{problem_id}").raise_for_status().json()["name"]
    return {
        "problem": problem_id, "problem name": name, "comment": said["id"],
        "problems cursor": _cursor(client, "/v1/problems"),
    }  # fmt: skip


def _discussed(client: httpx.Client, correlation: str, token: str) -> Things:
    """The problem of the event, as a client that speaks DESK knows it, and what that says of it."""
    key = {"authorization": f"Api-Token {token}"}

    def read(path: str, **query: str) -> dict[str, Any]:
        return client.get(path, params=query, headers=key).raise_for_status().json()

    problem = read("/api/v1/problem/feed", correlationId=correlation)["result"]["problems"][0]["id"]
    said = f"/api/v2/problems/{problem}/comments"
    for text in ("first", "second"):
        client.post(said, json={"message": text}, headers=key).raise_for_status()
    return {
        "desk problem": problem,
        "desk comment": read(said)["comments"][0]["id"],
        "desk comments key": read(said, pageSize="1")["nextPageKey"],
        "desk problems key": read("/api/v2/problems", pageSize="1")["nextPageKey"],
    }


def _cursor(client: httpx.Client, where: str, **headers: str) -> str:
    cursor: str = client.get(where, params={"limit": 1}, headers=headers).raise_for_status().json()["next"]
    assert cursor
    return cursor


def _tokens_cursor(client: httpx.Client) -> str:
    client.post("/v1/tokens", json={"name": "second", "rights": [Right.READ_EVENTS]}).raise_for_status()
    return _cursor(client, "/v1/tokens")


def _other(name: str) -> str:
    """Every hexadecimal digit of the last twelve is another one, or else the first letter; a name's form stays."""
    digits = "0123456789abcdef"
    turned = str.maketrans(digits + digits[10:].upper(), digits[1:] + "0" + digits[11:].upper() + "A")
    other = name[:-12] + name[-12:].translate(turned)
    if other != name or not name:
        return other
    return ("A" if name[0] != "A" else "B") + name[1:]  # a cursor may end without any such digit
