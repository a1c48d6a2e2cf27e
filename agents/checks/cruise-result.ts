/** What dependency-cruiser found, in short and with the lines that it does not tell. Read in a child process: TypeScript is needed for the lines. */
import { locateImports, searchImport } from './import-lines.ts';
import { readTextFile } from './read-text-file.ts';

/** One breach of a rule. */
export interface RuleViolation {
  readonly rule: string;
  /** `error`, `warn`, `info`, or `ignore` for what the repository knows and accepts. */
  readonly severity: string;
  /** What the repository's configuration says about the rule; empty when it says nothing. */
  readonly comment: string;
  readonly from: string;
  readonly to: string;
  /** Whether `from` comes to `to` by way of others alone. */
  readonly indirect: boolean;
  /** Line of the import in `from`, or null. */
  readonly line: number | null;
  /** Modules of the cycle, from its smallest, without that again at the end; null when it is no matter of cycles. */
  readonly cycle: readonly string[] | null;
}

/** Paths are relative to the folder that it ran in. */
export interface CruiseAnswer {
  readonly violations: readonly RuleViolation[];
  /** How many modules were read. */
  readonly modules: number;
  /** Whether one of them is TypeScript. */
  readonly readsTypeScript: boolean;
  /** Whether it followed a link out of the folder. */
  readonly leavesFolder: boolean;
}

/** Its JSON, as far as it is read here; the same since version 9. */
export interface CruiseResult {
  readonly modules: readonly {
    readonly source: string;
    readonly coreModule?: boolean | undefined;
    readonly couldNotResolve?: boolean | undefined;
    readonly matchesDoNotFollow?: boolean | undefined;
    readonly dependencies: readonly { readonly resolved: string; readonly module: string }[];
  }[];
  readonly summary: {
    readonly violations: readonly {
      readonly type?: string;
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string; readonly severity: string };
      /** Names alone in older versions. */
      readonly cycle?: readonly (string | { readonly name: string })[];
    }[];
    readonly ruleSetUsed?: { readonly forbidden?: readonly { readonly name?: string; readonly comment?: string }[] };
  };
}

/** The answer in a result of dependency-cruiser that ran in `folder`. */
export function readCruiseResult({ modules, summary }: CruiseResult, folder: string): CruiseAnswer {
  const specifiers = new Map<string, string>();
  for (const { source, dependencies } of modules) {
    for (const { resolved, module } of dependencies) specifiers.set(`${source}\0${resolved}`, module);
  }
  const comments = new Map((summary.ruleSetUsed?.forbidden ?? []).map(({ name, comment }) => [name, comment]));
  const read = modules.filter(
    ({ dependencies, coreModule, couldNotResolve, matchesDoNotFollow }) =>
      dependencies.length > 0 || (coreModule !== true && couldNotResolve !== true && matchesDoNotFollow !== true),
  );
  return {
    modules: read.length,
    readsTypeScript: read.some(({ source }) => /\.[cm]?tsx?$/.test(source)),
    leavesFolder: modules.some(({ source }) => source.startsWith('../')),
    violations: summary.violations.map(({ type, rule, from, to, cycle }) => {
      const turned = cycle === undefined ? null : turn(cycle.map((step) => (typeof step === 'string' ? step : step.name)));
      const [start = from, next = to] = turned ?? [];
      return {
        rule: rule.name,
        severity: rule.severity,
        comment: comments.get(rule.name) ?? '',
        from,
        to,
        indirect: type === 'reachability',
        line: lineOf(folder, start, specifiers.get(`${start}\0${next}`)),
        cycle: turned,
      };
    }),
  };
}

function lineOf(folder: string, path: string, specifier: string | undefined): number | null {
  const text = specifier === undefined ? null : readTextFile(folder, path, 1024 * 1024);
  if (text === null || specifier === undefined) return null;
  return locateImports(text).get(specifier)?.line ?? searchImport(text, specifier);
}

/** Starts a cycle at its smallest name, wherever the reader came in. */
function turn(cycle: readonly string[]): string[] {
  const start = cycle.indexOf([...cycle].sort()[0] ?? '');
  return [...cycle.slice(start), ...cycle.slice(0, start)];
}
