/** Fills an answer up to what GitHub's description requires, so that the double states only what matters. */
import type { ApiDescription, Schema } from './api-description.ts';

/** The value with every required property that it lacks; what it has is kept as it is. */
export function complete(description: ApiDescription, schema: Schema, value: unknown): unknown {
  if (schema.$ref !== undefined) return complete(description, description.resolve(schema.$ref), value);
  // A label of an issue may lack words, one of a pull request not: the stored null is the one's null and the other's empty text.
  if (value === null && schema.type === 'string' && schema.nullable !== true) return '';
  if (value === null || (value === undefined && schema.nullable === true)) return null;
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined && schema.properties === undefined) {
    const chosen = choices.find((choice) => fits(description, choice, value)) ?? choices[0];
    return chosen === undefined ? value : complete(description, chosen, value);
  }
  if (schema.allOf !== undefined) return schema.allOf.reduce<unknown>((whole, part) => complete(description, part, whole), value);
  if (schema.properties !== undefined || schema.type === 'object') return completeObject(description, schema, value);
  if (schema.type === 'array') {
    const { items } = schema;
    return Array.isArray(value) && items !== undefined ? value.map((entry: unknown) => complete(description, items, entry)) : (value ?? []);
  }
  return value === undefined ? plainValue(schema) : value;
}

function completeObject(description: ApiDescription, schema: Schema, value: unknown): unknown {
  if (value !== undefined && (typeof value !== 'object' || Array.isArray(value))) return value;
  const given = (value ?? {}) as Record<string, unknown>;
  const properties = schema.properties ?? {};
  const names = new Set([...Object.keys(given), ...(schema.required ?? [])]);
  return Object.fromEntries(
    [...names].map((name) => {
      const property = properties[name];
      return [name, property === undefined ? (given[name] ?? null) : complete(description, property, given[name])];
    }),
  );
}

/** Whether the value is of this kind at all; told apart by its basic type, and by a `type` that names itself. */
function fits(description: ApiDescription, schema: Schema, value: unknown): boolean {
  if (schema.$ref !== undefined) return fits(description, description.resolve(schema.$ref), value);
  if (schema.allOf !== undefined) return schema.allOf.every((part) => fits(description, part, value));
  if (Array.isArray(value)) return schema.type === 'array';
  if (typeof value !== 'object' || value === null)
    return schema.type === typeof value || (schema.type === 'integer' && typeof value === 'number');
  const names = schema.properties?.['type']?.enum;
  const { type } = value as { type?: unknown };
  return (
    (schema.type === 'object' || schema.properties !== undefined) && (names === undefined || type === undefined || names.includes(type))
  );
}

function plainValue(schema: Schema): unknown {
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return 0;
    case 'string':
      if (schema.format === 'date-time') return '2020-01-01T00:00:00Z';
      return schema.format === 'uri' ? 'https://github.test/' : '';
    default:
      return null;
  }
}
