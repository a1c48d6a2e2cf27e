/** The command that lists what a person has not committed; -z, because names may hold newlines. */
export const STATUS: readonly string[] = [
  'status',
  '--porcelain=v1',
  '-z',
  '--no-renames',
  '--untracked-files=all',
  '--ignore-submodules=dirty',
];
