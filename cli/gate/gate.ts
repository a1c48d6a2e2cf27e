/** The gate: looks at the event, the checkout and the ledger, and says in words, outputs and a summary whether the agents have anything to do. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { headCommit } from '../../git/head-files.ts';
import { ciContext } from '../ci/ci-context.ts';
import { readEventPayload } from '../ci/event-payload.ts';
import { writeStepOutputs } from '../ci/step-outputs.ts';
import type { Environment, GitHubActions } from '../environment.ts';
import { annotation } from '../reporters/annotations.ts';
import { markdown } from '../reporters/job-summary.ts';
import { gateAnswer, type GateAnswer, type GateFacts } from './gate-answer.ts';
import type { GateLedger } from './gate-ledger.ts';
import { readGateLedger } from './read-gate-ledger.ts';

export interface GateRequest {
  readonly environment: Environment;
  /** The ledger, when it is being read already; null: it is read only if the event makes a difference. */
  readonly ledger: Promise<GateLedger> | null;
  readonly cwd: string;
  readonly version: string;
  readonly now: Date;
}

/** The answer. What fails on the way makes agents due, and says so. */
export async function askGate(request: GateRequest): Promise<GateAnswer> {
  const { github } = request.environment;
  if (github === null) return failed('this is no job of GitHub Actions (GITHUB_ACTIONS is not set)');
  try {
    const payload = readEventPayload(github.eventPath);
    const facts = {
      context: ciContext(github, payload),
      defaultBranch: payload.text('repository', 'default_branch'),
      hasToken: ['UPKEEP_GITHUB_TOKEN', 'GITHUB_TOKEN', 'GH_TOKEN'].some((name) => Boolean(request.environment.variables[name])),
      version: request.version,
      now: request.now,
    };
    if (facts.context.nothingFollows !== null) return gateAnswer({ ...facts, head: null, ledger: { kind: 'absent' } });
    const ledger = await (request.ledger ?? readGateLedger(request.environment));
    return gateAnswer({ ...facts, head: await headOf(request.cwd, ledger), ledger });
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

function failed(why: string): GateAnswer {
  return { isDue: true, headline: `taken for due: ${why}`, agents: [], warning: why, exitCode: 0 };
}

/** What is checked out. The tree of a commit that the ledger names is known; git is asked about any other. */
async function headOf(cwd: string, ledger: GateLedger): Promise<GateFacts['head']> {
  const commit = headCommit(join(cwd, '.git'));
  const known = ledger.kind === 'read' ? ledger.state.trees.find((tree) => tree.commit === commit) : undefined;
  if (commit !== null && known !== undefined) return { commit, tree: known.tree };
  const [{ batchObjects }, { GitError }] = await Promise.all([import('../../git/batch-objects.ts'), import('../../git/git-error.ts')]);
  try {
    // In a container the checkout often belongs to somebody else; nothing of it is run here.
    const [object] = await batchObjects(['HEAD'], { cwd, config: [['safe.directory', '*']] });
    // As it is written, since a shallow clone tells of no parents.
    const text = object?.content.toString('latin1') ?? '';
    const tree = /^tree ([0-9a-f]+)$/m.exec(text)?.[1];
    const parents = [...(text.split('\n\n')[0] ?? '').matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] ?? '');
    return object?.type === 'commit' && tree !== undefined ? { commit: object.oid, tree, parents } : null;
  } catch (error) {
    if (error instanceof GitError) return null;
    throw error;
  }
}

/** The lines of the log. */
export function gateText({ headline, agents, warning, exitCode }: GateAnswer): string {
  const lines = agents.map(({ agent, isDue, why }) => `  ${isDue ? '▶' : '-'} ${agent.padEnd(12)}  ${why}`);
  const loud = warning ?? (exitCode === 0 ? null : headline);
  const annotations =
    loud === null ? '' : `${annotation({ severity: 'warning', path: null, line: null, column: null, message: loud }, 'Upkeep gate')}\n`;
  return `${[headline, ...lines].join('\n')}\n${annotations}`;
}

/** The page of the job. */
export function gateSummary({ headline, agents }: GateAnswer): string {
  const rows = agents.map(({ agent, isDue, why }) => `| ${agent} | ${isDue ? 'due' : 'not due'} | ${markdown(why)} |`);
  const table = rows.length === 0 ? [] : ['| agent | | why |', '|---|---|---|', ...rows, ''];
  return ['### Upkeep gate', '', markdown(headline), '', ...table, ''].join('\n');
}

/** Tells further jobs and the page, as far as the environment names files for it. */
export function publishAnswer(answer: GateAnswer, github: GitHubActions | null): void {
  const due = answer.agents.filter(({ isDue }) => isDue).map(({ agent }) => agent);
  if (github?.outputPath) {
    writeStepOutputs(github.outputPath, { due: String(answer.isDue), agents: due.join(' '), why: answer.headline });
  }
  if (github?.summaryPath) appendFileSync(github.summaryPath, gateSummary(answer));
}
