/** The program `agent`: reads the command line, runs one command, ends with its exit code. */
import { resolve } from 'node:path';
import { CommanderError } from 'commander';
import { abandonAll } from '../agents/under-way.ts';
import { setGitEnvironment } from '../git/git-environment.ts';
import type { CommandContext } from './command-context.ts';
import { processEnvironment } from './process-environment.ts';
import { createOutput } from './output.ts';
import { buildProgram, type GlobalFlags } from './program.ts';
import { packageVersion } from './version.ts';

const environment = processEnvironment();
const output = createOutput(environment, process);
const version = packageVersion();
const interruption: { controller: AbortController | null; lastWork: (() => Promise<void>) | null } = { controller: null, lastWork: null };
/** What a command does at the second signal gets so long. */
const LAST_WORK_MS = 5_000;
/** npx passes on what the terminal has sent us already: one Ctrl-C may arrive twice. */
const SAME_MS = 250;
let debug = process.argv.includes('--debug');

/** From now on Ctrl-C and SIGTERM ask the command to stop; the second time they end the process. */
function interruptible(): AbortSignal {
  if (interruption.controller) return interruption.controller.signal;
  const controller = new AbortController();
  interruption.controller = controller;
  let heardAt = -Infinity;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      const now = performance.now();
      if (now - heardAt <= SAME_MS) return;
      heardAt = now;
      if (controller.signal.aborted) return endSoon();
      controller.abort();
    });
  }
  return controller.signal;
}

/** The second time a command may have something to put away; the third time, or when that takes too long, nothing is waited for. */
function endSoon(): void {
  const { lastWork } = interruption;
  interruption.lastWork = null;
  if (lastWork === null) endNow();
  setTimeout(endNow, LAST_WORK_MS).unref();
  lastWork().then(endNow, endNow);
}

/** Nothing is waited for: no tool outlives us, and whatever else is left is named. */
function endNow(): never {
  const isLeft = abandonAll();
  output.err(`agent: ended at once${isLeft ? '; `agent recover`, or the next run, cleans up what is left' : ''}\n`);
  process.exit(130);
}

function context(flags: GlobalFlags): CommandContext {
  debug ||= flags.debug ?? false;
  setGitEnvironment(environment.variables);
  return {
    cwd: resolve(flags.directory ?? '.'),
    environment,
    version,
    server: flags.server ?? null,
    output,
    debug,
    get signal(): AbortSignal {
      return interruptible();
    },
    beforeEnd(work) {
      interruption.lastWork = work;
    },
  };
}

/** Whether this is `run --json`, as far as a command line tells that cannot be read. */
function asksForDocument(argv: readonly string[]): boolean {
  const own = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined);
  const command = own.find((word, at) => !word.startsWith('-') && !/^(-C|--directory)$/.test(own[at - 1] ?? ''));
  return command === 'run' && own.includes('--json');
}

const program = buildProgram({ version, context, finish: (exitCode) => (process.exitCode = exitCode) });
program.exitOverride();
for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
  command.exitOverride().configureOutput({ writeOut: (text) => output.out(text), writeErr: (text) => output.err(text) });
}

try {
  if (process.argv.length <= 2) program.outputHelp();
  else await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed help, version or what is wrong with the command line.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    if (error.exitCode !== 0 && asksForDocument(process.argv.slice(2))) {
      const { errorDocument } = await import('./reporters/json-document.ts');
      const message = error.message.replace(/^error: /, '');
      output.out(`${JSON.stringify(errorDocument(null, { code: 'usage', message, exitCode: 2 }), null, 2)}\n`);
    }
  } else {
    const { explainError } = await import('./explain-error.ts');
    const explained = explainError(error, { debug, version });
    output.err(`${explained.text}\n`);
    process.exitCode = interruption.controller?.signal.aborted === true ? 130 : explained.exitCode;
  }
}
