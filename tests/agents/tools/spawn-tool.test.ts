import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endOrphans, findOrphans } from '../../../agents/tools/find-orphans.ts';
import { listProcesses } from '../../../agents/tools/process-group.ts';
import { createRedactor } from '../../../agents/tools/redact.ts';
import { testToolRunner } from '../../support/tool-runner.ts';

const node = process.execPath;
let folder = '';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'upkeep-spawn-')));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Resolves with the content of a file as soon as it exists. */
async function fileWritten(path: string): Promise<string> {
  const read = (): string | null => {
    try {
      return readFileSync(path, 'utf8') || null;
    } catch {
      return null;
    }
  };
  const watcher = watch(folder);
  try {
    for (let content = read(); ; content = read()) {
      if (content !== null) return content;
      await Promise.race([once(watcher, 'change'), new Promise((resolve) => setTimeout(resolve, 200))]);
    }
  } finally {
    watcher.close();
  }
}

function isRunning(pid: number): boolean {
  return listProcesses().some((entry) => entry.pid === pid && entry.isRunning);
}

/** A program that ignores SIGTERM, starts a child that ignores it too, and writes the child's id. */
function stubbornTree(): string {
  const script = join(folder, 'stubborn.cjs');
  writeFileSync(
    script,
    `process.on('SIGTERM', () => {});
     const { spawn } = require('node:child_process');
     if (process.argv[2] === 'leaf') { require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'leaf.pid'))}, String(process.pid)); }
     else spawn(process.execPath, [__filename, 'leaf'], { stdio: 'inherit' });
     setInterval(() => {}, 1000);`,
  );
  return script;
}

