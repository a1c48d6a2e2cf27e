/** The format of shell scripts, by shfmt where the repository sets it up and the machine has it. */
import { stripVTControlCharacters } from 'node:util';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { batchArguments } from '../tools/batch-arguments.ts';
import { crashOf, failureOf } from './check-parts.ts';
import { reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport, FixReport } from './check.ts';
import { isFixablePath } from './fixable-path.ts';
import { findMachineCall, keptOptions, namesMachineTools } from './machine-setup.ts';
import type { MachineCall } from './machine-setup.ts';
import { isShellName, maybeShell, shellFiles } from './shell-files.ts';
import { shellLine } from './shell-line.ts';
import { safeOperand } from './tool-line.ts';

const HOOKS = /shfmt(-src|-docker)?/;
const OPTIONS = {
  flags: [
    '-bn',
    '-ci',
    '-sr',
    '-kp',
    '-fn',
    '-s',
    '-p',
    '--binary-next-line',
    '--case-indent',
    '--space-redirects',
    '--keep-padding',
    '--func-next-line',
    '--simplify',
    '--posix',
  ],
  withValue: ['-i', '--indent', '-ln', '--language-dialect'],
};
/** Keys and sections of .editorconfig that shfmt alone knows; how an editor indents is no wish to have everything rewritten. */
const OWN_KEYS =
  /^\s*(shell_variant|binary_next_line|switch_case_indent|space_redirects|keep_padding|function_next_line)\s*=|^\s*\[\[(shell|bash)\]\]/m;
/** What the hooks of pre-commit call it with. */
const HOOK_ARGS = ['-s'];

/** The check `shell-format`. */
export const shellFormat: Check = {
  id: 'shell-format',
  title: 'Format of shell scripts',
  machineTools: ['shfmt'],
  async detect(project) {
    if (!project.files.some(isShellName)) return { applies: false, why: 'there is no script for sh or bash' };
    const call = await findShfmt(project);
    if (call === null) return { applies: false, why: 'the repository does not set shfmt up' };
    return {
      ...{ applies: true, why: `${call.evidence} with shfmt`, origin: 'repository', needsDependencies: false },
      reads: (path) => maybeShell(path) || /(^|\/)\.editorconfig$/.test(path) || namesMachineTools(path),
    };
  },
  inspect,
  fixer: { order: 90, fix },
};

/** How the repository calls shfmt, or null. */
export async function findShfmt(project: Project): Promise<MachineCall | null> {
  const call = await findMachineCall(project, { tool: 'shfmt', hooks: HOOKS });
  if (call !== null) return call;
  for (const path of project.files.filter((each) => /(^|\/)\.editorconfig$/.test(each)))
    if (OWN_KEYS.test((await project.read(path)) ?? '')) return { evidence: path, args: [], version: null, includes: () => true };
  return null;
}

function optionsOf({ evidence, args }: MachineCall): readonly string[] {
  return evidence === '.pre-commit-config.yaml' && args.length === 0 ? HOOK_ARGS : keptOptions(args, OPTIONS);
}

async function inspect(context: CheckContext): Promise<CheckReport> {
  const call = await findShfmt(context.project);
  if (call === null) return reportSkipped('not-applicable', 'The repository does not set shfmt up.');
  const files = shellFiles(context.root, context.files).filter((path) => call.includes(path));
  if (files.length === 0) return reportSkipped('not-applicable', 'No file is a script for sh or bash that the repository has shfmt read.');
  const other = await otherVersion(context, call);
  if (other !== null) return reportSkipped('tool-missing', other);
  const options = optionsOf(call);
  const drafts: FindingDraft[] = [];
  for (const batch of batchArguments(files.map(safeOperand))) {
    const result = await context.runTool({ argv: ['shfmt', '-d', ...options, '--', ...batch], cwd: context.root });
    // It writes colours as soon as FORCE_COLOR has a value, 0 too.
    const found = differences(stripVTControlCharacters(result.stdout), new Set(files));
    // What it cannot parse the check of the syntax tells.
    const isRead = result.exitCode === 0 || found.length > 0 || isUnparsed(result.stderr);
    const failure = failureOf(result, 'shfmt') ?? (isRead ? null : crashOf(result.stderr, 'shfmt'));
    if (failure !== null) return reportErrored(failure, { log: result.stderr });
    drafts.push(...found);
  }
  return reportFindings({ id: 'shell-format', context }, drafts, { command: shellLine(['shfmt', '-d', ...options, '.']) });
}

async function fix(context: CheckContext): Promise<FixReport> {
  const call = await findShfmt(context.project);
  const options = call === null ? [] : optionsOf(call);
  for (const batch of batchArguments(shellFiles(context.root, context.files).map(safeOperand))) {
    const result = await context.runTool({ argv: ['shfmt', '-w', ...options, '--', ...batch], cwd: context.root });
    const failure =
      failureOf(result, 'shfmt') ?? (result.exitCode === 0 || isUnparsed(result.stderr) ? null : crashOf(result.stderr, 'shfmt'));
    if (failure !== null) return { outcome: 'errored', command: null, log: result.stderr, ...failure };
  }
  return { outcome: 'done', reason: null, command: shellLine(['shfmt', '-w', ...options, '.']), log: '' };
}

/** Why this machine's shfmt is not the one that is asked for, or null: another one has other opinions. */
async function otherVersion(context: CheckContext, { version }: MachineCall): Promise<string | null> {
  const result = await context.runTool({ argv: ['shfmt', '--version'], cwd: context.root });
  if (result.end === 'not-found')
    return 'shfmt is not on this machine; the format of scripts was not looked at: install it, and put it on the PATH.';
  const here = /\d+\.\d+/.exec(result.stdout)?.[0];
  const wanted = version === null ? undefined : /\d+\.\d+/.exec(version)?.[0];
  return wanted === undefined || here === undefined || wanted === here
    ? null
    : `The repository asks for shfmt ${version}, and this machine has ${result.stdout.trim()}.`;
}

/** Lines such as `a.sh:3:1: reached EOF without matching { with }`, and nothing else. */
function isUnparsed(said: string): boolean {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  return lines.length > 0 && lines.every((line) => /^.+:\d+:\d+: /.test(line));
}

/** Each file with the first line that is another one. */
function differences(diff: string, files: ReadonlySet<string>): FindingDraft[] {
  return diff.split(/^(?=--- .*\n\+\+\+ )/m).flatMap((part): FindingDraft[] => {
    const path = /^--- (?:\.\/)?(.+)\.orig$/m.exec(part)?.[1];
    const [, start, body = ''] = /^@@ -(\d+)[^\n]*\n([\s\S]*)/m.exec(part) ?? [];
    if (path === undefined || start === undefined || !files.has(path)) return [];
    const line =
      Number(start) +
      Math.max(
        0,
        body.split('\n').findIndex((each) => /^[-+]/.test(each)),
      );
    return [
      {
        path,
        line,
        rule: 'format',
        severity: 'error',
        message: 'The script is not formatted as shfmt does it.',
        fixable: isFixablePath(path),
        identity: path,
      },
    ];
  });
}
