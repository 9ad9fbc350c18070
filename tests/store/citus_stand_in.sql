-- What the functions of Citus are called with, written down. The rule that they keep here is the one that orders the
-- calls: a foreign key leads from a distributed table to another that is, or to one on every node.
create schema stand_in;
create table stand_in.pg_dist_partition (logicalrelid regclass primary key, partmethod "char", colocated text);
create table stand_in.pg_dist_object (classid oid, objid oid);

create function stand_in.check_keys(spread regclass) returns void language plpgsql as $$
declare
    missing regclass;
begin
    select confrelid into missing from pg_constraint
    where conrelid = spread and contype = 'f' and conparentid = 0 and confrelid <> spread
    and confrelid not in (select logicalrelid from stand_in.pg_dist_partition) limit 1;
    if found then
        raise exception '% leads to %, which is not distributed', spread, missing;
    end if;
end
$$;

create function stand_in.create_reference_table(spread regclass) returns void language plpgsql as $$
begin
    perform stand_in.check_keys(spread);
    if exists (
        select from pg_constraint c join stand_in.pg_dist_partition p on p.logicalrelid = c.confrelid
        where c.conrelid = spread and p.partmethod = 'h'
    ) then
        raise exception 'a reference table leads to a distributed one: %', spread;
    end if;
    insert into stand_in.pg_dist_partition values (spread, 'n', null);
end
$$;

create function stand_in.create_distributed_table(spread regclass, key text, colocate_with text) returns void
language plpgsql as $$
begin
    if not exists (select from pg_attribute where attrelid = spread and attname = key) then
        raise exception '% has no column %', spread, key;
    end if;
    if colocate_with <> 'none' and colocate_with::regclass not in (select logicalrelid from stand_in.pg_dist_partition) then
        raise exception '% is not distributed yet', colocate_with;
    end if;
    perform stand_in.check_keys(spread);
    insert into stand_in.pg_dist_partition values (spread, 'h', colocate_with);
end
$$;

create function stand_in.create_distributed_function(spread regprocedure) returns void language sql as $$
    insert into stand_in.pg_dist_object values ('pg_proc'::regclass, spread)
$$;

set allow_system_table_mods = on;
insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    values (16000, 'citus', 10, 'stand_in'::regnamespace, false, 'stand-in');
reset allow_system_table_mods;
