import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { html, webAddress } from '../../../cli/static-dashboard/html.ts';
import { gather } from '../../../cli/static-dashboard/gather.ts';
import { staticPages } from '../../../cli/static-dashboard/pages.ts';
import { openHere } from '../../../cli/here.ts';
import { commandContext } from '../../support/command-context.ts';
import { runCli } from '../../support/run-cli.ts';
import { repositoryWith } from '../../support/git-repository.ts';

const HOSTILE = `<script>alert(1)</script>" onclick='x' \u001b[31m\u202e`;

describe('agent dashboard --static', () => {
  it('writes pages of what ran here, and writes them anew', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n\n[gone](missing.md)\n' });
    await runCli(repository.path, ['run', 'docs']);
    const folder = join(repository.path, '..', 'pages');
    const first = await runCli(repository.path, ['dashboard', '--static', folder]);
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('7 files in ') as string });
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    expect(read('index.html')).toMatch(/<h2 id="agent-docs">[\s\S]*failed/);
    expect(read('runs.html')).toMatch(/<td>docs<\/td>[\s\S]*failed/);
    expect(read('findings.html')).toContain('a.md:3');
    expect(read('events.html')).toContain('agent:failed');
    expect(JSON.parse(read('ledger.json'))).toMatchObject({ schemaVersion: 1, branch: 'main' });
    expect((await runCli(repository.path, ['dashboard', '--static', folder])).exitCode).toBe(0);
  });

  it('touches no folder that holds something else', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const folder = join(repository.path, 'site');
    mkdirSync(folder);
    writeFileSync(join(folder, 'index.html'), 'mine');
    const refused = await runCli(repository.path, ['dashboard', '--static', 'site']);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('holds other files, such as index.html') as string });
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).toBe('mine');
    expect(readdirSync(folder)).toEqual(['index.html']);
  });

  it('says what it wants and where the live one is', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const refused = await runCli(repository.path, ['dashboard']);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/--static FOLDER.*agent serve/) as string });
    expect(existsSync(join(repository.path, 'undefined'))).toBe(false);
  });
});

describe('a page', () => {
  it('shows markup and control characters of others as text', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const { context } = commandContext({ cwd: repository.path, variables: {} });
    const facts = await gather(await openHere(context), new Date('2026-11-21T12:00:00Z'));
    const [agent] = facts.agents;
    if (agent === undefined) throw new Error('there is no agent');
    const finding = { path: HOSTILE, line: 1, rule: HOSTILE, severity: 'error', message: HOSTILE, fingerprint: 'f', check: 'c' } as const;
    const since = '2026-11-21T11:00:00Z';
    const escalation = { number: 1, url: 'javascript:alert(1)', kind: 'code', since } as const;
    const hostile = {
      ...facts,
      repository: HOSTILE,
      branch: HOSTILE,
      agents: [{ ...agent, findings: [finding], escalations: [escalation] }],
    };
    for (const { path, contents } of staticPages(hostile).filter(({ path }) => path.endsWith('.html'))) {
      expect(contents, path).not.toMatch(/<script|onclick='|javascript:|\u001b|\u202e/);
      expect(contents, path).toContain('&#60;script&#62;');
    }
  });

  it('leads only to addresses of the web', () => {
    expect(webAddress('https://github.com/a/b/issues/1')).not.toBeNull();
    expect(['javascript:alert(1)', 'data:text/html,x', 'no address', null].map(webAddress)).toEqual([null, null, null, null]);
    expect(html`<a href="${'"><b>'}">x</a>`.markup).toBe('<a href="&#34;&#62;&#60;b&#62;">x</a>');
  });
});
