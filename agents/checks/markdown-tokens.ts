/** Markdown's syntax tree, by the parser inside markdownlint (CommonMark with GitHub's tables, footnotes and autolinks). */
import type { MicromarkToken } from 'markdownlint';

export type { MicromarkToken };

/** A parsed text: line numbers of tokens count from behind the front matter. */
export interface MarkdownTree {
  readonly tokens: readonly MicromarkToken[];
  /** Lines of front matter before the first token. */
  readonly linesBefore: number;
}

/** Parses Markdown, front matter left out. */
export async function parseMarkdown(text: string): Promise<MarkdownTree> {
  const { lint } = await import('markdownlint/sync');
  let tree: MarkdownTree = { tokens: [], linesBefore: 0 };
  lint({
    strings: { text },
    config: { default: false, 'read-tree': true },
    noInlineConfig: true,
    customRules: [
      {
        names: ['read-tree'],
        description: 'Hands out the tree',
        tags: ['tree'],
        parser: 'micromark',
        function: ({ parsers, frontMatterLines }) => {
          tree = { tokens: parsers.micromark.tokens, linesBefore: frontMatterLines.length };
        },
      },
    ],
  });
  return tree;
}

/** Every token in document order, parents before children; `enter` returns false to leave children out. */
export function walkTokens(tokens: readonly MicromarkToken[], enter: (token: MicromarkToken) => boolean | void): void {
  for (const token of tokens) if (enter(token) !== false) walkTokens(token.children, enter);
}

const TEXT = new Set([
  'data',
  'codeTextData',
  'mathTextData',
  'characterEscapeValue',
  'literalAutolink',
  'autolinkProtocol',
  'autolinkEmail',
]);
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
};

/** The text that a reader sees: no markup, images left out. */
export function visibleText(tokens: readonly MicromarkToken[]): string {
  let text = '';
  walkTokens(tokens, (token) => {
    if (TEXT.has(token.type)) text += token.text;
    else if (token.type === 'characterReference') text += decodeEntities(token.text);
    else if (token.type === 'lineEnding') text += ' ';
    else return !['image', 'resource', 'reference', 'htmlText'].includes(token.type);
    return false;
  });
  return text;
}

/** Replaces the character references that occur in links and headings. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,6});/gi, (whole) => {
    const body = whole.slice(1, -1).toLowerCase();
    if (!body.startsWith('#')) return ENTITIES[body] ?? whole;
    const code = body.startsWith('#x') ? Number.parseInt(body.slice(2), 16) : Number(body.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
