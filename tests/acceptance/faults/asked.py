"""What everybody asks of a server, all at once; and how it says that the database is away."""

import asyncio
import time
from typing import Final

import httpx

from tests.acceptance.server import Server

_ASKED: Final[tuple[tuple[str, str, object], ...]] = (
    ("POST", "/v1/events", {"title": "while the database is away", "type": "load"}),
    ("PUT", "/v1/entities", {"entities": [{"tag": "away", "name": "away"}]}),
    ("GET", "/v1/events", None),
    ("GET", "/v1/entities", None),
    ("GET", "/v1/problems", None),
    ("GET", "/v1/events/stream", None),
    ("GET", "/v1/events/export", None),
    ("GET", "/readyz", None),
)


def assert_told_to_come_again(server: Server, *, within: float) -> None:
    """Whatever is asked is answered within so many seconds, with 503 and `Retry-After`; the process is well."""
    began = time.monotonic()
    answers = asyncio.run(_answers(server))
    took = time.monotonic() - began

    assert {answer.status_code for answer in answers} == {503}
    assert {answer.json()["error"]["code"] for answer in answers} == {"unavailable"}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers)
    assert took < within
    assert httpx.get(f"{server.url}/healthz").is_success


async def _answers(server: Server) -> list[httpx.Response]:
    async with server.aclient() as client:
        return await asyncio.gather(*(client.request(method, path, json=body) for method, path, body in _ASKED))
