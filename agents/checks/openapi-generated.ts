/** Documents of OpenAPI and code made from them are in step: the repository's own generator writes what is committed. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Reason } from '../../ledger/outcome.ts';
import type { Project } from '../project.ts';
import { resolveRepositoryTool } from '../tools/resolve-tool.ts';
import type { ToolCall, ToolResult } from '../tools/run-tool.ts';
import { firstDifference, isSameContent } from './compare-generated.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { crashOf, failureOf, firstLine, reportOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { logOf, reportSkipped } from './check-report.ts';
import { isMedia } from './fixable-path.ts';
import { isDataName } from './openapi-files.ts';
import { findGenerators } from './openapi-generators.ts';
import type { GeneratorScript, GeneratorTool } from './openapi-generators.ts';
import { notInstalled } from './run-roots.ts';
import { shellLine } from './shell-line.ts';
import { isInside } from './tool-setup.ts';
import { withoutNetwork } from './without-network.ts';

const TIMEOUT_MS = 120_000;
/** Files of one script that are told by themselves; the others are a number. */
const MOST_FILES = 5;
const SETTINGS =
  /(^|\/)([\w.-]*config\.[cm]?[jt]s|\.prettierrc|\.editorconfig|\.prettierignore|\.openapi-generator-ignore|tsoa\.json)$|\.(hbs|mustache|ejs|eta)$/;

/** The check `openapi-generated`. */
export const openapiGenerated: Check = {
  id: 'openapi-generated',
  title: 'What OpenAPI generators write',
  writes: true,
  async detect(project) {
    const scripts = await findGenerators(project);
    const [first, ...others] = scripts;
    if (first === undefined) return { applies: false, why: 'no script makes a tracked file of OpenAPI, or one from it' };
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    // What makes a document from code may read all of it.
    const isFromCode = scripts.some(({ tools, outputs }) => tools === null || outputs.length === 0);
    const reads = (path: string): boolean =>
      isFromCode
        ? !isMedia(path)
        : isDataName(path) || SETTINGS.test(path) || scripts.some(({ outputs }) => outputs.some((output) => isInside(output, path)));
    return { applies: true, why: `the script ${first.name}${more}`, origin: 'repository', needsDependencies: true, reads };
  },
  inspect,
};

/** What running a script came to. */
type Step = { readonly part: CheckPart } | { readonly skipped: { readonly reason: Reason; readonly hint: string } };

async function inspect(context: CheckContext): Promise<CheckReport> {
  const steps: Step[] = [];
  for (const script of await findGenerators(context.project)) steps.push(await inspectScript(script, context));
  const parts = steps.flatMap((step) => ('part' in step ? [step.part] : []));
  const skipped = steps.flatMap((step) => ('skipped' in step ? [step.skipped] : []));
  const hint = skipped.map((each) => each.hint).join(' ');
  if (parts.length === 0) return { ...reportSkipped(skipped[0]?.reason ?? 'not-applicable', hint), isIncomplete: true };
  const report = reportOf({ id: 'openapi-generated', context }, parts);
  return hint === '' ? report : { ...report, hint: [report.hint, hint].filter(Boolean).join(' '), isIncomplete: true };
}

async function inspectScript(script: GeneratorScript, context: CheckContext): Promise<Step> {
  const command = commandOf(script, context.project);
  const before = stampsOf(context);
  const committed = committedBy(script, context);
  const run = await runScript(script, context);
  if (run !== null) return run;
  const written = writtenFiles(script, { context, before });
  if (written.length === 0 && (script.tools === null || script.outputs.length === 0))
    return { skipped: { reason: 'not-applicable', hint: `\`${command}\` writes no file that is tracked.` } };
  const made: Told['made'] = new Map(written.map((path) => [path, textOf(context.root, path)]));
  const different: string[] = [];
  for (const path of written) if (!(await isInStep(path, { committed, context }))) different.push(path);
  if (different.length === 0) return { part: { drafts: [], command, log: '', failure: null } };
  const again = await runScript(script, context);
  if (again !== null) return again;
  const unsteady = different.filter((path) => textOf(context.root, path) !== made.get(path));
  const drafts =
    unsteady.length > 0
      ? [unsteadyDraft(unsteady[0] ?? '', { command, made, committed, context })]
      : await draftsOf(different, { script, command, made, committed, context });
  return { part: { drafts, command, log: '', failure: null } };
}

/** Null when it did its work. */
async function runScript(script: GeneratorScript, context: CheckContext): Promise<Step | null> {
  const command = commandOf(script, context.project);
  for (const call of script.tools?.map((tool) => ({ tool, call: toolCallOf(tool, script, context) })) ?? wholeCalls(script, context)) {
    if (call.call === null)
      return { part: { drafts: [], command, log: '', failure: notInstalled(call.tool?.packageName ?? '', script.dir) } };
    const result = await context.runTool(call.call);
    const failure = call.tool?.isFormatter === true ? null : failureIn(result, { command, isWhole: call.tool === null });
    if (failure === null) continue;
    return failure.isSkipped ? { skipped: failure } : { part: { drafts: [], command, log: logOf(result), failure } };
  }
  return null;
}

interface Call {
  readonly tool: GeneratorTool | null;
  readonly call: ToolCall | null;
}

function toolCallOf(tool: GeneratorTool, { dir }: GeneratorScript, { root }: CheckContext): ToolCall | null {
  const { packageName, command } = tool;
  const resolved = resolveRepositoryTool(root, { dir, packageName, binName: command.tool });
  if (resolved === null) return null;
  return { argv: [...resolved.argv, ...command.args], cwd: join(root, dir), env: withoutNetwork(command.env), timeoutMs: TIMEOUT_MS };
}

