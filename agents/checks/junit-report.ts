/** Reads reports of JUnit's shape. */

/** One test of a report. */
export interface JunitCase {
  readonly file: string | null;
  /** 1-based. */
  readonly line: number | null;
  readonly classname: string;
  readonly name: string;
  /** Null when it passed or was skipped. */
  readonly message: string | null;
  readonly details: string;
}

/** The cases of a report of JUnit's shape; null when it is none. */
export function junitCases(xml: string): readonly JunitCase[] | null {
  if (!/<testsuites?\b/.test(xml)) return null;
  return [...xml.matchAll(/<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g)].map(([, attributes = '', , inner = '']) => {
    const bad = /<(failure|error)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/\1>)/.exec(inner);
    const line = attributeOf(attributes, 'line');
    return {
      file: attributeOf(attributes, 'file'),
      line: line === null ? null : Number(line) + 1,
      classname: attributeOf(attributes, 'classname') ?? '',
      name: attributeOf(attributes, 'name') ?? '',
      message: bad === null ? null : (attributeOf(bad[2] ?? '', 'message') ?? 'failed'),
      details: textOf(bad?.[3] ?? ''),
    };
  });
}

function attributeOf(attributes: string, name: string): string | null {
  const value = new RegExp(String.raw`(?:^|\s)${name}="([^"]*)"`).exec(attributes)?.[1];
  return value === undefined ? null : textOf(value);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function textOf(xml: string): string {
  return xml
    .replace(/&#(x?)([\da-f]+);/gi, (_, hex: string, digits: string) => String.fromCodePoint(Number.parseInt(digits, hex === '' ? 10 : 16)))
    .replace(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
