/** Which pages may give orders, and under which names the service may be asked at all. Pure. */
import { DashboardError } from '../errors.ts';

export interface Place {
  /** What `--host` said. */
  readonly host: string;
  /** Whether the service itself speaks TLS. */
  readonly hasTls: boolean;
  /** The address that people use, where something stands in front of the service; null: they come here. */
  readonly publicUrl: URL | null;
}

interface Asked {
  /** The headers `Host`, `Origin` and `Sec-Fetch-Site`. */
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** Whether only this machine has the name or address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host) || host === '::1';
}

/** Whether somebody else than this machine, such as the ports of a container, stands in front. */
export function isBehindProxy({ publicUrl }: Place): boolean {
  return publicUrl !== null && !isLoopback(publicUrl.hostname);
}

/** Whether browsers keep a cookie from plain HTTP. */
export function isSecure({ hasTls, publicUrl }: Place): boolean {
  return publicUrl === null ? hasTls : publicUrl.protocol === 'https:';
}

/** Throws DashboardError `AUTH-HOST` for a name that is not ours: somebody else's may point to this address. */
export function requireHost({ host }: Pick<Asked, 'host'>, place: Place): void {
  // Whoever has our certificate, or is behind the proxy, has been led here.
  if (isBehindProxy(place) || place.hasTls) return;
  const name = nameOf(host);
  if (name === null || isLoopback(name) || name === inUrl(place.host)) return;
  throw new DashboardError(
    'AUTH-HOST',
    `the service is not known as ${JSON.stringify(name.slice(0, 100))}: name its address with --public-url`,
  );
}

/** Throws DashboardError `AUTH-ORIGIN` for what no page of ours asks. `isNeeded`: it has to say where it comes from. */
export function requireOrigin(asked: Asked, place: Place, isNeeded: boolean): void {
  const { origin } = asked;
  if (origin === undefined && !isNeeded) return;
  if (origin !== undefined && originsOf(asked, place).includes(origin.toLowerCase())) return;
  const came = origin === undefined ? 'no origin' : `the origin ${JSON.stringify(origin.slice(0, 100))}`;
  throw new DashboardError('AUTH-ORIGIN', `an order came with ${came}: give it from the dashboard's own page, or with a token`);
}

function originsOf({ host }: Asked, place: Place): string[] {
  const { hasTls, publicUrl } = place;
  if (publicUrl !== null && isBehindProxy(place)) return [publicUrl.origin.toLowerCase()];
  return host === undefined ? [] : [`${hasTls ? 'https' : 'http'}://${host.toLowerCase()}`];
}

/** Without the port; null: none, or no name. */
function nameOf(host: string | undefined): string | null {
  if (host === undefined) return null;
  return URL.parse(`http://${host}`)?.hostname ?? host;
}

function inUrl(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
