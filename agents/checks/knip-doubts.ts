/** Leaves of knip's issues only what is beyond doubt where nobody told knip how the repository works. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { ownerOf } from '../ownership.ts';
import type { PackageManifest, Project } from '../project.ts';
import { findInstalledPackage } from '../tools/resolve-tool.ts';
import { isProse } from './fixable-path.ts';
import { isImportSource } from './import-graph.ts';
import type { KnipIssue } from './knip-report.ts';
import { openMentions } from './mentions.ts';
import type { Mentions } from './mentions.ts';
import { openSourceLines } from './source-lines.ts';
import { rootOf } from './tool-setup.ts';
import { createPackageEntries } from './workspace-entries.ts';

/** What is left, and the folders of packages that knip did not understand. */
export interface SureIssues {
  readonly issues: readonly KnipIssue[];
  readonly lost: readonly { readonly dir: string; readonly unused: number; readonly sources: number }[];
}

/** With more unused than this, it is knip that is lost. */
const LARGEST_SHARE = 0.3;
const FEW_FILES = 3;
/** Run by hand, by other programs, or kept for readers. */
const RUN_BY_OTHERS =
  /(^|\/)(scripts?|tools?|tooling|bin|examples?|demos?|docs?|documentation|website|bench(marks?)?|playgrounds?|sandbox|configs?|migrations?|seeds?|seeders|public|static|assets|stories|generators?|schematics|workers?|functions|lambdas?|plugins?)\//i;
const RUN_BY_NAME =
  /\.(config|conf|setup|stories|story|worker|bench|benchmark|preload|mock|gen)\.[cm]?[jt]sx?$|(file|sw|worker|setup|polyfills?|preload|register|instrumentation|middleware|globals?|env)\.[cm]?[jt]sx?$/i;
/** Used by a compiler, by other packages or by the machine, without an import. */
const USED_SILENTLY =
  /^(@types\/.*|typescript|tslib|core-js|regenerator-runtime|@babel\/runtime.*|@swc\/helpers|react|react-dom|react-native.*|expo.*|sharp|canvas|encoding|bufferutil|utf-8-validate|pg-native|source-map-support|husky|node|npm|pnpm|yarn)$/;
const TOOL_PART =
  /(^|[@/-])(eslint|tslint|prettier|babel|postcss|tailwind(css)?|karma|gulp|grunt|remark|rehype|stylelint|commitlint|semantic-release|release-it|rollup|vite|webpack|jest|vitest|mocha|ava|cypress|storybook|typedoc|oxlint|biome|swc|plugin|preset|config|loader|reporter|types?|runner|cli)(?=$|[/-])/i;
