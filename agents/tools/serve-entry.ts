import { json } from 'node:stream/consumers';

/** The other side of runEntry: reads one JSON document from stdin, works, and writes one to stdout. A throw ends the process with exit code 1. */
export async function serveEntry<Input, Output>(work: (input: Input) => Promise<Output> | Output): Promise<void> {
  const output = await work((await json(process.stdin)) as Input);
  process.stdout.write(JSON.stringify(output));
}
