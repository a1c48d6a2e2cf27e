import { describe, expect, it } from 'vitest';
import type { PlannedCheck } from '../../../agents/plan-checks.ts';
import { touchedAgents, type ChangedPath } from '../../../cli/ci/touched-agents.ts';
import { AGENT_IDS, type AgentId } from '../../../ledger/outcome.ts';

const planned = (agents: AgentId[], reads: RegExp, seesEveryPath = false): PlannedCheck => ({
  check: {} as PlannedCheck['check'],
  agents,
  detection: {
    applies: true,
    why: '',
    origin: 'bundled',
    needsDependencies: false,
    reads: (path) => reads.test(path),
    ...(seesEveryPath ? { seesEveryPath } : {}),
  },
});

const PLAN = [planned(['backend', 'frontend', 'qa'], /\.ts$/), planned(['docs'], /\.md$/, true), planned(['devops'], /^\.github\//)];
const changes = (...changed: [ChangedPath['status'], string][]): ChangedPath[] => changed.map(([status, path]) => ({ status, path }));

describe('the agents that a range of commits touches', () => {
  it.each<[ChangedPath[], readonly AgentId[]]>([
    [[], []],
    [changes(['modified', 'README.md']), ['docs']],
    [changes(['modified', 'src/a.ts']), ['backend', 'frontend', 'qa']],
    [changes(['modified', 'src/a.ts'], ['modified', '.github/workflows/ci.yml']), ['backend', 'frontend', 'devops', 'qa']],
    [changes(['modified', 'logo.png']), []],
    // A link may point at a file that is new or gone.
    [changes(['added', 'logo.png']), ['docs']],
    [changes(['deleted', 'logo.png']), ['docs']],
    [changes(['modified', 'package.json']), AGENT_IDS],
    [changes(['modified', 'pnpm-lock.yaml']), AGENT_IDS],
    [changes(['added', 'agent.config.yaml']), AGENT_IDS],
    [changes(['modified', 'packages/a/package.json']), []],
    // What made a check apply before the push is not in the plan after it.
    [changes(['deleted', 'eslint.config.js']), AGENT_IDS],
    [changes(['deleted', 'packages/a/.prettierrc']), AGENT_IDS],
    [changes(['deleted', 'packages/a/tsconfig.json']), AGENT_IDS],
  ])('%j touches %j', (changed, expected) => {
    expect(touchedAgents(AGENT_IDS, { planned: PLAN, changed })).toEqual(expected);
  });

  it('keeps to the agents that were asked for', () => {
    expect(touchedAgents(['qa'], { planned: PLAN, changed: changes(['modified', 'src/a.ts'], ['modified', 'README.md']) })).toEqual(['qa']);
  });
});
