/** `agent run`: shows what happens and ends with the exit code of the report. */
import type { RunReport } from '../../agents/run-report.ts';
import type { CommandContext } from '../command-context.ts';
import { openReporters } from '../reporters/open-reporters.ts';
import type { RunFlags } from '../run-flags.ts';
import { runOnce } from '../run/run-once.ts';
import { openingLine } from '../wording.ts';

/** Runs the agents once in `context.cwd`. */
export async function runCommand(flags: RunFlags, context: CommandContext): Promise<number> {
  return (await runAndShow(flags, context)).exitCode;
}

/** The same, with the report for commands that go on from it. */
export async function runAndShow(flags: RunFlags, context: CommandContext): Promise<RunReport> {
  const { output } = context;
  const say = (line: string): void => (flags.json ? output.err : output.out)(`${line}\n`);
  const reporter = await openReporters(flags, context);
  try {
    const report = await runOnce({
      cwd: context.cwd,
      flags,
      environment: context.environment,
      version: context.version,
      // Asked for only when something is started, so that until then Ctrl-C just ends the process.
      signal: () => context.signal,
      onLook: ({ base, branch, uncommitted, isSnapshot }) => {
        say(openingLine({ base, branch, uncommitted: uncommitted.length, workingTree: isSnapshot }));
      },
      emit: (event) => reporter.onEvent(event),
    });
    await reporter.finish(report);
    return report;
  } finally {
    reporter.close();
  }
}
