import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { acceptAutoCommits } from '../../agents/commit-hooks.ts';
import { HOOKS } from '../../scripts/generate-hooks.ts';

describe('accepting automatic commits', () => {
  it('adds the type to the conventional ones and takes the say on the case away', () => {
    expect(acceptAutoCommits({ extends: '@commitlint/config-conventional' })).toEqual({
      extends: '@commitlint/config-conventional',
      rules: {
        'type-enum': [2, 'always', ['build', 'chore', 'ci', 'docs', 'feat', 'fix', 'perf', 'refactor', 'revert', 'style', 'test', 'auto']],
        'subject-case': [0],
      },
    });
  });

  it('keeps what the repository chose and adds the agents where scopes are listed', () => {
    const { rules } = acceptAutoCommits({
      rules: { 'type-enum': [1, 'always', ['feat', 'auto']], 'scope-enum': [2, 'always', ['api']], 'header-max-length': [0] },
    });
    expect(rules).toEqual({
      'type-enum': [1, 'always', ['feat', 'auto']],
      'scope-enum': [2, 'always', ['api', 'architecture', 'backend', 'frontend', 'devops', 'qa', 'docs']],
      'header-max-length': [0],
      'subject-case': [0],
    });
  });

  it('leaves rules alone that are off or list what is forbidden', () => {
    const { rules } = acceptAutoCommits({ rules: { 'type-enum': [0], 'scope-enum': [2, 'never', ['x']] } });
    expect(rules).toMatchObject({ 'type-enum': [0], 'scope-enum': [2, 'never', ['x']] });
  });
});

describe('the hooks of this repository', () => {
  it.each(Object.keys(HOOKS))('%s is what `npm run hooks` writes', (name) => {
    expect(readFileSync(new URL(`../../.husky/${name}`, import.meta.url), 'utf8')).toBe(HOOKS[name]);
  });
});
