/** Fire times a second: our calculator against cron-parser and croner, by expression and zone, and reading an expression for one answer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CronExpressionParser } from 'cron-parser';
import { nextFireTime } from '../../scheduler/cron/fire-times.ts';
import { parseCron, type CronSchedule } from '../../scheduler/cron/parse-cron.ts';
import { installInto } from './install-packed.ts';
import { interleave, judge, median, printTimings, ratio, type Contestant, type Goal } from './measure.ts';

interface Croner {
  readonly Cron: new (expression: string, options: { timezone: string; paused: boolean }) => { nextRun(after: Date): Date | null };
}

/** Answers the question after each of these instants; returns how many answers there were. */
type Ask = (instants: readonly Date[]) => number;

interface Peer {
  readonly name: string;
  /** Reads an expression; the answer asks for what comes next, again and again. */
  open(expression: string, zone: string): Ask;
}

const ROUNDS = 7;
const QUESTIONS = 2000;
const RARE_QUESTIONS = 100;
const QUESTION_KINDS = [
  { expression: '*/5 * * * *', zone: 'UTC', questions: QUESTIONS },
  { expression: '*/5 * * * *', zone: 'Europe/Berlin', questions: QUESTIONS },
  { expression: '0 2 * * *', zone: 'America/New_York', questions: QUESTIONS },
  { expression: '30 9 * * MON-FRI', zone: 'Australia/Lord_Howe', questions: QUESTIONS },
  { expression: '0 0 L * *', zone: 'Asia/Kolkata', questions: QUESTIONS },
  { expression: '0 0 29 2 *', zone: 'Europe/Berlin', questions: RARE_QUESTIONS },
] as const;

const ours: Peer = {
  name: 'upkeep',
  open(expression, zone) {
    const schedule = mustParse(expression, zone);
    return (instants) => instants.filter((instant) => nextFireTime(schedule, instant) !== null).length;
  },
};

const cronParser: Peer = {
  name: 'cron-parser',
  open(expression, zone) {
    const parsed = CronExpressionParser.parse(expression, { tz: zone });
    return (instants) =>
      instants.filter((instant) => {
        parsed.reset(instant);
        return parsed.next().toDate().getTime() > 0;
      }).length;
  },
};

const folder = mkdtempSync(join(tmpdir(), 'upkeep-cron-'));
try {
  installInto(folder, ['croner@11']);
  const { Cron } = createRequire(join(folder, 'package.json'))('croner') as Croner;
  const croner: Peer = {
    name: 'croner',
    open(expression, zone) {
      const job = new Cron(expression, { timezone: zone, paused: true });
      return (instants) => instants.filter((instant) => job.nextRun(instant) !== null).length;
    },
  };
  const peers = [ours, cronParser, croner];
  const goals: Goal[] = [];
  for (const { expression, zone, questions } of QUESTION_KINDS) {
    const what = `${expression} in ${zone}`;
    const instants = spread(questions);
    const contestants = peers.map((peer) => asking(`${peer.name}: ${what}`, peer.open(expression, zone), instants));
    goals.push(...measured(what, contestants, questions));
  }
  const schedules = spread(500).map((_, index) => `${index % 60} ${index % 24} * * ${index % 7}`);
  const now = [new Date('2026-03-08T06:30:00Z')];
  const reading = peers.map((peer): Contestant => ({
    name: `${peer.name}: read, then ask once`,
    run: () => {
      for (const expression of schedules)
        if (peer.open(expression, 'Europe/Berlin')(now) !== 1) throw new Error(`${expression} has no answer`);
    },
  }));
  goals.push(...measured('read, then ask once', reading, schedules.length));
  judge(goals);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function asking(name: string, ask: Ask, instants: readonly Date[]): Contestant {
  return {
    name,
    run: () => {
      if (ask(instants) !== instants.length) throw new Error(`${name}: a question has no answer`);
    },
  };
}

/** Prints what was measured and how often each answers in a second. */
function measured(what: string, contestants: readonly Contestant[], questions: number): Goal[] {
  const timings = interleave(contestants, ROUNDS);
  printTimings(timings);
  const [first, ...others] = contestants.map(({ name }) => name);
  for (const [name, times] of timings)
    console.log(`${name.padEnd(44)} ${Math.round((questions / median(times)) * 1000).toLocaleString('en')} a second`);
  return others.map((other) => ({
    what: `${what}: upkeep / ${other.split(':')[0]}, time for an answer`,
    value: ratio(timings, [first ?? '', other]),
    atMost: 0.5,
  }));
}

/** Instants of 2026 and 2027, evenly, each at another time of the day. */
function spread(count: number): Date[] {
  const from = Date.UTC(2026, 0, 1);
  const step = (730 * 86_400_000) / count;
  return Array.from({ length: count }, (_, index) => new Date(from + Math.round(index * step)));
}

function mustParse(expression: string, zone: string): CronSchedule {
  const parsed = parseCron(expression, zone);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}
