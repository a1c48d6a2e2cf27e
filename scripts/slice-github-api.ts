/**
 * Cuts what the tests need out of GitHub's own descriptions of its interfaces: `node scripts/slice-github-api.ts FOLDER`,
 * where FOLDER/node_modules holds @octokit/openapi and @octokit/graphql-schema (400 MB, so never in this project):
 * `npm install --ignore-scripts --prefix FOLDER @octokit/openapi@23.0.2 @octokit/graphql-schema@15.26.1`.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** Operations by their group; a group without names is taken whole. */
const OPERATIONS: Readonly<Record<string, string>> = {
  issues:
    'list-for-repo create get update list-comments list-comments-for-repo get-comment create-comment update-comment delete-comment ' +
    'list-labels-on-issue add-labels set-labels remove-label list-labels-for-repo create-label get-label update-label ' +
    'add-assignees remove-assignees list-assignees check-user-can-be-assigned lock unlock list-events list-events-for-timeline',
  reactions: 'create-for-issue-comment create-for-issue',
  pulls:
    'list create get update list-commits list-files merge check-if-merged update-branch request-reviewers create-review list-reviews ' +
    'list-review-comments create-review-comment',
  checks:
    'create get update list-annotations list-for-ref create-suite get-suite list-for-suite list-suites-for-ref rerequest-run rerequest-suite',
  git: '',
  repos:
    'get list-branches get-branch get-branch-protection update-branch-protection delete-branch-protection get-status-checks-protection ' +
    'get-commit-signature-protection get-branch-rules get-repo-rulesets get-repo-ruleset create-repo-ruleset get-commit list-commits ' +
    'compare-commits compare-commits-with-basehead list-pull-requests-associated-with-commit list-branches-for-head-commit get-content ' +
    'create-or-update-file-contents delete-file create-commit-status list-commit-statuses-for-ref get-combined-status-for-ref ' +
    'create-dispatch-event get-collaborator-permission-level check-collaborator list-collaborators create-webhook list-webhooks list-tags',
  actions:
    'list-repo-workflows get-workflow enable-workflow disable-workflow create-workflow-dispatch list-workflow-runs list-workflow-runs-for-repo ' +
    'get-workflow-run list-jobs-for-workflow-run re-run-workflow cancel-workflow-run get-github-actions-permissions-repository ' +
    'get-github-actions-default-workflow-permissions-repository set-github-actions-default-workflow-permissions-repository',
  apps:
    'get-authenticated create-installation-access-token list-installations get-installation get-repo-installation get-org-installation ' +
    'get-user-installation list-repos-accessible-to-installation revoke-installation-access-token',
  users: 'get-authenticated get-by-username',
  'rate-limit': 'get',
  meta: 'root get',
};

/** Whole objects of GraphQL; a field is kept when its type is one of these or a plain value. Inputs follow by themselves. */
const GRAPHQL_OBJECTS = [
  'Query',
  'Mutation',
  'Repository',
  'PullRequest',
  'Commit',
  'Ref',
  'GitSignature',
  'AutoMergeRequest',
  'CreateCommitOnBranchPayload',
  'EnablePullRequestAutoMergePayload',
  'DisablePullRequestAutoMergePayload',
];
const GRAPHQL_ROOT_FIELDS = /^(repository|createCommitOnBranch|enablePullRequestAutoMerge|disablePullRequestAutoMerge)$/;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
/** Words for people, which validation does not read. */
const PROSE = new Set(['description', 'summary', 'title', 'example', 'examples', 'tags', 'headers', 'callbacks', 'default', 'deprecated']);
const READ_EXTENSIONS = new Set(['x-github', 'x-multi-segment']);

function sliceRest(raw: Buffer): string {
  const whole = JSON.parse(raw.toString()) as { openapi: Json; paths: JsonObject };
  const operations: JsonObject = {};
  for (const [path, item] of Object.entries(whole.paths)) {
    for (const method of METHODS) {
      const operation = (item as JsonObject)[method] as JsonObject | undefined;
      if (operation !== undefined && isWanted(operation['operationId'] as string)) {
        operations[`${method.toUpperCase()} ${path}`] = withoutProse(operation, false);
      }
    }
  }
  const found = new Set(Object.values(operations).map((operation) => (operation as JsonObject)['operationId']));
  for (const [group, names] of Object.entries(OPERATIONS)) {
    const missing = names.split(' ').filter((name) => name !== '' && !found.has(`${group}/${name}`));
    if (missing.length > 0) throw new Error(`not in the description: ${group}/${missing.join(', ')}`);
  }
  const components: JsonObject = {};
  const follow = (node: Json): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key !== '$ref' || typeof value !== 'string' || value in components) follow(value);
      else {
        const target = value
          .slice(2)
          .split('/')
          .reduce<Json>((found, name) => (found as JsonObject)[name] as Json, whole as unknown as Json);
        components[value] = withoutProse(target, false);
        follow(components[value]);
      }
    }
  };
  follow(operations);
  return document(
    { source: '@octokit/openapi@23.0.2 generated/api.github.com.json', sha256: sha256(raw), licence: 'MIT' },
    { operations, components },
  );
}

