/** GitHub's own description of its REST interface, a slice of it: which operation a request is, and the shapes it names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A schema as OpenAPI 3.0 writes it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
  readonly 'x-multi-segment'?: boolean;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface RawOperation {
  readonly operationId: string;
  readonly externalDocs?: { readonly url: string };
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content | { readonly $ref: string }>>;
}

/** One operation: `POST /repos/{owner}/{repo}/issues`. */
export interface Operation {
  /** `issues/create`. */
  readonly id: string;
  readonly method: string;
  readonly template: string;
  readonly documentation: string;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly required: boolean; readonly schema: Schema } | null;
  /** Status → what is answered; null: an answer without a described body. */
  readonly answers: ReadonlyMap<number, Schema | null>;
}

export interface Match {
  readonly operation: Operation;
  /** Values of the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
}

export interface ApiDescription {
  /** The operation of a request, or null when GitHub describes none. */
  match(method: string, pathname: string): Match | null;
  /** What a `$ref` stands for. */
  resolve(ref: string): Schema;
  /** All named schemas by their `$ref`. */
  readonly schemas: ReadonlyMap<string, Schema>;
}

/** Reads the slice that lies beside this file (scripts/slice-github-api.ts makes it). */
export function loadApiDescription(): ApiDescription {
  const text = readFileSync(join(import.meta.dirname, 'github-api.slice.json'), 'utf8');
  const { operations, components } = JSON.parse(text) as {
    operations: Record<string, RawOperation>;
    components: Record<string, unknown>;
  };
  const resolve = <T>(value: T | { readonly $ref: string }): T => {
    const ref = (value as { $ref?: string }).$ref;
    return ref === undefined ? (value as T) : resolve(components[ref] as T);
  };
  const jsonOf = (content: Content): Schema | null => content.content?.['application/json']?.schema ?? null;
  const routes = Object.entries(operations).map(([route, raw]) => {
    const [method = '', template = ''] = route.split(' ');
    const parameters = (raw.parameters ?? []).map((parameter) => resolve<Parameter>(parameter));
    const bodySchema = raw.requestBody === undefined ? null : jsonOf(raw.requestBody);
    const operation: Operation = {
      id: raw.operationId,
      method,
      template,
      documentation: raw.externalDocs?.url ?? 'https://docs.github.com/rest',
      parameters,
      body: bodySchema === null ? null : { required: raw.requestBody?.required ?? false, schema: bodySchema },
      answers: new Map(Object.entries(raw.responses).map(([status, answer]) => [Number(status), jsonOf(resolve<Content>(answer))])),
    };
    return { operation, ...patternOf(template, parameters) };
  });
  // The most literal text first: /issues/comments is not the issue with the number "comments".
  routes.sort((a, b) => b.literal - a.literal);
  return {
    schemas: new Map(Object.entries(components).filter(([ref]) => ref.startsWith('#/components/schemas/')) as [string, Schema][]),
    resolve: (ref) => resolve<Schema>({ $ref: ref }),
    match: (method, pathname) => {
      for (const { operation, pattern, names } of routes) {
        if (operation.method !== method) continue;
        const found = pattern.exec(pathname);
        if (found === null) continue;
        const values = names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')] as const);
        return { operation, path: Object.fromEntries(values) };
      }
      return null;
    },
  };
}

function patternOf(template: string, parameters: readonly Parameter[]): { pattern: RegExp; names: string[]; literal: number } {
  const names: string[] = [];
  const source = template.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`).replaceAll(/\{([^}]+)\}/g, (_whole, name: string) => {
    names.push(name);
    const isLong = name === 'path' || parameters.some((parameter) => parameter.name === name && parameter['x-multi-segment'] === true);
    return isLong ? '(.+)' : '([^/]+)';
  });
  return { pattern: new RegExp(`^${source}$`), names, literal: template.replaceAll(/\{[^}]+\}/g, '').length };
}
