/** Markdown without what formatters change in it, so that a text and its formatted self compare as one. */

/** Line breaks, indents, marks of lists and emphasis, escapes and the width of tables are taken for the same. */
export function looseText(text: string): string {
  return text
    .replace(/\\(?=[!-/:-@[-`{-~])/g, '')
    .replace(/^(\s*)(?:[*+]|-)(?=\s)/gm, '$1-')
    .replace(/^(\s*\d+)\)(?=\s)/gm, '$1.')
    .replace(/[*_]{3,}/g, '---')
    .replace(/\*\*|__/g, '__')
    .replace(/\*/g, '_')
    .replace(/-{2,}/g, '-')
    .replace(/\s+/g, ' ')
    .replace(/\s*\|\s*/g, '|')
    .trim();
}
