/** Finds where the module map stands in a Markdown text. */

export const OPENING_MARKER = '<!-- upkeep:module-map -->';
export const CLOSING_MARKER = '<!-- /upkeep:module-map -->';

/** What lies between two markers, without the lines of the markers. */
export interface MapRegion {
  /** 1-based line of the opening marker. */
  readonly line: number;
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
  readonly content: string;
  /** Line ending of the opening marker. */
  readonly ending: string;
}

/** The regions of a text in order; markers inside fences of code, and such without a partner, are passed over. */
export function findMapRegions(text: string): MapRegion[] {
  if (!text.includes('upkeep:module-map')) return [];
  const regions: MapRegion[] = [];
  let fence: string | null = null;
  let open: { line: number; start: number; ending: string } | null = null;
  let number = 0;
  for (const match of text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    const [whole, content = '', ending = ''] = match;
    if (whole === '') break;
    number += 1;
    if (/^ {0,3}<!--\s*\/upkeep:module-map\s*-->\s*$/.test(content) && open !== null) {
      regions.push({ ...open, end: match.index, content: text.slice(open.start, match.index) });
      [open, fence] = [null, null];
      continue;
    }
    const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(content);
    if (mark !== null) {
      const [, run = '', info = ''] = mark;
      if (fence === null) fence = run;
      else if (run.startsWith(fence) && info.trim() === '') fence = null;
      continue;
    }
    // Without a line ending nothing can stand between.
    if (fence === null && ending !== '' && /^ {0,3}<!--\s*upkeep:module-map\s*-->\s*$/.test(content)) {
      open = { line: number, start: match.index + whole.length, ending };
    }
  }
  return regions;
}

/** What shall stand between the markers. */
export function regionLines(lines: readonly string[], ending: string): string {
  return ['', ...lines, ''].map((line) => line + ending).join('');
}
