/** Rules for code where the repository has set up no linter: what is wrong whatever the style, by the oxlint that comes with us. */
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { ownerOf } from '../ownership.ts';
import { batchArguments } from '../tools/batch-arguments.ts';
import { isForeign } from './bundled-files.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { CODE_RULES, HOOK_RULES, RULE_PLUGINS } from './code-rule-names.ts';
import { mayFix } from './never-fix.ts';
import { draftsOf, readResult } from './oxlint-report.ts';
import { readTextFile } from './read-text-file.ts';

const CODE = /\.([cm]?[jt]sx?|vue|svelte|astro)$/;
const DECLARATION = /\.d\.[cm]?ts$/;
const PASSED_OVER = /(^|\/)(dist|build|lib-cov|coverage|out)\/|(^|\/)\.[^/]+\//;
const LINTERS =
  /^(eslint|@biomejs\/biome|rome|oxlint|xo|standard|semistandard|ts-standard|neostandard|standardx|gts|tslint|jshint|jslint|jscs|@antfu\/ni|ultracite|vite-plus)$/;
const LINTER_FILES =
  /^(\.eslintrc(\.[a-z]+)?|eslint\.config\.[cm]?[jt]s|biome\.jsonc?|\.?oxlint(rc\.jsonc?|\.config\.[cm]?[jt]s)|tslint\.json|\.jshintrc|deno\.jsonc?)$/;
/** Of one rule in one file so many are told; the rest is a number. */
const MOST_ALIKE = 5;
const MAX_BYTES = 512 * 1024;

/** The check `code-rules`. */
export const codeRules: Check = {
  id: 'code-rules',
  title: 'Code rules',
  detect: async (project) => {
    const own = linterOf(project);
    if (own !== null) return { applies: false, why: `${own} is set up` };
    if (!project.files.some(isRead)) return { applies: false, why: 'there is no JavaScript or TypeScript' };
    return {
      applies: true,
      why: `no linter is set up: ${CODE_RULES.length} rules of oxlint for what is wrong in any style`,
      origin: 'bundled',
      needsDependencies: false,
      reads: (path) => isRead(path) || posix.basename(path) === 'package.json' || LINTER_FILES.test(posix.basename(path)),
    };
  },
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const files = context.files.filter((path) => isRead(path) && isPlain(context.root, path));
  if (files.length === 0) return reportSkipped('not-applicable', 'No file is JavaScript or TypeScript of at most 512 KiB.');
  const script = join(dirname(createRequire(import.meta.url).resolve('oxlint/package.json')), 'bin', 'oxlint');
  const rules = [...CODE_RULES, ...(hasDependency(context.project, /^(react|preact|next)$/) ? HOOK_RULES : [])];
  const options = [
    '--format=json',
    '--disable-nested-config',
    '--no-ignore',
    ...RULE_PLUGINS,
    '-A',
    'all',
    ...rules.flatMap((rule) => ['-W', rule]),
  ];
  const drafts: FindingDraft[] = [];
  for (const batch of batchArguments(files)) {
    const argv = [process.execPath, script, ...options, '--', ...batch] as const;
    const result = await context.runTool({ argv, cwd: context.root });
    const read = readResult(result);
    if ('failure' in read) return reportErrored(read.failure, { log: result.stderr + result.stdout });
    drafts.push(...draftsOf(read.diagnostics, { cwd: context.root, context, fixable: new Set() }));
  }
  return reportFindings({ id: 'code-rules', context }, fewAlike(drafts, context));
}

/** What does not parse is an error whoever looks at it, unless Babel may read more than the language has; all else is a warning. */
function fewAlike(drafts: readonly FindingDraft[], context: CheckContext): FindingDraft[] {
  // Some rules tell one mistake twice.
  const once = new Map(drafts.map((draft) => [JSON.stringify([draft.path, draft.line, draft.rule, draft.message]), draft]));
  const alike = Map.groupBy(once.values(), ({ path, rule }) => JSON.stringify([path, rule]));
  const isBroken = ({ rule }: FindingDraft): boolean =>
    rule === 'parse-error' && !hasDependency(context.project, /^(@babel\/core|babel-core|babel-cli)$/);
  return [...alike.values()].flatMap((group) => {
    const more = group.length - MOST_ALIKE;
    return group.slice(0, MOST_ALIKE).map((draft, index): FindingDraft => ({
      ...draft,
      severity: isBroken(draft) ? 'error' : context.bundledSeverity,
      message: plainMessage(index === MOST_ALIKE - 1 && more > 0 ? `${draft.message} (${more} more like it in this file)` : draft.message),
    }));
  });
}

/** What makes the repository's code its own business: a linter in a manifest, or its configuration. */
function linterOf(project: Project): string | null {
  const named = project.packages.flatMap(({ dependencies }) => Object.keys(dependencies)).find((name) => LINTERS.test(name));
  return (
    named ?? project.files.find((path) => LINTER_FILES.test(posix.basename(path)) && !isForeign(path) && !PASSED_OVER.test(path)) ?? null
  );
}

function hasDependency(project: Project, name: RegExp): boolean {
  return project.packages.some(({ dependencies }) => Object.keys(dependencies).some((one) => name.test(one)));
}

/** Whether it is a program as people write it: no types of Flow, which no parser here knows, nothing generated, not too large. */
function isPlain(root: string, path: string): boolean {
  const text = readTextFile(root, path, MAX_BYTES);
  return text !== null && !/@flow\b|@generated\b|do not edit/i.test(text.slice(0, 1000)) && !/^.{5000}/m.test(text);
}

/** Tests are written as tests are. */
function isRead(path: string): boolean {
  return (
    CODE.test(path) && !DECLARATION.test(path) && !isForeign(path) && !PASSED_OVER.test(path) && mayFix(path) && ownerOf(path) !== 'qa'
  );
}
