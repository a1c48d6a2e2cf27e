/** Carries out what a comment asks for, by the same code as the command line, and says what came of it. */
import type { CommentCommand } from '../../github/comment-command.ts';
import type { Repository } from '../../git/repository.ts';
import type { EventOrigin, UpkeepEvent } from '../../ledger/event.ts';
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import type { CommandContext } from '../command-context.ts';
import type { Memory } from '../run/memory.ts';
import { pauseEvent, resumeEvent, type Decider } from '../../scheduler/steer/steer-events.ts';
import { endOf, planRetries, type SteeredAt } from '../steer/plan-steering.ts';
import { resumedWords } from '../steer/resume-words.ts';
import { explainHere } from '../why/explain-here.ts';
import type { Reply } from './reply-text.ts';

/** What commands are about when they do not say it. */
export interface CommentScene {
  readonly repository: Repository;
  readonly memory: Memory;
  readonly context: Pick<CommandContext, 'environment' | 'version'>;
  readonly origin: EventOrigin;
  /** Login of whoever asked. */
  readonly author: string;
  /** Branch of the escalation or pull request, else the default one. */
  readonly branch: string;
  /** Newest commit of that branch, null when it is not known. */
  readonly base: string | null;
  /** Whether agents can run on that branch here. */
  readonly isCheckedOut: boolean;
  /** Agent of the escalation that the issue is about, or null. */
  readonly agent: AgentId | null;
}

export interface CarriedOut {
  /** One for each command. */
  readonly replies: readonly Reply[];
  /** Agents that are to run now. */
  readonly run: readonly AgentId[];
  /** Why others do not know of it, one sentence each. */
  readonly unshared: readonly string[];
}

/** In their order: a later command sees what an earlier one has changed. Throws ConfigError and LedgerError. */
export async function carryOut(commands: readonly CommentCommand[], scene: CommentScene): Promise<CarriedOut> {
  const replies: Reply[] = [];
  const run = new Set<AgentId>();
  const notesBefore = scene.memory.notes.length;
  for (const command of commands) {
    const reply = await replyTo(command, scene);
    replies.push(reply);
    if (reply.kind === 'retried' && scene.isCheckedOut) {
      for (const { agent, kind } of reply.retries) if (kind !== 'paused') run.add(agent);
    }
  }
  return { replies, run: AGENT_IDS.filter((id) => run.has(id)), unshared: scene.memory.notes.slice(notesBefore) };
}

async function replyTo(command: CommentCommand, scene: CommentScene): Promise<Reply> {
  switch (command.verb) {
    case 'help':
      return { kind: 'help' };
    case 'unknown':
      return { kind: 'unknown', word: command.word };
    case 'unknown-agent':
      return { kind: 'unknown-agent', asked: command.asked, name: command.name };
    case 'unknown-length':
      return { kind: 'unknown-length', text: command.text };
    case 'pause': {
      const agent = command.agent ?? scene.agent;
      const until = command.length === null ? null : endOf(command.length, new Date());
      await record(scene, [pauseEvent(agent, deciderOf(command.reason, scene, null), until)]);
      return { kind: 'paused', agent, until, reason: command.reason };
    }
    case 'resume': {
      const agent = command.agent ?? scene.agent;
      await record(scene, [resumeEvent(agent, deciderOf(command.reason, scene, null))]);
      return { kind: 'resumed', agent, words: resumedWords(agent, steeredAt(scene), { where: '', quote: '`' }) };
    }
    case 'retry':
      return retry(command, scene);
    case 'why':
      return why(command.agent ?? scene.agent, scene);
  }
}

async function retry(command: Extract<CommentCommand, { reason: string | null }>, scene: CommentScene): Promise<Reply> {
  const { branch, isCheckedOut } = scene;
  const named = command.agent ?? scene.agent;
  const all = planRetries(named === null ? AGENT_IDS : [named], steeredAt(scene));
  // Of agents that nobody named, only those that a retry concerns.
  const retries =
    named === null ? all.filter(({ kind, inError }) => kind === 'back' || kind === 'waits' || (kind === 'paused' && inError)) : all;
  const decider = deciderOf(command.reason ?? 'retry', scene, branch);
  await record(
    scene,
    retries.filter(({ kind }) => kind === 'back').map(({ agent }) => resumeEvent(agent, decider)),
  );
  return { kind: 'retried', branch, retries, isCheckedOut };
}

async function why(agent: AgentId | null, scene: CommentScene): Promise<Reply> {
  const { repository, memory, context, branch, base } = scene;
  if (agent === null) return { kind: 'why-whom' };
  if (base === null) return { kind: 'no-commit', branch };
  const explanations = await explainHere({
    agent,
    here: { repository, state: memory.state, shared: memory.shared, branch },
    base,
    context,
  });
  return { kind: 'explained', agent, branch, explanations };
}

function steeredAt({ memory, branch }: CommentScene): SteeredAt {
  return { state: memory.state, shared: memory.shared, branch, now: new Date() };
}

function deciderOf(reason: string | null, scene: CommentScene, branch: string | null): Decider {
  return { by: scene.author, reason, branch, origin: scene.origin };
}

async function record({ memory }: CommentScene, events: readonly UpkeepEvent[]): Promise<void> {
  if (events.length === 0) return;
  await memory.record(events);
  await memory.reload();
}
