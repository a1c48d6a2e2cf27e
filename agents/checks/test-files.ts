/** Which files hold tests in JavaScript or TypeScript, and how calls of test runners are written. */
import type ts from 'typescript';
import { isFixablePath } from './fixable-path.ts';

const TEST_FILE =
  /(^|\/)(__tests__|tests?|specs?|e2e|cypress|playwright)\/.*\.[cm]?[jt]sx?$|\.(test|spec|cy|e2e)\.[cm]?[jt]sx?$|(^|\/)test\.[cm]?[jt]sx?$/;
const FIXTURE = /(^|\/)(fixtures?|__fixtures__|testdata|test-data|__snapshots__|node_modules)\//;

/** Larger files are no tests that people wrote. */
export const MOST_TEST_BYTES = 2 * 1024 * 1024;

/** Whether the path is that of a file with tests. */
export function isTestFile(path: string): boolean {
  return TEST_FILE.test(path) && !FIXTURE.test(path) && isFixablePath(path);
}

/** `test.concurrent.only`: the root `test` and the names behind it, the first of them first. */
export interface CallChain {
  readonly root: string;
  readonly members: readonly ts.MemberName[];
}

/** The chain of a callee; null when it begins with anything but a name. */
export function chainOf(compiler: typeof ts, callee: ts.Expression): CallChain | null {
  const members: ts.MemberName[] = [];
  let at: ts.Expression = callee;
  while (compiler.isPropertyAccessExpression(at)) {
    members.unshift(at.name);
    at = at.expression;
  }
  return compiler.isIdentifier(at) ? { root: at.text, members } : null;
}
