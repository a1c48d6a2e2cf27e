/** Outputs for further steps, in the file that GITHUB_OUTPUT names. */
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';

/** Appends the outputs. A value of several lines is fenced by a word that nobody can guess, so that none can add outputs of its own. */
export function writeStepOutputs(path: string, outputs: Readonly<Record<string, string>>): void {
  appendFileSync(path, stepOutputs(outputs, `upkeep-${randomUUID()}`));
}

/** The text of the outputs. */
export function stepOutputs(outputs: Readonly<Record<string, string>>, fence: string): string {
  return Object.entries(outputs)
    .map(([name, value]) => (/[\r\n]/.test(value) ? `${name}<<${fence}\n${value}\n${fence}\n` : `${name}=${value}\n`))
    .join('');
}
