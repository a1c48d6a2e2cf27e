/** The folders of a repository that are projects of Python, and what looks at one of them as if it were the whole. */
import { createHash } from 'node:crypto';
import { join, posix } from 'node:path';
import type { Finding } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { tailOf } from './check-parts.ts';
import { reportSkipped } from './check-report.ts';
import type { CheckContext, CheckReport, FixReport } from './check.ts';
import { shellLine } from './shell-line.ts';
import { isInside } from './tool-setup.ts';

/** Marks of a tool that is set up: a file, and what stands in it (nothing: that it is there is enough). */
export type PythonMark = readonly [file: string, inside?: RegExp];

/** A folder in which a tool is set up. */
export interface PythonRoot {
  /** Repository-relative, '' for the root. */
  readonly dir: string;
  /** The file that sets it up, from that folder. */
  readonly evidence: string;
}

/** What a check of Python gets for one folder: paths, root and project are those of the folder. */
export interface PythonContext extends CheckContext {
  readonly dir: string;
  /** Absolute folder of the whole repository. */
  readonly top: string;
  /** The whole repository. */
  readonly whole: Project;
}

const NOT_PROJECTS =
  /(^|\/)(node_modules|vendor|third[-_]party|fixtures?|test-?data|tests?|examples?|samples?|_?templates?|docs?|\.[^/]+)\//;
const LOG_BYTES = 64 * 1024;

/** The root where it sets the tool up, else the folders below that do and lie in no other such folder. */
export async function pythonRoots(project: Project, marks: readonly PythonMark[]): Promise<PythonRoot[]> {
  const top = await pythonEvidence(project, marks);
  if (top !== null) return [{ dir: '', evidence: top }];
  const names = new Set(marks.map(([file]) => file));
  const dirs = new Set(
    project.files
      .filter((path) => path.includes('/') && names.has(posix.basename(path)) && !NOT_PROJECTS.test(path))
      .map((path) => posix.dirname(path)),
  );
  const roots: PythonRoot[] = [];
  for (const dir of [...dirs].sort()) {
    const view = projectBelow(project, dir);
    if (roots.some((root) => isInside(root.dir, dir)) || !view.files.some((path) => path.endsWith('.py'))) continue;
    const evidence = await pythonEvidence(view, marks);
    if (evidence !== null) roots.push({ dir, evidence });
  }
  return roots;
}

/** The first file that sets the tool up, or null. */
async function pythonEvidence(project: Project, marks: readonly PythonMark[]): Promise<string | null> {
  for (const [file, inside] of marks) {
    if (project.has(file) && (inside === undefined || inside.test((await project.read(file)) ?? ''))) return file;
  }
  return null;
}

/** The part of a project below a folder, with paths from there. */
function projectBelow(project: Project, dir: string): Project {
  if (dir === '') return project;
  const files = project.files.filter((path) => path.startsWith(`${dir}/`)).map((path) => path.slice(dir.length + 1));
  return { ...project, files, has: (path) => project.has(`${dir}/${path}`), read: (path) => project.read(`${dir}/${path}`) };
}

function contextBelow(context: CheckContext, dir: string): PythonContext {
  const whole = { dir, top: context.root, whole: context.project };
  if (dir === '') return { ...context, ...whole };
  const files = context.files.filter((path) => path.startsWith(`${dir}/`)).map((path) => path.slice(dir.length + 1));
  return { ...context, ...whole, root: join(context.root, dir), project: projectBelow(context.project, dir), files };
}

/** One report of all folders that are set up, each looked at by itself, one after another. */
export async function inspectPython(
  context: CheckContext,
  marks: readonly PythonMark[],
  inspect: (context: PythonContext) => Promise<CheckReport>,
): Promise<CheckReport> {
  const reports: CheckReport[] = [];
  for (const { dir } of await pythonRoots(context.project, marks)) reports.push(fromRoot(await inspect(contextBelow(context, dir)), dir));
  const [only, ...others] = reports;
  if (only === undefined) return reportSkipped('not-applicable', 'Nothing sets it up.');
  return others.length === 0 ? only : joined(reports);
}

/** Repairs in each folder the files that lie there; the first failure ends it. */
export async function fixPython(
  context: CheckContext,
  marks: readonly PythonMark[],
  fix: (context: PythonContext) => Promise<FixReport>,
): Promise<FixReport> {
  const commands: string[] = [];
  for (const { dir } of await pythonRoots(context.project, marks)) {
    const below = contextBelow(context, dir);
    if (below.files.length === 0) continue;
    const report = await fix(below);
    if (report.outcome === 'errored') return report;
    if (report.command !== null) commands.push(inFolder(report.command, dir));
  }
  return { outcome: 'done', reason: null, command: commands.join(' && ') || null, log: '' };
}

/** The report of a folder in the words of the repository. */
function fromRoot(report: CheckReport, dir: string): CheckReport {
  if (dir === '') return report;
  const findings = report.findings.map((finding): Finding => {
    const fingerprint = createHash('sha256').update(`${dir}\0${finding.fingerprint}`).digest('hex').slice(0, 16);
    return { ...finding, fingerprint, path: finding.path === null ? null : `${dir}/${finding.path}` };
  });
  const { hint, command } = report;
  return {
    ...report,
    findings,
    command: command === null ? null : inFolder(command, dir),
    ...(hint === undefined ? {} : { hint: `${dir}: ${hint}` }),
  };
}

function inFolder(command: string, dir: string): string {
  return dir === '' ? command : `(cd ${shellLine([dir])} && ${command})`;
}

/** What failed counts first, then what could not be carried out; what was skipped in one folder is a hint. */
function joined(reports: readonly CheckReport[]): CheckReport {
  const worst = (['failed', 'errored', 'passed', 'skipped'] as const).map((outcome) => reports.find((one) => one.outcome === outcome));
  const deciding = worst.find((report) => report !== undefined);
  const hints = reports.flatMap(({ hint }) => hint ?? []);
  const commands = reports.filter(({ findings }) => findings.length > 0).flatMap(({ command }) => command ?? []);
  return {
    outcome: deciding?.outcome ?? 'skipped',
    reason: deciding?.reason ?? null,
    findings: reports.flatMap(({ findings }) => findings),
    command: commands.join(' && ') || (deciding?.command ?? null),
    log: tailOf(reports.map(({ log }) => log).join('\n'), LOG_BYTES),
    ...(hints.length === 0 ? {} : { hint: hints.join(' ') }),
    ...(reports.some(({ isUncertain }) => isUncertain === true) ? { isUncertain: true as const } : {}),
  };
}
