/** The packed program, as a user gets it: on Node 22 and 24, and what Node 20 is told. Needs the npm registry. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installInto, packInto, weightByPackage } from '../../../scripts/bench/install-packed.ts';
import { mustRun } from '../../../scripts/bench/measure.ts';

let folder: string;
let tarball: string;
let consumer: string;

/** Path with one Node first and this project's own tools left out. */
function pathWithNode(major: number): string {
  const machine = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'));
  return [join(folder, `node-${major}`, 'node_modules', 'node', 'bin'), ...machine].join(delimiter);
}

function start(
  command: string,
  args: readonly string[],
  major: number,
): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: consumer,
    encoding: 'utf8',
    env: { ...process.env, PATH: pathWithNode(major), CI: '' },
  });
  return { code: status, out: stdout, err: stderr };
}

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'upkeep-packed-')));
  tarball = await packInto(folder);
  for (const major of [20, 22, 24]) installInto(join(folder, `node-${major}`), [`node@${major}`]);
  consumer = join(folder, 'consumer');
  installInto(consumer, [tarball]);
  writeFileSync(join(consumer, '.gitignore'), 'node_modules/\n');
  writeFileSync(join(consumer, 'README.md'), '# Consumer\n\nA small repository.\n');
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '-A'],
    ['commit', '-q', '-m', 'chore: start'],
  ])
    mustRun(['git', ...args], { cwd: consumer });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bin = (): string => join(consumer, 'node_modules', 'upkeep', 'bin', 'agent.js');

describe('the packed program', () => {
  it('holds what it needs to run and nothing of the sources', () => {
    const files = mustRun(['tar', '-tzf', tarball], { cwd: folder }).trim().split('\n');
    expect(files).toContain('package/bin/agent.js');
    expect(files).toContain('package/bin/package.json');
    expect(files).toContain('package/dist/cli/main.js');
    expect(files).toContain('package/schema/agent.config.schema.json');
    expect(files.filter((file) => /\.ts$|\/tests\/|\.map$/.test(file))).toEqual([]);
  });

  it.each([22, 24])('runs on Node %i', (major) => {
    expect(start('node', ['--version'], major).out).toMatch(new RegExp(`^v${major}\\.`));
    const { code, out, err } = start('node', [bin(), 'run', '--json', '--delivery', 'none', '--force'], major);
    expect(err).not.toContain('Error:');
    const report = JSON.parse(out) as { schemaVersion: number; exitCode: number; runs: { agent: string; outcome: string }[] };
    expect(report.schemaVersion).toBe(1);
    expect(report.runs.map(({ agent }) => agent).sort()).toEqual(['architecture', 'backend', 'devops', 'docs', 'frontend', 'qa']);
    expect(report.runs.filter(({ outcome }) => outcome === 'errored')).toEqual([]);
    expect(code).toBe(report.exitCode);
    expect(mustRun(['git', 'status', '--porcelain'], { cwd: consumer })).toBe('');
  });

  it('says on Node 20 in one line what to do, and then it works', () => {
    const refused = start('npx', ['agent', 'run'], 20);
    expect(refused.code).toBe(2);
    expect(refused.out).toBe('');
    expect(refused.err.trim().split('\n')).toHaveLength(1);
    expect(refused.err).toContain('npx -p node@24 agent run');
    expect(refused.err).toContain('npm i -D node@24');

    mustRun(['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', '-D', 'node@24'], { cwd: consumer });
    mustRun(['git', 'commit', '-qam', 'chore: bring Node 24'], { cwd: consumer });
    const accepted = start('npx', ['agent', 'run', '--json', '--delivery', 'none'], 20);
    expect(JSON.parse(accepted.out)).toMatchObject({ schemaVersion: 1 });
    expect([0, 1]).toContain(accepted.code);
  });

  it('weighs at most 100 MB', () => {
    const fresh = join(folder, 'fresh');
    installInto(fresh, [tarball]);
    const megabytes = [...weightByPackage(fresh).values()].reduce((sum, bytes) => sum + bytes, 0) / 1_000_000;
    expect(megabytes).toBeLessThanOrEqual(100);
  });
});
