/** Draws folders and the imports between them as a Mermaid graph, the same for the same imports. */
import { posix } from 'node:path';
import { ownerOf } from '../ownership.ts';
import { knotsOf } from './find-cycles.ts';
import { isImportSource } from './import-graph.ts';
import type { ImportGraph } from './import-graph.ts';

/** More folders than this are drawn by the folder above. */
const MOST_FOLDERS = 40;
const DEEPEST = 6;
const ROOT = '.';

/** Whether a file is on the map: source code without tests. */
export function isMapSource(path: string): boolean {
  return isImportSource(path) && ownerOf(path) !== 'qa';
}

/** The lines of the map, as a fenced block. */
export function renderModuleMap(graph: ImportGraph): string[] {
  const files = graph.files.filter(isMapSource);
  const depth = depthOf(files);
  const folders = [...new Set(files.map((path) => folderOf(path, depth)))].sort();
  const known = new Set(folders);
  const arrows = new Map(folders.map((folder) => [folder, new Map<string, boolean>()]));
  for (const { from, to, lazy } of graph.edges) {
    const [source, target] = [folderOf(from, depth), folderOf(to, depth)];
    if (source === target || !known.has(source) || !known.has(target)) continue;
    const targets = arrows.get(source);
    targets?.set(target, lazy && targets.get(target) !== false);
  }
  const eager = new Map(
    [...arrows].map(([folder, targets]) => [folder, new Set([...targets].filter(([, lazy]) => !lazy).map(([target]) => target))]),
  );
  const knots = knotsOf(eager);
  const knotOf = new Map(knots.flatMap((knot, at) => knot.map((folder) => [folder, at])));
  const ids = idsOf(folders);
  const idOf = (folder: string): string => ids.get(folder) ?? '';
  const lines = ['```mermaid', 'flowchart LR', ...folders.map((folder) => `  ${idOf(folder)}["${labelOf(folder)}"]`)];
  for (const [folder, targets] of arrows) {
    for (const [target, lazy] of [...targets].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const inCycle = !lazy && knotOf.has(folder) && knotOf.get(folder) === knotOf.get(target);
      lines.push(`  ${idOf(folder)} ${lazy ? '-.->' : inCycle ? '==>|cycle|' : '-->'} ${idOf(target)}`);
    }
  }
  return [...lines, '```'];
}

/** The deepest level at which the folders are few enough to be drawn. */
function depthOf(files: readonly string[]): number {
  for (let depth = DEEPEST; depth > 1; depth -= 1) {
    if (new Set(files.map((path) => folderOf(path, depth))).size <= MOST_FOLDERS) return depth;
  }
  return 1;
}

function folderOf(path: string, depth: number): string {
  const folder = posix.dirname(path);
  return folder === ROOT ? ROOT : folder.split('/').slice(0, depth).join('/');
}

/** Names that Mermaid takes, like the folder's own so that a new folder changes no other line. */
function idsOf(folders: readonly string[]): Map<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const folder of folders) {
    // The prefix keeps `end`, `graph` and `class` from being keywords.
    const plain = folder === ROOT ? 'root' : `m_${folder.replace(/[^A-Za-z0-9]+/g, '_')}`;
    let id = plain;
    for (let next = 2; taken.has(id); next += 1) id = `${plain}_${next}`;
    taken.add(id);
    ids.set(folder, id);
  }
  return ids;
}

function labelOf(folder: string): string {
  // Names of folders are not to end the label, the block or the comment around it.
  return [...folder].map((character) => (/["`<>&#\\;\p{Cc}]/u.test(character) ? `#${character.codePointAt(0)};` : character)).join('');
}
