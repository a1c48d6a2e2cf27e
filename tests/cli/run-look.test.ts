import { expect, it } from 'vitest';
import { look } from '../../cli/run/look.ts';
import { repositoryWith } from '../support/git-repository.ts';

it('people are told the commit that a snapshot was made on, and of any other the commit itself', async () => {
  await using repository = await repositoryWith({ a: '1' });
  const first = await repository.head();
  const second = await repository.commit('second', { a: '2' });
  await repository.write('a', '3');
  const snapshot = await look(repository.path, { base: undefined, workingTree: true });
  expect(snapshot).toMatchObject({ known: second, isSnapshot: true });
  expect(snapshot.base).not.toBe(second);
  expect(await look(repository.path, { base: 'HEAD~1', workingTree: false })).toMatchObject({ base: first, known: first });
  expect(await look(repository.path, { base: undefined, workingTree: false })).toMatchObject({ base: second, known: second });
});
