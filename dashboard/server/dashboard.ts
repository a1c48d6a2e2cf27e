/** What the dashboard is made of, and what one request brings along. Types only. */
import type { Priority } from '../../ledger/outcome.ts';
import type { Database } from '../../prisma/client.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import type { SchedulerContext } from '../../scheduler/scheduler-context.ts';
import type { Role } from '../wire/vocabulary-schema.ts';
import type { RunProgress } from './live/run-progress.ts';

/** The configuration of a repository, as it is resolved. */
export interface RepositorySettings {
  readonly values: readonly { readonly key: string; readonly value: unknown; readonly origin: string }[];
  /** Why it cannot be read. */
  readonly problem: string | null;
  readonly agents: readonly ConfiguredAgent[];
}

export interface ConfiguredAgent {
  readonly name: string;
  readonly triggers: readonly string[];
  readonly checks: readonly string[];
  readonly cron: string;
  readonly timeZone: string;
  readonly priority: Priority;
}

/** The service around the dashboard. */
export interface Dashboard {
  /** Of Upkeep. */
  readonly version: string;
  /** Null: not open yet, or closed already. */
  readonly database: () => Pick<Database, 'prisma' | 'pool'> | null;
  /** Null: the service is not at work yet. */
  readonly scheduler: () => SchedulerContext | null;
  /** What runs of this service told last. */
  readonly progress: RunProgress;
  /** Absolute path of the clone of a repository that this service has; null: it has none. */
  readonly pathOf: (repositoryId: string) => string | null;
  /** What the configuration of a repository says; null: this service has no clone of it. Never rejects. */
  readonly settingsOf: (repositoryId: string) => Promise<RepositorySettings | null>;
  /** Takes secrets out of what leaves the machine. */
  readonly redact: (text: string) => string;
  /** Events that an order wrote. */
  readonly onOrdered: (events: readonly EventRow[]) => void;
  /** Sessions may have ended: who follows events by one of them is looked at. */
  readonly onSessionsEnded: () => void;
  readonly now: () => Date;
  /** What could not be done for a reason of ours. */
  readonly onProblem: (what: string, error: unknown) => void;
}

/** Somebody who is signed in, or brought a token. */
export interface Visitor {
  readonly userId: string;
  readonly login: string;
  readonly name: string | null;
  readonly role: Role;
  /** Null: a token came, and `tokenId` tells which. */
  readonly sessionId: string | null;
  readonly tokenId: string | null;
}

/** What procedures are given. */
export interface RequestContext {
  readonly dashboard: Dashboard;
  readonly visitor: Visitor | null;
  /** Why nobody knows who asks, such as a token that does not hold, or a database that does not answer; null: nothing is wrong. */
  readonly unknownBecause: unknown;
  readonly request: {
    readonly id: string;
    /** Where it came from. */
    readonly address: string;
    /** Puts the secret of a session into the cookie; null takes the cookie away. */
    readonly keepSession: (secret: string | null) => Promise<void>;
  };
}
