"""Tickets as rows: the open ones of a condition, new ones, changed ones; and the numbers that they are given."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from whence.domain.errors import NotFound
from whence.domain.signal import Grade
from whence.domain.ticket import Ticket, Urgency
from whence.store import codec, signals
from whence.store.pool import Reader, Writer
from whence.store.query import Relation

_COLUMNS: Final[LiteralString] = """
    t.ticket_id, t.alert_id, t.workspace, t.project, coalesce(t.routed, t.project) as routed, t.key, t.number, t.title,
    t.description, t.grade, t.rule, t.image_url, t.resources, t.provider, t.provider_account, t.info, t.urgency,
    t.is_error, t.assignee, t.policy, t.is_told, t.triggered_by, t.webhook_id, t.created_at, t.updated_at,
    t.signalled_at, t.resolved_at
"""
# The state that a reader sees: an alert that somebody acknowledged is so by that, whoever did it where.
_TICKET: Final = """
    select t.number as alert_number, t.ticket_id as alert_id, t.title,
        case when t.resolved_at is not null then 'RESOLVED' when t.is_error then 'ERROR'
        when a.acknowledged_at is not null then 'ACKNOWLEDGED' else 'TRIGGERED' end as state,
        t.description, t.assignee, coalesce(a.acknowledged_by, '') as responder, t.urgency, t.grade as severity,
        t.rule, t.image_url, t.resources, t.provider, t.provider_account as account, t.info as additional_info,
        1 as escalation_step, case when t.is_told and t.resolved_at is null then 1 else 0 end as escalation_ttl,
        t.triggered_by, 'domain-' || right(t.account_id::text, 12) as domain_id, t.workspace as workspace_id,
        t.project as project_id, t.webhook_id, t.policy as escalation_policy_id, t.created_at,
        date_trunc('milliseconds', t.updated_at) as updated_at,
        date_trunc('milliseconds', a.acknowledged_at) as acknowledged_at,
        date_trunc('milliseconds', t.resolved_at) as resolved_at, null::timestamptz as escalated_at
    from ticket t join alert a on a.account_id = $1 and a.alert_id = t.alert_id where t.account_id = $1
"""
TICKETS: Final = Relation(
    source=f"({_TICKET}) r",
    columns={
        "alert_number": "r.alert_number", "alert_id": "r.alert_id", "title": "r.title", "state": "r.state",
        "description": "r.description", "assignee": "r.assignee", "responder": "r.responder", "urgency": "r.urgency",
        "severity": "r.severity", "rule": "r.rule", "image_url": "r.image_url", "resources": "r.resources",
        "provider": "r.provider", "account": "r.account", "additional_info": "r.additional_info",
        "escalation_step": "r.escalation_step", "escalation_ttl": "r.escalation_ttl",
        "triggered_by": "r.triggered_by", "domain_id": "r.domain_id", "workspace_id": "r.workspace_id",
        "project_id": "r.project_id", "webhook_id": "r.webhook_id",
        "escalation_policy_id": "r.escalation_policy_id", "created_at": "r.created_at", "updated_at": "r.updated_at",
        "acknowledged_at": "r.acknowledged_at", "resolved_at": "r.resolved_at",
        "escalated_at": "r.escalated_at",
    },
    present=frozenset({"alert_number", "resources", "additional_info", "created_at", "updated_at"}),
    objects=frozenset({"additional_info"}),
)  # fmt: skip
# Taken before anything else of tickets, in the order of the workspaces.
_HEADS: Final = """
    insert into ticket_head (account_id, workspace, number) select $1, workspace, 0
    from unnest($2::text[]) as asked (workspace) order by workspace
    on conflict (account_id, workspace) do update set number = ticket_head.number
    returning workspace, number
"""
_NUMBER: Final = """
    update ticket_head set number = new.number from unnest($2::text[], $3::integer[]) as new (workspace, number)
    where account_id = $1 and ticket_head.workspace = new.workspace
"""
# With their alerts, which everybody locks first (PostgreSQL in the order of FROM), in the order of their keys.
_STANDING: Final[LiteralString] = f"""
    select {_COLUMNS} from alert a join ticket t on t.account_id = $1 and t.alert_id = a.alert_id
    join unnest($2::text[], $3::text[], $4::text[]) as asked (workspace, project, key)
    on t.workspace = asked.workspace and coalesce(t.routed, t.project) = asked.project and t.key = asked.key
    where a.account_id = $1 and a.closed_at is null and t.resolved_at is null
    order by a.key for update of a, t
"""
_GET: Final[LiteralString] = f"""
    select {_COLUMNS} from alert a join ticket t on t.account_id = $1 and t.alert_id = a.alert_id
    where a.account_id = $1 and t.ticket_id = $2
"""
_LOCK: Final[LiteralString] = f"{_GET} for update of a, t"
_INSERT: Final = """
    insert into ticket (
        account_id, ticket_id, alert_id, workspace, project, key, number, title, description, grade, rule, image_url,
        resources, provider, provider_account, info, urgency, is_error, assignee, policy, is_told, triggered_by,
        webhook_id, created_at, updated_at, signalled_at, resolved_at
    )
    select $1, * from unnest(
        $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::text[], $9::text[], $10::text[],
        $11::text[], $12::text[], $13::jsonb[], $14::text[], $15::text[], $16::jsonb[], $17::text[], $18::boolean[],
        $19::text[], $20::text[], $21::boolean[], $22::text[], $23::text[], $24::timestamptz[], $25::timestamptz[],
        $26::timestamptz[], $27::timestamptz[]
    )
