/** The repository itself: what it is, who may what, its rules, and what was dispatched to it. */
import { roleOf } from '../access.ts';
import { notFound, repositoryUrl, text } from '../reply.ts';
import type { Call, Handler } from '../reply.ts';
import { fullName } from '../state.ts';
import type { Ruleset } from '../state.ts';
import { repositoryShape, userShape } from './shapes.ts';

export const repositoryOperations: Readonly<Record<string, Handler>> = {
  'repos/get': ({ world, repository, login }) => ({ status: 200, body: repositoryShape(world, repository, login) }),
  'repos/get-collaborator-permission-level': ({ world, repository, path }) => {
    const login = path['username'] ?? '';
    if (!world.users.has(login.toLowerCase())) throw notFound();
    const role = roleOf(repository, login);
    const permission = role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role;
    const user = { ...userShape(world, login), role_name: role };
    return { status: 200, body: { permission, role_name: role, user } };
  },
  'repos/check-collaborator': ({ repository, path }) => {
    const login = (path['username'] ?? '').toLowerCase();
    if (login !== repository.owner.toLowerCase() && !repository.collaborators.has(login)) throw notFound();
    return { status: 204 };
  },
  'repos/list-collaborators': ({ world, repository }) => ({
    status: 200,
    list: [...repository.collaborators].map(([login, role]) => ({ ...userShape(world, login), role_name: role })),
  }),
  'repos/get-branch-protection': ({ world, repository, path }) => {
    const protection = repository.protections.get(path['branch'] ?? '');
    if (protection === undefined) throw notFound();
    return {
      status: 200,
      body: {
        url: `${repositoryUrl(world, repository)}/branches/${path['branch']}/protection`,
        required_status_checks: { strict: false, contexts: protection.requiredChecks, checks: [] },
        ...(protection.requiresPullRequest ? { required_pull_request_reviews: { required_approving_review_count: 1 } } : {}),
        enforce_admins: { enabled: true },
      },
    };
  },
  'repos/get-branch-rules': ({ repository, path }) => {
    const branch = path['branch'] ?? '';
    const active = repository.rulesets.filter(
      (ruleset) => ruleset.enforcement === 'active' && ruleset.branches.some((glob) => matches(glob, branch)),
    );
    const rules = active.flatMap((ruleset) =>
      ruleset.rules.map((rule) => ({
        ...rule,
        ruleset_id: ruleset.id,
        ruleset_source_type: ruleset.source,
        ruleset_source: ruleset.source === 'Repository' ? fullName(repository) : repository.owner,
      })),
    );
    return { status: 200, list: rules };
  },
  'repos/get-repo-rulesets': (call) => ({ status: 200, list: call.repository.rulesets.map((ruleset) => rulesetShape(call, ruleset)) }),
  'repos/get-repo-ruleset': (call) => {
    const ruleset = call.repository.rulesets.find(({ id }) => id === Number(call.path['ruleset_id']));
    if (ruleset === undefined) throw notFound();
    return { status: 200, body: { ...rulesetShape(call, ruleset), rules: ruleset.rules, current_user_can_bypass: ruleset.bypass } };
  },
  'repos/create-dispatch-event': ({ repository, body }) => {
    repository.dispatches.push({
      workflow: null,
      ref: null,
      eventType: text(body['event_type']),
      inputs: (body['client_payload'] ?? {}) as Record<string, unknown>,
    });
    return { status: 204 };
  },
};

function rulesetShape({ repository }: Call, ruleset: Ruleset): Record<string, unknown> {
  return {
    id: ruleset.id,
    name: ruleset.name,
    target: 'branch',
    source_type: ruleset.source,
    source: ruleset.source === 'Repository' ? fullName(repository) : repository.owner,
    enforcement: ruleset.enforcement,
    conditions: { ref_name: { include: ruleset.branches.map((name) => `refs/heads/${name}`), exclude: [] } },
  };
}

function matches(glob: string, branch: string): boolean {
  const source = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(branch);
}
