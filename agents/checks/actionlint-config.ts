/** The repository's own .github/actionlint.yaml, as far as it says what not to report. */
import type { Project } from '../project.ts';
import { matchLines } from './match-lines.ts';

/** Which of actionlint's messages the repository does not want. */
export interface ActionlintConfig {
  ignores(path: string, message: string): boolean;
}

/** Reads `self-hosted-runner.labels` and `paths.*.ignore`; a file that does not parse ignores nothing. */
export async function readActionlintConfig(project: Project): Promise<ActionlintConfig> {
  const text = (await project.read('.github/actionlint.yaml')) ?? (await project.read('.github/actionlint.yml'));
  if (text === null) return { ignores: () => false };
  const { parseDocument } = await import('yaml');
  const { default: picomatch } = await import('picomatch');
  const document = parseDocument(text);
  const data = document.errors.length > 0 ? {} : mapOf(document.toJS({ maxAliasCount: 100 }));
  const labels = strings(mapOf(data['self-hosted-runner'])['labels']).map((label) => picomatch(label, { dot: true }));
  const rules = Object.entries(mapOf(data['paths'])).map(([glob, rule]) => ({
    isMatch: picomatch(glob, { dot: true }),
    patterns: strings(mapOf(rule)['ignore']),
  }));
  return {
    ignores(path, message) {
      const label = /label "([^"]+)" is unknown/.exec(message)?.[1];
      if (label !== undefined && labels.some((isMatch) => isMatch(label))) return true;
      return rules.some(({ isMatch, patterns }) => isMatch(path) && patterns.some((pattern) => isIn(pattern, message)));
    },
  };
}

function isIn(pattern: string, message: string): boolean {
  const found = matchLines(`(?<all>)(?:${pattern})`, message);
  return found.ok && found.matches.length > 0;
}

function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
