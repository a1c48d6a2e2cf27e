/** Folders with their findings as the rows of a tree. Pure. */

export interface FolderHeat {
  /** Repository-relative; empty: files at the top. */
  readonly folder: string;
  readonly errors: number;
  readonly warnings: number;
}

export interface HeatRow extends FolderHeat {
  /** Its last part. */
  readonly name: string;
  readonly depth: number;
}

const MOST_ROWS = 40;

/** Each folder with the sum of what is below it, parents before children, the hottest first; a chain of single folders is one row. */
export function heatRows(folders: readonly FolderHeat[]): readonly HeatRow[] {
  const sums = new Map<string, { errors: number; warnings: number }>();
  for (const { folder, errors, warnings } of folders) {
    for (const part of ancestors(folder)) {
      const sum = sums.get(part) ?? { errors: 0, warnings: 0 };
      sums.set(part, { errors: sum.errors + errors, warnings: sum.warnings + warnings });
    }
  }
  const rows: HeatRow[] = [];
  const visit = (folder: string, shownAs: string, depth: number): void => {
    const children = childrenOf(folder, sums);
    const [only] = children;
    const sum = sums.get(folder) ?? { errors: 0, warnings: 0 };
    if (only !== undefined && children.length === 1 && isSame(sums.get(only), sum)) {
      visit(only, `${shownAs}/${lastPart(only)}`, depth);
      return;
    }
    rows.push({ folder, name: shownAs, depth, ...sum });
    for (const child of children) visit(child, lastPart(child), depth + 1);
  };
  for (const top of childrenOf(null, sums)) visit(top, top === '' ? '(top)' : top, 0);
  return rows.slice(0, MOST_ROWS);
}

function ancestors(folder: string): readonly string[] {
  if (folder === '') return [''];
  const parts = folder.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Null: those at the top. */
function childrenOf(parent: string | null, sums: ReadonlyMap<string, { errors: number; warnings: number }>): readonly string[] {
  const isChild = (folder: string): boolean =>
    parent === null
      ? !folder.includes('/')
      : parent !== '' && folder.startsWith(`${parent}/`) && !folder.slice(parent.length + 1).includes('/');
  const heat = (folder: string): number => {
    const { errors = 0, warnings = 0 } = sums.get(folder) ?? {};
    return errors * 1000 + warnings;
  };
  return [...sums.keys()].filter(isChild).sort((a, b) => heat(b) - heat(a) || a.localeCompare(b));
}

function isSame(a: { errors: number; warnings: number } | undefined, b: { errors: number; warnings: number }): boolean {
  return a !== undefined && a.errors === b.errors && a.warnings === b.warnings;
}

function lastPart(folder: string): string {
  return folder.slice(folder.lastIndexOf('/') + 1);
}
