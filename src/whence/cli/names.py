"""What the entities are called that a table shows: asked for once, and many together."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final

from whence.cli.client import Client, Json, RefusedError
from whence.cli.failure import CommandError

NAMED: Final = 3  # of an event's entities, by their names
_AT_ONCE: Final = 200


class Names:
    """The names of entities by their ids: for who may not read the catalogue, and of whom nobody has, the id."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, str] = {}

    def of(self, events: Iterable[Json]) -> Mapping[str, str]:
        """Those that a table of these events shows, and of all that were asked for before."""
        shown = {entity_id for event in events for entity_id in event["entities"][:NAMED]}
        unknown = sorted(shown - self._known.keys())
        for start in range(0, len(unknown), _AT_ONCE):
            self._learn(unknown[start : start + _AT_ONCE])
        return self._known

    def _learn(self, ids: list[str]) -> None:
        query = [("limit", str(len(ids))), *(("id", entity_id) for entity_id in ids)]
        try:
            found: list[Json] = self._client.get("/v1/entities", query)["entities"]
        except CommandError as failure:  # what happened is told without a name rather than not at all
            if not isinstance(failure, RefusedError) or failure.status != HTTPStatus.FORBIDDEN:
                return  # it is asked again with the next event
            found = []
        names: dict[str, str] = {entity["id"]: entity["name"] for entity in found if entity["name"]}
        self._known |= {entity_id: names.get(entity_id, entity_id) for entity_id in ids}
