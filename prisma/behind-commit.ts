/**
 * A question that goes out right behind a COMMIT, on the same connection: what was committed is read back before anybody has to be woken
 * for it.
 */
import type { ConnectionPool, Statement } from './sql.ts';

export interface BehindCommit {
  /** Name of a statement: it is asked behind transactions that sent it. */
  readonly after: string;
  /** Null: not now. */
  ask(): { readonly statement: Statement; readonly values: readonly unknown[] } | null;
  tell(rows: readonly object[]): void;
  /** The question was not answered. */
  onProblem(error: unknown): void;
}

const questions = new WeakMap<ConnectionPool, BehindCommit>();

/** From now on behind each COMMIT of the pool; takes the place of an earlier one. The answer ends it. */
export function askBehindCommits(pool: ConnectionPool, question: BehindCommit): () => void {
  questions.set(pool, question);
  return () => {
    if (questions.get(pool) === question) questions.delete(pool);
  };
}

/** Sends the question of the pool where one of the statements wants it. Resolves when it is answered, and never rejects; null: there is none. */
export function askBehind(
  pool: ConnectionPool,
  sent: ReadonlySet<string>,
  send: (statement: Statement, values: readonly unknown[]) => Promise<readonly object[]>,
): Promise<void> | null {
  const question = questions.get(pool);
  const asked = question !== undefined && sent.has(question.after) ? question.ask() : null;
  if (question === undefined || asked === null) return null;
  return send(asked.statement, asked.values).then(
    (rows) => question.tell(rows),
    (error: unknown) => question.onProblem(error),
  );
}
