/** Words for what knip found. */
import { posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import { plainMessage } from './check-report.ts';
import type { KnipIssue } from './knip-report.ts';

/** A finding whose severity is still open. */
export type OpenFinding = Omit<FindingDraft, 'severity'>;

const MOST_FINDINGS = 20;
/** More unused files than this in one folder are told together. */
const MOST_FILES = 5;

const WORDS: Readonly<Record<string, (name: string) => string>> = {
  files: (name) => `${name} is not used`,
  dependencies: (name) => `the dependency ${name} is not used`,
  devDependencies: (name) => `the development dependency ${name} is not used`,
  optionalPeerDependencies: (name) => `the optional peer dependency ${name} is used`,
  unlisted: (name) => `${name} is used but in no package.json above`,
  binaries: (name) => `the command ${name} comes from no listed dependency`,
  unresolved: (name) => `the import ${name} leads nowhere`,
  exports: (name) => `the export ${name} is not used`,
  nsExports: (name) => `the export ${name} of a namespace is not used`,
  types: (name) => `the exported type ${name} is not used`,
  nsTypes: (name) => `the exported type ${name} of a namespace is not used`,
  enumMembers: (name) => `the enum member ${name} is not used`,
  classMembers: (name) => `the class member ${name} is not used`,
  namespaceMembers: (name) => `the namespace member ${name} is not used`,
  duplicates: (name) => `one thing is exported twice: ${name}`,
  catalog: (name) => `the catalog entry ${name} is not used`,
  catalogReferences: (name) => `${name} refers to no entry of the catalog`,
  cycles: (name) => `import cycle: ${name}`,
};

/** One issue as one finding. */
export function describeIssue(issue: KnipIssue): OpenFinding {
  const words = WORDS[issue.kind] ?? ((name: string) => `${issue.kind}: ${name}`);
  return {
    path: issue.file,
    line: issue.line,
    column: issue.column,
    rule: issue.kind,
    message: plainMessage(words(issue.name)),
    identity: issue.name,
  };
}

/** Issues of an unasked look: an unlisted package once a folder of imports, many unused files of a folder together. */
export function groupIssues(issues: readonly KnipIssue[]): OpenFinding[] {
  const sorted = [...issues].sort((a, b) => compare(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || compare(a.name, b.name));
  const of = (...kinds: string[]): KnipIssue[] => sorted.filter(({ kind }) => kinds.includes(kind));
  const unlisted = [...Map.groupBy(of('unlisted'), ({ name }) => name)]
    .sort(([a], [b]) => compare(a, b))
    .map(([name, uses]) => {
      const files = [...new Set(uses.map(({ file }) => file))];
      const [first] = uses;
      const message =
        files.length > 1
          ? `${name} is used by ${files.length} files but in no package.json above`
          : `${name} is used but in no package.json above`;
      return {
        path: files[0] ?? null,
        line: first?.line ?? null,
        column: first?.column ?? null,
        rule: 'unlisted',
        message,
        identity: name,
      };
    });
  const needless = of('dependencies', 'devDependencies').map(describeIssue);
  const unused = [...Map.groupBy(of('files'), ({ file }) => posix.dirname(file))].flatMap(([dir, files]): OpenFinding[] => {
    if (files.length <= MOST_FILES) return files.map(describeIssue);
    const names = files.map(({ file }) => posix.basename(file));
    const message = `${files.length} files in ${dir} are not used: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`;
    return [{ path: files[0]?.file ?? null, rule: 'files', message: plainMessage(message), identity: dir }];
  });
  return [...unlisted, ...needless, ...unused];
}

/** As many as one reads. */
export function boundFindings<T>(drafts: readonly T[]): { readonly drafts: readonly T[]; readonly more: number } {
  return { drafts: drafts.slice(0, MOST_FINDINGS), more: Math.max(0, drafts.length - MOST_FINDINGS) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
