/** The repository's front ends can be built, and are not larger than their own limits. */
import { join, posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Measurement } from '../compare-measures.ts';
import type { PackageManifest } from '../project.ts';
import { resolveRepositoryTool } from '../tools/resolve-tool.ts';
import { buildMessage, buildPlace } from './build-message.ts';
import { builtBefore, buildInput, bundlersOf, describeBuild, frontEnds, OUTPUTS } from './build-plan.ts';
import { bundleSize, type BundleSize } from './bundle-size.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { failureOf, nonsenseOf, reportOf } from './check-parts.ts';
import type { CheckPart } from './check-parts.ts';
import { plainMessage, reportSkipped } from './check-report.ts';
import { packageScopes } from './package-scopes.ts';
import { runCommand, runScript } from './test-runners/run-command.ts';
import { whyNoPackages } from './tool-setup.ts';

/** Builds that want what agents do not give them. */
const NEEDS_VARIABLES =
  /(missing|required|invalid|undefined|not set|must (be|have)).{0,60}(environment variable|env(ironment)? var|process\.env)|(environment variable|env(ironment)? var|process\.env\.\w+).{0,60}(missing|required|not (set|found|defined)|undefined|must be)/i;
const TYPE_ERROR = /\berror TS\d{4,}:/;
const SAID = 200;
const NEEDS_NETWORK =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|fetch failed|getaddrinfo|Failed to fetch `?[\w ]+`? from Google Fonts)\b/i;

/** The check `build`. */
export const build: Check = {
  id: 'build',
  title: 'Build',
  writes: true,
  async detect(project) {
    const found = frontEnds(project);
    if (found.length === 0)
      return {
        applies: false,
        why: project.workspaces.length === 0 ? whyNoPackages(project) : 'no package has a build script for a front end',
      };
    return {
      applies: true,
      why: found.map(describeBuild).join(', '),
      origin: 'repository',
      needsDependencies: true,
      reads: buildInput(project),
    };
  },
  async inspect(context): Promise<CheckReport> {
    const found = frontEnds(context.project);
    if (found.length === 0) return reportSkipped('not-applicable', 'no package has a build script for a front end');
    const isInput = buildInput(context.project);
    const scopes = packageScopes(context.project, context.root);
    const measured: Measurement[] = [];
    const builder = oneAfterAnother(context, (one) => measured.push(one));
    const parts: Built[] = [];
    for (const manifest of found) {
      const isInScope = scopes(manifest.dir);
      const part = {
        name: JSON.stringify([manifest.dir]),
        reads: (path: string) => isInput(path) && isInScope(path),
        isGood: ({ parts: own }: Built) => own.every(({ failure, drafts }) => failure === null && drafts.length === 0),
      };
      parts.push(await context.remembered(part, () => builder(manifest)));
    }
    return {
      ...reportOf(
        { id: 'build', context },
        parts.flatMap((one) => one.parts),
        'refused',
      ),
      measured,
    };
  },
};

interface Built {
  readonly parts: readonly CheckPart[];
}

/** One build, and what a browser would load of it. */
interface OneBuild {
  readonly part: CheckPart;
  readonly size: BundleSize | null;
  /** What its own limits say, where it has any. */
  readonly limits: CheckPart | null;
}

/** Builds packages and what they need, each once. */
function oneAfterAnother(context: CheckContext, onMeasured: (one: Measurement) => void): (manifest: PackageManifest) => Promise<Built> {
  const done = new Map<PackageManifest, OneBuild>();
  const once = async (manifest: PackageManifest): Promise<OneBuild> => {
    const one = done.get(manifest) ?? (await buildOne(context, manifest));
    done.set(manifest, one);
    return one;
  };
  return async (manifest) => {
    for (const needed of builtBefore(context.project, manifest)) {
      const { part } = await once(needed);
      // What needs it would only repeat that.
      if (!isGood(part)) return { parts: [part] };
    }
    const { part, size, limits } = await once(manifest);
    if (!isGood(part)) return { parts: [part] };
    if (size !== null) onMeasured({ kind: 'bundle', path: manifest.path, value: size.bytes, detail: size.largest });
    return { parts: limits === null ? [part] : [part, limits] };
  };
}

function isGood({ drafts, failure }: CheckPart): boolean {
  return failure === null && drafts.length === 0;
}

async function buildOne(context: CheckContext, manifest: PackageManifest): Promise<OneBuild> {
  const linked = await buildIn(context, manifest);
  // What was ended, and did not end by itself, takes as long without links.
  if (isGood(linked.part) || linked.part.failure !== null) return linked;
  // Some bundlers do not follow links to packages; then it is built where there are none, with all that it needs.
  const real = await context.inRealFiles(async (root) => {
    const there = { ...context, root };
    for (const needed of builtBefore(context.project, manifest)) await buildIn(there, needed);
    return buildIn(there, manifest);
  });
  const { part, ...rest } = real ?? linked;
  return { part: explained(part, { manifest, context }), ...rest };
}

