import { generateKeyPairSync } from 'node:crypto';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isPlaceholder, isTestPath } from '../../../agents/checks/secret-placeholder.ts';
import { secrets } from '../../../agents/checks/secrets.ts';
import { checkFixture } from '../../support/check-fixture.ts';

// Put together here, so that this file itself holds none.
const github = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('_');
const npm = ['npm', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6'].join('_');
const slack = ['xoxb', '283746510928', '1827364509182', 'kQwErTyUiOpAsDfGhJkLzXcV'].join('-');
const database = ['postgres', '//app:Tr0ub4dor3xKq@db.prod.acme-corp.io/main'].join(':');
const basic = ['https', '//deploy:Zk9pQ2vLm7x@registry.acme-corp.io/x'].join(':');
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

async function problems(files: Readonly<Record<string, string>>): Promise<string[]> {
  const report = await checkFixture(files).inspect(secrets);
  expect(report.outcome, report.hint).not.toBe('errored');
  return report.findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule} ${severity}`);
}

describe('secrets', () => {
  it('finds them in the shapes in which they are committed, as errors', async () => {
    const found = await problems({
      'src/config.ts': `// settings\nexport const token = '${github}';\n`,
      '.npmrc': `registry=https://packages.example/\n//packages.example/:_authToken=${npm}\n`,
      '.env': `SLACK=${slack}\nDATABASE_URL=${database}\n`,
      'deploy/id.pem': privateKey,
      'docs/setup.md': `Clone ${basic}\n`,
      'k8s/secret.json': JSON.stringify({ key: privateKey }),
    });
    expect(found).toEqual([
      '.env:1 slack-token error',
      '.env:2 postgresqlconnection error',
      '.npmrc:2 npmrc-authtoken error',
      expect.stringMatching(/^deploy\/id.pem:1 private-?key error$/) as string,
      'docs/setup.md:1 basicauth error',
      expect.stringMatching(/^k8s\/secret.json:1 private-?key error$/) as string,
      'src/config.ts:2 github-token error',
    ]);
  });

  it('never lets a value, or a digest of it, into the report', async () => {
    const repository = checkFixture({ 'a.ts': `const t = '${github}'; const u = '${database}';\n`, 'id.pem': privateKey });
    const first = await repository.inspect(secrets);
    const text = JSON.stringify(first);
    for (const value of [github, database, 'Tr0ub4dor3xKq', privateKey.split('\n')[2] ?? '']) {
      expect(text).not.toContain(value);
      expect(text).not.toContain(value.slice(4, 20));
      expect(text).not.toContain(Buffer.from(value).toString('base64').slice(0, 16));
    }
    expect(first.findings[0]?.message).toMatch(/^GitHub Token \(40 characters\): revoke it/);
    // The same place with another value of the same kind is the same finding.
    repository.write({
      'a.ts': `const t = '${github.slice(0, -3)}Zz9'; const u = '${database.replace('Tr0ub4dor3xKq', 'xKqTr0ub4dor3')}';\n`,
    });
    const second = await repository.inspect(secrets);
    expect(second.findings.map((finding) => finding.fingerprint)).toEqual(first.findings.map((finding) => finding.fingerprint));
  });

  it('says nothing about what is obviously none', async () => {
    const found = await problems({
      'README.md': ['ghp', 'x'.repeat(36)].join('_') + `\nAKIA${'IOSFODNN7EXAMPLE'}\nghp_${'your'}TokenGoesHere12345678901234567890\n`,
      'docker-compose.yml':
        'DATABASE_URL: postgres://postgres:postgres@db:5432/app\nA: mysql://root:${DB_PASSWORD}@mysql/x\nB: mongodb://admin:changeme@localhost:27017\n',
      '.github/workflows/ci.yml':
        'url: postgresql://runner:runner@127.0.0.1/test\nremote: https://x-access-token:${{ secrets.TOKEN }}@github.com/a/b\nother: https://user:$PASSWORD@host.io\n',
      'docs/a.md':
        'https://user:pass@example.com and https://username:password@api.acme.io\n-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n',
      'src/a.ts': 'const url = `https://${user}:${token}@github.com/x`; const b = "postgres://user:password@host:5432/db";\n',
    });
    expect(found).toEqual([]);
  });

  it('only warns in test data and examples', async () => {
    expect(
      await problems({ 'test/fixtures/key.pem': privateKey, 'examples/a.ts': github, 'src/redact.test.ts': `x('${github}')` }),
    ).toEqual([
      'examples/a.ts:1 github-token warning',
      'src/redact.test.ts:1 github-token warning',
      expect.stringMatching(/^test\/fixtures\/key.pem:1 private-?key warning$/) as string,
    ]);
  });

  it('follows what the repository allows', async () => {
    expect(
      await problems({ 'a.ts': `const a = '${github}'; // gitleaks:allow\n// secretlint-disable-next-line\nconst b = '${npm}';\n` }),
    ).toEqual([]);
    expect(await problems({ 'docs/a.md': github, '.secretlintignore': 'docs/\n' })).toEqual([]);
    const config = {
      rules: [
        { id: '@secretlint/secretlint-rule-preset-recommend', rules: [{ id: '@secretlint/secretlint-rule-github', disabled: true }] },
      ],
    };
    expect(await problems({ 'a.ts': `'${github}'\n'${npm}'\n`, '.secretlintrc.json': JSON.stringify(config) })).toEqual([
      'a.ts:2 npm-access-token error',
    ]);
  });

  it('does not search lockfiles, binaries, links and huge files, and says so where it matters', async () => {
    const repository = checkFixture({
      'README.md': 'x\n',
      'package-lock.json': github,
      'app.min.js': github,
      'big.txt': `${'x'.repeat(1024 * 1024)}${github}`,
    });
    writeFileSync(join(repository.root, 'data'), Buffer.concat([Buffer.from([0, 1, 2]), Buffer.from(github)]));
    symlinkSync('/etc/hostname', join(repository.root, 'link'));
    const report = await repository.inspect(secrets);
    expect(report).toMatchObject({ outcome: 'passed', findings: [] });
    expect(report.hint).toBe('3 files were not searched (binary, a link, or over 1 MiB): big.txt, data, link.');
  });

  it('tells each place once, and equal ones apart', async () => {
    const report = await checkFixture({ 'a.ts': `'${github}'\n'${github}'\n` }).inspect(secrets);
    expect(report.findings.map((finding) => finding.line)).toEqual([1, 2]);
    expect(new Set(report.findings.map((finding) => finding.fingerprint)).size).toBe(2);
  });
});

describe('what looks like a secret', () => {
  it.each([
    ['https://user:pass@acme.io', true],
    ['postgres://app:app@db/x', true],
    [`${'postgres'}://app:s3cr3t-Xk92q@db.acme.io/x`, false],
    [`${'postgres'}://app:s3cr3t!Xk92q@localhost/x`, false],
    ['mysql://root:@127.0.0.1/x', true],
    ['redis://:hunter2@localhost:6379', true],
    ['https://token@github.com', true],
  ])('%s: %s', (value, expected) => {
    expect(isPlaceholder(value)).toBe(expected);
  });

  it('knows paths of tests and examples', () => {
    for (const path of ['test/a.ts', 'src/a.test.ts', 'src/__mocks__/x.js', 'examples/x/.env', '.env.example', 'a/testdata/k.pem'])
      expect(isTestPath(path), path).toBe(true);
    for (const path of ['src/contest/a.ts', 'latest.js', '.env', 'src/attestation.ts', 'inspect.ts'])
      expect(isTestPath(path), path).toBe(false);
  });
});
