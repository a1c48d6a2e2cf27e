/** Every law of the house is broken on purpose here, and has to be noticed. */
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { importViolation } from '../../scripts/lint/import-law.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
// The snippets are no files of the project, so the rules that need types are tested on a real one below.
const eslint = new ESLint({
  cwd: root,
  overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }],
});

async function rulesBrokenBy(code: string, filePath: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
}

describe('the import law', () => {
  it.each([
    ['git/x.ts', "import { a } from '../ledger/read.ts';\na();"],
    ['ledger/x.ts', "import { a } from '../agents/run-agent.ts';\na();"],
    ['agents/x.ts', "import { a } from '../scheduler/decide-runs.ts';\na();"],
    ['agents/checks/x.ts', "import { a } from '../../github/issues.ts';\na();"],
    ['github/x.ts', "import type { A } from '../agents/agent.ts';\nexport type B = A;"],
    ['scheduler/x.ts', "import { a } from '../cli/config.ts';\na();"],
    ['git/x.ts', "export { a } from '../prisma/client.ts';\nexport const b = 1;"],
    ['agents/x.ts', "export const a = await import('../cli/config.ts');"],
    ['agents/x.ts', "export type A = import('../cli/config.ts').Config;"],
    ['agents/x.ts', "import { a } from '../scripts/build.ts';\na();"],
    ['cli/x.ts', "import { a } from '../tests/support/setup.ts';\na();"],
    ['dashboard/web/x.ts', "import { a } from '../../ledger/outcome.ts';\na();"],
    ['dashboard/wire/x.ts', "import { a } from '../../ledger/event.ts';\na();"],
    ['dashboard/wire/x.ts', "import type { A } from '../server/router.ts';\nexport type B = A;"],
    ['scheduler/x.ts', "import { a } from '../dashboard/wire/live-schema.ts';\na();"],
  ])('refuses in %s: %s', async (file, code) => {
    expect(await rulesBrokenBy(code, file)).toContain('upkeep/import-law');
  });

  it.each([
    ['cli/x.ts', "import { a } from '../agents/run-agents.ts';\na();"],
    ['scheduler/x.ts', "import { a } from '../ledger/read.ts';\na();"],
    ['agents/checks/x.ts', "import { a } from '../project.ts';\na();"],
    ['dashboard/web/x.ts', "import type { A } from '../../ledger/outcome.ts';\nexport type B = A;"],
    ['dashboard/web/x.ts', "import { a } from '../wire/live-schema.ts';\na();"],
    ['dashboard/server/x.ts', "import { a } from '../wire/live-schema.ts';\na();"],
    ['dashboard/wire/x.ts', "import { a } from '../../ledger/outcome.ts';\na();"],
    ['dashboard/wire/x.ts', "import type { A } from '../../ledger/event.ts';\nexport type B = A;"],
    ['scripts/x.ts', "import { a } from '../cli/config.ts';\na();"],
    ['tests/x.test.ts', "import { a } from '../git/x.ts';\na();"],
  ])('lets %s: %s', async (file, code) => {
    expect(await rulesBrokenBy(code, file)).toEqual([]);
  });

  it('knows every pair of rooms', () => {
    const rooms = ['cli', 'dashboard/server', 'scheduler', 'agents', 'github', 'ledger', 'git', 'prisma'];
    const seenFrom = (from: string): string[] =>
      rooms.filter((to) => to !== from && importViolation(`${from}/a.ts`, `${to}/b.ts`, false) === null);
    expect(Object.fromEntries(rooms.map((room) => [room, seenFrom(room)]))).toEqual({
      cli: ['dashboard/server', 'scheduler', 'agents', 'github', 'ledger', 'git', 'prisma'],
      'dashboard/server': ['scheduler', 'agents', 'github', 'ledger', 'git', 'prisma'],
      scheduler: ['agents', 'github', 'ledger', 'git', 'prisma'],
      agents: ['ledger', 'git', 'prisma'],
      github: ['ledger', 'git', 'prisma'],
      ledger: ['git', 'prisma'],
      git: [],
      prisma: [],
    });
  });
});

describe('the other laws', () => {
  it.each([
    ['no-restricted-syntax', 'agents/x.ts', "export const a = process.env['HOME'];"],
    ['no-restricted-syntax', 'cli/main.ts', "export const a = process.env['HOME'];"],
    ['no-restricted-syntax', 'git/x.ts', "import { env } from 'node:process';\nexport const a = env['HOME'];"],
    ['no-restricted-syntax', 'cli/process-environment.ts', 'process.exit(1);'],
    ['no-restricted-syntax', 'cli/commands/run.ts', "import { exit } from 'node:process';\nexit(1);"],
    ['upkeep/no-barrel', 'agents/index.ts', 'export const a = 1;'],
    ['upkeep/no-barrel', 'agents/all.ts', "export * from './agent.ts';\nexport const a = 1;"],
    ['upkeep/no-barrel', 'agents/all.ts', "export { a } from './agent.ts';\nexport { b } from './journal.ts';"],
    ['upkeep/one-door', 'agents/x.ts', "import { simpleGit } from 'simple-git';\nsimpleGit();"],
    ['upkeep/one-door', 'git/x.ts', "import { execa } from 'execa';\nawait execa('x');"],
    ['upkeep/one-door', 'ledger/read.ts', "import { z } from 'zod';\nz.string();"],
    ['upkeep/one-door', 'cli/x.ts', "export const a = await import('@octokit/core');"],
    ['max-lines', 'agents/x.ts', 'export const a = 1;\n'.repeat(301).replaceAll(/const a/g, 'let a')],
    ['max-params', 'agents/x.ts', 'export function f(a: number, b: number, c: number, d: number): number {\n  return a + b + c + d;\n}'],
    ['no-restricted-exports', 'agents/x.ts', 'export default 1;'],
    ['@typescript-eslint/no-explicit-any', 'agents/x.ts', 'export const a: any = 1;'],
    ['no-console', 'agents/x.ts', "console.log('x');"],
  ])('%s refuses in %s', async (rule, file, code) => {
    expect(await rulesBrokenBy(code, file)).toContain(rule);
  });

  it('lets cli/process-environment.ts read the environment and cli/main.ts end the process', async () => {
    expect(await rulesBrokenBy("export const a = process.env['HOME'];", 'cli/process-environment.ts')).toEqual([]);
    expect(await rulesBrokenBy('process.exit(1);', 'cli/main.ts')).toEqual([]);
  });
});

describe('the laws that need types', () => {
  const typed = new ESLint({ cwd: root });

  it.each([
    ['@typescript-eslint/no-floating-promises', 'async function f(): Promise<void> {}\nf();'],
    ['@typescript-eslint/no-misused-promises', 'async function f(): Promise<boolean> { return true; }\nif (f()) throw new Error();'],
    [
      '@typescript-eslint/switch-exhaustiveness-check',
      "export function f(a: 'x' | 'y'): number {\n  switch (a) {\n    case 'x':\n      return 1;\n  }\n  return 2;\n}",
    ],
    ['@typescript-eslint/consistent-type-imports', "import { Agent } from './agent.ts';\nexport type A = Agent;"],
  ])('%s', async (rule, code) => {
    // A file that exists, so that it is part of the program; its text is replaced in memory.
    const [result] = await typed.lintText(code, { filePath: 'agents/ownership.ts' });
    expect(result?.messages.map(({ ruleId }) => ruleId)).toContain(rule);
  });
});
