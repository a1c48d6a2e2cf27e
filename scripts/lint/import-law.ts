/** The import law: the house has six floors, and each room uses only rooms below its own. */
import { posix, relative, sep } from 'node:path';
import type { Rule } from 'eslint';
import { importOf } from './import-of.ts';

/** Room → floor. A room is the longest of these that the path starts with. */
export const FLOORS: Readonly<Record<string, number>> = {
  'cli/': 6,
  'dashboard/server/': 5,
  'dashboard/web/': 5,
  'dashboard/wire/': 4.5,
  'scheduler/': 4,
  'agents/': 3,
  'github/': 3,
  'ledger/': 2,
  'git/': 1,
  'prisma/': 1,
};

/** Words that both sides of the dashboard know: the page takes them by way of dashboard/wire/, so nothing of Node may be in them. */
const VOCABULARY = /^(ledger\/outcome|scheduler\/(shown-state|run-states|wait-reason))\.ts$/;

/** Rooms outside the house: they may look in everywhere, and nothing in the house may import them. */
const OUTSIDE = ['scripts/', 'tests/'];

/** Why `from` may not import `to` (both repository-relative), or null when it may. `typeOnly`: erased before it runs. */
export function importViolation(from: string, to: string, typeOnly: boolean): string | null {
  const own = roomOf(from);
  if (own === null) return null;
  if (OUTSIDE.some((room) => to.startsWith(room))) return `nothing in the house imports ${to.split('/')[0]}/.`;
  const other = roomOf(to);
  if (other === null || other === own) return null;
  if (other === 'dashboard/web/') return `${other} is a page: nothing imports it.`;
  if (own === 'dashboard/web/')
    return typeOnly || other === 'dashboard/wire/' ? null : `${own} takes types only from the rest of the house.`;
  if (other === 'dashboard/wire/' && own !== 'dashboard/server/' && own !== 'cli/')
    return `${other} is what the dashboard's page and server say to each other.`;
  if (own === 'dashboard/wire/' && !(other === 'dashboard/server/' || other === 'cli/'))
    return typeOnly || VOCABULARY.test(to) ? null : `${own} goes to the page: it takes types, and words without Node.`;
  const [ownFloor, otherFloor] = [FLOORS[own] ?? 0, FLOORS[other] ?? 0];
  if (ownFloor === otherFloor) return `${own} and ${other} are on floor ${ownFloor} and do not know each other.`;
  if (ownFloor < otherFloor) return `${own} is on floor ${ownFloor} and may not import ${other} on floor ${otherFloor}.`;
  return null;
}

function roomOf(path: string): string | null {
  return Object.keys(FLOORS).find((room) => path.startsWith(room)) ?? null;
}

/** ESLint rule that holds static, dynamic and type imports of relative paths to the law. */
export const importLaw: Rule.RuleModule = {
  meta: { type: 'problem', schema: [], messages: { broken: 'Import law: {{why}}' } },
  create(context) {
    const from = relative(context.cwd, context.filename).split(sep).join('/');
    const look = (node: Rule.Node): void => {
      const { specifier, typeOnly } = importOf(node);
      if (specifier === null || !specifier.startsWith('.')) return;
      const why = importViolation(from, posix.join(posix.dirname(from), specifier), typeOnly);
      if (why !== null) context.report({ node, messageId: 'broken', data: { why } });
    };
    return {
      ImportDeclaration: look,
      ExportNamedDeclaration: look,
      ExportAllDeclaration: look,
      ImportExpression: look,
      TSImportType: look,
    };
  },
};
