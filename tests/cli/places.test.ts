/** Where a run writes to besides the repository: what cannot be written is found out before anything is done. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../cli/environment.ts';
import { createOutput } from '../../cli/output.ts';
import { whyNoFile, whyNoFolder } from '../../cli/place.ts';
import { openReporters } from '../../cli/reporters/open-reporters.ts';
import { requirePlaces } from '../../cli/run/require-places.ts';
import { repositoryWith, temporaryFolder } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';
import { NEXT_SHA, runReport } from '../support/run-report.ts';

describe('a place for a file or a folder', () => {
  it('is known to be good or bad by trying, and nothing stays', async () => {
    await using folder = await temporaryFolder();
    const at = (path: string): string => join(folder.path, path);
    await mkdir(at('dir'));
    await writeFile(at('file'), 'mine');
    await symlink('gone', at('link'));
    const tried = ['new', 'new/er/one', 'dir', 'file', 'file/below', 'link'].map((path) => [
      path,
      whyNoFile(at(path)),
      whyNoFolder(at(path)),
    ]);
    const below = `${at('file')} is a file and no folder`;
    expect(tried).toEqual([
      ['new', null, null],
      ['new/er/one', null, null],
      ['dir', 'a file is expected, and this is a folder', null],
      ['file', null, 'a folder is expected, and this is a file'],
      ['file/below', below, below],
      ['link', 'it is a link that leads nowhere', 'it is a link that leads nowhere'],
    ]);
    expect((await readdir(folder.path)).sort()).toEqual(['dir', 'file', 'link']);
    expect(await readFile(at('file'), 'utf8')).toBe('mine');
    expect(whyNoFile('/dev/null')).toBeNull();
  });

  it.runIf(process.platform === 'linux')('is none in a file system that takes no new files, whoever asks', () => {
    expect(whyNoFile('/proc/x/y')).toMatch(/^nothing can be written in \/proc \(E\w+\)$/);
    expect(whyNoFolder('/proc')).toMatch(/^nothing can be written in \/proc \(E\w+\)$/);
  });

  it('is meant from the folder of the command, and is never empty', () => {
    expect(requirePlaces({ sarif: 'a/b.sarif', rehearse: undefined }, '/tmp')).toEqual({ sarif: '/tmp/a/b.sarif', rehearse: undefined });
    expect(() => requirePlaces({ sarif: '', rehearse: undefined }, '/tmp')).toThrow('--sarif "": the path of a file is expected');
    expect(() => requirePlaces({ sarif: undefined, rehearse: '' }, '/tmp')).toThrow('--rehearse "": the path of a folder is expected');
  });
});

describe('a run with a place that cannot be written', () => {
  it('ends with 2 before anything is done', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const sarif = await runCli(repository.path, ['run', 'docs', '--json', '--sarif', '.']);
    expect(sarif.exitCode).toBe(2);
    expect(JSON.parse(sarif.stdout)).toMatchObject({ runs: [], error: { code: 'usage' }, exitCode: 2 });
    expect(sarif.stderr).toBe('agent: --sarif .: a file is expected, and this is a folder; name a file that can be written\n');
    const dash = await runCli(repository.path, ['run', 'docs', '--sarif', '-']);
    expect(dash).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--sarif -: the path of a file is expected') as string });
    const place = join(repository.path, 'a.md');
    const temporary = await runCli(repository.path, ['run', 'docs'], { TMPDIR: place });
    expect(temporary).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`agent: the temporary folder ${place}: `) as string });
    const elsewhere = await runCli(repository.path, ['-C', place, 'run', 'docs']);
    expect(elsewhere).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('a folder is expected, and this is a file') as string });
    expect(await repository.git('for-each-ref', 'refs/upkeep')).toBe('');
  });
});

describe('a file that cannot be written in the end', () => {
  it('keeps nothing else from being told, with the commit that was delivered and exit code 3', async () => {
    await using folder = await temporaryFolder();
    const said: string[] = [];
    const environment = readEnvironment({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: folder.path, GITHUB_OUTPUT: folder.path });
    const output = { ...createOutput(environment, process), out: (text: string) => said.push(text), err: () => undefined };
    const context = {
      cwd: folder.path,
      environment,
      version: 'test',
      server: null,
      output,
      debug: false,
      signal: new AbortController().signal,
    };
    const reporters = await openReporters({ json: true, ci: true, sarif: '.' }, context);
    const shown = await reporters.finish(runReport({ head: NEXT_SHA }));
    const notes = [
      `the SARIF file ${folder.path}`,
      'the page of the job (GITHUB_STEP_SUMMARY)',
      'the outputs for further steps (GITHUB_OUTPUT)',
    ].map((what) => expect.stringContaining(`${what} could not be written: EISDIR`) as string);
    expect(shown).toMatchObject({ head: NEXT_SHA, notes, exitCode: 3 });
    expect(JSON.parse(said.join(''))).toMatchObject({ head: NEXT_SHA, notes, exitCode: 3 });
  });
});