async function buildIn(context: CheckContext, manifest: PackageManifest): Promise<OneBuild> {
  const from = Date.now();
  const part = await buildScript(context, manifest);
  if (!isGood(part)) return { part, size: null, limits: null };
  const size = bundleSize(join(context.root, manifest.dir), OUTPUTS, from);
  return { part, size, limits: frontEnds(context.project).includes(manifest) ? await ownLimits(context, manifest) : null };
}

/** The script as it is. Types that do not hold are told by the type check: where they kept the bundler from its work, it is called by itself. */
async function buildScript(context: CheckContext, manifest: PackageManifest): Promise<CheckPart> {
  const part = await runScript(context, { manifest }, { script: 'build', rule: 'build-failed' });
  const bundlers = isGood(part) || !TYPE_ERROR.test(part.log) ? [] : bundlersOf(manifest);
  let last = part;
  for (const command of bundlers) {
    last = await runCommand(context, { manifest }, { command, rule: 'build-failed' });
    if (!isGood(last)) break;
  }
  return last;
}

/** What is no fault of the code is none; the rest is told where it stands. */
function explained(
  part: CheckPart,
  { manifest, context }: { readonly manifest: PackageManifest; readonly context: CheckContext },
): CheckPart {
  if (part.failure !== null || part.drafts.length === 0) return part;
  if (NEEDS_NETWORK.test(part.log)) {
    const said = plainMessage(buildMessage(part.log)).slice(0, SAID);
    const hint = `The build of ${nameOf(manifest)} wants something of the network that did not answer: ${said}`;
    return { ...part, drafts: [], failure: { reason: 'network', hint } };
  }
  if (NEEDS_VARIABLES.test(part.log)) {
    const hint = `The build of ${nameOf(manifest)} wants variables of the environment, which no tool gets from an agent: give them defaults, or set "checks": { "build": false }.`;
    return { ...part, drafts: [], failure: { reason: 'configuration', hint } };
  }
  return { ...part, drafts: part.drafts.map((draft) => placed(draft, { part, manifest, context })) };
}

/** The finding in the bundler's words, where they stand. */
function placed(
  draft: FindingDraft,
  { part, manifest, context }: { readonly part: CheckPart; readonly manifest: PackageManifest; readonly context: CheckContext },
): FindingDraft {
  const log = context.withoutTree(part.log);
  const said = buildMessage(log);
  const place = buildPlace(log, manifest.dir, (path) => context.project.has(path));
  return { ...draft, ...place, ...(said === '' ? {} : { message: plainMessage(said) }), identity: `${manifest.path} ${place?.path ?? ''}` };
}

/** What size-limit says, where the package sets limits of its own. */
async function ownLimits(context: CheckContext, manifest: PackageManifest): Promise<CheckPart | null> {
  const isSet =
    manifest.json['size-limit'] !== undefined ||
    context.project.files.some(
      (path) => posix.dirname(path) === (manifest.dir || '.') && /^\.size-limit(\.([cm]?[jt]s|json))?$/.test(posix.basename(path)),
    );
  const tool = isSet ? resolveRepositoryTool(context.root, { dir: manifest.dir, packageName: 'size-limit' }) : null;
  if (tool === null) return null;
  const result = await context.runTool({ argv: [...tool.argv, '--json'], cwd: join(context.root, manifest.dir) });
  const command = `npx size-limit${manifest.dir === '' ? '' : ` --directory ${manifest.dir}`}`;
  const ended = failureOf(result, 'size-limit');
  const limits = ended === null ? parseLimits(result.stdout) : null;
  if (limits === null) return { drafts: [], command, log: result.stderr, failure: ended ?? nonsenseOf(result.stderr, 'size-limit') };
  const drafts = limits
    .filter(({ passed }) => passed === false)
    .map(({ name, size, sizeLimit }): FindingDraft => {
      const message = plainMessage(`${name ?? 'the bundle'} is ${kilobytes(size)}, its limit ${kilobytes(sizeLimit)}`);
      return { path: manifest.path, rule: 'size-limit', severity: 'error', message, identity: name ?? 'size-limit' };
    });
  return { drafts, command, log: result.stdout, failure: null };
}

interface OwnLimit {
  readonly name?: string;
  readonly passed?: boolean;
  readonly size?: number;
  readonly sizeLimit?: number;
}

function parseLimits(text: string): readonly OwnLimit[] | null {
  try {
    const limits: unknown = JSON.parse(text);
    return Array.isArray(limits) ? (limits as OwnLimit[]) : null;
  } catch {
    return null;
  }
}

function kilobytes(bytes: number | undefined): string {
  return bytes === undefined ? 'not told' : `${(bytes / 1000).toFixed(1)} kB`;
}

function nameOf(manifest: PackageManifest): string {
  return manifest.dir === '' ? 'the front end' : manifest.dir;
}
