/** The only reader of the environment of this process. */
import { userInfo } from 'node:os';
import { readEnvironment, type Environment } from './environment.ts';

/** What the environment of this process says. */
export function processEnvironment(): Environment {
  return readEnvironment(process.env, userName());
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'someone'; // a container may run as a user that has no name
  }
}
