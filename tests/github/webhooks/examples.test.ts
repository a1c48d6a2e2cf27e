/** Every payload that GitHub's users have collected goes through the handler; tests/github/webhook-table.json says what becomes of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryDeliveryStore } from '../../../github/webhooks/delivery-store.ts';
import { createWebhookHandler, type WebhookResult } from '../../../github/webhooks/handler.ts';
import { IGNORED_REASONS, type WebhookTrigger } from '../../../github/webhooks/trigger.ts';
import { examples, OURS, SECRET, signed, type Example } from '../../support/webhooks.ts';

type Row = string | WebhookTrigger;

const table = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'webhook-table.json'), 'utf8')) as Record<string, Row>;

/** What the handler hands on and answers, as the table writes it. */
async function rowOf(example: Example): Promise<{ row: Row; status: number; handedOn: readonly WebhookTrigger[] }> {
  const handedOn: WebhookTrigger[] = [];
  const handler = createWebhookHandler({
    secrets: [SECRET],
    seen: memoryDeliveryStore(),
    ours: OURS,
    onTrigger: async (trigger) => {
      handedOn.push(trigger);
    },
  });
  const { status, result } = await handler.handle(signed(example));
  return { row: rowFor(result), status, handedOn };
}

function rowFor(result: WebhookResult): Row {
  if (result.kind === 'trigger') return result.trigger;
  return result.kind === 'ignored' ? `ignored: ${result.reason}` : JSON.stringify(result);
}

describe('the payloads of @octokit/webhooks-examples', () => {
  it('are 329, each with one row in the table, and the table has no other', () => {
    const names = examples().map((example) => example.name);
    expect(names).toHaveLength(329);
    expect(new Set(names).size).toBe(329);
    expect(Object.keys(table).sort()).toEqual([...names].sort());
  });

  it.for(examples())('end as the table says: $name', async (example) => {
    const { row, status, handedOn } = await rowOf(example);
    const expected = table[example.name];
    expect(row).toEqual(expected);
    expect({ status, handedOn }).toEqual(
      typeof expected === 'string' ? { status: 200, handedOn: [] } : { status: 202, handedOn: [expected] },
    );
  });

  it('are refused, each of them, when a byte is another or the secret is', async () => {
    const seen = memoryDeliveryStore();
    const onTrigger = () => Promise.reject(new Error('let in'));
    const handler = createWebhookHandler({ secrets: [SECRET], seen, ours: OURS, onTrigger });
    for (const example of examples()) {
      const { headers, body } = signed(example);
      const changed = Buffer.concat([body.subarray(0, -1), Buffer.from(' }')]);
      expect([example.name, (await handler.handle({ headers, body: changed })).status]).toEqual([example.name, 401]);
      expect([example.name, (await handler.handle(signed(example, { secret: 'another' }))).status]).toEqual([example.name, 401]);
    }
  });

  it.for(['ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35'])('are understood as well when %s sends them', async (server) => {
    const ends = await Promise.all(examples(server).map(async (example) => [example.name, (await rowOf(example)).status] as const));
    expect(ends.filter(([, status]) => status !== 200 && status !== 202)).toEqual([]);
    expect(ends.length).toBeGreaterThan(45);
  });
});

describe('the table', () => {
  it('ignores for reasons of the closed list only', () => {
    const reasons = Object.values(table)
      .filter((row) => typeof row === 'string')
      .map((row) => row.replace('ignored: ', ''));
    expect(reasons.filter((reason) => !(IGNORED_REASONS as readonly string[]).includes(reason))).toEqual([]);
  });
});
