/** The gate's answer to a state of the ledger is that of `agent run`, agent by agent. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../../agents/exit-code.ts';
import { ciContext } from '../../../cli/ci/ci-context.ts';
import { payloadOf } from '../../../cli/ci/event-payload.ts';
import { readEnvironment } from '../../../cli/environment.ts';
import { gateAnswer, type GateAnswer } from '../../../cli/gate/gate-answer.ts';
import { runFlagsOf } from '../../../cli/run-flags.ts';
import type { Memory } from '../../../cli/run/memory.ts';
import { noteTree } from '../../../cli/run/note-tree.ts';
import { decide, loadRun } from '../../../cli/run/prepare-run.ts';
import { skippedReport } from '../../../cli/run/skipped-report.ts';
import { REASON_WORDS } from '../../../cli/wording.ts';
import type { Repository } from '../../../git/repository.ts';
import { treeIdOf } from '../../../git/tree.ts';
import { makeEvent, type EventData, type UpkeepEvent } from '../../../ledger/event.ts';
import { emptyState, fold } from '../../../ledger/fold.ts';
import { AGENT_IDS, type AgentId, type Trigger } from '../../../ledger/outcome.ts';
import type { LedgerState } from '../../../ledger/state.ts';
import { repositoryWith, type TestRepository } from '../../support/git-repository.ts';
import { at, common, completed, failed, finding, originAt, tripped } from '../../support/ledger-events.ts';

const VERSION = '9.9.9';
const FILES = {
  'README.md': '# A\n',
  'package.json': '{ "name": "a", "private": true, "devDependencies": { "@playwright/test": "1" } }\n',
  'playwright.config.ts': 'export default {};\n',
  'src/a.ts': 'export const a = 1;\n',
  '.github/workflows/ci.yml': 'on: push\njobs: {}\n',
};
const CONFIG = {
  'agent.config.json': JSON.stringify({
    agents: {
      docs: { schedule: '0 * * * *' },
      qa: { enabled: false },
      devops: { schedule: '0 2 * * *', timeZone: 'Asia/Tokyo' },
      backend: { triggers: ['schedule'] },
    },
  }),
};

interface Scene {
  readonly repository: Repository;
  readonly keys: Readonly<Record<string, string>>;
  readonly treeId: string;
}

const owned: TestRepository[] = [];
let plain: Scene;
let configured: Scene;
const environment = readEnvironment({});

async function sceneOf(files: Readonly<Record<string, string>>): Promise<Scene> {
  const test = await repositoryWith(files);
  owned.push(test);
  const repository = await test.open();
  const { runKeys } = await decideIn({ repository, state: emptyState(), due: true, trigger: 'schedule', now: at(0) });
  return { repository, keys: runKeys.keys, treeId: await treeIdOf(repository, repository.head ?? '') };
}

async function decideIn(ask: { repository: Repository; state: LedgerState; due: boolean; trigger: Trigger; now: Date }) {
  const { repository, state, due, trigger, now } = ask;
  const flags = runFlagsOf([], { due });
  const base = repository.head ?? '';
  const run = await loadRun({ repository, base, flags, environment, ci: true, version: VERSION });
  return decide({ repository, base, branch: 'main', run, state, shared: state, flags, trigger, version: VERSION, now, runsByItself: true });
}

/** The state after the events and after CI noted the tree. */
async function stateAfter({ repository }: Scene, events: readonly UpkeepEvent[]): Promise<LedgerState> {
  let state = events.reduce<LedgerState>((before, event, index) => fold(before, { sequence: index + 1, events: [event] }), emptyState());
  const memory = {
    get state() {
      return state;
    },
    reload: () => Promise.resolve(),
    record: (noted: readonly UpkeepEvent[]) => {
      state = fold(state, { sequence: state.sequence + 1, events: noted });
      return Promise.resolve();
    },
  } as unknown as Memory;
  const note = {
    repository,
    head: repository.head ?? '',
    branch: 'main',
    flags: runFlagsOf([], {}),
    environment,
    version: VERSION,
    memory,
    origin: originAt(0),
  };
  await noteTree(note);
  const { sequence } = state;
  await noteTree(note);
  expect(state.sequence, 'the same is noted once').toBe(sequence);
  return state;
}