const PACKAGE_NAME = /^(@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*$/i;

/** Sorts out what may well be used after all. */
export function sureIssues(issues: readonly KnipIssue[], context: { readonly project: Project; readonly root: string }): SureIssues {
  const { project, root } = context;
  const own = new Map(project.workspaces.map((manifest) => [manifest.dir, manifest]));
  const packageOf = (path: string): PackageManifest | null => own.get(rootOf(project.packages, path)?.dir ?? '-') ?? null;

  const unusedFiles = new Set(issues.filter(({ kind, file }) => kind === 'files' && isImportSource(file)).map(({ file }) => file));
  const lost: { dir: string; unused: number; sources: number }[] = [];
  const trusted = new Set<PackageManifest>();
  for (const manifest of project.workspaces) {
    const isIn = (path: string): boolean => packageOf(path) === manifest;
    const sources = project.files.filter((path) => isImportSource(path) && isIn(path)).length;
    const unused = [...unusedFiles].filter(isIn).length;
    if (unused >= FEW_FILES && unused > sources * LARGEST_SHARE) lost.push({ dir: manifest.dir, unused, sources });
    else if (sources > 0 && hasKnownEntry(manifest, project)) trusted.add(manifest);
  }
  const isTrusted = (path: string): boolean => {
    const manifest = packageOf(path);
    return manifest !== null && trusted.has(manifest);
  };
  const doubtful = issues.filter(({ file }) => isTrusted(file));
  if (doubtful.length === 0) return { issues: [], lost };

  const mentions = openMentions(
    root,
    project.files.filter((path) => !isProse(path) || path.endsWith('.mdx')),
    unusedFiles,
  );
  const lines = openSourceLines(root);
  const peers = peersOf(project, root);
  const left = doubtful.filter((issue) => {
    const manifest = packageOf(issue.file);
    if (manifest === null) return false;
    switch (issue.kind) {
      case 'files':
        return isSurelyUnused(issue.file, { manifest, mentions });
      case 'dependencies':
      case 'devDependencies':
        return !peers.has(issue.name) && isSurelyNeedless(issue, { manifest, mentions, root });
      case 'unlisted':
        return (
          isSurelyMissing(issue, { manifest, project, root }) &&
          !/^\s*(import|export)\s+type\b|\bimport\(/.test(lines.lineOf(issue.file, issue.line) ?? '')
        );
      default:
        return false;
    }
  });
  return { issues: left, lost };
}

/** Whether it is plain where the package begins; what only a deployment knows cannot be judged. */
function hasKnownEntry(manifest: PackageManifest, project: Project): boolean {
  const sources = new Set(project.files.filter(isImportSource));
  const inside = (path: string): string => posix.join(manifest.dir, path);
  const name = manifest.name ?? '.';
  if (createPackageEntries([{ name, dir: manifest.dir, json: manifest.json }], sources)(name) !== null) return true;
  if (project.has(inside('index.html'))) return true;
  const bin = manifest.json['bin'];
  const bins = typeof bin === 'string' ? [bin] : Object.values((bin ?? {}) as Record<string, unknown>);
  const words = Object.values(manifest.scripts).flatMap((script) => script.split(/[\s'"=]+/));
  if ([...bins, ...words].some((word) => typeof word === 'string' && sources.has(inside(word)))) return true;
  const starts = ['index', 'main', 'cli'].flatMap((stem) =>
    ['', 'src/'].flatMap((dir) => ['js', 'mjs', 'cjs', 'jsx', 'ts', 'tsx', 'mts', 'cts'].map((end) => `${dir}${stem}.${end}`)),
  );
  return (
    starts.some((path) => sources.has(inside(path))) ||
    project.files.some(
      (path) =>
        posix.dirname(path) === (manifest.dir || '.') &&
        /^(next|nuxt|astro|svelte|remix|vite|gatsby|react-router|angular)[.-]?(config)?\.([cm]?[jt]s|json)$/.test(posix.basename(path)),
    )
  );
}

function isSurelyUnused(path: string, { manifest, mentions }: { manifest: PackageManifest; mentions: Mentions }): boolean {
  const inside = posix.relative(manifest.dir, path);
  if (!isImportSource(path) || !inside.includes('/') || RUN_BY_OTHERS.test(inside) || RUN_BY_NAME.test(inside) || ownerOf(path) === 'qa')
    return false;
  const text = mentions.textOf(path);
  // Programs, what another program wrote, and what only declares or registers.
  if (text === null || text.startsWith('#!') || /generated/i.test(text.slice(0, 400)) || /\bdeclare\s+(global|module)\b/.test(text))
    return false;
  return !mentions.hasFile(path);
}

function isSurelyNeedless(
  issue: KnipIssue,
  { manifest, mentions, root }: { manifest: PackageManifest; mentions: Mentions; root: string },
): boolean {
  if (USED_SILENTLY.test(issue.name) || (issue.kind === 'devDependencies' && TOOL_PART.test(issue.name))) return false;
  const installed = readInstalled(root, manifest.dir, issue.name);
  // What is not installed may be anything.
  if (installed === null) return false;
  const bin = installed['bin'];
  const bins =
    typeof bin === 'object' && bin !== null ? Object.keys(bin) : typeof bin === 'string' ? [issue.name.split('/').pop() ?? ''] : [];
  if (bins.some((name) => mentions.hasWord(name))) return false;
  return !mentions.hasText(issue.name);
}

/** Imported, not listed, and there only because something else brought it. */
function isSurelyMissing(
  issue: KnipIssue,
  { manifest, project, root }: { manifest: PackageManifest; project: Project; root: string },
): boolean {
  const inside = posix.relative(manifest.dir, issue.file);
  if (!isImportSource(issue.file) || RUN_BY_NAME.test(inside) || /(^|\/)(docs?|examples?|demos?|website|playgrounds?)\//i.test(inside))
    return false;
  if (!PACKAGE_NAME.test(issue.name) || isBuiltin(issue.name) || issue.name.startsWith('@types/')) return false;
  if (
    project.packages.some(
      ({ name, dependencies }) =>
        name === issue.name || (dependencies[issue.name] !== undefined && manifest.dependencies[issue.name] !== undefined),
    )
  )
    return false;
  return findInstalledPackage(root, manifest.dir, issue.name) !== null;
}

/** Names that listed packages want beside them. */
function peersOf(project: Project, root: string): Set<string> {
  const peers = new Set<string>();
  for (const manifest of project.workspaces) {
    for (const name of Object.keys(manifest.dependencies)) {
      const wanted = readInstalled(root, manifest.dir, name)?.['peerDependencies'];
      for (const peer of Object.keys(typeof wanted === 'object' && wanted !== null ? wanted : {})) peers.add(peer);
    }
  }
  return peers;
}

function readInstalled(root: string, dir: string, name: string): Record<string, unknown> | null {
  const folder = PACKAGE_NAME.test(name) ? findInstalledPackage(root, dir, name) : null;
  if (folder === null) return null;
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  } catch {
    return null;
  }
}
