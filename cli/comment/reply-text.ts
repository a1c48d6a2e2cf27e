/** Answers to commands in comments, as Markdown. Pure: what people and the repository wrote is shown as it is, and does nothing. */
import { COMMENT_VERBS, type CommentVerb } from '../../github/comment-command.ts';
import { codeSpan, cut, markdownLine } from '../../github/markdown.ts';
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import { nearestName } from '../config/nearest-name.ts';
import type { Retry } from '../steer/plan-steering.ts';
import type { Explanation } from '../why/explain-agent.ts';

/** What came of one command. */
export type Reply =
  | { readonly kind: 'help' }
  | { readonly kind: 'unknown'; readonly word: string }
  | { readonly kind: 'unknown-agent'; readonly asked: CommentVerb; readonly name: string }
  | { readonly kind: 'unknown-length'; readonly text: string }
  /** `agent` null: every one. `until`: ISO 8601. */
  | { readonly kind: 'paused'; readonly agent: AgentId | null; readonly until: string | null; readonly reason: string | null }
  /** `words`: what follows the name. */
  | { readonly kind: 'resumed'; readonly agent: AgentId | null; readonly words: string }
  | { readonly kind: 'retried'; readonly branch: string; readonly retries: readonly Retry[]; readonly isCheckedOut: boolean }
  | { readonly kind: 'explained'; readonly agent: AgentId; readonly branch: string; readonly explanations: readonly Explanation[] }
  | { readonly kind: 'why-whom' }
  | { readonly kind: 'no-commit'; readonly branch: string };

/** GitHub takes 65,536 characters. */
const LONGEST_ANSWER = 60_000;
const LONGEST_LINE = 600;

const HELP = `| comment | what it does |
|---|---|
| \`/agent retry qa\` | brings an agent back that could not be carried out or keeps failing, and runs it |
| \`/agent pause docs for 2h broken upstream\` | keeps an agent from running; length and reason may be left out |
| \`/agent resume docs\` | ends a pause |
| \`/agent why backend\` | explains why an agent did or did not run, commit or ask for help |

A command stands at the very beginning of a comment, one a line, by somebody who may write to this repository. Agents: ${AGENT_IDS.join(', ')}. On the issue of an agent its name may be left out.`;

/** The whole answer. `page`: of the run that carries it out, or null. */
export function replyText(
  replies: readonly Reply[],
  about: { readonly unshared: readonly string[]; readonly page: string | null },
): string {
  const paragraphs = [
    ...replies.map((reply) => paragraphOf(reply, about.page)),
    ...about.unshared.map((why) => `**Others do not know of this yet**: ${line(why)}. Should it have no effect, say it again.`),
  ];
  return cut(paragraphs.join('\n\n'), LONGEST_ANSWER);
}

function paragraphOf(reply: Reply, page: string | null): string {
  switch (reply.kind) {
    case 'help':
      return HELP;
    case 'unknown':
      return `There is no command ${codeSpan(reply.word, 50)}${maybe(reply.word, COMMENT_VERBS)} \`/agent help\` explains those that there are.`;
    case 'unknown-agent':
      return `There is no agent ${codeSpan(reply.name, 50)}${maybe(reply.name, AGENT_IDS)} Agents: ${AGENT_IDS.join(', ')}.`;
    case 'unknown-length':
      return `Nobody is paused: ${reply.text === '' ? 'nothing' : codeSpan(reply.text, 50)} is no length. After \`for\` one such as \`45m\`, \`2h\`, \`30 minutes\`, \`3 days\` or \`1w\` is expected, then the reason; without \`for\` a pause lasts until somebody ends it.`;
    case 'paused': {
      const until = reply.until === null ? '' : ` until ${reply.until.slice(0, 16).replace('T', ' ')} UTC`;
      const reason = reply.reason === null ? '' : `: ${line(reply.reason)}`;
      return `${who(reply.agent)} is paused${until}, on every branch and for everyone${reason}. \`/agent resume${named(reply.agent)}\` ends that.`;
    }
    case 'resumed':
      return `${who(reply.agent)} ${line(reply.words)}.`;
    case 'retried':
      if (reply.retries.length === 0) return `No agent needs a retry on ${branchOf(reply.branch)}.`;
      return reply.retries.map((retry) => `- ${retrySentence(retry, { ...reply, page })}`).join('\n');
    case 'explained': {
      const parts = reply.explanations.map(({ heading, sentences }) =>
        [`**${heading}**`, ...sentences.map((one) => `- ${line(one)}`)].join('\n'),
      );
      return [`${who(reply.agent)} on ${branchOf(reply.branch)}`, ...parts].join('\n\n');
    }
    case 'why-whom':
      return `Name the agent: \`/agent why backend\`. Agents: ${AGENT_IDS.join(', ')}.`;
    case 'no-commit':
      return `The commits of ${branchOf(reply.branch)} are not at hand here, so nothing can be explained.`;
  }
}

function retrySentence(
  retry: Retry,
  at: { readonly branch: string; readonly isCheckedOut: boolean; readonly page: string | null },
): string {
  const { agent, kind, pause, resume } = retry;
  const now = at.page === null ? 'it runs now' : `it [runs now](${at.page})`;
  const next = at.isCheckedOut ? now : `it runs with the next push to ${branchOf(at.branch)} or when its schedule asks for it`;
  switch (kind) {
    case 'paused': {
      const reason = pause === null || pause.reason === null ? '' : ` (${line(pause.reason)})`;
      // A comment ends what is of this agent and everyone's; the rest is ended where it was begun.
      const isHere = resume.every((command) => command.startsWith(`agent resume ${agent} `) && command.endsWith(' --shared'));
      const end = isHere ? `\`/agent resume ${agent}\`` : line(resume.map((command) => `\`${command}\``).join(' and '));
      const ends = isHere || resume.length === 1 ? 'ends' : 'end';
      return `${who(agent)} is paused by ${line(pause?.by ?? 'somebody')}${reason}: ${end} ${ends} that${retry.inError ? ', and brings it back' : ''}.`;
    }
    case 'back':
      return `${who(agent)} is back in the schedule; ${next}.`;
    case 'waits':
      return at.isCheckedOut
        ? `${who(agent)} keeps failing on the same content; ${now} all the same.`
        : `${who(agent)} waits because it keeps failing on the same content; other content is tried at once, this one by \`agent run ${agent} --force\`.`;
    case 'none':
      return `${who(agent)} is in the schedule; ${next}.`;
  }
}

function who(agent: AgentId | null): string {
  return agent === null ? '**Every agent**' : `**${agent}**`;
}

function named(agent: AgentId | null): string {
  return agent === null ? '' : ` ${agent}`;
}

function branchOf(branch: string): string {
  return codeSpan(branch, 200);
}

function maybe(word: string, known: readonly string[]): string {
  const nearest = nearestName(word, known);
  return nearest === null ? '.' : ` – did you mean \`${nearest}\`?`;
}

/** A sentence as it is, but for what stands in backticks: that is code. */
function line(text: string): string {
  const parts = text.split('`');
  if (parts.length % 2 === 0) return markdownLine(text, LONGEST_LINE);
  return parts.map((part, index) => (index % 2 === 1 ? codeSpan(part, LONGEST_LINE) : between(part))).join('');
}

/** Text between code, with the blanks that part it from that. */
function between(text: string): string {
  const [, before = '', inner = '', after = ''] = /^(\s?)([^]*?)(\s?)$/.exec(text) ?? [];
  return `${before}${markdownLine(inner, LONGEST_LINE)}${after}`;
}
