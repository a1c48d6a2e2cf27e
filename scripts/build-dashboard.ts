/** Builds the page of the dashboard into dist/dashboard, when something below it changed: `node scripts/build-dashboard.ts`. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { build, Manifest } from 'vite';
import { thirdPartyNotices } from './third-party-notices.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the first page may weigh: all script that the overview loads, compressed as it is served, in bytes. */
export const MOST_FIRST_SCRIPT = 150_000;

/** Names what the built page was made from. */
const STAMP = 'made-from.txt';
/** What decides how the page is: its sources, what it is built with, and how. */
const INPUTS = [
  'dashboard/web/**',
  'dashboard/wire/**',
  'ledger/outcome.ts',
  'scripts/build-dashboard.ts',
  'vite.config.ts',
  'package-lock.json',
];

export interface DashboardBuild {
  /** False: nothing had changed. */
  readonly isNew: boolean;
  /** Compressed script of the first page in bytes. */
  readonly firstScript: number;
  readonly milliseconds: number;
}

/** Builds below `folder`, or leaves what is there; null where there is no page. Throws when the first page grew too heavy. */
export async function buildDashboard(folder: string): Promise<DashboardBuild | null> {
  const start = performance.now();
  if (!existsSync(join(folder, 'dashboard/web/index.html'))) return null;
  const out = join(folder, 'dist', 'dashboard');
  const stamp = join(out, STAMP);
  const madeFrom = fingerprintOf(folder);
  const isNew = !existsSync(stamp) || readFileSync(stamp, 'utf8') !== madeFrom;
  if (isNew) await renew(folder, out, madeFrom);
  return { isNew, firstScript: weighFirstPage(out), milliseconds: Math.round(performance.now() - start) };
}

/** Beside the page that is there, then in its place: whoever serves it never finds half of one. */
async function renew(folder: string, out: string, madeFrom: string): Promise<void> {
  const fresh = `${out}-${process.pid}`;
  const worn = `${fresh}-before`;
  const { NODE_ENV } = process.env;
  try {
    const vite = await import('vite');
    // Whoever builds, as a test runner: the page gets the libraries as they are made for people.
    process.env['NODE_ENV'] = 'production';
    const built = await vite.build({ configFile: join(folder, 'vite.config.ts'), logLevel: 'warn', build: { outDir: fresh } });
    writeFileSync(
      join(fresh, 'THIRD-PARTY-NOTICES.txt'),
      thirdPartyNotices(
        folder,
        modulesOf(built).map((id) => relative(folder, id)),
      ),
    );
    compress(fresh);
    refuseHeavy(fresh);
    writeFileSync(join(fresh, STAMP), madeFrom);
    if (existsSync(out)) renameSync(out, worn);
    renameSync(fresh, out);
  } finally {
    if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = NODE_ENV;
    for (const path of [fresh, worn]) rmSync(path, { recursive: true, force: true });
  }
}

/** Absolute paths of all that was bundled. */
function modulesOf(built: Awaited<ReturnType<typeof build>>): readonly string[] {
  const outputs = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
  return outputs.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])).filter((id) => id.startsWith('/'));
}

function refuseHeavy(out: string): void {
  const weight = weighFirstPage(out);
  if (weight <= MOST_FIRST_SCRIPT) return;
  const list = partsOfFirstPage(out).map(([file, bytes]) => `  ${bytes} ${file}`);
  throw new Error(
    `The script of the dashboard's first page weighs ${weight} bytes compressed, and may weigh ${MOST_FIRST_SCRIPT}: load by route what the overview does not need.\n${list.join('\n')}`,
  );
}

/** The compressed script of the overview: the entry with all that it imports, and the socket that it always loads. */
function weighFirstPage(out: string): number {
  return partsOfFirstPage(out).reduce((sum, [, bytes]) => sum + bytes, 0);
}

function partsOfFirstPage(out: string): readonly (readonly [string, number])[] {
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Manifest;
  const always = Object.keys(manifest).filter((key) => manifest[key]?.isEntry === true || key.includes('node_modules/socket.io-client/'));
  // What index.html runs before the page.
  const files = new Set(['early.js']);
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined || files.has(chunk.file)) return;
    files.add(chunk.file);
    chunk.imports?.forEach(visit);
  };
  always.forEach(visit);
  return [...files].filter((file) => file.endsWith('.js')).map((file) => [file, servedSize(join(out, file))] as const);
}

function servedSize(path: string): number {
  return [`${path}.br`, path].map((file) => statSync(file, { throwIfNoEntry: false })?.size).find((size) => size !== undefined) ?? 0;
}

/** What is served often is compressed once, as well as it can be. */
function compress(out: string): void {
  for (const file of globSync('**/*.{js,css,html,svg}', { cwd: out })) {
    const path = join(out, file);
    const contents = readFileSync(path);
    if (contents.length < 1000) continue;
    writeFileSync(`${path}.br`, brotli(contents));
    writeFileSync(`${path}.gz`, gzipSync(contents, { level: 9 }));
  }
}

function brotli(contents: Uint8Array): Uint8Array {
  return brotliCompressSync(contents, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: contents.length },
  });
}

function fingerprintOf(folder: string): string {
  const hash = createHash('sha256');
  const files = INPUTS.flatMap((pattern) => globSync(pattern, { cwd: folder, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(folder, file)))
      .update('\0');
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = await buildDashboard(root);
  if (built === null) console.log('There is no page to build.');
  else
    console.log(
      `${built.isNew ? 'Built' : 'Nothing changed'}: ${built.firstScript} bytes of script on the first page (${built.milliseconds} ms).`,
    );
}
