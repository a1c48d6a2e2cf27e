/** YAML, by yamllint where the repository sets it up and the machine has it, with its own levels. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { batchArguments } from '../tools/batch-arguments.ts';
import { crashOf, failureOf, firstLine } from './check-parts.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { findMachineCall, keptOptions, namesMachineTools } from './machine-setup.ts';
import type { MachineCall } from './machine-setup.ts';
import { openSourceLines } from './source-lines.ts';
import { shellLine } from './shell-line.ts';
import { safeOperand } from './tool-line.ts';
import { readsYaml } from './yaml-syntax.ts';

const CONFIG = /^\.yamllint(\.ya?ml)?$/;
const YAML = /\.ya?ml$|(^|\/)\.yamllint$/;
const OPTIONS = { flags: ['-s', '--strict', '--no-warnings'], withValue: ['-c', '--config-file', '-d', '--config-data'] };
const PROBLEM = /^(.+?):(\d+):(\d+): \[(error|warning)\] (.+?)(?: \(([\w-]+)\))?$/gm;

/** The check `yamllint`. */
export const yamllint: Check = {
  id: 'yamllint',
  title: 'yamllint',
  machineTools: ['yamllint'],
  async detect(project) {
    if (!project.files.some((path) => YAML.test(path))) return { applies: false, why: 'there is no YAML file' };
    const call = await findYamllint(project);
    if (call === null) return { applies: false, why: 'the repository does not set yamllint up' };
    return {
      ...{ applies: true, why: `${call.evidence} with yamllint`, origin: 'repository', needsDependencies: false },
      reads: (path) => YAML.test(path) || CONFIG.test(path) || namesMachineTools(path) || call.args.includes(path) || path === '.gitignore',
    };
  },
  inspect,
};

async function findYamllint(project: Project): Promise<MachineCall | null> {
  const call = await findMachineCall(project, { tool: 'yamllint', hooks: /yamllint/ });
  const config = project.files.find((path) => CONFIG.test(path));
  return call ?? (config === undefined ? null : { evidence: config, args: [], version: null, includes: () => true });
}

async function inspect(context: CheckContext): Promise<CheckReport> {
  const call = await findYamllint(context.project);
  if (call === null) return reportSkipped('not-applicable', 'The repository does not set yamllint up.');
  const files = context.project.files.filter((path) => YAML.test(path) && call.includes(path));
  if (files.length === 0)
    return reportErrored({ reason: 'nothing-read', hint: `yamllint has no file to read: look at the paths in ${call.evidence}.` });
  const options = keptOptions(call.args, OPTIONS);
  const drafts: FindingDraft[] = [];
  for (const batch of batchArguments(files.map(safeOperand))) {
    const argv = ['yamllint', '--format', 'parsable', ...options, ...batch] as const;
    const result = await context.runTool({
      argv,
      cwd: context.root,
      env: { LC_ALL: 'C.UTF-8', PYTHONIOENCODING: 'utf-8', PYTHONDONTWRITEBYTECODE: '1' },
    });
    if (result.end === 'not-found')
      return reportSkipped('tool-missing', 'yamllint is not on this machine: install it, for example with pip install yamllint.');
    const found = draftsOf(result.stdout, { isStrict: options.includes('-s') || options.includes('--strict'), context });
    // 1: errors; 2: warnings, where it is strict.
    const isTold = found.problems > 0 && (result.exitCode ?? 3) <= 2;
    const failure = failureOf(result, 'yamllint') ?? (result.exitCode === 0 || isTold ? null : otherEnd(result.stderr + result.stdout));
    if (failure !== null) return reportErrored(failure, { log: result.stderr });
    drafts.push(...found.drafts);
  }
  return reportFindings({ id: 'yamllint', context }, drafts, { command: shellLine(['yamllint', ...options, '.']) });
}

function otherEnd(said: string): { readonly reason: 'configuration' | 'tool-crashed' | 'dependencies-missing'; readonly hint: string } {
  if (/invalid config|YamlLintConfig|yamllint\/config\.py/.test(said))
    return {
      reason: 'configuration',
      hint: `yamllint cannot use its configuration: ${firstLine(said.replace(/^Traceback[\s\S]*\n(?=\w)/, ''))}`,
    };
  return crashOf(said, 'yamllint') as ReturnType<typeof otherEnd>;
}

function draftsOf(
  stdout: string,
  { isStrict, context }: { readonly isStrict: boolean; readonly context: CheckContext },
): { readonly problems: number; readonly drafts: FindingDraft[] } {
  const lines = openSourceLines(context.root);
  const problems = [...stdout.matchAll(PROBLEM)];
  const drafts = problems.flatMap(([, file = '', line, column, level, message = '', rule = 'yamllint']): FindingDraft[] => {
    const path = file.replace(/^\.\//, '');
    // What does not parse is told by the check of all YAML files.
    if (!context.project.has(path) || (rule === 'syntax' && readsYaml(path))) return [];
    const identity = lines.lineOf(path, Number(line));
    return [
      {
        ...{ path, line: Number(line), column: Number(column), rule },
        severity: level === 'error' || isStrict ? 'error' : 'warning',
        message: plainMessage(message),
        ...(identity === undefined ? {} : { identity }),
      },
    ];
  });
  return { problems: problems.length, drafts };
}
