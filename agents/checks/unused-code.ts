/** Nothing is kept that nothing needs, and nothing is needed that is not listed: by knip. */
import { join, posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import { resolveBundledTool, resolveRepositoryTool } from '../tools/resolve-tool.ts';
import type { ResolvedTool } from '../tools/resolve-tool.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import { crashOf, erroredReport, failureOf, nonsenseOf, reportOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { plainMessage } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { isMedia, isProse } from './fixable-path.ts';
import { isImportSource } from './import-graph.ts';
import { sureIssues } from './knip-doubts.ts';
import type { SureIssues } from './knip-doubts.ts';
import { readKnipReport } from './knip-report.ts';
import type { KnipIssue } from './knip-report.ts';
import { findKnipSetup, isKnipConfig, readKnipSeverities } from './knip-setup.ts';
import type { KnipSetup } from './knip-setup.ts';
import { notInstalled } from './run-roots.ts';
import { toolLine } from './tool-line.ts';
import { boundFindings, describeIssue, groupIssues } from './unused-findings.ts';

const REPORT = ['--reporter', 'json', '--no-progress', '--no-exit-code'];
/** What a repository that never heard of knip is told. */
const UNASKED = ['--include', 'files,dependencies,unlisted'];

/** The check `unused-code`. */
export const unusedCode: Check = {
  id: 'unused-code',
  title: 'Unused code',
  detect: async (project) => {
    if (!project.workspaces.some(({ dir }) => dir === '')) return { applies: false, why: 'there is no package.json at the root' };
    if (!project.files.some(isImportSource)) return { applies: false, why: 'there is no JavaScript or TypeScript of its own' };
    const setup = findKnipSetup(project);
    const wrong = project.workspaces.find((manifest) => manifest.wrong.length > 0);
    if (setup === null && wrong !== undefined)
      return { applies: false, why: `${wrong.path} has fields of a wrong type, which the check manifests names` };
    return {
      applies: true,
      why: setup?.why ?? 'knip is not set up: unused files and dependencies beyond doubt',
      origin: setup === null ? 'bundled' : 'repository',
      needsDependencies: project.workspaces.some(({ dependencies }) => Object.keys(dependencies).length > 0),
      reads: (path) => isKnipConfig(path) || (!isMedia(path) && (!isProse(path) || path.endsWith('.mdx'))),
    };
  },
  inspect: (context) => {
    const setup = findKnipSetup(context.project);
    return setup === null ? inspectUnasked(context) : inspectAsConfigured(context, setup);
  },
};

async function inspectAsConfigured(context: CheckContext, setup: KnipSetup): Promise<CheckReport> {
  const severityOf = await readKnipSeverities(context.project);
  const parts: CheckPart[] = [];
  for (const root of setup.roots) {
    const own = resolveRepositoryTool(context.root, { dir: root.dir, packageName: 'knip' });
    if (own === null && setup.isDependency) return erroredReport(notInstalled('knip', root.dir));
    for (const { env, flags } of root.calls) {
      const run = await runKnip(context, { tool: own ?? resolveBundledTool('knip'), dir: root.dir, flags, env });
      const drafts = run.issues.map((issue): FindingDraft => ({ ...describeIssue(issue), severity: severityOf(issue.kind) }));
      parts.push({ drafts, command: run.command, log: run.log, failure: run.failure });
    }
  }
  const seen = new Set<string>();
  // A script for production beside one for all says much twice.
  const once = parts.map((part) => ({
    ...part,
    drafts: part.drafts.filter((draft) => {
      const key = `${draft.path}\0${draft.line}\0${draft.rule}\0${draft.message}`;
      return !seen.has(key) && seen.add(key);
    }),
  }));
  return reportOf({ id: 'unused-code', context }, once);
}

async function inspectUnasked(context: CheckContext): Promise<CheckReport> {
  const run = await runKnip(context, { tool: resolveBundledTool('knip'), dir: '', flags: UNASKED, env: {} });
  const sure = sureIssues(run.issues, context);
  const { drafts, more } = boundFindings(groupIssues(sure.issues).map((draft) => ({ ...draft, severity: context.bundledSeverity })));
  const report = reportOf({ id: 'unused-code', context }, [{ drafts, command: run.command, log: run.log, failure: run.failure }]);
  if (run.failure !== null) return report;
  const said = [lostSentence(sure.lost), more > 0 ? `${more} more findings are not listed.` : '']
    .filter((sentence) => sentence !== '')
    .join(' ');
  return said === '' ? report : { ...report, hint: said };
}

interface KnipCall {
  readonly tool: ResolvedTool;
  readonly dir: string;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface KnipRun {
  /** Paths from the root of the repository. */
  readonly issues: readonly KnipIssue[];
  readonly command: string;
  readonly log: string;
  readonly failure: PartFailure | null;
}

async function runKnip(context: CheckContext, call: KnipCall): Promise<KnipRun> {
  const result = await context.runTool({
    argv: [...call.tool.argv, ...REPORT, ...call.flags],
    cwd: join(context.root, call.dir),
    env: call.env,
  });
  const command = toolLine({ manager: context.project.packageManager, dir: call.dir, tool: 'knip', args: call.flags });
  const failure = failureOf(result, 'knip') ?? crash(result, context);
  const issues = failure === null ? readKnipReport(result.stdout) : [];
  const log = result.stderr + (failure === null ? '' : result.stdout);
  if (issues === null) return { issues: [], command, log: result.stdout, failure: nonsenseOf(result.stderr, 'knip') };
  return { issues: issues.map((issue) => placed(issue, call.dir)), command, log, failure };
}

/** With --no-exit-code everything but 0 is a crash, or a configuration that could not be loaded. */
function crash(result: ToolResult, { withoutTree }: CheckContext): PartFailure | null {
  if (result.exitCode === 0) return null;
  const said = withoutTree(plainMessage(result.stderr.trim() === '' ? result.stdout : result.stderr));
  const [, path = '', why = ''] = /Error loading (\S+) \((.+?):?\)/.exec(said) ?? [];
  // Nobody asked for knip to read a workflow; the file is told as broken by the check that looks after it.
  if (/\.(ya?ml|json)$/.test(path) && !isKnipConfig(path))
    return { reason: 'configuration', hint: `knip cannot read ${path} (${why}), and without it nothing else: mend that file.` };
  const failure = crashOf(result.stderr + result.stdout, 'knip');
  return failure.reason === 'tool-crashed' ? { ...failure, hint: `knip came to no result: ${said.slice(0, 400)}` } : failure;
}

function placed(issue: KnipIssue, dir: string): KnipIssue {
  const file = posix.join(dir, issue.file);
  return { ...issue, file, name: issue.kind === 'files' ? file : issue.name };
}

function lostSentence(lost: SureIssues['lost']): string {
  if (lost.length === 0) return '';
  const places = lost
    .slice(0, 5)
    .map(({ dir, unused, sources }) => `${dir === '' ? 'the root' : dir} (${unused} of ${sources} files would be unused)`);
  return `knip does not see where the code begins in ${places.join(', ')}, so nothing is said about it; a knip.json with its entry files helps.`;
}
