/** Reads a GraphQL request and holds it against GitHub's own schema, a slice of it. Knows no fragments, directives or subscriptions. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One field that is asked for. */
export interface Selection {
  readonly alias: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly fields: readonly Selection[];
}

export interface GraphqlOperation {
  readonly kind: 'query' | 'mutation';
  readonly fields: readonly Selection[];
}

interface GraphqlType {
  readonly kind: string;
  readonly values?: readonly string[];
  readonly fields: Readonly<Record<string, { readonly type: string; readonly args: Readonly<Record<string, string>> }>>;
}

/** Reads the slice that lies beside this file. */
function loadTypes(): Readonly<Record<string, GraphqlType>> {
  const text = readFileSync(join(import.meta.dirname, 'github-graphql.slice.json'), 'utf8');
  return (JSON.parse(text) as { types: Record<string, GraphqlType> }).types;
}

let types: Readonly<Record<string, GraphqlType>> | null = null;

/** The request with its variables put in, and what GitHub's schema does not allow about it. Throws a SyntaxError for what it cannot read. */
export function readGraphql(
  source: string,
  variables: Readonly<Record<string, unknown>>,
): { operation: GraphqlOperation; problems: string[] } {
  types ??= loadTypes();
  const reader = new Reader(source, variables);
  const operation = reader.operation();
  const problems = Object.keys(variables).flatMap((name) => (name in reader.declared ? [] : [`$${name} is not declared`]));
  for (const [name, type] of Object.entries(reader.declared)) problems.push(...valueProblems(type, variables[name], `$${name}`));
  problems.push(...selectionProblems(operation.kind === 'query' ? 'Query' : 'Mutation', operation.fields));
  return { operation, problems };
}

function selectionProblems(typeName: string, fields: readonly Selection[]): string[] {
  const type = types?.[typeName];
  if (type === undefined) return fields.map(({ name }) => `${typeName}.${name}: a plain value has no fields`);
  return fields.flatMap(({ name, args, fields: inner }) => {
    const field = type.fields[name];
    if (field === undefined) return name === '__typename' ? [] : [`${typeName}.${name} is not in GitHub's schema`];
    const problems = Object.keys(args).flatMap((arg) =>
      arg in field.args ? [] : [`${typeName}.${name}(${arg}) is not in GitHub's schema`],
    );
    for (const [arg, argType] of Object.entries(field.args))
      problems.push(...valueProblems(argType, args[arg], `${typeName}.${name}(${arg})`));
    const target = field.type.replaceAll(/[[\]!]/g, '');
    if (types?.[target]?.kind === 'OBJECT' && inner.length === 0) problems.push(`${typeName}.${name} needs a selection of fields`);
    return [...problems, ...(inner.length === 0 ? [] : selectionProblems(target, inner))];
  });
}

function valueProblems(type: string, value: unknown, where: string): string[] {
  if (type.endsWith('!')) {
    return value === undefined || value === null ? [`${where} is required: ${type}`] : valueProblems(type.slice(0, -1), value, where);
  }
  if (value === undefined || value === null) return [];
  if (type.startsWith('[')) {
    if (!Array.isArray(value)) return [`${where} is no list`];
    return value.flatMap((entry, index) => valueProblems(type.slice(1, -1), entry, `${where}.${index}`));
  }
  const known = types?.[type];
  if (known?.values !== undefined && known.kind === 'ENUM')
    return known.values.includes(value as string) ? [] : [`${where} is none of ${known.values.join(', ')}`];
  if (known?.kind === 'INPUT_OBJECT') {
    const given = value as Record<string, unknown>;
    const unknown = Object.keys(given).flatMap((name) => (name in known.fields ? [] : [`${where}.${name} is not in GitHub's schema`]));
    return [
      ...unknown,
      ...Object.entries(known.fields).flatMap(([name, field]) => valueProblems(field.type, given[name], `${where}.${name}`)),
    ];
  }
  return scalarProblems(type, value, where);
}

