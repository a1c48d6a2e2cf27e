/** Runs the repository's own rules of dependency-cruiser. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ICruiseResult } from 'dependency-cruiser';
import { locateImports } from '../../checks/import-lines.ts';
import { loadDependencyCruiser } from '../../checks/load-dependency-cruiser.ts';
import { readTextFile } from '../../checks/read-text-file.ts';
import { serveEntry } from '../serve-entry.ts';

export interface ImportRulesInput {
  readonly root: string;
  /** Files and folders to begin with. */
  readonly targets: readonly string[];
  readonly config: string;
  readonly knownViolations: string | null;
}

/** One breach of a rule. */
export interface RuleViolation {
  readonly rule: string;
  /** `error`, `warn`, `info`, or `ignore` for what the repository knows and accepts. */
  readonly severity: string;
  readonly from: string;
  readonly to: string;
  /** Line of the import in `from`, or null. */
  readonly line: number | null;
  /** Modules of the cycle, from its smallest, without that again at the end; null when it is no matter of cycles. */
  readonly cycle: readonly string[] | null;
}

export interface ImportRulesOutput {
  readonly violations: readonly RuleViolation[];
  /** How many modules were read. */
  readonly modules: number;
}

const { cruise } = await loadDependencyCruiser();
const { default: extractDepcruiseOptions } = await import('dependency-cruiser/config-utl/extract-depcruise-options');
const { default: extractTSConfig } = await import('dependency-cruiser/config-utl/extract-ts-config');

await serveEntry<ImportRulesInput, ImportRulesOutput>(async (input) => {
  process.chdir(input.root);
  const options = await extractDepcruiseOptions(join(input.root, input.config));
  const known = input.knownViolations;
  const accepted = known === null ? {} : { knownViolations: JSON.parse(readFileSync(join(input.root, known), 'utf8')) as never };
  const { output } = await cruise(
    [...input.targets],
    { ...options, ...accepted, outputType: undefined as never, baseDir: input.root, validate: true },
    {},
    transpileOptions(input.root, options.tsConfig?.fileName),
  );
  const result = (typeof output === 'string' ? JSON.parse(output) : output) as ICruiseResult;
  const specifiers = new Map<string, string>();
  for (const { source, dependencies } of result.modules) {
    for (const { resolved, module } of dependencies) specifiers.set(`${source}\0${resolved}`, module);
  }
  return {
    modules: result.modules.filter(
      ({ dependencies, coreModule, couldNotResolve, matchesDoNotFollow }) =>
        dependencies.length > 0 || (coreModule !== true && couldNotResolve !== true && matchesDoNotFollow !== true),
    ).length,
    violations: result.summary.violations.map(({ rule, from, to, cycle }) => {
      const turned = cycle === undefined ? null : turn(cycle.map((step) => step.name));
      const [start = from, next = to] = turned ?? [];
      return {
        rule: rule.name,
        severity: rule.severity,
        from,
        to,
        line: lineOf(input.root, start, specifiers.get(`${start}\0${next}`)),
        cycle: turned,
      };
    }),
  };
});

function lineOf(root: string, path: string, specifier: string | undefined): number | null {
  const text = specifier === undefined ? null : readTextFile(root, path, 1024 * 1024);
  return text === null || specifier === undefined ? null : (locateImports(text).get(specifier)?.line ?? null);
}

/** A tsconfig that cannot be read, for one because a package that it extends is not installed, leaves aliases unresolved and no more. */
function transpileOptions(root: string, tsconfig: string | undefined): { tsConfig?: unknown } {
  if (tsconfig === undefined) return {};
  try {
    return { tsConfig: extractTSConfig(join(root, tsconfig)) };
  } catch (error) {
    process.stderr.write(`${tsconfig}: ${(error as Error).message}\n`);
    return {};
  }
}

/** Starts a cycle at its smallest name, wherever the reader came in. */
function turn(cycle: readonly string[]): string[] {
  const start = cycle.indexOf([...cycle].sort()[0] ?? '');
  return [...cycle.slice(start), ...cycle.slice(0, start)];
}
