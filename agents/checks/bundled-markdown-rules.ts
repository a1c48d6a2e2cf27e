/** The few Markdown rules that nobody disputes, for repositories that set none up. */
import type { LintError, Rule } from 'markdownlint';

/** What is switched on. */
export const BUNDLED_RULES = { default: false, MD011: true, MD018: true, MD042: true, MD052: true, 'unclosed-fence': true } as const;

/** A code block that never ends swallows the rest of the page. */
export const UNCLOSED_FENCE: Rule = {
  names: ['unclosed-fence'],
  description: 'A fenced code block is opened and never closed',
  tags: ['code'],
  parser: 'micromark',
  function: ({ parsers }, onError) => {
    for (const token of parsers.micromark.tokens) {
      if (token.type === 'codeFenced' && token.children.filter((child) => child.type === 'codeFencedFence').length === 1)
        onError({ lineNumber: token.startLine });
    }
  },
};

const ADDRESS = /^(https?:|mailto:|#|\/|\.{1,2}\/|www\.)|\.(md|html?|com|org|io|dev|net|png|svg|jpe?g|gif)\b/i;

/** Whether a finding is one beyond doubt: prose and code have brackets and hashes that look like Markdown. */
export function isUndisputed(error: LintError, line: string): boolean {
  const [start = 1, length = 0] = error.errorRange ?? [];
  const found = line.slice(start - 1, start - 1 + length);
  switch (error.ruleNames[0]) {
    case 'MD011':
      return ADDRESS.test(/\[([^\]]*)\]$/.exec(found)?.[1] ?? '');
    case 'MD018':
      return /^#{2,6}\p{L}/u.test(line);
    case 'MD042':
      return /\((<>)?\)$/.test(found);
    case 'MD052':
      return !/[\w)\]$]$/.test(line.slice(0, start - 1)) && !/\[(\d+|.)\]$/.test(found) && !/^\[(\d+|.?)\]/.test(found);
    default:
      return true;
  }
}
