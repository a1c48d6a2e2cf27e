/** A small repository with this project's own hooks, lint and commitlint configuration, and its node_modules linked. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = [
  '.husky/commit-msg',
  '.husky/pre-commit',
  '.husky/pre-push',
  '.prettierrc.json',
  'agents/auto-message.ts',
  'agents/commit-hooks.ts',
  'commitlint.config.ts',
  'eslint.config.ts',
  'ledger/outcome.ts',
  'package.json',
  'scripts/lint',
  'tsconfig.json',
];

export interface CommitAttempt {
  readonly ok: boolean;
  readonly output: string;
}

/** `remove` takes the folder away. */
export interface HookedRepository {
  readonly path: string;
  write(path: string, text: string): void;
  /** Commits everything through all hooks. */
  commit(message: string, env?: Readonly<Record<string, string>>): CommitAttempt;
  /** Commits everything through commit-msg alone, where the message is what matters: type check and lint take seconds. */
  commitBy(message: string): CommitAttempt;
  git(...args: string[]): string;
  remove(): void;
}

/** Makes it, with one first commit. */
export function openHookedRepository(): HookedRepository {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'upkeep-hooks-')));
  const run = (command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): CommitAttempt => {
    // The hooks find the tools by themselves: husky puts node_modules/.bin on the path.
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: path, encoding: 'utf8', env: { ...process.env, ...env } });
    return { ok: status === 0, output: `${stdout}${stderr}` };
  };
  const git = (...args: string[]): string => {
    const { ok, output } = run('git', args);
    if (!ok) throw new Error(`git ${args.join(' ')}: ${output}`);
    return output.trim();
  };
  for (const file of COPIED) cpSync(join(root, file), join(path, file), { recursive: true });
  symlinkSync(realpathSync(join(root, 'node_modules')), join(path, 'node_modules'));
  writeFileSync(join(path, '.gitignore'), 'node_modules\n.husky/_/\n.husky/message/\n');
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'chore: start');
  const husky = run(join(path, 'node_modules/.bin/husky'), []);
  if (!husky.ok) throw new Error(husky.output);
  cpSync(join(path, '.husky/_'), join(path, '.husky/message'), { recursive: true });
  rmSync(join(path, '.husky/message/pre-commit'));
  return {
    path,
    write: (file, text) => writeFileSync(join(path, file), text),
    commit: (message, env) => {
      git('add', '-A');
      return run('git', ['commit', '-q', '-m', message], env);
    },
    commitBy: (message) => {
      git('add', '-A');
      return run('git', ['-c', 'core.hooksPath=.husky/message', 'commit', '-q', '-m', message]);
    },
    git,
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
