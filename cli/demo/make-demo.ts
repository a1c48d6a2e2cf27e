import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { git } from '../../git/exec-git.ts';
import { whyNoFolder } from '../place.ts';
import { UsageError } from '../usage-error.ts';
import { demoFiles, type DemoTools } from './demo-files.ts';

const TOOLS = ['eslint', 'prettier', 'typescript', 'vitest'];

/** Makes the repository in an empty or absent folder, with a first commit by a person. `clone`: this project's own folder, whose tools are linked. */
export async function makeDemo(folder: string, clone: string): Promise<DemoTools> {
  const why = whyNoFolder(folder);
  if (why !== null) throw new UsageError(`${folder}: ${why}; name a folder that is absent or empty`);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new UsageError(`${folder} is not empty: name a folder that is absent or empty`);
  const tools = { versions: installedTools(clone) };
  for (const [path, text] of Object.entries(demoFiles(tools))) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await linkTools(folder, clone, tools);
  await git(['init', '--quiet', '--initial-branch=main', '--template=', '.'], { cwd: folder });
  await git(['add', '--all'], { cwd: folder });
  const person = {
    GIT_AUTHOR_NAME: 'A Person',
    GIT_AUTHOR_EMAIL: 'person@example.com',
    GIT_COMMITTER_NAME: 'A Person',
    GIT_COMMITTER_EMAIL: 'person@example.com',
  };
  await git(['commit', '--quiet', '--message', 'feat: open a small shop'], { cwd: folder, env: person });
  return tools;
}

/** The linters and test runners that lie beside a clone of this project; an installed package has none of them. */
function installedTools(clone: string): Record<string, string> {
  const found = TOOLS.flatMap((name): [string, string][] => {
    const manifest = join(clone, 'node_modules', name, 'package.json');
    return existsSync(manifest) ? [[name, (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version]] : [];
  });
  // Half a set would make a demonstration of what is missing.
  return found.length === TOOLS.length ? Object.fromEntries(found) : {};
}

async function linkTools(folder: string, clone: string, { versions }: DemoTools): Promise<void> {
  const names = Object.keys(versions);
  if (names.length === 0) return;
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  for (const name of names) {
    await symlink(join(clone, 'node_modules', name), join(modules, name), 'dir');
    const { bin } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as { bin?: string | Record<string, string> };
    const programs = typeof bin === 'string' ? { [name]: bin } : (bin ?? {});
    for (const [program, path] of Object.entries(programs)) await symlink(join('..', name, path), join(modules, '.bin', program));
  }
}
