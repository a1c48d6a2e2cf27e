/** What GitHub might answer to a request that was only rehearsed: enough for what follows it to be rehearsed too. */

export interface RehearsedRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: Readonly<Record<string, unknown>>;
  /** Counts the requests of the rehearsal; stands for numbers that only GitHub can give. */
  readonly number: number;
  /** The file that shows it: it stands for the page that only GitHub can give. */
  readonly file: string;
}

export interface RehearsedAnswer {
  readonly status: number;
  /** Null: an answer without a body. */
  readonly data: object | null;
  /** Where what was made can be read from now on; null: nowhere of its own. */
  readonly address: string | null;
}

/** What was only rehearsed is newer than everything that is there. */
const BEYOND = 1_000_000;
const NO_COMMIT = '0'.repeat(40);
const USER = { login: 'upkeep-rehearsal', type: 'Bot' };

/** `current`: what a PATCH would change, or null when that is not known. */
export function rehearsedAnswer(request: RehearsedRequest, current: object | null): RehearsedAnswer {
  const { method, url, body } = request;
  if (url.pathname.endsWith('/graphql')) return { status: 200, data: { data: mutated(url, body) }, address: null };
  if (method === 'DELETE') return { status: 204, data: null, address: null };
  const path = url.pathname.replace(/^\/api\/v3/, '').replace(/^\/repos\/[^/]+\/[^/]+\//, '');
  if (method !== 'POST') return { status: 200, data: { ...(current ?? common(request)), ...stored(body) }, address: null };
  if (path.endsWith('dispatches')) return { status: 204, data: null, address: null };
  const made = { ...common(request), ...stored(body) };
  const below = (parts: string): string => `${url.origin}${url.pathname.replace(/\/$/, '')}/${parts}`;
  switch (true) {
    case /^issues\/\d+\/labels$/.test(path):
      return { status: 200, data: (stored(body)['labels'] as object[] | undefined) ?? [], address: below('of-a-rehearsal') };
    case /^issues\/\d+\/comments$/.test(path):
      return { status: 201, data: made, address: below('').replace(/\d+\/comments\/$/, `comments/${made.id}`) };
    case /^check-runs$/.test(path):
      return {
        status: 201,
        data: { ...made, output: { annotations_count: 0, ...(body['output'] as object) } },
        address: below(String(made.id)),
      };
    case /^git\/refs$/.test(path):
      return { status: 201, data: { ...made, object: { type: 'commit', sha: body['sha'] } }, address: null };
    default:
      return { status: 201, data: made, address: below(String(made.id)) };
  }
}

/** What GitHub adds to everything that is made. */
function common({ url, number: count, file }: RehearsedRequest): Record<string, unknown> & { readonly id: number } {
  const number = BEYOND + count;
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    id: number,
    number,
    node_id: `rehearsal-${number}`,
    url: url.href,
    html_url: file,
    state: 'open',
    user: USER,
    labels: [],
    assignees: [],
    comments: 0,
    created_at: now,
    updated_at: now,
    closed_at: null,
    merged_at: null,
    auto_merge: null,
    author_association: 'NONE',
    sha: NO_COMMIT,
  };
}

/** The words that were sent, in the form in which GitHub gives them back. */
function stored(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { labels, assignees, head, base, ...rest } = body;
  const named = (value: unknown): unknown => (typeof value === 'string' ? { name: value } : value);
  return {
    ...rest,
    ...(Array.isArray(labels) ? { labels: labels.map(named) } : {}),
    ...(Array.isArray(assignees) ? { assignees: assignees.map((login: unknown) => ({ login, type: 'User' })) } : {}),
    ...(typeof head === 'string' ? { head: { ref: head, sha: NO_COMMIT } } : {}),
    ...(typeof base === 'string' ? { base: { ref: base, sha: NO_COMMIT } } : {}),
  };
}

/** A commit and a pull request are all that our mutations ask for. */
function mutated(url: URL, body: Readonly<Record<string, unknown>>): object {
  const name = /\{\s*(\w+)/.exec(body['query'] as string)?.[1] ?? 'mutation';
  return { [name]: { commit: { oid: NO_COMMIT, url: url.href }, pullRequest: { number: 0 }, ref: null, clientMutationId: null } };
}
