-- 0009_signal_facts.sql: signals are found by their facts, an equal value at a key of `info`, without reading every one.
-- The previous release runs on: it asks as before, and its signals are in the index like others. While that is made
-- (some seconds for a million signals) nobody writes signals.
--
-- An index for JSON cannot begin with account_id. But one of jsonb_path_ops holds a hash for each value with all the
-- keys on the way to it, so here the first of these is the account: two accounts share an entry by accident only, and
-- every statement names the account besides. See ADR 0020.
set local lock_timeout = '2s';  -- rather fail and be run again than queue every reader behind us

create index signal_facts on signal using gin (jsonb_set('{}', array[account_id::text], info) jsonb_path_ops)
    with (gin_pending_list_limit = 256);  -- kB of signals that a list reads one by one, and a writer sorts in at once
analyze signal;  -- how often a fact is there is known from now on, and not guessed
