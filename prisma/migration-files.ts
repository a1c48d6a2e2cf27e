/** The migrations that this version of the program has. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Migration {
  /** Name of its folder, such as `20261121000000_initial`: they are applied in the order of their names. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, as Prisma keeps it. */
  readonly checksum: string;
}

/** Where the migrations are, in the sources and in dist/. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('migrations', import.meta.url));

/** All migrations of a folder, in order. */
export function readMigrations(folder: string = MIGRATIONS_FOLDER): readonly Migration[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'migration.sql')))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}
