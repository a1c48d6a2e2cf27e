/** The format of YAML, by Google's yamlfmt or by yamlfix, where the repository sets one up and the machine has it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { batchArguments } from '../tools/batch-arguments.ts';
import { canonicalYaml, firstDifference, isSameContent } from './compare-generated.ts';
import { crashOf, failureOf } from './check-parts.ts';
import { reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { findMachineCall, keptOptions, namesMachineTools } from './machine-setup.ts';
import type { MachineCall } from './machine-setup.ts';
import { mayFix } from './never-fix.ts';
import { readTextFile } from './read-text-file.ts';
import { shellLine } from './shell-line.ts';
import { safeOperand } from './tool-line.ts';

interface YamlFormatter {
  readonly tool: 'yamlfmt' | 'yamlfix';
  readonly config: RegExp;
  readonly options: { readonly flags: readonly string[]; readonly withValue: readonly string[] };
}

const FORMATTERS: readonly YamlFormatter[] = [
  {
    tool: 'yamlfmt',
    config: /^(\.yamlfmt|\.?yamlfmt\.ya?ml)$/,
    options: {
      flags: ['-dstar', '-gitignore_excludes', '-continue_on_error', '-disable_global_conf'],
      withValue: ['-conf', '-formatter', '-exclude', '-gitignore_path', '-match_type', '-regex_exclude'],
    },
  },
  { tool: 'yamlfix', config: /^\.?yamlfix\.toml$/, options: { flags: [], withValue: ['-c', '--config-file'] } },
];
const YAML = /\.ya?ml$/;
const MAX_BYTES = 4 * 1024 * 1024;

interface Setup {
  readonly formatter: YamlFormatter;
  readonly call: MachineCall;
}

/** The check `yaml-format`. It formats files of a tree of its own, and tells which of them that changed. */
export const yamlFormat: Check = {
  id: 'yaml-format',
  title: 'Format of YAML',
  machineTools: ['yamlfmt', 'yamlfix'],
  writes: true,
  async detect(project) {
    if (!project.files.some((path) => YAML.test(path))) return { applies: false, why: 'there is no YAML file' };
    const setup = await findYamlFormatter(project);
    if (setup === null) return { applies: false, why: 'the repository sets neither yamlfmt nor yamlfix up' };
    return {
      ...{ applies: true, why: `${setup.call.evidence} with ${setup.formatter.tool}`, origin: 'repository', needsDependencies: false },
      reads: (path) => YAML.test(path) || setup.formatter.config.test(path) || path === '.gitignore' || namesMachineTools(path),
    };
  },
  inspect,
  fixer: {
    order: 90,
    async fix(context) {
      const done = await format(
        context,
        context.files.filter((path) => YAML.test(path)),
      );
      if ('report' in done)
        return { outcome: 'errored', reason: done.report.reason, command: null, log: done.report.log, hint: done.report.hint ?? '' };
      return { outcome: 'done', reason: null, command: done.command, log: '' };
    },
  },
};

/** Which of them is set up, and how it is called; null where none is. */
export async function findYamlFormatter(project: Project): Promise<Setup | null> {
  for (const formatter of FORMATTERS) {
    const { tool } = formatter;
    const config = project.files.find((path) => formatter.config.test(path));
    const call = await findMachineCall(project, { tool, hooks: new RegExp(tool) });
    if (call !== null) return { formatter, call };
    if (config !== undefined) return { formatter, call: { evidence: config, args: [], version: null, includes: () => true } };
  }
  return null;
}

async function inspect(context: CheckContext): Promise<CheckReport> {
  const setup = await findYamlFormatter(context.project);
  if (setup === null) return reportSkipped('not-applicable', 'The repository sets neither yamlfmt nor yamlfix up.');
  const files = context.project.files.filter((path) => YAML.test(path) && mayFix(path) && setup.call.includes(path));
  const done = await format(context, files);
  if ('report' in done) return done.report;
  const drafts = done.changed.map(({ path, line }): FindingDraft => ({
    ...{ path, line, rule: 'format', severity: 'error', identity: path },
    ...{ message: `The file is not formatted as ${setup.formatter.tool} does it.`, fixable: true },
  }));
  return reportFindings({ id: 'yaml-format', context }, drafts, { command: done.command });
}

type Done =
  | { readonly changed: readonly { readonly path: string; readonly line: number }[]; readonly command: string }
  | { readonly report: CheckReport };

/** Formats files where they are; one that would say something else afterwards is put back. */
async function format(context: CheckContext, files: readonly string[]): Promise<Done> {
  const setup = await findYamlFormatter(context.project);
  if (setup === null) return { changed: [], command: '' };
  const { tool, options } = setup.formatter;
  const kept = keptOptions(setup.call.args, options);
  const texts = new Map<string, string>();
  for (const path of files) {
    const text = readTextFile(context.root, path, MAX_BYTES);
    // One that does not parse would keep it from the others.
    if (text !== null && (await canonicalYaml(text)) !== null) texts.set(path, text);
  }
  for (const batch of batchArguments([...texts.keys()].map(safeOperand))) {
    const result = await context.runTool({ argv: [tool, ...kept, ...batch], cwd: context.root, env: { LC_ALL: 'C.UTF-8' } });
    if (result.end === 'not-found')
      return {
        report: reportSkipped(
          'tool-missing',
          `${tool} is not on this machine; the format of YAML was not looked at: install it, and put it on the PATH.`,
        ),
      };
    const failure = failureOf(result, tool) ?? (result.exitCode === 0 ? null : crashOf(result.stderr + result.stdout, tool));
    if (failure !== null) return { report: reportErrored(failure, { log: result.stderr }) };
  }
  const changed: { path: string; line: number }[] = [];
  for (const [path, before] of texts) {
    const file = join(context.root, path);
    const after = readFileSync(file, 'utf8');
    if (after === before) continue;
    if (await isSameContent(path, before, after)) changed.push({ path, line: firstDifference(before, after) });
    else writeFileSync(file, before);
  }
  return { changed, command: shellLine([tool, ...kept, '.']) };
}
