-- 0003_entity_tags.sql: entities are found by their tags with an index, not by reading every one of the account.
-- The previous release runs on: the database itself computes the column, also of the rows that it writes, and those
-- that stand get theirs here; while they are rewritten (some seconds for 100,000) nobody reads or writes entities.
--
-- An index for arrays cannot begin with account_id without an extension that not every database lets us have. So
-- each key is a hash that begins with the account: two accounts share one by accident at most, and every
-- statement names the account besides and looks at the tags themselves.
set local lock_timeout = '2s';  -- rather fail and be run again than queue every reader behind us

-- hashtextextended hashes the bytes of a text on from a seed, and is what PostgreSQL partitions by, so it stays as
-- it is; whether a tag ends where another begins is no question, because each part is a hash of its own.
create function entity_tag_key(account_id uuid, context text, key text, value text) returns bigint
    language sql immutable parallel safe
    return case when value is null
        then hashtextextended(key collate "C", hashtextextended(context collate "C", uuid_hash_extended(account_id, 0)))
        else hashtextextended(value collate "C", hashtextextended(
            key collate "C", hashtextextended(context collate "C", uuid_hash_extended(account_id, 0))
        ))
    end;
comment on function entity_tag_key is 'value null = the key of every tag of this context and key';

-- Of a row: in this language because it is six times as fast (7 us a row), and with the chain written out once more
-- because a restored dump computes the column before it finds functions by name.
create function entity_tag_keys(account_id uuid, tags json) returns bigint[]
    language plpgsql immutable parallel safe as $$
declare
    keys bigint[] := '{}';
    account bigint := uuid_hash_extended(account_id, 0);
    tag json;
    whatever bigint;
begin
    for n in 0 .. json_array_length(tags) - 1 loop
        tag := tags -> n;
        whatever := hashtextextended(
            (tag ->> 'key') collate "C", hashtextextended((tag ->> 'context') collate "C", account)
        );
        keys := keys || whatever || hashtextextended((tag ->> 'value') collate "C", whatever);
    end loop;
    return keys;
end
$$;

alter table entity set (fillfactor = 85);  -- when one is last seen is written often, and then needs no index entry
alter table entity add column tag_keys bigint[] generated always as (entity_tag_keys(account_id, tags)) stored;
comment on column entity.tag_keys is 'of each tag two: of context, key and value, and of context and key alone';
create index entity_tags on entity using gin (tag_keys) with (fastupdate = off);  -- found as fast after an import
