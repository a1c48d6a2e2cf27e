/** Traps of real repositories, walked into by whole runs. */
import { describe, expect, it } from 'vitest';
import { createRepository, repositoryWith } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';

const CODE = 'let a = 1;\nexport const b = a == 2;\n';

describe('fixes nobody wants', () => {
  it('nothing is formatted where no formatter is set up, however it looks', async () => {
    await using repository = await repositoryWith({
      'package.json': '{"name":"x"}\n',
      'src/a.js': 'export   const a = {b:1 ,\n\n\n\n c:2}\n',
      'a.yml': 'a:    1\n',
      'style.css': 'a{color:RED}\n',
    });
    const head = await repository.head();
    await runCli(repository.path, ['run', 'backend', 'frontend', 'devops']);
    expect(await repository.head()).toBe(head);
    expect(await repository.git('status', '--porcelain')).toBe('');
    expect(await repository.git('for-each-ref', 'refs/upkeep/suggest')).toBe('');
  });
});

describe('crashing tools', () => {
  it('nothing of what it did before it crashed is kept', async () => {
    await using repository = await repositoryWith({
      '.gitignore': 'node_modules\n',
      'package.json': JSON.stringify({ name: 'x', devDependencies: { eslint: '4' } }),
      '.eslintrc.json': '{"rules":{}}',
      'src/a.js': CODE,
    });
    const script =
      "require('node:fs').appendFileSync('src/a.js', '// half done');\nconsole.error('ReferenceError: primordials is not defined'); process.exit(2);";
    await repository.write('node_modules/eslint/package.json', JSON.stringify({ name: 'eslint', version: '4.0.0', bin: 'bin.cjs' }));
    await repository.write('node_modules/eslint/bin.cjs', script);
    const head = await repository.head();
    const { exitCode, stdout, stderr } = await runCli(repository.path, ['run', 'backend']);
    expect([exitCode, stdout + stderr]).toEqual([3, expect.stringContaining('primordials is not defined')]);
    expect([await repository.head(), await repository.git('status', '--porcelain'), await repository.read('src/a.js')]).toEqual([
      head,
      '',
      CODE,
    ]);
  });
});

describe('not Node at all, only Markdown, or empty', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['an empty repository', {}, []],
    ['only Markdown', { 'README.md': '# A\n\nSome text, [linked](docs/b.md).\n', 'docs/b.md': '# B\n' }, ['docs']],
    ['a repository of another language', { 'src/main.rs': 'fn main() {}\n', 'Cargo.toml': '[package]\nname = "x"\n' }, []],
    ['a folder of data', { 'data/a.csv': 'a,b\n1,2\n', 'data/b.bin': '\0\u0001' }, []],
  ])('%s is told what applies, has nothing written, and ends with 0', async (_, files, agents) => {
    await using repository = await createRepository();
    const head = await repository.commit('first', files);
    const { exitCode, stdout, stderr } = await runCli(repository.path, ['run']);
    expect([exitCode, stderr.includes('Error')]).toEqual([0, false]);
    const said = stdout + stderr;
    for (const agent of ['architecture', 'backend', 'frontend', 'qa']) expect(said).toMatch(new RegExp(`${agent} +skipped – nothing here`));
    for (const agent of agents) expect(said).toMatch(new RegExp(`${agent} +passed`));
    expect(await repository.head()).toBe(head);
    expect(await repository.git('status', '--porcelain', '--ignored')).toBe('');
    const listed = await runCli(repository.path, ['list', 'backend']);
    expect([listed.exitCode, listed.stdout]).toEqual([0, expect.stringMatching(/eslint +there is no package\.json/)]);
  });
});
