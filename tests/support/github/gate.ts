/** Holds what is asked and what is answered against GitHub's description. */
import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import addFormatsModule from 'ajv-formats';
import type { ApiDescription, Match, Schema } from './api-description.ts';

const addFormats = addFormatsModule.default;

export interface Gate {
  /** What GitHub's description does not allow about the request, in sentences; empty when it is right. */
  requestProblems(match: Match, query: URLSearchParams, body: unknown): string[];
  /** The same about an answer of the double itself. */
  answerProblems(match: Match, status: number, body: unknown): string[];
}

/** Compiles schemas when they are first needed, once each. Throws when one cannot be compiled: nothing goes unchecked in silence. */
export function openGate(description: ApiDescription): Gate {
  const exact = newAjv(false);
  const fromText = newAjv(true);
  const strict = newAjv(false);
  for (const [ref, schema] of description.schemas) {
    for (const ajv of [exact, fromText]) ajv.addSchema(asJsonSchema(schema), idOf(ref));
    strict.addSchema(closed(asJsonSchema(schema)), idOf(ref));
  }
  const compiled = new Map<string, ValidateFunction>();
  const compile = (key: string, make: () => ValidateFunction): ValidateFunction => {
    const known = compiled.get(key) ?? make();
    compiled.set(key, known);
    return known;
  };
  return {
    requestProblems: ({ operation, path }, query, body) => {
      const problems: string[] = [];
      const known = new Set<string>();
      for (const parameter of operation.parameters) {
        if (parameter.in === 'header') continue;
        known.add(parameter.name);
        const where = `${parameter.in}.${parameter.name}`;
        const value = parameter.in === 'path' ? path[parameter.name] : query.get(parameter.name);
        if (value === undefined || value === null) {
          if (parameter.required === true) problems.push(`${where} is required`);
          continue;
        }
        const validate = compile(`${operation.id} ${where}`, () =>
          fromText.compile({ type: 'object', properties: { value: inText(asJsonSchema(parameter.schema)) } }),
        );
        if (!validate({ value })) problems.push(...wordsOf(validate, where));
      }
      for (const name of query.keys()) if (!known.has(name)) problems.push(`query.${name} is not in GitHub's description`);
      if (operation.body === null) {
        if (body !== undefined && Object.keys(body as object).length > 0) problems.push('a body is not expected');
      } else if (body === undefined) {
        if (operation.body.required) problems.push('a body is required');
      } else {
        const { schema } = operation.body;
        const validate = compile(`${operation.id} body`, () => strict.compile(closed(asJsonSchema(schema))));
        if (!validate(body)) problems.push(...wordsOf(validate, 'body'));
      }
      return problems;
    },
    answerProblems: ({ operation }, status, body) => {
      const schema = operation.answers.get(status);
      // A failure of any kind can meet any operation; its shape is described where GitHub describes it.
      if (schema === undefined) return status >= 400 ? [] : [`${status} is not among the answers of ${operation.id}`];
      if (schema === null) return [];
      const validate = compile(`${operation.id} ${status}`, () => exact.compile(asJsonSchema(schema)));
      return validate(body) ? [] : wordsOf(validate, 'answer');
    },
  };
}

function newAjv(coerces: boolean): Ajv {
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    logger: false,
    validateSchema: false,
    ...(coerces ? { coerceTypes: 'array' } : {}),
  });
  // Not `uri`: GitHub puts templates under that name.
  addFormats(ajv, ['date-time', 'date', 'email', 'uuid']);
  return ajv;
}

function wordsOf(validate: ValidateFunction, where: string): string[] {
  const detail = ({ params }: ErrorObject): string => {
    const more =
      (params as { allowedValues?: unknown[] }).allowedValues?.join(', ') ?? (params as { additionalProperty?: string }).additionalProperty;
    return more === undefined ? '' : `: ${more}`;
  };
  return (validate.errors ?? []).map((error) => `${where}${error.instancePath} ${error.message ?? 'is wrong'}${detail(error)}`);
}

function idOf(ref: string): string {
  return ref.replace('#/components/schemas/', 'https://github.test/');
}

type JsonSchema = Record<string, unknown>;

/** OpenAPI 3.0 to JSON Schema: `nullable` becomes a type, references become addresses. */
function asJsonSchema(schema: Schema): JsonSchema {
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    const {
      nullable,
      discriminator: _none,
      ...rest
    } = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, key === '$ref' ? idOf(value as string) : walk(value)]));
    if (nullable !== true) return rest;
    if (typeof rest['type'] !== 'string') return { anyOf: [rest, { type: 'null' }] };
    const values = rest['enum'] as unknown[] | undefined;
    return { ...rest, type: [rest['type'], 'null'], ...(values === undefined ? {} : { enum: [...values, null] }) };
  };
  return walk(schema) as JsonSchema;
}

/** As text, `7` is a number and a word: of alternatives for a parameter more than one may fit. */
function inText({ oneOf, ...schema }: JsonSchema): JsonSchema {
  return oneOf === undefined ? schema : { ...schema, anyOf: oneOf };
}

/** The same schema with objects that take no other properties than those described: a misspelt one would be ignored in silence. */
function closed(schema: JsonSchema): JsonSchema {
  const walk = (node: unknown, isPart: boolean): unknown => {
    if (Array.isArray(node)) return node.map((entry) => walk(entry, isPart));
    if (typeof node !== 'object' || node === null) return node;
    const entries = Object.entries(node).map(([key, value]) => {
      if (key === 'properties') {
        return [key, Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [name, walk(inner, false)]))];
      }
      // Parts describe one object together, so none of them can close it.
      return [key, walk(value, ['allOf', 'anyOf', 'oneOf'].includes(key) ? 'properties' in node : isPart)];
    });
    const result = Object.fromEntries(entries) as JsonSchema;
    const closes = !isPart && 'properties' in result && !('additionalProperties' in result) && !('allOf' in result);
    return closes ? { ...result, additionalProperties: false } : result;
  };
  return walk(schema, false) as JsonSchema;
}
