/** Packages with known holes: what the lockfile holds, held against the advisories that the registry has. Once a night. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { AdvisoriesInput, AdvisoriesOutput, Advisory } from '../tools/entries/advisories.ts';
import { runEntry } from '../tools/run-entry.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { entryFailure } from './entry-failure.ts';
import { lockedPackages, READABLE_LOCK, type LockedPackages } from './locked-packages.ts';
import { registryOf, type Registry } from './registry.ts';

const TIMEOUT_MS = 60_000;
const PASSED_OVER = /(^|\/)(node_modules|fixtures?|__fixtures__|test-?data|vendor|examples?|templates?)\//;
/** Known to have holes: a registry that says nothing of it has no advisories, and its silence about others says nothing. */
const CANARY = { name: 'lodash', version: '4.17.4' } as const;
const LEVELS = ['critical', 'high', 'moderate', 'low', 'info'] as const;
type Level = (typeof LEVELS)[number];
/** Packages that are told of one by one; the rest, and lower levels, are one line. */
const MOST_TOLD = 20;
const NAMES_TOLD = 10;

interface Hole {
  readonly name: string;
  readonly versions: readonly string[];
  readonly level: Level;
  /** The gravest first. */
  readonly advisories: readonly Advisory[];
}

/** The check `advisories`. */
export const advisories: Check = {
  id: 'advisories',
  title: 'Known holes in packages',
  isNightly: true,
  detect: async (project) => {
    const locks = project.files.filter(isRead);
    if (locks.length === 0) return { applies: false, why: 'there is no lockfile of npm, pnpm, Yarn or Bun' };
    return { applies: true, why: locks.join(', '), origin: 'bundled', needsDependencies: false, reads: isRead };
  },
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const registry = registryOf((await context.project.read('.npmrc')) ?? '');
  if (!registry.ok) return reportSkipped('tool-missing', `Advisory data unavailable: ${registry.why}.`);
  const locks: { path: string; text: string; packages: LockedPackages }[] = [];
  for (const path of context.files.filter(isRead)) {
    const text = (await context.project.read(path)) ?? '';
    const packages = await lockedPackages(path, text);
    // What is wrong with it is told by the check of lockfiles.
    if (packages !== null && packages.size > 0) locks.push({ path, text, packages });
  }
  if (locks.length === 0) return reportSkipped('not-applicable', 'The lockfiles hold no package of a registry, or cannot be read.');
  const asked = askedOf(
    locks.map(({ packages }) => packages),
    registry,
  );
  const input: AdvisoriesInput = { registry: registry.url, packages: asked, timeoutMs: TIMEOUT_MS };
  const answer = await runEntry<AdvisoriesOutput>(context.runTool, {
    ...{ entry: 'advisories', cwd: context.root, input },
    // Node then goes by the proxy that the environment names.
    env: { NODE_USE_ENV_PROXY: '1' },
  });
  if (!answer.ok) return reportErrored(entryFailure(answer.result, 'the question for advisories'));
  const { output } = answer;
  const host = new URL(registry.url).host;
  if (!output.ok)
    return reportSkipped(
      'tool-missing',
      `Advisory data unavailable: ${host}: ${plainMessage(output.why)}. Nothing is known of holes in packages.`,
    );
  if ((output.advisories[CANARY.name] ?? []).length === 0) {
    return reportSkipped(
      'tool-missing',
      `Advisory data unavailable: ${host} knows of no hole in ${CANARY.name} ${CANARY.version}, so it has no advisories.`,
    );
  }
  const { satisfies } = await import('semver');
  const told: Told = {
    advisories: output.advisories,
    severity: context.bundledSeverity,
    isIn: (version, range) => satisfies(version, range, { includePrerelease: true }),
  };
  const drafts = locks.flatMap((lock) => draftsOf(lock, told));
  return reportFindings({ id: 'advisories', context }, drafts);
}

