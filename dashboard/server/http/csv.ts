/** Lines of CSV (RFC 4180) that no spreadsheet takes for formulas. Pure. */

/** Quoted throughout; what begins like a formula gets an apostrophe in front. */
export function csvLine(values: readonly (string | null)[]): string {
  return `${values.map((value) => quoted(value ?? '')).join(',')}\r\n`;
}

function quoted(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
