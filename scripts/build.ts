/** Bundles the command line and the programs it starts into dist/: `node scripts/build.ts`. */
import { existsSync, globSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { buildDashboard } from './build-dashboard.ts';
import { generateClient } from './generate-client.ts';
import { thirdPartyNotices } from './third-party-notices.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface BuiltFile {
  readonly path: string;
  readonly contents: Uint8Array;
}

/**
 * Builds dist/ below `folder`; files that did not change are left as they are, so a running process keeps its chunks.
 * The page of the dashboard is in there as well, and is built only when something of it changed.
 */
export async function buildDist(folder: string): Promise<readonly string[]> {
  const outdir = join(folder, 'dist');
  const settings = {
    absWorkingDir: folder,
    outbase: folder,
    outdir,
    entryNames: '[dir]/[name]',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.18',
    external: [...dependenciesOf(folder)].flatMap((name) => [name, `${name}/*`]),
    metafile: true,
    legalComments: 'none',
    minifySyntax: true,
    write: false,
    logLevel: 'silent',
  } as const;
  const programs = globSync(['cli/main.ts', 'agents/tools/entries/*.ts'], { cwd: folder }).sort();
  const [program, entry, gate] = await Promise.all([
    build({
      ...settings,
      entryPoints: programs,
      chunkNames: 'chunks/[name]-[hash]',
      splitting: true,
      plugins: [builtinsForCommonJs, keepModuleUrls(folder)],
    }),
    // One file, so that the answer from memory costs one read.
    build({ ...settings, entryPoints: globSync('cli/entry.ts', { cwd: folder }), plugins: [mainStaysApart, keepModuleUrls(folder)] }),
    buildGate(folder),
  ]);
  const outputFiles: readonly BuiltFile[] = [...program.outputFiles, ...entry.outputFiles, ...gate, ...migrationsOf(folder)];
  const written = outputFiles.map((file) => file.path);
  // Chunks before entries: an entry never names a chunk that is not there yet.
  for (const file of [...outputFiles].sort((a, b) => depthFirst(a.path, b.path, outdir))) replaceFile(file.path, file.contents);
  const inputs = [program, entry].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const notices = join(outdir, 'THIRD-PARTY-NOTICES.txt');
  replaceFile(notices, Buffer.from(thirdPartyNotices(folder, inputs)));
  const page = join(outdir, 'dashboard');
  for (const stale of filesBelow(outdir)) if (stale !== notices && !written.includes(stale) && !stale.startsWith(page)) rmSync(stale);
  await buildDashboard(folder);
  return written.map((path) => relative(folder, path));
}

/**
 * dist/gate.mjs: one file that is committed to other repositories and runs on the Node of GitHub's runners, so nothing stays
 * outside of it, and the licences of what is in it go with it.
 */
async function buildGate(folder: string): Promise<readonly BuiltFile[]> {
  const entryPoints = globSync('cli/gate/main.ts', { cwd: folder });
  if (entryPoints.length === 0) return [];
  const { version = '0.0.0' } = manifestOf(folder);
  const { outputFiles, metafile } = await build({
    absWorkingDir: folder,
    entryPoints,
    outfile: join(folder, 'dist', 'gate.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
    define: { UPKEEP_VERSION: JSON.stringify(version) },
    plugins: [requireBuiltins],
    banner: {
      js: `// upkeep-gate ${version}: made from the sources of the package upkeep, where it is dist/gate.mjs; \`agent init\` renews it.\n${NOT_FOR_LINTERS}\n${REQUIRE}`,
    },
  });
  const notices = `\n/*\n${thirdPartyNotices(folder, Object.keys(metafile.inputs)).replaceAll('*/', '* /')}*/\n`;
  return outputFiles.map(({ path, contents }) => ({ path, contents: Buffer.concat([contents, Buffer.from(notices)]) }));
}

/** The SQL that makes and changes the database, where its runner finds it. */
function migrationsOf(folder: string): readonly BuiltFile[] {
  return globSync('prisma/migrations/*/migration.sql', { cwd: folder })
    .sort()
    .map((path) => ({ path: join(folder, 'dist', path), contents: readFileSync(join(folder, path)) }));
}

/** Packages that come as CommonJS ask for builtins by `require`, which a module does not have. */
const builtinsForCommonJs: Plugin = {
  name: 'builtins-for-commonjs',
  setup(setup) {
    setup.onResolve({ filter: /.*/ }, ({ path, kind }) =>
      kind === 'require-call' && isBuiltin(path) ? { path, namespace: 'builtin-for-commonjs' } : undefined,
    );
    setup.onLoad({ filter: /.*/, namespace: 'builtin-for-commonjs' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/** Builtins by `require`: an import of one calls all its getters, and some of them load half of Node. */
const requireBuiltins: Plugin = {
  name: 'require-builtins',
  setup(setup) {
    setup.onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
      namespace === 'builtin' ? { path, external: true } : { path, namespace: 'builtin' },
    );
    setup.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** For what comes as CommonJS. */
const REQUIRE = "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);";

/** What the tools of the repository that it is committed to are told. */
const NOT_FOR_LINTERS =
  '/* eslint-disable */\n// @ts-nocheck\n// biome-ignore-all lint: made by a program\n// biome-ignore-all format: made by a program';

/** What an installation brings along stays outside; every other package is bundled in. */
function dependenciesOf(folder: string): readonly string[] {
  return Object.keys(manifestOf(folder).dependencies ?? {});
}

function manifestOf(folder: string): { readonly version?: string; readonly dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as ReturnType<typeof manifestOf>;
}

/** The program behind the entry is loaded when it is needed. */
const mainStaysApart: Plugin = {
  name: 'main-stays-apart',
  setup(setup) {
    setup.onResolve({ filter: /^\.\/main\.ts$/ }, () => ({ path: './main.js', external: true }));
  },
};

/**
 * Bundling moves code into chunks, so `import.meta.url` would point elsewhere than in the source tree.
 * It is replaced by the address the module would have if dist/ mirrored the sources: agents/tools/x.ts sees dist/agents/tools/x.js.
 */
function keepModuleUrls(folder: string): Plugin {
  return {
    name: 'keep-module-urls',
    setup(setup) {
      setup.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        if (!source.includes('import.meta')) return undefined;
        const mirrored = relative(folder, path).split(sep).join('/').replace(/\.ts$/, '.js');
        const here = `(import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/') + 6) + ${JSON.stringify(mirrored)})`;
        return { loader: 'ts', contents: source.replaceAll('import.meta.url', here) };
      });
    },
  };
}

function depthFirst(a: string, b: string, outdir: string): number {
  const isChunk = (path: string): number => (path.startsWith(join(outdir, 'chunks')) ? 0 : 1);
  return isChunk(a) - isChunk(b);
}

function replaceFile(path: string, contents: Uint8Array): void {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp'))
    .map((entry) => join(entry.parentPath, entry.name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  generateClient(root);
  await buildDist(root);
}
