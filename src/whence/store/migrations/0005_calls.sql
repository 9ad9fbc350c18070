-- 0005_calls.sql: an event knows by which of its dialect's calls it came in, where a dialect has calls of several kinds.
-- The previous release runs on: it neither reads nor writes the column; what it writes came in by the only call.
set local lock_timeout = '2s';  -- rather fail and be run again than queue every reader behind us
alter table event add column call text not null default '';
comment on column event.call is 'the dialect''s own name for it; empty = the dialect has but one';
