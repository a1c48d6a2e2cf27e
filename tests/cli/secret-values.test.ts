import { describe, expect, it } from 'vitest';
import { secretValues } from '../../cli/run/secret-values.ts';

const VALUE = 'value-of-8-and-more';

describe('which variables hold secrets', () => {
  it.each([
    'GITHUB_TOKEN',
    'NPM_TOKEN',
    'UPKEEP_APP_PRIVATE_KEY',
    'CLIENT_SECRET',
    'PGPASSWORD',
    'MYSQL_PWD',
    'GPG_PASSPHRASE',
    'GH_PAT',
    'OPENAI_API_KEY',
    'AWS_ACCESS_KEY_ID',
    'SIGNING_KEY',
    'DATABASE_URL',
    'SENTRY_DSN',
    'SLACK_WEBHOOK',
    'SESSION_COOKIE',
    'npm_config__auth',
    'AZURE_STORAGE_CONNECTION_STRING',
  ])('%s does', (name) => {
    expect(secretValues({ [name]: VALUE })).toEqual([VALUE]);
  });

  it.each(['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'CACHE_KEY', 'PATH_INFO', 'BYPASS_CHECKS', 'KEYBOARD', 'PATTERN', 'HOME'])(
    '%s does not',
    (name) => {
      expect(secretValues({ [name]: VALUE })).toEqual([]);
    },
  );

  it('leaves out what is short and what is a path: both would blot out ordinary words', () => {
    expect(secretValues({ A_TOKEN: 'short', SSH_AUTH_SOCK: '/run/user/1000/agent', B_TOKEN: undefined })).toEqual([]);
  });
});
