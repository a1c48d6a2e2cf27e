/** Variables by which people point Git at another repository, and of which nothing here takes notice. */
import type { Variables } from './environment.ts';

const REDIRECTING = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE'];

/** One line for a person who has set any; null where there is none, and where Git itself set them for what it starts: a hook, an alias. */
export function unusedGitVariables(variables: Variables): string | null {
  if (variables['GIT_EXEC_PATH'] !== undefined || variables['GIT_PREFIX'] !== undefined) return null;
  const names = REDIRECTING.filter((name) => Boolean(variables[name]));
  if (names.length === 0) return null;
  return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} not used: what counts is the folder that agent is started in, or -C`;
}
