/** Documents that a program writes are as that program would write them now. */
import type { FindingDraft } from '../../ledger/finding.ts';
import { reportFindings, reportSkipped, plainMessage } from './check-report.ts';
import type { Check, CheckContext, CheckReport, FixReport } from './check.ts';
import { findCheckScripts, runCheckScript } from './docs-check-scripts.ts';
import { findDocsScripts, isDocument, scriptCall } from './find-generators.ts';
import type { DocsScript } from './find-generators.ts';
import { isMedia } from './fixable-path.ts';
import { mayFix } from './never-fix.ts';
import { namedPaths } from './region-writer.ts';
import { changesOf, goneOf, restoreDocuments, runGenerator } from './run-generator.ts';
import type { DocumentChange, Generated } from './run-generator.ts';

const ID = 'generated-docs';
const READ_WITH_MARKDOWN = /(^|\/)(package\.json|\.all-contributorsrc|\.doctocrc[\w.]*)$/;

/** The check `generated-docs`. */
export const generatedDocs: Check = {
  id: ID,
  title: 'Generated documents',
  // Their programs write where they like.
  writes: true,
  detect: async (project) => {
    const [scripts, checks] = await Promise.all([findDocsScripts(project), findCheckScripts(project)]);
    const named = [...scripts, ...checks].map(({ manifest, script }) => scriptCall(project, { manifest, script }));
    if (named.length === 0) return { applies: false, why: 'no script is known to write documents that are committed, or to check them' };
    const isSmall = checks.length === 0 && scripts.every(({ generator }) => generator.readsMarkdownOnly);
    return {
      applies: true,
      why: namedPaths([...new Set(named)]),
      origin: 'repository',
      needsDependencies: project.workspaces.some(({ dependencies }) => Object.keys(dependencies).length > 0),
      reads: isSmall ? (path) => isDocument(path) || READ_WITH_MARKDOWN.test(path) : (path) => !isMedia(path),
      seesEveryPath: true,
    };
  },
  inspect,
  fixer: { order: 80, fix },
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const drafts: FindingDraft[] = [];
  const unknown: string[] = [];
  const scripts = await findDocsScripts(context.project);
  const checks = await findCheckScripts(context.project);
  // One after another: they write into the same tree.
  for (const script of scripts) {
    const told = await inspectScript(context, script);
    if ('unknown' in told) unknown.push(told.unknown);
    else drafts.push(...told.drafts);
  }
  for (const check of checks) {
    const told = await runCheckScript(context, check);
    if ('unknown' in told) unknown.push(told.unknown);
    else drafts.push(...told.drafts);
  }
  const hint = [...new Set(unknown)].join('; ');
  if (unknown.length === scripts.length + checks.length) return { ...reportSkipped('not-applicable', hint), isIncomplete: true };
  const calls = [...new Set([...scripts, ...checks].map((one) => scriptCall(context.project, one)))];
  const report = reportFindings({ id: ID, context }, drafts, { command: calls.slice(0, 3).join(' && ') });
  return hint === '' ? report : { ...report, hint, isIncomplete: true };
}

async function inspectScript(
  context: CheckContext,
  script: DocsScript,
): Promise<{ readonly drafts: readonly FindingDraft[] } | { readonly unknown: string }> {
  const first = await runGenerator(context, script);
  if ('unknown' in first) return { unknown: notRun(context, script, first.unknown) };
  const gone = goneOf(first);
  const changes = changesOf(first, script).filter(({ path }) => isDocument(path));
  restoreAll(context, first, changes);
  if (changes.length === 0 && gone.length === 0 && first.added.length === 0) return { drafts: [] };
  const second = changes.length === 0 ? first : await runGenerator(context, script);
  const unsteady = 'unknown' in second ? [] : changes.filter(({ path }) => first.after.get(path) !== second.after.get(path));
  if (!('unknown' in second)) restoreAll(context, second, changesOf(second, script));
  const isWhole = gone.length === 0 && first.added.length === 0;
  const about = { context, script, unsteady, isWhole };
  return { drafts: [...changes.map((change) => draftOf(change, about)), ...setOfFiles(about, first.added, gone)] };
}

interface About {
  readonly context: CheckContext;
  readonly script: DocsScript;
  /** Written in another way each time. */
  readonly unsteady: readonly DocumentChange[];
  /** Whether no file has come or gone. */
  readonly isWhole: boolean;
}

function draftOf(change: DocumentChange, { context, script, unsteady, isWhole }: About): FindingDraft {
  const { path, line, isStray } = change;
  const call = scriptCall(context.project, script);
  const severity = script.isChecked ? 'error' : context.bundledSeverity;
  const name = script.generator.binName;
  if (unsteady.includes(change)) {
    const message = `${name} writes this in another way each time it runs: what it writes cannot be kept in step (${call}).`;
    return { path, line, rule: 'not-deterministic', severity: context.bundledSeverity, message, identity: path };
  }
  if (isStray) {
    const message = `This is out of step with its generator, which would also change what is not its own: look at what ${call} does.`;
    return { path, line, rule: 'out-of-step', severity, message, identity: path };
  }
  const message = `This is out of step with its generator: run ${call}.`;
  return { path, line, rule: 'out-of-step', severity, message, fixable: isWhole && mayFix(path), identity: path };
}

/** Files that have come or gone are for a person, together with the others that name them. */
function setOfFiles({ context, script }: About, added: readonly string[], gone: readonly string[]): FindingDraft[] {
  if (added.length + gone.length === 0) return [];
  const news = [
    ...(added.length === 0 ? [] : [`would write ${namedPaths(added)}`]),
    ...(gone.length === 0 ? [] : [`would delete ${namedPaths(gone)}`]),
  ].join(' and ');
  return [
    {
      path: script.manifest.path,
      rule: 'out-of-step',
      severity: script.isChecked ? 'error' : context.bundledSeverity,
      message: plainMessage(`${script.generator.binName} ${news}: run ${scriptCall(context.project, script)}.`),
      identity: `files of ${script.script}`,
    },
  ];
}

function notRun(context: CheckContext, script: DocsScript, why: string): string {
  return plainMessage(`${scriptCall(context.project, script)} could not be carried out: ${why}`);
}

function restoreAll(
  context: CheckContext,
  { before, added }: Exclude<Generated, { unknown: string }>,
  changes: readonly DocumentChange[],
): void {
  restoreDocuments(context, before, [...changes.map(({ path }) => path), ...added]);
}

async function fix(context: CheckContext): Promise<FixReport> {
  const commands: string[] = [];
  for (const script of await findDocsScripts(context.project)) {
    if (!script.paths.some((path) => context.files.includes(path))) continue;
    const generated = await runGenerator(context, script);
    if ('unknown' in generated)
      return { outcome: 'errored', reason: 'tool-crashed', command: null, log: generated.unknown, hint: generated.unknown };
    const { before, after } = generated;
    const wanted = changesOf(generated, script).filter(({ path, isStray }) => !isStray && context.files.includes(path));
    const others = [...before].filter(([path, text]) => after.get(path) !== text && wanted.every((change) => change.path !== path));
    restoreDocuments(context, before, [...others.map(([path]) => path), ...generated.added]);
    commands.push(scriptCall(context.project, script));
  }
  return { outcome: 'done', reason: null, command: commands.join(' && ') || null, log: '' };
}
