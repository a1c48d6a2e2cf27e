import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { findInstalledPackage, resolveRepositoryTool } from '../tools/resolve-tool.ts';
import type { ResolvedTool } from '../tools/resolve-tool.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import { makeTemporaryFolder } from '../tools/temporary-folder.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, reportOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { plainMessage, reportSkipped } from './check-report.ts';
import { packageScopes } from './package-scopes.ts';
import { notInstalled } from './run-roots.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';
import { toolLine } from './tool-line.ts';
import { findTypeScriptUnits } from './typescript-projects.ts';
import type { TypeScriptUnit } from './typescript-projects.ts';
import { writtenLater } from './written-later.ts';

const READS = /\.([cm]?[jt]sx?|vue|jsonc?|patch)$|(^|\/)(pnpm-lock\.yaml|pnpm-workspace\.yaml|yarn\.lock)$/;

/** The repository's own tsc, or vue-tsc, on every tsconfig of its build. */
export const typeCheck: Check = {
  id: 'type-check',
  title: 'Type check',
  async detect(project) {
    const found = await findTypeScriptUnits(project);
    if (found.units === null) return { applies: false, why: found.why };
    const [first, ...rest] = found.units;
    const more = rest.length === 0 ? '' : ` and ${rest.length} more`;
    return {
      applies: true,
      why: `${first.config}${more} with typescript ${found.range}`,
      origin: 'repository',
      needsDependencies: true,
      reads: (path) => READS.test(path),
    };
  },
  async inspect(context) {
    const found = await findTypeScriptUnits(context.project);
    if (found.units === null) return reportSkipped('not-applicable', found.why);
    const scopes = packageScopes(context.project, context.root);
    const parts = await Promise.all(
      found.units.map((unit) => {
        // A build goes through its references, wherever they are.
        const isInScope = unit.mode === 'build' ? () => true : scopes(unit.dir);
        const part = {
          name: JSON.stringify(unit),
          reads: (path: string) => READS.test(path) && isInScope(path),
          isGood: ({ failure, drafts }: CheckPart) => failure === null && drafts.length === 0,
        };
        return context.remembered(part, () => checkUnit(context, unit));
      }),
    );
    return reportOf({ id: 'type-check', context }, withoutRepeats(parts), 'refused');
  },
};

/** Links may keep tsc from naming a type; what it says of real files counts. */
async function checkUnit(context: CheckContext, unit: TypeScriptUnit): Promise<CheckPart> {
  const part = await checkUnitIn(context, unit);
  if (!part.drafts.some((draft) => isUnnamedForLinks(context.root, draft))) return part;
  return (await context.inRealFiles((root) => checkUnitIn({ ...context, root }, unit))) ?? part;
}

async function checkUnitIn(context: CheckContext, unit: TypeScriptUnit): Promise<CheckPart> {
  const packageName = unit.checker === 'tsc' ? 'typescript' : unit.checker;
  const tool = resolveRepositoryTool(context.root, { dir: unit.dir, packageName, binName: unit.checker });
  if (tool === null) return { drafts: [], command: null, log: '', failure: notInstalled(packageName, unit.dir) };
  if (unit.mode === 'build') return partOf(await runBuild(context, unit, tool), { context, unit });
  const result = await runProject(context, unit, tool);
  // Its references were never built: only a build can tell.
  if (/error TS6305:/.test(result.stdout))
    return partOf(await runBuild(context, unit, tool), { context, unit: { ...unit, mode: 'build' } });
  return partOf(result, { context, unit });
}

async function runProject(context: CheckContext, unit: TypeScriptUnit, tool: ResolvedTool): Promise<ToolResult> {
  await using folder = await makeTemporaryFolder();
  // Build information goes outside the tree, where an incremental project would write it into the tree.
  const incremental = ['--incremental', '--tsBuildInfoFile', join(folder.path, 'build-info')];
  const args = [
    '-p',
    unit.config,
    '--noEmit',
    '--emitDeclarationOnly',
    'false',
    '--pretty',
    'false',
    ...(unit.checker !== 'tsc' || Number.parseInt(tool.version, 10) >= 4 ? incremental : []),
  ];
  return await context.runTool({ argv: [...tool.argv, ...args], cwd: context.root });
}

/** A build writes declarations; what it wrote is taken away again, so that nothing else in this tree sees it. */
async function runBuild(context: CheckContext, unit: TypeScriptUnit, tool: ResolvedTool): Promise<ToolResult> {
  const result = await context.runTool({
    argv: [...tool.argv, '-b', unit.config, '--pretty', 'false', '--listEmittedFiles'],
    cwd: context.root,
  });
  const pathOf = repositoryPaths(context.root);
  for (const match of result.stdout.matchAll(/^TSFILE: (.+)$/gm)) {
    const path = pathOf(context.root, match[1] ?? '');
    if (path !== null) await restore(context, path);
  }
  return result;
}

