/** Why a server of ours cannot listen, as one closed list, in words that say what to do. */
import { isIPv6 } from 'node:net';
import { UsageError } from '../../usage-error.ts';

export type ListenErrorReason = 'port-in-use' | 'no-right' | 'no-such-address' | 'no-such-host';

/** Wrong usage of host and port; exit code 2. */
export class ListenError extends UsageError {
  readonly reason: ListenErrorReason;

  constructor(reason: ListenErrorReason, message: string) {
    super(message);
    this.name = 'ListenError';
    this.reason = reason;
  }
}

const MEANINGS: Readonly<Record<string, readonly [ListenErrorReason, string]>> = {
  EADDRINUSE: ['port-in-use', 'another program listens there: choose another with --port, or 0 for any that is free'],
  EACCES: ['no-right', 'this user may not listen there: choose a --port above 1023'],
  EADDRNOTAVAIL: ['no-such-address', 'this machine has no such address: choose another with --host'],
  EAFNOSUPPORT: ['no-such-address', 'this machine has no addresses of that kind: choose another with --host'],
  ENOTFOUND: ['no-such-host', 'there is no such host: give an address of this machine with --host'],
  EAI_AGAIN: ['no-such-host', 'the name of the host cannot be looked up now: give an address of this machine with --host'],
};

/** The system's refusal as a ListenError, or the error itself when it says something else. */
export function asListenError(error: unknown, { host, port }: { readonly host: string; readonly port: number }): unknown {
  const meaning = MEANINGS[(error as NodeJS.ErrnoException | null)?.code ?? ''];
  if (meaning === undefined) return error;
  return new ListenError(meaning[0], `${hostInUrl(host)}:${port}: ${meaning[1]}`);
}

/** An address as it stands in a URL. */
export function hostInUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
