"""An account with something of every kind, and names of the same forms that are nobody's."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import httpx

from tests.acceptance.server import Server
from whence.domain.access import Right

Things = Mapping[str, str]

_PLACEHOLDER: Final = re.compile(r"<([a-z ]+)>")


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
    problem |= {"key": said["alert key"], "entities": [named["tag"]]}
    alert_id = send("POST", "/v1/events", problem).json()["alert_id"]
    send("POST", "/v1/events", {"kind": "problem", "title": "another"})
    custom = {"eventType": said["type"], "summary": said["title"], "scope": {"clusters": [named["cluster"]]}}
    custom |= {"idempotencyKey": said["idempotency key"]}
    key = {"x-api-key": token}
    custom_id = send("POST", "/mgmt/v1/events", custom, **key).headers["x-event-id"]
    send("POST", "/mgmt/v1/events", {"eventType": "x", "summary": "another"}, **key)
    return {
        **named, **said, "account": name, "event": event_id, "custom event": custom_id,
        "entity": made[0]["id"], "cid": made[0]["cid"], "alert": alert_id,
        "token": client.get("/v1/tokens").json()["tokens"][0]["id"],
        **{f"{kind} cursor": _cursor(client, f"/v1/{kind}") for kind in ("events", "alerts", "entities")},
        "tokens cursor": _tokens_cursor(client),
        "custom events cursor": _cursor(client, "/mgmt/v1/events", **key),
    }  # fmt: skip


def nobodys(things: Things) -> Things:
    """For each name another of the same form and length that nobody has."""
    return {kind: _other(name) for kind, name in things.items()}


def filled(value: Any, things: Things) -> Any:  # noqa: ANN401  whatever JSON can say
    """The value with the things' names in place of their placeholders."""
    match value:
        case str():
            return _PLACEHOLDER.sub(lambda found: things[found[1]], value)
        case Mapping():
            return {key: filled(one, things) for key, one in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case list():
            return [filled(one, things) for one in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value


def path(template: str, things: Things) -> str:
    """The path, the names in it as one segment each."""
    return _PLACEHOLDER.sub(lambda found: quote(things[found[1]], safe=""), template)


def state(client: httpx.Client) -> dict[str, object]:
    """All that can be seen of an account; when its tokens were last used aside."""
    tokens = client.get("/v1/tokens", params={"limit": 1000}).raise_for_status().json()["tokens"]
    entities = client.get("/v1/entities").raise_for_status().json()["entities"]
    return {
        "events": client.get("/v1/events/export", params={"include": "original"}).raise_for_status().text,
        "alerts": client.get("/v1/alerts", params={"limit": 1000}).raise_for_status().json(),
        "facets": client.get("/v1/events/facets").raise_for_status().json(),
        "entities": entities,
        "relations": [client.get("/v1/relations", params={"entity": e["id"]}).json() for e in entities],
        "tokens": [{**token, "last_used_at": None} for token in tokens],
        "audit": client.get("/v1/audit").raise_for_status().json(),
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
