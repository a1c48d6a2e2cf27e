import { describe, expect, it } from 'vitest';
import { queueScene } from '../../support/queue-scene.ts';

describe('the queue', () => {
  it('takes more requests at once than there are connections, from the beginning', async () => {
    await using scene = await queueScene();
    const agents = await Promise.all(Array.from({ length: 20 }, () => scene.agent()));
    const asked = await Promise.all(agents.map((agent) => scene.ask(agent)));
    expect(asked.map((run) => run?.isAdmitted)).toEqual(agents.map(() => true));
  });
});
