/** Where a service listens and how it is reached: whoever else than this machine may come needs TLS, here or in front of it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { isBehindProxy, isLoopback, type Place } from '../../dashboard/server/auth/origins.ts';
import { UsageError } from '../usage-error.ts';
import type { ListenAt } from './observation.ts';

export interface ListenFlags {
  readonly host: string;
  readonly port: number;
  readonly publicUrl?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

export interface ListenPlace {
  readonly at: ListenAt;
  readonly place: Place;
}

/** `cwd`: what paths are relative to. Throws UsageError for what contradicts itself, and for a host that others reach in the clear. */
export function listenPlace(flags: ListenFlags, cwd: string): ListenPlace {
  const { host, port } = flags;
  const tls = tlsOf(flags, cwd);
  const publicUrl = flags.publicUrl === undefined ? null : publicUrlOf(flags.publicUrl);
  if (!isLoopback(host) && tls === null && publicUrl === null) {
    throw new UsageError(
      `--host ${host} lets other machines ask, and passwords would go over the network in the clear: let a proxy with TLS stand in front and name its address with --public-url https://…, or give a certificate with --tls-cert and --tls-key`,
    );
  }
  const place = { host, hasTls: tls !== null, publicUrl };
  return { at: { host, port, ...(tls === null ? {} : { tls }), isBehindProxy: isBehindProxy(place) }, place };
}

function publicUrlOf(text: string): URL {
  const url = URL.parse(text);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== ''
  )
    throw new UsageError(
      `--public-url was expected to be an address without a path, such as https://upkeep.example.com, got ${JSON.stringify(text.slice(0, 200))}`,
    );
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new UsageError(`--public-url ${url.origin} has no TLS: passwords would go over the network in the clear; expected https://…`);
  return url;
}

function tlsOf({ tlsCert, tlsKey }: ListenFlags, cwd: string): { readonly cert: Buffer; readonly key: Buffer } | null {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) throw new UsageError('--tls-cert and --tls-key belong together: give both');
  const [cert, key] = [readPem(tlsCert, '--tls-cert', cwd), readPem(tlsKey, '--tls-key', cwd)];
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new UsageError(
      `--tls-cert and --tls-key were expected to be a certificate and its key in PEM: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return { cert, key };
}

function readPem(path: string, flag: string, cwd: string): Buffer {
  try {
    return readFileSync(resolve(cwd, path));
  } catch (error) {
    throw new UsageError(`${flag} ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
