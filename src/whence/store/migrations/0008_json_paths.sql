-- 0008_json_paths.sql: dotted paths into JSON, as questions to a collection ask for them; no table is touched.
-- The previous release runs on: it knows none of these functions.
--
-- Their twins are in the domain's `query.path`. Keys of the data may hold dots: the longest key that is there is taken,
-- from the left, without a second try. A list on the way is walked through: its objects, but no list in it.

create function json_keys_there(doc jsonb, keys text[]) returns integer
language plpgsql immutable parallel safe as $$
begin
    if jsonb_typeof(doc) = 'object' then
        for count in reverse cardinality(keys) .. 1 loop
            if jsonb_exists(doc, array_to_string(keys[1:count], '.')) then
                return count;
            end if;
        end loop;
    end if;
    return 0;
end
$$;
comment on function json_keys_there is 'how many of the keys, joined by dots, are the longest key of the object; 0: none';

create function json_at(doc jsonb, keys text[]) returns jsonb
language plpgsql immutable parallel safe as $$
declare
    count integer;
begin
    while cardinality(keys) > 0 loop
        if jsonb_typeof(doc) = 'array' then
            return (
                select coalesce(jsonb_agg(part order by position), '[]')
                from jsonb_array_elements(doc) with ordinality as element (item, position), json_at(item, keys) as part
                where jsonb_typeof(item) = 'object' and part is not null
            );
        end if;
        count := json_keys_there(doc, keys);
        if count = 0 then
            return null;
        end if;
        doc := doc -> array_to_string(keys[1:count], '.');
        keys := keys[count + 1:];
    end loop;
    return doc;
end
$$;
comment on function json_at is 'the one value that the keys lead to; through a list, the list of what its objects have there';

create function json_reached(doc jsonb, keys text[]) returns setof jsonb
language plpgsql immutable parallel safe as $$
declare
    count integer;
begin
    while cardinality(keys) > 0 loop
        if jsonb_typeof(doc) = 'array' then
            return query
                select part from jsonb_array_elements(doc) as element (item), json_reached(item, keys) as part
                where jsonb_typeof(item) = 'object';
            return;
        end if;
        count := json_keys_there(doc, keys);
        if count = 0 then
            return next null::jsonb;
            return;
        end if;
        doc := doc -> array_to_string(keys[1:count], '.');
        keys := keys[count + 1:];
    end loop;
    return next doc;
end
$$;
comment on function json_reached is 'all that the keys lead to; null stands for missing, no row for an empty list';

create function json_list_at(doc jsonb, keys text[]) returns jsonb
language plpgsql immutable parallel safe as $$
declare
    count integer;
begin
    while cardinality(keys) > 0 loop
        count := json_keys_there(doc, keys);
        if count = 0 then
            return '[]';
        end if;
        doc := doc -> array_to_string(keys[1:count], '.');
        keys := keys[count + 1:];
    end loop;
    return case coalesce(jsonb_typeof(doc), 'null')
        when 'array' then doc when 'null' then '[]' else jsonb_build_array(doc)
    end;
end
$$;
comment on function json_list_at is 'the list that the keys lead to through objects; a lone value is a list of one';

create function json_replaced(doc jsonb, keys text[], item jsonb) returns jsonb
language plpgsql immutable parallel safe as $$
declare
    count integer;
    name text;
begin
    if cardinality(keys) = 0 then
        return item;
    end if;
    count := json_keys_there(doc, keys);
    if count = 0 then
        return doc;
    end if;
    name := array_to_string(keys[1:count], '.');
    return jsonb_set(doc, array[name], json_replaced(doc -> name, keys[count + 1:], item));
end
$$;
comment on function json_replaced is 'the document with the item where json_list_at found its list';

create function json_merged(list jsonb) returns jsonb
language sql immutable parallel safe as $$
    select coalesce(jsonb_object_agg(key, value order by position), '{}')
    from jsonb_array_elements(list) with ordinality as element (item, position),
    jsonb_each(case jsonb_typeof(item) when 'object' then item else '{}' end)
$$;
comment on function json_merged is 'the members of all objects of the list; of two with one name, the last';

create function json_to_object(list jsonb) returns jsonb
language sql immutable parallel safe as $$
    select coalesce(jsonb_object_agg(name, value order by position), '{}')
    from jsonb_array_elements(list) with ordinality as element (item, position),
    lateral (
        select
            case jsonb_typeof(item) when 'array' then item -> 0 else item -> 'k' end,
            coalesce(case jsonb_typeof(item) when 'array' then item -> 1 else item -> 'v' end, 'null')
    ) as pair (key, value),
    lateral (select key #>> '{}') as named (name)
    where jsonb_typeof(key) = 'string'
    and case jsonb_typeof(item) when 'array' then jsonb_array_length(item) = 2 when 'object' then true else false end
$$;
comment on function json_to_object is 'the object of the pairs of the list, each [key, value] or {k: key, v: value}';

create function json_entries(doc jsonb) returns jsonb
language sql immutable parallel safe as $$
    select coalesce(jsonb_agg(jsonb_build_object('k', key, 'v', value) order by key collate "C"), '[]')
    from jsonb_each(doc)
$$;
comment on function json_entries is 'the members of the object as {k: key, v: value}';

create function json_too_large(bytes bigint) returns jsonb
language plpgsql immutable parallel safe as $$
begin
    raise program_limit_exceeded using message = format('%s bytes in lists are too many', bytes);
end
$$;
comment on function json_too_large is 'never returns; called when what is collected into lists is over a limit';
