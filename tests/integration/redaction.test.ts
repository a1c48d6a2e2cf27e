/** Secrets of the environment and of no one in the output of a tool: looked for on every way out of a run, and in what GitHub is told. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/git-repository.ts';
import { githubScene } from '../support/github-scene.ts';
import { privateKeyShape, tokenShapes } from '../support/token-shapes.ts';

const shapes = new Map(tokenShapes());
const shapeOf = (issuer: string): string => shapes.get(issuer) ?? '';
const JOB_TOKEN = shapeOf('GitHub, installation of 2026');
const PASSWORD = 'p&ss"w<rd>/+% horse';
const KEY = privateKeyShape();
const [, KEY_LINE = ''] = KEY.split('\n');

/** What a careless tool prints; each line is a finding. */
const FORMS: readonly (readonly [string, string])[] = [
  ['the token of the job', JOB_TOKEN],
  ['the token of the job in base64', Buffer.from(`x-access-token:${JOB_TOKEN}`).toString('base64')],
  ['a password', PASSWORD],
  ['a password in JSON', JSON.stringify({ a: PASSWORD })],
  ['a password in a URL', `https://h/?q=${encodeURIComponent(PASSWORD)}`],
  ['a password in a form', new URLSearchParams({ a: PASSWORD }).toString()],
  ['a password in base64', Buffer.from(`ab${PASSWORD}`).toString('base64')],
  ['a line of a key', KEY_LINE],
  ['a token that nobody told us of', shapeOf('npm')],
  ['another in an address', `https://x:${shapeOf('GitHub, classic')}@github.com/acme/site.git`],
  ['another in colour', `\u001b[31m${shapeOf('Slack, bot')}\u001b[0m`],
  ['another in a header', `authorization: Bearer ${shapeOf('OpenAI, project')}`],
];
/** None of these may be read anywhere, and each is told apart from what stands around it. */
const NEVER: readonly (readonly [string, string])[] = [
  ...FORMS.map(
    ([what, text]) =>
      [
        what,
        text
          .replaceAll('\u001b[31m', '')
          .replaceAll('\u001b[0m', '')
          .replace(/^(https:.*[=:]|authorization: Bearer |a=|\{"a":)/, ''),
      ] as const,
  ),
  ['the token of the job', JOB_TOKEN.slice(20)],
  ['a token in an address', shapeOf('GitHub, classic')],
  ['the key', KEY_LINE],
];

const FILES: Readonly<Record<string, string>> = {
  // Prints the words of smoke.txt as findings, and the same among its last words; fixes nothing.
  'smoke.mjs': `import { readFileSync } from 'node:fs';
const lines = readFileSync('smoke.txt', 'utf8').split('\\n').filter((line) => line !== '');
lines.forEach((line, index) => console.log(\`smoke.txt:\${index + 1}: \${line}\`));
console.error(lines.join('\\n'));
`,
  // Breaks with the words on its lips.
  'boom.mjs': `import { readFileSync } from 'node:fs';
throw new Error(readFileSync('smoke.txt', 'utf8'));
`,
  // Repairs a file and says how.
  'polish.mjs': `import { readFileSync, writeFileSync } from 'node:fs';
const words = readFileSync('smoke.txt', 'utf8').split('\\n')[0];
if (process.argv.includes('--fix')) writeFileSync('rough.txt', 'smooth\\n');
else if (readFileSync('rough.txt', 'utf8') === 'rough\\n') console.log('rough.txt:1: ' + words);
console.error(words);
`,
  'rough.txt': 'rough\n',
};
const FINDINGS = { format: 'pattern', pattern: '^(?<path>[^:]+):(?<line>\\d+): (?<message>.*)$', severity: 'error' };
const CONFIG = {
  agents: Object.fromEntries(['architecture', 'frontend', 'devops'].map((id) => [id, { enabled: false }])),
  checks: { prettier: { enabled: false }, eslint: { enabled: false }, 'type-check': { enabled: false }, secrets: { enabled: false } },
  scheduler: { retry: { limit: 0 } },
  customChecks: {
    smoke: {
      agent: 'backend',
      run: ['node', 'smoke.mjs'],
      paths: ['smoke.*'],
      findings: FINDINGS,
    },
    boom: {
      agent: 'qa',
      run: ['node', 'boom.mjs'],
      paths: ['smoke.*', 'boom.mjs'],
      findings: FINDINGS,
    },
    polish: {
      agent: 'docs',
      run: ['node', 'polish.mjs'],
      fix: ['node', 'polish.mjs', '--fix'],
      paths: ['rough.txt', 'smoke.txt', 'polish.mjs'],
      findings: FINDINGS,
    },
  },
};

describe('a tool that prints secrets', () => {
  it('leaves none of them in what a run says, writes, remembers, rehearses or tells GitHub', async () => {
    const files = { ...FILES, 'agent.config.json': JSON.stringify(CONFIG) };
    await using scene = await githubScene({ files, tokens: { [JOB_TOKEN]: {} } });
    await using out = await temporaryFolder();
    const repository = scene.github.repository();
    await repository.commit({ 'smoke.txt': FORMS.map(([, line]) => line).join('\n') }, { message: 'test: print secrets' });
    const env = (name: string): Record<string, string> => ({
      DEPLOY_PASSWORD: PASSWORD,
      SIGNING_KEY: KEY,
      GITHUB_STEP_SUMMARY: join(out.path, `${name}-summary.md`),
      GITHUB_OUTPUT: join(out.path, `${name}-output`),
    });
    await mkdir(join(out.path, 'files'));
    const exits = new Map<string, string>();
    const run = async (name: string, ...args: string[]): Promise<void> => {
      const { code, stdout, stderr } = await scene.runner({ token: JOB_TOKEN, args: ['--force', ...args], env: env(name) });
      exits.set(`${name}: stdout`, stdout).set(`${name}: stderr`, stderr);
      expect(code, stderr).not.toBe(2);
    };
    await run('first', '--sarif', join(out.path, 'files', 'first.sarif'));
    await run('rehearsed', '--rehearse', join(out.path, 'rehearsal'));
    await run('second', '--json');

    for (const file of await readdir(out.path, { recursive: true, withFileTypes: true })) {
      if (file.isFile()) exits.set(`file ${file.name}`, await readFile(join(file.parentPath, file.name), 'utf8'));
    }
    exits.set('ledger', await repository.git.git(['log', '-p', '--format=%B%an%ae', 'refs/upkeep/ledger']));
    exits.set('commit messages', await repository.git.git(['log', '--all', '--format=%B']));
    for (const { method, path, body } of scene.github.log) exits.set(`${method} ${path} ${exits.size}`, body);
    exits.set('issues', JSON.stringify(repository.issues));
    exits.set('check runs', JSON.stringify(repository.checkRuns));

    // Every secret was really printed.
    for (const [what, secret] of NEVER)
      expect(
        FORMS.some(([, line]) => line.includes(secret)),
        what,
      ).toBe(true);
    // Each way out was really taken, and has the marks of what was taken out.
    const all = [...exits.keys()].join('\n');
    for (const way of [
      'first: stdout',
      'first.sarif',
      'first-summary.md',
      'POST-issues.md',
      'POST-check-runs.http',
      'POST /repos/acme/site/issues ',
    ])
      expect(all).toContain(way);
    for (const way of ['first: stdout', 'second: stdout', 'file first.sarif', 'file first-summary.md', 'ledger', 'issues', 'check runs']) {
      expect(exits.get(way), way).toContain('redacted');
    }
    expect(repository.issues.length).toBeGreaterThan(0);
    expect(exits.get('commit messages')).toContain('auto: Docs');
    for (const [way, text] of exits) {
      for (const reading of [text, text.replaceAll('\\"', '"').replaceAll('\\\\', '\\'), unescaped(text)]) {
        for (const [what, secret] of NEVER) expect(reading.includes(secret), `${what} on the way out "${way}"`).toBe(false);
      }
    }
  });
});

/** With what HTML and Markdown escape put back, and without the joiners that keep names from being called. */
function unescaped(text: string): string {
  return text
    .replaceAll('\u2060', '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\\([^\w\s])/g, '$1');
}
