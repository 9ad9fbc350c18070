"""An account of a server, what its native API says of it, and the vendor's client with a key to it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from tests.acceptance.clients.cortex.calls import Cortex, Line, Printed, Program
from tests.acceptance.server import Server

_EVER: Final = {"from": "2000-01-01T00:00:00Z", "limit": "1000"}
_VERBATIM: Final = ("id", "kind", "type", "title", "description", "url", "time", "properties")


class Workspace:
    """One account. `key` is an admin's; the client has it unless told otherwise."""

    def __init__(self, program: Program, server: Server, key: str, home: Path) -> None:
        self._program, self._server, self.key, self._home = program, server, key, home
        self._cortex = self.cortex(key)

    def __call__(self, line: str, stdin: object = "") -> Printed:
        """What the client's command did."""
        return self._cortex(line, stdin)

    def together(self, *lines: Line) -> Sequence[Printed]:
        """What commands did that do not depend on each other."""
        return self._cortex.together(*lines)

    def start(self, line: str) -> Printed:
        """What the client's command did, started as it is installed."""
        return self._cortex.start(line)

    @property
    def url(self) -> str:
        """Where the server is."""
        return self._server.url

    def cortex(self, key: str) -> Cortex:
        """The client with another key."""
        return Cortex(self._program, self._server.url, key, self._home)

    def another_key(self, *rights: str, **wanted: object) -> str:
        """A key to the same account."""
        return self.send("POST", "/v1/tokens", {"name": "another", "rights": rights, **wanted})["token"]

    def register(self, *tags: str) -> None:
        """Entities with these tags are there."""
        self.send("PUT", "/v1/entities", {"entities": [{"tag": tag, "name": tag} for tag in tags]})

    def timeline(self, tag: str) -> list[dict[str, Any]]:
        """What the house holds of the entity's events, the newest first: what a sender said of each."""
        events = self.get(f"/v1/entities/{quote(tag, safe='')}/events", **_EVER)["events"]
        return [{name: event[name] for name in _VERBATIM} for event in events]

    def titles(self, tag: str) -> list[str]:
        """The titles of the entity's events, the newest first."""
        return [event["title"] for event in self.timeline(tag)]

    def entity(self, tag: str) -> dict[str, Any]:
        """The entity as the house holds it."""
        return self.get(f"/v1/entities/{quote(tag, safe='')}")

    def tags(self) -> set[str]:
        """The tags of all entities that are not archived."""
        return {entity["tag"] for entity in self.get("/v1/entities", limit="1000")["entities"]}

    def relations(self, tag: str) -> set[tuple[str, str, str]]:
        """How the house relates the entity to others, in tags."""
        found = self.get("/v1/relations", entity=tag)
        tags = {entity["id"]: entity["tag"] for entity in found["entities"]}
        return {(tags[one["from"]], one["kind"], tags[one["to"]]) for one in found["relations"]}

    def get(self, path: str, **query: str) -> Any:  # noqa: ANN401  whatever the JSON holds
        """The JSON of a good answer."""
        with self._server.client(self.key) as client:
            return client.get(path, params=query).raise_for_status().json()

    def remove(self, tag: str) -> None:
        """The entity is gone."""
        with self._server.client(self.key) as client:
            client.delete(f"/v1/entities/{quote(tag, safe='')}").raise_for_status()

    def send(self, method: str, path: str, body: object) -> Any:  # noqa: ANN401  whatever the JSON holds
        """The JSON of a good answer to the body."""
        (answer,) = self.send_all(method, path, [body])
        return answer

    def send_all(self, method: str, path: str, bodies: Sequence[object]) -> list[Any]:
        """The JSON of good answers to the bodies, sent one after the other."""
        with self._server.client(self.key) as client:
            return [client.request(method, path, json=body).raise_for_status().json() for body in bodies]

    def send_text(self, method: str, path: str, body: str) -> None:
        """A body that is no JSON is taken well."""
        with self._server.client(self.key) as client:
            client.request(method, path, content=body.encode()).raise_for_status()
