/** Whether a piece of code in prose can be read in the language that it names. Pieces are pieces: what is left out on purpose counts as there. */
import type { Node } from 'typescript';
import { yamlWords } from './yaml-document.ts';

/** What stopped the reader. */
export interface FenceProblem {
  /** In the fence, 0-based. */
  readonly line: number;
  readonly message: string;
}

/** Nothing of the kind can be read; null: it can, or nobody can tell. */
export type FenceReader = (code: string) => Promise<FenceProblem | null>;

/** Words by which writers say that something of their data is left out or to be filled in. */
const LEFT_OUT = /\.{3}|…|<[A-Za-z][\w -]*>|\{\{|\bxxx+\b/m;

/** What stands in fences for programs and is none: sessions, signatures, trees of files, output, pages, diffs, other languages. */
const NO_PROGRAM = [
  /^\s*(\$|>|#!|npm |npx |yarn |pnpm )/,
  /\[\s*,|\w\s*\[, /,
  /[├└│]/,
  /^[A-Z]\w*(\(\d+\))? [{[]/m,
  /<(script|html|head|body)\b|<!--/,
  /^\s*(select|insert into|update|delete from)\s/im,
  /\s->\s/,
  /^[+-]\s/m,
  /^\s*> /m,
  /\.{3}(?![\w[{(])|…/,
  // To be filled in by the reader.
  /<(your|my|some|the|an?)[ _-][\w -]*>/i,
];

/** A comment in the place of an expression or a type: the writer left it out. */
const COMMENT_INSTEAD = /(?<=([=(,:?[{]|\b(return|extends|await))\s*)\/\*(?:[^*]|\*(?!\/))*\*\/(?=\s*([?:;,)\]}]|$))/gm;

/** The reader of a language, by the first word of the fence's info in lower case; undefined for all others. */
export const fenceReaders: ReadonlyMap<string, FenceReader> = new Map([
  ...['json'].map((name): [string, FenceReader] => [name, readJson]),
  ...['yaml', 'yml'].map((name): [string, FenceReader] => [name, readYaml]),
  ...['js', 'javascript', 'mjs', 'cjs', 'jsx'].map((name): [string, FenceReader] => [name, (code) => readScript(code, 'jsx')]),
  ...['ts', 'typescript', 'mts', 'cts'].map((name): [string, FenceReader] => [name, (code) => readScript(code, 'ts')]),
  ...['tsx'].map((name): [string, FenceReader] => [name, (code) => readScript(code, 'tsx')]),
]);

/** Comments and trailing commas are how people write it. Several documents one below the other are fine, and so is a part of an object. */
async function readJson(code: string): Promise<FenceProblem | null> {
  if (LEFT_OUT.test(code)) return null;
  const { parse, printParseErrorCode } = await import('jsonc-parser');
  const problems = (text: string): { error: number; offset: number }[] => {
    const errors: { error: number; offset: number; length: number }[] = [];
    parse(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
    return errors;
  };
  const [first] = problems(code);
  if (first === undefined || problems(`{${code}}`).length === 0) return null;
  if (code.split(/\n(?=[{[])/).every((part) => problems(part).length === 0)) return null;
  if (code.split('\n').every((line) => problems(line).length === 0)) return null;
  return { line: lineAt(code, first.offset), message: wordsOf(printParseErrorCode(first.error)) };
}

async function readYaml(code: string): Promise<FenceProblem | null> {
  if (LEFT_OUT.test(code)) return null;
  const { LineCounter, parseAllDocuments } = await import('yaml');
  const lines = new LineCounter();
  const documents = parseAllDocuments(code, { lineCounter: lines, logLevel: 'silent', uniqueKeys: false });
  const [first] = (Array.isArray(documents) ? documents : []).flatMap(({ errors }) => errors);
  if (first === undefined) return null;
  return {
    line: lines.linePos(first.pos[0]).line - 1,
    message: yamlWords(first),
  };
}

/** Around a piece of a program: what it may be a piece of. */
const PLACES: readonly (readonly [string, string])[] = [
  ['', ''],
  ['async function* piece() {', '}'],
  ['(', ')'],
  ['({', '})'],
  ['class Piece {', '}'],
  ['type Piece = {', '}'],
  ['type Piece =', ''],
  ['[', ']'],
  ['function piece(', ') {}'],
  ['switch (piece) {', '}'],
];

async function readScript(code: string, extension: 'jsx' | 'ts' | 'tsx'): Promise<FenceProblem | null> {
  if (NO_PROGRAM.some((pattern) => pattern.test(code))) return null;
  const problem = await readProgram(code, extension);
  const filled = code.replace(COMMENT_INSTEAD, (comment) => `__${comment.replace(/[^\n]/g, '')}`);
  return problem === null || filled === code || (await readProgram(filled, extension)) !== null ? problem : null;
}

async function readProgram(code: string, extension: 'jsx' | 'ts' | 'tsx'): Promise<FenceProblem | null> {
  const { default: ts } = await import('typescript');
  // Which errors of a text are those of its syntax stands in the tree, though not in its type.
  const errorsOf = (text: string): { readonly start: number; readonly messageText: unknown }[] => {
    const source = ts.createSourceFile(`piece.${extension}`, text, ts.ScriptTarget.Latest, false) as Node as unknown as {
      parseDiagnostics: { start: number; messageText: unknown }[];
    };
    return source.parseDiagnostics;
  };
  const [first] = errorsOf(code);
  if (first === undefined || PLACES.some(([before, after]) => errorsOf(`${before}\n${code}\n${after}`).length === 0)) return null;
  // Statements that stand for themselves, with results or calls between them.
  const parts = code.split(/\n\s*\n/);
  if (parts.length > 1 && parts.every((part) => PLACES.some(([before, after]) => errorsOf(`${before}\n${part}\n${after}`).length === 0)))
    return null;
  const message = typeof first.messageText === 'string' ? first.messageText : 'cannot be read';
  return { line: lineAt(code, first.start), message };
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length - 1;
}

/** `CommaExpected` as words. */
function wordsOf(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase();
}