/** Scopes that have a registry of their own are nobody else's business. */
function askedOf(locks: readonly LockedPackages[], registry: Extract<Registry, { ok: true }>): Record<string, string[]> {
  const asked = new Map<string, Set<string>>([[CANARY.name, new Set([CANARY.version])]]);
  for (const [name, versions] of locks.flatMap((packages) => [...packages])) {
    if (registry.ownScopes.has(name.split('/')[0] ?? '')) continue;
    asked.set(name, new Set([...(asked.get(name) ?? []), ...versions]));
  }
  return Object.fromEntries([...asked].map(([name, versions]) => [name, [...versions]]));
}

interface Told {
  readonly advisories: Readonly<Record<string, readonly Advisory[]>>;
  readonly severity: FindingDraft['severity'];
  readonly isIn: (version: string, range: string) => boolean;
}

function draftsOf(
  { path, text, packages }: { readonly path: string; readonly text: string; readonly packages: LockedPackages },
  told: Told,
): FindingDraft[] {
  const { severity } = told;
  const holes = [...packages].flatMap(([name, versions]) => holesOf(name, versions, told));
  holes.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || (a.name < b.name ? -1 : 1));
  const grave = holes.filter(({ level }) => level === 'critical' || level === 'high').slice(0, MOST_TOLD);
  const rest = holes.filter((hole) => !grave.includes(hole));
  const lines = text.split('\n');
  const drafts = grave.map((hole): FindingDraft => {
    const line = lines.findIndex(
      (one) => one.includes(`${hole.name}@`) || one.includes(`/${hole.name}"`) || one.includes(`"${hole.name}"`),
    );
    return {
      path,
      line: line === -1 ? null : line + 1,
      rule: `${hole.level}-advisory`,
      severity,
      message: plainMessage(sentenceOf(hole)),
      identity: hole.name,
    };
  });
  if (rest.length > 0) {
    const names = rest.slice(0, NAMES_TOLD).map(({ name }) => name);
    const more = rest.length > names.length ? `, and ${rest.length - names.length} more` : '';
    const what = rest.length === 1 ? 'package has' : 'packages have';
    const message = plainMessage(
      `${rest.length} ${grave.length > 0 ? 'more ' : ''}${what} known holes of less weight: ${names.join(', ')}${more}`,
    );
    drafts.push({ path, rule: 'lesser-advisories', severity, message, identity: 'lesser' });
  }
  return drafts;
}

/** The hole of a package: of the versions that are locked, those that one of the advisories names. */
function holesOf(name: string, versions: ReadonlySet<string>, { advisories: known, isIn }: Told): Hole[] {
  const told = Object.hasOwn(known, name) ? (known[name] ?? []) : [];
  const concerns = (version: string, { vulnerable_versions: range }: Advisory): boolean => range === undefined || isIn(version, range);
  const affected = [...versions].filter((version) => told.some((advisory) => concerns(version, advisory)));
  const grave = told
    .filter((advisory) => affected.some((version) => concerns(version, advisory)))
    .sort((a, b) => LEVELS.indexOf(levelOf(a)) - LEVELS.indexOf(levelOf(b)));
  const [gravest] = grave;
  return gravest === undefined ? [] : [{ name, versions: affected, level: levelOf(gravest), advisories: grave }];
}

function sentenceOf({ name, versions, level, advisories: [first, ...others] }: Hole): string {
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  const link = typeof first?.url === 'string' ? `, ${first.url}` : '';
  const range = typeof first?.vulnerable_versions === 'string' ? `; versions with it: ${first.vulnerable_versions}` : '';
  return `${name} ${versions.join(', ')}: ${first?.title ?? 'a known hole'} (${level}${link})${more}${range}`;
}

function levelOf({ severity }: Advisory): Level {
  return LEVELS.find((level) => level === severity) ?? 'moderate';
}

function isRead(path: string): boolean {
  return READABLE_LOCK.test(path) && !PASSED_OVER.test(path);
}
