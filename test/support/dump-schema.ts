/**
 * The schema of a database as text, from its catalogue: what `test/golden/schema.sql` holds. Partitions come and go, and are no
 * part of it.
 */
import type { Postgres } from '../../clients/postgres/connect.ts';

const columnsSql = `
  select c.relname as table, coalesce(' partition by ' || pg_get_partkeydef(c.oid), '') as cut, string_agg('  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      || case when a.attcollation <> t.typcollation then ' collate ' || quote_ident(l.collname) else '' end
      || case when a.attnotnull then ' not null' else '' end
      || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''), E',\\n' order by a.attnum) as text
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid
  left join pg_collation l on l.oid = a.attcollation
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
  group by c.oid, c.relname order by c.relname`;

const rulesSql = `
  select c.relname as table, 'alter table ' || c.relname || ' add constraint ' || k.conname || ' ' || pg_get_constraintdef(k.oid) as text
  from pg_constraint k join pg_class c on c.oid = k.conrelid
  where c.relnamespace = 'public'::regnamespace and k.contype <> 'n'
  union all
  select tablename, indexdef from pg_indexes i
  where schemaname = 'public' and not exists (select 1 from pg_constraint where conname = i.indexname)
  order by 1, 2`;

/** Tables with their columns, then each table's constraints and indexes. */
export async function dumpSchema(postgres: Postgres): Promise<string> {
  const columns = await postgres.query<{ table: string; cut: string; text: string }>(columnsSql);
  const rules = await postgres.query<{ table: string; text: string }>(rulesSql);
  const tables = columns.rows.map(({ table, cut, text }) => {
    const own = rules.rows.filter((rule) => rule.table === table).map((rule) => `${rule.text};`);
    return [`create table ${table} (\n${text}\n)${cut};`, ...own].join('\n');
  });
  return `${tables.join('\n\n')}\n`;
}
