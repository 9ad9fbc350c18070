-- 0017_ties_go_with_entities.sql: a tie is gone with the entity that it is of, and with the other if it names that by id.
-- The previous release runs on: an entity that it removes takes its ties along.
set local lock_timeout = '2s';  -- rather fail and be run again than queue every reader behind us

alter table tie add constraint tie_owner foreign key (account_id, owner) references entity on delete cascade;
alter table tie add constraint tie_other_entity foreign key (account_id, other_id) references entity on delete cascade;
