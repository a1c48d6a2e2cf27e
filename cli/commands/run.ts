/** `agent run`: shows what happens and ends with the exit code of the report. */
import type { RunReport } from '../../agents/run-report.ts';
import type { CommandContext } from '../command-context.ts';
import { openReporters } from '../reporters/open-reporters.ts';
import type { KnownOfRun } from '../reporters/json-document.ts';
import type { RunFlags } from '../run-flags.ts';
import { rememberAnswer } from '../quick/quick-answer.ts';
import { quickKey } from '../quick/quick-key.ts';
import { requirePlaces } from '../run/require-places.ts';
import { runOnce, type NothingToDo } from '../run/run-once.ts';
import { openingLine } from '../wording.ts';

/** Runs the agents once in `context.cwd`. */
export async function runCommand(flags: RunFlags, context: CommandContext): Promise<number> {
  return (await runAndShow(flags, context)).exitCode;
}

/** The same, with the report for commands that go on from it. */
export async function runAndShow(asked: RunFlags, context: CommandContext): Promise<RunReport> {
  const { output } = context;
  const say = (line: string): void => (asked.json ? output.err : output.out)(`${line}\n`);
  let said = '';
  let nothing: NothingToDo | undefined;
  let known: KnownOfRun | null = null;
  let signal: AbortSignal | null = null;
  let isShown = false;
  const listening: CommandContext = Object.create(context, {
    output: { value: { ...output, out: (text: string) => ((said += text), output.out(text)) } },
  }) as CommandContext;
  let rehearsal: { end(): void } | null = null;
  const reporter = await openReporters(asked, listening);
  try {
    const flags = requirePlaces(asked, context.cwd);
    if (flags.rehearse !== undefined) rehearsal = (await import('../run/rehearsal-folder.ts')).beginRehearsal(flags.rehearse);
    const done = await runOnce({
      cwd: context.cwd,
      flags,
      environment: context.environment,
      version: context.version,
      // Asked for only when something is started, so that until then Ctrl-C just ends the process.
      signal: () => (signal = context.signal),
      onOpen: (facts) => {
        known = facts;
      },
      onLook: ({ base, branch, uncommitted, isSnapshot }) => {
        say(openingLine({ base, branch, uncommitted: uncommitted.length, workingTree: isSnapshot }));
      },
      emit: (event) => reporter.onEvent(event),
      onNothingToDo: (facts) => {
        nothing = facts;
      },
    });
    const report = await reporter.finish(done);
    isShown = true;
    if (nothing !== undefined) remember(report, { ...nothing, rest: said, context });
    return report;
  } catch (error) {
    if (asked.json && !isShown) await showError(error, { known, isInterrupted: isAborted(signal), context });
    throw error;
  } finally {
    reporter.close();
    rehearsal?.end();
  }
}

/** Programs get a document whatever happens; whoever called prints the words for people and ends with the same code. */
async function showError(
  error: unknown,
  about: { known: KnownOfRun | null; isInterrupted: boolean; context: CommandContext },
): Promise<void> {
  const { debug, version, output } = about.context;
  const [{ explainError }, { errorDocument }] = await Promise.all([import('../explain-error.ts'), import('../reporters/json-document.ts')]);
  const explained = explainError(error, { debug, version });
  const document = errorDocument(about.known, about.isInterrupted ? { ...explained, exitCode: 130 } : explained);
  output.out(`${JSON.stringify(document, null, 2)}\n`);
}

function isAborted(signal: AbortSignal | null): boolean {
  return signal?.aborted === true;
}

/** Lets the next call on the same state answer without working it out again; the opening line is made anew. */
function remember(report: RunReport, answer: NothingToDo & { rest: string; context: CommandContext }): void {
  const { environment, output, cwd } = answer.context;
  const key = quickKey({ argv: process.argv.slice(2), cwd, variables: environment.variables, isTerminal: output.stdout.isTTY });
  if (key === null || cwd !== process.cwd()) return;
  const { base, branch, exitCode } = report;
  const { rest, validUntil, machineTools } = answer;
  rememberAnswer(key, { base, branch, exitCode, rest, validUntil, machineTools });
}