/** Node runs scripts by itself, without those that come before and after. */
function wholeCalls({ dir, name }: GeneratorScript, { root, project }: CheckContext): Call[] {
  const scripts = project.packages.find((manifest) => manifest.dir === dir)?.scripts ?? {};
  return [`pre${name}`, name, `post${name}`]
    .filter((each) => scripts[each] !== undefined)
    .map((each) => ({
      tool: null,
      call: { argv: [process.execPath, '--run', each], cwd: join(root, dir), env: withoutNetwork({}), timeoutMs: TIMEOUT_MS },
    }));
}

function failureIn(
  result: ToolResult,
  { command, isWhole }: { readonly command: string; readonly isWhole: boolean },
): (PartFailure & { readonly isSkipped: boolean }) | null {
  if (result.end === 'exited' && result.exitCode === 0) return null;
  const said = result.stderr + result.stdout;
  const skip = (reason: Reason, why: string): PartFailure & { isSkipped: true } => ({
    reason,
    hint: `\`${command}\` ${why}`,
    isSkipped: true,
  });
  if (/the network is not to be reached|ECONNREFUSED 127\.0\.0\.1:9\b|\b(ENOTFOUND|EAI_AGAIN)\b/.test(said))
    return skip('not-applicable', 'reaches for the network, so whether it is in step was not looked at.');
  const missing = /(?:^|[\s:])([\w.-]+): (?:command )?not found|spawn ([\w./-]+) ENOENT/m.exec(said);
  if (missing !== null) return skip('tool-missing', `needs ${missing[1] ?? missing[2] ?? 'a program'}, which is not on this machine.`);
  const ended = failureOf(result, command);
  // What it needs besides (a database, variables, a build) only its people know.
  if (isWhole) return skip('not-applicable', `could not be carried out here: ${ended?.hint ?? firstLine(said)}`);
  return { ...(ended ?? crashOf(said, command)), isSkipped: false };
}

type Stamps = ReadonlyMap<string, string>;

/** What shows that a file was written. */
function stampsOf({ project, root }: CheckContext): Stamps {
  return new Map(project.files.filter((path) => !isMedia(path)).map((path) => [path, stampOf(join(root, path))]));
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.size}`;
}

function writtenFiles(
  { tools, outputs }: GeneratorScript,
  { context, before }: { readonly context: CheckContext; readonly before: Stamps },
): string[] {
  const isOutput = (path: string): boolean => (tools !== null && outputs.length === 0) || outputs.some((output) => isInside(output, path));
  return [...before].filter(([path, stamp]) => isOutput(path) && stampOf(join(context.root, path)) !== stamp).map(([path]) => path);
}

function textOf(root: string, path: string): string | null {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
}

/** The text of a file before the script ran; of what it is not known to write, the one in Git. */
function committedBy({ outputs }: GeneratorScript, { project, root }: CheckContext): Told['committed'] {
  const known = project.files.filter((path) => outputs.some((output) => isInside(output, path)));
  const texts = new Map(known.map((path) => [path, textOf(root, path)]));
  return async (path) => texts.get(path) ?? project.read(path);
}

/** Whether a file says what is committed, if need be in the form that the repository's formatter would give it. */
async function isInStep(path: string, { committed, context }: Pick<Told, 'committed' | 'context'>): Promise<boolean> {
  const { root } = context;
  const before = (await committed(path)) ?? '';
  const isSame = async (): Promise<boolean> => isSameContent(path, before, textOf(root, path) ?? '');
  if (await isSame()) return true;
  for (const [packageName, ...args] of [
    ['prettier', '--write', '--log-level=silent'],
    ['@biomejs/biome', 'check', '--write'],
  ] as const) {
    const tool = resolveRepositoryTool(root, { dir: '', packageName });
    if (tool === null) continue;
    await context.runTool({ argv: [...tool.argv, ...args, `./${path}`], cwd: root });
    if (await isSame()) return true;
  }
  return false;
}

interface Told {
  readonly command: string;
  readonly made: ReadonlyMap<string, string | null>;
  readonly committed: (path: string) => Promise<string | null>;
  readonly context: CheckContext;
}

async function draftsOf(
  paths: readonly string[],
  { script, command, made, committed }: Told & { readonly script: GeneratorScript },
): Promise<FindingDraft[]> {
  const left = paths.length - MOST_FILES;
  return Promise.all(
    paths.slice(0, MOST_FILES).map(async (path, index): Promise<FindingDraft> => {
      const now = made.get(path) ?? null;
      const what = now === null ? 'is no longer written by' : 'is not what is written by';
      const rest = index === MOST_FILES - 1 && left > 0 ? ` ${left} more files are out of step with it.` : '';
      return {
        ...{ path, line: now === null ? null : firstDifference((await committed(path)) ?? '', now) },
        ...{ rule: 'out-of-step', severity: script.isChecked ? 'error' : 'warning', identity: path },
        message: `The file ${what} \`${command}\`: run it, and commit what it writes.${rest}`,
      };
    }),
  );
}

function unsteadyDraft(path: string, { command, made, context }: Told): FindingDraft {
  const line = firstDifference(made.get(path) ?? '', textOf(context.root, path) ?? '');
  const message = `\`${command}\` writes something else each time, here for example, so nobody can tell whether the file is in step.`;
  return { path, line, rule: 'not-deterministic', severity: 'warning', message, identity: path };
}

function commandOf({ dir, name }: GeneratorScript, { packageManager }: Project): string {
  const line = shellLine([packageManager ?? 'npm', 'run', name]);
  return dir === '' ? line : `(cd ${shellLine([dir])} && ${line})`;
}
