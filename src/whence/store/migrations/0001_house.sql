-- 0001_house.sql: accounts and their tokens, entities and relations, events with their links, counts and feed.
-- The first migration: no release ran before it.
--
-- Every key begins with account_id: it is the tenant wall, and what lets the tables be distributed by it.
-- Two tables are the doors to an account and so cannot be looked up by one: account and token_door.

create table account (
    account_id uuid primary key,
    name text not null unique,
    secret bytea not null,
    created_at timestamptz not null default now()
);
comment on column account.secret is 'signs the cursors that this account is given';

create table token (
    account_id uuid not null references account on delete cascade,
    token_id uuid not null,
    name text not null,
    rights text[] not null,
    sees text not null,
    rate_per_minute integer,
    is_bootstrap boolean not null default false,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    primary key (account_id, token_id)
);

create table token_door (
    digest bytea primary key,
    account_id uuid not null,
    token_id uuid not null,
    foreign key (account_id, token_id) references token on delete cascade
);
comment on column token_door.digest is 'SHA-256 of the token; the token itself is stored nowhere';
create index token_door_token on token_door (account_id, token_id);

create table audit (
    account_id uuid not null references account on delete cascade,
    audit_id uuid not null,
    at timestamptz not null,
    token_id uuid,
    token_name text not null,
    action text not null,
    noun text not null,
    noun_id text not null,
    detail text not null,
    primary key (account_id, audit_id)
);

create table entity (
    account_id uuid not null references account on delete cascade,
    entity_id text not null,
    tag text not null,
    place_key bigint not null,
    type text not null,
    name text not null,
    cluster text not null,
    namespace text not null,
    description text not null,
    aliases text[] not null,
    tags json not null,
    links json not null,
    properties json not null,
    archived boolean not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    primary key (account_id, entity_id)
);
comment on column entity.place_key is 'hash of (type, cluster, namespace, name): how a scope names this one entity';
create unique index entity_tag on entity (account_id, tag);
create index entity_place on entity (account_id, place_key);
create index entity_type on entity (account_id, type, entity_id);
create index entity_cid on entity (account_id, right(entity_id, 16));

create table entity_alias (
    account_id uuid not null,
    alias text not null,
    entity_id text not null,
    primary key (account_id, alias),
    foreign key (account_id, entity_id) references entity on delete cascade
);
create index entity_alias_entity on entity_alias (account_id, entity_id);

create table relation (
    account_id uuid not null,
    source text not null,
    kind text not null,
    target text not null,
    primary key (account_id, source, kind, target),
    foreign key (account_id, source) references entity on delete cascade,
    foreign key (account_id, target) references entity on delete cascade
);
create index relation_target on relation (account_id, target, kind, source);

create table event (
    account_id uuid not null,
    event_id uuid not null,
    occurred_at timestamptz not null,
    ended_at timestamptz,
    received_at timestamptz not null,
    updated_at timestamptz not null,
    report_count integer not null,
    is_open boolean not null,
    kind text not null,
    severity text not null,
    type text not null,
    source text not null,
    dialect text not null,
    title text not null,
    description text not null,
    url text not null,
    links json,
    scope json,
    clusters text[],
    namespaces text[],
    services text[],
    properties json,
    search text not null collate "C",
    sender_id text,
    key text,
    original text,
    primary key (account_id, occurred_at, event_id)
) partition by range (occurred_at);
comment on column event.ended_at is 'null = a moment';
comment on column event.scope is 'null = every service of the account';
comment on column event.search is 'what a word search looks into, folded to one case by the writer';
create index event_by_id on event (account_id, event_id);
-- A window finds what began up to an hour before it by time alone; only longer spans need an index of their ends.
create index event_long on event (account_id, ended_at, occurred_at)
    where ended_at - occurred_at > interval '1 hour';

create table event_link (
    account_id uuid not null,
    key bigint not null,
    occurred_at timestamptz not null,
    event_id uuid not null,
    ended_at timestamptz,
    exact boolean not null,
    primary key (account_id, key, occurred_at, event_id)
) partition by range (occurred_at);
comment on column event_link.exact is 'false = the key is wider than the scope: recheck with the event''s scope';
create index event_link_long on event_link (account_id, key, ended_at, occurred_at)
    where ended_at - occurred_at > interval '1 hour';

create table event_sender (
    account_id uuid not null,
    source text not null,
    sender_id text not null,
    event_id uuid not null,
    received_at timestamptz not null,
    primary key (account_id, source, sender_id)
);

create table event_once (
    account_id uuid not null,
    digest bytea not null,
    content bytea not null,
    event_id uuid not null,
    expires_at timestamptz not null,
    primary key (account_id, digest)
);
comment on table event_once is 'idempotency keys: the same digest before expires_at is the same event';
create index event_once_expiring on event_once (account_id, expires_at);

create table event_pair (
    account_id uuid not null,
    digest bytea not null,
    event_id uuid not null,
    occurred_at timestamptz not null,
    primary key (account_id, digest, event_id)
);
comment on table event_pair is 'spans that have begun and that a later report of the same key will end';

-- Counts by the hour. slot: writers that count into rows of their own do not wait for each other.
create table event_count (
    account_id uuid not null,
    hour timestamptz not null,
    kind text not null,
    severity text not null,
    type text not null,
    source text not null,
    dialect text not null,
    slot smallint not null,
    events bigint not null,
    primary key (account_id, hour, kind, severity, type, source, dialect, slot)
) with (fillfactor = 70);

create table event_place_count (
    account_id uuid not null,
    hour timestamptz not null,
    dimension text not null,
    value text not null,
    slot smallint not null,
    events bigint not null,
    primary key (account_id, hour, dimension, value, slot)
) with (fillfactor = 70);

-- The order of commits, an account at a time: whoever has seen position n and reads what is after it has seen all.
create table feed_head (
    account_id uuid primary key references account on delete cascade,
    position bigint not null
) with (fillfactor = 50);

create table feed (
    account_id uuid not null,
    position bigint not null,
    at timestamptz not null,
    event_ids uuid[] not null,
    occurred_at timestamptz[] not null,
    primary key (account_id, position)
);
create index feed_at on feed (account_id, at);
