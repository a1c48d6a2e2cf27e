/** Tools as the registry has them, each installed once, in repositories of their own. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { checkFixture, type CheckFixture } from './check-fixture.ts';
import { temporaryFolder } from './git-repository.ts';

export interface ToolShop extends AsyncDisposable {
  /** A repository whose tools are the given packages (`name@version`), which begins with these files. */
  repositoryWith(specs: readonly string[], files: Readonly<Record<string, string | object>>): Promise<CheckFixture>;
}

/** Opens a folder for installed tools; they are gone with it. */
export async function openToolShop(): Promise<ToolShop> {
  const folder = await temporaryFolder();
  return {
    repositoryWith: (specs, files) => repositoryWith(folder.path, specs, files),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function repositoryWith(
  folder: string,
  specs: readonly string[],
  files: Readonly<Record<string, string | object>>,
): Promise<CheckFixture> {
  const home = join(folder, specs.join('+').replace(/\W/g, '-'));
  if (!existsSync(home)) {
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), '{"private":true}\n');
    await promisify(execFile)('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...specs], { cwd: home });
  }
  const names = specs.map((spec) => spec.replace(/(?<=.)@.*$/, ''));
  const fixture = checkFixture({
    'package.json': {
      name: 'sample',
      type: 'module',
      engines: { node: '>=22' },
      devDependencies: Object.fromEntries(names.map((name) => [name, '*'])),
    },
    ...files,
  });
  for (const name of names) {
    const target = join(fixture.root, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(home, 'node_modules', name), target);
  }
  return fixture;
}
