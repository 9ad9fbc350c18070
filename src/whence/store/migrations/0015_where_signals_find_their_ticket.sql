-- 0015_where_signals_find_their_ticket.sql: a ticket that a person moved to another project is still found by its signals.
--
-- They are routed to the project that it was opened in. Null is most of them: the one that it is in.

alter table ticket add column routed text;
comment on column ticket.routed is 'the project that its signals are routed to, where that is not `project`';

drop index ticket_open;
create index ticket_open on ticket (account_id, workspace, coalesce(routed, project), key) where resolved_at is null;
