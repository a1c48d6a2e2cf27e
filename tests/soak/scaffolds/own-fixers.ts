/** The commands by which each project repairs its own files: after a repair they have nothing left to do. */
import { execFile } from 'node:child_process';
import type { TestRepository } from '../../support/git-repository.ts';

interface OwnFixer {
  readonly run: readonly string[];
  /** The files that it reads. */
  readonly on: RegExp;
}

const prettier: OwnFixer = { run: ['prettier', '--write'], on: /\.(tsx?|md|css|json)$/ };
const oxlint: OwnFixer = { run: ['oxlint', '--fix'], on: /\.tsx?$/ };

const OWN_FIXERS: Readonly<Record<string, readonly OwnFixer[]>> = {
  'vite-react': [oxlint],
  'react-eslint': [{ run: ['eslint', '--fix'], on: /\.tsx?$/ }, { run: ['stylelint', '--fix'], on: /\.css$/ }, prettier],
  'nest-app': [oxlint, prettier],
  'express-mocha': [{ run: ['eslint', '--fix'], on: /\.js$/ }],
  'library-ava': [{ run: ['xo', '--fix'], on: /\.js$/ }],
  'npm-workspaces': [{ run: ['biome', 'check', '--write'], on: /\.ts$/ }],
};

/** Runs the project's own fixers on `files` in its checkout; what they still change, as git tells it. */
export async function changedByOwnFixers(
  repository: TestRepository,
  { name, files, env }: { name: string; files: readonly string[]; env: Readonly<Record<string, string>> },
): Promise<string> {
  for (const { run, on } of OWN_FIXERS[name] ?? []) {
    const read = files.filter((path) => on.test(path));
    if (read.length === 0) continue;
    // What is left and nobody can fix ends them red: only what they change counts.
    await new Promise((resolve) => {
      execFile('npx', ['--no-install', ...run, ...read], { cwd: repository.path, env: { ...process.env, ...env } }, resolve);
    });
  }
  return repository.git('diff');
}
