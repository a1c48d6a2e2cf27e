/** What the packages that are bundled into dist/ ask to be said of them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licences of the packages that are bundled in, as each of them asks for. */
export function thirdPartyNotices(folder: string, inputs: readonly string[]): string {
  const packages = new Set(
    inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0]).filter((path) => path !== undefined),
  );
  const notices = [...packages].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, path, 'package.json'), 'utf8')) as Record<string, string>;
    const file = globSync('{LICENSE,LICENCE,license}*', { cwd: join(folder, path) })[0];
    return `${name} ${version} (${license})\n\n${file === undefined ? '' : readFileSync(join(folder, path, file), 'utf8').trim()}\n`;
  });
  return `Upkeep's dist/ holds code of these packages.\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
