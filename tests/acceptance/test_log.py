"""What a server writes while it serves: an object a line, whoever has something to say."""

import json
import socket
from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.acceptance.external import external
from tests.acceptance.server import Server, await_fact
from tests.acceptance.workers import await_begun

_SECONDS: Final = 30.0
_TO_PEOPLE: Final = ("Address: ", "gRPC: ", "API: ")  # whoever started it is told where it is, which is no log


def _logged(server: Server) -> list[dict[str, Any]]:
    """Each line of its log."""
    return [json.loads(line) for line in server.said.splitlines() if not line.startswith(_TO_PEOPLE)]


def test_why_a_database_is_not_as_it_must_be_is_said_once(begin: Callable[..., Server]) -> None:
    """A role that does not own the tables: callers are told to come again, and the operator why that is in vain."""
    with external() as postgres:
        begin(name="first", WHENCE_DATABASE_URL=postgres.url).terminate()
        postgres.sql("create role guest login")
        postgres.sql("grant all on all tables in schema public to guest; grant create on schema public to guest")
        postgres.sql("revoke insert on event_link from guest")
        server = begin(WHENCE_DATABASE_URL=postgres.url.replace("whence@", "guest@"))
        with server.client() as client:
            statuses = [client.post("/v1/events", json={"title": "a"}).status_code for _ in range(3)]
        code = server.terminate()

    (line,) = (line for line in _logged(server) if line["event"] == "database.unfit")
    assert (statuses, code) == ([503] * 3, 0)
    assert line["level"] == "error"
    assert line["reason"].startswith(("permission denied", "must be owner"))


@pytest.mark.parametrize(
    "sent",
    [
        b"no HTTP at all\r\n\r\n",
        b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n",
    ],
    ids=["no HTTP", "a proxy is asked for", "a protocol that is not spoken", "a body that breaks off"],
)
def test_what_strangers_send_is_no_line(shared: Server, sent: bytes) -> None:
    """Or else whoever reaches the port could fill the disk. It is answered."""
    with socket.create_connection(("127.0.0.1", shared.port), _SECONDS) as stranger:
        stranger.sendall(sent)
        answer = stranger.recv(64)

    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 401 ", b"HTTP/1.1 200 "))
    assert shared.get("/v1/events")["events"] == []
    assert [line for line in _logged(shared) if line["event"] == "library.trouble"] == []


@pytest.mark.parametrize("workers", [1, 2])
def test_what_libraries_say_is_a_line_like_ours(begin: Callable[..., Server], workers: int) -> None:
    """The driver has complaints of its own when the database is killed; with its tracebacks, in the same form."""
    with external() as postgres:
        server = begin(WHENCE_DATABASE_URL=postgres.url, WHENCE_WORKERS=str(workers))
        if workers > 1:
            await_begun(server, workers)
        postgres.kill()
        with server.client() as client:
            status = client.get("/v1/events").status_code
        await_fact(lambda: "pool connection floor" in server.said, seconds=_SECONDS, what="the driver complains")
        code = server.terminate()

    lines = _logged(server)
    assert (status, code) == (503, 0)
    assert all({"event", "level", "timestamp"} <= set(line) for line in lines)
    theirs = [line for line in lines if line["event"] == "library.trouble"]
    assert {(line["of"], line["level"]) for line in theirs} == {("asyncpg.pool", "warning")}
    assert "Traceback" in theirs[0]["exception"]