function gateOn({ repository, treeId }: Scene, ask: { state: LedgerState; event: string; now: Date; payload?: object }): GateAnswer {
  const variables = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: ask.event, GITHUB_REF: 'refs/heads/main', GITHUB_ACTOR: 'ann' };
  const { github } = readEnvironment(variables);
  if (github === null) throw new Error('these variables are those of GitHub Actions');
  return gateAnswer({
    context: ciContext(github, payloadOf(ask.payload ?? {})),
    head: { commit: repository.head ?? '', tree: treeId },
    ledger: { kind: 'read', state: ask.state },
    defaultBranch: 'main',
    hasToken: false,
    version: VERSION,
    now: ask.now,
  });
}

beforeAll(async () => {
  [plain, configured] = await Promise.all([sceneOf(FILES), sceneOf({ ...FILES, ...CONFIG })]);
});
afterAll(() => Promise.all(owned.map((test) => test[Symbol.asyncDispose]())));

type Keys = Scene['keys'];
const passedAll = (keys: Keys, minutes = 0): UpkeepEvent[] =>
  AGENT_IDS.map((agentId) => completed({ agentId, key: keys[agentId] ?? '', minutes }));
const red = (keys: Keys, agentId: AgentId, minutes: number): UpkeepEvent =>
  failed({ agentId, key: keys[agentId] ?? '', minutes, findings: [finding('no')], errors: 1 });
const trip = (minutes: number, kind: 'code' | 'operation' = 'code'): UpkeepEvent =>
  tripped({ agentId: 'backend', minutes, kind, ...(kind === 'code' ? { nextRunAt: at(minutes + 5).toISOString() } : {}) });
const atNight = (keys: Keys, dueAfter: number): UpkeepEvent =>
  completed({ agentId: 'qa', key: keys['qa'] ?? '', nightly: { schedule: '0 2 * * * UTC', dueAt: at(dueAfter).toISOString() } });
const paused = (agentId: AgentId | null, more: Partial<EventData<'agent:paused'>> = {}): UpkeepEvent =>
  makeEvent('agent:paused', { ...common(agentId, '', ''), by: 'ann', reason: 'x', nextRunAt: null, ...more }, originAt(1));

const STATES: readonly (readonly [string, (keys: Keys) => UpkeepEvent[]])[] = [
  ['that is empty', () => []],
  ['in which all passed', (keys) => passedAll(keys)],
  ['in which all passed on other content', () => AGENT_IDS.map((agentId) => completed({ agentId, key: 'other' }))],
  ['in which one agent never ran', (keys) => passedAll(keys).slice(1)],
  ['in which one failed once', (keys) => [...passedAll(keys), red(keys, 'backend', 1)]],
  [
    'in which one failed a while ago on the same content',
    (keys) => [red(keys, 'docs', 0), ...passedAll(keys).filter((event) => event.subject !== 'docs')],
  ],
  ['in which a breaker is open', (keys) => [...passedAll(keys), red(keys, 'backend', 1), red(keys, 'backend', 2), trip(2)]],
  ['in which an agent is in ERROR', (keys) => [...passedAll(keys), trip(1, 'operation')]],
  ['in which one is paused', (keys) => [red(keys, 'docs', 0), paused('docs')]],
  ['in which all are paused', () => [paused(null)]],
  ['in which a pause is over', () => [paused('docs', { nextRunAt: at(3).toISOString() })]],
  ['in which one is paused on this branch', () => [paused('devops', { branch: 'main' })]],
  ['in which one is paused on another branch', () => [paused('devops', { branch: 'next' })]],
  [
    'in which a repair did not arrive',
    (keys) => [
      ...passedAll(keys),
      completed({ agentId: 'docs', key: keys['docs'] ?? '', outcome: 'fixed', commit: 'c'.repeat(40), delivered: false, minutes: 1 }),
    ],
  ],
  [
    'in which a repair arrived',
    (keys) => [
      completed({
        agentId: 'docs',
        key: 'before',
        producedKey: keys['docs'] ?? '',
        outcome: 'fixed',
        commit: 'c'.repeat(40),
        delivered: true,
        minutes: 1,
      }),
    ],
  ],
  [
    'in which the checks of the night wait for a time to come',
    (keys) => passedAll(keys).map((event) => (event.subject === 'qa' ? atNight(keys, 60) : event)),
  ],
  [
    'in which the checks of the night failed and wait for nothing',
    (keys) => [...passedAll(keys), atNight(keys, 5), red(keys, 'qa', 6), red(keys, 'qa', 7)],
  ],
  ['of another branch only', (keys) => AGENT_IDS.map((agentId) => completed({ agentId, branch: 'next', key: keys[agentId] ?? '' }))],
];
/** Minutes after the first event: before and after slots of five minutes, an hour, and two o’clock in Tokyo. */
const MOMENTS = [4, 6, 61, 8 * 60];

