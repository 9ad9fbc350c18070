-- 0007_webhooks.sql: monitors post to webhooks; what they say is kept signal by signal, beside the alert that it moves,
-- which people work on as a numbered ticket of a project.
-- The previous release runs on: it knows of none of the tables. An alert that it closes leaves its ticket open until the
-- condition is reported again or recovers.
set local lock_timeout = '2s';  -- rather fail and be run again than queue every reader behind us

create table webhook (
    account_id uuid not null references account on delete cascade,
    webhook_id text not null,
    name text not null,
    receiver text not null,
    is_enabled boolean not null,
    access_key text not null,
    version text not null,
    upgrade_mode text not null,
    options json not null,
    metadata json not null,
    tags json not null,
    workspace text not null,
    project text not null,
    requests bigint not null default 0,
    failures bigint not null default 0,
    created_at timestamptz not null,
    primary key (account_id, webhook_id)
) with (fillfactor = 70);
comment on column webhook.receiver is 'alertmanager, grafana, aws_sns, direct; anything else = told by the payload''s shape';
comment on column webhook.access_key is 'in clear: it is part of the address, which its owner must be able to read again';
create unique index webhook_name on webhook (account_id, workspace, project, name);

-- A door: a payload is posted to a webhook by its id before anybody knows the account.
create table webhook_door (
    webhook_id text primary key,
    account_id uuid not null,
    foreign key (account_id, webhook_id) references webhook on delete cascade
);
create index webhook_door_webhook on webhook_door (account_id, webhook_id);

create table project (
    account_id uuid not null references account on delete cascade,
    project text not null,
    workspace text not null,
    recovers boolean,
    only_high boolean not null,
    is_removed boolean not null,
    created_at timestamptz not null,
    primary key (account_id, project)
);
comment on table project is 'how a project treats its alerts; one without a row treats them as the installation says';
comment on column project.recovers is 'whether a recovery ends the alert by itself; null = as the installation says';
comment on column project.only_high is 'whether only urgent alerts are told to people';
comment on column project.is_removed is 'somebody removed it: its webhooks take nothing until it is there again';

create table rule (
    account_id uuid not null references account on delete cascade,
    rule_id text not null,
    workspace text not null,
    project text not null,
    position integer not null,
    name text not null,
    policy text not null,
    conditions json not null,
    actions json not null,
    stops boolean not null,
    tags json not null,
    created_at timestamptz not null,
    primary key (account_id, rule_id)
);
comment on column rule.project is 'empty = for every project of the workspace';
create index rule_order on rule (account_id, workspace, project, position);

-- The last number given, and what writers of one workspace wait for: of two that report a condition first at the same
-- time, the second finds the ticket of the first.
create table ticket_head (
    account_id uuid not null references account on delete cascade,
    workspace text not null,
    number integer not null,
    primary key (account_id, workspace)
) with (fillfactor = 50);

create table ticket (
    account_id uuid not null references account on delete cascade,
    ticket_id text not null,
    alert_id uuid not null,
    workspace text not null,
    project text not null,
    key text not null,
    number integer not null,
    title text not null,
    description text not null,
    grade text not null,
    rule text not null,
    image_url text not null,
    resources jsonb not null,
    provider text not null,
    provider_account text not null,
    info jsonb not null,
    urgency text not null,
    is_error boolean not null,
    assignee text not null,
    policy text not null,
    is_told boolean not null,
    triggered_by text not null,
    webhook_id text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    signalled_at timestamptz not null,
    resolved_at timestamptz,
    primary key (account_id, ticket_id),
    foreign key (account_id, alert_id) references alert on delete cascade
) with (fillfactor = 70);
comment on column ticket.alert_id is 'the episode that it is about: of a ticket that was opened again, the latest';
comment on column ticket.signalled_at is 'when its latest signal arrived that was no recovery';
comment on column ticket.is_told is 'false = a rule says that nobody is to be told of it';
create unique index ticket_number on ticket (account_id, workspace, number);
create index ticket_alert on ticket (account_id, alert_id);
create index ticket_open on ticket (account_id, workspace, project, key) where resolved_at is null;
create index ticket_created on ticket (account_id, created_at, ticket_id);

-- A payload is kept once, however many signals were read out of it.
create table signal_body (
    account_id uuid not null,
    body_id uuid not null,
    value jsonb not null,
    signals integer not null,
    primary key (account_id, body_id)
);
comment on column signal_body.body_id is 'a UUIDv7: sorts by when it arrived';
comment on column signal_body.signals is 'how many refer to it; with the last one it goes';

-- No foreign keys: each would be looked up for every signal, a fifth of what PostgreSQL has to do for one. Whoever
-- removes an alert removes its signals.
create table signal (
    account_id uuid not null,
    signal_id text not null,
    key text not null,
    kind text not null,
    title text not null,
    description text not null,
    grade text not null,
    rule text not null,
    image_url text not null,
    resources text[] not null,
    resource jsonb,
    provider text not null,
    provider_account text not null,
    info jsonb not null,
    body_id uuid not null,
    workspace text not null,
    project text not null,
    ticket_id text not null,
    webhook_id text not null,
    created_at timestamptz not null,
    occurred_at timestamptz,
    primary key (account_id, signal_id)
);
comment on column signal.created_at is 'whole milliseconds; of signals that arrived together the ids are in their order';
-- Lists and counts over what is asked for most read this index alone, not the rows.
create index signal_created on signal (account_id, created_at, signal_id)
    include (grade, kind, workspace, project, webhook_id, occurred_at);
create index signal_ticket on signal (account_id, ticket_id, created_at);
create index signal_key on signal (account_id, key, created_at);
create index signal_occurred on signal (account_id, occurred_at nulls first);  -- in lists what is missing is the least
