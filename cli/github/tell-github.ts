/** What people on GitHub get to see of a run: issues of failing agents and results beside the commit. Never fails a run. */
import type { RunReport } from '../../agents/run-report.ts';
import type { GitHub } from '../../github/client.ts';
import type { PublishedChecks } from '../../github/check-runs.ts';
import { GitHubError } from '../../github/github-error.ts';
import type { EventOrigin, UpkeepEvent } from '../../ledger/event.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import { fold } from '../../ledger/fold.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { isFirstRun } from '../../scheduler/adopt-escalations.ts';
import { planEscalations, type Plan } from '../../scheduler/escalate.ts';
import { heldSentence } from '../../scheduler/held-sentence.ts';
import type { CiContext } from '../ci/ci-context.ts';
import type { ResolvedConfig } from '../config-schema.ts';
import { checksOf } from './check-run-facts.ts';
import type { GitHubAccess } from './github-access.ts';
import { learnClosed, learnOpen } from './learn-issues.ts';

export interface TellRequest {
  readonly access: GitHubAccess;
  readonly report: RunReport;
  /** `--force`: what GitHub refused is asked for at once. */
  readonly isForced: boolean;
  /** `--rehearse`: nothing leaves. */
  readonly isRehearsal: boolean;
  readonly config: ResolvedConfig;
  readonly ci: CiContext;
  /** From the event; null: GitHub is asked. */
  readonly defaultBranch: string | null;
  /** With what this run recorded. */
  readonly state: LedgerState;
  readonly origin: EventOrigin;
  /** Ends whatever is under way. */
  readonly signal: AbortSignal;
  record(events: readonly UpkeepEvent[]): Promise<void>;
}

type ReadyAccess = Extract<GitHubAccess, { kind: 'ready' }>;

/** What was said and what was not. */
export interface Told {
  /** Null when nothing was to be shown beside a commit. */
  readonly checks: PublishedChecks['how'] | null;
  /** Requests to GitHub, retries included. */
  readonly requests: number;
  /** Sentences for the report. */
  readonly notes: readonly string[];
}

/** Says what is to be said. What could not be said stays in the ledger's outbox, and the next run says it. */
export async function tellGitHub(request: TellRequest): Promise<Told> {
  const { access, ci, config, report } = request;
  const isShown = config.github.checks !== 'none' && !ci.isReadOnly && report.runs.some((run) => run.runId !== '');
  const isToSay = isShown || isToldOf(request.state);
  const mayEscalate = isToldOf(request.state) || mayAdopt(request);
  if (ci.isReadOnly || (!isShown && !mayEscalate)) return nothingTold([]);
  if (access.kind === 'none') return nothingTold(isToSay ? [`nothing was said on GitHub: ${access.reason}`] : []);
  const notes: string[] = [];
  const github = await access.open({
    signal: request.signal,
    onWait: ({ reason, seconds }) => notes.push(`GitHub's ${reason.replace('-', ' ')} was reached: waited ${seconds} s`),
  });
  if (mayEscalate) await speakOfFailures(github, { ...request, access }, notes);
  const checks = isShown ? await showChecks(github, request, notes) : null;
  return { checks, requests: github.usage().requests, notes };
}

async function speakOfFailures(github: GitHub, request: TellRequest & { readonly access: ReadyAccess }, notes: string[]): Promise<void> {
  const { access, ci, config, origin, report } = request;
  const now = origin.now();
  const policy = config.scheduler.escalation;
  const planFor = (known: LedgerState, defaultBranch: string | null): Plan[] =>
    planEscalations({
      state: known,
      defaultBranch,
      policy,
      speaks: true,
      now,
      ran: { branch: report.branch, runs: report.runs },
      here: { attempt: ci.attempt, runUrl: ci.runUrl, webUrl: access.pages },
      ...(report.branch === null ? {} : { off: { branch: report.branch, agents: AGENT_IDS.filter((id) => !config.agents[id].enabled) } }),
      asking: { asker: access.asker, isForced: request.isForced },
    });
  const learned: UpkeepEvent[] = [];
  const learning = { label: policy.labels[0] ?? null, origin };
  let state = request.state;
  const learn = (events: readonly UpkeepEvent[]): void => {
    learned.push(...events);
    if (events.length > 0) state = fold(state, { sequence: state.sequence, events });
  };
  if (report.branch !== null && mayAdopt(request)) {
    const { events, note } = await learnOpen(github, { ...learning, state, branch: report.branch });
    if (note !== null) notes.push(note);
    learn(events);
  }
  if (!isToldOf(state)) return;
  const defaultBranch = request.defaultBranch ?? (await askDefaultBranch(github, notes));
  let plans = planFor(state, defaultBranch);
  if (plans.some((plan) => plan.action === 'hold' && plan.why === 'too-many')) {
    learn(await learnClosed(github, { ...learning, state }));
    plans = planFor(state, defaultBranch);
  }
  const held = heldSentence(plans, policy);
  if (held !== null) notes.push(held);
  if (plans.some((plan) => plan.action !== 'hold')) {
    const { carryOutEscalations } = await import('../../scheduler/carry-out-escalations.ts');
    const { events, sentences } = await carryOutEscalations(plans, {
      github,
      policy: { ...policy, now },
      origin,
      asker: access.asker,
      isRehearsal: request.isRehearsal,
    });
    notes.push(...sentences);
    learned.push(...events);
  }
  if (learned.length > 0) await request.record(learned);
}

/** Null when it cannot be found out: then only branches that the configuration names are spoken of. */
async function askDefaultBranch(github: GitHub, notes: string[]): Promise<string | null> {
  try {
    return (await github.rest.repos.get({ owner: github.owner, repo: github.repo })).data.default_branch;
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    notes.push(`the default branch is not known, so issues of it wait for the next run: ${error.message}`);
    return null;
  }
}

async function showChecks(github: GitHub, { config, ci, report, origin }: TellRequest, notes: string[]): Promise<PublishedChecks['how']> {
  const { publishChecks } = await import('../../github/check-runs.ts');
  const prefer = config.github.checks === 'statuses' ? 'statuses' : 'check-runs';
  const checks = checksOf(report, { detailsUrl: ci.runUrl, completedAt: origin.now().toISOString() });
  const { how, reason } = await publishChecks(github, { ...checks, prefer });
  if (reason !== null) notes.push(reason);
  return how;
}

/** Whether there is anything that people were told of or are to be told of. */
function isToldOf(state: LedgerState): boolean {
  return state.outbox.length > 0 || Object.values(state.agents).some(({ escalations }) => Object.keys(escalations).length > 0);
}

/** Whether a ledger before this one may have left issues open: asked for once, of a branch that people are told of. */
function mayAdopt({ state, report, config, defaultBranch }: TellRequest): boolean {
  const { branch } = report;
  const isMeant = branch === defaultBranch || defaultBranch === null || config.scheduler.escalation.branches.includes(branch ?? '');
  return isMeant && isFirstRun(state, { branch, runs: report.runs });
}

function nothingTold(notes: readonly string[]): Told {
  return { checks: null, requests: 0, notes };
}
