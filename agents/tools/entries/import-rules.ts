/** Runs the repository's own rules of dependency-cruiser. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCruiseResult } from '../../checks/cruise-result.ts';
import type { CruiseAnswer, CruiseResult } from '../../checks/cruise-result.ts';
import { loadDependencyCruiser } from '../../checks/load-dependency-cruiser.ts';
import { serveEntry } from '../serve-entry.ts';

export interface ImportRulesInput {
  readonly root: string;
  /** Files and folders to begin with. */
  readonly targets: readonly string[];
  readonly config: string;
  readonly knownViolations: string | null;
}

export type ImportRulesOutput = CruiseAnswer;

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
  return readCruiseResult((typeof output === 'string' ? JSON.parse(output) : output) as CruiseResult, input.root);
});

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
