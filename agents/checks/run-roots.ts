/** Runs a tool in each folder where it is set up, to inspect or to fix. */
import { join, posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { batchArguments } from '../tools/batch-arguments.ts';
import { resolveRepositoryTool } from '../tools/resolve-tool.ts';
import type { ResolvedTool } from '../tools/resolve-tool.ts';
import type { ToolCall, ToolResult } from '../tools/run-tool.ts';
import type { CheckContext, CheckReport, Detection, FixReport } from './check.ts';
import { reportOf, tailOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { isFixablePath } from './fixable-path.ts';
import { isGlobMatch } from './glob-match.ts';
import { packageScopes } from './package-scopes.ts';
import { toolLine } from './tool-line.ts';
import { describeSetup, findToolRoots, isInside, rootOf } from './tool-setup.ts';
import type { ToolInvocation, ToolRoot, ToolSetup } from './tool-setup.ts';

/** One call to make: where, with what, and what the repository's scripts add. */
export interface RootCall {
  readonly tool: ResolvedTool;
  readonly root: ToolRoot;
  readonly invocation: ToolInvocation;
  /** Absolute. */
  readonly cwd: string;
}

/** A tool applies where the repository has set it up. */
export function detectRoots(project: Project, setup: ToolSetup, reads: (path: string) => boolean): Detection {
  const found = findToolRoots(project, setup);
  if (found.roots === null) return { applies: false, why: found.why };
  return { applies: true, why: describeSetup(found.roots, setup.tool), origin: 'repository', needsDependencies: true, reads };
}

/** The shell line of a call, with the files that it is about; `args` come before what the repository's scripts add. */
export function rootLine(
  context: CheckContext,
  { root, invocation }: RootCall,
  shown: { readonly tool: string; readonly args?: readonly string[]; readonly drafts: readonly FindingDraft[] },
): string {
  return toolLine({
    manager: context.project.packageManager,
    dir: root.dir,
    tool: shown.tool,
    args: [...(shown.args ?? []), ...invocation.flags],
    files: shown.drafts.flatMap((draft) => draft.path ?? []),
    fallback: invocation.targets.filter((target) => target !== '.'),
  });
}

/** Inspects every folder where the tool is set up, all at once as far as the runner has places. */
export async function inspectRoots(
  context: CheckContext,
  check: { readonly id: string; readonly setup: ToolSetup },
  inspect: (call: RootCall) => Promise<CheckPart>,
): Promise<CheckReport> {
  const found = findToolRoots(context.project, check.setup);
  if (found.roots === null) return { outcome: 'skipped', reason: 'not-applicable', findings: [], command: null, log: '', hint: found.why };
  const scopes = packageScopes(context.project, context.root);
  const parts = await Promise.all(
    found.roots.flatMap((root) =>
      root.invocations.map(async (invocation): Promise<CheckPart> => {
        const tool = resolveFor(context, root, check.setup);
        if (tool === null) return { drafts: [], command: null, log: '', failure: notInstalled(check.setup.packageName, root.dir) };
        const part = { name: JSON.stringify([root, invocation]), reads: scopes(root.dir), isGood: isClean };
        return context.remembered(part, () => inspect({ tool, root, invocation, cwd: join(context.root, root.dir) }));
      }),
    ),
  );
  return reportOf({ id: check.id, context }, eachOnce(parts));
}

function isClean({ failure, drafts }: CheckPart): boolean {
  return failure === null && drafts.every(({ severity }) => severity !== 'error');
}

/** A file that two calls read with the same result is told of once, by the first. */
function eachOnce(parts: readonly CheckPart[]): CheckPart[] {
  const told = new Set<string>();
  return parts.map((part) => {
    const drafts = part.drafts.map((draft) => ({
      draft,
      id: JSON.stringify([draft.path, draft.line, draft.column, draft.rule, draft.message]),
    }));
    const fresh = drafts.filter(({ id }) => !told.has(id));
    for (const { id } of fresh) told.add(id);
    return { ...part, drafts: fresh.map(({ draft }) => draft) };
  });
}

/** How a fixer turns files into a call, and how it reads the end of it. */
export interface RootFix {
  /** Arguments before the files. */
  args(call: RootCall): readonly string[];
  /** A path as the tool takes it, where it would read some names as patterns. */
  readonly operand?: (path: string) => string;
  /** Null when the tool did its work, whatever it left. */
  failure(result: ToolResult, call: RootCall): PartFailure | null;
}

/** Fixes `context.files`, in batches that one process can take, one batch after another. */
export async function fixRoots(context: CheckContext, setup: ToolSetup, fix: RootFix): Promise<FixReport> {
  const found = findToolRoots(context.project, setup);
  const logs: string[] = [];
  const commands: string[] = [];
  const report = (failure: PartFailure | null): FixReport => ({
    outcome: failure === null ? 'done' : 'errored',
    reason: failure?.reason ?? null,
    command: commands.length === 0 ? null : [...new Set(commands)].slice(0, 5).join(' && '),
    log: tailOf([...logs, failure?.hint ?? ''].filter(Boolean).join('\n'), 64 * 1024),
  });
  for (const { root, invocation, files } of divideFiles(context.files, found.roots ?? [])) {
    const tool = resolveFor(context, root, setup);
    if (tool === null) return report(notInstalled(setup.packageName, root.dir));
    const call: RootCall = { tool, root, invocation, cwd: join(context.root, root.dir) };
    const args = fix.args(call);
    commands.push(
      toolLine({ manager: context.project.packageManager, dir: root.dir, tool: setup.tool, args, files, fallback: invocation.targets }),
    );
    // `./` keeps a name that begins with a dash from being an option.
    const operand = fix.operand ?? ((path: string) => path);
    for (const batch of batchArguments(files.map((file) => operand(`./${posix.relative(root.dir, file)}`)))) {
      const result = await context.runTool(toolCall(call, [...args, ...batch]));
      logs.push(result.stderr.trim());
      const failure = fix.failure(result, call);
      if (failure !== null) return report(failure);
    }
  }
  return report(null);
}

/** The call of a root's tool with these arguments, in its folder and with its scripts' environment. */
export function toolCall(call: RootCall, args: readonly string[]): ToolCall {
  return { argv: [...call.tool.argv, ...args], cwd: call.cwd, env: call.invocation.env };
}

/** The failure of a tool that package.json names and node_modules lacks. */
export function notInstalled(packageName: string, dir: string): PartFailure {
  const where = dir === '' ? '' : ` for ${dir}`;
  return {
    reason: 'dependencies-missing',
    hint: `${packageName} is in package.json but not installed${where}: install the dependencies, or use --install.`,
  };
}

function resolveFor(context: CheckContext, root: ToolRoot, setup: ToolSetup): ResolvedTool | null {
  const tool = resolveRepositoryTool(context.root, { dir: root.dir, packageName: setup.packageName, binName: setup.tool });
  return tool === null || setup.program === undefined ? tool : setup.program(tool);
}

interface FixShare {
  readonly root: ToolRoot;
  readonly invocation: ToolInvocation;
  readonly files: string[];
}

/** Gives each file that may be changed to the folder that is nearest above it and to the first call there that covers it. */
function divideFiles(files: readonly string[], roots: readonly ToolRoot[]): FixShare[] {
  const shares = new Map<ToolInvocation, FixShare>();
  for (const file of files) {
    if (!isFixablePath(file)) continue;
    const root = rootOf(roots, file);
    const invocation = root?.invocations.find((each) => each.targets.some((target) => covers(target, posix.relative(root.dir, file))));
    if (root === null || invocation === undefined) continue;
    const share = shares.get(invocation) ?? { root, invocation, files: [] };
    share.files.push(file);
    shares.set(invocation, share);
  }
  return [...shares.values()];
}

function covers(target: string, path: string): boolean {
  if (target === '.') return true;
  if (!/[*{?[]/.test(target)) return isInside(posix.normalize(target).replace(/\/$/, ''), path);
  // A pattern may name folders.
  return isGlobMatch(target, path) || isGlobMatch(`${target.replace(/\/$/, '')}/**`, path);
}
