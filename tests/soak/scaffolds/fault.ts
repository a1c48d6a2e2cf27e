/** What a seeded fault is, and the changes that make one. */
import type { TestRepository } from '../../support/git-repository.ts';

export interface Fault {
  /** What somebody did, in words. */
  readonly what: string;
  /** By path: the text of a new file, a change to one that is there, or null to delete it. */
  readonly change: Readonly<Record<string, string | null | ((text: string) => string)>>;
  readonly agent: 'architecture' | 'backend' | 'frontend' | 'devops' | 'qa' | 'docs';
  readonly check: string;
  readonly rule: string;
  readonly path: string;
  /** `fixed`; or a text on the line that must be told; null: the file as a whole. */
  readonly at: string | null | typeof FIXED;
  /** Why nobody finds it, where that is known. The test says so openly, and fails when it is found after all. */
  readonly missed?: string;
}

/** It is repaired, by a commit of the agent. */
export const FIXED = Symbol('fixed');

export interface Seeding {
  readonly scaffold: string;
  readonly faults: readonly Fault[];
  /** Programs without which the machine cannot look: there the faults are not seeded. */
  readonly needs?: readonly string[];
  /** `<agent> <check> <reason>` of checks that the faults keep from running. */
  readonly errored?: readonly string[];
}

/** A change that puts `after` in the place of `before`, which must be there. */
export function replace(before: string, after: string): (text: string) => string {
  return (text) => {
    if (!text.includes(before)) throw new Error(`the scaffold no longer has ${JSON.stringify(before)}:\n${text}`);
    return text.replace(before, () => after);
  };
}

/** A change that adds lines at the end. */
export function append(lines: string): (text: string) => string {
  return (text) => `${text.trimEnd()}\n${lines}`;
}

/** Changes that ask for a package that another one has installed, in package.json and package-lock.json. */
export function dependOn(name: string, range: string): Fault['change'] {
  const edit =
    (rootOf: (data: Record<string, unknown>) => Record<string, unknown>) =>
    (text: string): string => {
      const data = JSON.parse(text) as Record<string, unknown>;
      const root = rootOf(data);
      root['dependencies'] = { ...(root['dependencies'] as Record<string, string> | undefined), [name]: range };
      return `${JSON.stringify(data, null, 2)}\n`;
    };
  return {
    'package.json': edit((data) => data),
    'package-lock.json': edit((data) => (data['packages'] as Record<string, Record<string, unknown>>)[''] ?? {}),
  };
}

/** Makes all faults in one commit. */
export async function seed(repository: TestRepository, faults: readonly Fault[]): Promise<void> {
  for (const { change } of faults) {
    for (const [path, to] of Object.entries(change)) {
      await repository.write(path, typeof to === 'function' ? to(await repository.read(path)) : to);
    }
  }
  await repository.commit('seed faults');
}
