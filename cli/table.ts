import { stripVTControlCharacters } from 'node:util';

/** Rows with aligned columns, two blanks between them, no blanks at the ends of lines. */
export function alignedRows(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}

function widthOf(cell: string): number {
  return [...stripVTControlCharacters(cell)].length;
}
