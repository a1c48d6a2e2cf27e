/** Compose files by the schema of the Compose Specification. */
import { Ajv, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv';
import { distance } from 'fastest-levenshtein';
// The specification's own schema, which the package has for its linter and does not export.
import schema from '../../node_modules/dclint/schemas/compose.schema.json' with { type: 'json' };
import { pathOfPointer } from './json-pointer.ts';
import type { YamlPath } from './yaml-document.ts';

/** What the schema refuses. */
export interface SchemaProblem {
  readonly at: YamlPath;
  readonly message: string;
  /** Whether Compose refuses it too; a key that this version of the schema does not know may be a new one. */
  readonly isBroken: boolean;
}

/** Its draft by the name that every validator knows. */
const OWN: AnySchemaObject = { ...(schema as AnySchemaObject), $schema: 'http://json-schema.org/draft-07/schema#' };

let validate: ValidateFunction | null = null;

/** What the schema refuses in a compose file, one problem for each place. */
export function schemaProblems(data: unknown): SchemaProblem[] {
  validate ??= new Ajv({ allErrors: true, strict: false, validateFormats: false, verbose: true }).compile(OWN);
  if (validate(data)) return [];
  const errors = (validate.errors ?? []).filter(({ data: value }) => !hasVariable(value));
  // Of a value that may be of several forms each form tells why it is not that one: the place says it once.
  const places = Map.groupBy(errors, ({ instancePath }) => instancePath);
  const paths = [...places.keys()];
  return [...places]
    .filter(([place, of]) => of.some(isPlain) || !paths.some((other) => other.startsWith(`${place}/`)))
    .flatMap(([place, of]) => problemsOf(pathOfPointer(place), of));
}

function problemsOf(at: YamlPath, errors: readonly ErrorObject[]): SchemaProblem[] {
  const unknown = errors.filter(({ keyword }) => keyword === 'additionalProperties');
  if (unknown.length > 0) return unknown.map((error) => unknownKey(at, error));
  const types = new Set(
    errors.filter(({ keyword }) => keyword === 'type').flatMap(({ params }) => [params['type'] as string | string[]].flat()),
  );
  const given = kindOf(errors[0]?.data);
  const message =
    types.size > 0 ? `expected ${[...types].join(' or ')}, got ${given}` : `${errors[0]?.message ?? 'is not valid'}, got ${given}`;
  return [{ at, message: `${at.join('.')}: ${message}`, isBroken: true }];
}

function unknownKey(at: YamlPath, { params, parentSchema }: ErrorObject): SchemaProblem {
  const key = String(params['additionalProperty']);
  const known = Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {});
  const near = known.find((name) => distance(name, key) <= 2);
  const path = [...at, key];
  return {
    at: path,
    message: `${path.join('.')}: there is no such key in a compose file${near === undefined ? '' : `; did you mean ${near}?`}`,
    isBroken: near !== undefined,
  };
}

/** An error of its own, not one of those of several forms. */
function isPlain({ schemaPath }: ErrorObject): boolean {
  return !/\/(oneOf|anyOf)\b/.test(schemaPath);
}

function hasVariable(value: unknown): boolean {
  return typeof value === 'string' && value.includes('$');
}

/** Of what kind a value is; never the value, which may be a secret. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return { string: 'a text', number: 'a number', boolean: 'true or false', object: 'a map' }[typeof value as string] ?? 'something else';
}
