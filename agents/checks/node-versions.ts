/** What a repository says about its Node.js agrees with itself: engines, .nvmrc and its kin, Volta, the bases of images. */
import { posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { PackageManifest, Project } from '../project.ts';
import { isForeign } from './bundled-files.ts';
import { plainMessage, reportFindings } from './check-report.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';

const PIN = /^(\.nvmrc|\.node-version|\.tool-versions)$/;
const DOCKERFILE = /^((Docker|Container)file(\.[\w-]+)*|[\w.-]+\.[Dd]ockerfile)$/;
const PASSED_OVER = /(^|\/)examples?\//;

/** One place that names versions. */
interface Statement {
  readonly path: string;
  readonly line: number | null;
  /** As it is written, for the person. */
  readonly text: string;
  /** As semver reads it. */
  readonly range: string;
}

/** The check `node-versions`. */
export const nodeVersions: Check = {
  id: 'node-versions',
  title: 'Node.js versions',
  detect: async (project) => {
    const places = placesOf(project);
    if (places.length < 2) return { applies: false, why: 'fewer than two places name a version of Node.js' };
    return { applies: true, why: places.slice(0, 3).join(', '), origin: 'bundled', needsDependencies: false, reads: isRead };
  },
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const { default: semver } = await import('semver');
  const { project } = context;
  const folders = new Set(placesOf(project).map((path) => folderOf(path)));
  const drafts: FindingDraft[] = [];
  for (const dir of folders) {
    const said = (await statementsIn(project, dir)).filter(({ range }) => semver.validRange(range) !== null);
    // What people run is what the machine pins; engines is what they promise.
    const [first, ...others] = said;
    if (first === undefined) continue;
    const against = others.filter(({ range }) => !semver.intersects(range, first.range, { includePrerelease: true }));
    drafts.push(
      ...against.map(({ path, line, text }): FindingDraft => ({
        ...{ path, line },
        rule: 'node-version',
        severity: context.bundledSeverity,
        message: plainMessage(`${text} is outside of ${first.text} in ${first.path}: one of them is out of date`),
        identity: `${text} ${first.text}`,
      })),
    );
  }
  return reportFindings({ id: 'node-versions', context }, drafts);
}

/** What one folder says, the promise of its package.json first. */
async function statementsIn(project: Project, dir: string): Promise<Statement[]> {
  const manifest = project.packages.find((one) => one.dir === dir);
  const files = project.files.filter((path) => folderOf(path) === dir && isRead(path));
  const pins = await Promise.all(
    files.filter((path) => PIN.test(posix.basename(path))).map(async (path) => pinOf(path, (await project.read(path)) ?? '')),
  );
  const images = await Promise.all(
    files.filter((path) => DOCKERFILE.test(posix.basename(path))).map(async (path) => imagesOf(path, (await project.read(path)) ?? '')),
  );
  return [...(manifest === undefined ? [] : promisesOf(manifest)), ...pins.flat(), ...images.flat()];
}

function promisesOf({ path, json }: PackageManifest): Statement[] {
  const of = (key: string): unknown => (json[key] as Readonly<Record<string, unknown>> | undefined)?.['node'];
  return ['engines', 'volta'].flatMap((key) => {
    const text = of(key);
    return typeof text === 'string' ? [{ path, line: null, text: `${key}.node ${text}`, range: text }] : [];
  });
}

/** Names of releases such as `lts/*` are no versions. */
function pinOf(path: string, text: string): Statement[] {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines.flatMap((line, index) => {
    const version = posix.basename(path) === '.tool-versions' ? /^nodejs\s+(\S+)/.exec(line)?.[1] : line;
    if (version === undefined || !/^v?\d+(\.\d+){0,2}$/.test(version)) return [];
    return [{ path, line: index + 1, text: version, range: version.replace(/^v/, '') }];
  });
}

function imagesOf(path: string, text: string): Statement[] {
  return text.split('\n').flatMap((line, index) => {
    const version = /^\s*FROM\s+(?:--\S+\s+)*(?:docker\.io\/)?(?:library\/)?node:(\d+(?:\.\d+){0,2})(?=[-\s@]|$)/i.exec(line)?.[1];
    return version === undefined ? [] : [{ path, line: index + 1, text: `node:${version}`, range: version }];
  });
}

function placesOf(project: Project): string[] {
  const promised = project.packages.filter(
    (manifest) => !isForeign(manifest.path) && !PASSED_OVER.test(manifest.path) && promisesOf(manifest).length > 0,
  );
  const dirs = new Set(promised.map(({ dir }) => dir));
  const files = project.files.filter((path) => isRead(path) && posix.basename(path) !== 'package.json');
  const pinned = files.filter((path) => PIN.test(posix.basename(path)) || dirs.has(folderOf(path)));
  return [...promised.map(({ path }) => path), ...pinned];
}

function isRead(path: string): boolean {
  const name = posix.basename(path);
  return !isForeign(path) && !PASSED_OVER.test(path) && (name === 'package.json' || PIN.test(name) || DOCKERFILE.test(name));
}

function folderOf(path: string): string {
  const dir = posix.dirname(path);
  return dir === '.' ? '' : dir;
}