async function restore({ project, root }: CheckContext, path: string): Promise<void> {
  const content = project.has(path) ? await project.read(path) : null;
  if (content === null) await rm(join(root, path), { force: true });
  else await writeFile(join(root, path), content);
}

interface Unit {
  readonly context: CheckContext;
  readonly unit: TypeScriptUnit;
}

function partOf(result: ToolResult, { context, unit }: Unit): CheckPart {
  const command = toolLine({
    manager: context.project.packageManager,
    dir: '',
    tool: unit.checker,
    args: unit.mode === 'build' ? ['-b', unit.config] : ['-p', unit.config, '--noEmit'],
  });
  const log = result.stdout.replace(/^TSFILE: .*\n?/gm, '') + result.stderr;
  const ended = failureOf(result, unit.checker);
  if (ended !== null) return { drafts: [], command, log, failure: ended };
  const told = readDiagnostics(log, { context, unit });
  const isWrittenLater = writtenLater(context.project);
  const drafts = told.filter((draft) => !isWrittenLater(draft));
  const missing = missingDependency(drafts, { context, unit });
  if (missing !== null) return { drafts: [], command, log, failure: missing };
  return { drafts, command, log, failure: result.exitCode !== 0 && told.length === 0 ? crashOf(log, unit.checker) : null };
}

/**
 * In a declaration a type of a dependency's dependency needs a module to import it from. tsc looks above the file, so it
 * finds none to a package that is linked into the tree; in a store and inside of another package there is none anyway.
 */
function isUnnamedForLinks(root: string, { path, rule, message }: FindingDraft): boolean {
  if (path === null || path === undefined || (rule !== 'TS2742' && rule !== 'TS2883')) return false;
  const named = /without a reference to (?:'[^']*' from )?'([^']+)'/.exec(message)?.[1];
  if (named === undefined) return false;
  const [place, ...inside] = join(root, dirname(path), named).split('/node_modules/');
  return inside.length === 1 && !inside[0]?.startsWith('.') && !`${place}/`.startsWith(`${root}/`);
}

/** `src/a.ts(3,5): error TS2322: …`, or without a place; lines that are indented continue the one above. */
const DIAGNOSTIC = /^(?:(.+?)\((\d+),(\d+)\): )?error (TS\d+): (.*(?:\r?\n[ \t]+\S.*)*)/gm;

function readDiagnostics(output: string, { context, unit }: Unit): FindingDraft[] {
  const pathOf = repositoryPaths(context.root);
  const lines = openSourceLines(context.root);
  return [...output.matchAll(DIAGNOSTIC)].map((match): FindingDraft => {
    const [, file, row, column, rule = '', text = ''] = match;
    const named = file === undefined ? null : pathOf(context.root, file);
    const isOurs = named !== null && context.project.has(named);
    const line = isOurs ? Number(row) : null;
    const identity = isOurs ? lines.lineOf(named, line) : undefined;
    return {
      // What is wrong in a dependency or in the configuration is the tsconfig's.
      path: isOurs ? named : unit.config,
      line,
      column: isOurs ? Number(column) : null,
      rule,
      severity: 'error',
      message: plainMessage(file === undefined || isOurs ? text : `${file}: ${text}`),
      ...(identity === undefined ? {} : { identity }),
    };
  });
}

/** A module that package.json names but that is not installed: one fact instead of an error at each import. */
function missingDependency(drafts: readonly FindingDraft[], { context, unit }: Unit): PartFailure | null {
  for (const { rule, message } of drafts) {
    if (rule !== 'TS2307' && rule !== 'TS2688') continue;
    const name = /(?:module|definition file for) '((?:@[^/']+\/)?[^./'][^/']*)/.exec(message)?.[1];
    if (name === undefined || !isDeclared(context.project, name, rule)) continue;
    const isThere = [name, `@types/${name}`].some((each) => findInstalledPackage(context.root, unit.dir, each) !== null);
    if (!isThere)
      return {
        reason: 'dependencies-missing',
        hint: `tsc needs ${name}, which is not installed: install the dependencies, or use --install.`,
      };
  }
  return null;
}

function isDeclared(project: Project, name: string, rule: string): boolean {
  const names = rule === 'TS2688' ? [name, `@types/${name}`] : [name];
  return project.workspaces.some((manifest) => names.some((each) => manifest.dependencies[each] !== undefined));
}

/** Two projects that hold the same file report the same error: it counts once. */
function withoutRepeats(parts: readonly CheckPart[]): CheckPart[] {
  const seen = new Set<string>();
  return parts.map((part) => ({
    ...part,
    drafts: part.drafts.filter((draft) => {
      const id = JSON.stringify([draft.path, draft.line, draft.column, draft.rule, draft.message]);
      if (seen.has(id)) return false;
      seen.add(id);
      return true;
    }),
  }));
}
