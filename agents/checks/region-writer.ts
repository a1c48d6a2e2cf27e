/** Keeps what stands between markers in Markdown files: tells where it is out of step, and writes it. */
import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import type { CheckContext } from './check.ts';
import { findMarkedRegions, regionLines } from './marked-regions.ts';
import type { MarkedRegion } from './marked-regions.ts';
import { mayFix } from './never-fix.ts';
import { readTextFile } from './read-text-file.ts';

const MAX_BYTES = 1024 * 1024;
const NOT_OURS = /(^|\/)(fixtures?|__fixtures__|test-?data|_?templates?)\//i;

/** What shall stand in a region; what a person has to mend first; or null, where nobody can tell. */
export type RegionText = { readonly lines: readonly string[] } | { readonly problem: string } | null;

/** Who writes the regions of one name. */
export interface RegionWriter {
  readonly name: string;
  readonly rule: string;
  /** What is told of a region that is out of step. */
  readonly drift: (region: MarkedRegion) => string;
  readonly textOf: (region: MarkedRegion, path: string) => RegionText | Promise<RegionText>;
  /** Whether what stands there says what should; default: character by character. */
  readonly isSame?: (found: string, wanted: string) => boolean;
}

/** Markdown files with at least one whole pair of markers; all are asked for at once, which the project reads in one go. */
export async function pathsWithRegions(project: Project, name: string): Promise<string[]> {
  const paths = project.files.filter(isRegionDocument);
  const texts = await Promise.all(paths.map((path) => project.read(path)));
  return paths.filter((_, at) => findMarkedRegions(texts[at] ?? '', name).length > 0);
}

/** Names of a few files, for a person. */
export function namedPaths(paths: readonly string[]): string {
  return `${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ` and ${paths.length - 3} more` : ''}`;
}

/** The regions that are out of step, or cannot be written. */
export async function regionDrafts(context: CheckContext, writer: RegionWriter): Promise<FindingDraft[]> {
  const drafts: FindingDraft[] = [];
  for (const path of await pathsWithRegions(context.project, writer.name)) {
    const regions = findMarkedRegions(readTextFile(context.root, path, MAX_BYTES) ?? '', writer.name);
    for (const [at, region] of regions.entries()) {
      const text = await writer.textOf(region, path);
      const isProblem = text !== null && 'problem' in text;
      if (text === null || (!isProblem && isKept(region, text.lines, writer))) continue;
      drafts.push({
        ...{ path, line: region.line, rule: writer.rule, severity: context.bundledSeverity },
        message: isProblem ? text.problem : writer.drift(region),
        fixable: !isProblem,
        identity: `region ${at + 1}`,
      });
    }
  }
  return drafts;
}

/** Writes the regions of the files that may be changed. */
export async function writeRegions(context: CheckContext, writer: RegionWriter): Promise<void> {
  for (const path of context.files.filter(isRegionDocument)) {
    const text = readTextFile(context.root, path, MAX_BYTES);
    // Bytes that are no UTF-8 would not come back as they were.
    if (text === null || text.includes('\uFFFD')) continue;
    let fixed = text;
    for (const region of findMarkedRegions(text, writer.name).reverse()) {
      const wanted = await writer.textOf(region, path);
      if (wanted === null || 'problem' in wanted || isKept(region, wanted.lines, writer)) continue;
      fixed = fixed.slice(0, region.start) + regionLines(wanted.lines, region.ending) + fixed.slice(region.end);
    }
    if (fixed !== text && lstatSync(join(context.root, path)).isFile()) writeFileSync(join(context.root, path), fixed);
  }
}

function isKept(region: MarkedRegion, lines: readonly string[], { isSame = Object.is }: RegionWriter): boolean {
  return isSame(region.content, regionLines(lines, region.ending));
}

/** Whether agents write regions into this file. */
export function isRegionDocument(path: string): boolean {
  return path.endsWith('.md') && mayFix(path) && !NOT_OURS.test(path);
}
