/** What six agents found in the last weeks, written into a database: findings that are left, those that were repaired, and coverage. */
import { makeEvent, uuidv7 } from '../../ledger/event.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { SceneDatabase } from './dashboard-scene.ts';

const DAYS = 27;
const DAY_MS = 24 * 3_600_000;

/** By agent: check, rule, severity, path, message. */
const LEFT: Readonly<Record<string, readonly (readonly [check: string, rule: string, severity: string, path: string, message: string])[]>> =
  {
    architecture: [
      ['unused-code', 'unused-export', 'warning', 'src/cart/totals.ts', 'roundUp is exported and used by nobody'],
      ['unused-code', 'unused-dependency', 'warning', 'package.json', 'left-pad is a dependency and used by nobody'],
      ['import-cycles', 'import-cycle', 'warning', 'src/cart/cart.ts', 'src/cart/cart.ts → src/cart/totals.ts → src/cart/cart.ts'],
    ],
    backend: [
      [
        'type-check',
        'TS2345',
        'error',
        'src/orders/place-order.ts',
        "Argument of type 'string' is not assignable to parameter of type 'Order'.",
      ],
      ['type-check', 'TS2531', 'error', 'src/orders/place-order.ts', "Object is possibly 'null'."],
      [
        'eslint',
        '@typescript-eslint/no-floating-promises',
        'error',
        'src/mail/send.ts',
        'Promises must be awaited, end with a call to .catch, or be marked with void.',
      ],
      ['eslint', 'no-console', 'warning', 'src/mail/send.ts', 'Unexpected console statement.'],
      ['eslint', 'no-console', 'warning', 'src/orders/refund.ts', 'Unexpected console statement.'],
      ['eslint', 'no-console', 'warning', 'src/server.ts', 'Unexpected console statement.'],
    ],
    devops: [
      [
        'workflows',
        'no-timeout',
        'warning',
        '.github/workflows/ci.yml',
        'the job test has no timeout-minutes, so one that hangs takes 6 hours',
      ],
      ['dockerfiles', 'no-user', 'warning', 'Dockerfile', 'the image runs as root'],
    ],
    docs: [['links', 'missing-anchor', 'warning', 'docs/guide/install.md', 'there is no heading #on-windows in docs/guide/run.md']],
    frontend: [
      ['code-rules', 'jsx-a11y/alt-text', 'warning', 'src/ui/product-card.tsx', 'Missing alt attribute.'],
      ['stylelint', 'color-no-invalid-hex', 'warning', 'src/ui/theme.css', 'Unexpected invalid hex color "#ffff0"'],
    ],
  };

interface Rows {
  readonly run: object[];
  readonly check_result: object[];
  readonly finding: object[];
  readonly event: object[];
}

/** Looks of every day before those of `writeHistory`, and what the newest look of each agent left. */
export async function writeFindings(database: SceneDatabase, now = new Date()): Promise<void> {
  const agents = await database.query<Agent>(
    `SELECT a.id, a.repository_id, a.name, (SELECT r.id FROM upkeep.run r WHERE r.agent_id = a.id AND r.state = 'settled'
       AND r.outcome IN ('passed', 'fixed', 'failed') ORDER BY r.id DESC LIMIT 1) AS newest FROM upkeep.agent a`,
  );
  const rows: Rows = { run: [], check_result: [], finding: [], event: [] };
  for (const [place, agent] of agents.entries()) {
    for (let day = DAYS; day > 0; day -= 1) addDay(rows, { agent, at: new Date(now.getTime() - day * DAY_MS), place, day });
    if (agent.newest !== null) addLeft(rows, agent.newest, LEFT[agent.name] ?? []);
  }
  for (const [table, of] of Object.entries(rows) as [string, object[]][]) {
    const columns = Object.keys(of[0] ?? {}).map((column) => `"${column}"`);
    await database.query(
      `INSERT INTO upkeep.${table} (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM json_populate_recordset(NULL::upkeep.${table}, $1)`,
      [JSON.stringify(of)],
    );
  }
}

interface Agent {
  readonly id: string;
  readonly repository_id: string;
  readonly name: AgentId;
  readonly newest: string | null;
}

interface Day {
  readonly agent: Agent;
  readonly at: Date;
  readonly place: number;
  readonly day: number;
}

function addDay(rows: Rows, { agent, at, place, day }: Day): void {
  const id = uuidv7(at);
  const left = LEFT[agent.name] ?? [];
  // Fewer and fewer, and a bad week on the way.
  const errors = agent.name !== 'backend' || day <= 12 ? 0 : day < 19 ? 6 : 2;
  const counts = { errors, warnings: Math.round(day / (5 + place)) + left.length, fixed: (day * 7 + place * 3) % 5 };
  const outcome = errors > 0 ? 'failed' : counts.fixed > 0 ? 'fixed' : 'passed';
  const reason = errors > 0 ? 'errors-left' : null;
  const times = { rank: at.getTime(), requested_at: at, eligible_at: at, started_at: at, settled_at: at, duration_ms: 2400 };
  const of = { agent_id: agent.id, repository_id: agent.repository_id };
  rows.run.push({
    id,
    ...of,
    state: 'settled',
    priority: 'NORMAL',
    attempt: 1,
    trigger: 'schedule',
    ...times,
    outcome,
    reason,
    ...counts,
    correlation_id: id,
  });
  addLeft(rows, id, left.slice(0, 2));
  if (agent.name !== 'qa') return;
  const event = makeEvent(
    'agent:completed',
    {
      ...{
        agentId: agent.name,
        jobId: id,
        runId: id,
        branch: 'main',
        status: 'passed',
        outcome: 'passed',
        reason: null,
        trigger: 'schedule',
      },
      ...{ base: 'a'.repeat(40), key: '00', producedKey: null, durationMs: 2400, commit: null, delivered: false, findings: [], ...counts },
      ...{ coverage: 71 + (DAYS - day) * 0.4 + ((day * 5) % 4) * 0.3, counts: true },
    },
    { source: 'service:upkeep-1', correlationId: id, now: () => at },
  );
  // Older than all that is to come: nobody is told of it.
  const order = { sequence: -day, transaction: 1 };
  rows.event.push({ ...order, id: event.id, type: event.type, time: event.time, ...of, run_id: id, envelope: event });
}

function addLeft(rows: Rows, runId: string, left: (typeof LEFT)[string]): void {
  for (const check of new Set(left.map(([name]) => name)))
    rows.check_result.push({ run_id: runId, check, outcome: 'failed', duration_ms: 900 });
  for (const [index, [check, rule, severity, path, message]] of left.entries()) {
    const found = { check, path, line: 3 + index * 11, rule, severity, message, fingerprint: `${check}:${rule}:${path}` };
    rows.finding.push({ id: rows.finding.length - 100_000, run_id: runId, ...found, is_fixed: false });
  }
}
