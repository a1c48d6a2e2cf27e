/** `agent init`: shows what it found and what it would write, then writes it. */
import { lstat, mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { openRepository } from '../../git/repository.ts';
import type { CommandContext } from '../command-context.ts';
import { planInit, type InitPlan, type PlannedFile } from '../init/plan-init.ts';
import { survey } from '../init/survey.ts';
import { UsageError } from '../usage-error.ts';

export async function initCommand(flags: { readonly yes?: boolean; readonly dryRun?: boolean }, context: CommandContext): Promise<number> {
  const { output } = context;
  const repository = await openRepository(context.cwd);
  if (repository.root === null) throw new UsageError('this repository is bare: run `agent init` in a clone with a working tree');
  const { root } = repository;
  const plan = await planInit(await survey(root, repository), context.version);
  for (const file of plan.files) await requireInside(root, file.path);
  output.out(describe(plan, context));
  if (flags.dryRun === true || plan.files.length === 0) {
    output.out(flags.dryRun === true ? 'nothing was written (--dry-run)\n' : 'there is nothing to write\n');
    return 0;
  }
  if (flags.yes !== true) {
    if (!output.canAsk) throw new UsageError('nothing was written: this is no terminal, so say --yes to write these files');
    if (!(await isAgreed(context))) {
      output.out('nothing was written\n');
      return 0;
    }
  }
  for (const file of plan.files) output.out(`${await write(root, file)}\n`);
  output.out(`\nnext:\n${plan.next.map((step) => `  ${step}\n`).join('')}`);
  return 0;
}

function describe(plan: InitPlan, context: CommandContext): string {
  const { palette } = context.output;
  const indented = (text: string, prefix: string): string =>
    text
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${prefix}${line}\n`)
      .join('');
  const parts = [`${palette.strong('found:')}\n${plan.found.map((sentence) => `  ${sentence}\n`).join('')}`];
  for (const file of plan.files) {
    const shown =
      file.isMade === true
        ? `    (made from the sources of Upkeep, ${Math.ceil(file.text.length / 1000)} kB)\n`
        : file.replaces === null
          ? indented(file.text, `    ${palette.good('+')} `)
          : (file.added?.flatMap((piece) => piece.split(/\r?\n/)) ?? addedLines(file.replaces, file.text))
              .map((line) => `    ${palette.good('+')} ${line}\n`)
              .join('');
    parts.push(`${palette.strong(file.replaces === null ? 'new:' : 'added to:')} ${file.path} – ${file.why}\n${shown}`);
  }
  for (const { where, text } of plan.advice) parts.push(`${palette.strong('for you to add:')} ${where}\n${indented(text, '    ')}`);
  return `${parts.join('\n')}\n`;
}

/** The lines of the new text that the old one lacks. */
function addedLines(before: string, after: string): string[] {
  const old = new Set(before.split(/\r?\n/));
  return after.split(/\r?\n/).filter((line) => !old.has(line));
}

async function isAgreed(context: CommandContext): Promise<boolean> {
  const ask = createInterface({ input: process.stdin, output: context.output.stdout });
  try {
    return /^(y|yes)$/i.test((await ask.question('write this? [y/N] ')).trim());
  } finally {
    ask.close();
  }
}

/** Throws UsageError when a folder on the way to the file is a link out of the repository, or to nothing. */
async function requireInside(root: string, path: string): Promise<void> {
  const top = await realpath(root);
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    const isLink = await lstat(join(root, folder)).then(
      (info) => info.isSymbolicLink(),
      () => false,
    );
    if (!isLink) continue;
    const target = await realpath(join(root, folder)).catch(() => null);
    if (target !== null && target.startsWith(top + sep)) continue;
    const where = target === null ? 'to nothing' : 'out of the repository';
    throw new UsageError(`nothing was written: ${folder} is a symbolic link that leads ${where}, and ${path} would be written through it`);
  }
}

/** A new file is made only where there is none; one that is added to must still be as it was read. */
async function write(root: string, file: PlannedFile): Promise<string> {
  const path = join(root, file.path);
  if (file.replaces === null) {
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeFile(path, file.text, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return `${file.path} exists by now and was left as it is`;
    }
    return `wrote ${file.path}`;
  }
  const isAsRead = (await lstat(path)).isFile() && (await readFile(path, 'utf8')) === file.replaces;
  if (!isAsRead) return `${file.path} changed by now and was left as it is`;
  const { mode } = await lstat(path);
  await writeFile(`${path}.upkeep-new`, file.text, { flag: 'wx', mode });
  await rename(`${path}.upkeep-new`, path);
  return `added to ${file.path}`;
}
