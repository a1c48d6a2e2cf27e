import type { UserConfig } from '@commitlint/types';
import { acceptAutoCommits, autoTrailersRule } from './agents/commit-hooks.ts';

const ROOMS = ['agents', 'checks', 'cli', 'dashboard', 'git', 'github', 'ledger', 'prisma', 'scheduler'];

const { rules } = acceptAutoCommits({
  rules: {
    'scope-enum': [2, 'always', [...ROOMS, 'deps', 'release']],
    'auto-trailers': [2, 'always'],
    'person-subject-case': [2, 'always'],
    // A body is prose: whoever reads it wraps it.
    'body-max-line-length': [0],
  },
});

const config: UserConfig = {
  extends: ['@commitlint/config-conventional'],
  rules: rules as unknown as NonNullable<UserConfig['rules']>,
  plugins: [
    {
      rules: {
        'auto-trailers': ({ raw }) => [...autoTrailersRule(raw ?? '')],
        // The rule on the case of subjects is off for the agents' sake; this one holds people to it.
        'person-subject-case': ({ type, subject }) => [
          type === 'auto' || !/^\p{Lu}\p{Ll}/u.test(subject ?? ''),
          'a subject starts in lower case',
        ],
      },
    },
  ],
};

export default config;
