/** Each tsconfig can be read with all that it extends, and somebody has decided whether it is strict. */
import { posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { counted, isForeign } from './bundled-files.ts';
import { plainMessage, reportErrored, reportFindings } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { mayFix } from './never-fix.ts';
import { openTsconfigs, packageOf } from './tsconfig-chain.ts';
import type { Tsconfig } from './tsconfig-chain.ts';

const TSCONFIG = /(^|\/)tsconfig([.-][^/]*)?\.json$/;
const SAMPLES =
  /(^|\/)((examples?|samples?|playgrounds?|demos?|generators?|scaffolds?|starters?)\/|(tests?|__tests__|specs?|e2e|bench(marks?)?)\/[^/]+\/)/;
const SOURCE = /\.[cm]?tsx?$/;
const DECIDES =
  /(^|\/)(package\.json|pnpm-workspace\.yaml|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$/;
/** Options that `strict` stands for: who sets one of them has thought about it. */
const STRICT_FAMILY = [
  ...['noImplicitAny', 'noImplicitThis', 'alwaysStrict', 'strictNullChecks', 'strictFunctionTypes', 'strictBindCallApply'],
  ...['strictPropertyInitialization', 'strictBuiltinIteratorReturn', 'useUnknownInCatchVariables'],
];
const MOST_NAMED = 5;
/** From this version on `strict` is on where nothing is said. */
const STRICT_BY_ITSELF = 6;

/** The check `tsconfig`. */
export const tsconfig: Check = {
  id: 'tsconfig',
  title: 'tsconfig files',
  detect: async (project) => {
    const paths = tsconfigsIn(project);
    if (paths.length === 0) return { applies: false, why: 'there is no tsconfig file' };
    const all = await chainOf(project, paths);
    const packages = all.flatMap(({ extended }) =>
      extended.flatMap(({ specifier, target }) => (target === 'unknown' ? packageOf(specifier) : null) ?? []),
    );
    const isDeclared = (name: string): boolean => project.workspaces.some(({ dependencies }) => dependencies[name] !== undefined);
    const read = new Set(all.map(({ path }) => path));
    return {
      applies: true,
      why: counted(paths.length, 'tsconfig file'),
      origin: 'bundled',
      needsDependencies: packages.some(isDeclared),
      reads: (path) => read.has(path) || TSCONFIG.test(path) || DECIDES.test(path),
      seesEveryPath: true,
    };
  },
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const { project, root } = context;
  const open = openTsconfigs(project, root);
  const paths = tsconfigsIn(project);
  const read = (await Promise.all(paths.map(open))).filter((each) => each !== null);
  if (read.length === 0)
    return reportErrored({ reason: 'nothing-read', hint: `None of ${counted(paths.length, 'tsconfig file')} could be read.` });
  const drafts = read.flatMap(unreadable);
  const extended = new Set(read.flatMap((each) => each.extended.flatMap(({ target }) => (typeof target === 'string' ? [] : target.path))));
  const loose: string[] = [];
  for (const each of read) {
    const strictness = await strictnessOf(each, open, new Set());
    if (strictness === 'circular' && !drafts.some(({ identity }) => identity === 'circle')) drafts.push(circular(each));
    // A base is what those who extend it make of it.
    if (strictness !== 'unset' || each.isSolution || extended.has(each.path)) continue;
    if (hasSources(project, each.path) && !isStrictByItself(project, each.path)) loose.push(each.path);
  }
  return reportFindings({ id: 'tsconfig', context }, [...drafts, ...notStrict(loose, context)]);
}

function unreadable({ path, broken, extended }: Tsconfig): FindingDraft[] {
  if (broken !== null) {
    const { line, column, message } = broken;
    return [{ path, line, column, rule: 'syntax', severity: 'error', message: `${path} cannot be read: ${message}.` }];
  }
  return extended
    .filter(({ target }) => target === 'missing')
    .map(({ specifier, line }) => ({
      ...{ path, line, rule: 'extends', severity: 'error' as const },
      message: plainMessage(`${path} extends ${specifier}, which is not there.`),
    }));
}

function circular({ path, extended }: Tsconfig): FindingDraft {
  return {
    path,
    line: extended[0]?.line ?? null,
    rule: 'extends',
    severity: 'error',
    message: `${path} extends files that extend each other in a circle.`,
    identity: 'circle',
  };
}

function notStrict(paths: readonly string[], { bundledSeverity }: CheckContext): FindingDraft[] {
  const [first] = paths;
  if (first === undefined) return [];
  const named = paths.slice(0, MOST_NAMED).join(', ');
  const more = paths.length > MOST_NAMED ? ` and ${paths.length - MOST_NAMED} more` : '';
  const way = 'Set it, or say "strict": false where that is meant; checks.tsconfig.rules.not-strict: "off" ends this word.';
  return [
    {
      ...{ path: first, rule: 'not-strict', severity: bundledSeverity, identity: 'not-strict' },
      message: plainMessage(`The compiler option "strict" is nowhere decided for ${named}${more}. ${way}`),
    },
  ];
}

type Strictness = 'decided' | 'unset' | 'unknown' | 'circular';

/** Whether anybody has said what counts: the file itself, or the last of what it extends. */
async function strictnessOf(file: Tsconfig, open: ReturnType<typeof openTsconfigs>, above: ReadonlySet<string>): Promise<Strictness> {
  if (above.has(file.path)) return 'circular';
  const own = file.options;
  const isDecided = ['strict', ...STRICT_FAMILY].some((name) => typeof own[name] === 'boolean');
  let found: Strictness = isDecided ? 'decided' : file.broken === null ? 'unset' : 'unknown';
  for (const { target } of file.extended.toReversed()) {
    const base = typeof target === 'string' ? null : await open(target.path);
    const theirs = base === null ? 'unknown' : await strictnessOf(base, open, new Set([...above, file.path]));
    if (theirs === 'circular') return 'circular';
    if (found === 'unset') found = theirs;
  }
  return found;
}

function tsconfigsIn(project: Project): string[] {
  return project.files.filter((path) => TSCONFIG.test(path) && !SAMPLES.test(path) && !isForeign(path) && mayFix(path));
}

/** The files and all that they extend in the repository. */
async function chainOf(project: Project, paths: readonly string[]): Promise<Tsconfig[]> {
  const open = openTsconfigs(project, null);
  const seen = new Map<string, Tsconfig>();
  const waiting = [...paths];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const file = seen.has(path) ? null : await open(path);
    if (file === null) continue;
    seen.set(path, file);
    waiting.push(...file.extended.flatMap(({ target }) => (typeof target === 'string' ? [] : target.path)));
  }
  return [...seen.values()];
}

function hasSources(project: Project, path: string): boolean {
  const dir = posix.dirname(path) === '.' ? '' : `${posix.dirname(path)}/`;
  return project.files.some((each) => each.startsWith(dir) && SOURCE.test(each) && !/\.d\.[cm]?ts$/.test(each));
}

/** By its TypeScript, which is strict from version 6 on; one whose version is not written down counts as such. */
function isStrictByItself(project: Project, path: string): boolean {
  const nearest = project.workspaces.findLast(({ dir }) => dir === '' || path.startsWith(`${dir}/`));
  const range = nearest?.dependencies['typescript'] ?? project.workspaces[0]?.dependencies['typescript'] ?? '';
  const major = /^[~^>=v\s]*(\d+)/.exec(range)?.[1];
  return major === undefined || Number(major) >= STRICT_BY_ITSELF || /^>/.test(range.trim());
}