function scalarProblems(type: string, value: unknown, where: string): string[] {
  const isRight: Readonly<Record<string, (value: unknown) => boolean>> = {
    Int: Number.isInteger,
    Boolean: (given) => typeof given === 'boolean',
    GitObjectID: (given) => /^[0-9a-f]{40}$/.test(String(given)),
    Base64String: (given) => typeof given === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(given) && given.length % 4 === 0,
  };
  return (isRight[type] ?? ((given: unknown) => typeof given === 'string'))(value) ? [] : [`${where} is no ${type}`];
}

const TOKEN = /\s*(?:(\$?[A-Za-z_]\w*)|("(?:[^"\\]|\\.)*")|(-?\d+)|([{}()[\]:!=])|,)/y;

class Reader {
  readonly declared: Record<string, string> = {};
  readonly #words: string[] = [];
  readonly #variables: Readonly<Record<string, unknown>>;
  #next = 0;

  constructor(source: string, variables: Readonly<Record<string, unknown>>) {
    this.#variables = variables;
    const text = source.replaceAll(/#.*$/gm, '').trim();
    const scan = new RegExp(TOKEN);
    while (scan.lastIndex < text.length) {
      const found = scan.exec(text);
      if (found === null) throw new SyntaxError('Parse error on the GraphQL document');
      const word = found[1] ?? found[2] ?? found[3] ?? found[4];
      if (word !== undefined) this.#words.push(word);
    }
  }

  operation(): GraphqlOperation {
    let kind: GraphqlOperation['kind'] = 'query';
    if (this.#peek() === 'query' || this.#peek() === 'mutation') {
      kind = this.#take() as GraphqlOperation['kind'];
      if (/^\w+$/.test(this.#peek())) this.#take();
      if (this.#peek() === '(') this.#declarations();
    }
    const fields = this.#selection();
    if (this.#peek() !== '') throw new SyntaxError(`Expected one operation, then came ${this.#peek()}`);
    return { kind, fields };
  }

  #declarations(): void {
    this.#expect('(');
    while (this.#peek() !== ')') {
      const name = this.#take().slice(1);
      this.#expect(':');
      this.declared[name] = this.#type();
    }
    this.#expect(')');
  }

  #type(): string {
    let type = '';
    if (this.#peek() === '[') {
      this.#take();
      type = `[${this.#type()}]`;
      this.#expect(']');
    } else type = this.#take();
    if (this.#peek() !== '!') return type;
    this.#take();
    return `${type}!`;
  }

  #selection(): Selection[] {
    this.#expect('{');
    const fields: Selection[] = [];
    while (this.#peek() !== '}') fields.push(this.#field());
    this.#take();
    return fields;
  }

  #field(): Selection {
    let name = this.#take();
    const alias = name;
    if (this.#peek() === ':') {
      this.#take();
      name = this.#take();
    }
    const args: Record<string, unknown> = {};
    if (this.#peek() === '(') {
      this.#take();
      while (this.#peek() !== ')') {
        const arg = this.#take();
        this.#expect(':');
        args[arg] = this.#value();
      }
      this.#take();
    }
    return { alias, name, args, fields: this.#peek() === '{' ? this.#selection() : [] };
  }

  #value(): unknown {
    const word = this.#take();
    if (word.startsWith('$')) return this.#variables[word.slice(1)];
    if (word.startsWith('"')) return JSON.parse(word);
    if (/^-?\d/.test(word)) return Number(word);
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    if (word === '[') {
      const list: unknown[] = [];
      while (this.#peek() !== ']') list.push(this.#value());
      this.#take();
      return list;
    }
    if (word !== '{') return word;
    const object: Record<string, unknown> = {};
    while (this.#peek() !== '}') {
      const key = this.#take();
      this.#expect(':');
      object[key] = this.#value();
    }
    this.#take();
    return object;
  }

  #peek(): string {
    return this.#words[this.#next] ?? '';
  }

  #take(): string {
    const word = this.#peek();
    if (word === '') throw new SyntaxError('The GraphQL document ends too early');
    this.#next += 1;
    return word;
  }

  #expect(word: string): void {
    const came = this.#take();
    if (came !== word) throw new SyntaxError(`Expected ${word}, then came ${came}`);
  }
}
