/** Regions of a Markdown text that agents write: `<!-- upkeep:name words -->` on a line of its own, to `<!-- /upkeep:name -->`. */

/** What lies between two markers, without the lines of the markers. */
export interface MarkedRegion {
  /** 1-based line of the opening marker. */
  readonly line: number;
  /** What stands behind the name in the opening marker. */
  readonly words: string;
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
  readonly content: string;
  /** Line ending of the opening marker. */
  readonly ending: string;
}

/** Both markers as people write them. */
export function markersOf(name: string, words = ''): { readonly opening: string; readonly closing: string } {
  return { opening: `<!-- upkeep:${name}${words === '' ? '' : ` ${words}`} -->`, closing: `<!-- /upkeep:${name} -->` };
}

/** The regions of a name in order; markers inside fences of code, and such without a partner, are passed over. */
export function findMarkedRegions(text: string, name: string): MarkedRegion[] {
  if (!text.includes(`upkeep:${name}`)) return [];
  const opening = new RegExp(String.raw`^ {0,3}<!--\s*upkeep:${name}(?:\s+(\S.*?))?\s*-->\s*$`);
  const closing = new RegExp(String.raw`^ {0,3}<!--\s*/upkeep:${name}\s*-->\s*$`);
  const regions: MarkedRegion[] = [];
  let fence: string | null = null;
  let open: Pick<MarkedRegion, 'line' | 'words' | 'start' | 'ending'> | null = null;
  let number = 0;
  for (const match of text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    const [whole, content = '', ending = ''] = match;
    if (whole === '') break;
    number += 1;
    if (closing.test(content) && open !== null) {
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
    const marker = opening.exec(content);
    // Without a line ending nothing can stand between.
    if (fence === null && ending !== '' && marker !== null) {
      open = { line: number, words: marker[1] ?? '', start: match.index + whole.length, ending };
    }
  }
  return regions;
}

/** What shall stand between the markers. */
export function regionLines(lines: readonly string[], ending: string): string {
  return ['', ...lines, ''].map((line) => line + ending).join('');
}
