"""The least that a durable event server on PostgreSQL must do: `python -m bench.floor DIR`.

It parses a body, queues one row and one link, and answers when they are committed. Two writers take what
waits and COPY it into the tables that whence writes, with the same columns filled. No token, no check of the
shape, no counts, no feed.
"""

import asyncio
import json
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import typer
import uvicorn
import uvloop
from pydantic_core import from_json, to_json
from starlette.types import Receive, Scope, Send

from bench.database import opened
from whence.domain.identity import new_id
from whence.domain.scope import place_key
from whence.store.pool import Connection
from whence.store.rows import EVENT_COLUMNS, LINK_COLUMNS
from whence.telemetry import configure_logging

ACCOUNT: Final = UUID(int=1)
WRITERS: Final = 2

_ANY_ONE: Final = {"clusters": ["c"], "namespaces": ["n"], "services": ["s"]}

Record = tuple[object, ...]


class Floor:
    """The ASGI application and its queue."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Record, Record, asyncio.Future[None]]] = []
        self._arrived = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Store the event of the body."""
        assert scope["type"] == "http"
        chunks: list[bytes] = []
        while True:
            message = await receive()
            chunks.append(message.get("body", b""))
            if not message.get("more_body"):
                break
        raw = b"".join(chunks)
        at = datetime.now(UTC)
        event_id = new_id(at)
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((*_records(from_json(raw), raw, event_id, at), done))
        self._arrived.set()
        await done
        answer = b'{"id":"%s"}' % str(event_id).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def write(self, db: Connection) -> None:
        """Commit what waits, together, for ever."""
        while True:
            await self._arrived.wait()
            taken, self._waiting = self._waiting, []
            self._arrived.clear()
            if not taken:
                continue
            async with db.transaction():
                await db.copy_records_to_table("event", columns=EVENT_COLUMNS, records=[event for event, _, _ in taken])
                await db.copy_records_to_table(
                    "event_link", columns=LINK_COLUMNS, records=[link for _, link, _ in taken]
                )
            for _, _, done in taken:
                done.set_result(None)


def _records(body: dict[str, Any], raw: bytes, event_id: UUID, at: datetime) -> tuple[Record, Record]:
    """The row and its link, of a native, a Komodor or a DESK body; a DESK one is on any one service."""
    title = body.get("title") or body.get("summary") or body["description"]
    kind = body.get("type") or body["eventType"]
    source = body.get("source", "")
    properties = body.get("properties") or body.get("details") or body["customProperties"]
    places: dict[str, list[str]] = body.get("scope") or _ANY_ONE
    clusters, namespaces = places["clusters"], places["namespaces"]
    names = places["services"] if "services" in places else places["servicesNames"]
    search = "\n".join((title, kind, source, *(v for v in properties.values() if isinstance(v, str))))
    event: Record = (
        ACCOUNT, event_id, at, None, at, at, 1, False, body.get("kind", "info"), body.get("severity", "info"), kind,
        source, "floor", title, body.get("description", ""), body.get("url", ""), None, to_json([places]).decode(),
        clusters or None, namespaces or None, names or None, to_json(properties).decode(), search.casefold(),
        None, None, raw.decode(), None, None, None, "",
    )  # fmt: skip
    key = place_key("SERVICE", *(names[0] if names else "" for names in (clusters, namespaces, names)))
    return event, (ACCOUNT, key, at, event_id, None, True)


async def _serve(data_dir: Path) -> None:
    async with opened(data_dir) as database:
        floor = Floor()
        connections = [await asyncpg.connect(**database.dsn) for _ in range(WRITERS)]
        server = uvicorn.Server(
            uvicorn.Config(
                floor,
                port=0,
                loop="none",
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                backlog=2048,
            )
        )
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # uvicorn stops at it, and raises it again afterwards
        writers = [asyncio.create_task(floor.write(connection)) for connection in connections]
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        print(json.dumps({"url": f"http://{host}:{port}"}), flush=True)
        await serving
        for writer in writers:
            writer.cancel()


def main(data_dir: Path) -> None:
    """Serve on any free port, and say which."""
    configure_logging("json")
    uvloop.run(_serve(data_dir))


if __name__ == "__main__":
    typer.run(main)
