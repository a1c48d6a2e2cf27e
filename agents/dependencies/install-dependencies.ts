/** Installs from the lockfile into a cache, never into the user's checkout. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Project } from '../project.ts';
import { isRunning } from '../sweep-temporary-files.ts';
import type { RunTool } from '../tools/run-tool.ts';
import { installCommand, installInputs } from './install-command.ts';

/** How many installed trees are kept in a clone's cache. */
const KEPT_INSTALLS = 3;
/** A folder that is being installed into, with the process that does it. */
const UNFINISHED = /^\.installing-(\d+)-/;

/** `why`: a clause. */
export type InstallResult = { readonly ok: true; readonly folder: string } | { readonly ok: false; readonly why: string };

/** Returns a folder with the node_modules that the lockfile asks for; the same lockfile is installed once. */
export async function installDependencies(install: { cache: string; project: Project; runTool: RunTool }): Promise<InstallResult> {
  const { cache, project, runTool } = install;
  const command = await installCommand(project);
  if (command === null) return { ok: false, why: 'there is no lockfile to install from' };
  const inputs = await readInputs(project);
  const id = createHash('sha256')
    .update(JSON.stringify([process.version, process.platform, process.arch, command, inputs]))
    .digest('hex')
    .slice(0, 20);
  const folder = join(cache, id);
  if (existsSync(join(folder, 'node_modules'))) {
    await utimes(folder, new Date(), new Date());
    return { ok: true, folder };
  }
  await mkdir(cache, { recursive: true });
  await dropUnfinished(cache);
  const staging = await mkdtemp(join(cache, `.installing-${process.pid}-`));
  try {
    for (const [path, content] of inputs) {
      await mkdir(dirname(join(staging, path)), { recursive: true });
      await writeFile(join(staging, path), content);
    }
    const result = await runTool({ ...command, cwd: staging, timeoutMs: 10 * 60_000 });
    const line = command.argv.join(' ');
    if (result.end === 'not-found') return { ok: false, why: `\`${line}\` is needed, and ${command.argv[0]} is not on this machine` };
    if (result.end !== 'exited' || result.exitCode !== 0) {
      const said = (result.stderr || result.stdout).trim().split('\n').slice(-3).join(' ');
      return { ok: false, why: `\`${line}\` ended with ${result.end === 'exited' ? result.exitCode : result.end}: ${said}` };
    }
    if (!existsSync(join(staging, 'node_modules'))) return { ok: false, why: `\`${line}\` made no node_modules` };
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

async function readInputs(project: Project): Promise<(readonly [string, string])[]> {
  return Promise.all(installInputs(project).map(async (path) => [path, (await project.read(path)) ?? ''] as const));
}

/** What a process that was killed left behind. */
async function dropUnfinished(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const pid = UNFINISHED.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(cache, name), { recursive: true, force: true });
  }
}

async function dropOldInstalls(cache: string): Promise<void> {
  const names = (await readdir(cache)).filter((name) => !name.startsWith('.'));
  const aged = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(cache, name))).mtimeMs })));
  aged.sort((a, b) => b.at - a.at);
  for (const { name } of aged.slice(KEPT_INSTALLS)) await rm(join(cache, name), { recursive: true, force: true });
}
