/**
 * What the tools of a check print, line by line as they print it, without secrets: for people who watch. Bounded: of a tool that goes on
 * and on the beginning is told, and when it ends how it ended.
 */
import { StringDecoder } from 'node:string_decoder';
import { shellLine } from './checks/shell-line.ts';
import type { ToolCall, ToolResult } from './tools/run-tool.ts';

export interface OutputLog {
  /** A tool is about to be started. */
  readonly begin: (call: ToolCall) => CallLog;
}

/** Of one tool. */
export interface CallLog {
  readonly onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  readonly end: (result: ToolResult) => void;
}

/** Characters of a check that are told as they come, and at most when its tools have ended. */
const MOST_BEGINNING = 384 * 1024;
const MOST_END = 128 * 1024;
const MOST_OF_ONE_END = 32 * 1024;
const LONGEST_COMMAND = 2000;
/** A line that is longer is told in parts, cut where no secret reaches across: none is longer than what follows the cut. */
const LONGEST_LINE = 16 * 1024;
const LONGEST_SECRET = 4 * 1024;
const LONGEST_KEY = 32 * 1024;

/** `clean`: takes secrets, and the folder of the worktree, out of whole lines. */
export function createOutputLog({
  clean,
  write,
}: {
  readonly clean: (text: string) => string;
  readonly write: (text: string) => void;
}): OutputLog {
  let room = MOST_BEGINNING;
  let endRoom = MOST_END;

  function tell(text: string): void {
    const cut = clean(text).slice(0, room);
    room -= cut.length;
    if (cut !== '') write(cut);
  }

  return {
    begin(call) {
      const streams = { stdout: lines(tell, clean), stderr: lines(tell, clean) };
      if (room > 0) tell(`$ ${commandOf(call).slice(0, LONGEST_COMMAND)}\n`);
      return {
        onOutput(stream, chunk) {
          if (room > 0) streams[stream].push(chunk);
        },
        end(result) {
          if (room > 0) for (const stream of Object.values(streams)) stream.end();
          // All of it is clean in the result.
          const rest =
            room > 0
              ? ''
              : `\n[the end of what it printed]\n${result.stdout.slice(-MOST_OF_ONE_END)}\n${result.stderr.slice(-MOST_OF_ONE_END)}\n`;
          const how = `[${endWords(result)} after ${(result.durationMs / 1000).toFixed(1)} s]\n`;
          const text = `${rest}${how}`.slice(0, endRoom);
          endRoom -= text.length;
          if (text !== '') write(text);
        },
      };
    },
  };
}

/** Where this machine keeps Node and us tells nobody anything. */
function commandOf({ argv }: ToolCall): string {
  const [program = '', ...words] = argv;
  const own = words.map((word) => word.replace(/^.*[/\\]agents[/\\]tools[/\\]entries[/\\]([\w-]+)\.[jt]s$/, 'upkeep/$1'));
  return shellLine([program === process.execPath ? 'node' : program, ...own]);
}

function endWords({ end, exitCode }: ToolResult): string {
  return end === 'exited' ? `exit code ${exitCode}` : end;
}

/** Whole lines of a stream; the block of a private key is one. */
function lines(
  tell: (text: string) => void,
  clean: (text: string) => string,
): { readonly push: (chunk: Buffer) => void; readonly end: () => void } {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  return {
    push(chunk) {
      pending += decoder.write(chunk);
      const end = endOfWhole(pending, clean);
      if (end === 0) return;
      tell(pending.slice(0, end));
      pending = pending.slice(end);
    },
    end() {
      pending += decoder.end();
      if (pending !== '') tell(pending.endsWith('\n') ? pending : `${pending}\n`);
      pending = '';
    },
  };
}

/** How far a text can be told without what follows it. */
function endOfWhole(text: string, clean: (text: string) => string): number {
  const key = openKeyAt(text);
  const most = key === -1 ? text.length : key;
  const line = text.lastIndexOf('\n', most - 1) + 1;
  if (line > 0 || most < text.length || text.length <= LONGEST_LINE) return line;
  const whole = clean(text);
  for (let cut = text.length - LONGEST_SECRET; cut > 0; cut -= LONGEST_SECRET) {
    const isHalf = /[\ud800-\udbff]/.test(text[cut - 1] ?? '');
    if (!isHalf && clean(text.slice(0, cut)) + clean(text.slice(cut)) === whole) return cut;
  }
  return 0;
}

/** Where the block of a private key begins that has not ended, unless it is too long for one; -1: nowhere. */
function openKeyAt(text: string): number {
  const begin = text.lastIndexOf('-----BEGIN ');
  if (begin === -1 || text.length - begin > LONGEST_KEY) return -1;
  return text.indexOf('-----END ', begin) === -1 ? begin : -1;
}
