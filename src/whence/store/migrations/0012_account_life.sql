-- 0012_account_life.sql: an account says how long it is kept, and an account can be deleted.
-- The previous release runs on: it refuses and drops by the installation's days alone, so an account that is to keep more
-- waits until every server is upgraded. Of an account that is being deleted it still opens the tokens, until their rows
-- are gone some seconds later; what it commits for the account meanwhile goes with the rest.
set local lock_timeout = '2s';  -- rather fail and be run again than queue every reader behind us

alter table account add column retention_days integer check (retention_days between 1 and 36500);
alter table account add column forgotten_before timestamptz;
alter table account add column deleted_at timestamptz;
comment on column account.retention_days is 'null = as long as the installation says';
comment on column account.forgotten_before is 'the month before which nothing is left; null = look';
comment on column account.deleted_at is 'nothing opens it any more, and its rows are being removed; null = it stands';
create index account_deleting on account (account_id) where deleted_at is not null;

-- Every commit that adds to an account takes the lock of its head at last: once it is closed, none adds anything.
alter table feed_head add column is_closed boolean not null default false;
