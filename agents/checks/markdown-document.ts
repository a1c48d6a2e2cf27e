/** What links need to know of a Markdown file: where it points to, and what in it can be pointed at. */
import { decodeEntities, parseMarkdown, visibleText, walkTokens } from './markdown-tokens.ts';
import type { MicromarkToken } from './markdown-tokens.ts';

/** One link or image. */
export interface MarkdownLink {
  /** The destination as a browser would get it: escapes and entities decoded, percent signs kept. */
  readonly target: string;
  readonly line: number;
  readonly column: number;
  readonly isImage: boolean;
}

export interface MarkdownDocument {
  readonly links: readonly MarkdownLink[];
  /** Visible text of each heading, Markdown's and HTML's, in order. */
  readonly headings: readonly string[];
  /** Names given by hand: `id` and `name` attributes, `{#id}` behind headings, footnotes. */
  readonly names: readonly string[];
}

const DESTINATIONS = new Set(['resourceDestinationString', 'definitionDestinationString']);
const HEADINGS = new Set(['atxHeading', 'setextHeading']);

/** Reads the links and anchors of a Markdown text. */
export async function readMarkdownDocument(text: string): Promise<MarkdownDocument> {
  const { tokens, linesBefore } = await parseMarkdown(text);
  const links: MarkdownLink[] = [];
  const headings: string[] = [];
  const names: string[] = [];
  const readTags = (token: MicromarkToken): void => {
    const html = token.text.replace(/<!--[^]*?(?:-->|$)/g, (comment) => comment.replace(/[^\n]/g, ' '));
    const placeAt = placesIn(html);
    for (const tag of html.matchAll(/<(a|img|source|video|audio|link)\s([^<>]{0,4000})>/gi)) {
      const start = tag.index + (tag[1] ?? '').length + 2;
      for (const { name, value, offset } of attributesOf(tag[2] ?? '')) {
        if (name !== 'href' && name !== 'src') continue;
        const { row, column } = placeAt(start + offset);
        const line = token.startLine + row + linesBefore;
        links.push({
          target: decodeEntities(value).trim(),
          line,
          column: row === 0 ? token.startColumn + column : column + 1,
          isImage: name === 'src',
        });
      }
    }
    for (const tag of html.matchAll(/<[a-z][\w-]{0,40}\s([^<>]{0,4000})>/gi)) {
      for (const { name, value } of attributesOf(tag[1] ?? '')) if (name === 'id' || name === 'name') names.push(decodeEntities(value));
    }
  };

  walkTokens(tokens, (token) => {
    if (DESTINATIONS.has(token.type)) {
      const isImage = token.parent?.parent?.parent?.parent?.type === 'image';
      links.push({ target: destinationOf(token.text), line: token.startLine + linesBefore, column: token.startColumn, isImage });
    } else if (HEADINGS.has(token.type)) {
      const heading = visibleText(token.children.filter((child) => child.type.endsWith('HeadingText')));
      const custom = /\s*\{:?\s*#([\w:.-]{1,200})[^}]{0,200}\}\s*$/.exec(heading);
      if (custom?.[1] !== undefined) names.push(custom[1]);
      headings.push(custom === null ? heading : heading.slice(0, custom.index));
    } else if (token.type === 'htmlFlow') {
      readTags(token);
      for (const heading of token.text.matchAll(/<h[1-6](?:\s[^<>]{0,500})?>([^]{0,1000}?)<\/h[1-6]>/gi)) {
        headings.push(decodeEntities((heading[1] ?? '').replace(/<[^<>]{0,2000}>/g, '')).replace(/\s+/g, ' '));
      }
      // Inside HTML, what looks like Markdown is text.
      return false;
    } else if (token.type === 'htmlText') {
      readTags(token);
    }
    return true;
  });
  return { links: withoutContributors(text, links), headings, names };
}

/** all-contributors writes links to anchors that do not exist, such as `#code-octocat`. */
function withoutContributors(text: string, links: readonly MarkdownLink[]): readonly MarkdownLink[] {
  const ranges: { start: number; end: number }[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (/<!--\s*ALL-CONTRIBUTORS-\w+:START/i.test(line)) ranges.push({ start: index + 1, end: Number.POSITIVE_INFINITY });
    const last = ranges.at(-1);
    if (/<!--\s*ALL-CONTRIBUTORS-\w+:END/i.test(line) && last !== undefined) last.end = index + 1;
  }
  return links.filter(({ target, line }) => !target.startsWith('#') || !ranges.some(({ start, end }) => line >= start && line <= end));
}

/** A destination with backslash escapes and character references resolved. */
function destinationOf(raw: string): string {
  return decodeEntities(raw.replace(/\\([!-/:-@[-`{-~])/g, '$1')).trim();
}

interface Attribute {
  readonly name: string;
  readonly value: string;
  /** Of the value's attribute within the text given. */
  readonly offset: number;
}

function attributesOf(text: string): Attribute[] {
  return [...text.matchAll(/(?<![\w:.-])([a-z][\w:.-]{0,60})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=`{}]+))/gi)].map((match) => ({
    name: (match[1] ?? '').toLowerCase(),
    value: match[2] ?? match[3] ?? match[4] ?? '',
    offset: match.index,
  }));
}

/** Makes the function that turns an offset, asked for in rising order, into a 0-based row and column. */
function placesIn(text: string): (offset: number) => { row: number; column: number } {
  let row = 0;
  let start = 0;
  return (offset) => {
    for (let end = text.indexOf('\n', start); end !== -1 && end < offset; end = text.indexOf('\n', start)) {
      row += 1;
      start = end + 1;
    }
    return { row, column: offset - start };
  };
}
