/** Markdown is well formed: by the repository's own markdownlint rules, else by a few that nobody disputes. */
import { posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { MarkdownLintInput, MarkdownLintOutput, MarkdownProblem } from '../tools/entries/markdown-lint.ts';
import { runEntry } from '../tools/run-entry.ts';
import { findInstalledPackage } from '../tools/resolve-tool.ts';
import { BUNDLED_RULES } from './bundled-markdown-rules.ts';
import type { PartFailure } from './check-parts.ts';
import { plainMessage, reportErrored, reportFindings } from './check-report.ts';
import type { Check, CheckContext, CheckReport, FixReport } from './check.ts';
import { entryFailure } from './entry-failure.ts';
import { doubtfulRules, installedMarkdownlint } from './markdown-rule-ages.ts';
import { markdownConfigPaths, markdownEvidence, readMarkdownSetup } from './markdown-setup.ts';
import type { MarkdownRules, MarkdownSetup } from './markdown-setup.ts';
import { mayFix } from './never-fix.ts';
import { shellLine } from './shell-line.ts';

const MARKDOWN = /\.(md|markdown)$/i;
/** A configuration that is not there yet would change the result too. */
const NEW_CONFIG = /(^|\/)\.markdownlint|(^|\/)package\.json$/;
const NOT_OURS = /(^|\/)(fixtures?|__fixtures__|test-?data|_?templates?)\//i;

/** The check `markdown`. */
export const markdown: Check = {
  id: 'markdown',
  title: 'Markdown',
  detect: async (project) => {
    if (!project.files.some((path) => MARKDOWN.test(path))) return { applies: false, why: 'there is no Markdown file' };
    const evidence = markdownEvidence(project);
    const configs = await markdownConfigPaths(project);
    return {
      applies: true,
      why: evidence === null ? 'no markdownlint configuration: a few rules that nobody disputes' : `${evidence} with markdownlint`,
      origin: evidence === null ? 'bundled' : 'repository',
      needsDependencies: false,
      reads: (path) => MARKDOWN.test(path) || configs.has(path) || NEW_CONFIG.test(path),
    };
  },
  inspect,
  fixer: { order: 10, fix },
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const setup = await readMarkdownSetup(context.project, context);
  if (isFailure(setup)) return reportErrored(setup);
  const answer = await lint(context, { setup, files: context.files, fix: false });
  if (!answer.ok) return reportErrored(entryFailure(answer.result, 'markdownlint'), { log: answer.result.stderr });
  const { problems, unread } = answer.output;
  const version = setup === null ? null : versionOf(context);
  const drafts = problems.map((problem) => draftOf(problem, { context, setup, version }));
  const said = [
    ...(setup?.hasCustomRules === true ? ['Rules written in code are not run.'] : []),
    ...(unread.length > 0 ? [`Not read (a link, binary or over 1 MiB): ${unread.slice(0, 5).join(', ')}.`] : []),
  ];
  return reportFindings({ id: 'markdown', context }, drafts, {
    command: commandOf(context, drafts),
    ...(said.length === 0 ? {} : { hint: said.join(' ') }),
  });
}

async function fix(context: CheckContext): Promise<FixReport> {
  const setup = await readMarkdownSetup(context.project, context);
  if (isFailure(setup)) return { outcome: 'errored', reason: setup.reason, command: null, log: setup.hint };
  const files = context.files.filter(mayFix);
  const answer = await lint(context, { setup, files, fix: true });
  if (answer.ok) return { outcome: 'done', reason: null, command: null, log: '' };
  return { outcome: 'errored', reason: entryFailure(answer.result, 'markdownlint').reason, command: null, log: answer.result.stderr };
}

function lint(context: CheckContext, how: { setup: MarkdownSetup | null; files: readonly string[]; fix: boolean }) {
  const { setup } = how;
  const version = setup === null ? null : versionOf(context);
  const files = how.files
    .filter((path) => MARKDOWN.test(path) && (setup === null ? !NOT_OURS.test(path) && mayFix(path) : setup.lints(path)))
    .map((path) => ({ path, rules: setup === null ? BUNDLED_RULES : knownRules(setup.rulesFor(path), version, how.fix) }));
  const input: MarkdownLintInput = {
    root: context.root,
    files,
    undisputedOnly: setup === null,
    noInlineConfig: setup?.noInlineConfig ?? false,
    fix: how.fix,
  };
  return runEntry<MarkdownLintOutput>(context.runTool, { entry: 'markdown-lint', cwd: context.root, input });
}

/** The repository's rules without those that its own markdownlint does not have; what it may not have is not repaired. */
function knownRules(rules: MarkdownRules, version: string | null, fix: boolean): MarkdownRules {
  const { lacking, unsure } = doubtfulRules(rules, version);
  const off = [...lacking, ...(fix ? unsure : []), 'unclosed-fence'];
  return { ...rules, ...Object.fromEntries(off.map((rule) => [rule, false])) };
}

function versionOf(context: CheckContext): string | null {
  return installedMarkdownlint((name) => findInstalledPackage(context.root, '', name));
}

function draftOf(
  problem: MarkdownProblem,
  place: { context: CheckContext; setup: MarkdownSetup | null; version: string | null },
): FindingDraft {
  const { context, setup, version } = place;
  const isUnsure = setup !== null && doubtfulRules(setup.rulesFor(problem.path), version).unsure.includes(problem.rule);
  const isWarning = setup === null ? context.bundledSeverity === 'warning' : problem.isWarning || isUnsure;
  return {
    path: problem.path,
    line: problem.line,
    column: problem.column,
    rule: problem.name === '' ? problem.rule : `${problem.rule}/${problem.name}`,
    severity: isWarning ? 'warning' : 'error',
    message: plainMessage(problem.message),
    fixable: problem.fixable && !isUnsure && mayFix(problem.path),
    identity: problem.identity,
  };
}

/** Where the repository has the command line of markdownlint, that is what a person would call. */
function commandOf({ project }: CheckContext, drafts: readonly FindingDraft[]): string | null {
  const paths = [...new Set(drafts.map((draft) => draft.path ?? ''))]
    .slice(0, 20)
    .map((path) => (path.startsWith('-') ? `./${path}` : path));
  if (paths.length === 0) return null;
  for (const [name, bin] of [
    ['markdownlint-cli2', 'markdownlint-cli2'],
    ['markdownlint-cli', 'markdownlint'],
  ] as const) {
    if (project.workspaces.some((manifest) => manifest.dependencies[name] !== undefined))
      return shellLine(['npx', bin, ...paths.map((path) => posix.normalize(path))]);
  }
  return null;
}

function isFailure(setup: MarkdownSetup | null | PartFailure): setup is PartFailure {
  return setup !== null && 'reason' in setup;
}
