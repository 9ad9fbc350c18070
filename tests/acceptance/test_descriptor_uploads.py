"""Descriptors as large as teams have them, against the clock."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.acceptance.server import Server
from tests.cli.terminal import Terminal
from whence.descriptors.yaml_text import written

_SECONDS: Final = 2.0
_BYTES: Final = 300_000
_ENTITIES: Final = 1_000


@pytest.fixture
def key(tenant_token: Callable[..., str]) -> str:
    """The key of an account of the test's own."""
    return tenant_token()


def _descriptor() -> str:
    """An OpenAPI document of so many bytes, of an entity that depends on so many others."""
    operation = {
        "summary": "Reads it",
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": {"description": "It", "content": {"application/json": {"schema": {"type": "object"}}}}},
    }
    info = {
        "title": "Gateway",
        "x-cortex-tag": "gateway",
        "x-cortex-type": "service",
        "x-cortex-dependency": [{"tag": f"s{n}", "method": "GET", "path": f"/s/{n}"} for n in range(_ENTITIES)],
    }
    paths = {f"/things/{n}": {"get": operation, "put": operation} for n in range(480)}
    return written({"openapi": "3.0.1", "info": info, "paths": paths})


def _file() -> str:
    """Descriptors of so many entities, each of which depends on the next, in one file of so many bytes."""
    return "---\n".join(
        f"openapi: 3.0.1\ninfo:\n  title: Service {n}\n  description: {'words ' * 25}\n  x-cortex-tag: s{n}\n"
        f"  x-cortex-type: service\n  x-cortex-groups: [retail]\n"
        f"  x-cortex-dependency:\n    - {{tag: s{(n + 1) % _ENTITIES}, method: GET, path: /}}\n"
        for n in range(_ENTITIES)
    )


def _relations(client: httpx.Client, tag: str) -> int:
    return len(client.get("/v1/relations", params={"entity": tag}).raise_for_status().json()["relations"])


def test_a_large_descriptor_is_accepted_in_time(shared: Server, key: str) -> None:
    """300 kB that name a thousand entities: new, the same again, and with the first of them left out."""
    descriptor = _descriptor()
    less = descriptor.replace("  - tag: s0\n    method: GET\n    path: /s/0\n", "")
    assert len(descriptor) > _BYTES
    with shared.client(key) as client:
        entities = [{"tag": f"s{n}", "name": f"s{n}"} for n in range(_ENTITIES)]
        client.put("/v1/entities", json={"entities": entities}).raise_for_status()

        for sent, relations in ((descriptor, _ENTITIES), (descriptor, _ENTITIES), (less, _ENTITIES - 1)):
            began = time.monotonic()
            answer = client.post("/api/v1/open-api", content=sent)
            took = time.monotonic() - began

            assert answer.json() == {"ok": True, "violations": []}
            assert took < _SECONDS
            assert _relations(client, "gateway") == relations

        kept = client.get("/api/v1/catalog/gateway/openapi", params={"yaml": "true"}).text
        assert kept == less


def test_a_file_of_a_thousand_descriptors_is_imported_in_time(shared: Server, key: str, tmp_path: Path) -> None:
    """By the command line, from its start to its end; and once more."""
    path = tmp_path / "catalogue.yaml"
    path.write_text(_file())
    assert path.stat().st_size > _BYTES
    whence = Terminal(home=tmp_path, settings={"WHENCE_URL": shared.url, "WHENCE_TOKEN": key})

    for created in (_ENTITIES, 0):
        began = time.monotonic()
        told = whence.value("entity", "import", path, "-o", "json")
        took = time.monotonic() - began

        assert (told["created"], told["relations"], told["refused"]) == (created, _ENTITIES, [])
        assert took < _SECONDS
    with shared.client(key) as client:
        assert _relations(client, "s7") == 2
