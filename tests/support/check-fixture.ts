import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach } from 'vitest';
import type { Check, CheckContext, CheckReport, Detection, FixReport } from '../../agents/checks/check.ts';
import { treeCutter } from '../../agents/checks/tree-cutter.ts';
import type { ToolRunnerOptions } from '../../agents/tools/spawn-tool.ts';
import { projectFromFolder } from './project-from-folder.ts';
import { testToolRunner } from './tool-runner.ts';

const OWN_MODULES = resolve(import.meta.dirname, '../../node_modules');

/** A repository's folder on disk, for one test. */
export interface CheckFixture {
  readonly root: string;
  write(files: Readonly<Record<string, string | object>>): void;
  read(path: string): string;
  /** Installs packages of this project by link, below `dir` (default: the root). */
  link(names: readonly string[], dir?: string): void;
  /** A tool of our own making: a package with one binary. */
  fakeTool(name: string, script: string, dir?: string): void;
  detect(check: Check): Promise<Detection>;
  inspect(check: Check, options?: Partial<ToolRunnerOptions>): Promise<CheckReport>;
  fix(check: Check, files: readonly string[], options?: Partial<ToolRunnerOptions>): Promise<FixReport>;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** Does it in a copy of the folder in which links to packages are the packages. */
async function inRealFiles<T>(root: string, use: (root: string) => Promise<T>): Promise<T> {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'upkeep real ')));
  folders.push(copy);
  // Node's own recursive copy keeps links inside of folders whatever it is told.
  execFileSync('cp', ['-RL', `${root}/.`, copy]);
  return use(copy);
}

/** Makes a temporary folder with these files; objects are written as JSON. Removed after the test. */
export function checkFixture(files: Readonly<Record<string, string | object>>): CheckFixture {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'upkeep check ')));
  folders.push(root);
  mkdirSync(join(root, '.git'));
  const write: CheckFixture['write'] = (entries) => {
    for (const [path, content] of Object.entries(entries)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
    }
  };
  const contextFor = (options: Partial<ToolRunnerOptions>, chosen?: readonly string[]): CheckContext => {
    const project = projectFromFolder(root);
    return {
      project,
      root,
      files: chosen ?? project.files,
      inRealFiles: (use) => inRealFiles(root, use),
      remembered: (_part, make) => make(),
      runTool: testToolRunner(options),
      pastFiles: () => Promise.resolve(null),
      signal: new AbortController().signal,
      bundledSeverity: 'warning',
      withoutTree: (text) => [root, ...folders].reduce((rest, folder) => treeCutter(folder)(rest), text),
      progress: () => undefined,
    };
  };
  write(files);
  return {
    root,
    write,
    read: (path) => readFileSync(join(root, path), 'utf8'),
    link(names, dir = '') {
      for (const name of names) {
        const target = join(root, dir, 'node_modules', name);
        mkdirSync(dirname(target), { recursive: true });
        symlinkSync(join(OWN_MODULES, name), target);
      }
    },
    fakeTool(name, script, dir = '') {
      const folder = join(dir, 'node_modules', name);
      write({
        [join(folder, 'package.json')]: { name, version: '99.0.0', bin: { [name.split('/').pop() ?? name]: 'bin.cjs' } },
        [join(folder, 'bin.cjs')]: script,
      });
    },
    detect: (check) => check.detect(projectFromFolder(root)),
    inspect: (check, options = {}) => check.inspect(contextFor(options)),
    fix: async (check, chosen, options = {}) => {
      if (check.fixer === undefined) throw new Error(`${check.id} has no fixer`);
      return check.fixer.fix(contextFor(options, chosen));
    },
  };
}
