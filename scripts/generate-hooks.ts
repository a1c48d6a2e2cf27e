/** Writes .husky/ from the pieces that `agent init` offers to others: `node scripts/generate-hooks.ts`. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMMIT_MSG_GUARD, PRE_COMMIT_GUARD } from '../agents/commit-hooks.ts';

const stagedCode = `git diff --cached --name-only --diff-filter=ACMR -z -- '*.ts' '*.js'`;
const staged = 'git diff --cached --name-only --diff-filter=ACMR -z';

/** Hook → text. */
export const HOOKS: Readonly<Record<string, string>> = {
  'commit-msg': `${COMMIT_MSG_GUARD}
commitlint --edit "$1"
`,
  'pre-commit': `${PRE_COMMIT_GUARD}
tsc -p .
${stagedCode} | xargs -0 -r eslint --max-warnings 0 --no-warn-ignored --
${staged} | xargs -0 -r prettier --check --ignore-unknown --log-level warn --
`,
  'pre-push': `npm run --silent check:quick
`,
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL('../.husky', import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(HOOKS)) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
}
