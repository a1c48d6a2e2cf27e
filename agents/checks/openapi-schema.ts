/** Documents of OpenAPI by the official schema of their version. */
import { Ajv, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { distance } from 'fastest-levenshtein';
import schema20 from '@seriousme/openapi-schema-validator/schemas/v2.0/schema.json' with { type: 'json' };
import schema30 from '@seriousme/openapi-schema-validator/schemas/v3.0/schema.json' with { type: 'json' };
import schema31 from '@seriousme/openapi-schema-validator/schemas/v3.1/schema.json' with { type: 'json' };
import schema32 from '@seriousme/openapi-schema-validator/schemas/v3.2/schema.json' with { type: 'json' };
import { pathOfPointer } from './json-pointer.ts';
import type { YamlPath } from './yaml-document.ts';

/** The versions whose schema we have. */
export type ApiVersion = '2.0' | '3.0' | '3.1' | '3.2';

/** What the schema refuses. */
export interface SchemaProblem {
  readonly at: YamlPath;
  /** In words that are the same for the same mistake elsewhere. */
  readonly message: string;
}

const SCHEMAS: Readonly<Record<ApiVersion, object>> = { '2.0': schema20, '3.0': schema30, '3.1': schema31, '3.2': schema32 };
const OPTIONS = { allErrors: true, strict: false, validateFormats: false, verbose: true } as const;
/** That a value is none of several forms is told by what each form says. */
const ABOUT_FORMS = new Set(['oneOf', 'anyOf', 'allOf', 'if', 'not', '$ref', 'dependentSchemas', 'dependencies']);

/** Where each part of the schemas stands in its own; what ajv says of that is cut off at references. */
const PLACES = new WeakMap<object, string>();

const validators = new Map<ApiVersion, ValidateFunction>();

/** What the schema of its version refuses in a document, one problem for each place. */
export function schemaProblems(data: unknown, version: ApiVersion): SchemaProblem[] {
  const validate = validators.get(version) ?? compile(version);
  validators.set(version, validate);
  return validate(data) ? [] : problemsIn(validate.errors ?? []);
}

let validateDialect: ValidateFunction | null = null;

/** What JSON Schema 2020-12 refuses in a schema of OpenAPI 3.1 and later, whose own schema does not look into them. */
export function dialectProblems(schema: unknown): SchemaProblem[] {
  validateDialect ??= new Ajv2020(OPTIONS).getSchema('https://json-schema.org/draft/2020-12/schema') ?? null;
  if (validateDialect === null || validateDialect(schema)) return [];
  return problemsIn(validateDialect.errors ?? []);
}

function compile(version: ApiVersion): ValidateFunction {
  const isNew = version === '3.1' || version === '3.2';
  const schema = (isNew ? SCHEMAS[version] : fromDraft04(SCHEMAS[version])) as AnySchemaObject;
  notePlaces(schema, '');
  return (isNew ? new Ajv2020(OPTIONS) : new Ajv(OPTIONS)).compile(schema);
}

function notePlaces(node: unknown, place: string): void {
  if (typeof node !== 'object' || node === null) return;
  PLACES.set(node, place);
  for (const [key, value] of Object.entries(node)) notePlaces(value, `${place}/${key}`);
}

function placeOf({ parentSchema, schemaPath }: ErrorObject): string {
  return (typeof parentSchema === 'object' ? PLACES.get(parentSchema) : undefined) ?? schemaPath;
}

/** The same in words of draft 7, which the validator knows: `id`, and limits that are not in the range by themselves. */
function fromDraft04(schema: object): object {
  const { id, $schema: _draft, ...rest } = schema as Record<string, unknown>;
  return { ...(typeof id === 'string' ? { $id: id.replace(/#$/, '') } : {}), ...(withNewLimits(rest) as object), ...DRAFT };
}

const DRAFT = { $schema: 'http://json-schema.org/draft-07/schema#' };

function withNewLimits(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withNewLimits);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      typeof value === 'string' && key === '$ref' ? inDraft07(value) : withNewLimits(value),
    ]),
  ) as Record<string, unknown>;
  for (const side of ['minimum', 'maximum']) {
    const exclusive = `exclusive${side.charAt(0).toUpperCase()}${side.slice(1)}`;
    if (typeof copy[exclusive] !== 'boolean') continue;
    if (copy[exclusive] && typeof copy[side] === 'number') copy[exclusive] = copy[side];
    else delete copy[exclusive];
  }
  return copy;
}

/** What Swagger 2.0 borrows of draft 4, by its place in draft 7. */
function inDraft07(ref: string): string {
  return ref.replace('draft-04', 'draft-07').replace(/\/definitions\/positiveInteger(?=$|Default0$)/, '/definitions/nonNegativeInteger');
}

function problemsIn(all: readonly ErrorObject[]): SchemaProblem[] {
  const likely = withoutOtherForms(all.filter((error) => !isAboutReference(error)));
  const telling = likely.filter(({ keyword }) => !ABOUT_FORMS.has(keyword));
  const errors = telling.length > 0 ? telling : all.filter(({ keyword }) => keyword !== 'if').slice(0, 1);
  const places = Map.groupBy(errors, ({ instancePath }) => instancePath);
  const paths = [...places.keys()];
  // What is wrong further in makes everything around it wrong as well.
  return [...places]
    .filter(([place, of]) => of.some(isPlain) || !paths.some((other) => other.startsWith(`${place}/`)))
    .flatMap(([place, of]) => problemsOf(pathOfPointer(place), of));
}

/** Whether it says only that a value is no reference, which it could have been. */
function isAboutReference(error: ErrorObject): boolean {
  return error.params['missingProperty'] === '$ref' || /\/(Reference|jsonReference|reference)(\/|$)/.test(placeOf(error));
}

/** Of a value with several forms only those that its own `type` or `in` may mean. */
function withoutOtherForms(errors: readonly ErrorObject[]): ErrorObject[] {
  const forms = errors.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf');
  const refused = new Set<ErrorObject>();
  for (const { instancePath } of forms) {
    const below = errors.filter((error) => isNear(instancePath, error) && !ABOUT_FORMS.has(error.keyword));
    const byForm = [...Map.groupBy(below, formOf).values()];
    const isMeant = (form: readonly ErrorObject[]): boolean =>
      !form.some((error) => ['enum', 'const'].includes(error.keyword) || (error.keyword === 'type' && error.instancePath === instancePath));
    if (byForm.length > 1 && byForm.some(isMeant))
      for (const form of byForm) if (!isMeant(form)) form.forEach((error) => refused.add(error));
  }
  return errors.filter((error) => !refused.has(error));
}

/** The form that an error is of: a definition, or one of several in a place. */
function formOf(error: ErrorObject): string {
  const place = placeOf(error);
  return /^.*?\/(oneOf|anyOf)\/\d+/.exec(place)?.[0] ?? place.split('/').slice(0, 3).join('/');
}

/** Whether an error is at a place or at a key of it. */
function isNear(place: string, { instancePath }: ErrorObject): boolean {
  return instancePath === place || (instancePath.startsWith(`${place}/`) && !instancePath.slice(place.length + 1).includes('/'));
}

/** Whether a key is missing or unknown, which is so whatever else is wrong further in. */
function isPlain({ keyword }: ErrorObject): boolean {
  return keyword === 'required' || isUnknownKey(keyword);
}

function isUnknownKey(keyword: string): boolean {
  return keyword === 'additionalProperties' || keyword === 'unevaluatedProperties';
}

function problemsOf(at: YamlPath, errors: readonly ErrorObject[]): SchemaProblem[] {
  const unknown = new Map(errors.filter(({ keyword }) => isUnknownKey(keyword)).map((error) => [unknownKeyOf(error), error]));
  const needed = errors.filter(({ keyword }) => keyword === 'required');
  const isOneForm = new Set(needed.map(formOf)).size === 1;
  const told = [
    ...[...unknown].map(([key, error]) => unknownKey(at, key, error)),
    ...(isOneForm ? namesOf(needed).map((key): SchemaProblem => ({ at, message: `${nameOf(at)} has no ${key}` })) : []),
  ];
  if (told.length > 0) return told;
  // One of them in each form that it may have.
  if (needed.length > 0) return [{ at, message: `${nameOf(at)} has no ${namesOf(needed).join(' and no ')}` }];
  const [first] = errors;
  const allowed = errors.flatMap(({ keyword, params }): unknown[] =>
    keyword === 'enum' ? (params['allowedValues'] as unknown[]) : keyword === 'const' ? [params['allowedValue'] as unknown] : [],
  );
  if (allowed.some((value) => typeof value === typeof first?.data))
    return [{ at, message: `${nameOf(at)} is none of ${[...new Set(allowed)].join(', ')}` }];
  const types = new Set(
    errors.filter(({ keyword }) => keyword === 'type').flatMap(({ params }) => [params['type'] as string | string[]].flat()),
  );
  const message = types.size === 0 ? (first?.message ?? 'is not valid') : `has to be ${inWords(types)}, and is ${kindOf(first?.data)}`;
  return [{ at, message: `${nameOf(at)} ${message}` }];
}

function namesOf(missing: readonly ErrorObject[]): string[] {
  return [...new Set(missing.map(({ params }) => `“${String(params['missingProperty'])}”`))];
}

function unknownKeyOf({ params }: ErrorObject): string {
  return String(params['additionalProperty'] ?? params['unevaluatedProperty']);
}

function unknownKey(at: YamlPath, key: string, { parentSchema }: ErrorObject): SchemaProblem {
  const known = Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {});
  const near = known.find((name) => distance(name.toLowerCase(), key.toLowerCase()) <= 2);
  const where = at.length === 0 ? 'at the top' : `in ${nameOf(at)}`;
  return { at: [...at, key], message: `“${key}” is no key ${where}${near === undefined ? '' : `; did you mean ${near}?`}` };
}

/** The last key of a path that says what a place is; a number says nothing. */
function nameOf(at: YamlPath): string {
  const isName = (key: string | number | undefined): boolean => typeof key === 'string' && !/^\d/.test(key);
  const name = at.findLast(isName);
  return name === undefined ? 'the document' : `${isName(at.at(-1)) ? '' : 'an item of '}“${name}”`;
}

const KINDS: Readonly<Record<string, string>> = {
  ...{ null: 'nothing', array: 'a list', string: 'a text', number: 'a number', integer: 'a whole number', boolean: 'true or false' },
  object: 'a map',
};

function inWords(types: ReadonlySet<string>): string {
  return [...types].map((type) => KINDS[type] ?? type).join(' or ');
}

/** Of what kind a value is; never the value, which may be a secret. */
function kindOf(value: unknown): string {
  const type = value === null || value === undefined ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return KINDS[type] ?? type;
}
