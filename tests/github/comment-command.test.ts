/** What in a comment is a command, and what only looks like one. */
import { describe, expect, it } from 'vitest';
import { parseCommands } from '../../github/comment-command.ts';

const none = { length: null, reason: null };

describe('a comment', () => {
  it.for([
    ['/agent retry qa', { verb: 'retry', agent: 'qa', ...none }],
    ['/agent why backend', { verb: 'why', agent: 'backend', ...none }],
    ['/agent Resume DOCS', { verb: 'resume', agent: 'docs', ...none }],
    ['/agent pause docs until  the release', { verb: 'pause', agent: 'docs', length: null, reason: 'until  the release' }],
    ['/agent pause docs for 2h', { verb: 'pause', agent: 'docs', length: '2h', reason: null }],
    ['/agent pause docs for 3 d upstream is broken', { verb: 'pause', agent: 'docs', length: '3d', reason: 'upstream is broken' }],
    ['/agent pause docs for 2 hours', { verb: 'pause', agent: 'docs', length: '2h', reason: null }],
    ['/agent pause docs for 30 minutes: upstream', { verb: 'pause', agent: 'docs', length: '30m', reason: 'upstream' }],
    ['/agent pause docs for 2h, broken', { verb: 'pause', agent: 'docs', length: '2h', reason: 'broken' }],
    ['/agent pause docs For 1 Day – moving', { verb: 'pause', agent: 'docs', length: '1d', reason: 'moving' }],
    ['/agent pause docs for an hour 3 tests are red', { verb: 'pause', agent: 'docs', length: '1h', reason: '3 tests are red' }],
    ['/agent pause docs for 2 weeks', { verb: 'pause', agent: 'docs', length: '2w', reason: null }],
    ['/agent pause for 2h broken upstream', { verb: 'pause', agent: null, length: '2h', reason: 'broken upstream' }],
    ['/agent pause docs for good', { verb: 'unknown-length', text: 'good' }],
    ['/agent pause docs for 2 hours and 30 minutes', { verb: 'unknown-length', text: '2 hours and 30 minutes' }],
    ['/agent pause docs for 1h30m', { verb: 'unknown-length', text: '1h30m' }],
    ['/agent pause docs for 1.5h', { verb: 'unknown-length', text: '1.5h' }],
    ['/agent pause docs for 0h', { verb: 'unknown-length', text: '0h' }],
    ['/agent pause docs for 2 months', { verb: 'unknown-length', text: '2 months' }],
    ['/agent pause for', { verb: 'unknown-length', text: '' }],
    ['/agent pause docs forever', { verb: 'pause', agent: 'docs', length: null, reason: 'forever' }],
    ['/agent retry', { verb: 'retry', agent: null, ...none }],
    ['/agent help', { verb: 'help' }],
    ['/agent', { verb: 'help' }],
    ['/agent delete qa', { verb: 'unknown', word: 'delete' }],
    ['/agent retry qs', { verb: 'unknown-agent', asked: 'retry', name: 'qs' }],
    ['\r\n  \r\n  /agent\tretry\tqa  \r\nthanks', { verb: 'retry', agent: 'qa', ...none }],
  ] as const)('that begins with %j asks for that', ([body, command]) => {
    expect(parseCommands(body)).toEqual([command]);
  });
  it('may ask for several things, one a line, five at most', () => {
    expect(parseCommands('/agent resume docs\n/agent retry qa\nthank you\n/agent pause qa').map(({ verb }) => verb)).toEqual([
      'resume',
      'retry',
    ]);
    expect(parseCommands('/agent help\n'.repeat(50))).toHaveLength(5);
  });
  it.for([
    'please /agent retry qa',
    'as I said:\n/agent retry qa',
    '> /agent retry qa',
    '```\n/agent retry qa\n```',
    '    /agent retry qa',
    '\t/agent retry qa',
    '`/agent retry qa`',
    '<!-- \n/agent retry qa -->',
    '- /agent retry qa',
    '/agents retry qa',
    '/agent-retry qa',
    '/AGENT retry qa',
    '',
  ])('asks for nothing when the command is not its own first line: %j', (body) => {
    expect(parseCommands(body)).toEqual([]);
  });
  it('of any length is read at once, and kept short', () => {
    const started = performance.now();
    const [pause] = parseCommands(`/agent pause docs ${'x '.repeat(400_000)}`);
    expect(pause).toMatchObject({ reason: expect.stringMatching(/^(x ){99}x$/) as string });
    expect(parseCommands(`/agent${' '.repeat(500_000)}x\u2028`)).toHaveLength(1);
    expect(parseCommands(`/agent ${'y'.repeat(500_000)}`)).toEqual([{ verb: 'unknown', word: 'y'.repeat(40) }]);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
