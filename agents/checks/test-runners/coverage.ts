/** Coverage: where a repository measures it, and what the measurement says. */
import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { FindingDraft } from '../../../ledger/finding.ts';
import type { PackageManifest, Project } from '../../project.ts';
import { resolveRepositoryTool } from '../../tools/resolve-tool.ts';
import type { CoverageWrapper, TestPackage, TestStep } from './find-test-packages.ts';
import { jest } from './jest.ts';

/** Percent of lines that tests should cover. */
export const COVERAGE_GOAL = 90;

/** Lines of the code that tests were to cover. */
export interface LineCoverage {
  readonly total: number;
  readonly covered: number;
}

/** How coverage of a step is measured: by the runner itself, by a tool before it, or not at all. */
export type CoverageWay = { readonly by: 'runner' } | { readonly by: 'wrapper'; readonly argv: readonly string[] } | null;

/** Whether and how the repository has coverage set up for a step. */
export async function coverageWay(project: Project, where: { root: string; pack: TestPackage; step: TestStep }): Promise<CoverageWay> {
  const { step, pack, root } = where;
  if (step.runner === null) return null;
  if (step.runner === jest) return (await isJestCoverageSet(project, pack.manifest)) ? { by: 'runner' } : null;
  if (step.runner.coveragePackages !== null) {
    const isThere = step.runner.coveragePackages.some((name) => hasDependency(project, pack.manifest, name));
    return isThere ? { by: 'runner' } : null;
  }
  const tool = step.wrapper?.tool ?? (['c8', 'nyc'] as const).find((name) => hasDependency(project, pack.manifest, name));
  const installed = tool === undefined ? null : resolveRepositoryTool(root, { dir: pack.manifest.dir, packageName: tool });
  if (tool === undefined || installed === null) return null;
  return { by: 'wrapper', argv: [...installed.argv, ...(step.wrapper ?? noFlags(tool)).flags] };
}

/** Arguments of c8 or nyc that bring its report into `folder`. */
export function wrapperReport(wrapper: readonly string[], folder: string): string[] {
  const isNyc = wrapper.some((word) => /[\\/]nyc[\\/]/.test(word));
  const folders = isNyc
    ? [`--report-dir=${folder}`, `--temp-dir=${join(folder, 'raw')}`]
    : [`--reports-dir=${folder}`, `--temp-directory=${join(folder, 'raw')}`];
  return [...wrapper, '--reporter=json-summary', ...folders];
}

/** Lines covered, from the JSON summary that every coverage tool writes; null when there is none. */
export async function readCoverage(folder: string): Promise<LineCoverage | null> {
  try {
    const summary = JSON.parse(await readFile(join(folder, 'coverage-summary.json'), 'utf8')) as {
      total?: { lines?: Partial<LineCoverage> };
    };
    const { total, covered } = summary.total?.lines ?? {};
    return typeof total === 'number' && typeof covered === 'number' && total > 0 ? { total, covered } : null;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Percent of lines of all packages together; undefined when nothing was measured. */
export function percentOf(parts: readonly LineCoverage[]): number | undefined {
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  const covered = parts.reduce((sum, part) => sum + part.covered, 0);
  return total === 0 ? undefined : Math.round((covered / total) * 10_000) / 100;
}

const THRESHOLD = /^.*\bcoverage\b.*\b(?:does not meet|not met)\b.*$/gim;

/** What a runner says about thresholds that the repository set itself. */
export function thresholdDrafts(output: string, manifestPath: string): FindingDraft[] {
  const lines = [...new Set((output.match(THRESHOLD) ?? []).map((line) => line.replace(/^\s*ERROR:\s*/, '').trim()))];
  return lines.map((message) => ({
    path: manifestPath,
    rule: 'coverage-threshold',
    severity: 'error',
    message,
    identity: message.replace(/[\d.]+\s*%/g, '%'),
  }));
}

/** A warning when the coverage of all packages is below the goal. */
export function goalDrafts(percent: number | undefined): FindingDraft[] {
  if (percent === undefined || percent >= COVERAGE_GOAL) return [];
  return [
    {
      rule: 'coverage-goal',
      severity: 'warning',
      message: `Tests cover ${percent} % of the lines; the goal is ${COVERAGE_GOAL} %.`,
      identity: 'coverage-goal',
    },
  ];
}

function noFlags(tool: CoverageWrapper['tool']): CoverageWrapper {
  return { tool, flags: [] };
}

function hasDependency(project: Project, manifest: PackageManifest, name: string): boolean {
  return manifest.dependencies[name] !== undefined || project.workspaces[0]?.dependencies[name] !== undefined;
}

/** Jest brings coverage along: it counts as set up when a script or the configuration asks for it. */
async function isJestCoverageSet(project: Project, manifest: PackageManifest): Promise<boolean> {
  const configs = project.files.filter((path) => {
    const dir = posix.dirname(path);
    return (dir === '.' ? '' : dir) === manifest.dir && jest.config?.test(posix.basename(path)) === true;
  });
  const texts = await Promise.all(configs.map((path) => project.read(path)));
  const scripts = Object.values(manifest.scripts);
  if (scripts.some((script) => /\bjest\b.*--(coverage|collectCoverage)\b(?!=false)/.test(script))) return true;
  return [...texts, JSON.stringify(manifest.json.jest ?? '')].some((text) =>
    /\b(coverageThreshold|collectCoverage(From)?)\b["']?\s*:(?!\s*false)/.test(text ?? ''),
  );
}
