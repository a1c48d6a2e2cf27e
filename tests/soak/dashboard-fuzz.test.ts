/** Whatever comes to a procedure, right by its schema or wrong: it is answered, or refused with a code. Never a fault of ours. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { appRouter } from '../../dashboard/server/router.ts';
import { FAILURE_KINDS } from '../../dashboard/wire/failure.ts';
import { dashboardServer, type DashboardServer, type Guest } from '../support/dashboard-server.ts';
import { finishRuns } from '../../scheduler/runs/finish-runs.ts';
import { resultOf } from '../support/queue-scene.ts';

interface Procedure {
  readonly path: string;
  readonly isOrder: boolean;
  readonly input: z.ZodType | null;
}

function procedures(): Procedure[] {
  const all = appRouter._def.procedures as unknown as Record<string, { _def: { type: string; inputs: readonly z.ZodType[] } }>;
  return Object.entries(all).map(([path, { _def }]) => ({ path, isOrder: _def.type === 'mutation', input: _def.inputs[0] ?? null }));
}

interface JsonSchema {
  readonly type?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly pattern?: string;
}

/** Ids that there are, so that not everything is refused at once. */
type Known = readonly string[];

const NASTY = [
  '<img src=x onerror=alert(1)>',
  '\u0000',
  '\u001b[31m',
  "'; DROP TABLE run; --",
  '%',
  '\\',
  '\ud800',
  '../../etc/passwd',
  '__proto__',
  '👩‍👩‍👧‍👦',
  '',
];

function meant(schema: JsonSchema, known: Known): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => meant(choice, known)));
  switch (schema.type) {
    case 'object': {
      const required = schema.required ?? [];
      const fields = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, field]) => [name, meant(field, known)]));
      return fc.record(fields, { requiredKeys: required.filter((name) => name in fields) });
    }
    case 'array':
      return fc.array(meant(schema.items ?? {}, known), { maxLength: Math.min(schema.maxItems ?? 5, 5) });
    case 'integer':
      return fc.oneof(
        fc.integer({ min: Math.max(schema.minimum ?? -1e9, -1e9), max: Math.min(schema.maximum ?? 1e9, 2 ** 31 - 1) }),
        fc.constantFrom(schema.minimum ?? 0, schema.maximum ?? 0),
      );
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return text(schema, known);
    default:
      return fc.jsonValue();
  }
}

function text({ format, pattern, maxLength = 200, minLength = 0 }: JsonSchema, known: Known): fc.Arbitrary<string> {
  if (format === 'uuid' || format === 'guid' || (pattern ?? '').includes('[0-9a-fA-F]{8}'))
    return fc.oneof(fc.uuid(), fc.constantFrom(...known));
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date('1960-01-01'), max: new Date('9999-12-31') }).map((date) => date.toISOString());
  const any = fc.oneof(
    fc.string({ minLength, maxLength: Math.min(maxLength, 200), unit: 'binary' }),
    fc.constantFrom(...NASTY),
    fc.constantFrom('0_018f0000-0000-7000-8000-000000000001', '5.5', '12'),
  );
  return pattern === undefined ? any : fc.oneof(fc.stringMatching(new RegExp(pattern)), any);
}

/** As it is meant, as anything at all, and as it is meant but for one field. */
function inputs({ input }: Procedure, known: Known): fc.Arbitrary<unknown> {
  if (input === null) return fc.constant(undefined);
  const right = meant(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as JsonSchema, known);
  const spoilt = fc.tuple(right, fc.jsonValue(), fc.nat()).map(([value, other, at]) => {
    if (typeof value !== 'object' || value === null) return other;
    const keys = Object.keys(value);
    const key = keys[at % Math.max(1, keys.length)] ?? 'extra';
    return { ...value, [key]: other };
  });
  return fc.oneof({ weight: 4, arbitrary: right }, { weight: 2, arbitrary: spoilt }, { weight: 1, arbitrary: fc.jsonValue() });
}

