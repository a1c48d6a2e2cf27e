/** Searches files for secrets. What it found leaves this process only as a kind and a place, never as a value. */
import { setImmediate } from 'node:timers/promises';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import { extname, join } from 'node:path';
import { isPlaceholder } from '../../checks/secret-placeholder.ts';
import { readTextFile } from '../../checks/read-text-file.ts';
import { serveEntry } from '../serve-entry.ts';

export interface SecretsInput {
  readonly root: string;
  readonly files: readonly string[];
  /** Searched besides: what is in no file. */
  readonly texts?: readonly { readonly path: string; readonly text: string }[];
  readonly maxBytes: number;
  /** The repository's own settings of the preset's rules. */
  readonly rules: readonly Readonly<Record<string, unknown>>[];
}

/** A secret without its value. */
export interface FoundSecret {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** `GITHUB_TOKEN`. */
  readonly kind: string;
  /** `found GitHub Token`. */
  readonly what: string;
  readonly length: number;
}

export interface SecretsOutput {
  readonly secrets: readonly FoundSecret[];
  /** How many files were searched. */
  readonly read: number;
  /** Too large, binary, or no regular file. */
  readonly unread: readonly string[];
}

/** Kinds that the preset does not know. */
const MORE: readonly { readonly kind: string; readonly what: string; readonly pattern: RegExp }[] = [
  {
    kind: 'PRIVATE_KEY',
    what: 'found private key',
    pattern: /-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY-----\s*\n(?:[A-Za-z0-9+/=:,. -]{1,200}\s*\n){3,}/g,
  },
];
const ALLOWED = /gitleaks:allow|pragma:? allowlist secret|nosecret\b|trufflehog:ignore/i;

await serveEntry<SecretsInput, SecretsOutput>(async ({ root, files, texts = [], maxBytes, rules }) => {
  const secrets: FoundSecret[] = [];
  const unread: string[] = [];
  /** Values that were found; they never leave this process. */
  const known = new Set<string>();
  let read = 0;
  // The preset does not honour `disabled` of its rules.
  const disabled = new Set(rules.filter((rule) => rule['disabled'] === true).map((rule) => String(rule['id'])));
  for (const path of files) {
    const text = readTextFile(root, path, maxBytes);
    if (text === null) {
      unread.push(path);
      continue;
    }
    read += 1;
    secrets.push(...(await search(path, text, null)));
    if (read % 50 === 0) await setImmediate();
  }
  for (const { path, text } of texts) {
    // The same value is told of once, and where it still is.
    secrets.push(...(await search(path, text, known)));
    read += 1;
    if (read % 50 === 0) await setImmediate();
  }
  return { secrets, read, unread };

  async function search(path: string, text: string, told: Set<string> | null): Promise<FoundSecret[]> {
    const { messages } = await lintSource({
      source: { filePath: join(root, path), content: text, contentType: 'text', ext: extname(path) },
      options: {
        maskSecrets: true,
        config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, rules: [...rules] as never }] },
      },
    });
    const found = messages
      .filter(({ ruleId }) => !disabled.has(ruleId))
      .map(({ range, messageId, message }) => ({ range, kind: messageId, what: withoutMask(message) }));
    for (const { kind, what, pattern } of MORE) {
      for (const match of text.matchAll(pattern)) found.push({ range: [match.index, match.index + match[0].length], kind, what });
    }
    found.sort((a, b) => a.range[0] - b.range[0]);
    const places: FoundSecret[] = [];
    let lastEnd = -1;
    for (const { range, kind, what } of found) {
      const [start, end] = range;
      const value = text.slice(start, end);
      // Two rules often see one secret.
      if (start < lastEnd || isPlaceholder(value)) continue;
      const lineStart = text.lastIndexOf('\n', start - 1) + 1;
      const lineEnd = text.indexOf('\n', start);
      if (ALLOWED.test(text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd))) continue;
      lastEnd = end;
      const isTold = told?.has(value) === true;
      known.add(value);
      if (isTold) continue;
      places.push({
        path,
        line: lineOf(text, start),
        column: start - lineStart + 1,
        kind,
        what: what.replaceAll(value, '***'),
        length: value.length,
      });
    }
    return places;
  }
});

function withoutMask(message: string): string {
  return message.replace(/\s*[(:]?\s*\*+\)?/g, '').trim();
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
