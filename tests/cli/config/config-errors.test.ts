import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../cli/config/config-error.ts';
import { loadFrom } from '../../support/config-request.ts';

async function problemsOf(load: Promise<unknown>): Promise<string> {
  try {
    await load;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

const json = 'agent.config.json';
const yaml = 'agent.config.yaml';

/** Text of the file, then parts of the message. */
const jsonCases: [string, string, string[]][] = [
  ['an unknown key', '{\n  "delivry": {}\n}', [`${json}:2:3: unknown key "delivry" – did you mean "delivery"?`]],
  [
    'an unknown nested key',
    '{\n  "limits": {\n    "concurency": 2 }}',
    [`${json}:3:5: unknown key "concurency" in limits – did you mean "concurrency"?`],
  ],
  [
    'an unknown key that resembles none',
    '{"ledger": {"zzzzzzzz": 1}}',
    [':1:13: unknown key "zzzzzzzz" in ledger; known here: store, compactAfterDays, fetch'],
  ],
  ['an unknown agent', '{"agents": {"backedn": {}}}', [':1:13: unknown key "backedn" in agents – did you mean "backend"?']],
  [
    'an unknown key of an agent',
    '{"agents": {"backend": {"enable": true}}}',
    ['unknown key "enable" in agents.backend – did you mean "enabled"?'],
  ],
  ['an unknown check', '{"checks": {"eslnt": false}}', [':1:13: unknown check "eslnt" in checks – did you mean "eslint"?']],
  [
    'an unknown key of a check',
    '{"checks": {"eslint": {"severty": "off"}}}',
    ['unknown key "severty" in checks.eslint – did you mean "severity"?'],
  ],
  ['a check set to text', '{"checks": {"eslint": "off"}}', ['checks.eslint: expected false or an object of settings, got "off"']],
  [
    'a wrong severity',
    '{"checks": {"eslint": {"severity": "warn"}}}',
    ['checks.eslint.severity: expected one of "error", "warning", "off", got "warn" – did you mean "warning"?'],
  ],
  ['text for a number', '{"limits": {"concurrency": "4"}}', [':1:28: limits.concurrency: expected a number, got "4"']],
  ['a fraction', '{"limits": {"concurrency": 1.5}}', ['limits.concurrency: expected a whole number, got 1.5']],
  ['a number that is too small', '{"limits": {"runMinutes": 0}}', ['limits.runMinutes: expected a number of at least 1, got 0']],
  [
    'a number that is too large',
    '{"limits": {"runMinutes": 1e9}}',
    ['limits.runMinutes: expected a number of at most 1440, got 1000000000'],
  ],
  [
    'a wrong mode',
    '{"delivery": {"mode": "psuh"}}',
    ['delivery.mode: expected one of "local", "push", "pull-request", "patch", "none", got "psuh" – did you mean "push"?'],
  ],
  ['a wrong type of object', '{"agents": []}', ['agents: expected an object of settings, got []']],
  [
    'a broken cron expression',
    '{"agents": {"qa": {"schedule": "*/5 * * *"}}}',
    [
      ':1:32: agents.qa.schedule: expected a cron expression such as "*/5 * * * *", got "*/5 * * *": ',
      'expected 5 fields (minute, hour, day of month, month, day of week) or 6 with the second first, got 4',
    ],
  ],
  [
    'a cron value out of range',
    '{"agents": {"qa": {"schedule": "99 * * * *"}}}',
    ['agents.qa.schedule', 'minute (field 1): expected 0–59', 'got "99" at character 1'],
  ],
  ['an empty cron expression', '{"agents": {"qa": {"schedule": ""}}}', ['agents.qa.schedule', 'got an empty text']],
  ['a date that never comes', '{"agents": {"qa": {"schedule": "0 0 31 2 *"}}}', ['agents.qa.schedule', 'never fires']],
  [
    'times that its zone skips',
    '{"agents": {"qa": {"schedule": "* 2 8-14 3 */7", "timeZone": "America/New_York"}}}',
    ['agents.qa.schedule', 'never fires in America/New_York'],
  ],
  [
    'an unknown time zone',
    '{"agents": {"qa": {"timeZone": "Europe/Berlln"}}}',
    ['agents.qa.timeZone: expected a time zone', '"Europe/Berlln" – did you mean "Europe/Berlin"?'],
  ],
  [
    'quiet hours in an unknown time zone',
    '{"scheduler": {"escalation": {"quietHours": {"from": "22:00", "to": "07:00", "timeZone": "Europe/Berlln"}}}}',
    ['scheduler.escalation.quietHours.timeZone: expected a time zone', '"Europe/Berlln" – did you mean "Europe/Berlin"?'],
  ],
  [
    'a time of day that there is not',
    '{"scheduler": {"escalation": {"quietHours": {"from": "24:00", "to": "7:00"}}}}',
    ['quietHours.from: expected a time of day such as "22:00", got "24:00"', 'quietHours.to: expected a time of day'],
  ],
  [
    'a label that GitHub takes for two',
    '{"scheduler": {"escalation": {"labels": ["red, urgent"]}}}',
    ['scheduler.escalation.labels.0: expected a name without a comma, got "red, urgent"'],
  ],
  [
    'quiet hours of no length',
    '{"scheduler": {"escalation": {"quietHours": {"from": "07:00", "to": "07:00"}}}}',
    ['scheduler.escalation.quietHours: expected two different times'],
  ],
  [
    'a path outside the repository',
    '{"paths": {"exclude": ["src/**", "../secrets/**"]}}',
    [':1:34: paths.exclude.1: expected a pattern inside the repository', 'got "../secrets/**"'],
  ],
  [
    'an absolute path',
    '{"agents": {"docs": {"paths": {"include": ["/etc/*"]}}}}',
    ['agents.docs.paths.include.0: expected a pattern inside the repository'],
  ],
  ['a path that leaves by braces', '{"paths": {"exclude": ["{src,..}/x"]}}', ['paths.exclude.0: expected a pattern inside the repository']],
  ['a drive', '{"paths": {"exclude": ["C:\\\\x"]}}', ['paths.exclude.0: expected a pattern inside the repository']],
  [
    'a broken regular expression',
    '{"customChecks": {"x": {"agent": "qa", "run": ["a"], "findings": {"format": "pattern", "pattern": "("}}}}',
    ['customChecks.x.findings.pattern: expected a regular expression, got "("'],
  ],
  [
    'a pattern without its group',
    '{"customChecks": {"x": {"agent": "qa", "run": ["a"], "findings": {"format": "pattern", "pattern": "a"}}}}',
    ['customChecks.x.findings.pattern: expected a named group (?<message>…)'],
  ],
  [
    'the format pattern without one',
    '{"customChecks": {"x": {"agent": "qa", "run": ["a"], "findings": {"format": "pattern"}}}}',
    ['customChecks.x.findings.pattern is missing'],
  ],
  [
    'a custom check without its command',
    '{\n "customChecks": {\n  "x": {"agent": "qa"}}}',
    [':3:3: customChecks.x.run is missing: expected a list of texts'],
  ],
  [
    'a shell line as a command',
    '{"customChecks": {"x": {"agent": "qa", "run": "npm test"}}}',
    ['customChecks.x.run: expected a list of texts, got "npm test"'],
  ],
  ['an empty command', '{"customChecks": {"x": {"agent": "qa", "run": []}}}', ['customChecks.x.run.0 is missing: expected text']],
  [
    'a custom check with the name of ours',
    '{"customChecks": {"eslint": {"agent": "qa", "run": ["a"]}}}',
    ['customChecks.eslint: the name belongs to a check of ours'],
  ],
  [
    'a custom check whose name is no name',
    '{"customChecks": {"../x": {"agent": "qa", "run": ["a"]}}}',
    ['customChecks: expected a name in kebab-case', 'got "../x"'],
  ],
  ['a branch like an option', '{"delivery": {"branch": "--force"}}', ['delivery.branch: expected a branch name that Git accepts']],
  [
    'a remote like an option',
    '{"delivery": {"remote": "--upload-pack=x"}}',
    ['delivery.remote: expected the name of a remote, such as "origin", got "--upload-pack=x"'],
  ],
  ['a key that is written twice', '{"strict": true,\n "strict": false}', [`${json}:2:2: the key "strict" is written twice`]],
  ['a prototype', '{"__proto__": {"strict": true}}', ['unknown key "__proto__"']],
  ['broken JSON', '{"strict": tru}', [`${json}:1:12: this is no JSON: invalid symbol`]],
  ['an empty file', '', [`${json}:1:1: `]],
  ['a list', '[]', ['expected an object such as {}, got array']],
  ['thousands of brackets', '['.repeat(200_000), [`${json}`]],
];

describe('a configuration in JSON with a fault', () => {
  it.each(jsonCases)('is refused for %s', async (_title, text, parts) => {
    const message = await problemsOf(loadFrom({ [json]: text }));
    for (const part of parts) expect(message).toContain(part);
  });
});

const bomb = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
].join('\n');

const yamlCases: [string, string, string[]][] = [
  ['an unknown key', 'limits:\n  concurency: 2\n', [`${yaml}:2:3: unknown key "concurency" in limits – did you mean "concurrency"?`]],
  ['a wrong value', 'delivery:\n  mode: later\n', [`${yaml}:2:9: delivery.mode: expected one of`]],
  ['an alias bomb', bomb, [`${yaml}:1:1: the YAML cannot be used: Excessive alias count`]],
  ['broken YAML', 'a: [1,\nb: }', [`${yaml}:`, 'this is no YAML']],
  ['a key that is written twice', 'strict: true\nstrict: false\n', [`${yaml}:2:1: this is no YAML: Map keys must be unique`]],
  ['a list', '- a\n', ['expected a mapping of keys to values']],
  ['a prototype', '__proto__:\n  strict: true\n', ['unknown key "__proto__"']],
  ['a code tag', 'strict: !!js/function "x"\n', ['strict: expected true or false']],
  ['an infinite number', 'limits:\n  runMinutes: .inf\n', ['neither text, number']],
];

describe('a configuration in YAML with a fault', () => {
  it.each(yamlCases)('is refused for %s', async (_title, text, parts) => {
    const message = await problemsOf(loadFrom({ [yaml]: text }));
    for (const part of parts) expect(message).toContain(part);
  });
});

describe('a configuration that cannot be used', () => {
  it('is refused when two files have one', async () => {
    expect(await problemsOf(loadFrom({ [json]: '{}', 'package.json': '{"agent": {}}' }))).toContain(
      'agent.config.json and "agent" in package.json: keep one',
    );
  });
  it('is refused when it has 10 MB', async () => {
    expect(await problemsOf(loadFrom({ [json]: `{"x": "${'y'.repeat(10 * 1024 * 1024)}"}` }))).toBe(
      `${json}: the file has 10.0 MiB; a configuration has at most 1 MiB`,
    );
  });
  it('names the line in package.json', async () => {
    expect(await problemsOf(loadFrom({ 'package.json': '{\n  "name": "x",\n  "agent": {\n    "stric": true\n  }\n}' }))).toContain(
      'package.json:4:5: unknown key "stric" – did you mean "strict"?',
    );
  });
  const plain = '; "agent" can be read only from plain JSON, without comments and trailing commas';
  it.each([
    ['a comma too many', '{\n  "agent": {"strict": true},\n}', `package.json:3:1: this is no JSON: property name expected${plain}`],
    ['a comma too few', '{\n  "name": "x"\n  "agent": {"strict": true}\n}', 'package.json:3:3: this is no JSON: comma expected'],
    ['a colon too few', '{\n  "agent" {"strict": true}\n}', 'package.json:2:11: this is no JSON: colon expected'],
    ['a comment', '{\n  // why\n  "agent": {"strict": true}\n}', 'package.json:2:3: this is no JSON: invalid comment token'],
    ['its end missing', '{"agent": {"strict": true}', 'package.json:1:27: this is no JSON: close brace expected'],
    ['an unresolved merge', '{\n<<<<<<< HEAD\n  "agent": {}\n=======\n>>>>>>> x\n}', 'package.json:2:1: this is no JSON: invalid symbol'],
    ['settings that are a list', '{"agent": ["strict"],}', 'package.json:1:22: this is no JSON: property name expected'],
  ])('is refused, not dropped, in a package.json with %s', async (...[, text, message]) => {
    expect(await problemsOf(loadFrom({ 'package.json': text }))).toContain(message);
  });
  it('names an environment variable', async () => {
    expect(await problemsOf(loadFrom({}, { env: { UPKEEP_CONCURRENCY: 'many' } }))).toBe(
      'UPKEEP_CONCURRENCY: limits.concurrency: expected a number, got "many"',
    );
  });
  it('names an option', async () => {
    expect(await problemsOf(loadFrom({}, { flags: { delivery: 'pul-request' } }))).toContain('--delivery: delivery.mode: expected one of');
  });
  it('lists every problem', async () => {
    expect((await problemsOf(loadFrom({ [json]: '{"stric": 1, "limits": {"runMinutes": "x"}}' }))).split('\n')).toHaveLength(2);
  });
});

describe('a configuration that extends another', () => {
  const cases: [string, Record<string, string>, Record<string, string>, string[]][] = [
    [
      'an absent file',
      { [json]: '{\n"extends": "./base.json"}' },
      {},
      [`${json}:2:12: extends "./base.json": the file base.json does not exist in the commit that is checked`],
    ],
    ['a file outside', { [json]: '{"extends": "../base.json"}' }, {}, ['a path outside the repository']],
    ['an absolute file', { [json]: '{"extends": ["/etc/passwd"]}' }, {}, [':1:14: extends "/etc/passwd": a path outside the repository']],
    ['an address', { [json]: '{"extends": "https://x.test/a.json"}' }, {}, ['neither a relative file']],
    [
      'a package that is absent',
      { [json]: '{"extends": "@acme/preset"}' },
      {},
      ['the package is not installed or has no agent.config.json (looked in node_modules/@acme/preset)'],
    ],
    ['a file outside its package', { [json]: '{"extends": "preset/../../x.json"}' }, {}, ['a path outside its package']],
    [
      'a file that leaves its package',
      { [json]: '{"extends": "preset"}' },
      { 'node_modules/preset/agent.config.json': '{"extends": "../other/x.json"}' },
      ['a path outside its package'],
    ],
    ['itself', { [json]: '{"extends": "./agent.config.json"}' }, {}, ['a cycle, agent.config.json → agent.config.json']],
    [
      'a cycle',
      { [json]: '{"extends": "./a.json"}', 'a.json': '{"extends": "./b.json"}', 'b.json': '{"extends": "./a.json"}' },
      {},
      ['b.json:1:13: extends "./a.json": a cycle, agent.config.json → a.json → b.json → a.json'],
    ],
    [
      'too many levels',
      Object.fromEntries([
        [json, '{"extends": "./0.json"}'],
        ...Array.from({ length: 9 }, (_, n) => [`${n}.json`, `{"extends": "./${n + 1}.json"}`]),
      ]) as Record<string, string>,
      {},
      ['more than 5 files deep'],
    ],
    [
      'a base with a fault',
      { [json]: '{"extends": "./base.json"}', 'base.json': '{"stric": 1}' },
      {},
      ['base.json:1:2: unknown key "stric"'],
    ],
    [
      'a base that is too large',
      { [json]: '{"extends": "./base.json"}', 'base.json': ' '.repeat(2 * 1024 * 1024) },
      {},
      ['base.json: the file has 2.0 MiB'],
    ],
  ];
  it.each(cases)('is refused for %s', async (...[, files, installed, parts]) => {
    const message = await problemsOf(loadFrom(files, { installed }));
    for (const part of parts) expect(message).toContain(part);
  });
});
