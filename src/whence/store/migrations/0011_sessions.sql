-- 0011_sessions.sql: a person signs in at the web UI with a token, and a cookie stands for it from then on.
-- The previous release runs on: it knows of no session, and a token that it revokes takes its sessions with it.
set local lock_timeout = '2s';  -- rather fail and be run again than queue every reader behind us

create table session (
    account_id uuid not null,
    session_id uuid not null,
    token_id uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (account_id, session_id),
    foreign key (account_id, token_id) references token on delete cascade
);
comment on column session.expires_at is 'never after the token has expired';
create index session_of on session (account_id, token_id, created_at, session_id);
create index session_expiring on session (account_id, expires_at);

-- A door: a cookie says nothing of whose it is until it was looked up.
create table session_door (
    digest bytea primary key,
    account_id uuid not null,
    session_id uuid not null,
    foreign key (account_id, session_id) references session on delete cascade
);
comment on column session_door.digest is 'SHA-256 of the cookie''s value, which is stored nowhere';
create index session_door_session on session_door (account_id, session_id);
