"""How fast stored signals are found and counted: lists with two filters and a sort, and statistics by day."""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import asyncpg
from pydantic_core import to_json

from bench.bodies import VARIETY
from bench.child import running
from bench.client import Client
from bench.clock import millis, quantile
from bench.database import opened
from bench.figure import Figure
from bench.size import Size
from whence.store.pool import Connection

_LIST_AT_MOST_MS: Final = 200
_STAT_AT_MOST_MS: Final = 1000
_OF_EACH: Final = 20  # signals of a ticket
_ACCOUNT: Final = "select account_id from account where name = 'default'"
# Thirty days of signals, of 300 hosts, 20 services, six grades and five kinds of alarm.
_ALERTS: Final = """
    insert into alert (
        account_id, alert_id, key, opened_at, last_report_at, closed_at, closed_by, report_count, severity, title, type,
        source, dialect, event_id, event_at, comment
    )
    select $1, gen_random_uuid(), 'alert-' || lpad(to_hex(n), 12, '0'), at, at, at + interval '1 hour', 'recovery', $3,
        'error', 'Alarm ' || n, 'alarm', 'bench', 'bench', gen_random_uuid(), at, ''
    from generate_series(1, $2) n, lateral (select now() - interval '30 days' * (1 - n::float / $2) as at) t
"""
_TICKETS: Final = """
    insert into ticket (
        account_id, ticket_id, alert_id, workspace, project, key, number, title, description, grade, rule, image_url,
        resources, provider, provider_account, info, urgency, is_error, assignee, policy, is_told, triggered_by,
        webhook_id, created_at, updated_at, signalled_at, resolved_at
    )
    select $1, key, alert_id, $2, $3, key, row_number() over (order by key), title, '', 'ERROR', '', '', '[]', '', '',
        '{}', 'HIGH', false, '', 'ep-1', true, $4, $4, date_trunc('milliseconds', opened_at),
        date_trunc('milliseconds', opened_at), date_trunc('milliseconds', opened_at),
        date_trunc('milliseconds', closed_at)
    from alert where account_id = $1
"""
_BODIES: Final = """
    insert into signal_body (account_id, body_id, value, signals)
    select $1, ('00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid,
        jsonb_build_object(
            'event_key', 'k' || n / $3, 'title', 'Latency of service ' || n % 20 || ' over limit',
            'severity', 'ERROR', 'additional_info', jsonb_build_object('host', 'host-' || n % 300, 'zone', n % 3),
            'labels', jsonb_build_array('a', 'b', n % 7)
        ), 1
    from generate_series(0, $2 - 1) n
"""
_SIGNALS: Final = """
    insert into signal (
        account_id, signal_id, key, kind, title, description, grade, rule, image_url, resources, provider,
        provider_account, info, body_id, workspace, project, ticket_id, webhook_id, created_at, occurred_at
    )
    select $1, 'event-' || lpad(to_hex(n), 12, '0'), 'k' || n / $3,
        case n % 10 when 9 then 'RECOVERY' else 'ALERT' end, 'Latency of service ' || n % 20 || ' over limit',
        'p99 is ' || n % 977 || ' ms, the limit is 200 ms; seen on three of four probes in the last five minutes',
        ('{CRITICAL,ERROR,ERROR,WARNING,WARNING,WARNING,INFO,INFO,NOT_AVAILABLE,NONE}'::text[])[1 + (n * 7) % 10],
        'rule-' || n % 5, '', array['host-' || n % 300, 'service-' || n % 20], 'aws', '1234',
        jsonb_build_object('host', 'host-' || n % 300, 'zone', 'z' || n % 3, 'metric', 'latency'),
        ('00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid, $4, $5,
        'alert-' || lpad(to_hex(1 + n / $3), 12, '0'), $6, at, at
    from generate_series(0, $2 - 1) n, lateral (
        select date_trunc('milliseconds', now() - interval '30 days' * (1 - n::float / $2)) as at
    ) t
"""
_WEBHOOK: Final = {
    "name": "bench",
    "project_id": "project-bench",
    "plugin_info": {"plugin_id": "plugin-api-direct-mon-webhook"},
}


async def webhook(url: str) -> str:
    """The path that signals are posted to, at the server of the URL."""
    async with Client.to(url) as client:
        made = await _answer(client, "webhook/create", _WEBHOOK)
    return str(urlsplit(str(made["webhook_url"])).path)


def bodies(path: Path) -> Path:
    """Signals of a few thousand conditions, again and again, in a new file; each holds `@@`."""
    path.write_bytes(b"\n".join(to_json(_signal(number)) for number in range(VARIETY)) + b"\n")
    return path


