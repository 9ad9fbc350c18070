"""An answer that goes on, when what it is read from goes away: its reader sees that, and the log says it once."""

import json
import socket
from collections.abc import Callable
from typing import Final

import httpx
import pytest

from tests.acceptance.external import External, external
from tests.acceptance.server import TOKEN, Server, bearer

_SECONDS: Final = 30.0
_LARGE: Final = "x" * 16_000  # a thousand of these are more than all that may be on its way to a slow reader
_EVENTS: Final = 2_500
_BATCH: Final = 100
_LEAST: Final = 64 * 1024
_END: Final = b"0\r\n\r\n"  # of an answer in chunks


def _read_while(server: Server, postgres: External, path: str) -> tuple[bytes, bytes]:
    """The first bytes of the answer and the last, when the database was killed in between."""
    with socket.socket() as reader:
        reader.settimeout(_SECONDS)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _LEAST)
        reader.connect(("127.0.0.1", server.port))
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {bearer(TOKEN)['authorization']}\r\n\r\n"
        reader.sendall(head.encode())
        first = last = reader.recv(_LEAST)
        postgres.kill()
        reader.sendall(b"")
        while part := reader.recv(_LEAST):
            last = (last + part)[-_LEAST:]
            if last.endswith(_END):
                break
    return first, last


@pytest.mark.parametrize(
    ("path", "line", "is_whole"),
    [
        pytest.param("/v1/events/export", "export.cut", False, id="ndjson"),
        pytest.param("/v1/events/export?format=csv", "export.cut", False, id="csv"),
        pytest.param("/v1/events/stream?since=2026-01-01T00:00:00Z", "stream.cut", True, id="stream"),
    ],
)
def test_an_answer_that_cannot_go_on(
    begin: Callable[..., Server],
    path: str,
    line: str,
    is_whole: bool,  # noqa: FBT001
) -> None:
    """A file breaks off, so that nobody takes it for all there is; a stream ends, and is asked again from there on."""
    with external() as postgres:
        server = begin(WHENCE_DATABASE_URL=postgres.url)
        for _ in range(_EVENTS // _BATCH):
            server.send("POST", "/v1/events", [{"title": "a", "description": _LARGE}] * _BATCH)

        first, last = _read_while(server, postgres, path)
        metrics = httpx.get(f"{server.url}/metrics", timeout=_SECONDS).text

    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert last.endswith(_END) is is_whole
    said = [json.loads(one) for one in server.said.splitlines() if one.startswith("{")]
    lines = [one for one in said if one["event"] in {line, "request.broken"} or "uvicorn" in one.get("of", "")]
    assert [(one["event"], one["reason"]) for one in lines] == [(line, "database")]
    assert f"x-request-id: {lines[0]['request_id']}".encode() in first
    assert 'whence_refusals_total{dialect="native",reason="database"} 1.0' in metrics
