/** A process of its own that appends to a ledger: `append-worker <common dir> <agent> <count>`. Says `<id>` after each append that returned. */
import { setGitEnvironment } from '../../git/exec-git.ts';
import { append } from '../../ledger/append.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import { openLedger } from '../../ledger/store.ts';
import { failed } from './ledger-events.ts';

const [commonDir = '', agent = '', count = '0'] = process.argv.slice(2);
setGitEnvironment(process.env);
for (let index = 0; index < Number(count); index += 1) {
  const event = failed({ minutes: index, agentId: agent as AgentId, key: `${process.pid}-${index}`, runId: `${process.pid}-${index}` });
  await append(openLedger(commonDir), [event], { scope: 'shared' });
  process.stdout.write(`${event.id}\n`);
}
