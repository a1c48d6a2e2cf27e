/** Which test files test components of a user interface: what fails in them is for the agent that looks after it. */
import type { AgentId } from '../../../ledger/outcome.ts';
import type { FindingDraft } from '../../../ledger/finding.ts';
import type { Project } from '../../project.ts';
import { readTextFile } from '../read-text-file.ts';
import { isTestFile } from '../test-files.ts';

/** Packages that render components for tests. */
const LIBRARY =
  /^(@testing-library\/(react|react-native|vue|svelte|preact|angular)|@solidjs\/testing-library|solid-testing-library|@vue\/test-utils|vitest-browser-(react|vue|svelte)|enzyme|react-test-renderer|@stencil\/core\/testing|@open-wc\/testing)$/;
const IMPORTED = /(?:from|require\()\s*["']([^"']+)["']/g;
const OF_UI = /\.(test|spec)\.[jt]sx$|\.(vue|svelte)\.(test|spec)\.[cm]?[jt]s$/;
const LARGEST_BYTES = 512 * 1024;

/** The rule of a test of components that failed and then passed. */
export const FLAKY_COMPONENT = 'flaky-component-test';

/** What a rule is called of a test of components. */
const COMPONENT_RULES: Readonly<Record<string, string>> = {
  'test-failed': 'component-test-failed',
  'suite-failed': 'component-suite-failed',
  'flaky-test': FLAKY_COMPONENT,
};

/** Whose findings those are, by their rule. */
export const COMPONENT_OWNER: Readonly<Record<string, AgentId>> = Object.fromEntries(
  Object.values(COMPONENT_RULES).map((rule) => [rule, 'frontend'] as const),
);

/** Whether a package renders components in its tests. Decided by manifests and paths. */
export function hasComponentTests(project: Project): boolean {
  return rendersComponents(project) && project.files.some(isTestFile);
}

/** Gives findings in tests of components their own rules. */
export function componentRules(project: Project, root: string): (draft: FindingDraft) => FindingDraft {
  if (!rendersComponents(project)) return (draft) => draft;
  const known = new Map<string, boolean>();
  const isOfComponents = (path: string): boolean => {
    const before = known.get(path) ?? (OF_UI.test(path) || importsLibrary(readTextFile(root, path, LARGEST_BYTES) ?? ''));
    known.set(path, before);
    return before;
  };
  return (draft) => {
    const rule = COMPONENT_RULES[draft.rule];
    return rule !== undefined && typeof draft.path === 'string' && isTestFile(draft.path) && isOfComponents(draft.path)
      ? { ...draft, rule }
      : draft;
  };
}

function rendersComponents(project: Project): boolean {
  return project.workspaces.some(({ dependencies }) => Object.keys(dependencies).some((name) => LIBRARY.test(name)));
}

function importsLibrary(text: string): boolean {
  return [...text.matchAll(IMPORTED)].some(([, name = '']) => LIBRARY.test(name) || /\.(vue|svelte|[jt]sx)$/.test(name));
}
