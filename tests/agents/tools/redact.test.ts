import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, REDACTED } from '../../../agents/tools/redact.ts';

/** Secrets of the kind people have: printable, at least six characters. */
const secret = fc
  .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 })
  .filter((value) => value.trim().length >= 8 && !REDACTED.includes(value));
const around = fc.string({ maxLength: 30 });

describe('a secret value', () => {
  it('never survives as it is', () => {
    fc.assert(
      fc.property(secret, around, around, (value, before, after) => {
        expect(createRedactor([value])(before + value + after)).not.toContain(value);
      }),
    );
  });

  it('never survives in JSON, in JSON within JSON, or in a URL', () => {
    fc.assert(
      fc.property(secret, (value) => {
        const redact = createRedactor([value]);
        const json = JSON.stringify({ a: `x${value}y` });
        expect((JSON.parse(redact(json)) as { a: string }).a).toBe(`x${REDACTED}y`);
        const nested = JSON.stringify({ b: json });
        expect(redact(nested)).not.toContain(JSON.stringify(JSON.stringify(value).slice(1, -1)).slice(1, -1));
        expect(redact(`https://h/?q=${encodeURIComponent(value)}&r=1`)).toBe(`https://h/?q=${REDACTED}&r=1`);
        expect(redact(new URLSearchParams({ q: value }).toString())).toBe(`q=${REDACTED}`);
      }),
    );
  });

  it('never survives in base64, wherever it stands in the encoded text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme-ascii', minLength: 12, maxLength: 40 }),
        fc.string({ maxLength: 5 }),
        fc.string({ maxLength: 5 }),
        (value, before, after) => {
          const redact = createRedactor([value]);
          for (const encoding of ['base64', 'base64url'] as const) {
            const encoded = Buffer.from(before + value + after).toString(encoding);
            const clean = redact(`data ${encoded} end`);
            expect(clean).toContain(REDACTED);
            expect(Buffer.from(clean, encoding).includes(value)).toBe(false);
          }
        },
      ),
    );
  });

  it('that is part of another is no reason to leave the rest of the longer one', () => {
    expect(createRedactor(['abcdefgh', 'abcdefgh-ijkl'])('x abcdefgh-ijkl y')).toBe(`x ${REDACTED} y`);
  });

  it('that is too short to be one is left alone', () => {
    expect(createRedactor(['', 'a', 'true'])('a true story')).toBe('a true story');
  });

  it('with characters of regular expressions is taken literally', () => {
    expect(createRedactor(['a.*b(c)[d]'])('a.*b(c)[d] and aXXb')).toBe(`${REDACTED} and aXXb`);
  });
});

describe('a known token', () => {
  const redact = createRedactor([]);
  const letters = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9n';
  it.each([
    ['GitHub, classic', `ghp_${letters}`],
    ['GitHub, OAuth', `gho_${letters}`],
    ['GitHub, app', `ghs_${letters}`],
    ['GitHub, fine-grained', `github_pat_${letters}_${letters}`],
    ['npm', `npm_${letters.slice(0, 36)}`],
    ['AWS', 'AKIAIOSFODNN7EXAMPLE'],
    ['Slack', `xoxb-123456789012-${letters}`],
    ['JWT', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${letters}`],
  ])('%s is replaced', (_name, token) => {
    expect(redact(`before "${token}" after`)).toBe(`before "${REDACTED}" after`);
  });

  it('is not seen in ordinary names: a path that were redacted would lose its finding', () => {
    for (const text of [
      'src/sk-loading-spinner-component-animation.ts',
      'npm_config_manage_package_manager_versions',
      'docs/authorization/bearer.md',
      'src/ghp_notes.ts',
      'git@github.com:o/r.git',
    ]) {
      expect(redact(text)).toBe(text);
    }
  });

  it('in a private key block is replaced, over lines, in JSON, and when the block is cut off', () => {
    const body = `${letters}\n${letters}`;
    const block = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----`;
    expect(redact(`a ${block} b`)).toBe(`a ${REDACTED} b`);
    expect(JSON.parse(redact(JSON.stringify({ key: block, next: 1 })))).toEqual({ key: REDACTED, next: 1 });
    expect(redact(`a -----BEGIN PRIVATE KEY-----\n${body}`)).toBe(`a ${REDACTED}`);
  });

  it('in an Authorization header is replaced, whatever its scheme', () => {
    expect(redact('Authorization: Basic dXNlcjpwYXNz')).toBe(`Authorization: ${REDACTED}`);
    expect(redact('authorization: Bearer abc.def')).toBe(`authorization: ${REDACTED}`);
    expect(JSON.parse(redact('{"Authorization":"token abc","x":1}'))).toEqual({ Authorization: REDACTED, x: 1 });
  });

  it('in a URL is replaced', () => {
    expect(redact('fatal: https://x-access-token:abc@github.com/o/r.git')).toBe(`fatal: https://${REDACTED}@github.com/o/r.git`);
    expect(redact(`${'postgres'}://u:p%40ss@localhost/db`)).toBe(`postgres://${REDACTED}@localhost/db`);
    expect(redact('see https://example.com/@scope/name and a@b.c')).toBe('see https://example.com/@scope/name and a@b.c');
  });

  it('keeps JSON valid', () => {
    fc.assert(
      fc.property(fc.jsonValue(), around, (value, text) => {
        const json = JSON.stringify({
          value,
          text,
          url: `https://u:${encodeURIComponent(text)}@h`,
          header: `Authorization: Bearer ${text}`,
        });
        expect(() => JSON.parse(redact(json)) as unknown).not.toThrow();
      }),
    );
  });
});

describe('the time of redaction', () => {
  const redact = createRedactor(['one-secret-value', 'two-secret-value']);
  it.each([
    ['begin marks without an end', '-----BEGIN PRIVATE KEY-----'],
    ['half a JWT', 'eyJaaaaaaaaaaaaaaaa.'],
    ['half a URL', 'http://a:'],
    ['half a header', 'authorization: '],
    ['half a value', 'one-secret-valu'],
    ['one long word', 'a'],
    ['token beginnings', 'ghp_aaaa'],
  ])('is linear for %s', (_name, unit) => {
    // The work of this process and the best of five, so that a busy machine does not count.
    const time = (size: number): number => {
      const text = unit.repeat(Math.ceil(size / unit.length));
      const runs = Array.from({ length: 5 }, () => {
        const started = process.cpuUsage();
        redact(text);
        return process.cpuUsage(started).user / 1000;
      });
      return Math.min(...runs);
    };
    const small = Math.max(5, time(250_000));
    // Eight times the text: linear is 8, quadratic 64.
    expect(time(2_000_000) / small).toBeLessThan(32);
  });
});
