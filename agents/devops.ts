import { advisories } from './checks/advisories.ts';
import { compose } from './checks/compose.ts';
import { dockerfiles } from './checks/dockerfiles.ts';
import { dprint } from './checks/dprint.ts';
import { editorConfig } from './checks/editor-config.ts';
import { lockfile } from './checks/lockfile.ts';
import { manifests } from './checks/manifests.ts';
import { nodeVersions } from './checks/node-versions.ts';
import { oxfmt } from './checks/oxfmt.ts';
import { prettier } from './checks/prettier.ts';
import { pushedSecrets } from './checks/pushed-secrets.ts';
import { secrets } from './checks/secrets.ts';
import { shellFormat } from './checks/shell-format.ts';
import { shellSyntax } from './checks/shell-syntax.ts';
import { shellcheck } from './checks/shellcheck.ts';
import { workflows } from './checks/workflows.ts';
import { yamlFormat } from './checks/yaml-format.ts';
import { yamllint } from './checks/yamllint.ts';
import { yamlSyntax } from './checks/yaml-syntax.ts';
import type { Agent } from './agent.ts';

/** Owns workflows, containers, shell, YAML, shell, lockfiles and secrets. */
export const devops: Agent = {
  id: 'devops',
  title: 'DevOps',
  summary: 'workflows, containers, YAML, lockfiles, secrets, at night known holes in packages',
  priority: 'CRITICAL',
  schedule: '*/5 * * * *',
  triggers: ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'],
  checks: [
    workflows,
    secrets,
    pushedSecrets,
    dockerfiles,
    compose,
    yamlSyntax,
    shellSyntax,
    shellcheck,
    yamllint,
    editorConfig,
    lockfile,
    manifests,
    nodeVersions,
    advisories,
    prettier,
    dprint,
    oxfmt,
    shellFormat,
    yamlFormat,
  ],
};