"""
_UPDATE: Final = """
    update ticket set alert_id = new.alert_id, project = new.project, routed = nullif(new.routed, new.project),
        title = new.title, description = new.description, urgency = new.urgency, assignee = new.assignee,
        policy = new.policy, updated_at = new.updated_at, signalled_at = new.signalled_at, resolved_at = new.resolved_at
    from unnest(
        $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
        $11::timestamptz[], $12::timestamptz[], $13::timestamptz[]
    ) as new (
        ticket_id, alert_id, project, routed, title, description, urgency, assignee, policy, updated_at, signalled_at,
        resolved_at
    )
    where account_id = $1 and ticket.ticket_id = new.ticket_id
"""

_REMOVE: Final = "delete from alert where account_id = $1 and alert_id = $2"


async def heads(db: Writer, account: UUID, workspaces: Iterable[str]) -> dict[str, int]:
    """The last number given in each workspace; nobody else opens or moves tickets there before the transaction ends."""
    rows = await db.rows(_HEADS, account, sorted(set(workspaces)))
    return {row["workspace"]: row["number"] for row in rows}


async def count_on(db: Writer, account: UUID, numbers: Mapping[str, int]) -> None:
    """These are the last numbers given."""
    await db.execute(_NUMBER, account, list(numbers), list(numbers.values()))


async def standing(db: Writer, account: UUID, conditions: Iterable[tuple[str, str, str]]) -> list[Ticket]:
    """The open tickets of the conditions (workspace, project that signals are routed to, key), their alerts locked."""
    asked = sorted(set(conditions))
    rows = await db.rows(_STANDING, account, *([one[n] for one in asked] for n in range(3)))
    return [_ticket(row) for row in rows]


async def require(db: Reader, account: UUID, ticket_id: str) -> Ticket:
    """The ticket.

    Raises:
        NotFound: the account has no such ticket.
    """
    return _found(await db.row(_GET, account, ticket_id), ticket_id)


async def require_locked(db: Writer, account: UUID, ticket_id: str) -> Ticket:
    """The ticket, which nobody else changes before the transaction ends, and neither its alert.

    Raises:
        NotFound: the account has no such ticket.
    """
    return _found(await db.row(_LOCK, account, ticket_id), ticket_id)


async def insert(db: Writer, account: UUID, tickets: Sequence[Ticket]) -> None:
    """The tickets stand; their alerts do already."""
    rows = [
        (
            t.id, t.alert_id, t.workspace, t.project, t.key, t.number, t.title, t.description, t.grade, t.rule,
            t.image_url, codec.json_text(list(map(codec.resource_value, t.resources))), t.provider, t.account,
            codec.json_text(t.info), t.urgency, t.is_error, t.assignee, t.policy, t.is_told, t.triggered_by,
            t.webhook_id, t.created_at, t.updated_at, t.signalled_at, t.resolved_at,
        )
        for t in tickets
    ]  # fmt: skip
    if rows:
        await db.execute(_INSERT, account, *_columns(rows))


async def update(db: Writer, account: UUID, tickets: Sequence[Ticket]) -> None:
    """The tickets, locked, are as given, in all that may change."""
    rows = [
        (
            t.id, t.alert_id, t.project, t.routed, t.title, t.description, t.urgency, t.assignee, t.policy,
            t.updated_at, t.signalled_at, t.resolved_at,
        )
        for t in tickets
    ]  # fmt: skip
    if rows:
        await db.execute(_UPDATE, account, *_columns(rows))


async def remove(db: Writer, account: UUID, ticket_id: str) -> None:
    """There is no ticket of the id: it went with its alert, or goes with it now, and its signals with it."""
    row = await db.row(_LOCK, account, ticket_id)
    if row is not None:
        await signals.remove_of_alerts(db, account, [row["alert_id"]])
        await db.execute(_REMOVE, account, row["alert_id"])


def _found(row: asyncpg.Record | None, ticket_id: str) -> Ticket:
    if row is None:
        raise NotFound("ticket", ticket_id)
    return _ticket(row)


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _ticket(row: asyncpg.Record) -> Ticket:
    resources = codec.json_value(row["resources"])
    return Ticket(
        id=row["ticket_id"],
        alert_id=row["alert_id"],
        workspace=row["workspace"],
        project=row["project"],
        routed=row["routed"],
        key=row["key"],
        number=row["number"],
        title=row["title"],
        description=row["description"],
        grade=Grade(row["grade"]),
        rule=row["rule"],
        image_url=row["image_url"],
        resources=tuple(map(codec.resource, resources)),
        provider=row["provider"],
        account=row["provider_account"],
        info=codec.json_value(row["info"]),
        urgency=Urgency(row["urgency"]),
        is_error=row["is_error"],
        assignee=row["assignee"],
        policy=row["policy"],
        is_told=row["is_told"],
        triggered_by=row["triggered_by"],
        webhook_id=row["webhook_id"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        signalled_at=row["signalled_at"],
        resolved_at=row["resolved_at"],
    )
