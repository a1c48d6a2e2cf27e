/** What a command of the repository prints with `--help`, kept between two markers in Markdown files. */
import { reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport, FixReport } from './check.ts';
import { isProse } from './fixable-path.ts';
import { markersOf } from './marked-regions.ts';
import { openHelp } from './program-help.ts';
import { namedPaths, pathsWithRegions, regionDrafts, writeRegions } from './region-writer.ts';
import type { RegionWriter } from './region-writer.ts';

const NAME = 'cli-help';

/** The check `cli-help`. */
export const cliHelp: Check = {
  id: 'cli-help',
  title: 'Help of commands',
  // A command, and the build that it may need, write what they like.
  writes: true,
  detect: async (project) => {
    const paths = await pathsWithRegions(project, NAME);
    if (paths.length === 0) {
      const { opening, closing } = markersOf(NAME, 'my-command sub-command');
      return {
        applies: false,
        why: `no Markdown file has the markers: put ${opening} and ${closing} on lines of their own where the help of a bin of package.json shall stand`,
      };
    }
    return {
      applies: true,
      why: `${namedPaths(paths)} with the markers of a command's help`,
      origin: 'bundled',
      needsDependencies: project.workspaces.some(({ dependencies }) => Object.keys(dependencies).length > 0),
      reads: (path) => !isProse(path) || paths.includes(path),
    };
  },
  inspect,
  fixer: { order: 80, fix },
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const { writer, unknown, known } = writerFor(context);
  const drafts = await regionDrafts(context, writer);
  const hint = [...unknown].join(' ');
  // A command that nobody could start here leaves its region as it is.
  if (known.size === 0 && drafts.length === 0 && unknown.size > 0) return { ...reportSkipped('not-applicable', hint), isIncomplete: true };
  const report = reportFindings({ id: NAME, context }, drafts);
  return hint === '' ? report : { ...report, hint, isIncomplete: true };
}

async function fix(context: CheckContext): Promise<FixReport> {
  const { writer, known } = writerFor(context);
  await writeRegions(context, writer);
  return { outcome: 'done', reason: null, command: [...known].join(' && ') || null, log: '' };
}

interface HelpWriter {
  readonly writer: RegionWriter;
  /** Why a help is not known, a sentence each; filled as regions are looked at. */
  readonly unknown: Set<string>;
  /** Commands whose help is known. */
  readonly known: Set<string>;
}

function writerFor(context: CheckContext): HelpWriter {
  const help = openHelp(context);
  const unknown = new Set<string>();
  const known = new Set<string>();
  const writer: RegionWriter = {
    name: NAME,
    rule: NAME,
    drift: ({ words }) => `This is not what ${words} --help prints.`,
    textOf: async ({ words }, path) => {
      const read = await help(words, path);
      if ('lines' in read) known.add(`${words} --help`);
      if (!('unknown' in read)) return read;
      unknown.add(read.unknown);
      return null;
    },
  };
  return { writer, unknown, known };
}
