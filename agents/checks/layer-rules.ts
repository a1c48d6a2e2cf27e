/** The repository's own rules about which module may import which, cycles among them, by its own dependency-cruiser. */
import { join, posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { ImportRulesInput, ImportRulesOutput } from '../tools/entries/import-rules.ts';
import type { ImportViolationsInput, ImportViolationsOutput } from '../tools/entries/import-violations.ts';
import { resolveRepositoryTool } from '../tools/resolve-tool.ts';
import { runEntry } from '../tools/run-entry.ts';
import { makeTemporaryFolder } from '../tools/temporary-folder.ts';
import { crashOf, failureOf, firstLine, nonsenseOf, reportOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { plainMessage, reportSkipped } from './check-report.ts';
import type { Check, CheckContext } from './check.ts';
import type { CruiseAnswer, RuleViolation } from './cruise-result.ts';
import { describeCycle } from './describe-cycle.ts';
import { entryFailure } from './entry-failure.ts';
import { isImportConfig, isImportSource } from './import-graph.ts';
import { findLayerRules, isLayerConfig, layerRuns, layerSetup } from './layer-setup.ts';
import type { LayerRun } from './layer-setup.ts';
import { inspectRoots, notInstalled } from './run-roots.ts';
import { toolLine } from './tool-line.ts';
import type { ToolInvocation } from './tool-setup.ts';

const TYPESCRIPT = /\.[cm]?tsx?$/;
/** What it can read as a module, and what its configuration may be kept in. */
const READS = /\.([cm]?[jt]sx?|vue|svelte|coffee|json5?)$/;

/** The check `layer-rules`. */
export const layerRules: Check = {
  id: 'layer-rules',
  title: 'Layer rules',
  detect: async (project) => {
    const found = findLayerRules(project);
    if (found.installed === null) return { applies: false, why: found.why };
    return {
      applies: true,
      why: found.why,
      origin: 'repository',
      // Its configuration may come from a package, and its rules may be about packages.
      needsDependencies: true,
      reads: (path) => READS.test(path) || isImportConfig(path) || isLayerConfig(path),
      seesEveryPath: true,
    };
  },
  inspect: async (context) => {
    const found = findLayerRules(context.project);
    if (found.installed === null) return reportSkipped('not-applicable', found.why);
    if (!found.installed) {
      const place = { ...found.run, dir: '', env: {} };
      return reportOf({ id: 'layer-rules', context }, [partOf(await runBundled(context, place), { context, place })]);
    }
    return inspectRoots(context, { id: 'layer-rules', setup: layerSetup }, async ({ root, invocation }) => {
      const run = layerRuns(context.project, root).find((each) => each.invocation === invocation);
      // A call that draws a picture.
      if (run === undefined) return { drafts: [], command: null, log: '', failure: null };
      const place = { ...run, dir: root.dir, env: invocation.env };
      return partOf(await runAsItIs(context, place), { context, place });
    });
  },
};

/** A run and the folder that it is made in. */
interface Place extends LayerRun {
  readonly dir: string;
  readonly env: ToolInvocation['env'];
}

type Cruised = { readonly log: string } & ({ readonly answer: CruiseAnswer } | { readonly failure: PartFailure });

/** Links out of the tree are not what the rules were written for. */
async function runAsItIs(context: CheckContext, place: Place): Promise<Cruised> {
  const cruised = await runOwn(context, place);
  if (!('answer' in cruised) || !cruised.answer.leavesFolder) return cruised;
  const config = (await context.project.read(posix.normalize(posix.join(place.dir, place.config)))) ?? '';
  const isAbout = /\^[(?:]*node_modules/.test(config) || cruised.answer.violations.some(({ to }) => to.startsWith('../'));
  return (isAbout ? await context.inRealFiles((root) => runOwn({ ...context, root }, place)) : null) ?? cruised;
}

async function runOwn(context: CheckContext, place: Place): Promise<Cruised> {
  const tool = resolveRepositoryTool(context.root, { dir: place.dir, packageName: 'dependency-cruiser', binName: 'depcruise' });
  if (tool === null) return { log: '', failure: notInstalled('dependency-cruiser', place.dir) };
  await using folder = await makeTemporaryFolder();
  const report = join(folder.path, 'modules.json');
  const cwd = join(context.root, place.dir);
  const known = place.knownViolations === null ? [] : ['--ignore-known', place.knownViolations];
  const args = ['--config', place.config, '--output-type', 'json', '--output-to', report, ...known, ...place.flags, '--', ...place.targets];
  const result = await context.runTool({ argv: [...tool.argv, ...args], cwd, env: place.env });
  const log = result.stderr;
  const ended = failureOf(result, 'dependency-cruiser');
  if (ended !== null) return { log, failure: ended };
  const said = result.stderr + result.stdout;
  if (result.exitCode !== 0) {
    const isWrong = /config file|configuration is not valid|Can't resolve '[./]/i.test(said);
    const hint = `dependency-cruiser cannot use its configuration: ${firstLine(said).replace(/^ERROR: /, '')}`;
    return { log, failure: isWrong ? { reason: 'configuration', hint } : crashOf(said, 'dependency-cruiser') };
  }
  const input: ImportViolationsInput = { folder: cwd, report };
  const read = await runEntry<ImportViolationsOutput>(context.runTool, { entry: 'import-violations', cwd, input });
  if (!read.ok) return { log: log + read.result.stderr, failure: entryFailure(read.result, 'dependency-cruiser') };
  if (read.output === null) return { log, failure: nonsenseOf(said, 'dependency-cruiser') };
  // Beside a TypeScript that it does not know it passes over all of it, without a word.
  return isBlind(context, place, read.output) ? await runBundled(context, place) : { log, answer: read.output };
}

function isBlind({ project }: CheckContext, { dir, targets }: Place, { readsTypeScript }: CruiseAnswer): boolean {
  if (readsTypeScript) return false;
  const starts = targets.map((target) => posix.normalize(posix.join(dir, target)));
  return project.files.some(
    (path) => TYPESCRIPT.test(path) && isImportSource(path) && starts.some((start) => `${path}/`.startsWith(`${start}/`)),
  );
}

/** By the dependency-cruiser and the TypeScript that come with us. */
async function runBundled(context: CheckContext, place: Place): Promise<Cruised> {
  const root = join(context.root, place.dir);
  const input: ImportRulesInput = { root, targets: place.targets, config: place.config, knownViolations: place.knownViolations };
  const { ok, result, ...rest } = await runEntry<ImportRulesOutput>(context.runTool, { entry: 'import-rules', cwd: root, input });
  const log = result.stderr;
  return ok && 'output' in rest ? { log, answer: rest.output } : { log, failure: entryFailure(result, 'dependency-cruiser') };
}

function partOf(cruised: Cruised, { context, place }: { readonly context: CheckContext; readonly place: Place }): CheckPart {
  const command = toolLine({
    manager: context.project.packageManager,
    dir: place.dir,
    tool: 'depcruise',
    args: ['--config', place.config, ...place.flags],
    fallback: place.targets,
  });
  if ('failure' in cruised) return { drafts: [], command, log: cruised.log, failure: cruised.failure };
  const { modules, violations } = cruised.answer;
  const hint = `dependency-cruiser read no source file by the rules in ${posix.join(place.dir, place.config)}: look at its options and at the paths in the scripts.`;
  if (modules === 0) return { drafts: [], command, log: cruised.log, failure: { reason: 'nothing-read', hint } };
  const drafts = new Map<string, FindingDraft>();
  for (const violation of violations) {
    if (violation.severity === 'ignore') continue;
    const draft = draftOf(violation, context, place.dir);
    drafts.set(`${draft.rule}\0${draft.identity}`, draft);
  }
  const rank = ({ severity, path }: FindingDraft): string => `${severity === 'error' ? 0 : 1}${path ?? ''}`;
  const sorted = [...drafts.values()].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) === rank(b) ? 0 : 1));
  return { drafts: sorted, command, log: cruised.log, failure: null };
}

function draftOf(violation: RuleViolation, { project }: CheckContext, dir: string): FindingDraft {
  const named = (path: string): string => posix.normalize(posix.join(dir, path));
  const [from, to] = [named(violation.from), named(violation.to)];
  const cycle = violation.cycle?.map(named) ?? null;
  const what =
    cycle === null
      ? `${violation.rule}: ${from === to ? from : `${from} ${violation.indirect ? 'comes to' : 'imports'} ${to}`}`
      : describeCycle(cycle);
  const path = cycle?.[0] ?? from;
  return {
    path: project.has(path) ? path : null,
    line: project.has(path) ? violation.line : null,
    rule: violation.rule,
    severity: violation.severity === 'error' ? 'error' : 'warning',
    message: plainMessage(violation.comment === '' ? what : `${what} (${violation.comment})`),
    identity: cycle?.join(' → ') ?? what,
  };
}
