/** A repository in which three agents have something to repair and to deliver, with checks of its own that need no installed tool. */
import { backend } from '../../agents/backend.ts';
import { docs } from '../../agents/docs.ts';
import { qa } from '../../agents/qa.ts';
import type { TestRepository } from './git-repository.ts';
import { repositoryWith } from './git-repository.ts';

/**
 * A check as the configuration writes it: finds a word in files, replaces it. The shell does it, as the tests run these some
 * thousand times and Node takes ten times as long to start.
 */
function wordCheck(agent: string, [bad, good]: readonly [string, string], files: string): Record<string, unknown> {
  const program = (body: string): readonly string[] => ['sh', '-c', `set -- *${files}; [ -e "$1" ] || exit 0; ${body}`];
  return {
    agent,
    run: program(`awk '/${bad}/ { print FILENAME ":" FNR ": ${bad} found" }' "$@"`),
    fix: program(
      `for f; do grep -q '${bad}' "$f" || continue; text=$(sed 's/${bad}/${good}/g' "$f"; echo .); printf %s "\${text%.}" >"$f"; done`,
    ),
    paths: [`*${files}`],
    findings: { format: 'pattern', pattern: '^(?<path>[^:]+):(?<line>\\d+): (?<message>.+)$' },
    needsDependencies: false,
  };
}

/** The checks that come along with the three agents. */
const BUNDLED = [backend, docs, qa].flatMap(({ checks }) => checks.map(({ id }) => id));

/** Contents before and after the three agents. */
export const FAULTS = {
  'server.mjs': ['export const x = 1; // teh\n', 'the'],
  'notes.md': ['# Notes\n\nA colour.\n', 'color'],
  'app.test.mjs': ['// grey\n', 'gray'],
} as const;

export async function threeAgentsRepository(): Promise<TestRepository> {
  return repositoryWith(threeAgentsFiles());
}

/** Its files by path. */
export function threeAgentsFiles(): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(Object.entries(FAULTS).map(([path, [text]]) => [path, text])),
    'agent.config.json': JSON.stringify(
      {
        agents: { architecture: { enabled: false }, frontend: { enabled: false }, devops: { enabled: false } },
        // The tools that come along have tests of their own.
        checks: Object.fromEntries(BUNDLED.map((id) => [id, { enabled: false }])),
        customChecks: {
          'word-teh': wordCheck('backend', ['teh', 'the'], '.mjs'),
          'word-colour': wordCheck('docs', ['colour', 'color'], '.md'),
          'word-grey': wordCheck('qa', ['grey', 'gray'], '.test.mjs'),
        },
      },
      null,
      2,
    ),
    'README.md': '# Three agents\n',
    '.gitignore': 'ignored.log\n',
  };
}
