/** Starts tools of Go in each module of a repository, without a network and without another toolchain than the machine's. */
import { join, posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { CheckContext, CheckReport, Detection } from './check.ts';
import { failureOf, reportOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { plainMessage, reportSkipped } from './check-report.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';

/** What Go itself leaves out. */
const LEFT_OUT = /(^|\/)(vendor|testdata|node_modules|[_.][^/]*)\//;

/** Files of Go that belong to a module. */
export function goFiles(project: Project): string[] {
  return project.files.filter((path) => path.endsWith('.go') && !LEFT_OUT.test(path));
}

/** Folders with a go.mod, '' for the root. */
export function goModules(project: Project): string[] {
  return project.files
    .filter((path) => posix.basename(path) === 'go.mod' && !LEFT_OUT.test(path))
    .map((path) => (path === 'go.mod' ? '' : posix.dirname(path)));
}

/** Checks of Go apply where there is a module with code in it. */
export function detectGo(project: Project, origin: 'repository' | 'bundled', reads: (path: string) => boolean = readsGo): Detection {
  const modules = goModules(project);
  if (modules.length === 0) return { applies: false, why: 'there is no go.mod' };
  const count = goFiles(project).length;
  if (count === 0) return { applies: false, why: 'there is a go.mod, but no Go' };
  return { applies: true, why: `go.mod and ${count} files of Go`, origin, needsDependencies: false, reads, seesEveryPath: true };
}

/** Whether the result of a tool that reads code can depend on the content of this path. */
export function readsGo(path: string): boolean {
  return /(\.(go|s|c|h|cc|cpp)|(^|\/)(go\.(mod|sum|work|work\.sum)|modules\.txt|staticcheck\.conf))$/.test(path);
}

/** How a tool of Go is called and read. */
export interface GoTool {
  readonly id: string;
  readonly argv: readonly [string, ...string[]];
  /** Absolute path of a file that it writes beside what it prints. */
  readonly reportFile?: string;
  /** Reads what it told in one module; `run` calls it there once more with other arguments. */
  read(result: ToolResult, cwd: string, run: RunGo): GoResult | Promise<GoResult>;
}

/** Calls a tool of Go in the folder of a module. */
export type RunGo = (argv: readonly [string, ...string[]]) => Promise<ToolResult>;

export interface GoResult {
  readonly drafts: readonly FindingDraft[];
  readonly failure: PartFailure | null;
}

/** Runs it in each module, one after another; without the tool, or what the code imports, it is skipped and says what is missing. */
export async function inspectModules(context: CheckContext, tool: GoTool): Promise<CheckReport> {
  const parts: CheckPart[] = [];
  const report = tool.reportFile === undefined ? {} : { reportFile: tool.reportFile };
  const code = goFiles(context.project);
  const modules = goModules(context.project);
  for (const dir of modules.filter((each) => code.some((path) => each === '' || path.startsWith(`${each}/`)))) {
    const cwd = join(context.root, dir);
    const run: RunGo = (argv) => context.runTool({ argv, cwd, env: { GOPROXY: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '' }, ...report });
    const result = await run(tool.argv);
    if (result.end === 'not-found')
      return reportSkipped('tool-missing', `${tool.argv[0]} is not on this machine: install it, and put it on the PATH.`);
    const missing = missingIn(result.stderr + result.stdout);
    if (missing !== null) return reportSkipped('dependencies-missing', missing);
    const command = dir === '' ? tool.argv.join(' ') : `(cd ${dir} && ${tool.argv.join(' ')})`;
    const ended = failureOf(result, tool.argv[0]);
    const read = ended === null ? await tool.read(result, cwd, run) : { drafts: [], failure: ended };
    parts.push({ ...read, command: /[^\w./() &-]/.test(command) ? tool.argv.join(' ') : command, log: result.stderr });
  }
  return reportOf({ id: tool.id, context }, parts);
}

function missingIn(said: string): string | null {
  const version = /requires go >= ?([\w.]+)|module requires Go ([\d.]+)/.exec(said);
  if (version !== null && /toolchain|running go|requires/.test(said) && !/undeclared|undefined/.test(said))
    return `The module asks for Go ${version[1] ?? version[2] ?? ''}, and the machine has an earlier one.`;
  return /module lookup disabled by GOPROXY=off|cannot find module providing package|: dial tcp/.test(said)
    ? 'What the module imports is not on this machine: run go mod download.'
    : null;
}

/** Lines such as `./a.go:5:12: message` as findings; what cannot be compiled begins with `vet: ` or stands in a build. */
export function problemsIn(
  text: string,
  where: { readonly context: CheckContext; readonly cwd: string; readonly rule: string; readonly severity: 'error' | 'warning' },
): FindingDraft[] {
  const { context, cwd, rule, severity } = where;
  const pathOf = repositoryPaths(context.root);
  const lines = openSourceLines(context.root);
  const told = new Set<string>();
  return [...text.matchAll(/^(vet: )?((?:\.\.?\/)?[^\s:][^:\n]*\.go):(\d+)(?::(\d+))?: (.+)$/gm)].flatMap(
    ([whole, broken, file = '', row, column, message = '']): FindingDraft[] => {
      const path = pathOf(cwd, file);
      if (path === null || !context.project.has(path) || told.has(whole)) return [];
      told.add(whole);
      const line = Number(row);
      const identity = lines.lineOf(path, line);
      const isBroken = broken !== undefined || /^(no required module provides package|missing go\.sum entry)/.test(message);
      const code = /\s\((\w+\d{4})\)$/.exec(message)?.[1];
      return [
        {
          ...{ path, line, column: column === undefined ? null : Number(column) },
          rule: isBroken ? 'compile' : (code ?? rule),
          severity: isBroken ? 'error' : severity,
          message: plainMessage(code === undefined ? message : message.replace(/\s\(\w+\)$/, '')),
          ...(identity === undefined ? {} : { identity }),
        },
      ];
    },
  );
}
