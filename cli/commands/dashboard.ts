/** `agent dashboard --static FOLDER`: the ledger as plain files, for a place that has no server, such as GitHub Pages. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CommandContext } from '../command-context.ts';
import { openHere } from '../here.ts';
import { plainPath } from '../reporters/plain-text.ts';
import { UsageError } from '../usage-error.ts';
import { count } from '../wording.ts';

export interface DashboardFlags {
  readonly static?: string;
  readonly branch?: string;
}

/** Says that a folder is ours: only then is anything in it written over. */
const MARKER = '.upkeep-dashboard';

/** Throws UsageError for a folder that holds something else. */
export async function dashboardCommand(flags: DashboardFlags, context: CommandContext): Promise<number> {
  if (flags.static === undefined)
    throw new UsageError('expected --static FOLDER; the live dashboard is a part of the service: agent serve prints its address');
  const folder = resolve(context.cwd, flags.static);
  requireOwn(folder);
  const here = await openHere(context, flags.branch);
  const [{ gather }, { staticPages }] = await Promise.all([
    import('../static-dashboard/gather.ts'),
    import('../static-dashboard/pages.ts'),
  ]);
  const facts = await gather(here, new Date());
  const files = staticPages(facts);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, MARKER), 'agent dashboard --static writes over what it wrote here\n');
  for (const { path, contents } of files) writeFileSync(join(folder, path), contents);
  const { out, err } = context.output;
  if (facts.events.length === 0) err('nothing is recorded in this clone: agent run, or git fetch and agent run --due where others ran\n');
  out(`${count(files.length, 'file')} in ${plainPath(folder)}: open ${plainPath(join(folder, 'index.html'))}\n`);
  return 0;
}

function requireOwn(folder: string): void {
  if (!existsSync(folder) || existsSync(join(folder, MARKER))) return;
  const [first] = readdirSync(folder);
  if (first !== undefined)
    throw new UsageError(`${plainPath(folder)} holds other files, such as ${plainPath(first)}: name a new folder, or an empty one`);
}
