/** Installs from the lockfile into a cache, never into the user's checkout. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Project } from '../project.ts';
import type { RunTool } from '../tools/run-tool.ts';

/** How many installed trees are kept in a clone's cache. */
const KEPT_INSTALLS = 3;

export type InstallResult = { readonly ok: true; readonly folder: string } | { readonly ok: false; readonly why: string };

/** Returns a folder with the node_modules that the lockfile asks for; the same lockfile is installed once. */
export async function installDependencies(install: { cache: string; project: Project; runTool: RunTool }): Promise<InstallResult> {
  const { cache, project, runTool } = install;
  const command = installCommand(project);
  if (command === null) return { ok: false, why: 'there is no lockfile to install from' };
  const inputs = await installInputs(project);
  const id = createHash('sha256')
    .update(JSON.stringify([process.version, process.platform, process.arch, inputs]))
    .digest('hex')
    .slice(0, 20);
  const folder = join(cache, id);
  if (existsSync(join(folder, 'node_modules'))) {
    await utimes(folder, new Date(), new Date());
    return { ok: true, folder };
  }
  await mkdir(cache, { recursive: true });
  const staging = await mkdtemp(join(cache, '.installing-'));
  try {
    for (const [path, content] of inputs) {
      await mkdir(dirname(join(staging, path)), { recursive: true });
      await writeFile(join(staging, path), content);
    }
    const result = await runTool({ argv: command, cwd: staging, timeoutMs: 10 * 60_000 });
    if (result.end === 'not-found') return { ok: false, why: `${command[0]} is not on this machine` };
    if (result.end !== 'exited' || result.exitCode !== 0) {
      const tail = (result.stderr || result.stdout).trim().split('\n').slice(-3).join(' ');
      return { ok: false, why: `\`${command.join(' ')}\` ended with ${result.end === 'exited' ? result.exitCode : result.end}: ${tail}` };
    }
    await rename(staging, folder).catch((error: NodeJS.ErrnoException) => {
      // Another run of this clone was faster: its result is as good.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    await dropOldInstalls(cache);
    return { ok: true, folder };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Scripts of packages are not run: what is installed here is only read by tools. */
function installCommand(project: Project): [string, ...string[]] | null {
  switch (project.lockfile) {
    case 'package-lock.json':
    case 'npm-shrinkwrap.json':
      return ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    case 'pnpm-lock.yaml':
      return ['pnpm', 'install', '--frozen-lockfile', '--ignore-scripts', '--prefer-offline'];
    case 'yarn.lock':
      return ['yarn', 'install', '--frozen-lockfile', '--ignore-scripts', '--prefer-offline', '--non-interactive'];
    default:
      return null;
  }
}

/** Everything an install reads: manifests, lockfile, package-manager settings. */
async function installInputs(project: Project): Promise<[string, string][]> {
  const paths = [...project.workspaces.map((manifest) => manifest.path), '.npmrc', '.yarnrc', '.yarnrc.yml', 'pnpm-workspace.yaml'];
  if (project.lockfile !== null) paths.push(project.lockfile);
  const inputs: [string, string][] = [];
  for (const path of paths) {
    const content = await project.read(path);
    if (content !== null) inputs.push([path, content]);
  }
  return inputs;
}

async function dropOldInstalls(cache: string): Promise<void> {
  const names = (await readdir(cache)).filter((name) => !name.startsWith('.'));
  const aged = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(cache, name))).mtimeMs })));
  aged.sort((a, b) => b.at - a.at);
  for (const { name } of aged.slice(KEPT_INSTALLS)) await rm(join(cache, name), { recursive: true, force: true });
}
