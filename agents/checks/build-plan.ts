/** Which packages of a repository are front ends that are built, what has to be built before them, and what goes into it. */
import { posix } from 'node:path';
import type { PackageManifest, Project } from '../project.ts';
import { isDelegation, resolvedCommands, type ScriptCommand } from '../tools/script-commands.ts';
import { isProse } from './fixable-path.ts';
import { isTestFile } from './test-files.ts';

/** Programs that make what a browser loads. */
const BUILDERS =
  /^(vite|next|astro|ng|react-scripts|react-app-rewired|craco|webpack|webpack-cli|rspack|rsbuild|parcel|nuxt|nuxi|gatsby|remix|react-router|vue-cli-service|svelte-kit|vitepress|vuepress|docusaurus|eleventy|solid-start|vinxi|qwik|ember|storybook|preact)$/;
/** Programs and packages for which prose is part of the pages. */
const OF_PROSE =
  /^(astro|vitepress|vuepress|docusaurus|eleventy|gatsby|nuxt|nuxi)$|^(@docusaurus\/core|@11ty\/eleventy|@next\/mdx|@mdx-js\/.*|@nuxt\/content|nextra|contentlayer|velite|mdsvex|vite-plugin-md|unplugin-vue-markdown)$/;
/** Prose about the repository, wherever it lies. */
const ABOUT = /(^|\/)(README|CHANGELOG|HISTORY|CONTRIBUTING|LICEN[CS]E|SECURITY|CODE_OF_CONDUCT|AUTHORS)[^/]*$|^\.(github|changeset)\//i;
const TESTS_AND_TOOLS =
  /(^|\/)((vitest|jest|playwright|cypress|eslint|prettier|stylelint|commitlint|lint-staged|knip|oxlint)\.config\.[cm]?[jt]s|\.(eslint|prettier|stylelint|oxlint|mocha)rc[^/]*|biome\.jsonc?)$|(^|\/)(__tests__|__mocks__|__snapshots__|e2e|cypress|playwright|\.husky|\.vscode|\.storybook)\//;

/** Workspace packages with a `build` script that makes what a browser loads. */
export function frontEnds(project: Project): PackageManifest[] {
  return project.workspaces.filter((manifest) => commandsOf(manifest).some(({ tool }) => BUILDERS.test(tool)));
}

/** What the `build` script calls to make what a browser loads; nothing where only a shell can run it. */
export function bundlersOf(manifest: PackageManifest): ScriptCommand[] {
  const commands = commandsOf(manifest);
  return commands.every(({ plain }) => plain) ? commands.filter(({ tool }) => BUILDERS.test(tool)) : [];
}

/** Workspace packages that `manifest` needs built, those that others need first; only those with a `build` script of their own. */
export function builtBefore(project: Project, manifest: PackageManifest): PackageManifest[] {
  const byName = new Map(project.workspaces.flatMap((one) => (one.name === null ? [] : [[one.name, one] as const])));
  const order: PackageManifest[] = [];
  const seen = new Set<PackageManifest>([manifest]);
  const visit = (one: PackageManifest): void => {
    for (const name of Object.keys(one.dependencies)) {
      const needed = byName.get(name);
      if (needed === undefined || seen.has(needed)) continue;
      seen.add(needed);
      visit(needed);
      if (commandsOf(needed).length > 0) order.push(needed);
    }
  };
  visit(manifest);
  return order;
}

/** Whether the path can go into what is built: no tests, no settings of other tools, prose only where it becomes pages. */
export function buildInput(project: Project): (path: string) => boolean {
  const hasPages = frontEnds(project).some(
    (manifest) =>
      commandsOf(manifest).some(({ tool }) => OF_PROSE.test(tool)) ||
      Object.keys(manifest.dependencies).some((name) => OF_PROSE.test(name)),
  );
  return (path) => {
    if (isTestFile(path) || TESTS_AND_TOOLS.test(path)) return false;
    return !isProse(path) || (hasPages && !ABOUT.test(path));
  };
}

/** Where builds put what a browser loads, relative to the package; the most particular first. */
export const OUTPUTS = [
  '.next/static',
  '.output/public',
  '.svelte-kit/output/client',
  'build/client',
  'dist/client',
  'dist',
  'build',
  'out',
  'public/build',
];

/** In words: `vite in apps/web`. */
export function describeBuild(manifest: PackageManifest): string {
  const tools = [...new Set(commandsOf(manifest).map(({ tool }) => tool))].filter((tool) => BUILDERS.test(tool));
  return manifest.dir === '' ? tools.join(' and ') : `${tools.join(' and ')} in ${posix.normalize(manifest.dir)}`;
}

/** What the `build` script of the package itself runs; nothing where it only starts those of others. */
function commandsOf({ scripts }: PackageManifest): ReturnType<typeof resolvedCommands> {
  if (scripts['build'] === undefined) return [];
  return resolvedCommands(scripts, 'build').filter((command) => !isDelegation(command));
}
