/** What of a compose file refers to nothing, and what it would be better without. Pure. */
import { isExampleValue } from './secret-placeholder.ts';
import { isUnpinned, SECRET_NAME, SWITCH } from './docker-words.ts';
import type { YamlPath } from './yaml-document.ts';

export interface ComposeProblem {
  readonly rule: string;
  readonly at: YamlPath;
  readonly message: string;
  /** Compose refuses it; all others are advice. */
  readonly isBroken: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** The problems of one file. `isWhole`: it is used by itself, not laid over another one. */
export function findComposeProblems(data: unknown, isWhole: boolean): ComposeProblem[] {
  const top = fieldsOf(data);
  const services = Object.entries(fieldsOf(top['services'])).map(([name, service]) => ({ name, service: fieldsOf(service) }));
  const found = services.flatMap(({ name, service }) => advices(name, service));
  // What another file brings in is not known here.
  if (!isWhole || top['include'] !== undefined) return found;
  return [...found, ...services.flatMap(({ name, service }) => brokenReferences({ name, service }, top))];
}

function advices(name: string, service: Fields): ComposeProblem[] {
  const at = ['services', name];
  const { image } = service;
  return [
    // With a build the image is only how it is called.
    ...(typeof image === 'string' && service['build'] === undefined && isUnpinned(image)
      ? [advice('unpinned-image', [...at, 'image'], `${image} is another image with each release: name a version`)]
      : []),
    ...(service['privileged'] === true
      ? [advice('privileged', [...at, 'privileged'], `${name} may do everything that the machine may: name the capabilities that it needs`)]
      : []),
    ...environmentOf(service['environment'])
      .filter(({ key, value }) => SECRET_NAME.test(key) && !SWITCH.test(value) && !isExampleValue(value))
      .map(({ key, place }) =>
        advice('secret-in-file', [...at, 'environment', place], `the value of ${key} stands in the repository: use an env_file or secrets`),
      ),
  ];
}

const KINDS = ['networks', 'volumes', 'secrets', 'configs'] as const;

function brokenReferences({ name, service }: { readonly name: string; readonly service: Fields }, top: Fields): ComposeProblem[] {
  const at = ['services', name];
  const services = fieldsOf(top['services']);
  const hasSource = ['image', 'build', 'extends', 'provider'].some((key) => service[key] !== undefined);
  const gone = namesIn(service['depends_on']).filter((other) => !isKnown(services, other));
  return [
    ...(hasSource ? [] : [broken('no-image', at, `${name} has neither an image nor a build`)]),
    ...gone.map((other) => broken('unknown-service', [...at, 'depends_on'], `${name} depends on ${other}, and no service has that name`)),
    ...KINDS.flatMap((kind) => {
      const declared = fieldsOf(top[kind]);
      return namesIn(service[kind], kind)
        .filter((one) => !isKnown(declared, one) && !(kind === 'networks' && one === 'default'))
        .map((one) => broken('undeclared', [...at, kind], `${name} uses ${one}, which is not declared under ${kind} at the top`));
    }),
  ];
}

function isKnown(declared: Fields, name: string): boolean {
  return Object.hasOwn(declared, name) || name.includes('$');
}

/** Names that a list or a map of a service refers to. */
function namesIn(value: unknown, kind?: (typeof KINDS)[number]): string[] {
  if (!Array.isArray(value)) return Object.keys(fieldsOf(value));
  return value.flatMap((item: unknown) => {
    if (typeof item !== 'string') {
      const { source, type } = fieldsOf(item);
      return typeof source === 'string' && (kind !== 'volumes' || type === 'volume') ? [source] : [];
    }
    // `name:/path`; a path is no name, and without a colon it is a place in the container.
    if (kind === 'volumes') return /^[\w][\w.-]*:(?!\\)/.test(item) && !/^[a-z]:[\\/]/i.test(item) ? [item.split(':')[0] ?? ''] : [];
    return [item];
  });
}

function environmentOf(value: unknown): { readonly key: string; readonly value: string; readonly place: string | number }[] {
  if (Array.isArray(value))
    return value.map(String).flatMap((line, place) => {
      const [, key = '', text = ''] = /^([^=]+)=(.*)$/s.exec(line) ?? [];
      return key === '' ? [] : [{ key, value: text, place }];
    });
  return Object.entries(fieldsOf(value)).flatMap(([key, text]) =>
    typeof text === 'string' || typeof text === 'number' ? [{ key, value: String(text), place: key }] : [],
  );
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function broken(rule: string, at: YamlPath, message: string): ComposeProblem {
  return { rule, at, message, isBroken: true };
}

function advice(rule: string, at: YamlPath, message: string): ComposeProblem {
  return { rule, at, message, isBroken: false };
}
