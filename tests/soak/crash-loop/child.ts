/**
 * The process of a run as the crash loop wants it: it says when it begins and ends, looks that nobody else of its agent lives on this
 * machine, commits to a bare repository, asks before it publishes, and publishes by compare-and-swap. Called as `agent … carry` is.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { isGroupAlive } from '../../../agents/tools/process-group.ts';
import { lineOf, messageOf, type CarryEnd, type CarryRequest, type FromCarrier, type ToCarrier } from '../../../cli/carry/messages.ts';
import { makeEvent } from '../../../ledger/event.ts';

export interface ChildSettings {
  /** Where `log.jsonl` and the files of those at work are. */
  readonly folder: string;
  /** Name of the machine that the service pretends to be. */
  readonly host: string;
  /** Of how long a run takes, in milliseconds. */
  readonly work: { readonly least: number; readonly most: number };
}

/** A correlation id that begins so makes the process crash. */
export const ALWAYS_CRASHES = 'crash-';

const IDENTITY = ['-c', 'user.name=upkeep[bot]', '-c', 'user.email=upkeep@localhost'];
const NONE = '0'.repeat(40);
const NOTHING = { message: null, retryAfterMs: null, checkedBase: null, errors: 0, warnings: 0, fixed: 0, checks: [] };

if (import.meta.main) {
  const [settingsText = '', , repository = ''] = process.argv.slice(2);
  await carry(JSON.parse(settingsText) as ChildSettings, repository);
}

async function carry(settings: ChildSettings, repository: string): Promise<void> {
  const first = Promise.withResolvers<CarryRequest>();
  const answers = new Map<number, (ok: boolean) => void>();
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const message = messageOf<ToCarrier>(line, ['run', 'leave']);
    if (message?.kind === 'run') first.resolve(message);
    if (message?.kind === 'leave') answers.get(message.question)?.(message.ok);
  });
  // The service is gone: whoever comes next begins anew.
  lines.on('close', () => process.exit(130));
  const request = await first.promise;
  const tell = (message: FromCarrier): void => void process.stdout.write(lineOf(message));
  const mayLeave = (question: number): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    answers.set(question, resolve);
    tell({ kind: 'may-leave', question });
    return promise;
  };
  const ends: CarryEnd[] = [];
  for (const [index, run] of request.runs.entries()) {
    const one = atWork(settings, repository, run);
    if (request.correlationId.startsWith(ALWAYS_CRASHES)) process.kill(process.pid, 'SIGKILL');
    const share = parseInt(createHash('sha256').update(`${run.runId} ${run.attempt}`).digest('hex').slice(0, 8), 16) / 2 ** 32;
    const { least, most } = settings.work;
    // A few take long.
    await delay(share < 0.03 ? most * 5 : least + share * (most - least));
    const end =
      share > 0.97
        ? { outcome: 'errored' as const, reason: 'network' as const, commit: null }
        : await publish(one, () => mayLeave(index + 1));
    one.end();
    ends.push({ runId: run.runId, ...NOTHING, ...end });
    if (end.outcome === 'passed') tell({ kind: 'event', event: completed(request, run, end.commit) });
  }
  process.stdout.write(lineOf({ kind: 'ends', ends }), () => process.exit(0));
}

type AskedRun = CarryRequest['runs'][number];

interface AtWork {
  readonly repository: string;
  readonly run: AskedRun;
  readonly note: (what: string, more?: object) => void;
  readonly end: () => void;
}

/** Notes the beginning. Two of one agent at once on one machine are noted as well. */
function atWork({ folder, host }: ChildSettings, repository: string, run: AskedRun): AtWork {
  const agent = `${basename(repository)}-${run.agent}`;
  const note = (what: string, more: object = {}): void =>
    appendFileSync(
      join(folder, 'log.jsonl'),
      `${JSON.stringify({ at: monotonicMs(), what, run: run.runId, attempt: run.attempt, agent, host, pid: process.pid, ...more })}\n`,
    );
  const place = join(folder, 'at-work', `${host}-${agent}`);
  const own = `${place}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, run: run.runId, attempt: run.attempt }));
  for (;;) {
    try {
      // Only one can have it.
      linkSync(own, place);
      rmSync(own);
      break;
    } catch {
      const other = otherAt(place);
      if (other === null) continue;
      if (other.pid !== process.pid && isGroupAlive(other.pid)) note('overlap', { other });
      renameSync(own, place);
      break;
    }
  }
  note('start');
  return {
    repository,
    run,
    note,
    end: () => {
      rmSync(place, { force: true });
      note('end');
    },
  };
}

function otherAt(place: string): { readonly pid: number } | null {
  try {
    return JSON.parse(readFileSync(place, 'utf8')) as { readonly pid: number };
  } catch {
    return null; // it has just ended
  }
}

/** One commit a run: what an earlier attempt has published stays. */
async function publish(
  { repository, run, note }: AtWork,
  mayLeave: () => Promise<boolean>,
): Promise<Pick<CarryEnd, 'outcome' | 'reason' | 'commit'>> {
  const ref = `refs/runs/${run.runId}`;
  const before = git(repository, ['for-each-ref', '--format=%(objectname)', ref]);
  if (before !== '') {
    note('found', { commit: before });
    return { outcome: 'passed', reason: null, commit: before };
  }
  const blob = git(repository, ['hash-object', '-w', '--stdin'], `${run.runId} ${run.attempt}\n`);
  const tree = git(repository, ['mktree'], `100644 blob ${blob}\tresult\n`);
  const message = `auto: ${run.agent}\n\nAgent: ${run.agent}\nAgent-Run: ${run.runId}\nAttempt: ${run.attempt}\n`;
  const commit = git(repository, [...IDENTITY, 'commit-tree', tree, '-p', 'refs/heads/main', '-m', message]);
  note('asks');
  if (!(await mayLeave())) {
    note('refused');
    return { outcome: 'cancelled', reason: 'interrupted', commit: null };
  }
  note('publishes');
  if (!isPublished({ repository, ref, commit })) {
    note('late');
    return { outcome: 'errored', reason: 'git', commit: null };
  }
  note('published', { commit });
  return { outcome: 'passed', reason: null, commit };
}

/** By compare-and-swap. False: another attempt was there first. */
function isPublished({ repository, ref, commit }: { readonly repository: string; readonly ref: string; readonly commit: string }): boolean {
  for (;;) {
    try {
      git(repository, ['update-ref', ref, commit, NONE]);
      return true;
    } catch (error) {
      const said = String((error as { stderr?: string }).stderr);
      // A git that was killed leaves its lock; nobody else of this run lives, which is looked at elsewhere.
      if (/\.lock': File exists/.test(said)) rmSync(join(repository, `${ref}.lock`), { force: true });
      else if (/reference already exists/.test(said)) return false;
      else throw error;
    }
  }
}

function git(repository: string, args: readonly string[], input = ''): string {
  return execFileSync('git', ['--git-dir', repository, ...args], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim();
}

function completed(request: CarryRequest, run: AskedRun, commit: string | null): Extract<FromCarrier, { kind: 'event' }>['event'] {
  const { source, correlationId, branch } = request;
  return makeEvent(
    'agent:completed',
    {
      ...{ agentId: run.agent, jobId: run.runId, runId: run.runId, branch, status: 'ACTIVE' },
      ...{ outcome: 'passed', reason: null, durationMs: 1, commit, findingsLeft: 0 },
    } as unknown as Parameters<typeof makeEvent<'agent:completed'>>[1],
    { source, correlationId, now: () => new Date() },
  );
}

/** Of the one clock that all processes of the machine share. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
