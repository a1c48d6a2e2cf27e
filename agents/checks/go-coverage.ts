/** Coverage of tests in Go, where the repository measures it. */
import type { Project } from '../project.ts';

/** Statements between two places of a file. */
export interface CoverBlock {
  /** `example.com/x/a.go:3.20,5.2` */
  readonly place: string;
  readonly statements: number;
  readonly isCovered: boolean;
}

const CALLERS = /^(Makefile|makefile|GNUmakefile|justfile|Taskfile\.ya?ml|\.gitlab-ci\.yml|\.github\/workflows\/[^/]+\.ya?ml)$/;

/** Whether a Makefile or a workflow has `go test` measure it. */
export async function measuresCoverage(project: Project): Promise<boolean> {
  const texts = await Promise.all(project.files.filter((path) => CALLERS.test(path)).map((path) => project.read(path)));
  return texts.some((text) => /\bgo\s+test\b[^\n]*\s-{1,2}cover(profile|mode|pkg)?\b/.test((text ?? '').replace(/\\\r?\n/g, ' ')));
}

/** Whether tests in another language may have measured something else: then no figure is that of the repository. */
export function hasOtherTests(project: Project): boolean {
  return project.packages.length > 0 || project.files.some((path) => path.endsWith('.py'));
}

/** The blocks of a coverage profile: `example.com/x/a.go:3.20,5.2 1 0`. */
export function coverBlocks(profile: string): CoverBlock[] {
  return [...profile.matchAll(/^(\S.*:\d+\.\d+,\d+\.\d+) (\d+) (\d+)$/gm)].map(([, place = '', statements, count]) => ({
    place,
    statements: Number(statements),
    isCovered: count !== '0',
  }));
}

/** Percent of the statements that ran; a block that two packages tell of ran when it did for one. */
export function percentOfBlocks(blocks: readonly CoverBlock[]): number | undefined {
  const byPlace = new Map<string, CoverBlock>();
  for (const block of blocks) if (byPlace.get(block.place)?.isCovered !== true) byPlace.set(block.place, block);
  const all = [...byPlace.values()];
  const sum = (some: readonly CoverBlock[]): number => some.reduce((total, { statements }) => total + statements, 0);
  const total = sum(all);
  return total === 0 ? undefined : Math.round((sum(all.filter(({ isCovered }) => isCovered)) / total) * 10_000) / 100;
}
