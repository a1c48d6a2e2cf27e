import { describe, expect, it } from 'vitest';
import { buildPolicy } from '../../cli/run/build-policy.ts';
import { loadFrom } from '../support/config-request.ts';

describe('the policy of a run', () => {
  it('leaves out what the configuration excludes, and what Upkeep itself wrote into the repository', async () => {
    const { config } = await loadFrom({ 'agent.config.json': '{ "paths": { "exclude": ["vendor/**"] } }' });
    const around = { commonDir: '/x', fix: true, strict: false, install: false, concurrency: null, origins: {} };
    const policy = buildPolicy(config, around);
    const isExcluded = (path: string): boolean => policy.isExcluded(path);
    expect(['vendor/a.ts', '.github/upkeep/gate.mjs'].every(isExcluded)).toBe(true);
    expect(['src/a.ts', '.github/workflows/agents.yml', 'upkeep/gate.mjs'].some(isExcluded)).toBe(false);
  });
});
