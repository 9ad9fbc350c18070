-- 0014_doors_stand_alone.sql: a door is found by what it is opened with; no key of the database ties it to its account.
--
-- On a cluster the doors are on every node, while what they lead to lies on one: no foreign key can span that. Whoever
-- removes what is behind a door removes the door.

alter table token_door drop constraint token_door_account_id_token_id_fkey;
alter table session_door drop constraint session_door_account_id_session_id_fkey;
alter table webhook_door drop constraint webhook_door_account_id_webhook_id_fkey;
