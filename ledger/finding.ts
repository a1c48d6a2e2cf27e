import { createHash } from 'node:crypto';

export type Severity = 'error' | 'warning';

/** One problem in the repository. */
export interface Finding {
  /** Repository-relative POSIX path, or null when it is about the whole repository. */
  readonly path: string | null;
  /** 1-based, or null. */
  readonly line: number | null;
  /** 1-based, or null. */
  readonly column: number | null;
  /** The tool's own name of the rule, for example `prefer-const`. */
  readonly rule: string;
  readonly severity: Severity;
  /** Plain text, one paragraph, already redacted. */
  readonly message: string;
  /** Whether the check's fixer says it can repair this safely. */
  readonly fixable: boolean;
  /** 16 hex digits that stay the same when lines above it move. */
  readonly fingerprint: string;
  /** Whether this run repaired it. */
  readonly fixed: boolean;
}

/** A finding before its fingerprint is known; absent places are null. */
export interface FindingDraft {
  readonly path?: string | null;
  readonly line?: number | null;
  readonly column?: number | null;
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly fixable?: boolean;
  /** What identifies it besides check, rule and path: the text of its line, a test's full name. Default: the message. */
  readonly identity?: string;
}

/** Gives each draft its fingerprint; equal ones in one file are told apart by their order. */
export function fingerprintFindings(check: string, drafts: readonly FindingDraft[]): Finding[] {
  const seen = new Map<string, number>();
  return drafts.map((draft) => {
    const identity = (draft.identity ?? draft.message).replace(/\s+/g, ' ').trim();
    const base = [check, draft.rule, draft.path ?? '', identity].join('\0');
    const nth = seen.get(base) ?? 0;
    seen.set(base, nth + 1);
    const fingerprint = createHash('sha256').update(`${base}\0${nth}`).digest('hex').slice(0, 16);
    return {
      path: draft.path ?? null,
      line: draft.line ?? null,
      column: draft.column ?? null,
      rule: draft.rule,
      severity: draft.severity,
      message: draft.message,
      fixable: draft.fixable ?? false,
      fingerprint,
      fixed: false,
    };
  });
}
