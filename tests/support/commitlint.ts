/** Puts this project's own commitlint into a test repository, one link a package, as installed packages lie. */
import { mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const INSTALLED = join(import.meta.dirname, '..', '..', 'node_modules', '@commitlint');

/** Links `packages` of the scope @commitlint; default all. */
export function linkCommitlint(root: string, packages: readonly string[] = readdirSync(INSTALLED)): void {
  const scope = join(root, 'node_modules', '@commitlint');
  mkdirSync(scope, { recursive: true });
  for (const name of packages) symlinkSync(realpathSync(join(INSTALLED, name)), join(scope, name));
}
