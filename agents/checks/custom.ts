/** Checks that a repository configures: a command of its own, and how to read what it says. */
import { statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import picomatch from 'picomatch';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { CustomCheckConfig } from '../config.ts';
import { failureOf, reportOf } from './check-parts.ts';
import type { PartFailure } from './check-parts.ts';
import { logOf, plainMessage, reportErrored, reportFindings } from './check-report.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext, CheckReport, Detection, Fixer } from './check.ts';
import { hasStackTrace } from './pattern-findings.ts';
import { readToolFindings } from './read-tool-findings.ts';
import { shellLine } from './shell-line.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';
import type { ToolFinding } from './tool-finding.ts';

/** One entry of `customChecks` with its name. */
export type CustomCheckDefinition = CustomCheckConfig & {
  readonly id: string;
  /** Where its commands stand, as the person knows it: `agent.config.json:12:14`. */
  readonly places?: { readonly run: string; readonly fix: string } | undefined;
};

/** Makes the check that a repository configured. */
export function createCustomCheck(definition: CustomCheckDefinition): Check {
  const { id, run, fix } = definition;
  return {
    id,
    title: definition.title ?? id,
    // A command that we do not know may write wherever it runs.
    writes: true,
    detect: async (project) => {
      const reads = readsOf(definition);
      if (!project.files.some(reads)) return { applies: false, why: `no file matches ${definition.paths.join(', ')}` };
      return {
        applies: true,
        why: `the configuration runs ${shellLine(run)}`,
        origin: 'repository',
        needsDependencies: definition.needsDependencies,
        reads,
      };
    },
    inspect: async (context) => inspect(definition, context),
    ...(fix === null ? {} : { fixer: fixerOf(definition, fix) }),
  };
}

/** The paths of the configuration, and the repository's own scripts that the command names. */
function readsOf(definition: CustomCheckDefinition): Extract<Detection, { applies: true }>['reads'] {
  const isMatch = picomatch(definition.paths, { dot: true });
  const named = new Set([...definition.run, ...(definition.fix ?? [])].map((word) => posix.normalize(word)));
  return (path) => isMatch(path) || named.has(path);
}

const INTERPRETER = /(^|\/)(node|deno|bun|tsx|python[\d.]*|ruby|perl|php|sh|bash|dash|zsh)$/;

/** The script that the command runs, repository-relative as a rule. */
function scriptOf({ run: [program, script] }: CustomCheckDefinition): string {
  return posix.normalize(script !== undefined && INTERPRETER.test(program) ? script : program);
}

async function inspect(definition: CustomCheckDefinition, context: CheckContext): Promise<CheckReport> {
  const command = shellLine(definition.run);
  const result = await context.runTool(callOf(definition, definition.run, context));
  const details = { command, log: logOf(result) };
  const failure = failureOfCommand(result, { definition, key: 'run' });
  if (failure !== null) return reportErrored(failure, details);

  const pathOf = pathsIn(context.root);
  // What a command says aside about its own script when it fails is why it failed.
  const own = result.exitCode === 0 ? null : scriptOf(definition);
  const isFile = (path: string): boolean => isFileIn(context.root, pathOf(path)) && pathOf(path) !== own;
  const read = readToolFindings(result, { ...definition.findings, isFile });
  if (!read.ok) return reportErrored(nonsense(definition, `${read.problem}${lastWords(result)}`), details);
  if (result.exitCode !== 0 && read.findings.length === 0 && !isEmptySearch(result, definition))
    return reportErrored(withoutFinding(result, definition), details);
  const drafts: FindingDraft[] = [];
  const source = openSourceLines(context.root);
  for (const finding of read.findings) {
    const path = finding.path === null ? null : pathOf(finding.path);
    if (finding.path !== null && path === null) {
      return reportErrored(
        nonsense(definition, `it reports ${plainMessage(finding.path)}, which is not a file of this repository`),
        details,
      );
    }
    const isThere = isFileIn(context.root, path);
    // A file that is not there is what the finding is about, not where it is.
    const placed = path === null || isThere ? finding : { ...finding, line: null, column: null, message: `${path}: ${finding.message}` };
    const line = path !== null && isThere ? source.lineOf(path, finding.line) : undefined;
    drafts.push(draftOf(placed, { definition, path: isThere ? path : null, line }));
  }
  const hasCrashed = result.exitCode !== 0 && definition.findings.format !== 'exit-code' && hasStackTrace(result.stderr);
  return hasCrashed
    ? reportOf({ id: definition.id, context }, [
        { drafts, ...details, failure: crash(result, { definition, told: 'told not all that it would have found' }) },
      ])
    : reportFindings({ id: definition.id, context }, drafts, details);
}

/** Makes the function that turns a printed path into a repository-relative one; null for what lies outside. */
function pathsIn(root: string): (path: string) => string | null {
  const relative = repositoryPaths(root);
  return (printed) => relative(root, fromFileAddress(printed));
}

function isFileIn(root: string, path: string | null): boolean {
  try {
    return path !== null && statSync(join(root, path)).isFile();
  } catch {
    // Absent, or no name that a file can have.
    return false;
  }
}

/** Why a command that told no finding and did not end with 0 is no pass. */
function withoutFinding(result: ToolResult, definition: CustomCheckDefinition): PartFailure {
  const problem = `it ended with exit code ${result.exitCode} and told no finding`;
  return result.stderr.trim() === '' ? nonsense(definition, problem) : crash(result, { definition, told: 'told no finding' });
}

function crash(result: ToolResult, { definition, told }: { definition: CustomCheckDefinition; told: string }): PartFailure {
  const ended = `${shellLine(definition.run)} ended with exit code ${result.exitCode} and ${told}${lastWords(result)}`;
  return { reason: 'tool-crashed', hint: `${ended}. Correct it, or customChecks.${definition.id}.` };
}

/** The tail of stderr in one line, its stack left out. */
function lastWords({ stderr }: ToolResult): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !/^\s+at |^Node\.js v|^\s*\^+\s*$/.test(line));
  const words = plainMessage(lines.slice(-5).join('\n'));
  return words === '' ? '' : `; it said: ${words.slice(-400)}`;
}

