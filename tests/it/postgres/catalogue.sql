-- What a database holds, one JSON array a line: kind, table, then what tells it.
with space as (
  select oid, case nspname when 'public' then '' else nspname || '.' end as prefix
  from pg_namespace
  where nspname !~ '^pg_' and nspname <> 'information_schema'
),
own as (
  select oid from pg_class
  except select objid from pg_depend where classid = 'pg_class'::regclass and deptype = 'e'
),
relation as (
  select class.oid, prefix || relname as name, prefix, relname, relispartition, relkind
  from pg_class class join own using (oid) join space on space.oid = relnamespace
  where relkind in ('r', 'p')
),
tab as (select * from relation where not relispartition),
-- A type, or that of an array's elements.
type as (
  select type.oid, element.oid as element, type.oid <> element.oid as is_array,
    element.typnamespace = 'pg_catalog'::regnamespace as built_in, prefix || element.typname as name
  from pg_type type
  join pg_type element on element.oid =
    case when type.typcategory = 'A' and type.typelem <> 0 then type.typelem else type.oid end
  left join space on space.oid = element.typnamespace
),
columns as (
  select tab.name as tab, attname, attrelid, attnotnull, attidentity, attgenerated,
    row_number() over (partition by attrelid order by attnum) as position,
    case when built_in then format_type(element, atttypmod) else type.name end
      || case when is_array then '[]' else '' end as type,
    pg_get_expr(adbin, adrelid) as value
  from tab join pg_attribute on attrelid = tab.oid and attnum > 0 and not attisdropped
  join type on type.oid = atttypid
  left join pg_attrdef on adrelid = attrelid and adnum = attnum
),
constrained as (
  select tab.name as tab, parent.name as parent, con.*,
    (select json_agg(attname order by nth)
      from unnest(conkey) with ordinality as key (number, nth)
      left join pg_attribute on attrelid = conrelid and attnum = number) as columns,
    (select json_agg(attname order by nth)
      from unnest(confkey) with ordinality as key (number, nth)
      join pg_attribute on attrelid = confrelid and attnum = number) as parent_columns
  from pg_constraint con join tab on tab.oid = conrelid
  left join relation parent on parent.oid = confrelid
  where conparentid = 0
),
action (code, name) as (
  values ('a', 'no action'), ('r', 'restrict'), ('c', 'cascade'), ('n', 'set null'), ('d', 'set default')
),
indexes as (
  select tab.name as tab, class.relname as name, amname, index.*,
    (select json_agg(attname order by nth)
      from unnest(indkey) with ordinality as key (number, nth)
      left join pg_attribute on attrelid = indrelid and attnum = number and number > 0
      where nth <= indnkeyatts) as keys,
    (select coalesce(json_agg(attname order by nth), '[]')
      from unnest(indkey) with ordinality as key (number, nth)
      join pg_attribute on attrelid = indrelid and attnum = number
      where nth > indnkeyatts) as include
  from pg_index index join tab on tab.oid = indrelid
  join pg_class class on class.oid = indexrelid join pg_am am on am.oid = class.relam
  where not exists (
    select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))
)
select json_build_array('table', name) from tab
union all
select json_build_array('view', prefix || relname, case relkind when 'm' then 'materialized' end)
from pg_class class join own using (oid) join space on space.oid = relnamespace
where relkind in ('v', 'm')
union all
select json_build_array(case typtype when 'e' then 'enum' else 'type' end, prefix || typname,
  (select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = type.oid))
from pg_type type join space on space.oid = typnamespace
left join pg_class class on class.oid = typrelid
where (typtype in ('e', 'r') or class.relkind = 'c') and type.oid not in (
  select objid from pg_depend where classid = 'pg_type'::regclass and deptype = 'e')
union all
select json_build_array('domain', prefix || domain.typname,
  case when built_in then format_type(element, domain.typtypmod) else type.name end
    || case when is_array then '[]' else '' end,
  case when domain.typnotnull then 'not null' else 'null' end,
  case when domain.typdefault is not null then 'default' end)
from pg_type domain join space on space.oid = domain.typnamespace
join type on type.oid = domain.typbasetype
where domain.typtype = 'd'
union all
select json_build_array('partition', relation.name, parent.name)
from relation join pg_inherits on inhrelid = relation.oid
join relation parent on parent.oid = inhparent where relation.relispartition
union all
select json_build_array('column', tab, position, attname, type,
  case when attnotnull then 'not null' else 'null' end,
  case
    when attidentity <> '' or value like 'nextval(%' then 'auto'
    when attgenerated <> '' then 'generated'
    -- Of no use, and kept for types with a length only.
    when value not like 'NULL::%' then 'default'
  end)
from columns
union all
select json_build_array(
  case contype when 'p' then 'primary key' when 'u' then 'unique' when 'x' then 'exclusion' end,
  tab, conname, columns)
from constrained where contype in ('p', 'u', 'x')
union all
select json_build_array('check', tab, conname) from constrained where contype = 'c'
union all
select json_build_array('foreign key', tab, conname, columns, parent, parent_columns,
  removal.name, change.name)
from constrained
join action removal on removal.code = confdeltype join action change on change.code = confupdtype
where contype = 'f'
union all
select json_build_array('index', tab, name, amname, case when indisunique then 'unique' end,
  keys, include, case when indpred is not null then 'partial' end)
from indexes;
