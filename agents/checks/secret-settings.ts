/** What a repository says about the search for secrets: rules and ignored paths of secretlint. */
import picomatch from 'picomatch';
import type { Project } from '../project.ts';
import type { CheckContext } from './check.ts';
import { readDataFile } from './read-data-file.ts';

const CONFIG = /^\.secretlintrc(\.json|\.ya?ml)?$/;

/** Whether the path is that of secretlint's configuration. */
export function isSecretConfig(path: string): boolean {
  return CONFIG.test(path);
}

/** Settings of single rules from the repository's .secretlintrc; one that cannot be read changes nothing. */
export async function ownSecretRules(context: CheckContext): Promise<readonly Record<string, unknown>[]> {
  const path = context.project.files.find(isSecretConfig);
  if (path === undefined) return [];
  const read = await readDataFile(path, context);
  if (!read.ok || !Array.isArray(read.data['rules'])) return [];
  const rules = (read.data['rules'] as unknown[]).filter(
    (rule): rule is Record<string, unknown> => typeof rule === 'object' && rule !== null,
  );
  return rules
    .flatMap((rule) => (Array.isArray(rule['rules']) ? (rule['rules'] as Record<string, unknown>[]) : [rule]))
    .filter((rule) => /^@secretlint\/secretlint-rule-(?!preset)/.test(String(rule['id'])));
}

/** Whether a path is one that .secretlintignore leaves out. */
export async function secretIgnores(project: Project): Promise<(path: string) => boolean> {
  return ignoreMatcher((await project.read('.secretlintignore')) ?? '');
}

function ignoreMatcher(text: string): (path: string) => boolean {
  const globs = text
    .split(/\r?\n/)
    .map((line) => line.trim().replace(/^\//, '').replace(/\/$/, ''))
    .filter((line) => line !== '' && !/^[#!]/.test(line))
    .flatMap((glob) => [glob, `${glob}/**`, ...(glob.includes('/') ? [] : [`**/${glob}`, `**/${glob}/**`])]);
  return globs.length === 0 ? () => false : picomatch(globs, { dot: true });
}