describe('a tool', () => {
  it('gives back its exit code and both outputs', async () => {
    const run = testToolRunner();
    const result = await run({ argv: [node, '-e', 'console.log("out"); console.error("err"); process.exitCode = 3'], cwd: folder });
    expect(result).toMatchObject({ end: 'exited', exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('gets its arguments as they are, without a shell', async () => {
    const run = testToolRunner();
    const hostile = ['$(touch pwned)', '`id`', '; rm -rf /', '--x=*', 'a\nb', "it's"];
    const result = await run({ argv: [node, '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', ...hostile], cwd: folder });
    expect(JSON.parse(result.stdout)).toEqual(hostile);
  });

  it('reads its input to the end, and has no terminal when there is none', async () => {
    const run = testToolRunner();
    const script = 'process.stdin.on("data", (d) => process.stdout.write(d)).on("end", () => console.log("end", process.stdin.isTTY))';
    expect((await run({ argv: [node, '-e', script], cwd: folder, input: 'hello ' })).stdout).toBe('hello end undefined\n');
    expect((await run({ argv: [node, '-e', script], cwd: folder })).stdout).toBe('end undefined\n');
  });

  it('that is not there ends not-found', async () => {
    const run = testToolRunner();
    const result = await run({ argv: ['no-such-tool-anywhere'], cwd: folder });
    expect(result).toMatchObject({ end: 'not-found', exitCode: null });
    expect(result.stderr).toContain('no-such-tool-anywhere');
  });

  it('that cannot be executed ends not-found', async () => {
    const file = join(folder, 'tool');
    writeFileSync(file, '#!/bin/sh\nexit 0\n', { mode: 0o644 });
    expect((await testToolRunner()({ argv: [file], cwd: folder })).end).toBe('not-found');
  });

  it('that is ended by a signal of its own is signalled', async () => {
    const result = await testToolRunner()({ argv: [node, '-e', 'process.kill(process.pid, "SIGKILL")'], cwd: folder });
    expect(result).toMatchObject({ end: 'signalled', exitCode: null });
  });

  it('finds the binaries of its folder and of the root above it first', async () => {
    mkdirSync(join(folder, '.git'));
    for (const [dir, name] of [
      ['packages/a', 'near'],
      ['', 'far'],
    ] as const) {
      const bin = join(folder, dir, 'node_modules', '.bin');
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, name), `#!/bin/sh\necho ${name}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    const run = testToolRunner();
    const cwd = join(folder, 'packages/a');
    expect((await run({ argv: ['near'], cwd })).stdout).toBe('near\n');
    expect((await run({ argv: ['far'], cwd })).stdout).toBe('far\n');
    expect((await run({ argv: ['near'], cwd: folder })).end).toBe('not-found');
  });
});

describe('the environment of a tool', () => {
  it('is an allow-list without tokens, and marks the run', async () => {
    const baseEnv = {
      ...process.env,
      GITHUB_TOKEN: 'ghp_x',
      NPM_TOKEN: 'n',
      NODE_OPTIONS: '--no-warnings',
      LC_ALL: 'C',
      GIT_DIR: '/x',
      https_proxy: 'http://p',
    };
    const run = testToolRunner({ baseEnv, runId: 'run-1' });
    const { stdout } = await run({
      argv: [node, '-e', 'console.log(JSON.stringify(process.env))'],
      cwd: folder,
      env: { NODE_ENV: 'test' },
    });
    const env = JSON.parse(stdout) as Record<string, string>;
    expect(env).toMatchObject({
      CI: 'true',
      NO_COLOR: '1',
      FORCE_COLOR: '0',
      HUSKY: '0',
      LC_ALL: 'C',
      NODE_ENV: 'test',
      UPKEEP_RUN: 'run-1',
      NODE_DISABLE_COMPILE_CACHE: '1',
    });
    expect(env).toMatchObject({
      https_proxy: 'http://p',
      npm_config_manage_package_manager_versions: 'false',
      pnpm_config_pm_on_fail: 'ignore',
      pnpm_config_verify_deps_before_run: 'false',
    });
    for (const name of ['GITHUB_TOKEN', 'NPM_TOKEN', 'NODE_OPTIONS', 'GIT_DIR']) expect(env).not.toHaveProperty(name);
  });
});

describe('the end of a tool', () => {
  it('comes at its timeout, with grandchildren and with what ignores SIGTERM', async () => {
    const run = testToolRunner();
    const under = run({ argv: [node, stubbornTree()], cwd: folder, timeoutMs: 1500 });
    const leaf = Number(await fileWritten(join(folder, 'leaf.pid')));
    expect(isRunning(leaf)).toBe(true);
    const result = await under;
    expect(result).toMatchObject({ end: 'timeout', exitCode: null });
    expect(isRunning(leaf)).toBe(false);
    expect(run.liveGroups()).toEqual([]);
  });

  it('comes at its timeout for what has left its process group and ignores SIGTERM', async () => {
    const pidFile = join(folder, 'stray.pid');
    const stray = `process.on('SIGTERM', () => {}); require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000);`;
    const tool = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stray)}], { detached: true, stdio: 'ignore' }); setInterval(() => {}, 1000);`;
    const under = testToolRunner()({ argv: [node, '-e', tool], cwd: folder, timeoutMs: 1500 });
    const pid = Number(await fileWritten(pidFile));
    expect(await under).toMatchObject({ end: 'timeout' });
    expect(isRunning(pid)).toBe(false);
  });

  it('comes at once when our own process has to end now', async () => {
    const run = testToolRunner();
    const under = run({ argv: [node, stubbornTree()], cwd: folder });
    const leaf = Number(await fileWritten(join(folder, 'leaf.pid')));
    run.killAll();
    expect(await under).toMatchObject({ end: 'signalled' });
    expect(isRunning(leaf)).toBe(false);
  });

  it('comes at an abort, for what runs and for what waits', async () => {
    const controller = new AbortController();
    const run = testToolRunner({ signal: controller.signal, concurrency: 1 });
    const under = run({ argv: [node, stubbornTree()], cwd: folder });
    const waiting = run({ argv: [node, '-e', '0'], cwd: folder });
    await fileWritten(join(folder, 'leaf.pid'));
    controller.abort();
    expect((await under).end).toBe('cancelled');
    expect((await waiting).end).toBe('cancelled');
  });

  it('keeps its first cause: a timeout during which the run is aborted stays a timeout', async () => {
    const controller = new AbortController();
    const run = testToolRunner({ signal: controller.signal, graceMs: 500 });
    writeFileSync(
      join(folder, 't.cjs'),
      `process.on('SIGTERM', () => require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'asked'))}, '1')); setInterval(() => {}, 1000);`,
    );
    const under = run({ argv: [node, join(folder, 't.cjs')], cwd: folder, timeoutMs: 500 });
    await fileWritten(join(folder, 'asked'));
    controller.abort();
    expect((await under).end).toBe('timeout');
  });

  it('comes at the output limit: one gigabyte leaves our memory flat', async () => {
    const run = testToolRunner({ maxOutputBytes: 4 * 1024 * 1024 });
    const script =
      'const b = Buffer.alloc(1 << 20, 97); let n = 0; const w = () => { while (n++ < 1024) if (!process.stdout.write(b)) return process.stdout.once("drain", w); }; w();';
    const before = process.memoryUsage().rss;
    const result = await run({ argv: [node, '-e', script], cwd: folder });
    expect(result.end).toBe('output-limit');
    expect(result.stdout.length).toBe(4 * 1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(96 * 1024 * 1024);
  });

  it('ends what a finished tool left running in its group', async () => {
    const run = testToolRunner();
    const script = `const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); console.log(c.pid); c.unref(); process.exit(0);`;
    const result = await run({ argv: [node, '-e', script], cwd: folder });
    expect(result).toMatchObject({ end: 'exited', exitCode: 0 });
    expect(isRunning(Number(result.stdout))).toBe(false);
  });

  it('does not wait for a process that left the group with its output; recovery finds that one', async () => {
    const run = testToolRunner({ runId: 'run-stray' });
    const script = `const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached: true }); console.log(c.pid); c.unref(); process.exit(0);`;
    const result = await run({ argv: [node, '-e', script], cwd: folder });
    expect(result.end).toBe('exited');
    const stray = Number(result.stdout);
    expect(findOrphans('run-stray')).toEqual([stray]);
    expect(await endOrphans('run-stray', 200)).toEqual([stray]);
    expect(isRunning(stray)).toBe(false);
  });

  it('can be brought to all that is under way', async () => {
    const run = testToolRunner();
    const under = run({ argv: [node, stubbornTree()], cwd: folder });
    await fileWritten(join(folder, 'leaf.pid'));
    expect(run.liveGroups()).toHaveLength(1);
    await run.endAll();
    expect((await under).end).toBe('signalled');
    expect(run.liveGroups()).toEqual([]);
  });
});

describe('recovery', () => {
  it('ends the tools of a process that was killed, and no one else', async () => {
    const script = stubbornTree();
    const dead = spawn(node, [script], { detached: true, stdio: 'ignore', env: { ...process.env, UPKEEP_RUN: 'run-dead' } });
    const other = spawn(node, ['-e', 'setInterval(() => {}, 1000)'], {
      stdio: 'ignore',
      env: { ...process.env, UPKEEP_RUN: 'run-dead-2' },
    });
    const leaf = Number(await fileWritten(join(folder, 'leaf.pid')));
    const ended = await endOrphans('run-dead', 200);
    expect(ended.sort()).toEqual([dead.pid, leaf].sort());
    expect(isRunning(leaf)).toBe(false);
    expect(isRunning(other.pid ?? 0)).toBe(true);
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(await endOrphans('run-dead')).toEqual([]);
  });
});

describe('what a tool says', () => {
  it('is redacted, its report file too', async () => {
    const run = testToolRunner({ redact: createRedactor(['s3cr3t-value']) });
    const reportFile = join(folder, 'report.json');
    const script = `console.log('a s3cr3t-value'); console.error('b s3cr3t-value'); require('node:fs').writeFileSync(process.argv[1], '{"c":"s3cr3t-value"}')`;
    const result = await run({ argv: [node, '-e', script, reportFile], cwd: folder, reportFile });
    expect(result).toMatchObject({ stdout: 'a [redacted]\n', stderr: 'b [redacted]\n', report: '{"c":"[redacted]"}' });
  });

  it('has no report when none was written, and ends output-limit when it is too large', async () => {
    const run = testToolRunner({ maxOutputBytes: 1000 });
    const reportFile = join(folder, basename('r.json'));
    expect((await run({ argv: [node, '-e', '0'], cwd: folder, reportFile })).report).toBeNull();
    const big = await run({
      argv: [node, '-e', 'require("fs").writeFileSync(process.argv[1], "x".repeat(2000))', reportFile],
      cwd: folder,
      reportFile,
    });
    expect(big).toMatchObject({ end: 'output-limit', report: null });
  });

  it('leaves no process of ours behind', () => {
    const listing = execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' });
    expect(listing).not.toContain(folder);
  });
});
