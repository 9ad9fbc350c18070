-- 0013_counts_by_the_day.sql: a row counts a day, hour by hour, where one counted an hour: a month is read in a tenth of
-- the rows. Days are those of UTC.
-- The previous release runs on: it goes on counting in event_count and event_place_count, which readers of this one add
-- to theirs. Its own facets and histograms lack what was counted by then. Both tables go a release later. See ADR 0023.
set local lock_timeout = '2s';  -- rather fail and be run again than queue every reader behind us

create table event_day_count (
    account_id uuid not null,
    day date not null,
    slot smallint not null,
    events bigint not null,
    kind text not null,
    severity text not null,
    type text not null,
    source text not null,
    dialect text not null,
    h00 integer not null default 0, h01 integer not null default 0, h02 integer not null default 0,
    h03 integer not null default 0, h04 integer not null default 0, h05 integer not null default 0,
    h06 integer not null default 0, h07 integer not null default 0, h08 integer not null default 0,
    h09 integer not null default 0, h10 integer not null default 0, h11 integer not null default 0,
    h12 integer not null default 0, h13 integer not null default 0, h14 integer not null default 0,
    h15 integer not null default 0, h16 integer not null default 0, h17 integer not null default 0,
    h18 integer not null default 0, h19 integer not null default 0, h20 integer not null default 0,
    h21 integer not null default 0, h22 integer not null default 0, h23 integer not null default 0,
    primary key (account_id, day, kind, severity, type, source, dialect, slot)
) with (fillfactor = 70);
comment on table event_day_count is 'events by the day (UTC) and, h00 to h23, the hour in which they began';

create table event_place_day_count (
    account_id uuid not null,
    day date not null,
    slot smallint not null,
    events bigint not null,
    dimension text not null,
    value text not null,
    h00 integer not null default 0, h01 integer not null default 0, h02 integer not null default 0,
    h03 integer not null default 0, h04 integer not null default 0, h05 integer not null default 0,
    h06 integer not null default 0, h07 integer not null default 0, h08 integer not null default 0,
    h09 integer not null default 0, h10 integer not null default 0, h11 integer not null default 0,
    h12 integer not null default 0, h13 integer not null default 0, h14 integer not null default 0,
    h15 integer not null default 0, h16 integer not null default 0, h17 integer not null default 0,
    h18 integer not null default 0, h19 integer not null default 0, h20 integer not null default 0,
    h21 integer not null default 0, h22 integer not null default 0, h23 integer not null default 0,
    primary key (account_id, day, dimension, value, slot)
) with (fillfactor = 70);
comment on table event_place_day_count is 'the same of each cluster, namespace and service that an event names';

-- Who counts meanwhile waits, and then counts into tables that are empty.
lock table event_count, event_place_count in access exclusive mode;

insert into event_day_count (
    account_id, day, slot, events, kind, severity, type, source, dialect,
    h00, h01, h02, h03, h04, h05, h06, h07, h08, h09, h10, h11,
    h12, h13, h14, h15, h16, h17, h18, h19, h20, h21, h22, h23
)
select
    account_id, day, slot, sum(n), kind, severity, type, source, dialect,
    coalesce(sum(n) filter (where h = 0), 0), coalesce(sum(n) filter (where h = 1), 0),
    coalesce(sum(n) filter (where h = 2), 0), coalesce(sum(n) filter (where h = 3), 0),
    coalesce(sum(n) filter (where h = 4), 0), coalesce(sum(n) filter (where h = 5), 0),
    coalesce(sum(n) filter (where h = 6), 0), coalesce(sum(n) filter (where h = 7), 0),
    coalesce(sum(n) filter (where h = 8), 0), coalesce(sum(n) filter (where h = 9), 0),
    coalesce(sum(n) filter (where h = 10), 0), coalesce(sum(n) filter (where h = 11), 0),
    coalesce(sum(n) filter (where h = 12), 0), coalesce(sum(n) filter (where h = 13), 0),
    coalesce(sum(n) filter (where h = 14), 0), coalesce(sum(n) filter (where h = 15), 0),
    coalesce(sum(n) filter (where h = 16), 0), coalesce(sum(n) filter (where h = 17), 0),
    coalesce(sum(n) filter (where h = 18), 0), coalesce(sum(n) filter (where h = 19), 0),
    coalesce(sum(n) filter (where h = 20), 0), coalesce(sum(n) filter (where h = 21), 0),
    coalesce(sum(n) filter (where h = 22), 0), coalesce(sum(n) filter (where h = 23), 0)
from (
    select *, (hour at time zone 'UTC')::date as day, extract(hour from hour at time zone 'UTC')::integer as h,
        events::integer as n
    from event_count
) hourly
group by account_id, day, slot, kind, severity, type, source, dialect
order by account_id, day, kind, severity, type, source, dialect, slot;

insert into event_place_day_count (
    account_id, day, slot, events, dimension, value,
    h00, h01, h02, h03, h04, h05, h06, h07, h08, h09, h10, h11,
    h12, h13, h14, h15, h16, h17, h18, h19, h20, h21, h22, h23
)
select
    account_id, day, slot, sum(n), dimension, value,
    coalesce(sum(n) filter (where h = 0), 0), coalesce(sum(n) filter (where h = 1), 0),
    coalesce(sum(n) filter (where h = 2), 0), coalesce(sum(n) filter (where h = 3), 0),
    coalesce(sum(n) filter (where h = 4), 0), coalesce(sum(n) filter (where h = 5), 0),
    coalesce(sum(n) filter (where h = 6), 0), coalesce(sum(n) filter (where h = 7), 0),
    coalesce(sum(n) filter (where h = 8), 0), coalesce(sum(n) filter (where h = 9), 0),
    coalesce(sum(n) filter (where h = 10), 0), coalesce(sum(n) filter (where h = 11), 0),
    coalesce(sum(n) filter (where h = 12), 0), coalesce(sum(n) filter (where h = 13), 0),
    coalesce(sum(n) filter (where h = 14), 0), coalesce(sum(n) filter (where h = 15), 0),
    coalesce(sum(n) filter (where h = 16), 0), coalesce(sum(n) filter (where h = 17), 0),
    coalesce(sum(n) filter (where h = 18), 0), coalesce(sum(n) filter (where h = 19), 0),
    coalesce(sum(n) filter (where h = 20), 0), coalesce(sum(n) filter (where h = 21), 0),
    coalesce(sum(n) filter (where h = 22), 0), coalesce(sum(n) filter (where h = 23), 0)
from (
    select *, (hour at time zone 'UTC')::date as day, extract(hour from hour at time zone 'UTC')::integer as h,
        events::integer as n
    from event_place_count
) hourly
group by account_id, day, slot, dimension, value
order by account_id, day, dimension, value, slot;

truncate event_count, event_place_count;
analyze event_day_count, event_place_day_count;
