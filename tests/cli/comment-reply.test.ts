/** Answers to commands in comments: what they say, and that nothing in them does anything. */
import { describe, expect, it } from 'vitest';
import { replyText, type Reply } from '../../cli/comment/reply-text.ts';
import { describeEnd } from '../../cli/comment/describe-end.ts';

const nothing = { unshared: [], page: null };
const one = (reply: Reply, page: string | null = null): string => replyText([reply], { unshared: [], page });
const retried = (kind: 'back' | 'paused' | 'waits' | 'none', isCheckedOut = true): Reply => ({
  kind: 'retried',
  branch: 'main',
  isCheckedOut,
  retries: [{ agent: 'qa', kind, inError: kind === 'paused', pause: null, resume: ['agent resume qa --shared'] }],
});

describe('an answer', () => {
  it.for<[Reply, string]>([
    [retried('back'), '- **qa** is back in the schedule; it runs now.'],
    [retried('back', false), '- **qa** is back in the schedule; it runs with the next push to `main` or when its schedule asks for it.'],
    [retried('waits'), '- **qa** keeps failing on the same content; it runs now all the same.'],
    [
      retried('waits', false),
      '- **qa** waits because it keeps failing on the same content; other content is tried at once, this one by `agent run qa --force`.',
    ],
    [retried('paused'), '- **qa** is paused by somebody: `/agent resume qa` ends that, and brings it back.'],
    [{ kind: 'retried', branch: 'main', isCheckedOut: true, retries: [] }, 'No agent needs a retry on `main`.'],
    [
      { kind: 'paused', agent: null, until: null, reason: null },
      '**Every agent** is paused, on every branch and for everyone. `/agent resume` ends that.',
    ],
    [{ kind: 'unknown', word: 'zzzzzz' }, 'There is no command `zzzzzz`. `/agent help` explains those that there are.'],
    [
      { kind: 'unknown-length', text: 'good' },
      'Nobody is paused: `good` is no length. After `for` one such as `45m`, `2h`, `30 minutes`, `3 days` or `1w` is expected, then the reason; without `for` a pause lasts until somebody ends it.',
    ],
    [{ kind: 'no-commit', branch: 'next' }, 'The commits of `next` are not at hand here, so nothing can be explained.'],
  ])('says what was done: %#', ([reply, text]) => {
    expect(one(reply)).toBe(text);
  });

  it('shows what people and the repository wrote, and lets none of it act', () => {
    const evil = '@everyone fixes #1 [a](https://x.test) <!-- upkeep:v1:qa:main:code --> `code` ``` \n## big';
    const replies: Reply[] = [
      { kind: 'unknown', word: evil },
      { kind: 'unknown-agent', asked: 'retry', name: evil },
      { kind: 'paused', agent: 'qa', until: null, reason: evil },
      { kind: 'no-commit', branch: evil },
      {
        kind: 'retried',
        branch: evil,
        isCheckedOut: false,
        retries: [
          {
            agent: 'qa',
            kind: 'paused',
            inError: false,
            pause: { by: evil, reason: evil, since: '', until: null },
            resume: [`agent resume qa --branch '${evil}'`],
          },
        ],
      },
      { kind: 'explained', agent: 'qa', branch: evil, explanations: [{ heading: 'now', sentences: [evil, `a \`${evil}\` b`] }] },
    ];
    const text = replyText(replies, { unshared: [evil], page: null });
    const outsideCode = text.replace(/(`+)(?!`)(?:(?!\1(?!`))[^])*?[^`]\1(?!`)/g, '');
    for (const live of ['@everyone', '#1', '](https', '<!--', '\n## big']) expect(outsideCode).not.toContain(live);
  });

  it('fits into a comment', () => {
    const sentences = Array.from({ length: 2000 }, () => '<'.repeat(400));
    expect(
      replyText([{ kind: 'explained', agent: 'qa', branch: 'main', explanations: [{ heading: 'now', sentences }] }], nothing).length,
    ).toBe(60_000);
  });
});

describe('the log', () => {
  it('says in one line what became of a comment', () => {
    const end = { kind: 'answered', url: 'https://github.com/a/b/issues/1#issuecomment-2' } as const;
    expect(describeEnd({ ...end, run: ['qa'], unshared: [] }, 'ada')).toBe(`answered: ${end.url}; now qa runs`);
    expect(describeEnd({ ...end, run: ['qa', 'docs'], unshared: ['no remote'] }, 'ada')).toBe(
      `answered: ${end.url}; others do not know of it yet: no remote; now qa, docs run`,
    );
  });
});
