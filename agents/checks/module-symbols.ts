/** What a module of TypeScript or JavaScript exports, from its declarations alone: nothing is type-checked. */
import { posix } from 'node:path';
import ts from 'typescript';
import { declaredSymbols } from './symbol-signatures.ts';
import type { ModuleSymbol } from './symbol-signatures.ts';

/** Reads a file of the repository; null where there is none. */
export type ReadModule = (path: string) => string | null;

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.d.ts', '.d.mts', '.d.cts', '.js', '.jsx', '.mjs', '.cjs'];
const WRITTEN_AS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\.jsx?$/, ['.ts', '.tsx', '.d.ts']],
  [/\.mjs$/, ['.mts', '.d.mts']],
  [/\.cjs$/, ['.cts', '.d.cts']],
];

/** The symbols that `path` exports, in the order in which it does; those of other modules of the repository are followed to where they are declared. */
export function moduleSymbols(path: string, read: ReadModule): readonly ModuleSymbol[] {
  return openModules(read).exportsOf(path, new Set());
}

interface Modules {
  exportsOf(path: string, seen: ReadonlySet<string>): readonly ModuleSymbol[];
}

/** One module, parsed: its declarations by their local names, and what it imports. */
interface Parsed {
  readonly source: ts.SourceFile;
  readonly declared: ReadonlyMap<string, readonly ModuleSymbol[]>;
  /** Local name → where it comes from. */
  readonly imported: ReadonlyMap<string, Origin>;
}

interface Origin {
  readonly from: string;
  /** Its name there; `*` for the module itself. */
  readonly name: string;
}

function openModules(read: ReadModule): Modules {
  const known = new Map<string, Parsed | null>();
  const parse = (path: string): Parsed | null => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const text = read(path);
    const parsed = text === null ? null : parseModule(path, text);
    known.set(path, parsed);
    return parsed;
  };
  const resolve = (from: string, specifier: string): string | null => {
    if (!/^\.{1,2}(\/|$)/.test(specifier)) return null;
    const base = posix.normalize(posix.join(posix.dirname(from), specifier)).replace(/\/$/, '');
    return base.startsWith('..') ? null : (candidates(base).find((path) => parse(path) !== null) ?? null);
  };
  const symbolsFrom = (path: string, { from, name }: Origin, seen: ReadonlySet<string>): readonly ModuleSymbol[] => {
    const target = resolve(path, from);
    if (target === null || name === '*') return [];
    return exportsOf(target, seen).filter((symbol) => symbol.name === name);
  };
  const named = (path: string, { name, as, from }: NamedExport, seen: ReadonlySet<string>): readonly ModuleSymbol[] => {
    const parsed = parse(path);
    const origin = from === null ? parsed?.imported.get(name) : { from, name };
    const found = origin === undefined ? (parsed?.declared.get(name) ?? []) : symbolsFrom(path, origin, seen);
    const symbols = found.length > 0 ? found : [elsewhere(as, origin)];
    return symbols.map((symbol) => renamed(symbol, as));
  };
  const exportsOf: Modules['exportsOf'] = (path, seen) => {
    const parsed = parse(path);
    if (parsed === null || seen.has(path)) return [];
    const inner = new Set([...seen, path]);
    return parsed.source.statements.flatMap((statement): readonly ModuleSymbol[] => {
      if (ts.isExportAssignment(statement)) {
        if (!ts.isIdentifier(statement.expression)) return declaredSymbols(statement);
        return named(path, { name: statement.expression.text, as: 'default', from: null }, inner);
      }
      if (!ts.isExportDeclaration(statement)) return isExported(statement) ? declaredSymbols(statement) : [];
      const from = textOf(statement.moduleSpecifier);
      const { exportClause } = statement;
      if (exportClause === undefined) return from === null ? [] : everythingOf(path, from, inner);
      if (ts.isNamespaceExport(exportClause)) return [elsewhere(exportClause.name.text, { from: from ?? '', name: '*' })];
      return exportClause.elements.flatMap(({ name, propertyName }) =>
        named(path, { name: (propertyName ?? name).text, as: name.text, from }, inner),
      );
    });
  };
  const everythingOf = (path: string, from: string, seen: ReadonlySet<string>): readonly ModuleSymbol[] => {
    const target = resolve(path, from);
    return target === null ? [elsewhere('*', { from, name: '*' })] : exportsOf(target, seen).filter(({ name }) => name !== 'default');
  };
  return { exportsOf };
}

interface NamedExport {
  readonly name: string;
  readonly as: string;
  readonly from: string | null;
}

/** A symbol as it is exported under another name. */
function renamed(symbol: ModuleSymbol, name: string): ModuleSymbol {
  if (symbol.name === name) return symbol;
  const [kind = '', ...rest] = symbol.signature.split(
    new RegExp(String.raw`(?<![\w$])${symbol.name.replace(/\$/g, String.raw`\$`)}(?![\w$])`),
  );
  return { ...symbol, name, signature: rest.length === 0 ? symbol.signature : `${kind}${name}${rest.join(symbol.name)}` };
}

/** A symbol whose declaration cannot be read here. */
function elsewhere(name: string, origin: Origin | undefined): ModuleSymbol {
  const summary = origin === undefined ? '' : origin.name === '*' ? `Everything of \`${origin.from}\`.` : `From \`${origin.from}\`.`;
  return { name, signature: name, summary };
}

function parseModule(path: string, text: string): Parsed {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const declared = new Map<string, ModuleSymbol[]>();
  const imported = new Map<string, Origin>();
  for (const statement of source.statements) {
    for (const symbol of declaredSymbols(statement)) declared.set(symbol.name, [...(declared.get(symbol.name) ?? []), symbol]);
    if (!ts.isImportDeclaration(statement)) continue;
    const from = textOf(statement.moduleSpecifier) ?? '';
    const { importClause } = statement;
    if (importClause?.name !== undefined) imported.set(importClause.name.text, { from, name: 'default' });
    const bindings = importClause?.namedBindings;
    if (bindings === undefined) continue;
    if (ts.isNamespaceImport(bindings)) imported.set(bindings.name.text, { from, name: '*' });
    else for (const { name, propertyName } of bindings.elements) imported.set(name.text, { from, name: (propertyName ?? name).text });
  }
  return { source, declared, imported };
}

function isExported(statement: ts.Statement): boolean {
  return ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}

function textOf(specifier: ts.Expression | undefined): string | null {
  return specifier !== undefined && ts.isStringLiteral(specifier) ? specifier.text : null;
}

/** Files that an import of this path may mean, TypeScript first. */
function candidates(base: string): string[] {
  const sources = WRITTEN_AS.flatMap(([pattern, extensions]) =>
    pattern.test(base) ? extensions.map((extension) => base.replace(pattern, extension)) : [],
  );
  const isFile = EXTENSIONS.some((extension) => base.endsWith(extension));
  return [
    ...sources,
    ...(isFile ? [base] : []),
    ...EXTENSIONS.map((extension) => base + extension),
    ...EXTENSIONS.map((extension) => `${base}/index${extension}`),
  ];
}
