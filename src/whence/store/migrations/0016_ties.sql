-- 0016_ties.sql: how entities stand to each other in ways that people have named, such as "is deployed to".
-- The previous release runs on: it does not know the table. What describes an entity to it says no tie until it is sent
-- again. The keys to `entity` are in 0017: on a cluster the table must lie on the nodes before it has any.

create table tie (
    account_id uuid not null,
    owner text not null,
    type text not null collate "C",
    origin text not null,
    outgoing boolean not null,
    by_tag boolean not null,
    other text not null,
    other_id text generated always as (case when not by_tag then other end) stored,
    primary key (account_id, owner, type, origin, outgoing, by_tag, other)
);
comment on table tie is 'what no relation follows from, as the house does not know what its type means; see ADR 0029';
comment on column tie.origin is 'what says so, in its dialect''s own word: it may say something else later';
comment on column tie.outgoing is 'true = the owner is the source, false = the destination';
comment on column tie.other is 'an id; by_tag = a tag, of whoever has it when it is asked';
comment on column tie.other_id is 'the other as a reference: a tie that names an id goes with that entity, too';
create index tie_type on tie (account_id, type);
create index tie_other on tie (account_id, other_id, type);
create index tie_tag on tie (account_id, other, type) where by_tag;
