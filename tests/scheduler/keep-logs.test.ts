/** Logs of checks in the database. */
import { describe, expect, it } from 'vitest';
import { logSizes, readLog, type LogPiece } from '../../prisma/runs/check-logs.ts';
import { connection } from '../../prisma/sql.ts';
import { createLogKeeper } from '../../scheduler/keep-logs.ts';
import { queueScene } from '../support/queue-scene.ts';

describe('logs of checks', () => {
  it('are told at once and kept in order, each attempt by itself', async () => {
    await using scene = await queueScene();
    const run = await scene.ask(await scene.agent());
    const id = run?.id ?? '';
    const told: LogPiece[] = [];
    const problems: unknown[] = [];
    const keeper = createLogKeeper({
      pool: () => scene.context.pool,
      onPiece: (piece) => told.push(piece),
      onProblem: (error) => problems.push(error),
    });
    const kept = async (check: string): Promise<string> => {
      const pieces = await connection(scene.context.pool, (sql) => readLog(sql, { runId: id, check, after: 0, most: 1000 }));
      return pieces.map(({ text }) => text).join('');
    };
    keeper.begin([id]);
    keeper.append([id, 'nobody'], 'eslint', 'of the first attempt\n');
    await keeper.close();
    expect(await kept('eslint')).toBe('of the first attempt\n');
    keeper.begin([id]);
    let whole = '';
    for (let at = 0; at < 3000; at += 1) {
      const text = `ä ${at}\0 <b>\u001b[31m\ud83d\n`;
      whole += text.replaceAll('\0', '\ufffd').toWellFormed();
      keeper.append([id], 'eslint', text);
      if (at % 700 === 0) await keeper.close();
    }
    keeper.append([id], 'tests', 'other\n');
    keeper.end([id]);
    keeper.append([id], 'tests', 'too late\n');
    await keeper.close();
    expect(await kept('eslint')).toBe(whole);
    expect(await kept('tests')).toBe('other\n');
    expect(await connection(scene.context.pool, (sql) => logSizes(sql, id))).toEqual([
      { check: 'eslint', size: Buffer.byteLength(whole) },
      { check: 'tests', size: 6 },
    ]);
    expect(
      told
        .filter(({ runId }) => runId === id)
        .map(({ text }) => text)
        .join(''),
    ).toBe(`of the first attempt\n${whole}other\n`);
    expect(problems).toEqual([]);
  });

  it('are no more than may be, and none of a run that is gone', async () => {
    await using scene = await queueScene();
    const id = '018f0000-0000-7000-8000-000000000000';
    let bytes = 0;
    const problems: unknown[] = [];
    const keeper = createLogKeeper({
      pool: () => scene.context.pool,
      onPiece: ({ text }) => (bytes += text.length),
      onProblem: (error) => problems.push(error),
    });
    keeper.begin([id]);
    for (let at = 0; at < 100; at += 1) keeper.append([id], 'eslint', 'x'.repeat(64 * 1024));
    await keeper.close();
    expect(bytes).toBe(1024 * 1024);
    expect(await scene.query('SELECT 1 FROM upkeep.check_log')).toEqual([]);
    expect(problems).toEqual([]);
  });
});
