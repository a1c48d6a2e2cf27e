/** Where a repository keeps its rules for commit messages. */
import type { Project } from '../project.ts';

/** Configurations that are code. */
export const COMMITLINT_CODE = ['.commitlintrc', 'commitlint.config'].flatMap((name) =>
  ['js', 'cjs', 'mjs', 'ts', 'cts', 'mts'].map((extension) => `${name}.${extension}`),
);
/** Configurations that are data. */
export const COMMITLINT_DATA = ['.commitlintrc', '.commitlintrc.json', '.commitlintrc.yaml', '.commitlintrc.yml'];

/** The configuration of the whole repository as people call it, `commitlint.config.js` or `"commitlint" in package.json`; null without one. */
export function findCommitlint(project: Pick<Project, 'has' | 'packages'>): string | null {
  const manifest = project.packages.find(({ dir }) => dir === '');
  if (manifest?.json['commitlint'] !== undefined) return '"commitlint" in package.json';
  return [...COMMITLINT_DATA, ...COMMITLINT_CODE].find((path) => project.has(path)) ?? null;
}
