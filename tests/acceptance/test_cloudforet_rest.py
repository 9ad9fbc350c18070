"""Cloudforet's API over REST, in a storm of signals."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter
from typing import Any, Final

import httpx
import structlog

from tests.acceptance.server import Server

_SIGNALS: Final = 2_000
_CONNECTIONS: Final = 64
_KEYS: Final = 100
_PAGE: Final = 500

Json = dict[str, Any]
log = structlog.get_logger()


@dataclass(kw_only=True)
class Storm:
    """Many monitors at once, each with a connection of its own; they post what is left of the bodies."""

    path: str
    bodies: Iterator[Json]
    statuses: Counter[int] = field(default_factory=Counter[int])
    waited_ms: list[float] = field(default_factory=list[float])

    async def run(self, server: Server) -> None:
        """Post until nothing is left."""
        async with asyncio.TaskGroup() as group:
            for _ in range(_CONNECTIONS):
                group.create_task(self._post(server))

    async def _post(self, server: Server) -> None:
        """One of the monitors. A client of its own: a pool of many connections costs more than what it sends."""
        async with server.aclient(None) as client:
            for body in self.bodies:
                began = perf_counter()
                answer = await client.post(self.path, json=body)
                self.waited_ms.append(1000 * (perf_counter() - began))
                self.statuses[answer.status_code] += 1


def _signal(number: int) -> Json:
    return {"event_key": f"key {number % _KEYS}", "title": f"signal {number}", "severity": "WARNING"}


def _listed(client: httpx.Client) -> Iterator[Json]:
    """The pages, the newest event first."""
    for start in range(1, _SIGNALS + _PAGE, _PAGE):
        query = {"page": {"start": start, "limit": _PAGE}, "only": ["event_id", "title", "alert_id"]}
        yield client.post("/monitoring/v1/event/list", json={"query": query}).raise_for_status().json()


def test_a_storm_of_signals_is_taken_whole(shared: Server, tenant_token: Callable[..., str]) -> None:
    """[IN1, WH1] Each post is answered well and counted, each event is listed once; the p95 is told, not judged."""
    with shared.client(tenant_token()) as client:
        body = {"name": "storm", "project_id": "project-shop", "plugin_info": {"plugin_id": "plugin-direct"}}
        webhook = client.post("/monitoring/v1/webhook/create", json=body).raise_for_status().json()
        path = httpx.URL(webhook["webhook_url"]).path
        storm = Storm(path=path, bodies=(_signal(n) for n in range(_SIGNALS)))

        asyncio.run(storm.run(shared))
        pages = list(_listed(client))
        alerts = client.post("/monitoring/v1/alert/list", json={}).json()
        counted = client.post("/monitoring/v1/webhook/get", json={"webhook_id": webhook["webhook_id"]}).json()

    log.info("storm.over", posts=_SIGNALS, connections=_CONNECTIONS, p95_ms=round(quantiles(storm.waited_ms, n=20)[-1]))
    events = [event for page in pages for event in page["results"]]
    assert storm.statuses == {200: _SIGNALS}
    assert {page["total_count"] for page in pages} == {_SIGNALS}
    assert Counter(event["title"] for event in events) == Counter(f"signal {n}" for n in range(_SIGNALS))
    assert len({event["event_id"] for event in events}) == _SIGNALS
    assert len({event["alert_id"] for event in events}) == alerts["total_count"] == _KEYS
    assert counted["requests"] == {"total": str(_SIGNALS)}
