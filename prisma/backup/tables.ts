/** Our tables, as the database knows them. */
import pg from 'pg';

export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

/** All tables of a schema but Prisma's books and those that need not outlive a crash, those that others refer to first. */
export async function tablesOf(client: pg.ClientBase, schema: string): Promise<readonly Table[]> {
  const { rows } = await client.query<{ name: string; columns: string[]; parents: string[] }>(
    `select c.relname as name,
            (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
            (select coalesce(array_agg(distinct p.relname::text), '{}') from pg_constraint k join pg_class p on p.oid = k.confrelid
              where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as parents
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence = 'p' and c.relname <> '_prisma_migrations'
      order by c.relname`,
    [schema],
  );
  const left = new Map(rows.map((row) => [row.name, row]));
  const ordered: Table[] = [];
  while (left.size > 0) {
    const free = [...left.values()].filter(({ parents }) => parents.every((parent) => !left.has(parent)));
    if (free.length === 0) throw new Error(`tables refer to each other in a circle: ${[...left.keys()].join(', ')}`);
    for (const { name, columns } of free) {
      ordered.push({ name, columns });
      left.delete(name);
    }
  }
  return ordered;
}

/** Name → the number that each sequence of a schema gave last; those that gave none are left out. */
export async function sequencesOf(client: pg.ClientBase, schema: string): Promise<Readonly<Record<string, number>>> {
  const { rows } = await client.query<{ name: string; value: string | null }>(
    'select sequencename as name, last_value::text as value from pg_sequences where schemaname = $1 order by 1',
    [schema],
  );
  return Object.fromEntries(rows.flatMap(({ name, value }) => (value === null ? [] : [[name, Number(value)]])));
}

/** A table for a COPY statement. */
export function copyTarget(schema: string, { name, columns }: Table): string {
  const quoted = columns.map((column) => pg.escapeIdentifier(column)).join(', ');
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)} (${quoted})`;
}
