/** Scripts by which a repository itself checks that what it generates is in step: `docs:check`, or a generator of its own with `--check`. */
import { posix, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { PackageManifest, Project } from '../project.ts';
import { resolvedCommands } from '../tools/script-commands.ts';
import type { ScriptCommand } from '../tools/script-commands.ts';
import type { CheckContext } from './check.ts';
import { failureOf, tailOf } from './check-parts.ts';
import { plainMessage } from './check-report.ts';
import { isDocument, scriptCall } from './find-generators.ts';
import { keptEnvironment } from './tool-setup.ts';
import { withoutNetwork } from './without-network.ts';

/** A script that only looks. */
export interface CheckScript {
  readonly manifest: PackageManifest;
  readonly script: string;
  readonly commands: readonly ScriptCommand[];
  /** The document that says which script writes it, where one does. */
  readonly path: string | null;
}

const ABOUT_DOCS = String.raw`docs?|readme|toc|api-?docs?|api-?reference|reference|cli-?help|help|generated?|gen`;
const NAME = new RegExp(
  String.raw`^(?:(?:${ABOUT_DOCS})(?::[\w-]+)?[:-](?:check|verify)|(?:check|verify)[:-](?:${ABOUT_DOCS})(?:[:-][\w-]+)?)$`,
);
const RUNS_SCRIPTS = new Set(['node', 'tsx', 'ts-node', 'jiti', 'esno', 'vite-node', 'bun']);
const LOOKS_ONLY = new Set(['--check', '--verify', '--check-only', '--dry-run', '-c']);
const MESSAGE_BYTES = 500;
/** Nothing that is wrong with the documents. */
const NO_NETWORK =
  /\b(the network is not to be reached|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|fetch failed|getaddrinfo)\b/;
const NOT_BUILT = /\b(?:ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|Cannot find (?:module|package))\b/;
/** A script that is nothing but another one with more flags. */
const HANDS_ON = /^(?:npm run|pnpm(?: run)?|yarn(?: run)?|bun run) ([\w:.-]+)(?: --)?((?: --?[\w=-]+)+)$/;
/** In the head of a document: the script that writes it. */
const WRITTEN_BY = /(?:generated|written|produced|updated?)\b[^\n]{0,80}?`?(?:npm run|pnpm(?: run)?|yarn(?: run)?|bun run) ([\w:.-]+)`?/i;

/** The scripts that check what is generated, and are nothing but programs of the repository itself. */
export async function findCheckScripts(project: Project): Promise<CheckScript[]> {
  const looking = project.workspaces.flatMap((manifest) =>
    Object.keys(manifest.scripts).flatMap((script) => {
      const commands = commandsOf(manifest.scripts, script);
      const isOwn = commands.length > 0 && commands.every((command) => isOwnProgram(command, { project, manifest }));
      return isOwn && (NAME.test(script) || commands.every(looksOnly)) ? [{ manifest, script, commands }] : [];
    }),
  );
  if (looking.length === 0) return [];
  const writtenBy = await documentsByScript(project);
  return looking
    .map((check): CheckScript => ({ ...check, path: documentOf(check, writtenBy) }))
    .filter(({ path, script, commands }) => path !== null || NAME.test(script) || commands.some(isDocsProgram));
}

/** What a script comes to, also where it hands arguments on: `npm run docs -- --check`. None where nobody can tell. */
function commandsOf(scripts: PackageManifest['scripts'], script: string): ScriptCommand[] {
  const [, name, handed] = HANDS_ON.exec(scripts[script] ?? '') ?? [];
  if (name === undefined || handed === undefined) return / -- /.test(scripts[script] ?? '') ? [] : resolvedCommands(scripts, script);
  const text = scripts[name];
  return text === undefined || / -- |[&|;]/.test(text) ? [] : resolvedCommands({ ...scripts, [name]: `${text} ${handed}` }, name);
}

/** A program with a name that says it writes documents. */
function isDocsProgram({ args }: ScriptCommand): boolean {
  const name = posix.basename(args.find((arg) => !arg.startsWith('-')) ?? '').replace(/\.\w+$/, '');
  return new RegExp(String.raw`(?:^|[-_.])(?:docs?|readme|toc|reference)(?:$|[-_.])`).test(name);
}

function looksOnly({ args }: ScriptCommand): boolean {
  return args.some((arg) => LOOKS_ONLY.has(arg));
}

function isOwnProgram(
  { tool, args, plain }: ScriptCommand,
  { project, manifest }: { project: Project; manifest: PackageManifest },
): boolean {
  const program = args.find((arg) => !arg.startsWith('-'));
  return plain && RUNS_SCRIPTS.has(tool) && program !== undefined && project.has(posix.join(manifest.dir, program));
}

/** Documents by the script that their head names. */
async function documentsByScript(project: Project): Promise<ReadonlyMap<string, string>> {
  const paths = project.files.filter(isDocument);
  const texts = await Promise.all(paths.map((path) => project.read(path)));
  return new Map(
    paths.flatMap((path, at) => {
      const script = WRITTEN_BY.exec((texts[at] ?? '').slice(0, 1000))?.[1];
      return script === undefined ? [] : [[script, path] as const];
    }),
  );
}

/** The document of the script that this one is the checking form of: by its name, or as it runs the same program. */
function documentOf({ manifest, script, commands }: Omit<CheckScript, 'path'>, writtenBy: ReadonlyMap<string, string>): string | null {
  for (const [writer, path] of writtenBy) {
    const own = manifest.scripts[writer];
    if (own === undefined || writer === script) continue;
    if ([`${writer}:check`, `${writer}:verify`, `${writer}-check`, `check:${writer}`, `verify:${writer}`].includes(script)) return path;
    const programs = new Set(resolvedCommands(manifest.scripts, writer).map(programOf));
    if (commands.length > 0 && commands.every((command) => looksOnly(command) && programs.has(programOf(command)))) return path;
  }
  return null;
}

function programOf({ tool, args }: ScriptCommand): string {
  return `${tool} ${args.find((arg) => !arg.startsWith('-')) ?? ''}`;
}

/** Runs it; a code other than 0 is an error of the repository's own. */
export async function runCheckScript(
  context: CheckContext,
  check: CheckScript,
): Promise<{ readonly drafts: readonly FindingDraft[] } | { readonly unknown: string }> {
  const call = scriptCall(context.project, check);
  for (const { tool, args, env, nodeFlags } of check.commands) {
    const result = await context.runTool({
      argv: [tool === 'node' ? process.execPath : tool, ...nodeFlags, ...args],
      cwd: join(context.root, check.manifest.dir),
      env: withoutNetwork(keptEnvironment(env)),
    });
    const failure = failureOf(result, call);
    if (failure !== null) return { unknown: failure.hint };
    if (result.exitCode === 0) continue;
    const said = stripVTControlCharacters(`${result.stdout}\n${result.stderr}`).trim();
    if (NO_NETWORK.test(said)) return { unknown: `${call} could not be carried out: it asks for what is elsewhere.` };
    if (NOT_BUILT.test(said))
      return { unknown: `${call} could not be carried out: it imports what is not there, perhaps what a build makes.` };
    const message = plainMessage(`${call} ended with ${result.exitCode}: ${tailOf(said, MESSAGE_BYTES)}`);
    return {
      drafts: [{ path: check.path ?? check.manifest.path, rule: 'check-failed', severity: 'error', message, identity: check.script }],
    };
  }
  return { drafts: [] };
}
