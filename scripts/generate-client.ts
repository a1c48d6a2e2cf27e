/** Writes prisma/generated/, the typed client of the database, from prisma/schema.prisma: `node scripts/generate-client.ts`. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** Generates the client of the schema in `folder`, unless the one that is there was made from the same schema by the same Prisma. */
export function generateClient(folder: string): void {
  const schema = join(folder, 'prisma', 'schema.prisma');
  if (!existsSync(schema)) return;
  const manifest = require.resolve('prisma/package.json');
  const stamp = join(folder, 'prisma', 'generated', 'made-from.txt');
  const madeFrom = createHash('sha256').update(readFileSync(manifest)).update(readFileSync(schema)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === madeFrom) return;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(dirname(manifest), 'build', 'index.js'), 'generate', '--schema', schema, '--no-hints'],
    {
      cwd: folder,
      encoding: 'utf8',
      // Prisma would download an engine that generating does not call: any program that is there keeps it from that.
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1', NO_COLOR: '1' },
    },
  );
  if (status !== 0) throw new Error(`prisma generate could not read ${schema}:\n${stdout}${stderr}`);
  writeFileSync(stamp, madeFrom);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generateClient(fileURLToPath(new URL('..', import.meta.url)));
