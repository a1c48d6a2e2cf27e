/** A YAML file as data, with places: a workflow, a compose file. */
import type { Document, LineCounter } from 'yaml';

/** Where a value stands: keys and indexes from the top. */
export type YamlPath = readonly (string | number)[];

/** A parsed file. */
export interface YamlDocument {
  readonly text: string;
  /** The same without anchors and aliases, which GitHub resolves and actionlint does not know; null when it has none. */
  readonly resolvedText: string | null;
  /** The whole document as plain data; null for an empty file. */
  readonly data: unknown;
  /** Line (1-based) of the key, or of the item of a list; of the nearest parent when it is not there. */
  lineOf(path: YamlPath): number;
  /** Line of a piece of text inside the value, else of its key. */
  lineOfText(path: YamlPath, piece: string): number;
}

/** What stopped the parser. */
export interface YamlProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Parses a file; problems when it is no YAML. `merge`: whether `<<` takes over the keys of another map, as Compose does and GitHub does not. */
export async function parseYamlDocument(
  text: string,
  { merge = false }: { readonly merge?: boolean } = {},
): Promise<YamlDocument | readonly YamlProblem[]> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, merge, logLevel: 'error' });
  if (document.errors.length > 0) {
    return document.errors.map((error) => ({
      line: error.linePos?.[0].line ?? 1,
      column: error.linePos?.[0].col ?? 1,
      message: yamlWords(error),
    }));
  }
  try {
    const data: unknown = document.toJS({ maxAliasCount: 100 });
    let hasAliases = false;
    yaml.visit(document, { Alias: () => ((hasAliases = true), yaml.visit.BREAK) });
    const resolvedText = hasAliases ? yaml.stringify(data, { aliasDuplicateObjects: false }) : null;
    return { text, resolvedText, data, ...placesOf(document, lines, text) };
  } catch (error) {
    return [{ line: 1, column: 1, message: (error as Error).message }];
  }
}

/** What the parser says, without the place, which stands beside it, and without the text. */
export function yamlWords({ message }: { readonly message: string }): string {
  return message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'no YAML';
}

function placesOf(document: Document, lines: LineCounter, text: string): Pick<YamlDocument, 'lineOf' | 'lineOfText'> {
  const nodeAt = (path: YamlPath): YamlNode | undefined =>
    path.reduce<YamlNode | undefined>(
      (node, key) => (typeof key === 'number' && isList(node) ? node.items[key] : pairOf(node, key)?.value) as YamlNode | undefined,
      document.contents as YamlNode,
    );
  const startOf = (path: YamlPath): number => {
    for (let length = path.length; length > 0; length -= 1) {
      const pair = pairOf(nodeAt(path.slice(0, length - 1)), path[length - 1]);
      const start = pair?.key?.range?.[0] ?? nodeAt(path.slice(0, length))?.range?.[0];
      if (start !== undefined) return start;
    }
    return 0;
  };
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  return {
    lineOf: (path) => lineAt(startOf(path)),
    lineOfText(path, piece) {
      const start = startOf(path);
      const at = text.slice(start, nodeAt(path)?.range?.[1] ?? start).indexOf(piece);
      return lineAt(at === -1 ? start : start + at);
    },
  };
}

/** The entry of a map; a key such as 200 is the same with and without quotes. */
function pairOf(node: YamlNode | undefined, key: string | number | undefined): YamlPair | undefined {
  return isList(node)
    ? undefined
    : (node?.items as readonly YamlPair[] | undefined)?.find((item) => String(item.key?.value) === String(key));
}

function isList(node: YamlNode | undefined): node is YamlNode & { readonly items: readonly YamlNode[] } {
  return node?.items !== undefined && !('key' in (node.items[0] ?? {}));
}

interface YamlPair {
  readonly key?: YamlNode | null;
  readonly value?: YamlNode | null;
}

interface YamlNode {
  readonly range?: readonly [number, number, number] | null;
  readonly value?: unknown;
  readonly items?: readonly (YamlPair | YamlNode)[];
}
