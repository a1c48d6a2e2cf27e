/** Writes the migration that is missing between those so far and prisma/schema.prisma: `node scripts/make-migration.ts add_labels`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '../prisma/embedded/open-embedded.ts';
import { migrate } from '../prisma/migrate.ts';
import { MIGRATIONS_FOLDER } from '../prisma/migration-files.ts';
import { missingSql } from './schema-engine.ts';

const name = process.argv[2] ?? '';
if (!/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('A name in lower case was expected, such as `node scripts/make-migration.ts add_labels`.');
  process.exit(2);
}

const state = mkdtempSync(join(tmpdir(), 'upkeep-migration-'));
try {
  const server = await openEmbedded({ stateFolder: state, cacheFolder: null, log: console.log });
  try {
    await migrate(server.connectionString);
    const sql = await missingSql(server.connectionString);
    if (sql === '') {
      console.log('The migrations and prisma/schema.prisma agree: nothing to write.');
    } else {
      const stamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
      const folder = join(MIGRATIONS_FOLDER, `${stamp}_${name}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'migration.sql'), `${sql}\n`);
      console.log(`Wrote ${join(folder, 'migration.sql')}: read it, and add what Prisma does not know (partial indexes, checks, data).`);
    }
  } finally {
    await server.close();
  }
} finally {
  rmSync(state, { recursive: true, force: true });
}
