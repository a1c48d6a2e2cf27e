/** Runs what is judged by its exit code alone: builds before tests, programs beside them, whole test scripts. */
import { join } from 'node:path';
import type { FindingDraft } from '../../../ledger/finding.ts';
import type { ScriptCommand } from '../../tools/script-commands.ts';
import type { ToolResult } from '../../tools/run-tool.ts';
import type { CheckContext } from '../check.ts';
import { failureOf, tailOf } from '../check-parts.ts';
import type { CheckPart, PartFailure } from '../check-parts.ts';
import { plainMessage } from '../check-report.ts';
import { shellLine } from '../shell-line.ts';
import { keptEnvironment } from '../tool-setup.ts';
import type { TestPackage } from './find-test-packages.ts';
import { scriptLine } from './step-line.ts';

const MESSAGE_BYTES = 600;
/** What a shell ends with that does not find a program. */
const NOT_FOUND = 127;

/** Runs one command of a test script in its package; a code other than 0 is one finding. */
export async function runCommand(
  context: CheckContext,
  pack: Pick<TestPackage, 'manifest'>,
  about: { command: ScriptCommand; rule: 'build-failed' | 'test-failed' },
): Promise<CheckPart> {
  const { tool, args, env, nodeFlags } = about.command;
  const program = tool === 'node' ? process.execPath : tool;
  const result = await context.runTool({
    argv: [program, ...nodeFlags, ...args],
    cwd: join(context.root, pack.manifest.dir),
    env: keptEnvironment(env),
  });
  const shown = shellLine([tool, ...args]);
  return partOf(result, {
    pack,
    what: shown,
    rule: about.rule,
    command: pack.manifest.dir === '' ? shown : `(cd ${shellLine([pack.manifest.dir])} && ${shown})`,
  });
}

/** Runs a script of a package as it is, through its package manager; by default `test`. */
export async function runScript(
  context: CheckContext,
  pack: Pick<TestPackage, 'manifest'>,
  about: { readonly script: string; readonly rule: string } = { script: 'test', rule: 'test-failed' },
): Promise<CheckPart> {
  const { script, rule } = about;
  const { dir } = pack.manifest;
  const cwd = join(context.root, dir);
  const manager = context.project.packageManager ?? 'npm';
  let result = await context.runTool({ argv: [manager, 'run', script], cwd });
  // The package manager of the lockfile may not be installed here; npm runs any script.
  if (result.end === 'not-found' && manager !== 'npm') result = await context.runTool({ argv: ['npm', 'run', script], cwd });
  const what = `the ${script} script`;
  return partOf(result, { pack, what, rule, command: scriptLine(context.project, { dir, script }) });
}

/** A program that is not there tells nothing of the tests. */
function missingProgram({ exitCode }: ToolResult, output: string, what: string): PartFailure | null {
  if (exitCode !== NOT_FOUND) return null;
  const said = /^.*\bnot found\b.*$/m.exec(output)?.[0] ?? 'a program was not found';
  return { reason: 'tool-not-found', hint: `${what} could not be run: ${plainMessage(said)}. Install what it calls.` };
}

function partOf(
  result: ToolResult,
  about: { pack: Pick<TestPackage, 'manifest'>; what: string; rule: string; command: string },
): CheckPart {
  const output = `${result.stdout}\n${result.stderr}`.trim();
  const failure = failureOf(result, about.what) ?? missingProgram(result, output, about.what);
  const drafts: FindingDraft[] = [];
  if (failure === null && result.exitCode !== 0) {
    drafts.push({
      path: about.pack.manifest.path,
      rule: about.rule,
      severity: 'error',
      message: plainMessage(`${about.what} ended with ${result.exitCode}: ${tailOf(output, MESSAGE_BYTES)}`),
      identity: about.what,
    });
  }
  return { drafts, command: about.command, log: output, failure };
}
