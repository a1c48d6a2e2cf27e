/** What a check is. One check a file; each exports one `Check`. */
import type { Finding } from '../../ledger/finding.ts';
import type { AgentId, Reason } from '../../ledger/outcome.ts';
import type { Measurement } from '../compare-measures.ts';
import type { Project } from '../project.ts';
import type { MachineTool } from '../tools/machine-tools.ts';
import type { RunTool } from '../tools/run-tool.ts';

/** One tool applied to the repository. Objects are shared: when several agents list the same check it runs once a tree. */
export interface Check {
  /** Kebab-case, unique: `eslint`, `type-check`. */
  readonly id: string;
  readonly title: string;
  /** Decides from paths and manifests alone, in milliseconds, without running a tool. */
  detect(project: Project): Promise<Detection>;
  /** Reports what is wrong; writes nothing that is tracked. */
  inspect(context: CheckContext): Promise<CheckReport>;
  /** Programs of the machine that it may call: another build of one makes another key. */
  readonly machineTools?: readonly MachineTool[];
  /** Whether inspecting may write files into the tree (tests, builds): such a check gets a worktree of its own. */
  readonly writes?: boolean;
  /** Whether its result depends on when it runs, so that it runs once a night and is no part of the input key. */
  readonly isNightly?: true;
  /** Whether it looks at the commits on the way to the checked one, so that it runs when there are new ones and is no part of the input key. */
  readonly readsCommits?: true;
  /** Whose findings are whose where several agents list it, when that is not the owner of the file. */
  readonly division?: Division;
  /** Repairs what is safe to repair. */
  readonly fixer?: Fixer;
}

/** How the findings of one check are divided among agents. */
export interface Division {
  /** Who gets what is not named in `byRule`. */
  readonly main: AgentId;
  readonly byRule: Readonly<Record<string, AgentId>>;
}

export type Detection =
  | {
      readonly applies: true;
      /** Shown by `agent list`: "eslint.config.js with eslint 10.15". */
      readonly why: string;
      /** `repository`: it set the tool up itself; `bundled`: we bring it, so its findings are warnings unless the check says otherwise. */
      readonly origin: 'repository' | 'bundled';
      /** Whether it needs the repository's installed dependencies. */
      readonly needsDependencies: boolean;
      /** Whether its result can depend on the content of this path. Used for the input key and for what runs again after a fix. */
      reads(path: string): boolean;
      /** Whether it also depends on which paths exist (links, imports), whatever their content. */
      readonly seesEveryPath?: boolean;
      /** Those of the agents that list it which it concerns here; default: those that own a file which it reads. */
      readonly concerns?: readonly AgentId[];
    }
  | { readonly applies: false; readonly why: string };

export interface Fixer {
  /** Fixers run in this order: 10 linters, 20 importers and sorters, 80 generators, 90 formatters. */
  readonly order: number;
  /** Changes files below `context.root`, only paths in `context.files`. What it really changed is seen by Git. */
  fix(context: CheckContext): Promise<FixReport>;
}

export interface FixReport {
  readonly outcome: 'done' | 'errored';
  readonly reason: Reason | null;
  readonly command: string | null;
  readonly log: string;
  /** One sentence for the person when it errored: what happened and what to do. */
  readonly hint?: string;
}

export interface CheckContext {
  readonly project: Project;
  /** Absolute path of a worktree that is ours alone. */
  readonly root: string;
  /** Inspect: every path the check reads. Fix: the paths that the fixing agent owns and the check found fixable. Sorted. */
  readonly files: readonly string[];
  /** Runs a tool in its own process group with time and output bounded; waits for a free place. */
  readonly runTool: RunTool;
  /**
   * Does `use` in another worktree of the same commit, whose dependencies are files and not links; one use after another.
   * Null where there are no links that could be to blame.
   */
  inRealFiles<T>(use: (root: string) => Promise<T>): Promise<T | null>;
  /**
   * What `make` comes to, or came to when everything that it reads was the same. Only what is good is kept, and it has to be JSON. For a
   * part of a check that is dear: a whole check is remembered by itself.
   */
  remembered<T extends object>(part: RememberedPart<T>, make: () => Promise<T>): Promise<T>;
  readonly signal: AbortSignal;
  /** Severity of findings of a tool that the repository did not set up: `error` with --strict. */
  readonly bundledSeverity: 'error' | 'warning';
  /** A text with the worktree cut off the paths in it: `/tmp/…/src/a.ts` → `src/a.ts`. Findings and reports get it in one place. */
  readonly withoutTree: (text: string) => string;
  /** Contents that the new commits brought and the checked one no longer has; null where it is not known which commits are new. */
  pastFiles(): Promise<PastContents | null>;
  /** One line for the person who watches. */
  progress(message: string): void;
}

/** Contents of files on the way to the checked commit. */
export interface PastContents {
  readonly files: readonly PastContent[];
  /** How many were left out: too large, or no text. */
  readonly unread: number;
}

export interface PastContent {
  readonly commit: string;
  readonly path: string;
  readonly text: string;
}

/** A part of a check that can be remembered. */
export interface RememberedPart<T> {
  /** Unique within the check; with everything in it, besides the content of files, that the result depends on. */
  readonly name: string;
  /** Whether it can depend on the content of this path. */
  reads(path: string): boolean;
  isGood(value: T): boolean;
}

export interface CheckReport {
  /** `failed` exactly when a finding of severity error is left. */
  readonly outcome: 'passed' | 'failed' | 'errored' | 'skipped';
  readonly reason: Reason | null;
  readonly findings: readonly Finding[];
  /** One shell line that reproduces it in the user's checkout, or null. */
  readonly command: string | null;
  /** What the tool said, at most 64 KiB of its tail, for the issue and the log. */
  readonly log: string;
  /** One sentence for the person when errored or skipped: what happened and what to do. */
  readonly hint?: string;
  /** Something that it should look at could not be looked at here; the hint says what. People are told, however it ended. */
  readonly isIncomplete?: true;
  /** It may end otherwise on the same content, so it is not remembered: a test was flaky. */
  readonly isUncertain?: true;
  /** Percent of lines covered by tests, when the check measures it. */
  readonly coverage?: number;
  /** What later runs on the branch are compared with. Not of what was remembered: it was measured then. */
  readonly measured?: readonly Measurement[];
}
