/** `${{ … }}` as GitHub evaluates it: by its own lexer, parser and evaluator. */
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

/** Contexts by name: `github`, `env`, `needs` … as plain JSON. */
export type Contexts = Readonly<Record<string, unknown>>;
export type Status = 'success' | 'failure' | 'cancelled';

/** Names that may stand in an expression; one that a place has no value for is empty there, as at GitHub. */
const CONTEXTS = ['github', 'env', 'vars', 'job', 'jobs', 'steps', 'runner', 'secrets', 'strategy', 'matrix', 'needs', 'inputs'];

/** What YAML has where an expression may stand. */
export type Scalar = string | number | boolean | null | undefined;

export interface Expressions {
  /** Text with every expression in it replaced by its value. */
  text(source: Scalar): string;
  /** Whether an `if:` holds; none means success() as at GitHub. */
  holds(condition: Scalar): boolean;
}

/** Evaluates in `contexts`; `status` is that of the job so far. */
export function expressionsIn(contexts: Contexts, status: () => Status): Expressions {
  const functions: readonly (readonly [string, () => unknown])[] = [
    ['success', () => status() === 'success'],
    ['failure', () => status() === 'failure'],
    ['cancelled', () => status() === 'cancelled'],
    ['always', () => true],
    ['hashFiles', () => 'hash-of-files'],
  ];
  const definitions = new Map(
    functions.map(([name, value]) => [name.toLowerCase(), { name, minArgs: 0, maxArgs: 255, call: () => toData(value()) }]),
  );
  const infos = functions.map(([name]) => ({ name, minArgs: 0, maxArgs: 255 }));
  const evaluate = (source: string): data.ExpressionData => {
    const { tokens } = new Lexer(source).lex();
    const tree = new Parser(tokens, CONTEXTS, infos).parse();
    return new Evaluator(tree, toData(contexts) as data.Dictionary, definitions).evaluate();
  };
  return {
    text: (source) => String(source ?? '').replaceAll(/\$\{\{([\s\S]*?)\}\}/g, (_, inner: string) => evaluate(inner.trim()).coerceString()),
    holds: (condition) => {
      if (condition === undefined) return status() === 'success';
      const inner = String(condition)
        .trim()
        .replace(/^\$\{\{([\s\S]*)\}\}$/, '$1')
        .trim();
      const namesStatus = /\b(?:success|failure|always|cancelled)\s*\(/.test(inner);
      const value = evaluate(namesStatus ? inner : `success() && (${inner})`).coerceString();
      return !['', 'false', '0'].includes(value);
    },
  };
}

function toData(value: unknown): data.ExpressionData {
  return JSON.parse(JSON.stringify(value ?? null), data.reviver) as data.ExpressionData;
}
