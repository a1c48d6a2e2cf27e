/** The remembered answer of a run that had nothing to do: the same words, and never when anything that matters differs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TestRepository } from '../support/git-repository.ts';
import { repositoryWith } from '../support/git-repository.ts';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js');

async function agent(repository: TestRepository, ...args: string[]): Promise<{ code: number; text: string }> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: repository.path, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, text };
}

const answerFile = (repository: TestRepository): string => join(repository.path, '.git', 'upkeep', 'cache', 'answer.json');

/** Marks the remembered words, so that a call that uses them shows it. */
function mark(repository: TestRepository): void {
  const answer = JSON.parse(readFileSync(answerFile(repository), 'utf8')) as { rest: string };
  writeFileSync(answerFile(repository), JSON.stringify({ ...answer, rest: 'REMEMBERED\n' }));
}

let made: { readonly repository: TestRepository; readonly copy: string } | null = null;

/** A repository whose answer is remembered; every test finds it as the first one did. */
async function settled(): Promise<TestRepository> {
  if (made === null) {
    const repository = await repositoryWith({ 'README.md': '# Title\n', 'a.mjs': 'export const a = 1;\n' });
    await agent(repository, 'run');
    made = { repository, copy: `${repository.path}-copy` };
    cpSync(repository.path, made.copy, { recursive: true, preserveTimestamps: true });
  }
  const { repository, copy } = made;
  rmSync(repository.path, { recursive: true });
  cpSync(copy, repository.path, { recursive: true, preserveTimestamps: true });
  await agent(repository, 'run');
  return repository;
}

afterAll(async () => {
  if (made === null) return;
  rmSync(made.copy, { recursive: true });
  await made.repository[Symbol.asyncDispose]();
});

describe('the remembered answer', () => {
  it('has the same words and exit code as the answer that was worked out, and still counts uncommitted files', async () => {
    await using repository = await repositoryWith({ 'README.md': '# Title\n' });
    await agent(repository, 'run');
    expect(existsSync(answerFile(repository))).toBe(false);
    const workedOut = await agent(repository, 'run');
    const remembered = await agent(repository, 'run');
    expect(remembered).toEqual(workedOut);
    mark(repository);
    await repository.write('one', '');
    await repository.write('two\nlines', '');
    expect((await agent(repository, 'run')).text).toMatch(/^checking .*; 2 uncommitted files not looked at\nREMEMBERED\n$/);
  });

  it('is used as long as nothing changed', async () => {
    const repository = await settled();
    mark(repository);
    expect((await agent(repository, 'run')).text).toContain('REMEMBERED');
  });

  it.each<[string, (repository: TestRepository) => Promise<unknown>, readonly string[]]>([
    ['another commit', (repository) => repository.commit('more', { 'b.mjs': 'export const b = 2;\n' }), ['run']],
    ['another branch', (repository) => repository.git('checkout', '-q', '-b', 'other'), ['run']],
    ['a pause', (repository) => agent(repository, 'pause', 'docs'), ['run']],
    ['other agents', () => Promise.resolve(), ['run', 'docs']],
    ['--force', () => Promise.resolve(), ['run', '--force']],
    ['--json', () => Promise.resolve(), ['run', '--json']],
    [
      'an installed tool',
      (repository) => repository.write('node_modules/eslint/package.json', '{"name":"eslint","version":"1.0.0"}'),
      ['run'],
    ],
    ['a run that was killed', (repository) => repository.write('.git/upkeep/journal/x.json', '{}'), ['run']],
  ])('is not used after %s', async (_, change, args) => {
    const repository = await settled();
    mark(repository);
    await change(repository);
    expect((await agent(repository, ...args)).text).not.toContain('REMEMBERED');
  });

  it('is not used after its time', async () => {
    const repository = await settled();
    mark(repository);
    const answer = JSON.parse(readFileSync(answerFile(repository), 'utf8')) as object;
    writeFileSync(answerFile(repository), JSON.stringify({ ...answer, validUntil: '2020-01-01T00:00:00Z' }));
    expect((await agent(repository, 'run')).text).not.toContain('REMEMBERED');
  });

  it('is worked out when it is torn', async () => {
    const repository = await settled();
    writeFileSync(answerFile(repository), '{"key":');
    expect((await agent(repository, 'run')).code).toBe(0);
  });
});
