"""A sender who takes no heed: many connections, each with the next request on its way as soon as one is answered.

`python -m tests.acceptance.flood URL TOKEN`; a process of its own, at the lowest priority, so that what it takes of the
machine is what the server gives it. It says how often each status was the answer, as JSON, when it is told to stop.
"""

import asyncio
import json
import os
import signal
from collections import Counter
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer
import uvloop

_CONTENT: Final = {1: "application/json"}
_NDJSON: Final = "application/x-ndjson"


def main(
    url: str,
    token: str,
    connections: int = 64,
    each: Annotated[int, typer.Option(help="Events of a request; NDJSON when more than one.")] = 1,
    padding: Annotated[int, typer.Option(help="Bytes that each event has besides.")] = 0,
) -> None:
    """Send until SIGTERM."""
    os.nice(19)
    typer.echo(json.dumps(uvloop.run(_flood(url, token, connections, each, padding))))


async def _flood(url: str, token: str, connections: int, each: int, padding: int) -> Counter[int]:
    where = urlsplit(url)
    event = json.dumps({"title": "flood", "type": "flood", "properties": {"padding": "x" * padding}})
    body = "\n".join([event] * each).encode()
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: {_CONTENT.get(each, _NDJSON)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    statuses: Counter[int] = Counter()
    senders = [
        asyncio.create_task(_send(where.hostname or "", where.port or 80, head.encode() + body, statuses))
        for _ in range(connections)
    ]
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    typer.echo("flooding")
    await told.wait()
    for sender in senders:
        sender.cancel()
    await asyncio.wait(senders)
    return statuses


async def _send(host: str, port: int, request: bytes, statuses: Counter[int]) -> None:
    while True:
        try:
            reader, writer = await asyncio.open_connection(host, port)
            while True:
                writer.write(request)
                statuses[await _answer(reader)] += 1
        except (OSError, EOFError):
            statuses[0] += 1
            await asyncio.sleep(0.05)  # not to be busy with connecting


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, _, length = head.partition(b"content-length:")
    await reader.readexactly(int(length.split(b"\r\n", 1)[0]))
    return int(head[9:12])


if __name__ == "__main__":
    typer.run(main)
