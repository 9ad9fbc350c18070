-- 0002_alerts.sql: a problem has an alert, which opens, is held open by reports, and ends.
-- The previous release runs on: it writes none of the new columns, and its problems stand open for ever, as before.
-- What it left open is closed here: no alert would ever close it.
set local lock_timeout = '2s';  -- rather fail and be run again than queue every reader behind us

create table alert (
    account_id uuid not null references account on delete cascade,
    alert_id uuid not null,
    key text not null,
    opened_at timestamptz not null,
    last_report_at timestamptz not null,
    expires_at timestamptz,
    due_at timestamptz,
    closed_at timestamptz,
    closed_by text,
    report_count integer not null,
    severity text not null,
    title text not null,
    type text not null,
    source text not null,
    dialect text not null,
    entity_id text,
    event_id uuid not null,
    event_at timestamptz not null,
    acknowledged_at timestamptz,
    acknowledged_by text,
    comment text not null,
    primary key (account_id, alert_id)
) with (fillfactor = 70);
comment on column alert.expires_at is 'null = only a recovery or a person ends it';
comment on column alert.due_at is
    'when to look whether it has expired; never after expires_at, mostly before: a report moves only expires_at, which no '
    'index has, so that it costs no index entry';
create unique index alert_open on alert (account_id, key) where closed_at is null;
-- "is not null" so that nobody who looks for a key walks through all that is open by this one.
create index alert_due on alert (account_id, due_at) where closed_at is null and due_at is not null;
create index alert_opened on alert (account_id, opened_at, alert_id);
create index alert_entity on alert (account_id, entity_id, opened_at) where entity_id is not null;

alter table event add column alert_id uuid;
alter table event add column open_until timestamptz;
alter table event add column number bigint;
comment on column event.open_until is 'of what is_open: when that ends by itself; null = it does not';
comment on column event.number is 'for senders whose event ids have 64 bits; null = this one''s has none';
create index event_key on event (account_id, key, occurred_at) where key is not null;
create index event_number on event (account_id, number) where number is not null;
update event set is_open = false where is_open;

alter table feed add column alert_ids uuid[] not null default '{}';
