/** A Git server in a process of its own, so that what is measured can block the one that measures: prints its address, then answers each line with what was asked since. */
import { createInterface } from 'node:readline';
import { startGitServer } from '../../tests/support/git-server.ts';

await using server = await startGitServer();
const repository = await server.create('owner/name');
process.stdout.write(`${JSON.stringify({ origin: server.origin, path: repository.path })}\n`);
let told = 0;
for await (const _line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(server.requests.slice(told))}\n`);
  told = server.requests.length;
}
