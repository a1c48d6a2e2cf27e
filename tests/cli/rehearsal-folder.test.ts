import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { beginRehearsal } from '../../cli/run/rehearsal-folder.ts';
import { requirePlaces } from '../../cli/run/require-places.ts';
import { temporaryFolder } from '../support/git-repository.ts';

const ask = (folder: string) => requirePlaces({ sarif: undefined, rehearse: folder }, '/');

describe('the folder of a rehearsal', () => {
  it('is begun anew by the next one, which leaves what others put there', async () => {
    await using place = await temporaryFolder();
    const folder = join(place.path, 'new', 'folder');
    expect(ask(folder)).toMatchObject({ rehearse: folder });
    const first = beginRehearsal(folder);
    mkdirSync(join(folder, 'github'));
    writeFileSync(join(folder, 'github', '001-POST-issues.http'), 'one');
    first.end();
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    expect(ask(folder)).toMatchObject({ rehearse: folder });
    beginRehearsal(folder).end();
    expect(readdirSync(join(folder, 'github'))).toEqual([]);
    beginRehearsal(folder).end();
    expect(readdirSync(folder)).toContain('mine.txt');
  });

  it('removes nothing outside of it, whatever the list says and wherever links lead', async () => {
    await using place = await temporaryFolder();
    const folder = join(place.path, 'folder');
    mkdirSync(folder);
    mkdirSync(join(place.path, 'outside'));
    writeFileSync(join(place.path, 'outside', 'a.txt'), 'a');
    symlinkSync(join(place.path, 'outside'), join(folder, 'link'));
    writeFileSync(join(folder, '.upkeep-rehearsal'), '../outside/a.txt\nlink/a.txt\n');
    beginRehearsal(folder).end();
    expect(readdirSync(join(place.path, 'outside'))).toEqual(['a.txt']);
  });

  it('is refused when it holds files that no rehearsal wrote', async () => {
    await using place = await temporaryFolder();
    writeFileSync(join(place.path, 'mine.txt'), 'mine');
    expect(() => ask(place.path)).toThrow(/--rehearse .*: it holds files that no rehearsal wrote; name a folder that can be written/);
  });
});
