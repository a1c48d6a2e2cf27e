/** Newer releases of markdownlint have rules that an older one, which the repository may use, does not know. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The minor version of 0.x that brought a rule. */
const SINCE: Readonly<Record<string, { readonly minor: number; readonly name: string }>> = {
  MD054: { minor: 32, name: 'link-image-style' },
  MD055: { minor: 33, name: 'table-pipe-style' },
  MD056: { minor: 33, name: 'table-column-count' },
  MD058: { minor: 35, name: 'blanks-around-tables' },
  MD059: { minor: 38, name: 'descriptive-link-text' },
  MD060: { minor: 39, name: 'table-column-style' },
};

/** Rules that are on only by default and that the repository's version (null: not known) lacks, or may lack. */
export function doubtfulRules(
  rules: Readonly<Record<string, unknown>>,
  version: string | null,
): { readonly lacking: readonly string[]; readonly unsure: readonly string[] } {
  const byDefault = Object.entries(SINCE).filter(([rule, { name }]) => rules[rule] === undefined && rules[name] === undefined);
  if (version === null) return { lacking: [], unsure: byDefault.map(([rule]) => rule) };
  const minor = Number(/^0\.(\d+)\./.exec(version)?.[1] ?? Number.POSITIVE_INFINITY);
  return { lacking: byDefault.filter(([, since]) => since.minor > minor).map(([rule]) => rule), unsure: [] };
}

/** The version of markdownlint below the repository's node_modules, or null. */
export function installedMarkdownlint(find: (packageName: string) => string | null): string | null {
  const nested = ['markdownlint-cli2', 'markdownlint-cli']
    .map((name) => find(name))
    .map((folder) => (folder === null ? null : join(folder, 'node_modules', 'markdownlint')));
  for (const folder of [...nested, find('markdownlint')]) {
    if (folder === null) continue;
    try {
      const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown };
      if (typeof version === 'string') return version;
    } catch (error) {
      if (!(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }
  return null;
}
