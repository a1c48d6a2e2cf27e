/** What tools print, as people who watch are told of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutputLog } from '../../agents/output-log.ts';
import { createRedactor } from '../../agents/tools/redact.ts';
import type { ToolResult } from '../../agents/tools/run-tool.ts';

const TOKEN = `ghp_${'a1'.repeat(18)}`;
const KEY = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(20)}-----END PRIVATE KEY-----\n`;

function resultOf(change: Partial<ToolResult> = {}): ToolResult {
  return { end: 'exited', exitCode: 1, stdout: '', stderr: '', durationMs: 1234, ...change };
}

/** The log of one tool that prints these pieces. */
function logged(
  pieces: readonly (string | Buffer)[],
  result: Partial<ToolResult> = {},
  secrets: readonly string[] = [],
): { text: string; parts: string[] } {
  const parts: string[] = [];
  const log = createOutputLog({ clean: createRedactor(secrets), write: (text) => parts.push(text) });
  const call = log.begin({ argv: ['eslint', '--format', 'a b'], cwd: '/' });
  for (const piece of pieces) call.onOutput('stdout', Buffer.from(piece));
  call.end(resultOf(result));
  return { text: parts.join(''), parts };
}

describe('the log of a tool', () => {
  it('has its command, what it prints as it prints it, and how it ended', () => {
    const { text, parts } = logged(['one\ntw', 'o\n', 'three']);
    expect(text).toBe(`$ eslint --format 'a b'\none\ntwo\nthree\n[exit code 1 after 1.2 s]\n`);
    expect(parts.slice(0, 3)).toEqual([`$ eslint --format 'a b'\n`, 'one\n', 'two\n']);
    expect(logged([], { end: 'timeout', exitCode: null }).text).toContain('[timeout after 1.2 s]');
    const log: string[] = [];
    createOutputLog({ clean: (line) => line, write: (line) => log.push(line) }).begin({
      argv: [process.execPath, '/opt/upkeep/dist/agents/tools/entries/markdown-lint.js', 'a.md'],
      cwd: '/',
    });
    expect(log).toEqual(['$ node upkeep/markdown-lint a.md\n']);
  });

  it('has no secret in it, wherever its output is cut', () => {
    const secret = 'correct-horse-battery-staple';
    const words = fc.constantFrom(
      'plain ',
      'ä€😀',
      '\n',
      '\r\n',
      secret,
      `token=${secret}\n`,
      KEY,
      TOKEN,
      'x'.repeat(9000),
      `"${'y'.repeat(9000)}",`,
      '-----BEGIN CERTIFICATE-----\n',
    );
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 30 }),
        fc.array(fc.nat({ max: 4000 }), { minLength: 1, maxLength: 20 }),
        (printed, sizes) => {
          const bytes = Buffer.from(printed.join(''));
          const pieces: Buffer[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = (sizes[turn % sizes.length] ?? 0) + 1;
            pieces.push(bytes.subarray(at, at + size));
            at += size;
          }
          const { text } = logged(pieces, {}, [secret]);
          // No more of it than if it had come in one piece.
          const wanted = createRedactor([secret])(bytes.toString());
          for (const one of [secret, 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC', TOKEN, '\ufffd'])
            expect(text.split(one).length).toBeLessThanOrEqual(wanted.split(one).length);
          if (!wanted.includes('[redacted]') && !text.includes('[redacted]')) expect(text).toContain(wanted);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is bounded, with its beginning and its end, however much is printed', () => {
    const lines = Array.from({ length: 400_000 }, (_, number) => `line ${number}\n`);
    const whole = lines.join('');
    const { text } = logged(lines, { stdout: whole, stderr: 'the reason\n' });
    expect(text.length).toBeLessThan(512 * 1024);
    expect(text).toContain('line 0\n');
    expect(text).toContain('[the end of what it printed]');
    expect(text).toContain('line 399999\n');
    expect(text).toMatch(/the reason\n+\[exit code 1 after/);
    // One that prints no line end.
    expect(logged(['x'.repeat(10_000_000)]).text.length).toBeLessThan(512 * 1024);
  });

  it('is bounded over all tools of a check together', () => {
    let length = 0;
    const log = createOutputLog({ clean: (text) => text, write: (text) => (length += text.length) });
    for (let tool = 0; tool < 200; tool += 1) {
      const call = log.begin({ argv: ['x'], cwd: '/' });
      call.onOutput('stderr', Buffer.from('y\n'.repeat(50_000)));
      call.end(resultOf({ stderr: 'y\n'.repeat(50_000) }));
    }
    expect(length).toBeLessThanOrEqual(512 * 1024);
  });
});
