import { mayFix } from './never-fix.ts';

/** What a build wrote, committed (actions, extensions): the next build would undo a fix. */
const BUILT = /(^|\/)dist\//;

/** Whether a fixer of code may change this path. */
export function isFixablePath(path: string): boolean {
  return mayFix(path) && !BUILT.test(path);
}

const PROSE = /\.(md|mdx|markdown|rst|adoc|txt)$|(^|\/)(LICEN[CS]E|NOTICE|AUTHORS|CODEOWNERS)$/i;
const MEDIA = /\.(png|jpe?g|gif|webp|avif|ico|bmp|tiff?|svg|woff2?|ttf|otf|eot|mp[34]|webm|mov|ogg|wav|pdf|zip|gz|tgz|br)$/i;

/** Whether a path is prose, which code checks do not read. */
export function isProse(path: string): boolean {
  return PROSE.test(path);
}

/** Whether a path is an image, a font or another binary, which linters do not read. */
export function isMedia(path: string): boolean {
  return MEDIA.test(path);
}
