"""A storm: ten thousand alerts on a thousand related services. How soon they are grouped, what that costs senders."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median
from time import monotonic
from typing import Any, Final

import asyncpg
from pydantic_core import to_json

from bench.child import Child, running
from bench.client import Client
from bench.database import opened
from bench.empty import directory
from bench.figure import Figure
from bench.size import Size
from whence.domain.entity import RelationKind
from whence.store.pool import Connection

_ENTITIES: Final = 1_000
_RELATIONS: Final = 5_000
_CONNECTIONS: Final = 16
_GROUPED_WITHIN_S: Final = 10
_SENDERS_KEEP: Final = 0.8
_MOST_MIB: Final = 300
_PATIENCE: Final = 120.0
_WAITING: Final = "select count(*) from alert where group_at is not null"
_FOUND: Final = """
    select (select count(*) from alert where problem_id is not null) as alerts, count(*) as problems,
        max(alert_count) as largest
    from problem where merged_into is null
"""


async def stormed(size: Size, data_dir: Path) -> list[Figure]:
    """The storm as it comes, over a minute; then as fast as it can be sent, to servers that group and that do not."""
    lag, peak, note = await _paced(data_dir, size)
    rates: dict[str, list[float]] = {"whence": [], "floor": []}
    for _ in range(max(1, size.rounds // 2)):
        for name, arguments in (("floor", ("--ungrouped",)), ("whence", ())):
            with directory() as empty:
                rates[name].append(await _burst(empty, size, *arguments))
    return [
        Figure(
            name="storm",
            what=f"{size.storm:,} alerts on {_ENTITIES:,} entities within a minute: until all are grouped",
            unit="s",
            measured=lag,
            bound="<=",
            budget=_GROUPED_WITHIN_S,
            samples={"whence": [lag]},
            note=note,
        ),
        Figure(
            name="storm-memory",
            what="the server's process through that, at most",
            unit="MiB",
            measured=peak,
            bound="<=",
            budget=_MOST_MIB,
            samples={"whence": [peak]},
        ),
        Figure(
            name="storm-ingest",
            what=f"POST of {size.storm:,} alerts by {_CONNECTIONS} connections, against a server that groups none",
            unit="/s",
            measured=median(rates["whence"]),
            floor=median(rates["floor"]),
            bound=">=",
            budget=_SENDERS_KEEP,
            samples=rates,
        ),
    ]


async def _paced(data_dir: Path, size: Size) -> tuple[float, float, str]:
    """Seconds from the last answer until nothing waits; MiB at most; and what became of them."""
    memory: list[float] = []
    with running("bench.server", data_dir) as server:
        async with opened(data_dir) as database:
            db = await asyncpg.connect(**database.dsn)
            await _relate(server, db)
            watch = asyncio.create_task(_watch(server, memory))
            await _send(server, _alerts(size.storm), seconds=size.storm_seconds)
            answered = monotonic()
            while await db.fetchval(_WAITING):
                assert monotonic() < answered + _PATIENCE
                await asyncio.sleep(0.05)
            lag = monotonic() - answered
            watch.cancel()
            found = await db.fetchrow(_FOUND)
            await db.close()
    assert found is not None
    assert found["alerts"] == size.storm
    return lag, max(memory), f"{found['problems']:,} problems, the largest of {found['largest']:,} alerts"


async def _burst(data_dir: Path, size: Size, *arguments: str) -> float:
    """Alerts that were answered in a second."""
    with running("bench.server", data_dir, *arguments) as server:
        async with opened(data_dir) as database:
            db = await asyncpg.connect(**database.dsn)
            await _relate(server, db)
            await db.close()
            bodies = _alerts(size.storm)
            began = monotonic()
            await _send(server, bodies, seconds=0)
            return len(bodies) / (monotonic() - began)


async def _watch(server: Child, memory: list[float]) -> None:
    while True:
        memory.append(server.resident_mib())
        await asyncio.sleep(0.1)


async def _relate(server: Child, db: Connection) -> None:
    """A random graph of services."""
    draw = Random(0)
    names = [f"service-{n}" for n in range(_ENTITIES)]
    related = [draw.sample(names, 2) for _ in range(_RELATIONS)]
    async with Client.to(server.url) as client:
        await _put(client, "/v1/entities", {"entities": [{"tag": name, "name": name} for name in names]})
        kinds = list(RelationKind)
        relations = [{"from": one, "to": other, "kind": draw.choice(kinds).value} for one, other in related]
        await _put(client, "/v1/relations", {"relations": relations})
    await db.execute("analyze")


async def _put(client: Client, path: str, body: object) -> None:
    await client.put(path, to_json(body))


def _alerts(number: int) -> list[bytes]:
    """Each a condition of its own."""
    draw = Random(1)
    return [
        to_json(
            {
                "kind": "problem",
                "type": draw.choice(["slow", "errors", "cpu"]),
                "severity": draw.choice(["warning", "error", "critical"]),
                "title": f"service-{draw.randrange(_ENTITIES)} is in the storm",
                "key": f"storm-{n}",
                "timeout_minutes": 600,
                "entities": [f"service-{draw.randrange(_ENTITIES)}"],
            }
        )
        for n in range(number)
    ]


async def _send(server: Child, bodies: Sequence[bytes], *, seconds: float) -> None:
    """All of them, evenly over so many seconds; as fast as they are answered, if that takes longer."""
    began = monotonic()
    left = iter(enumerate(bodies))

    async def sender() -> None:
        async with Client.to(server.url) as client:
            for n, body in left:
                await asyncio.sleep(max(0.0, began + seconds * n / len(bodies) - monotonic()))
                receipt: dict[str, Any] = json.loads(await client.post("/v1/events", body))
                assert receipt["status"] == "accepted"

    async with asyncio.TaskGroup() as group:
        for _ in range(_CONNECTIONS):
            group.create_task(sender())
