import type { YamlPath } from './yaml-document.ts';

/** The keys of a JSON pointer (RFC 6901): `/paths/~1pets/0` → `paths`, `/pets`, 0. */
export function pathOfPointer(pointer: string): YamlPath {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}
