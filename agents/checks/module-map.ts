/** The map of folders and their imports, kept between two markers in Markdown files. */
import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { reportErrored, reportFindings } from './check-report.ts';
import type { Check, CheckContext, CheckReport, FixReport } from './check.ts';
import { isImportConfig, isImportSource, readImportGraph, unreadSentence } from './import-graph.ts';
import { CLOSING_MARKER, findMapRegions, OPENING_MARKER, regionLines } from './map-regions.ts';
import { isMapSource, renderModuleMap } from './module-map-diagram.ts';
import { mayFix } from './never-fix.ts';
import { readTextFile } from './read-text-file.ts';

const MAX_BYTES = 1024 * 1024;
const NOT_OURS = /(^|\/)(fixtures?|__fixtures__|test-?data|_?templates?)\//i;

/** The check `module-map`. */
export const moduleMap: Check = {
  id: 'module-map',
  title: 'Module map',
  detect: async (project) => {
    const paths = await pathsWithMap(project);
    if (paths.length === 0) {
      return {
        applies: false,
        why: `no Markdown file has the markers: put ${OPENING_MARKER} and ${CLOSING_MARKER} on lines of their own where the map shall stand`,
      };
    }
    if (!project.files.some(isMapSource)) return { applies: false, why: 'there is no JavaScript or TypeScript to map' };
    return {
      applies: true,
      why: `${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ` and ${paths.length - 3} more` : ''} with the markers of a module map`,
      origin: 'bundled',
      needsDependencies: false,
      reads: (path) => isMapDocument(path) || isImportSource(path) || isImportConfig(path),
      seesEveryPath: true,
    };
  },
  inspect,
  fixer: { order: 80, fix },
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const read = await readImportGraph(context, isMapSource);
  if (!read.ok) return reportErrored(read.failure, { log: read.log });
  const map = renderModuleMap(read.graph);
  const drafts: FindingDraft[] = [];
  for (const path of await pathsWithMap(context.project)) {
    const text = readTextFile(context.root, path, MAX_BYTES);
    const regions = text === null ? [] : findMapRegions(text);
    for (const region of regions) {
      if (region.content === regionLines(map, region.ending)) continue;
      drafts.push({
        path,
        line: region.line,
        rule: 'module-map-drift',
        severity: context.bundledSeverity,
        message: 'The module map is out of step with the imports.',
        fixable: true,
        identity: `region ${regions.indexOf(region) + 1}`,
      });
    }
  }
  const unread = unreadSentence(read.graph);
  return reportFindings({ id: 'module-map', context }, drafts, unread === '' ? {} : { hint: unread });
}

async function fix(context: CheckContext): Promise<FixReport> {
  const read = await readImportGraph(context, isMapSource);
  if (!read.ok) return { outcome: 'errored', reason: read.failure.reason, command: null, log: read.failure.hint };
  const map = renderModuleMap(read.graph);
  for (const path of context.files.filter(isMapDocument)) {
    const text = readTextFile(context.root, path, MAX_BYTES);
    // Bytes that are no UTF-8 would not come back as they were.
    if (text === null || text.includes('\uFFFD')) continue;
    let fixed = text;
    for (const region of findMapRegions(text).reverse()) {
      fixed = fixed.slice(0, region.start) + regionLines(map, region.ending) + fixed.slice(region.end);
    }
    if (fixed !== text && lstatSync(join(context.root, path)).isFile()) writeFileSync(join(context.root, path), fixed);
  }
  return { outcome: 'done', reason: null, command: null, log: '' };
}

/** Markdown files with at least one whole pair of markers; all are asked for at once, which the project reads in one go. */
async function pathsWithMap(project: Project): Promise<string[]> {
  const paths = project.files.filter(isMapDocument);
  const texts = await Promise.all(paths.map((path) => project.read(path)));
  return paths.filter((_, at) => findMapRegions(texts[at] ?? '').length > 0);
}

function isMapDocument(path: string): boolean {
  return path.endsWith('.md') && mayFix(path) && !NOT_OURS.test(path);
}
