import { gitSync } from './exec-git-sync.ts';
import { INDEX_COPY_CONFIG, indexCopyOf } from './index-copy.ts';
import { STATUS } from './status-command.ts';

/** The number of files that differ from HEAD; null when git has anything to object. */
export function countUncommitted(root: string, gitDir: string): number | null {
  const copy = indexCopyOf(gitDir);
  const listed =
    copy === null
      ? gitSync(STATUS, { cwd: root })
      : gitSync(STATUS, { cwd: root, env: { GIT_INDEX_FILE: copy }, config: INDEX_COPY_CONFIG });
  if (listed === null) return null;
  let records = 0;
  for (let at = listed.indexOf(0); at >= 0; at = listed.indexOf(0, at + 1)) records += 1;
  return records;
}
