/** What agents found, beside the commit: as check runs, as commit statuses where the token may not, else not at all. */
import { checkName, conclusionOf, type CheckRunFacts } from './check-facts.ts';
import { ANNOTATION_BATCH, annotationsOf, summaryOf, titleOf, type Annotation } from './check-run-text.ts';
import type { GitHub } from './client.ts';
import { publishStatuses } from './commit-statuses.ts';
import type { GitHubError } from './github-error.ts';
import { publishEach, type Progress } from './publish-each.ts';

export interface PublishChecksRequest {
  /** The commit, which must be on GitHub. */
  readonly sha: string;
  readonly runs: readonly CheckRunFacts[];
  /** `check-runs`, the default, tries those first. */
  readonly prefer?: 'check-runs' | 'statuses';
}

export interface PublishedChecks {
  readonly how: 'check-runs' | 'statuses' | 'none';
  /** One sentence when it did not go as preferred, or not to its end. */
  readonly reason: string | null;
}

/** Pages of 100 check runs that are looked through; others make some too. */
const MOST_PAGES = 5;

type CheckRun = Awaited<ReturnType<GitHub['rest']['checks']['listForRef']>>['data']['check_runs'][number];

/**
 * Publishes one check run an agent, or one commit status. Publishing the same again changes nothing, and a later run of an
 * agent on the commit takes the place of the earlier one. Throws no GitHubError: what could not be said is the reason.
 */
export async function publishChecks(github: GitHub, request: PublishChecksRequest): Promise<PublishedChecks> {
  if (request.runs.length === 0) return { how: 'none', reason: null };
  let reason: string | null = null;
  if (request.prefer !== 'statuses') {
    const { done, error } = await publishCheckRuns(github, request);
    if (error === null) return { how: 'check-runs', reason: null };
    if (done > 0 || !isRefusal(error))
      return { how: done > 0 ? 'check-runs' : 'none', reason: `not every check run could be made: ${error.message}` };
    reason = `the token may not make check runs, so commit statuses stand in for them: ${error.message}`;
  }
  const { done, error } = await publishStatuses(github, request);
  if (error === null) return { how: 'statuses', reason };
  if (done === 0 && isRefusal(error)) {
    return {
      how: 'none',
      reason: `the token may make neither check runs (checks: write) nor commit statuses (statuses: write): ${error.message}`,
    };
  }
  return { how: done > 0 ? 'statuses' : 'none', reason: `not every commit status could be set: ${error.message}` };
}

async function publishCheckRuns(github: GitHub, { sha, runs }: PublishChecksRequest): Promise<Progress> {
  let known: ReadonlyMap<string, CheckRun> | null = null;
  return publishEach(runs, async (facts) => {
    known ??= await knownRuns(github, sha);
    await publishOne(github, { sha, facts, existing: known.get(checkName(facts.agent)) ?? null });
  });
}

async function publishOne(github: GitHub, ask: { sha: string; facts: CheckRunFacts; existing: CheckRun | null }): Promise<void> {
  const { sha, facts, existing } = ask;
  const { owner, repo, rest } = github;
  // A skip learned nothing that is not there already.
  if (existing !== null && facts.outcome === 'skipped') return;
  const annotations = annotationsOf(facts);
  const wanted = { conclusion: conclusionOf(facts), title: titleOf(facts) };
  const shown = existing?.output.annotations_count ?? 0;
  const isSameRun = existing !== null && existing.external_id === facts.runId;
  if (isSameRun && shown === annotations.length && existing.conclusion === wanted.conclusion && existing.output.title === wanted.title)
    return;
  const output = { title: wanted.title, summary: summaryOf(facts) };
  const common = { owner, repo, ...fieldsOf(facts), conclusion: wanted.conclusion };
  const [first = [], ...further] = batchesOf(isSameRun ? annotations.slice(shown) : annotations);
  let id: number;
  // GitHub only ever adds annotations: those of another run would stand beside ours. A new check run of the same name hides the old one.
  if (existing === null || (!isSameRun && shown > 0)) {
    id = (await rest.checks.create({ ...common, head_sha: sha, output: { ...output, annotations: first } })).data.id;
  } else {
    id = existing.id;
    await rest.checks.update({ ...common, check_run_id: id, output: { ...output, annotations: first } });
  }
  for (const batch of further) {
    await rest.checks.update({ owner, repo, check_run_id: id, output: { ...output, annotations: batch } });
  }
}

function fieldsOf(facts: CheckRunFacts): {
  readonly name: string;
  readonly status: 'completed';
  readonly external_id?: string;
  readonly details_url?: string;
  readonly started_at?: string;
  readonly completed_at?: string;
} {
  return {
    name: checkName(facts.agent),
    status: 'completed',
    ...(facts.runId === '' ? {} : { external_id: facts.runId }),
    ...(facts.detailsUrl === null ? {} : { details_url: facts.detailsUrl }),
    ...(facts.startedAt === null ? {} : { started_at: facts.startedAt }),
    ...(facts.completedAt === null ? {} : { completed_at: facts.completedAt }),
  };
}

function batchesOf(annotations: readonly Annotation[]): Annotation[][] {
  const count = Math.ceil(annotations.length / ANNOTATION_BATCH);
  return Array.from({ length: count }, (_, index) => annotations.slice(index * ANNOTATION_BATCH, (index + 1) * ANNOTATION_BATCH));
}

/** The newest check run of each of our names on the commit. */
async function knownRuns(github: GitHub, sha: string): Promise<ReadonlyMap<string, CheckRun>> {
  const { owner, repo, rest } = github;
  const known = new Map<string, CheckRun>();
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { data } = await rest.checks.listForRef({ owner, repo, ref: sha, filter: 'latest', per_page: 100, page });
    for (const run of data.check_runs) {
      if (run.name.startsWith('upkeep/') && run.id > (known.get(run.name)?.id ?? 0)) known.set(run.name, run);
    }
    if (page * 100 >= data.total_count) break;
  }
  return known;
}

/** Whether the token may not, which another way may be open for. */
function isRefusal(error: GitHubError): boolean {
  return error.code === 'forbidden' || error.code === 'not-found';
}
