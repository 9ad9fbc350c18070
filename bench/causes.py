"""How long it takes to explain what alerts on a large account, by HTTP: gathering, ranking, and the answer."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import asyncpg
from pydantic_core import to_json

from bench.child import running
from bench.client import Client
from bench.clock import millis, quantile
from bench.database import opened
from bench.figure import Figure
from bench.size import Size
from bench.world import now
from whence.domain.entity import RelationKind
from whence.store.pool import Connection

_AT_MOST_MS: Final = 300
_ENTITIES: Final = 10_000
_RELATIONS: Final = 100_000
_ALERTS: Final = 200
_CHANGES: Final = 500
_PAST: Final = 5_000  # alerts of the fortnight before
_ALERTING: Final = 2_000  # entities that may alert
_ACCOUNT: Final = "select account_id from account where name = 'default'"
_WAITING: Final = "select count(*) from alert where group_at <= now()"
_LARGEST: Final = "select number, alert_count from problem where closed_at is null order by alert_count desc limit 1"
_REGISTERED: Final = """
    insert into entity (
        account_id, entity_id, tag, place_key, type, name, cluster, namespace, description, aliases, tags, links,
        properties, archived, first_seen, last_seen
    )
    select $1, 'SERVICE-' || lpad(upper(to_hex(n)), 16, '0'), 'service-' || n, n, 'SERVICE', 'service-' || n, '', '',
        '', '{}', '[]', '[]', '{}', false, now(), now()
    from generate_series(0, $2 - 1) n
"""
_RELATED: Final = """
    insert into relation (account_id, source, kind, target)
    select $1, * from unnest($2::text[], $3::text[], $4::text[]) on conflict do nothing
"""


async def explained(size: Size, directory: Path) -> list[Figure]:
    """What alerts is explained again and again, by entities and by changes, and the one problem that it is."""
    draw = Random(0)
    with running("bench.server", directory) as server:
        async with opened(directory) as database:
            db = await asyncpg.connect(**database.dsn)
            await _relate(db, draw)
            async with Client.to(server.url) as client:
                for events in _happened(now(), draw):
                    receipt = json.loads(await client.post("/v1/events", to_json(events)))
                    assert receipt["accepted"] == len(events)
            while await db.fetchval(_WAITING):
                await asyncio.sleep(0.1)
            await db.execute("vacuum analyze")
            problem = await db.fetchrow(_LARGEST)
            assert problem is not None
            asked = {
                "entities": "of=entities",
                "changes": "of=changes",
                f"problem of {problem['alert_count']} alerts": f"problem=P-{problem['number']}",
            }
            async with Client.to(server.url) as client:  # a new one: the server closes what is idle for seconds
                times = {name: await _timed(client, query, size) for name, query in asked.items()}
                anew = await _timed_anew(client, asked["entities"], size, db)
            await db.close()
    worst = max(times.values(), key=lambda taken: quantile(taken, 0.95))
    return [
        Figure(
            name="causes",
            what=f"causes of {_ALERTS} alerts, {_ENTITIES:,} entities, {_RELATIONS:,} relations, p95",
            unit="ms",
            measured=quantile(worst, 0.95),
            bound="<=",
            budget=_AT_MOST_MS,
            samples={"whence": worst},
            note=", ".join(
                f"{name} p50 {quantile(taken, 0.5):.0f} ms, p95 {quantile(taken, 0.95):.0f} ms"
                for name, taken in (*times.items(), ("entities, each time after another relation", anew))
            ),
        )
    ]


async def _relate(db: Connection, draw: Random) -> None:
    """A random graph in which a tenth of all relations go to ten hubs."""
    account = await db.fetchval(_ACCOUNT)
    await db.execute(_REGISTERED, account, _ENTITIES)
    ids = [f"SERVICE-{number:016X}" for number in range(_ENTITIES)]
    pairs = [draw.sample(ids, 2) for _ in range(_RELATIONS)]
    targets = [ids[n % 10] if n % 100 < 10 else pair[1] for n, pair in enumerate(pairs)]  # noqa: PLR2004  a tenth
    kinds = [draw.choice(list(RelationKind)).value for _ in pairs]
    await db.execute(_RELATED, account, [pair[0] for pair in pairs], kinds, targets)


def _happened(at: datetime, draw: Random) -> list[list[dict[str, Any]]]:
    """What is sent: the past, then the changes and alerts of the window."""
    past = [
        {
            **_problem(draw),
            "key": f"past-{n}",
            "time": (at - timedelta(hours=draw.uniform(3, 300))).isoformat(),
            "end_time": (at - timedelta(hours=2.5)).isoformat(),
        }
        for n in range(_PAST)
    ]
    changes = [
        {
            "kind": "change",
            "type": "deploy",
            "title": f"deploy of upstream change {n}",
            "entities": [f"service-{draw.randrange(_ENTITIES)}"],
            "time": (at - timedelta(seconds=draw.randint(60, 7000))).isoformat(),
            "properties": {"files": [f"services/{n}/main.go"], "commit": f"{n:040x}"},
        }
        for n in range(_CHANGES)
    ]
    alerts = [
        {
            **_problem(draw),
            "key": f"alert-{n}",
            "timeout_minutes": 600,
            "time": (at - timedelta(seconds=draw.randint(0, 240))).isoformat(),
        }
        for n in range(_ALERTS)
    ]
    return [past, changes, alerts]


def _problem(draw: Random) -> dict[str, Any]:
    return {
        "kind": "problem",
        "type": draw.choice(["slow", "errors", "cpu"]),
        "severity": draw.choice(["warning", "error", "critical"]),
        "title": f"upstream service-{draw.randrange(_ENTITIES)} took {draw.randrange(1000)} ms",
        "entities": [f"service-{draw.randrange(_ALERTING)}"],
    }


async def _timed(client: Client, query: str, size: Size) -> list[float]:
    """How long each took; the first fills caches, and the graph is kept (ADR 0030)."""
    path = f"/v1/causes?{query}"
    answer = json.loads(await client.get(path))
    assert answer["causes"]
    return [await millis(client.get(path)) for _ in range(size.views)]


async def _timed_anew(client: Client, query: str, size: Size, db: Connection) -> list[float]:
    """How long each took, when the graph is another each time."""
    taken: list[float] = []
    account = await db.fetchval(_ACCOUNT)
    for number in range(size.views):
        source, target = f"SERVICE-{number:016X}", f"SERVICE-{_ENTITIES - 1 - number:016X}"
        await db.execute(_RELATED, account, [source], [RelationKind.CALLS.value], [target])
        taken.append(await millis(client.get(f"/v1/causes?{query}")))
    return taken
