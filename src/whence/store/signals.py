"""Signals and the payloads that they were read out of, as rows; and everything else in their words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from whence.domain.delivery import Delivery, Payload
from whence.domain.identity import first_id, in_millis
from whence.store import codec
from whence.store.pool import Writer
from whence.store.query import Relation

# The payload is looked up where somebody asks for it, and nowhere else. A join that nothing needs would be left out as
# well, but then PostgreSQL reads the rows where an index alone would do.
_SIGNAL: Final = """
    select s.account_id, s.signal_id as event_id, s.key as event_key, s.kind as event_type, s.title, s.description,
        s.grade as severity, s.rule, s.image_url, s.resources, s.provider, s.provider_account as account,
        s.info as additional_info, (
            select b.value from signal_body b where b.account_id = $1 and b.body_id = s.body_id
        ) as raw_data, s.resource as resource,
        'domain-' || right(s.account_id::text, 12) as domain_id, s.workspace as workspace_id,
        s.project as project_id, s.ticket_id as alert_id, s.webhook_id, s.created_at, s.occurred_at
    from signal s where s.account_id = $1
"""
# What came in otherwise, in the words of signals. Its values have no list inside, so their JSON is their text.
_OTHER: Final = """
    select e.account_id, 'event-' || replace(e.event_id::text, '-', ''), coalesce(e.key, ''),
        case e.kind when 'recovery' then 'RECOVERY' else 'ALERT' end, e.title, e.description,
        upper(e.severity), e.type, e.url, coalesce(e.services, '{}'), '', '',
        (
            select coalesce(jsonb_object_agg(p.key, coalesce(p.value #>> '{}', 'null')), '{}')
            from jsonb_each(coalesce(e.properties::jsonb, '{}')) p
        ), coalesce(e.properties::jsonb, '{}'), null::jsonb,
        'domain-' || right(e.account_id::text, 12), 'workspace-' || right(e.account_id::text, 12),
        'project-' || right(e.account_id::text, 12),
        coalesce('alert-' || replace(e.alert_id::text, '-', ''), ''), '',
        date_trunc('milliseconds', e.received_at), date_trunc('milliseconds', e.occurred_at)
    from event e where e.account_id = $1 and e.call not in ('signal', 'ticket')
"""
_COLUMNS: Final[Mapping[str, LiteralString]] = {
    "event_id": "r.event_id", "event_key": "r.event_key", "event_type": "r.event_type", "title": "r.title",
    "description": "r.description", "severity": "r.severity", "rule": "r.rule", "image_url": "r.image_url",
    "resources": "r.resources", "provider": "r.provider", "account": "r.account",
    "additional_info": "r.additional_info", "raw_data": "r.raw_data", "resource": "r.resource",
    "domain_id": "r.domain_id", "workspace_id": "r.workspace_id", "project_id": "r.project_id",
    "alert_id": "r.alert_id", "webhook_id": "r.webhook_id", "created_at": "r.created_at",
    "occurred_at": "r.occurred_at",
}  # fmt: skip
_PRESENT: Final = frozenset({"created_at", "additional_info", "raw_data"})
_OBJECTS: Final = frozenset({"additional_info", "raw_data", "resource"})
_NAMES: Final[LiteralString] = ", ".join(["account_id", *(column.removeprefix("r.") for column in _COLUMNS.values())])
SIGNALS: Final = Relation(
    source=f"({_SIGNAL}) r",
    columns=_COLUMNS,
    present=_PRESENT,
    objects=_OBJECTS,
    indexed={"additional_info": "jsonb_set('{}', array[r.account_id::text], r.additional_info)"},  # migration 0009
)
_OTHERS: Final = Relation(source=f"({_OTHER}) r ({_NAMES})", columns=_COLUMNS, present=_PRESENT, objects=_OBJECTS)
EVERYTHING: Final = replace(SIGNALS, source=f"({_SIGNAL} union all {_OTHER}) r", indexed={}, parts=(SIGNALS, _OTHERS))

_SIGNAL_COLUMNS: Final = (
    "account_id", "signal_id", "key", "kind", "title", "description", "grade", "rule", "image_url", "resources",
    "resource", "provider", "provider_account", "info", "body_id", "workspace", "project", "ticket_id", "webhook_id",
    "created_at", "occurred_at",
)  # fmt: skip
# The signals of one payload may come in several commits.
_KEEP_BODIES: Final = """
    insert into signal_body as kept (account_id, body_id, value, signals)
    select $1, body_id, value::jsonb, signals
    from unnest($2::uuid[], $3::text[], $4::integer[]) as new (body_id, value, signals) order by body_id
    on conflict (account_id, body_id) do update set signals = kept.signals + excluded.signals
"""
# In steps, as a statement does not see what it changed itself.
_LEAVE_BODIES: Final = """
    update signal_body b set signals = b.signals - gone.signals from (
        select s.body_id, count(*) as signals
        from ticket t join signal s on s.account_id = $1 and s.ticket_id = t.ticket_id
        where t.account_id = $1 and t.alert_id = any($2::uuid[]) group by s.body_id
    ) gone where b.account_id = $1 and b.body_id = gone.body_id
"""
_REMOVE_BODIES: Final = """
    delete from signal_body b using ticket t, signal s
    where b.account_id = $1 and t.account_id = $1 and t.alert_id = any($2::uuid[])
    and s.account_id = $1 and s.ticket_id = t.ticket_id and b.body_id = s.body_id and b.signals <= 0
"""
_REMOVE: Final = """
    delete from signal s using ticket t
    where s.account_id = $1 and t.account_id = $1 and t.alert_id = any($2::uuid[]) and s.ticket_id = t.ticket_id
"""
_FORGET: Final = """
    with old as (
        select signal_id from signal where account_id = $1 and created_at < $2 order by created_at limit $3
    ), gone as (
        delete from signal using old where account_id = $1 and signal.signal_id = old.signal_id returning 1
    ) select count(*) as removed from gone
"""
_FORGET_BODIES: Final = """
    with old as (
        select body_id from signal_body where account_id = $1 and body_id < $2 order by body_id limit $3
    ), gone as (
        delete from signal_body using old where account_id = $1 and signal_body.body_id = old.body_id returning 1
    ) select count(*) as removed from gone
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A signal as it is written: where it belongs, what the rules added, and when it arrived."""

    id: str
    delivery: Delivery
    project: str
    info: object
    ticket_id: str
    created_at: datetime


async def insert(db: Writer, account: UUID, signals: Sequence[Stored]) -> None:
    """The signals stand, each payload once; their tickets do already."""
    payloads: dict[UUID, Payload] = {one.delivery.payload.id: one.delivery.payload for one in signals}
    times = Counter(one.delivery.payload.id for one in signals)
    texts = [payload.text for payload in payloads.values()]
    await db.execute(_KEEP_BODIES, account, list(payloads), texts, [times[body_id] for body_id in payloads])
    await db.copy("signal", _SIGNAL_COLUMNS, (_row(account, one) for one in signals))


async def remove_of_alerts(db: Writer, account: UUID, alert_ids: Sequence[UUID]) -> None:
    """The alerts, which are about to go, have no signals; payloads go with the last signal that refers to them."""
    for statement in (_LEAVE_BODIES, _REMOVE_BODIES, _REMOVE):
        await db.execute(statement, account, list(alert_ids))


async def forget(db: Writer, account: UUID, *, before: datetime, limit: int) -> bool:
    """Of the signals and payloads that arrived before, `limit` of each are gone; False when there were none."""
    signals = await db.row(_FORGET, account, before, limit)
    bodies = await db.row(_FORGET_BODIES, account, first_id(before), limit)
    return any(row is not None and row["removed"] for row in (signals, bodies))


def _row(account: UUID, one: Stored) -> tuple[object, ...]:
    signal, webhook = one.delivery.signal, one.delivery.webhook
    resource = codec.json_text(codec.resource_value(signal.resource)) if signal.resource else None
    return (
        account, one.id, signal.key, signal.kind.value, signal.title, signal.description, signal.grade.value,
        signal.rule, signal.image_url, list(signal.resources), resource, signal.provider, signal.account,
        codec.json_text(one.info), one.delivery.payload.id, webhook.workspace, one.project, one.ticket_id, webhook.id,
        one.created_at, in_millis(signal.occurred_at) if signal.occurred_at else None,
    )  # fmt: skip
