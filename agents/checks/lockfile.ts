/** Lockfiles are there, one only, readable, and in step with package.json. Read from the files, without the network. */
import { posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { PackageManifest, Project } from '../project.ts';
import { plainMessage, reportFindings } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { compareBunLock, compareNpmLock } from './lock-npm.ts';
import { comparePnpmLock } from './lock-pnpm.ts';
import { compareYarnLock } from './lock-yarn.ts';
import type { LockComparison, Mismatch } from './manifest-specs.ts';

type LockKind = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** Names that lockfiles have, and which manager writes them; earlier ones win over later ones of the same manager. */
const NAMES: readonly (readonly [string, LockKind])[] = [
  ['npm-shrinkwrap.json', 'npm'],
  ['package-lock.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
];
const KINDS = new Map(NAMES);
const PASSED_OVER = /(^|\/)(node_modules|fixtures?|__fixtures__|test-?data|_?templates?|vendor)\/|(^|\/)(template|create)-[^/]+\//;
const COMMANDS: Readonly<Record<LockKind, string>> = {
  npm: 'npm ci --dry-run --ignore-scripts',
  pnpm: 'pnpm install --frozen-lockfile --lockfile-only',
  yarn: 'yarn install --frozen-lockfile --ignore-scripts',
  bun: 'bun install --frozen-lockfile --dry-run',
};
const NAMES_TOLD = 8;

/** The check `lockfile`. */
export const lockfile: Check = {
  id: 'lockfile',
  title: 'Lockfile',
  detect: async (project) => {
    const manifests = project.packages.filter((manifest) => !PASSED_OVER.test(manifest.path));
    if (manifests.length === 0) return { applies: false, why: 'there is no package.json' };
    const why = manifests.flatMap((manifest) => locksIn(project, manifest.dir))[0] ?? 'package.json without a lockfile';
    return { applies: true, why, origin: 'bundled', needsDependencies: false, reads: isRead };
  },
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const { project } = context;
  const drafts: FindingDraft[] = [];
  const commands = new Set<string>();
  for (const manifest of project.packages) {
    if (PASSED_OVER.test(manifest.path)) continue;
    const locks = locksIn(project, manifest.dir);
    if (locks.length > 1) drafts.push(severalLocks(locks, context));
    if (manifest.dir === '' && locks.length === 0 && (await wantsLock(manifest, project))) drafts.push(missingLock(context));
    for (const path of locks.slice(0, 1)) {
      const found = await compare(path, manifest, project);
      if (found.length > 0) commands.add(commandFor(path, (await project.read(path)) ?? ''));
      drafts.push(...found);
    }
  }
  return reportFindings({ id: 'lockfile', context }, drafts, { command: commands.size === 0 ? null : [...commands].join(' && ') });
}

/** Lockfiles of the folder; the first is the one that its manager uses. */
function locksIn(project: Project, dir: string): string[] {
  return NAMES.map(([name]) => posix.join(dir, name)).filter((path) => project.has(path));
}

async function compare(path: string, manifest: PackageManifest, project: Project): Promise<FindingDraft[]> {
  const isExample = /(^|\/)(examples?|samples?|demos?|playgrounds?)\//.test(path);
  const kind = KINDS.get(posix.basename(path)) ?? 'npm';
  // The old format of bun is binary; it cannot be held against anything here.
  if (path.endsWith('.lockb')) return [];
  const manifests = [
    manifest,
    ...(manifest.dir === '' ? project.workspaces.filter((one) => one.dir !== '' && locksIn(project, one.dir).length === 0) : []),
  ];
  const input = { text: (await project.read(path)) ?? '', dir: manifest.dir, manifests };
  const result = await compareBy(kind, input, project);
  const severity = isExample ? 'warning' : 'error';
  if (!result.ok) {
    return [
      {
        path,
        rule: 'lockfile-broken',
        severity,
        message: plainMessage(`${path} cannot be read: ${result.problem}; make it anew with ${kind} install`),
        identity: path,
      },
    ];
  }
  const byDir = Map.groupBy(result.mismatches, (mismatch) => mismatch.dir);
  return [...byDir].map(([dir, mismatches]) => ({
    path,
    rule: 'lockfile-out-of-step',
    severity,
    message: plainMessage(
      `${path} is out of step with ${posix.join(dir, 'package.json')}: ${describe(mismatches)}; run ${kind} install and commit the lockfile`,
    ),
    identity: dir,
  }));
}

function compareBy(
  kind: LockKind,
  input: { text: string; dir: string; manifests: readonly PackageManifest[] },
  project: Project,
): Promise<LockComparison> | LockComparison {
  switch (kind) {
    case 'npm':
      return compareNpmLock(input);
    case 'pnpm':
      // A hook that rewrites manifests makes every comparison moot.
      if (['.pnpmfile.cjs', '.pnpmfile.mjs'].some((name) => project.has(posix.join(input.dir, name)))) return { ok: true, mismatches: [] };
      return project.read('pnpm-workspace.yaml').then((workspaceText) => comparePnpmLock({ ...input, workspaceText }));
    case 'yarn':
      return compareYarnLock(input);
    case 'bun':
      return compareBunLock(input);
  }
}

function describe(mismatches: readonly Mismatch[]): string {
  const told = mismatches.slice(0, NAMES_TOLD).map(({ name, wanted, locked }) => {
    if (locked === null) return wanted === 'a workspace' ? `${name} is not in it` : `${name} ${wanted} is not in it`;
    return wanted === null ? `${name} is only in the lockfile` : `${name} is ${wanted} there and ${locked} in the lockfile`;
  });
  const more = mismatches.length - told.length;
  return `${told.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

function severalLocks(locks: readonly string[], context: CheckContext): FindingDraft {
  const message = `${locks.join(' and ')} stand side by side; only one of them is used, the others go stale: keep the one of your package manager`;
  return { path: locks[0] ?? null, rule: 'several-lockfiles', severity: context.bundledSeverity, message, identity: 'several' };
}

function missingLock(context: CheckContext): FindingDraft {
  const message = 'package.json has dependencies and no lockfile, so every machine installs other versions: commit the lockfile';
  return { path: 'package.json', rule: 'lockfile-missing', severity: context.bundledSeverity, message, identity: 'missing' };
}

/** Applications want one; libraries and those who turned it off on purpose do not. */
async function wantsLock(manifest: PackageManifest, project: Project): Promise<boolean> {
  if (manifest.json['private'] !== true || Object.keys(manifest.dependencies).length === 0) return false;
  const settings = `${(await project.read('.npmrc')) ?? ''}\n${(await project.read('.gitignore')) ?? ''}`;
  return !/^\s*(package-lock|lockfile)\s*=\s*false|^\/?(package-lock\.json|yarn\.lock|pnpm-lock\.yaml)\s*$/m.test(settings);
}

function commandFor(path: string, text: string): string {
  const kind = KINDS.get(posix.basename(path)) ?? 'npm';
  const dir = posix.dirname(path);
  const command = kind === 'yarn' && text.includes('__metadata:') ? 'yarn install --immutable --mode=skip-build' : COMMANDS[kind];
  return dir === '.' ? command : `(cd '${dir.replaceAll("'", `'\\''`)}' && ${command})`;
}

function isRead(path: string): boolean {
  const name = posix.basename(path);
  return name === 'package.json' || KINDS.has(name) || /^(\.npmrc|\.gitignore|pnpm-workspace\.yaml|\.pnpmfile\.[cm]js)$/.test(name);
}
