/** What a webhook asks for, as data: one typed trigger or a reason why nothing follows. Types and lists only. */
import type { AgentId } from '../../ledger/outcome.ts';
import type { CommentCommand } from '../comment-command.ts';
import type { EscalationName } from '../escalation-marker.ts';

/** Why a webhook that is well formed leads to nothing. */
export const IGNORED_REASONS = [
  'unknown-event', // not one of the events that are listened to
  'nothing-follows', // the event is known, its action leads to nothing
  'other-repository', // about a repository that is not looked after here
  'archived', // nobody can write to the repository
  'tag', // a tag moved, no branch
  'other-ref', // neither branch nor tag: notes, the ledger
  'branch-deleted', // there is nothing left to look at
  'no-branch', // a commit that no branch names
  'own-branch', // a branch that Upkeep itself keeps: upkeep/<agent>
  'own-commits', // a program pushed them, and every one has the trailer Agent-Run
  'own-actor', // Upkeep itself did it
  'own-workflow', // the workflow that runs Upkeep ended
  'bot', // a program: it may neither steer agents nor close their issues
  'draft', // the pull request is not ready yet
  'no-command', // a comment that does not begin with /agent
  'not-an-escalation', // an issue that Upkeep did not open
  'not-our-check', // a check of somebody else
  'not-finished', // told again when it has ended
  'told-by-push', // the push event says the same
  'told-by-workflow-run', // the workflow_run event says the same
] as const;
export type IgnoredReason = (typeof IGNORED_REASONS)[number];

/** What is common to every trigger about one repository. */
interface InRepository {
  readonly repository: {
    /** `owner/name`. */
    readonly fullName: string;
    readonly defaultBranch: string;
  };
  /** Login of whoever caused it; null where GitHub does not say. */
  readonly sender: string | null;
  /** Installation of the App that was told, null for a webhook of a repository. */
  readonly installationId: number | null;
}

/** Commits arrived on a branch: agents look at `before..after`. */
export interface PushTrigger extends InRepository {
  readonly kind: 'push';
  readonly branch: string;
  /** Null when the branch is new. */
  readonly before: string | null;
  readonly after: string;
  readonly isForced: boolean;
}

/** A pull request has something new: agents report on it, and repair nothing in that of a fork. */
export interface PullRequestTrigger extends InRepository {
  readonly kind: 'pull-request';
  readonly number: number;
  readonly head: { readonly branch: string; readonly sha: string };
  readonly base: { readonly branch: string; readonly sha: string };
  /** Whether the branch is in another repository, or in one that is gone. */
  readonly isFork: boolean;
}

/** Somebody wrote commands. Whether they may is not known yet. */
export interface CommentTrigger extends InRepository {
  readonly kind: 'comment';
  /** Of the issue or pull request. */
  readonly number: number;
  readonly isPullRequest: boolean;
  readonly commentId: number;
  /** Login of the author. */
  readonly author: string;
  readonly commands: readonly CommentCommand[];
  /** What the issue is about, where it is an escalation. */
  readonly escalation: EscalationName | null;
}

/** A person closed or reopened the issue of an escalation: its agent looks again. */
export interface EscalationIssueTrigger extends InRepository {
  readonly kind: 'escalation-issue';
  readonly action: 'closed' | 'reopened';
  readonly number: number;
  readonly escalation: EscalationName;
}

/** Somebody else's CI ended on a commit. */
export interface CiFinishedTrigger extends InRepository {
  readonly kind: 'ci-finished';
  readonly by: 'workflow' | 'check-suite';
  /** Name of the workflow or of the app. */
  readonly name: string;
  /** `success`, `failure`, `cancelled` …; null where GitHub does not say. */
  readonly conclusion: string | null;
  readonly branch: string;
  readonly sha: string;
  readonly isFork: boolean;
}

/** Somebody pressed "Re-run" on a check of ours. */
export interface CheckAgainTrigger extends InRepository {
  readonly kind: 'check-again';
  /** Null: every agent. */
  readonly agent: AgentId | null;
  readonly branch: string;
  readonly sha: string;
}

/** Which repositories the App may see has changed. */
export interface InstallationTrigger {
  readonly kind: 'installation';
  readonly action: 'created' | 'deleted' | 'suspended' | 'unsuspended' | 'permissions-accepted' | 'repositories-changed';
  readonly installationId: number;
  /** Login of the account that it is installed in. */
  readonly account: string;
  /** Names of repositories that are new to it and that it lost. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly sender: string | null;
}

/** GitHub tries the webhook out. */
export interface PingTrigger {
  readonly kind: 'ping';
  readonly hookId: number;
  /** Events that it sends; `*` is all of them. */
  readonly events: readonly string[];
  /** Null for a webhook of an organisation or App. */
  readonly repository: string | null;
}

/** Everything that a webhook can ask for. Switch on `kind`. */
export type WebhookTrigger =
  | PushTrigger
  | PullRequestTrigger
  | CommentTrigger
  | EscalationIssueTrigger
  | CiFinishedTrigger
  | CheckAgainTrigger
  | InstallationTrigger
  | PingTrigger;

/** What a payload of a known shape comes to. */
export type Verdict =
  { readonly kind: 'trigger'; readonly trigger: WebhookTrigger } | { readonly kind: 'ignored'; readonly reason: IgnoredReason };

/** The same, or what is wrong with its shape: one sentence a field, without values. */
export type Classified = Verdict | { readonly kind: 'malformed'; readonly problems: readonly string[] };
