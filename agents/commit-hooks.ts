/**
 * What a repository needs so that its own hooks get on with the agents: the pieces that `agent init` offers,
 * and that this project's own hooks and commitlint configuration are made of.
 */
import { AGENT_IDS } from '../ledger/outcome.ts';
import { AUTO_HEADER, TRAILER_PATTERNS, claimsToBeAuto, parseAutoMessage } from './auto-message.ts';

/** Types of commitlint's conventional configuration. */
const CONVENTIONAL_TYPES = ['build', 'chore', 'ci', 'docs', 'feat', 'fix', 'perf', 'refactor', 'revert', 'style', 'test'];

/** A commitlint configuration, as data. */
export interface CommitlintConfig {
  readonly extends?: string | readonly string[];
  readonly rules?: Readonly<Record<string, readonly unknown[]>>;
  readonly [key: string]: unknown;
}

/** The same configuration, made to accept automatic commits: the type `auto`, the agents where scopes are listed, no say on the subject's case. */
export function acceptAutoCommits(config: CommitlintConfig): CommitlintConfig {
  const rules = config.rules ?? {};
  const scopes = rules['scope-enum'];
  return {
    ...config,
    rules: {
      ...rules,
      'type-enum': withValues(rules['type-enum'] ?? [2, 'always', CONVENTIONAL_TYPES], ['auto']),
      ...(scopes === undefined ? {} : { 'scope-enum': withValues(scopes, AGENT_IDS) }),
      'subject-case': [0],
    },
  };
}

function withValues(rule: readonly unknown[], added: readonly string[]): readonly unknown[] {
  const [level, applicable, values] = rule;
  // Level 0 is off, and `never` lists what is forbidden: neither stands in the way.
  if (level === 0 || applicable === 'never' || !Array.isArray(values)) return rule;
  return [level, applicable, [...new Set([...(values as readonly string[]), ...added])]];
}

const UUID = TRAILER_PATTERNS['Agent-Run'];

/** POSIX shell for the top of `.husky/pre-commit`: steps aside only for a run that names itself; commit-msg then holds it to that. */
export const PRE_COMMIT_GUARD = `# Upkeep: an agent's run has checked its own change. The message must then carry the same run (see commit-msg).
if printf '%s' "\${UPKEEP_RUN:-}" | grep -Eqx '${UUID}'; then exit 0; fi
`;

/** POSIX shell for the top of `.husky/commit-msg`: an automatic message has its trailers, each once, and a run that names itself makes no other. */
export const COMMIT_MSG_GUARD = `# Upkeep: an automatic commit names its agent, its run and the commit that it started from.
if [ -n "\${UPKEEP_RUN:-}" ] || head -n 1 "$1" | grep -Eq '${AUTO_HEADER}'; then
  trailers=$(grep -v '^#' "$1" | git interpret-trailers --parse)
  run=\${UPKEEP_RUN:-}
  [ -n "$run" ] || run='${UUID}'
  for trailer in 'Agent: ${TRAILER_PATTERNS.Agent}' "Agent-Run: $run" 'Agent-Base: ${TRAILER_PATTERNS['Agent-Base']}'; do
    if [ "$(printf '%s\\n' "$trailers" | grep -c "^\${trailer%%:*}:")" != 1 ] || ! printf '%s\\n' "$trailers" | grep -Eqx "$trailer"; then
      echo "upkeep: an automatic commit needs exactly one trailer '\${trailer%%:*}', well formed." >&2
      exit 1
    fi
  done
  if ! head -n 1 "$1" | grep -Eq '${AUTO_HEADER}'; then
    echo 'upkeep: UPKEEP_RUN is set, so only an automatic message (auto: …) is accepted.' >&2
    exit 1
  fi
fi
`;

/** The same law as a commitlint rule: true, or why not. */
export function autoTrailersRule(message: string): readonly [boolean, string] {
  if (!claimsToBeAuto(message) || parseAutoMessage(message) !== null) return [true, ''];
  return [false, 'an auto: message needs the trailers Agent, Agent-Run and Agent-Base, each once and well formed'];
}
