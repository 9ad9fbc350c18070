-- 0010_problems.sql: alerts that share a cause are one problem.
-- The previous release runs on: the alerts that it opens or ends meanwhile are grouped when they next change.
set local lock_timeout = '2s';  -- rather fail and be run again than queue every reader behind us

create table problem (
    account_id uuid not null references account on delete cascade,
    problem_id uuid not null,
    number integer not null,
    code bigint not null,
    named_at timestamptz not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    is_sealed boolean not null default false,
    is_stale boolean not null default false,
    severity text not null,
    title text not null,
    alert_count integer not null,
    types text[] not null,
    dialects text[] not null,
    entity_ids text[] not null,
    merged_into uuid,
    updated_at timestamptz not null,
    comment_count integer not null default 0,
    causes json,
    is_likely boolean not null default false,
    explained_at timestamptz,
    explain_at timestamptz,
    explained_position bigint not null default 0,
    primary key (account_id, problem_id)
) with (fillfactor = 70);
comment on column problem.number is 'as people call it: P-41; counted up in the account';
comment on column problem.code is 'identity.number of the id, and with named_at what a vendor''s clients call it';
comment on column problem.named_at is 'when its first alert had begun as it was raised; never changes, unlike opened_at';
comment on column problem.is_sealed is 'a person closed it: its alerts stay in it, and nothing comes to it any more';
comment on column problem.is_stale is 'alerts of it were removed, and nobody has looked since what is left';
comment on column problem.merged_into is 'the problem that has its alerts now; null = it stands for itself';
comment on column problem.explain_at is 'when to look for its causes again; null = they are as they are to stay';
create unique index problem_number on problem (account_id, number);
create unique index problem_code on problem (account_id, code);
create index problem_opened on problem (account_id, opened_at, problem_id);
create index problem_open on problem (account_id, opened_at) where closed_at is null;
create index problem_stale on problem (account_id) where is_stale;
create index problem_unexplained on problem (account_id, explain_at) where explain_at is not null;

create table problem_head (
    account_id uuid not null references account on delete cascade,
    number integer not null,
    primary key (account_id)
);
comment on table problem_head is 'the last number given; who has its lock is the one who groups the account''s alerts';

create table problem_comment (
    account_id uuid not null,
    comment_id uuid not null,
    problem_id uuid not null,
    code bigint not null,
    created_at timestamptz not null,
    author text not null,
    context text,
    body text not null,
    primary key (account_id, comment_id),
    foreign key (account_id, problem_id) references problem on delete cascade
);
create index problem_comment_of on problem_comment (account_id, problem_id, created_at, comment_id);

create table maintenance (
    account_id uuid not null references account on delete cascade,
    maintenance_id uuid not null,
    name text not null,
    description text not null,
    mode text not null,
    recurrence text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    time_zone text not null,
    last_at timestamptz,
    scope json,
    created_by text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (account_id, maintenance_id)
);
comment on column maintenance.scope is 'null = every entity, else clauses as an event''s scope has them';
comment on column maintenance.last_at is 'of what recurs: no time begins after that; null = no end';

alter table alert add column problem_id uuid;
alter table alert add column handling text[] not null default '{}';
alter table alert add column group_at timestamptz;
alter table alert add column since timestamptz;
alter table alert add column subjects text[] not null default '{}';
alter table alert add column silenced_by text;
alter table alert add column silenced_until timestamptz;
comment on column alert.group_at is 'when to look which problem it belongs to; null = that is settled';
comment on column alert.since is 'from when on it counts, later than opened_at where it was silenced; null = it has not counted';
comment on column alert.subjects is 'the entities that it is about, else where its scope says that it is';
comment on column alert.silenced_by is 'why it did not count from its opening, or does not yet';
update alert set group_at = now() where closed_at is null;
create index alert_ungrouped on alert (account_id, group_at) where group_at is not null;
create index alert_since on alert (account_id, since) where since is not null;
create index alert_problem on alert (account_id, problem_id, since, alert_id) where problem_id is not null;
create index alert_key on alert (account_id, key, opened_at);

alter table feed add column problem_ids uuid[] not null default '{}';
