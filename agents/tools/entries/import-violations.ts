/** Reads the JSON that the repository's own dependency-cruiser wrote. */
import { readFileSync } from 'node:fs';
import { readCruiseResult } from '../../checks/cruise-result.ts';
import type { CruiseAnswer, CruiseResult } from '../../checks/cruise-result.ts';
import { serveEntry } from '../serve-entry.ts';

export interface ImportViolationsInput {
  /** Absolute folder that it ran in. */
  readonly folder: string;
  /** Absolute path of its JSON. */
  readonly report: string;
}

/** Null when that is no report of it. */
export type ImportViolationsOutput = CruiseAnswer | null;

await serveEntry<ImportViolationsInput, ImportViolationsOutput>(async ({ folder, report }) => {
  const result = parsed(readFileSync(report, 'utf8'));
  return result === null ? null : readCruiseResult(result, folder);
});

function parsed(text: string): CruiseResult | null {
  try {
    const result = JSON.parse(text) as Partial<CruiseResult> | null;
    return Array.isArray(result?.modules) && Array.isArray(result.summary?.violations) ? (result as CruiseResult) : null;
  } catch {
    return null;
  }
}
