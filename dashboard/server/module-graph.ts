/** The module map of a repository, as the architecture agent keeps it in Markdown, read back into nodes and edges. */
import { findMarkedRegions } from '../../agents/checks/marked-regions.ts';
import { filesWith } from '../../git/files-with.ts';
import { openRepository } from '../../git/repository.ts';
import { readPath } from '../../git/tree.ts';
import type { Dashboard } from './dashboard.ts';

export interface ModuleGraph {
  readonly nodes: { readonly id: string; readonly name: string; readonly count: number | null }[];
  readonly edges: { readonly from: string; readonly to: string; readonly count: number | null }[];
}

const MOST_FILES = 20;
const MOST_BYTES = 1024 * 1024;

/** The first map of a commit; null: there is none, or no clone of the repository is here. */
export async function moduleGraph(
  { repositoryId, commit }: { readonly repositoryId: string; readonly commit: string | null },
  clones: Pick<Dashboard, 'pathOf' | 'onProblem'>,
): Promise<ModuleGraph | null> {
  const path = clones.pathOf(repositoryId);
  if (path === null || commit === null || !/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(commit)) return null;
  try {
    const clone = await openRepository(path);
    const files = await filesWith(clone, { commit, text: 'upkeep:module-map', names: ['*.md', '*.markdown'] });
    for (const file of files.slice(0, MOST_FILES)) {
      const content = await readPath(clone, commit, file);
      const [region] = content === null || content.length > MOST_BYTES ? [] : findMarkedRegions(content.toString('utf8'), 'module-map');
      const graph = region === undefined ? null : graphOf(region.content);
      if (graph !== null) return graph;
    }
  } catch (error) {
    clones.onProblem('the module map could not be read', error);
  }
  return null;
}

/** Of a Mermaid flowchart as module-map-diagram.ts draws it; null: there is none in the text. Pure. */
export function graphOf(text: string): ModuleGraph | null {
  const names = new Map<string, string>();
  const edges: ModuleGraph['edges'] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    const [, id, label] = /^\s*(\w+)\["([^"]*)"\]\s*$/.exec(line) ?? [];
    if (id !== undefined && label !== undefined) names.set(id, decoded(label));
    const [, from, to] = /^\s*(\w+) (?:-->|-\.->|==>\|cycle\|) (\w+)\s*$/.exec(line) ?? [];
    if (from !== undefined && to !== undefined) edges.push({ from, to, count: null });
  }
  if (names.size === 0) return null;
  return {
    nodes: [...names].map(([id, name]) => ({ id, name, count: null })),
    edges: edges.filter(({ from, to }) => names.has(from) && names.has(to)),
  };
}

/** `#34;` is a quote. */
function decoded(label: string): string {
  return label.replaceAll(/#(\d{1,7});/g, (whole, code: string) => (Number(code) <= 0x10ffff ? String.fromCodePoint(Number(code)) : whole));
}
