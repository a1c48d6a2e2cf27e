/** Whether the checked-out branch can move forward: git then writes the files of the working tree. */
import { access, constants } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { count } from '../wording.ts';
import { bad, worthKnowing, type Diagnosis } from './diagnosis.ts';

const WAY_OUT = 'give yourself the right to write there; until then commits of agents wait for agent accept';

/** Nothing where everything can be written. `files`: tracked paths below `root`. */
export async function examineWorkingTree(root: string, files: readonly string[]): Promise<Diagnosis[]> {
  if (await isUnwritable(root)) return [bad('working tree', `${root} cannot be written`, WAY_OUT)];
  const folders = [...new Set(files.map((path) => dirname(path)))].filter((folder) => folder !== '.').sort();
  const unwritable = await Promise.all(folders.map(async (folder) => ((await isUnwritable(join(root, folder))) ? [folder] : [])));
  const [first, ...others] = unwritable.flat();
  if (first === undefined) return [];
  const rest = others.length === 0 ? '' : ` and ${count(others.length, 'other folder')}`;
  return [worthKnowing('working tree', `${first}${rest} cannot be written`, WAY_OUT)];
}

/** What is not there, as in a sparse checkout, can be made. */
async function isUnwritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return false;
  } catch (error) {
    return ['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}
