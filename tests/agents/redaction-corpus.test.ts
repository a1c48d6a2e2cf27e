import { describe, expect, it } from 'vitest';
import { createRedactor, REDACTED } from '../../agents/tools/redact.ts';
import { privateKeyShape, secretsInContext, tokenShapes } from '../support/token-shapes.ts';

/** What stands around a secret in real output. */
const SURROUNDINGS: readonly (readonly [string, (text: string) => string])[] = [
  ['alone', (text) => text],
  ['in a sentence', (text) => `error: the token ${text} is not valid`],
  ['before a full stop', (text) => `used ${text}, and failed.`],
  ['in quotes', (text) => `const token = "${text}";`],
  ['in a variable', (text) => `export TOKEN=${text}\n`],
  ['in JSON', (text) => JSON.stringify({ a: [{ token: text }] })],
  ['in JSON within JSON', (text) => JSON.stringify({ body: JSON.stringify({ token: text }) })],
  ['in a query', (text) => `GET /x?token=${encodeURIComponent(text)}&page=2`],
  ['in YAML', (text) => `env:\n  TOKEN: ${text}\n  OTHER: 1\n`],
  ['in Markdown', (text) => `| token | \`${text}\` |`],
  ['behind an underscore', (text) => `prefix_${text}`],
  ['in colour', (text) => `\u001b[31m${text}\u001b[39m\r\n`],
  ['in colour, in JSON', (text) => JSON.stringify({ message: `\u001b[1;31m${text}\u001b[0m` })],
  ['on a line of its own, in JSON', (text) => JSON.stringify({ output: `a\n${text}\nb\t${text}` })],
  ['on a line of its own, in a URL', (text) => encodeURIComponent(`a\n${text}`)],
];

describe('a token that nobody told us of', () => {
  const redact = createRedactor([]);
  it.each(tokenShapes())('of %s is taken out wherever it stands', (_issuer, token) => {
    const secret = token.slice(12);
    for (const [where, wrap] of SURROUNDINGS) {
      const clean = redact(wrap(token));
      expect(clean, where).toContain(REDACTED);
      expect(clean, where).not.toContain(secret);
    }
  });

  it.each(secretsInContext())('is taken out of %s, and the words around it stay', (_kind, { before, secret, behind }) => {
    const clean = redact(`x ${before}${secret}${behind} y`);
    expect(clean).not.toContain(secret);
    expect(clean).toContain(REDACTED);
    expect(clean.startsWith(`x ${before.slice(0, 8)}`)).toBe(true);
  });

  it.each(['RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED ', 'DSA ', ''])('is taken out as a private key of the kind "%s"', (kind) => {
    const key = privateKeyShape(kind);
    const [, line = ''] = key.split('\n');
    for (const text of [key, JSON.stringify({ key }), key.replaceAll('\n', '\r\n'), key.replaceAll('\n', '\\n'), `${key.slice(0, 300)}`]) {
      expect(redact(`before ${text} after`)).not.toContain(line);
    }
  });

  it('is not seen in what only looks a little like one', () => {
    for (const text of [
      'commit 3f786850e387550fdab836ed7e6dc881de23001b',
      '01980c5e-7b1a-7000-8000-000000000001',
      `sha512-${'a'.repeat(86)}==`,
      'src/components/key-performance-indicator-card.tsx',
      'skeleton-loader-with-a-very-long-name-and-more.ts',
      'npm_config_manage_package_manager_versions=false',
      'const patternMatchingIsFun = pat.match(x);',
      'docs/hf_transfer_and_other_long_names_of_pages.md',
      'expected token to be defined, received undefined',
      'https://example.test/authorization/bearer?x=1',
      'github_pattern_matching_of_names_in_the_repository',
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4',
    ]) {
      expect(redact(text)).toBe(text);
    }
  });
});

describe('a secret of the environment', () => {
  const values: readonly (readonly [string, string])[] = [
    ['a password with signs', 'p&ss "w<rd>/+%\\ ü'],
    ['a short one', 'hunter2x'],
    ['one with a line end behind it', 'correct-horse-battery\n'],
    ['a long one', 'Z9'.repeat(70) + '/+x'],
    ['a private key', privateKeyShape()],
    ['a service account', JSON.stringify({ type: 'service_account', private_key: privateKeyShape('') }, null, 2)],
    ...tokenShapes().slice(0, 8),
  ];
  /** How programs write down a value. */
  const FORMS: readonly (readonly [string, (value: string) => string])[] = [
    ['as it is', (value) => value],
    ['without the line end', (value) => value.trim()],
    ['in JSON', (value) => JSON.stringify({ value })],
    ['in JSON within JSON', (value) => JSON.stringify(JSON.stringify({ value }))],
    ['in a URL', (value) => `https://h/?q=${encodeURIComponent(value)}`],
    ['in a URL with small letters', (value) => encodeURIComponent(value).replaceAll(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())],
    ['in a form', (value) => new URLSearchParams({ value }).toString()],
    ['in HTML', (value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')],
    ['in base64', (value) => Buffer.from(value).toString('base64')],
    ['in base64 behind a user', (value) => Buffer.from(`user:${value}`).toString('base64')],
    ['in base64 among other bytes', (value) => Buffer.from(`xy${value}zz`).toString('base64')],
    ['in base64 for URLs', (value) => Buffer.from(value).toString('base64url')],
    ['in base64 on lines of 76', (value) => Buffer.from(value).toString('base64').replaceAll(/.{76}/g, '$&\n')],
    ['in base64 on lines of 64', (value) => Buffer.from(value).toString('base64').replaceAll(/.{64}/g, '$&\r\n')],
    [
      'line by line with numbers before',
      (value) =>
        value
          .split('\n')
          .map((line, number) => `${number}: ${line}`)
          .join('\n'),
    ],
    [
      'indented',
      (value) =>
        value
          .split('\n')
          .map((line) => `    ${line}`)
          .join('\n'),
    ],
  ];

  /** Pieces of the value that must be nowhere, however the text is read. */
  const pieces = (value: string): string[] =>
    value
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.length >= 16 && !line.startsWith('-----'))
      .concat(value.includes('\n') && value.trim().includes('\n') ? [] : [value.trim()]);

  it('that is a key on one line is found when its lines are printed one by one', () => {
    const key = privateKeyShape();
    const [, line = ''] = key.split('\n');
    expect(createRedactor([key.replaceAll('\n', '\\n')])(`3: ${line}`)).toBe(`3: ${REDACTED}`);
  });

  it.each(values)('%s is found in every form', (_what, value) => {
    const redact = createRedactor([value]);
    for (const [how, write] of FORMS) {
      const clean = redact(`before ${write(value)} after`);
      expect(clean, how).toContain(REDACTED);
      for (const reading of readings(clean)) for (const piece of pieces(value)) expect(reading, how).not.toContain(piece);
      expect(clean.startsWith('before '), how).toBe(true);
    }
  });
});

/** The text as it stands, and what comes out when its parts are decoded. */
function readings(text: string): string[] {
  const joined = text.replaceAll(/[\r\n]+/g, '');
  const decoded = (joined.match(/[A-Za-z0-9+/_-]{16,}/g) ?? []).map((run) => Buffer.from(run, 'base64').toString());
  const unescaped = [text, text.replaceAll('\\\\', '\\')].map((escaped) => escaped.replaceAll('\\n', '\n').replaceAll('\\"', '"'));
  const unquoted = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  return [text, ...decoded, ...unescaped, unquoted, safelyDecoded(text), safelyDecoded(text.replaceAll('+', ' '))];
}

function safelyDecoded(text: string): string {
  return text.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
}
