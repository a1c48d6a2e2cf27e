/**
 * What the six agents say of well-known packages, as they are published: errors and warnings by rule and by package, so that each
 * rule that is loud can be looked at. Ends with 1 when a check crashes. `node scripts/noise.ts [--show RULE] [--keep FOLDER] [package…]`
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mustRun } from './bench/measure.ts';
import { agentBin } from './bench/upkeep.ts';

const WELL_KNOWN = [
  ...['express', 'koa', 'fastify', 'axios', 'lodash', 'debug', 'chalk', 'execa', 'got', 'commander'],
  ...['yargs', 'pino', 'mocha', 'ava', 'eslint', 'zod', 'rxjs', 'vue', 'svelte', 'preact'],
];
/** Nothing is installed: what needs packages says so, which is no crash. */
const EXPECTED = new Set(['dependencies-missing', 'tool-not-found']);

interface Told {
  readonly package: string;
  readonly check: string;
  readonly path: string | null;
  readonly line: number | null;
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
}

interface Document {
  readonly runs: readonly {
    readonly checks: readonly {
      readonly check: string;
      readonly outcome: string;
      readonly reason: string | null;
      readonly findings: readonly Omit<Told, 'package' | 'check'>[];
    }[];
  }[];
}

/** The published package as a repository with one commit; made once in a folder that is kept. */
function repositoryOf(name: string, folder: string): string {
  const path = join(folder, name);
  if (existsSync(join(path, '.git'))) return path;
  mkdirSync(path, { recursive: true });
  mustRun(['npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', path, name], { cwd: folder });
  const tarball = readdirSync(path).find((file) => file.endsWith('.tgz')) ?? '';
  mustRun(['tar', '-xzf', tarball, '--strip-components=1', '--no-same-owner'], { cwd: path });
  rmSync(join(path, tarball));
  mustRun(['git', 'init', '-q', '-b', 'main'], { cwd: path });
  mustRun(['git', 'add', '-A', '-f'], { cwd: path });
  mustRun(['git', '-c', 'user.name=noise', '-c', 'user.email=noise@example.test', 'commit', '-q', '-m', 'published'], { cwd: path });
  return path;
}

function count<T>(items: readonly T[], by: (item: T) => string): Map<string, T[]> {
  const groups = Map.groupBy(items, by);
  return new Map([...groups].sort(([, one], [, other]) => other.length - one.length));
}

const { values, positionals } = parseArgs({
  options: { show: { type: 'string' }, keep: { type: 'string' } },
  allowPositionals: true,
});
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'upkeep-noise-'));
mkdirSync(folder, { recursive: true });
const told: Told[] = [];
const crashed: string[] = [];
try {
  for (const name of positionals.length > 0 ? positionals : WELL_KNOWN) {
    const cwd = repositoryOf(name, folder);
    const text = mustRun([process.execPath, agentBin, 'run', '--json', '--no-fix', '--force', '--delivery', 'none'], {
      cwd,
      accept: [0, 1, 3],
    });
    const checks = (JSON.parse(text) as Document).runs.flatMap((run) => run.checks);
    for (const { check, outcome, reason } of checks) {
      if (outcome === 'errored' && !EXPECTED.has(reason ?? ''))
        crashed.push(`${name}: ${check} ended errored, ${reason ?? 'without a reason'}`);
    }
    const findings = checks.flatMap(({ check, findings: some }) => some.map((finding) => ({ ...finding, check, package: name })));
    told.push(...findings);
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    console.log(`${name.padEnd(12)}${String(errors).padStart(5)} errors${String(findings.length - errors).padStart(5)} warnings`);
  }
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
}

for (const severity of ['error', 'warning']) {
  const some = told.filter((each) => each.severity === severity);
  console.log(`\n${some.length} ${severity}s by rule`);
  for (const [rule, each] of count(some, (finding) => `${finding.check} ${finding.rule}`)) {
    const packages = [...count(each, (finding) => finding.package)].map(([name, its]) => `${name} ${its.length}`);
    console.log(`${String(each.length).padStart(5)}  ${rule}: ${packages.join(', ')}`);
  }
}
for (const finding of told.filter(({ rule }) => rule === values.show)) {
  console.log(`${finding.package}/${finding.path ?? ''}:${finding.line ?? '-'} ${finding.severity} ${finding.message}`);
}
if (crashed.length > 0) {
  console.error(`\n${crashed.join('\n')}`);
  process.exitCode = 1;
}
