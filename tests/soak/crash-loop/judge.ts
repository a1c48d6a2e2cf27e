/** Looks at all that is left of a crash loop: the database, the repositories and what the processes noted. Says each thing that is wrong. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALWAYS_CRASHES } from './child.ts';
import type { Heard } from './services.ts';
import type { World } from './world.ts';

/** A line that a child wrote. */
export interface ChildNote {
  readonly at: number;
  readonly what: string;
  readonly run: string;
  readonly attempt: number;
  readonly agent: string;
  readonly host: string;
  readonly pid: number;
}

export interface Judgement {
  /** Each with the history of what it is about. */
  readonly violations: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
}

interface RunFacts {
  readonly id: string;
  readonly repositoryId: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly commit: string | null;
  readonly attempt: number;
  readonly crashes: number;
  readonly correlationId: string;
  readonly attempts: readonly {
    readonly number: number;
    readonly ending: string;
    readonly serviceId: string;
    readonly message: string | null;
  }[];
  readonly events: readonly string[];
  readonly isInError: boolean;
}

const FACTS = `
  SELECT r.id, r.repository_id AS "repositoryId", r.state, r.outcome, r.commit, r.attempt, r.crashes, r.correlation_id AS "correlationId",
    a.in_error_at IS NOT NULL AS "isInError",
    coalesce((SELECT json_agg(json_build_object('number', t.number, 'ending', t.ending, 'serviceId', t.service_id, 'message', t.message)
      ORDER BY t.number) FROM upkeep.attempt t WHERE t.run_id = r.id), '[]') AS attempts,
    coalesce((SELECT json_agg(e.type ORDER BY e.sequence) FROM upkeep.event e WHERE e.run_id = r.id), '[]') AS events
  FROM upkeep.run r JOIN upkeep.agent a ON a.id = r.agent_id`;

/** `asked`: correlation ids of the runs that were asked for. */
export async function judge(world: World, asked: readonly string[], heard: readonly Heard[]): Promise<Judgement> {
  const runs = await world.rows<RunFacts>(FACTS);
  const notes = readNotes(world.folder);
  const published = publishedCommits(world);
  const notesOf = Map.groupBy(notes, ({ run }) => run);
  const serviceIds = new Map(heard.flatMap(({ pid, news }) => (news.kind === 'ready' ? [[news.serviceId, pid] as const] : [])));
  const violations: string[] = [];
  const wrong = (run: RunFacts, what: string): void =>
    void violations.push([`run ${run.id}: ${what}`, ...historyOf(run, notesOf.get(run.id) ?? [], heard)].join('\n    '));

  const byAsked = new Map(runs.map((run) => [run.correlationId, run]));
  for (const id of asked) if (!byAsked.has(id)) violations.push(`the run asked for as ${id} is lost: there is no row of it`);
  if (runs.length !== asked.length) violations.push(`${asked.length} runs were asked for, and there are ${runs.length}`);
  for (const run of runs) for (const what of faultsOf(run, published.get(run.id) ?? [], notesOf.get(run.id) ?? [])) wrong(run, what);
  for (const what of overlaps(notes)) violations.push(what);
  const jobs = await world.rows<{ state: string; count: number }>(
    `SELECT state, count(*)::int AS count FROM upkeep_queue.job WHERE name = 'runs' GROUP BY state`,
  );
  for (const { state, count } of jobs) violations.push(`${count} jobs are left in the queue as ${state}`);

  // Of those that were told to be late, whose was it after all?
  const late = heard.flatMap(({ pid, news }) => (news.kind === 'late-ends' ? news.runs.map((run) => ({ pid, run })) : []));
  const byId = new Map(runs.map((run) => [run.id, run]));
  const known = late.filter(({ pid, run }) => {
    const last = byId.get(run)?.attempts.at(-1);
    return last !== undefined && serviceIds.get(last.serviceId) === pid;
  });
  const count = (what: string): number => notes.filter((note) => note.what === what).length;
  const endings = runs.flatMap(({ attempts }) => attempts.map(({ ending }) => ending));
  return {
    violations,
    figures: {
      runs: runs.length,
      passed: runs.filter(({ outcome }) => outcome === 'passed').length,
      'in ERROR': runs.filter(({ outcome }) => outcome === 'errored').length,
      attempts: endings.length,
      'attempts that crashed': endings.filter((ending) => ending === 'crashed').length,
      'attempts that were lost': endings.filter((ending) => ending === 'lost').length,
      'attempts given back': endings.filter((ending) => ending === 'returned').length,
      'attempts tried again': endings.filter((ending) => ending === 'errored').length,
      'results found by a later attempt': count('found'),
      'late: refused before it left': count('refused'),
      'late: refused by compare-and-swap': count('late'),
      'late: ends that were not accepted': late.length - known.length,
      'ends told twice (the first answer was lost)': known.length,
      'runs let go by a service': heard.filter(({ news }) => news.kind === 'let-go').length,
    },
  };
}

