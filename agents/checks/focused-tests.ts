import type ts from 'typescript';
import type { FindingDraft } from '../../ledger/finding.ts';
import { counted, detectFiles } from './bundled-files.ts';
import type { Check } from './check.ts';
import { reportFindings } from './check-report.ts';
import { readTextFile } from './read-text-file.ts';
import { shellLine } from './shell-line.ts';
import { chainOf, isTestFile, MOST_TEST_BYTES } from './test-files.ts';

/** Functions of test runners that take `.only`. */
const RUNNERS = new Set(['it', 'test', 'describe', 'suite', 'context', 'specify', 'fixture', 'QUnit', 'tap', 't', 'Deno']);
/** Functions that focus by their name (Jasmine, Jest). */
const FOCUSED = new Set(['fit', 'fdescribe', 'fcontext']);
const TEST_PACKAGES = /^(@jest\/globals|vitest|jasmine|mocha|bun:test)$/;

/** Tests that were focused while someone worked on them and committed so: all the others silently do not run. */
export const focusedTests: Check = {
  id: 'focused-tests',
  title: 'Focused tests',
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
      // The compiler takes a third of a second to load: most repositories never need it.
      if (text === null || !/\bonly\b|\bf(it|describe|context)\b/.test(text)) continue;
      compiler ??= (await import('typescript')).default;
      drafts.push(...focusedIn(compiler, path, text).map((draft): FindingDraft => ({ ...draft, severity: context.bundledSeverity })));
    }
    const paths = [...new Set(drafts.flatMap((draft) => draft.path ?? []))].filter((path) => !/\p{Cc}/u.test(path)).slice(0, 5);
    const command = shellLine(['git', 'grep', '-nE', String.raw`\bonly\b|\bf(it|describe|context)\(`, '--', ...paths]);
    return reportFindings({ id: 'focused-tests', context }, drafts, { command: drafts.length === 0 ? null : command });
  },
};

function focusedIn(compiler: typeof ts, path: string, text: string): Omit<FindingDraft, 'severity'>[] {
  const source = compiler.createSourceFile(path, text, compiler.ScriptTarget.Latest, true);
  const lines = text.split(/\r?\n/);
  const own = ownNames(compiler, source);
  const found: Omit<FindingDraft, 'severity'>[] = [];
  const visit = (node: ts.Node): void => {
    const what = compiler.isCallExpression(node) || compiler.isTaggedTemplateExpression(node) ? focusOf(compiler, node, own) : null;
    if (what !== null) {
      const { line, character } = source.getLineAndCharacterOfPosition(what.node.getStart(source));
      found.push({
        path,
        line: line + 1,
        column: character + 1,
        rule: 'focused-test',
        message: `${what.name} keeps the other tests from running: it was left over from working on this one.`,
        identity: lines[line]?.trim() ?? '',
      });
    }
    compiler.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What focuses a test in this call, or null. */
function focusOf(
  compiler: typeof ts,
  call: ts.CallExpression | ts.TaggedTemplateExpression,
  own: ReadonlySet<string>,
): { node: ts.Node; name: string } | null {
  const callee = compiler.isCallExpression(call) ? call.expression : call.tag;
  if (compiler.isIdentifier(callee) && FOCUSED.has(callee.text) && !own.has(callee.text)) return { node: callee, name: callee.text };
  const chain = chainOf(compiler, callee);
  if (chain === null || !RUNNERS.has(chain.root) || own.has(chain.root)) return null;
  // `describe.only.each([])('…')` holds the word once: in the inner call.
  const only = chain.members.find(({ text }) => text === 'only');
  if (only !== undefined) return { node: only, name: `${chain.root}.only` };
  if (!compiler.isCallExpression(call)) return null;
  for (const argument of call.arguments) {
    if (!compiler.isObjectLiteralExpression(argument)) continue;
    const option = argument.properties.find(
      (property) =>
        compiler.isPropertyAssignment(property) &&
        property.name.getText() === 'only' &&
        property.initializer.kind === compiler.SyntaxKind.TrueKeyword,
    );
    if (option !== undefined) return { node: option, name: `${chain.root} with only: true` };
  }
  return null;
}

/** Names that the file declares or imports from elsewhere: they are no functions of a test runner. */
function ownNames(compiler: typeof ts, source: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (compiler.isImportDeclaration(node)) {
      const from = compiler.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : '';
      const bindings = node.importClause?.namedBindings;
      if (bindings !== undefined && compiler.isNamedImports(bindings) && !TEST_PACKAGES.test(from)) {
        for (const element of bindings.elements) if (FOCUSED.has(element.name.text)) names.add(element.name.text);
      }
      return;
    }
    if (
      (compiler.isFunctionDeclaration(node) || compiler.isVariableDeclaration(node)) &&
      node.name !== undefined &&
      compiler.isIdentifier(node.name)
    ) {
      if (FOCUSED.has(node.name.text)) names.add(node.name.text);
    }
    compiler.forEachChild(node, visit);
  };
  visit(source);
  return names;
}
