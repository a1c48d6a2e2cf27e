/** `agent demo`: runs all agents on a small repository with real faults, and says where to look. */
import { mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CommandContext } from '../command-context.ts';
import { makeDemo } from '../demo/make-demo.ts';
import { runFlagsOf } from '../run-flags.ts';
import { temporaryPlace } from '../run/require-places.ts';
import { packageFolder } from '../version.ts';
import { runAndShow } from './run.ts';

/** 0 when the run could be carried out: findings are left on purpose. */
export async function demoCommand(flags: { readonly keep?: string }, context: CommandContext): Promise<number> {
  const { output } = context;
  const folder = flags.keep === undefined ? await mkdtemp(join(temporaryPlace(), 'upkeep-demo-')) : resolve(context.cwd, flags.keep);
  await makeDemo(folder, packageFolder());
  output.out(`a small repository with a fault for each agent: ${folder}\n\n${output.palette.strong('$ agent run')}\n`);
  const report = await runAndShow(runFlagsOf([], { delivery: 'local' }), inFolder(folder, context));
  if (report.exitCode > 1) return report.exitCode;
  const commits = report.runs.filter((run) => run.commit !== null).length;
  output.out(`
That was real: ${commits} ${commits === 1 ? 'commit' : 'commits'} of agents, and what only a person can repair is listed above.
Look around:
  git -C ${folder} log --stat
  npx agent -C ${folder} status
  npx agent -C ${folder} why qa
When you are done:
  rm -r ${folder}
`);
  return 0;
}

/** The same context in another folder; the signal is still asked for only when something runs. */
function inFolder(cwd: string, context: CommandContext): CommandContext {
  const { environment, version, output, debug } = context;
  return {
    cwd,
    environment,
    version,
    server: null,
    output,
    debug,
    get signal() {
      return context.signal;
    },
  };
}