function isWanted(operationId: string): boolean {
  const [group = '', name = ''] = operationId.split('/');
  const names = OPERATIONS[group];
  return names !== undefined && (names === '' || names.split(' ').includes(name));
}

/** `isNames`: the keys of this object are names of properties, not words of the description language. */
function withoutProse(node: Json, isNames: boolean): Json {
  if (Array.isArray(node)) return node.map((entry) => withoutProse(entry, false));
  if (typeof node !== 'object' || node === null) return node;
  const isProse = (key: string): boolean => PROSE.has(key) || (key.startsWith('x-') && !READ_EXTENSIONS.has(key));
  const kept = Object.entries(node).filter(([key]) => isNames || !isProse(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutProse(value, !isNames && key === 'properties')]));
}

interface GraphqlType {
  readonly kind: string;
  readonly name: string;
  readonly fields: readonly GraphqlField[] | null;
  readonly inputFields: readonly GraphqlField[] | null;
  readonly enumValues: readonly { readonly name: string }[] | null;
}

interface GraphqlField {
  readonly name: string;
  readonly args?: readonly GraphqlField[];
  readonly type: TypeReference;
}

interface TypeReference {
  readonly kind: string;
  readonly name: string | null;
  readonly ofType: TypeReference | null;
}

function sliceGraphql(raw: Buffer): string {
  const { types } = (JSON.parse(raw.toString()) as { __schema: { types: GraphqlType[] } }).__schema;
  const byName = new Map(types.map((type) => [type.name, type]));
  const kept: JsonObject = {};
  const isPlain = (name: string): boolean => ['SCALAR', 'ENUM'].includes(byName.get(name)?.kind ?? '');
  const keep = (name: string): void => {
    const type = byName.get(name);
    if (type === undefined || name in kept) return;
    const isRoot = name === 'Query' || name === 'Mutation';
    const fields = (type.fields ?? type.inputFields ?? []).filter((field) => {
      if (type.kind === 'INPUT_OBJECT') return true;
      if (isRoot) return GRAPHQL_ROOT_FIELDS.test(field.name);
      return isPlain(named(field.type)) || GRAPHQL_OBJECTS.includes(named(field.type));
    });
    kept[name] = {
      kind: type.kind,
      ...(type.enumValues === null ? {} : { values: type.enumValues.map((value) => value.name) }),
      fields: Object.fromEntries(
        fields.map((field) => [
          field.name,
          { type: written(field.type), args: Object.fromEntries((field.args ?? []).map((arg) => [arg.name, written(arg.type)])) },
        ]),
      ),
    };
    for (const field of fields) for (const used of [field, ...(field.args ?? [])]) keep(named(used.type));
  };
  for (const name of GRAPHQL_OBJECTS) keep(name);
  return document({ source: '@octokit/graphql-schema@15.26.1 schema.json', sha256: sha256(raw), licence: 'MIT' }, { types: kept });
}

function named(type: TypeReference): string {
  return type.ofType === null ? (type.name ?? '') : named(type.ofType);
}

/** As in the language: `[FileAddition!]!`. */
function written(type: TypeReference): string {
  if (type.ofType === null) return type.name ?? '';
  return type.kind === 'LIST' ? `[${written(type.ofType)}]` : `${written(type.ofType)}!`;
}

function sha256(raw: Buffer): string {
  return createHash('sha256').update(raw).digest('hex');
}

/** One line an entry, so that a new version of the description can be read as a difference. */
function document(head: JsonObject, parts: Readonly<Record<string, JsonObject>>): string {
  const entries = (part: JsonObject): string =>
    Object.keys(part)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${JSON.stringify(part[key])}`)
      .join(',\n');
  const body = Object.entries(parts).map(([name, part]) => `${JSON.stringify(name)}:{\n${entries(part)}\n}`);
  return `{"source":${JSON.stringify(head)},\n${body.join(',\n')}}\n`;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('which folder? See the first lines of this file.');
const packages = join(folder, 'node_modules/@octokit');
const target = (name: string): string => fileURLToPath(new URL(`../tests/support/github/${name}`, import.meta.url));
writeFileSync(target('github-api.slice.json'), sliceRest(readFileSync(join(packages, 'openapi/generated/api.github.com.json'))));
writeFileSync(target('github-graphql.slice.json'), sliceGraphql(readFileSync(join(packages, 'graphql-schema/schema.json'))));
