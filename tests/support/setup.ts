/** Gives every test file a home, a Git configuration and an environment of its own, so that no test depends on the machine or changes it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const home = mkdtempSync(join(tmpdir(), 'upkeep-test-home-'));
mkdirSync(join(home, 'cache'));
const template = join(home, 'template');
for (const folder of ['info', 'hooks']) mkdirSync(join(template, folder), { recursive: true });
const gitConfig = join(home, 'gitconfig');
writeFileSync(
  gitConfig,
  [
    '[user]',
    '\tname = A Person',
    '\temail = person@example.test',
    '[init]',
    '\tdefaultBranch = main',
    '[protocol "file"]',
    '\tallow = always',
    // Nothing of a test lives long enough to be tidied up: no process is started for that after each commit, fetch and push.
    '[maintenance]',
    '\tauto = false',
    '[receive]',
    '\tautogc = false',
    // Git's own has a dozen samples of hooks.
    '[init]',
    `\ttemplateDir = ${template}`,
    '',
  ].join('\n'),
);

// Variables of a CI machine or of a hook that is running would point Git and the tools at the wrong repository.
for (const name of Object.keys(process.env)) {
  if (/^(GIT_|GITHUB_|UPKEEP_|npm_|NPM_|NODE_OPTIONS$|NODE_COMPILE_CACHE$|CI$|HUSKY|FORCE_COLOR$|NO_COLOR$)/.test(name))
    delete process.env[name];
}
Object.assign(process.env, {
  HOME: home,
  XDG_CONFIG_HOME: join(home, 'config'),
  XDG_CACHE_HOME: join(home, 'cache'),
  GIT_CONFIG_GLOBAL: gitConfig,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
});
