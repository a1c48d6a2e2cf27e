/** Tests that are written and prove nothing: whole suites that are skipped always, and tests with nothing in them. */
import type ts from 'typescript';
import type { FindingDraft } from '../../ledger/finding.ts';
import { counted, detectFiles } from './bundled-files.ts';
import { reportFindings } from './check-report.ts';
import type { Check } from './check.ts';
import { readTextFile } from './read-text-file.ts';
import { chainOf, isTestFile, MOST_TEST_BYTES } from './test-files.ts';

const SUITES = new Set(['describe', 'suite', 'context']);
const TESTS = new Set(['it', 'test', 'specify']);
const SKIPPED = new Set(['xdescribe', 'xcontext']);
/** What may hold one without making it conditional. */
const MAYBE = /\bskip\b|\bx(describe|context)\b|\{\s*\}/;

/** The check `idle-tests`. */
export const idleTests: Check = {
  id: 'idle-tests',
  title: 'Idle tests',
  detect: async (project) =>
    detectFiles(project, isTestFile, {
      none: 'there are no test files in JavaScript or TypeScript',
      why: (count) => counted(count, 'test file'),
    }),
  async inspect(context) {
    const drafts: FindingDraft[] = [];
    let compiler: typeof ts | undefined;
    for (const path of context.files.filter(isTestFile)) {
      const text = readTextFile(context.root, path, MOST_TEST_BYTES);
      if (text === null || !MAYBE.test(text)) continue;
      compiler ??= (await import('typescript')).default;
      drafts.push(...idleIn(compiler, path, text).map((draft): FindingDraft => ({ ...draft, severity: context.bundledSeverity })));
    }
    return reportFindings({ id: 'idle-tests', context }, drafts);
  },
};

function idleIn(compiler: typeof ts, path: string, text: string): Omit<FindingDraft, 'severity'>[] {
  const source = compiler.createSourceFile(path, text, compiler.ScriptTarget.Latest, true);
  const found: Omit<FindingDraft, 'severity'>[] = [];
  const visit = (node: ts.Node): void => {
    const what = compiler.isCallExpression(node) ? idlenessOf(compiler, node) : null;
    if (what !== null) {
      const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push({ path, line: line + 1, column: character + 1, ...what, identity: text.split(/\r?\n/)[line]?.trim() ?? '' });
      // What is inside is skipped with it.
      return;
    }
    // What a condition decides is no oversight.
    if (!compiler.isIfStatement(node) && !compiler.isConditionalExpression(node)) compiler.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function idlenessOf(compiler: typeof ts, call: ts.CallExpression): { readonly rule: string; readonly message: string } | null {
  const chain = chainOf(compiler, call.expression);
  if (chain === null) return null;
  const names = chain.members.map(({ text }) => text);
  const isSkipped = SKIPPED.has(chain.root) || (SUITES.has(chain.root) && names.includes('skip'));
  if (isSkipped && isSuite(compiler, call)) {
    return {
      rule: 'skipped-suite',
      message: `${[chain.root, ...names].join('.')} leaves out every test in it, always: take it back or take it out.`,
    };
  }
  if (!TESTS.has(chain.root) || names.some((name) => ['todo', 'skip', 'each', 'extend'].includes(name))) return null;
  const body = bodyOf(compiler, call);
  return body !== null && body.statements.length === 0
    ? { rule: 'empty-test', message: 'There is nothing in this test, so it passes whatever happens: write it, or mark it as todo.' }
    : null;
}

/** A title and a function. */
function isSuite(compiler: typeof ts, { arguments: given }: ts.CallExpression): boolean {
  return given.length >= 2 && given.some((one) => compiler.isArrowFunction(one) || compiler.isFunctionExpression(one));
}

/** The block of the function of a test with a title; null: it is none, or calls something else. */
function bodyOf(compiler: typeof ts, { arguments: given }: ts.CallExpression): ts.Block | null {
  const [title] = given;
  if (title === undefined || !(compiler.isStringLiteralLike(title) || compiler.isTemplateExpression(title))) return null;
  const work = given.find((one) => compiler.isArrowFunction(one) || compiler.isFunctionExpression(one));
  return work !== undefined && compiler.isBlock(work.body) ? work.body : null;
}
