"""Bodies of the DESK dialect, and the entities that their rules find."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx
from pydantic_core import to_json

from bench.bodies import VARIETY
from bench.child import TOKEN
from bench.world import SERVICES

ENTITIES: Final = 100_000
_AT_ONCE: Final = 4_000  # entities a request: what a body may hold
_PATIENCE: Final = 120.0


async def register(url: str) -> None:
    """The server at the URL knows `ENTITIES` services, each with a tag of its own and three that many share."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=_PATIENCE) as client:
        for first in range(0, ENTITIES, _AT_ONCE):
            entities = [_entity(number) for number in range(first, first + _AT_ONCE)]
            (await client.put("/v1/entities", json={"entities": entities})).raise_for_status()


def by_tag(path: Path) -> Path:
    """Bodies of `CUSTOM_INFO` with one tag rule that finds one entity; each holds `@@`."""
    return _write(path, [_info(number) for number in range(VARIETY)])


def open_alerts(path: Path) -> Path:
    """Bodies of `ERROR_EVENT` on one entity, the same few thousand conditions again and again."""
    return _write(path, [_error(number) for number in range(VARIETY)])


def _entity(number: int) -> Mapping[str, object]:
    service = SERVICES[number % len(SERVICES)]
    tags = [
        {"context": "KUBERNETES", "key": "app", "value": f"app-{number}"},
        {"context": "KUBERNETES", "key": "cluster", "value": service.cluster},
        {"context": "KUBERNETES", "key": "namespace", "value": service.namespace},
        {"context": "CONTEXTLESS", "key": f"ring-{number % 10}"},
    ]
    place = {"cluster": service.cluster, "namespace": service.namespace}
    return {"id": _id(number), "type": "SERVICE", "name": f"app-{number}", **place, "tags": tags}


def _id(number: int) -> str:
    return f"SERVICE-{number:016X}"


def _info(number: int) -> Mapping[str, object]:
    tag = {"context": "KUBERNETES", "key": "app", "value": f"app-{number * (ENTITIES // VARIETY)}"}
    return {
        "eventType": "CUSTOM_INFO",
        "source": "load",
        "description": "Step of a load test @@",
        "attachRules": {"tagRule": [{"meTypes": ["SERVICE"], "tags": [tag]}]},
        "customProperties": {"tool": "k-load", "rps": 350, "stage": "ramp-up"},
    }


def _error(number: int) -> Mapping[str, object]:
    return {
        "eventType": "ERROR_EVENT",
        "source": "queue-watch",
        "title": f"Backlog over limit in queue {number}",
        "description": "@@ messages wait",
        "timeoutMinutes": 30,
        "attachRules": {"entityIds": [_id(number * (ENTITIES // VARIETY))]},
        "customProperties": {"queue": f"q-{number}", "limit": 10_000},
    }


def _write(path: Path, bodies: list[Mapping[str, object]]) -> Path:
    path.write_bytes(b"\n".join(map(to_json, bodies)) + b"\n")
    return path
