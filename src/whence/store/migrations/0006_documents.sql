-- 0006_documents.sql: what is kept beside an entity or the account, and relations to what is not registered yet.
-- The previous release runs on: it knows of neither table, and every relation that it writes is asserted, as all were
-- before. An entity that it registers gets the relations that wait for it when it is next written.
set local lock_timeout = '2s';  -- rather fail and be run again than queue every reader behind us

create table document (
    account_id uuid not null references account on delete cascade,
    owner text not null default '',
    kind text not null,
    key text not null collate "C",
    value json not null,
    body text,
    updated_at timestamptz not null,
    entity_id text generated always as (nullif(owner, '')) stored,
    primary key (account_id, owner, kind, key),
    foreign key (account_id, entity_id) references entity on delete cascade
);
comment on column document.owner is 'id of an entity; empty = the account''s own';
comment on column document.entity_id is 'the owner as a reference: a document goes with its entity';
create index document_entity on document (account_id, entity_id);
create index document_kind on document (account_id, kind, key, owner);

create table relation_wanted (
    account_id uuid not null,
    owner text not null,
    origin text not null,
    kind text not null,
    outgoing boolean not null,
    name text not null,
    other_id text,
    primary key (account_id, owner, origin, kind, outgoing, name),
    foreign key (account_id, owner) references entity on delete cascade,
    foreign key (account_id, other_id) references entity on delete set null (other_id)
);
comment on table relation_wanted is 'what is said of an entity about others that may register later, or leave and come back';
comment on column relation_wanted.origin is 'what says so, in its dialect''s own word: it may say something else later';
comment on column relation_wanted.outgoing is 'true = the owner is the source, false = the target';
comment on column relation_wanted.name is 'an id, a cid, an alias or a tag';
comment on column relation_wanted.other_id is 'the entity that has the name now; null = none, so there is no relation';
create index relation_wanted_name on relation_wanted (account_id, name);
create index relation_wanted_other on relation_wanted (account_id, other_id);

alter table relation add column asserted boolean not null default true;
comment on column relation.asserted is 'false = stands only for as long as relation_wanted asks for it';
