/** The map of folders and their imports, kept between two markers in Markdown files. */
import { reportErrored, reportFindings } from './check-report.ts';
import type { Check, CheckContext, CheckReport, FixReport } from './check.ts';
import { isImportConfig, isImportSource, readImportGraph, unreadSentence } from './import-graph.ts';
import { markersOf } from './marked-regions.ts';
import { isMapSource, renderModuleMap } from './module-map-diagram.ts';
import { isRegionDocument, namedPaths, pathsWithRegions, regionDrafts, writeRegions } from './region-writer.ts';
import type { RegionWriter } from './region-writer.ts';

const NAME = 'module-map';

/** The check `module-map`. */
export const moduleMap: Check = {
  id: 'module-map',
  title: 'Module map',
  detect: async (project) => {
    const paths = await pathsWithRegions(project, NAME);
    if (paths.length === 0) {
      const { opening, closing } = markersOf(NAME);
      return {
        applies: false,
        why: `no Markdown file has the markers: put ${opening} and ${closing} on lines of their own where the map shall stand`,
      };
    }
    if (!project.files.some(isMapSource)) return { applies: false, why: 'there is no JavaScript or TypeScript to map' };
    return {
      applies: true,
      why: `${namedPaths(paths)} with the markers of a module map`,
      origin: 'bundled',
      needsDependencies: false,
      reads: (path) => isRegionDocument(path) || isImportSource(path) || isImportConfig(path),
      seesEveryPath: true,
    };
  },
  inspect,
  fixer: { order: 80, fix },
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const read = await readImportGraph(context, isMapSource);
  if (!read.ok) return reportErrored(read.failure, { log: read.log });
  const drafts = await regionDrafts(context, writerOf(renderModuleMap(read.graph)));
  const unread = unreadSentence(read.graph);
  return reportFindings({ id: 'module-map', context }, drafts, unread === '' ? {} : { hint: unread });
}

async function fix(context: CheckContext): Promise<FixReport> {
  const read = await readImportGraph(context, isMapSource);
  if (!read.ok) return { outcome: 'errored', reason: read.failure.reason, command: null, log: read.failure.hint };
  await writeRegions(context, writerOf(renderModuleMap(read.graph)));
  return { outcome: 'done', reason: null, command: null, log: '' };
}

function writerOf(lines: readonly string[]): RegionWriter {
  return {
    name: NAME,
    rule: 'module-map-drift',
    drift: () => 'The module map is out of step with the imports.',
    textOf: () => ({ lines }),
  };
}
