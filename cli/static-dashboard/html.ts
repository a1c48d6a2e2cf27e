/** HTML from templates in which every value is text, unless it is HTML itself. */
import { plainLine } from '../reporters/plain-text.ts';

/** Markup that was made here. */
export interface Html {
  readonly markup: string;
}

type Value = string | number | Html | null | readonly Html[];

/** A value becomes text without control characters, and with those escaped that mean something in HTML; null is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { markup: parts.map((part, index) => part + markupOf(values[index] ?? null)).join('') };
}

function markupOf(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return plainLine(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}

/** An address that a page may lead to; null for any that is not of the web. */
export function webAddress(url: string | null): string | null {
  const protocol = url === null ? null : (URL.parse(url)?.protocol ?? null);
  return protocol === 'https:' || protocol === 'http:' ? url : null;
}
