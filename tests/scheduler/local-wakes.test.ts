import { expect, it } from 'vitest';
import { createLocalWakes } from '../../scheduler/local-wakes.ts';

it('reaches the service of this process, until that ends', () => {
  const wakes = createLocalWakes();
  const heard: string[] = [];
  wakes.wake('queued');
  const deafen = wakes.hear((reason) => heard.push(reason));
  wakes.wake('queued');
  deafen();
  wakes.wake('cancel');
  expect(heard).toEqual(['queued']);
});

it('is alone only while a service listens that saw no other', () => {
  const wakes = createLocalWakes();
  wakes.sawOthers(false);
  expect(wakes.isAlone).toBe(false);
  const deafen = wakes.hear(() => undefined);
  expect(wakes.isAlone).toBe(true);
  wakes.sawOthers(true);
  expect(wakes.isAlone).toBe(false);
  wakes.sawOthers(false);
  deafen();
  wakes.hear(() => undefined);
  expect(wakes.isAlone).toBe(false);
});
