/** GitHub workflows and composite actions: what is broken, and what an attacker could use. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { ActionlintProblem, WorkflowText } from '../tools/entries/actionlint.ts';
import { runEntry } from '../tools/run-entry.ts';
import { isForeign } from './bundled-files.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { entryFailure } from './entry-failure.ts';
import { readActionlintConfig } from './actionlint-config.ts';
import type { ActionlintConfig } from './actionlint-config.ts';
import { readTextFile } from './read-text-file.ts';
import { parseYamlDocument } from './yaml-document.ts';
import { findWeaknesses } from './workflow-security.ts';

const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;
const ACTION = /(^|\/)action\.ya?ml$/;
const CONFIG = /^\.github\/actionlint\.ya?ml$/;
const MAX_BYTES = 1024 * 1024;

/** The check `workflows`. A broken workflow is an error whoever looks at it. */
export const workflows: Check = {
  id: 'workflows',
  title: 'Workflows',
  detect: async (project) => {
    const files = project.files.filter(isRead);
    if (!files.some((path) => !CONFIG.test(path)))
      return { applies: false, why: 'there is no workflow below .github/workflows and no action.yml' };
    return {
      applies: true,
      why: `${files.filter((path) => WORKFLOW.test(path)).length} workflows, actionlint and our own rules`,
      origin: 'bundled',
      needsDependencies: false,
      reads: isRead,
    };
  },
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const drafts: FindingDraft[] = [];
  const texts: WorkflowText[] = [];
  const resolved = new Set<string>();
  const unread: string[] = [];
  const files = context.files.filter((file) => isRead(file) && !CONFIG.test(file));
  for (const path of files) {
    const text = readTextFile(context.root, path, MAX_BYTES);
    if (text === null) {
      unread.push(path);
      continue;
    }
    const document = await parseYamlDocument(text);
    if (!('data' in document)) {
      drafts.push(
        ...document.map(({ line, column, message }): FindingDraft => ({
          path,
          line,
          column,
          rule: 'yaml-syntax',
          severity: 'error',
          message: plainMessage(message),
        })),
      );
      continue;
    }
    if (WORKFLOW.test(path)) texts.push({ path, text: document.resolvedText ?? text });
    if (document.resolvedText !== null) resolved.add(path);
    drafts.push(
      ...findWeaknesses(document).map((weakness): FindingDraft => ({
        path,
        line: weakness.line,
        rule: weakness.rule,
        severity: weakness.isGrave ? 'error' : context.bundledSeverity,
        message: plainMessage(weakness.message),
        identity: weakness.identity,
      })),
    );
  }
  const note = `Not read (a link, binary or over 1 MiB): ${unread.slice(0, 5).join(', ')}.`;
  if (unread.length > 0 && unread.length === files.length) return reportSkipped('not-applicable', note);
  if (texts.length > 0) {
    const answer = await runEntry<readonly ActionlintProblem[]>(context.runTool, { entry: 'actionlint', cwd: context.root, input: texts });
    if (!answer.ok) return reportErrored(entryFailure(answer.result, 'actionlint'), { log: answer.result.stderr });
    const config = await readActionlintConfig(context.project);
    drafts.push(...answer.output.flatMap((problem) => draftOf(problem, { config, texts, resolved, context }) ?? []));
  }
  drafts.sort((a, b) => compare(a.path ?? '', b.path ?? '') || (a.line ?? 0) - (b.line ?? 0) || compare(a.rule, b.rule));
  return reportFindings({ id: 'workflows', context }, drafts, unread.length === 0 ? {} : { hint: note });
}

interface Place {
  readonly config: ActionlintConfig;
  readonly texts: readonly WorkflowText[];
  /** Files whose aliases were resolved: lines of what actionlint saw are not theirs. */
  readonly resolved: ReadonlySet<string>;
  readonly context: CheckContext;
}

function draftOf(problem: ActionlintProblem, { config, texts, resolved, context }: Place): FindingDraft | null {
  const { path, line, kind, message } = problem;
  // Untrusted expressions are told by our own rule, which tells text from comparisons.
  if (/potentially untrusted/.test(message) || config.ignores(path, message) || isYoungerThanActionlint(message)) return null;
  const hasPlace = !resolved.has(path);
  const source = texts
    .find((file) => file.path === path)
    ?.text.split('\n')
    [line - 1]?.trim();
  return {
    path,
    line: hasPlace ? Math.max(1, line) : null,
    column: hasPlace ? Math.max(1, problem.column) : null,
    rule: kind,
    severity: isBroken(kind, message) ? 'error' : context.bundledSeverity,
    message: plainMessage(message),
    identity: `${source ?? ''}\n${message}`,
  };
}

/** Whether GitHub would refuse the workflow or it could not do what it says; the rest is advice, or data that ages. */
function isBroken(kind: string, message: string): boolean {
  if (['action', 'runner-label', 'deprecated-commands', 'credentials', 'if-cond'].includes(kind)) return false;
  return !/unknown permission scope|unknown Webhook event/i.test(message);
}

/** What GitHub has learnt since this actionlint was released. */
function isYoungerThanActionlint(message: string): boolean {
  return /unexpected key "queue" for "concurrency"|unexpected key "snapshot" for|unknown permission scope "(models|artifact-metadata|vulnerability-alerts)"/.test(
    message,
  );
}

function isRead(path: string): boolean {
  return (WORKFLOW.test(path) || ACTION.test(path) || CONFIG.test(path)) && !isForeign(path);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