/** Programs that search (`grep`, `git grep`, `rg`) end with 1 and say nothing when they find nothing; of a program that failed there is a word. */
function isEmptySearch({ exitCode, stdout, stderr }: ToolResult, { findings }: CustomCheckDefinition): boolean {
  return findings.format === 'pattern' && exitCode === 1 && stdout === '' && stderr === '';
}

function draftOf(
  finding: ToolFinding,
  place: { definition: CustomCheckDefinition; path: string | null; line: string | undefined },
): FindingDraft {
  const { definition, path, line } = place;
  const message = plainMessage(finding.message) || `${definition.title ?? definition.id} reports a problem`;
  return {
    path,
    line: finding.line,
    column: finding.column,
    rule: plainMessage(finding.rule ?? '') || definition.id,
    severity: finding.severity ?? definition.findings.severity,
    message,
    fixable: definition.fix !== null,
    // Where a line is known, its text and the message identify the finding; numbers in the exit-code message do not matter.
    identity: line === undefined ? (definition.findings.format === 'exit-code' ? definition.id : message) : `${line}\n${message}`,
  };
}

function fixerOf(definition: CustomCheckDefinition, fix: readonly [string, ...string[]]): Fixer {
  return {
    order: 10,
    fix: async (context) => {
      const command = shellLine(fix);
      const result = await context.runTool(callOf(definition, fix, context));
      const failure = failureOfCommand(result, { definition, key: 'fix' });
      const details = { command, log: logOf(result) };
      // Many fixers exit with 1 when something is left to do by hand: the check that runs again tells.
      return failure === null ? { outcome: 'done', reason: null, ...details } : { outcome: 'errored', ...failure, ...details };
    },
  };
}

/** Why a command came to no result of its own; one that cannot be started is named with its place in the configuration. */
function failureOfCommand(result: ToolResult, about: { definition: CustomCheckDefinition; key: 'run' | 'fix' }): PartFailure | null {
  const { definition, key } = about;
  const command = definition[key] ?? [''];
  const failure = failureOf(result, shellLine(command));
  if (failure?.reason !== 'tool-not-found') return failure;
  const why = /EACCES|EPERM/.test(result.stderr) ? 'may not be executed' : 'is no program on this machine';
  const place = definition.places?.[key];
  const setting = `customChecks.${definition.id}.${key}${place === undefined ? '' : ` (${place})`}`;
  return { ...failure, hint: `${shellLine(command)} could not be started, ${shellLine([command[0]])} ${why}: correct ${setting}.` };
}

function callOf(definition: CustomCheckDefinition, argv: readonly [string, ...string[]], context: CheckContext) {
  return { argv, cwd: context.root, ...(definition.timeoutSeconds === null ? {} : { timeoutMs: definition.timeoutSeconds * 1000 }) };
}

function nonsense(definition: CustomCheckDefinition, problem: string): PartFailure {
  return {
    reason: 'nonsense-output',
    hint: `The output of ${shellLine(definition.run)} cannot be read as ${definition.findings.format}: ${problem}. Correct customChecks.${definition.id}.`,
  };
}

function fromFileAddress(path: string): string {
  if (!path.startsWith('file://')) return path;
  try {
    return fileURLToPath(path);
  } catch {
    return path;
  }
}
