/** The law against barrels: no file that only re-exports a folder, and no file called index. */
import { basename } from 'node:path';
import type { Rule } from 'eslint';

/** ESLint rule: `index.ts` is not a name, and a module that only re-exports is not a room. */
export const noBarrel: Rule.RuleModule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      index: 'Name the file for its main export: index files become barrels.',
      reexport: 'A barrel hides where things live and invites import cycles: import from the file itself.',
    },
  },
  create(context) {
    return {
      Program(node) {
        if (/^index\.[cm]?[jt]sx?$/.test(basename(context.filename))) context.report({ node, messageId: 'index' });
        const onlyReexports = node.body.every(
          (statement) =>
            statement.type === 'ExportAllDeclaration' || (statement.type === 'ExportNamedDeclaration' && Boolean(statement.source)),
        );
        if (node.body.length > 0 && onlyReexports) context.report({ node, messageId: 'reexport' });
      },
      ExportAllDeclaration: (node) => context.report({ node, messageId: 'reexport' }),
    };
  },
};
