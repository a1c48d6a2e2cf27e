/** Apps and their installations, people, and what is left of the limits. */
import { createVerify } from 'node:crypto';
import { maySee } from '../access.ts';
import { notFound, Refusal, stamp } from '../reply.ts';
import type { Call, Handler } from '../reply.ts';
import type { App, Permissions, World } from '../state.ts';
import { repositoryShape, userShape } from './shapes.ts';

const HOUR_MS = 3_600_000;
/** GitHub takes JSON Web Tokens that end within ten minutes, and clocks that are a minute apart. */
const LONGEST_S = 600;
const LEEWAY_S = 60;

export const appOperations: Readonly<Record<string, Handler>> = {
  'apps/get-authenticated': (call) => ({ status: 200, body: appShape(call, theApp(call)) }),
  'apps/create-installation-access-token': (call) => {
    const { world, path, body } = call;
    const app = theApp(call);
    const installation = app.installations.find(({ id }) => id === Number(path['installation_id']));
    if (installation === undefined) throw notFound();
    const permissions = (body['permissions'] ?? installation.permissions) as Permissions;
    const beyond = Object.keys(permissions).find((name) => installation.permissions[name] === undefined);
    if (beyond !== undefined) throw new Refusal(422, 'The permissions requested are not granted to this installation.');
    const expiresAt = new Date(world.now().getTime() + HOUR_MS);
    // The form of 2026: ghs_<App>_<JSON Web Token>.
    const claims = Buffer.from(JSON.stringify({ installation: installation.id, serial: world.nextId() })).toString('base64url');
    const token = `${'ghs'}_${app.id}_${'eyJ'}hbGciOiJSUzI1NiJ9.${'eyJ'}${claims}.${'s'.repeat(86)}`;
    const names = body['repositories'] as string[] | undefined;
    const repositories = names?.map((name) => `${installation.account}/${name}`) ?? null;
    world.tokens.set(token, { login: `${app.slug}[bot]`, kind: 'installation', permissions, scopes: [], expiresAt, repositories });
    return { status: 201, body: { token, expires_at: stamp(expiresAt), permissions, repository_selection: 'all' } };
  },
  'apps/list-installations': (call) => ({
    status: 200,
    list: theApp(call).installations.map((installation) => installationShape(call, installation)),
  }),
  'apps/get-repo-installation': (call) => {
    const installation = theApp(call).installations.find(({ account }) => account === call.repository.owner);
    if (installation === undefined) throw notFound();
    return { status: 200, body: installationShape(call, installation) };
  },
  'apps/list-repos-accessible-to-installation': ({ world, token, login }) => {
    if (token?.kind !== 'installation' && token?.kind !== 'workflow')
      throw new Refusal(403, 'You must authenticate with an installation access token');
    const seen = world.repositories.filter((repository) => maySee(repository, token));
    return { status: 200, list: seen.map((repository) => repositoryShape(world, repository, login)), wrap: 'repositories' };
  },
  'users/get-authenticated': ({ world, token, login }) => {
    if (token === null) throw new Refusal(401, 'Requires authentication');
    if (token.kind === 'workflow' || token.kind === 'installation') throw new Refusal(403, 'Resource not accessible by integration');
    return { status: 200, body: userShape(world, login) };
  },
  'users/get-by-username': ({ world, path }) => {
    if (!world.users.has((path['username'] ?? '').toLowerCase())) throw notFound();
    return { status: 200, body: userShape(world, path['username'] ?? '') };
  },
  'meta/get': () => ({ status: 200, body: { verifiable_password_authentication: false } }),
  'meta/root': () => ({ status: 200, body: {} }),
};

/** The id of the App whose key signed the token. Throws the 401 that GitHub answers. */
export function appOfJwt(world: World, jwt: string): number {
  const [head = '', payload = '', signature = ''] = jwt.split('.');
  const claims = jsonOf(payload);
  const app = world.apps.find(({ id }) => String(id) === String(claims['iss']));
  const isSigned =
    app !== undefined && createVerify('RSA-SHA256').update(`${head}.${payload}`).verify(app.publicKey, Buffer.from(signature, 'base64url'));
  if (app === undefined) throw new Refusal(401, 'Integration not found');
  if (!isSigned) throw new Refusal(401, 'A JSON web token could not be decoded');
  const now = world.now().getTime() / 1000;
  const [from, to] = [Number(claims['iat']), Number(claims['exp'])];
  if (to > now + LONGEST_S + LEEWAY_S) throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  if (to < now - LEEWAY_S) {
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (from > now + LEEWAY_S) {
    throw new Refusal(401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  }
  return app.id;
}

function jsonOf(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  } catch {
    throw new Refusal(401, 'A JSON web token could not be decoded');
  }
}

function theApp({ world, appId }: Call): App {
  const app = world.apps.find(({ id }) => id === appId);
  if (app === undefined) throw new Refusal(401, 'A JSON web token could not be decoded');
  return app;
}

function appShape({ world }: Call, app: App): Record<string, unknown> {
  const permissions = app.installations[0]?.permissions ?? {};
  return { id: app.id, slug: app.slug, name: app.slug, owner: userShape(world, app.slug), permissions, events: [] };
}

function installationShape(call: Call, installation: App['installations'][number]): Record<string, unknown> {
  const { id, account, permissions } = installation;
  return { id, account: userShape(call.world, account), permissions, repository_selection: 'all', events: [], app_id: call.appId };
}