describe.each(['schedule', 'push', 'workflow_dispatch', 'repository_dispatch'])('the gate at %s', (event) => {
  const trigger = { schedule: 'schedule', push: 'push', workflow_dispatch: 'manual', repository_dispatch: 'webhook' }[event] as Trigger;

  it.each(STATES)('answers a state %s as the command line does', async (_name, eventsOf) => {
    for (const scene of [plain, configured]) {
      const state = await stateAfter(scene, eventsOf(scene.keys));
      for (const minutes of MOMENTS) {
        const now = at(minutes);
        const { decisions } = await decideIn({ repository: scene.repository, state, due: event === 'schedule', trigger, now });
        const answer = gateOn(scene, { state, event, now });
        const due = decisions.flatMap(({ agent, kind }) => (kind === 'run' ? [agent.id] : []));
        const reasons = decisions.map((decision) =>
          decision.kind === 'run' ? [decision.agent.id, 'due'] : [decision.agent.id, REASON_WORDS[decision.reason]],
        );
        expect(
          answer.agents.map(({ agent, isDue, why }) => [agent, isDue ? 'due' : why.split('; ')[0]]),
          `${minutes} min`,
        ).toEqual(reasons);
        expect(answer.isDue).toBe(due.length > 0);
        const runs = decisions.flatMap((decision) => (decision.kind === 'skip' ? [skippedReport(decision, null)] : []));
        if (due.length === 0) expect(answer.exitCode).toBe(exitCodeOf({ runs, delivery: { outcome: 'nothing' } }, false));
        expect([answer.warning, due.length > 0 ? answer.exitCode : 0]).toEqual([null, 0]);
      }
    }
  });
});

describe('the checks of the night', () => {
  it('make their agent due when their time has come, and the gate says why', async () => {
    const state = await stateAfter(plain, [...passedAll(plain.keys).filter(({ subject }) => subject !== 'qa'), atNight(plain.keys, 60)]);
    const before = gateOn(plain, { state, event: 'push', now: at(59) });
    expect([before.isDue, before.headline]).toEqual([false, expect.stringMatching(/^nothing due/)]);
    const after = gateOn(plain, { state, event: 'push', now: at(61) });
    expect(after.headline).toBe('due on main: qa');
    expect(after.agents.find(({ agent }) => agent === 'qa')?.why).toBe('its checks of the night have their turn');
  });
});

describe('a state that was written meanwhile by somebody who noted no tree', () => {
  it('makes an agent due rather than passed over', async () => {
    const state = await stateAfter(plain, [completed({ agentId: 'docs', key: 'other' })]);
    const later = fold(state, { sequence: 99, events: [completed({ agentId: 'docs', key: 'another', minutes: 58 })] });
    const docs = gateOn(plain, { state: later, event: 'schedule', now: at(59) }).agents.find(({ agent }) => agent === 'docs');
    expect(docs).toMatchObject({ isDue: true });
  });
});

describe('what a person asks for', () => {
  it('is looked at for the agents that were named, and always when it is forced', async () => {
    const state = await stateAfter(configured, passedAll(configured.keys));
    const asked = (payload: object): GateAnswer => gateOn(configured, { state, event: 'workflow_dispatch', now: at(9), payload });
    expect(asked({ inputs: { agents: 'docs' } })).toMatchObject({ isDue: false, agents: [{ agent: 'docs', isDue: false }] });
    expect(asked({ inputs: { agents: 'docs', force: true } })).toMatchObject({ isDue: true, agents: [{ agent: 'docs', isDue: true }] });
    expect(asked({ inputs: { agents: 'doks' } })).toMatchObject({ isDue: true, warning: 'ann names an agent that is not one of the six' });
    expect(asked({ inputs: { agents: 'qa' } })).toMatchObject({ isDue: true, warning: 'the configuration turns qa off' });
  });
});
