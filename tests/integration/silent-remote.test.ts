/** A remote that takes the connection and never says a word costs one wait, a clear line, and no work. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryWith } from '../support/git-repository.ts';
import { startGitServer, WRITER_TOKEN } from '../support/git-server.ts';
import { agent, runJson } from '../support/run-agent-command.ts';
import { startSilentServer } from '../support/silent-server.ts';
import { threeAgentsRepository } from '../support/three-agents.ts';

/** One wait of 15 s and the work around it, on a slow machine. */
const BOUND_MS = 45_000;

describe('a silent remote', () => {
  it('is asked once by a run that pushes; the work waits and is delivered by the next run', { timeout: 120_000 }, async () => {
    await using silent = await startSilentServer();
    await using server = await startGitServer();
    await server.create('r');
    await using repository = await threeAgentsRepository();
    await repository.git('config', 'http.extraHeader', server.header(WRITER_TOKEN));
    await repository.git('push', '-q', server.url('r'), 'main');
    await repository.git('remote', 'add', 'origin', `http://someone:secret@127.0.0.1:${silent.port}/r.git`);

    const started = performance.now();
    const { code, document, stderr } = await runJson(repository.path, ['--delivery', 'push']);
    expect(performance.now() - started).toBeLessThan(BOUND_MS);
    expect(silent.connections()).toBe(1);
    expect(code).toBe(4);
    const sentence = `origin (http://127.0.0.1:${silent.port}/r.git) sent nothing for 15 s`;
    expect(document.delivery).toMatchObject({ outcome: 'refused', reason: sentence });
    expect(stderr).toContain(`\n  ${sentence}: this run goes by what this clone remembers\n`);
    expect(stderr).toContain('next: run again when it answers; the commits wait');
    expect(stderr).not.toContain('secret');
    expect((await repository.git('for-each-ref', 'refs/upkeep/suggest')).split('\n')).toHaveLength(3);
    const patches = join(repository.path, '.git', 'upkeep', 'patches');
    expect(readdirSync(join(patches, readdirSync(patches)[0] ?? ''))).toHaveLength(3);

    await repository.git('remote', 'set-url', 'origin', server.url('r'));
    const next = await runJson(repository.path, ['--delivery', 'push']);
    expect(next.document.delivery).toMatchObject({ outcome: 'pushed', reason: null });
    expect(await repository.git('for-each-ref', 'refs/upkeep/suggest', 'refs/upkeep/runs')).toBe('');
    // What the first run had to remember arrives with the second.
    const told = (await agent(repository.path, ['log', '--json'])).stdout;
    const refused = told.split('\n').filter((line) => line.includes('"delivery:refused"'));
    expect(refused).toHaveLength(1);
    expect(await repository.git('ls-remote', 'origin', 'refs/upkeep/ledger')).not.toBe('');
  });

  it('does not keep a pause from holding in this clone', { timeout: 60_000 }, async () => {
    await using silent = await startSilentServer();
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    await repository.git('remote', 'add', 'origin', `http://127.0.0.1:${silent.port}/r.git`);
    const started = performance.now();
    const { code, stdout, stderr } = await agent(repository.path, ['pause', 'docs', '--shared']);
    expect(performance.now() - started).toBeLessThan(BOUND_MS);
    expect(silent.connections()).toBe(1);
    expect(stderr).toBe(
      `origin (http://127.0.0.1:${silent.port}/r.git) sent nothing for 15 s: only this clone knows of it until the next run that pushes\n`,
    );
    expect(stdout).toContain('docs is paused in this clone');
    expect(code).toBe(3);
    expect((await agent(repository.path, ['status'])).stdout).toMatch(/docs +PAUSED/);
  });
});
