-- 0004_token_options.sql: a token may have options of its own, laid over those that a dialect has in the whole
-- installation: one sender of many may be strict, or patient, without a server of its own.
-- The previous release runs on: it neither reads nor writes the column, and its tokens have no options.
set local lock_timeout = '2s';  -- rather fail and be run again than queue every reader behind us
alter table token add column options json;
comment on column token.options is 'text by option by dialect; null = none';
