/** Asks the repository's own commitlint about the messages of commits that are about to be delivered. */
import type { Refusal } from '../delivery/delivery.ts';
import type { Placed } from '../integrate-runs.ts';
import type { Workshop } from '../run-agent.ts';
import { throwIfInterrupted } from '../run-context.ts';
import type { CommitlintReport } from '../run-report.ts';
import type { CommitMessagesInput, CommitMessagesOutput } from '../tools/entries/commit-messages.ts';
import { findInstalledPackage } from '../tools/resolve-tool.ts';
import { runEntry } from '../tools/run-entry.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import { findCommitlint } from './find-commitlint.ts';

/** Reading a configuration and judging six messages takes a second; one that asks a registry first takes some more. */
const PATIENCE_MS = 30_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;
/** Packages by which commitlint comes, each with what it needs beside it. */
const PACKAGES = ['@commitlint/cli', 'commitlint', '@commitlint/load'];
const SHOWN_RULES = 5;
const SHOWN_CHARACTERS = 200;

/** Where the commits are to go, and in which order. */
export interface Judged {
  /** The commit whose configuration counts: what the branch has now. */
  readonly from: string;
  readonly placed: readonly Placed[];
}

/** One call for all messages; null when there is none or the repository has no configuration. Throws Interrupted only. */
export async function askCommitlint({ from, placed }: Judged, workshop: Workshop): Promise<CommitlintReport | null> {
  if (placed.length === 0) return null;
  const { context, inspector, trees } = workshop;
  const { project } = await inspector.scene(from);
  const configuration = findCommitlint(project);
  if (configuration === null) return null;
  const unknown = (why: string): CommitlintReport => ({ configuration, verdict: 'unknown', refused: [], rules: [], why });

  const { path: root } = await trees.shared(project);
  const folder = PACKAGES.map((name) => findInstalledPackage(root, '', name)).find((found) => found !== null);
  if (folder === undefined) return unknown('@commitlint/cli is not installed');
  const timeoutMs = Math.min(PATIENCE_MS, context.policy.toolTimeoutMs);
  const input: CommitMessagesInput = { root, folder, messages: placed.map(({ work }) => work.commit?.message ?? '') };
  const answer = await runEntry<CommitMessagesOutput>((call) => context.runTool({ timeoutMs, maxOutputBytes: MAX_OUTPUT_BYTES, ...call }), {
    entry: 'commit-messages',
    cwd: root,
    input,
  });
  throwIfInterrupted(context.signal);
  if (!answer.ok) return unknown(endOf(answer.result, timeoutMs));
  if ('problem' in answer.output) return unknown(shortened(answer.output.problem));
  const { breaches } = answer.output;
  const refused = placed.flatMap(({ work }, index) => ((breaches[index]?.length ?? 0) > 0 ? [work.request.agent.id] : []));
  if (refused.length === 0) return { configuration, verdict: 'accepted', refused, rules: [], why: null };
  const byRule = new Map(breaches.flat().map(({ rule, message }) => [rule, message]));
  return { configuration, verdict: 'refused', refused, rules: [...byRule.keys()], why: sentenceOf(byRule) };
}

/** What a refused message means for the delivery of the run. */
export function commitlintRefusal({ configuration, refused, why }: CommitlintReport): Refusal {
  const whose = refused.length === 1 ? `the commit message of ${refused[0]}` : `the commit messages of ${refused.join(', ')}`;
  return {
    reason: `${configuration} refuses ${whose}: ${why}`,
    advice: 'let it accept them (`agent init` shows how), commit that and run again; or take them as they are with `agent accept`',
  };
}

function sentenceOf(byRule: ReadonlyMap<string, string>): string {
  const shown = [...byRule].slice(0, SHOWN_RULES).map(([rule, message]) => `${shortened(message)} [${rule}]`);
  return [...shown, ...(byRule.size > SHOWN_RULES ? [`and ${byRule.size - SHOWN_RULES} rules more`] : [])].join('; ');
}

function endOf({ end, exitCode }: ToolResult, timeoutMs: number): string {
  switch (end) {
    case 'timeout':
      return `it took longer than ${timeoutMs / 1000} s and was ended`;
    case 'output-limit':
      return 'it printed too much and was ended';
    case 'exited':
      return `it ended without an answer (exit code ${exitCode})`;
    default:
      return 'its process ended early';
  }
}

function shortened(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS - 1)}…` : line;
}