def _signal(number: int) -> dict[str, object]:
    facts = {"host": f"host-{number % 300}", "zone": f"z{number % 3}", "metric": "latency"}
    return {
        "event_key": f"latency-{number}",
        "type": "alarm",  # for the floor
        "title": f"Latency of service {number % 20} over limit",
        "description": "p99 is @@ ms, the limit is 200 ms",
        "severity": "ERROR",
        "rule": "latency",
        "resources": [f"service-{number % 20}"],
        "additional_info": facts,
        "properties": facts,  # for the floor
    }


async def asked(size: Size, directory: Path) -> list[Figure]:
    """Lists and statistics over what is stored, each asked again and again over one connection."""
    with running("bench.server", directory) as server:
        async with opened(directory) as database:
            async with Client.to(server.url) as client:
                webhook = await _answer(client, "webhook/create", _WEBHOOK)
            db = await asyncpg.connect(**database.dsn)
            await _fill(db, size.events, webhook)
            await db.close()
            async with Client.to(server.url) as client:  # a new one: the server closes what is idle for seconds
                lists = [await _timed(size, partial(_answer, client, "event/list", asked)) for asked in _LISTS]
                stat = await _timed(size, partial(_answer, client, "event/stat", _BY_DAY))
    worst = max(lists, key=lambda times: quantile(times, 0.95))
    return [
        Figure(
            name=f"signals-list {size.events:,}",
            what=f"list of 1,000 of {size.events:,} signals, two filters and a sort, the slowest of three, p95",
            unit="ms",
            measured=quantile(worst, 0.95),
            bound="<=",
            budget=_LIST_AT_MOST_MS,
            samples={"whence": worst},
            note="p95 of each " + ", ".join(f"{quantile(times, 0.95):.0f} ms" for times in lists),
        ),
        Figure(
            name=f"signals-stat {size.events:,}",
            what=f"{size.events:,} signals by severity and day, p95",
            unit="ms",
            measured=quantile(stat, 0.95),
            bound="<=",
            budget=_STAT_AT_MOST_MS,
            samples={"whence": stat},
            note=f"p50 {quantile(stat, 0.5):.0f} ms",
        ),
    ]


def _list(filters: list[dict[str, Any]], sort: str) -> dict[str, Any]:
    return {"query": {"filter": filters, "sort": [{"key": sort, "desc": True}], "page": {"limit": 1000}}}


def _test(key: str, operator: str, value: object) -> dict[str, Any]:
    return {"k": key, "v": value, "o": operator}


_LISTS: Final = (
    _list(
        [_test("severity", "in", ["CRITICAL", "ERROR"]), _test("created_at", "timediff_gte", "now-7d")], "created_at"
    ),
    _list([_test("severity", "eq", "ERROR"), _test("event_type", "not", "RECOVERY")], "occurred_at"),
    _list([_test("severity", "eq", "WARNING"), _test("additional_info.host", "eq", "host-12")], "created_at"),
)
_BY_DAY: Final = {
    "query": {
        "aggregate": [
            {
                "group": {
                    "keys": [
                        {"key": "severity", "name": "severity"},
                        {"key": "created_at", "name": "day", "date_format": "%Y-%m-%d"},
                    ],
                    "fields": [{"name": "n", "operator": "count"}],
                }
            }
        ]
    }
}


async def _fill(db: Connection, events: int, webhook: dict[str, Any]) -> None:
    account = await db.fetchval(_ACCOUNT)
    place = webhook["workspace_id"], webhook["project_id"], webhook["webhook_id"]
    tickets = events // _OF_EACH + 1
    for table, statement, *args in (
        ("alert", _ALERTS, tickets, _OF_EACH),
        ("ticket", _TICKETS, *place),
        ("signal_body", _BODIES, events, _OF_EACH),
        ("signal", _SIGNALS, events, _OF_EACH, *place),
    ):
        await db.execute(statement, account, *args)
        await db.execute(f"vacuum analyze {table}")  # keys of the next table are looked up in this one


async def _timed(size: Size, ask: Callable[[], Awaitable[object]]) -> list[float]:
    """How long each took; the first fills caches."""
    return [await millis(ask()) for _ in range(size.views + 1)][1:]


async def _answer(client: Client, verb: str, body: dict[str, Any]) -> dict[str, Any]:
    return json.loads(await client.post(f"/monitoring/v1/{verb}", json.dumps(body).encode()))
