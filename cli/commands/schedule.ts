/** `agent schedule next`: when an expression or an agent comes next. */
import { describeCron } from '../../scheduler/cron/describe-cron.ts';
import { localIso } from '../../scheduler/cron/local-time.ts';
import type { CommandContext } from '../command-context.ts';
import { agentNamed } from '../here.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { answerLines } from '../schedule/answer-lines.ts';
import { answerOf, isQuestionError, readQuestion, shownTimes, type Question, type QuestionError } from '../schedule/question.ts';
import { scheduleOfAgent } from '../schedule/schedule-of-agent.ts';
import { timesText } from '../schedule/times-text.ts';
import { UsageError } from '../usage-error.ts';

export interface NextFlags {
  readonly cron?: string;
  readonly tz?: string;
  readonly from?: string;
  readonly number?: number;
  readonly json?: boolean;
}

const DEFAULT_COUNT = 5;

/** Of an agent, of an expression, or of questions that come as JSON lines. */
export async function scheduleNextCommand(name: string | undefined, flags: NextFlags, context: CommandContext): Promise<number> {
  if (name === undefined && flags.cron === undefined) return answerStream(flags, context);
  if (name !== undefined && flags.cron !== undefined)
    throw new UsageError('an agent has a schedule of its own: name an agent or give --cron, not both');
  if (name !== undefined && flags.tz !== undefined) throw new UsageError('an agent has a time zone of its own: --tz belongs to --cron');
  const agent = name === undefined ? null : agentNamed(name);
  const own = agent === null ? null : await scheduleOfAgent(agent, context);
  const asked = { cron: own?.cron ?? flags.cron ?? '', tz: own?.zone ?? flags.tz, from: flags.from, n: flags.number ?? DEFAULT_COUNT };
  const now = new Date();
  const question = readQuestion(asked, now);
  if (isQuestionError(question)) return refuse(question, { ...flags, whose: agent === null ? '' : `${agent}: ` }, context);
  const { schedule, from } = question;
  const times = answerOf(question);
  const { out, err, palette } = context.output;
  const words = describeCron(schedule.expression);
  if (flags.json) out(documentOf({ agent, ...describe(question), words, setBy: own?.setBy ?? null, next: shownTimes(times, schedule) }));
  else {
    const whose = agent === null ? '' : `${agent}: `;
    const set = own === null || own.setBy === null ? '' : palette.dim(` (set by ${plainLine(own.setBy)})`);
    out(`${palette.strong(`${whose}${words}`)} – ${schedule.zone}${set}\n${timesText(times, schedule, { now, palette })}`);
    if (times.length === 0) out(`nothing comes after ${localIso(from, schedule.clock)}\n`);
  }
  if (own?.isEnabled === false) err(`${name} is turned off by the configuration: its schedule starts nothing\n`);
  return 0;
}

/** On a terminal nobody would know what is waited for. */
async function answerStream(flags: NextFlags, context: CommandContext): Promise<number> {
  const { tz, from, number } = flags;
  if (tz !== undefined || from !== undefined || number !== undefined)
    throw new UsageError('--tz, --from and -n belong to --cron or an agent; questions that come as JSON lines have their own');
  if (process.stdin.isTTY)
    throw new UsageError(
      'name an agent, or an expression: agent schedule next --cron "*/5 * * * *"; a program writes questions to stdin, one JSON object a line, such as {"cron":"0 2 * * *","tz":"Europe/Berlin","n":3}',
    );
  await answerLines(process.stdin, context.output.stdout);
  return 0;
}

const FLAG_OF: Readonly<Partial<Record<QuestionError['code'], string>>> = { zone: '--tz', from: '--from', number: '-n' };

/** Exit code 2; with --json the document says why as well. */
function refuse({ code, message }: QuestionError, asked: NextFlags & { readonly whose: string }, context: CommandContext): number {
  if (asked.json) context.output.out(documentOf({ error: { code, message } }));
  const flag = FLAG_OF[code] ?? '--cron';
  throw new UsageError(`${asked.whose === '' ? `${flag}: ` : asked.whose}${message.replace(/^(from|n): /, '')}`);
}

function describe({ schedule, from }: Question): { cron: string; tz: string; from: string } {
  return { cron: schedule.expression, tz: schedule.zone, from: localIso(from, schedule.clock) };
}

function documentOf(fields: object): string {
  return `${JSON.stringify({ schemaVersion: 1, ...fields }, null, 2)}\n`;
}
