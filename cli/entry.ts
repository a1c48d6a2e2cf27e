/** Where the bin begins: answers from memory when nothing changed since a run that had nothing to do, else loads the program. */
import { setGitEnvironment } from '../git/git-environment.ts';
import { processEnvironment } from './process-environment.ts';
import { recallAnswer } from './quick/quick-answer.ts';
import { quickKey } from './quick/quick-key.ts';

const { variables } = processEnvironment();
setGitEnvironment(variables);
const key = quickKey({ argv: process.argv.slice(2), cwd: process.cwd(), variables, isTerminal: process.stdout.isTTY });
const answer = key === null ? null : recallAnswer(key, new Date());
if (answer === null) {
  await import('./main.ts');
} else {
  process.exitCode = answer.exitCode;
  // A reader that went away (`| head`) is no fault.
  process.stdout.on('error', () => undefined).write(answer.text);
}
