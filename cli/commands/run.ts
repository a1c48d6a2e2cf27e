/** `agent run`: shows what happens and ends with the exit code of the report. */
import type { RunReport } from '../../agents/run-report.ts';
import type { CommandContext } from '../command-context.ts';
import { openReporters } from '../reporters/open-reporters.ts';
import type { RunFlags } from '../run-flags.ts';
import { rememberAnswer } from '../quick/quick-answer.ts';
import { quickKey } from '../quick/quick-key.ts';
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
  let said = '';
  let validUntil: string | null | undefined;
  const listening: CommandContext = Object.create(context, {
    output: { value: { ...output, out: (text: string) => ((said += text), output.out(text)) } },
  }) as CommandContext;
  const reporter = await openReporters(flags, listening);
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
      onNothingToDo: (facts) => {
        validUntil = facts.validUntil;
      },
    });
    await reporter.finish(report);
    if (validUntil !== undefined) remember(report, { rest: said, validUntil, context });
    return report;
  } finally {
    reporter.close();
  }
}

/** Lets the next call on the same state answer without working it out again; the opening line is made anew. */
function remember(report: RunReport, answer: { rest: string; validUntil: string | null; context: CommandContext }): void {
  const { environment, output, cwd } = answer.context;
  const key = quickKey({ argv: process.argv.slice(2), cwd, variables: environment.variables, isTerminal: output.stdout.isTTY });
  if (key === null || cwd !== process.cwd()) return;
  const { base, branch, exitCode } = report;
  rememberAnswer(key, { base, branch, exitCode, rest: answer.rest, validUntil: answer.validUntil });
}