async function ask(
  guest: Guest,
  { path, isOrder }: Procedure,
  input: unknown,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const json = input === undefined ? undefined : JSON.stringify(input);
  const response = isOrder
    ? await guest.fetch(`/api/trpc/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: json ?? '' })
    : await guest.fetch(
        `/api/trpc/${path}${json === undefined ? '' : `?input=${encodeURIComponent(json.replaceAll(/[\ud800-\udfff]/gu, '\ufffd'))}`}`,
      );
  return { status: response.status, body: await response.json() };
}

/** Something of each kind that an id can name. */
async function known(scene: DashboardServer): Promise<Known> {
  const { queue } = scene;
  const repositoryId = await queue.repository('acme/site');
  const ids = [repositoryId];
  for (const name of ['qa', 'docs', 'renamed']) {
    const agent = await queue.agent({ repositoryId, name });
    await queue.query(`INSERT INTO upkeep.schedule (agent_id, cron, time_zone) VALUES ($1, '*/5 * * * *', 'UTC')`, [agent.agentId]);
    const [one, other] = [await queue.ask(agent), await queue.ask(agent)];
    ids.push(agent.agentId, one?.id ?? '', other?.id ?? '');
  }
  const serviceId = await queue.service();
  const [run] = await queue.claim(serviceId, { most: 1 });
  if (run !== undefined) await finishRuns(queue.context, [{ run, kind: 'ended', result: resultOf() }], serviceId);
  await queue.query(`INSERT INTO upkeep.token (id, user_id, name, hash) SELECT gen_random_uuid(), id, 'x', 'y' FROM upkeep."user" LIMIT 1`);
  const people = await queue.query<{ id: string }>(
    `SELECT id FROM upkeep."user" WHERE login LIKE 'target%' UNION SELECT id FROM upkeep.token`,
  );
  return [...ids, ...people.map(({ id }) => id)].filter((id) => id !== '');
}

/** Each takes a turn of scrypt, or ends what the others ask with. */
const FEW = new Set(['session.signIn', 'session.claim', 'session.changePassword', 'session.signOut', 'session.link']);

describe('every procedure', () => {
  it('answers whatever comes, or refuses it with a code', { timeout: 300_000 }, async () => {
    await using scene = await dashboardServer();
    await scene.person('viewer', 'target');
    const ids = await known(scene);
    const runs = Number(process.env['UPKEEP_FUZZ'] ?? 25);
    for (const procedure of procedures()) {
      const person = await scene.person('admin');
      const asked = fc.asyncProperty(inputs(procedure, ids), async (input) => {
        const { status, body } = await ask(person, procedure, input);
        const { code = null } = (body as { error?: { data: { code: string } } }).error?.data ?? {};
        if (status >= 500 || (status >= 400 && !FAILURE_KINDS.some((kind) => code?.startsWith(`${kind}-`) === true)))
          throw new Error(`${procedure.path} ${JSON.stringify(input)}: ${status} ${JSON.stringify(body)} ${scene.problems.join('; ')}`);
      });
      await fc.assert(asked, { numRuns: FEW.has(procedure.path) ? 4 : runs });
      await scene.queue.query('TRUNCATE upkeep.sign_in_limit');
    }
    expect(scene.problems).toEqual([]);
  });

  it('says what it takes and what it gives', () => {
    const all = appRouter._def.procedures as unknown as Record<string, { _def: { output?: unknown; inputs: readonly z.ZodType[] } }>;
    for (const [path, { _def }] of Object.entries(all)) {
      expect([path, _def.output !== undefined]).toEqual([path, true]);
      for (const input of _def.inputs) {
        const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as {
          additionalProperties?: unknown;
          anyOf?: unknown;
        };
        expect([path, schema.additionalProperties ?? schema.anyOf]).toEqual([path, false]);
      }
    }
  });
});
