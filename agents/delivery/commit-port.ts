/** What agents need of a host that makes commits itself and signs them. Types only. */
import type { PortAnswer } from './proposal-port.ts';

/** One commit on a branch of the remote. */
export interface HostCommit {
  /** Short name of a branch that is there. */
  readonly branch: string;
  /** Where it is; when it is elsewhere, nothing is done. */
  readonly expectedHead: string;
  /** Whole message. */
  readonly message: string;
  readonly additions: readonly { readonly path: string; readonly content: Buffer }[];
  readonly deletions: readonly string[];
}

/** Never throws. */
export interface CommitPort {
  /** `signature`: the host's word on its signature. */
  commit(commit: HostCommit): Promise<PortAnswer<{ readonly sha: string; readonly isVerified: boolean; readonly signature: string }>>;
}