const ENDS: ReadonlySet<string> = new Set(['agent:completed', 'agent:failed', 'agent:cancelled', 'agent:skipped', 'agent:tripped']);

function faultsOf(run: RunFacts, commits: readonly string[], notes: readonly ChildNote[]): string[] {
  const { state, outcome, attempts, events, attempt } = run;
  const faults: string[] = [];
  if (state !== 'settled') faults.push(`it is ${state}`);
  const accepted = attempts.filter(({ number, ending }) => number === attempt && ending === outcome);
  if (accepted.length !== 1) faults.push(`${accepted.length} of its attempts count`);
  const others = attempts.filter(({ number }) => number !== attempt);
  if (others.some(({ ending }) => !['crashed', 'lost', 'returned', 'errored'].includes(ending)))
    faults.push('an earlier attempt counted as well');
  if (attempts.some(({ number }, index) => number !== index + 1)) faults.push('an attempt is not written down, or written twice');
  const ended = events.filter((type) => ENDS.has(type));
  if (ended.length !== 1) faults.push(`it ended ${ended.length} times: ${ended.join(', ')}`);
  if (events.filter((type) => type === 'agent:queued').length !== 1) faults.push('it was not queued once');
  const retries = others.filter(({ ending }) => ending !== 'returned').length;
  if (events.filter((type) => type === 'agent:retrying').length !== retries)
    faults.push(`${retries} retries, and not as many events of them`);
  if (commits.length > 1) faults.push(`it was published ${commits.length} times`);
  if (notes.filter(({ what }) => what === 'published').length > 1) faults.push('two of its attempts think that they published it');
  if (outcome === 'passed' && (commits.length !== 1 || commits[0] !== run.commit))
    faults.push(`${run.commit} passed, and ${commits.join()} is there`);
  if (outcome === 'cancelled' || outcome === 'failed') faults.push(`it is ${outcome}, and nobody cancelled it`);
  if (outcome === 'errored' && !run.isInError) faults.push('its agent is not in ERROR');
  if (run.correlationId.startsWith(ALWAYS_CRASHES)) {
    if (outcome !== 'errored' || run.crashes + 1 !== 3)
      faults.push(`it always crashes, and is ${outcome} after ${run.crashes + 1} crashes`);
  }
  return faults;
}

/** Two of one agent at once on one machine: seen by the second, or by their times. */
function overlaps(notes: readonly ChildNote[]): string[] {
  const seen = notes.filter(({ what }) => what === 'overlap').map((note) => `two runs of one agent at once: ${JSON.stringify(note)}`);
  for (const [agent, own] of Map.groupBy(notes, ({ host, agent: name }) => `${name} on ${host}`)) {
    const spans = [...Map.groupBy(own, ({ pid, run, attempt }) => `${pid} ${run} ${attempt}`).values()]
      .map((lines) => ({ from: Math.min(...lines.map(({ at }) => at)), to: Math.max(...lines.map(({ at }) => at)), first: lines[0] }))
      .sort((a, b) => a.from - b.from);
    spans.forEach((span, index) => {
      const next = spans[index + 1];
      if (next !== undefined && next.from < span.to) seen.push(`${agent}: ${JSON.stringify(span)} overlaps ${JSON.stringify(next)}`);
    });
  }
  return seen;
}

/** What the children noted. */
export function readNotes(folder: string): ChildNote[] {
  const path = join(folder, 'log.jsonl');
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ChildNote);
}

/** Commits above the base of each run's ref, by run. */
function publishedCommits({ clones }: World): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const path of Object.values(clones)) {
    const git = (...args: string[]): string[] =>
      execFileSync('git', ['--git-dir', path, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 })
        .split('\n')
        .filter((line) => line !== '');
    git('fsck', '--no-dangling', '--no-progress');
    for (const ref of git('for-each-ref', '--format=%(refname)', 'refs/runs'))
      found.set(ref.slice('refs/runs/'.length), git('rev-list', `refs/heads/main..${ref}`));
  }
  return found;
}

function historyOf(run: RunFacts, notes: readonly ChildNote[], heard: readonly Heard[]): string[] {
  const about = heard.filter(({ news }) => JSON.stringify(news).includes(run.id));
  const lines = [
    ...notes.map((note) => ({ at: note.at, text: `run ${note.pid} on ${note.host}, attempt ${note.attempt}: ${note.what}` })),
    ...about.map(({ at, slot, pid, news }) => ({ at, text: `service ${slot} (${pid}): ${JSON.stringify(news)}` })),
  ].sort((a, b) => a.at - b.at);
  return [
    `${run.correlationId}: ${run.state} ${run.outcome ?? ''} attempt ${run.attempt}, crashes ${run.crashes}`,
    ...run.attempts.map(({ number, ending, serviceId, message }) => `attempt ${number}: ${ending} by ${serviceId}: ${message ?? ''}`),
    `events: ${run.events.join(', ')}`,
    ...lines.map(({ at, text }) => `${at.toFixed(0)} ${text}`),
  ];
}
