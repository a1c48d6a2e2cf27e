/** The configuration as a commit has it, for runs and for commands that go by it. */
import { join } from 'node:path';
import { catalog } from '../../agents/catalog.ts';
import { readCommit } from '../../git/read-commit.ts';
import type { Repository } from '../../git/repository.ts';
import { loadConfig } from '../config.ts';
import type { LoadedConfig } from '../config.ts';
import { CONFIG_FILES, type ReadFile } from '../config/find-config.ts';
import type { ConfigFlags } from '../config/overrides.ts';
import { readBelow } from '../config/read-file.ts';
import type { Environment } from '../environment.ts';

export interface LoadSettingsRequest {
  readonly repository: Repository;
  /** The commit whose files are read. */
  readonly base: string;
  readonly flags: ConfigFlags;
  readonly environment: Environment;
  /** Whether the defaults of CI apply. */
  readonly ci: boolean;
  readonly version: string;
}

/** Reads, validates and remembers the configuration of `base`. Throws ConfigError. */
export async function loadSettings(ask: LoadSettingsRequest): Promise<{ readonly loaded: LoadedConfig; readonly treeId: string }> {
  const { repository, base, environment, flags, ci, version } = ask;
  const { treeId, readFile } = await settingsAt(repository, base);
  const loaded = await loadConfig({
    readFile,
    readInstalled: repository.root === null ? null : readBelow(repository.root),
    cacheFolder: join(repository.commonDir, 'upkeep', 'cache'),
    version,
    environment,
    flags,
    ci,
    knownChecks: () => Promise.resolve([...new Set(catalog.flatMap((agent) => agent.checks.map((check) => check.id)))]),
  });
  return { loaded, treeId };
}

/** Reads what may hold settings in a commit at once; other files one by one, as they are asked for. */
export async function settingsAt(
  repository: Repository,
  commit: string,
): Promise<{ readonly treeId: string; readonly readFile: ReadFile }> {
  const paths: readonly string[] = [...CONFIG_FILES, 'package.json'];
  const known = await readCommit(repository, commit, paths);
  return {
    treeId: known.treeId,
    async readFile(path) {
      const { files } = paths.includes(path) ? known : await readCommit(repository, commit, [path]);
      return files.get(path)?.toString('utf8') ?? null;
    },
  };
}
