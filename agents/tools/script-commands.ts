/** Reads what an npm script would call, without running it: the tool, its arguments, its environment. */

/** One command of a script. */
export interface ScriptCommand {
  /** Name of the tool: `eslint`, `vitest`, `node`. */
  readonly tool: string;
  readonly args: readonly string[];
  /** Variables that the script sets before it. */
  readonly env: Readonly<Record<string, string>>;
  /** Flags of Node, where the script starts the tool by `node … node_modules/…`. */
  readonly nodeFlags: readonly string[];
  /** False when it holds what only a shell understands: variables, substitutions, redirections. */
  readonly plain: boolean;
}

interface Word {
  readonly text: string;
  readonly plain: boolean;
}

const RUNNERS = new Set(['npx', 'bunx', 'pnpx']);
const MANAGERS = new Set(['npm', 'pnpm', 'yarn', 'bun']);
const MANY = new Set(['run-s', 'run-p', 'npm-run-all', 'npm-run-all2']);
/** Programs that only start another one. */
const STARTERS = new Set(['cross-env', 'cross-env-shell', 'env', 'time', 'exec']);
const WORKSPACE_FLAG = /^(-ws|--workspaces|--workspace(=.*)?|-w|-r|--recursive|--filter(=.*)?|-F|workspaces|foreach)$/;

/** The commands of one script, in order. */
export function commandsIn(script: string): ScriptCommand[] {
  return splitCommands(script)
    .map(toCommand)
    .filter((command) => command !== null);
}

/** The commands that `name` comes to, with `npm run other` replaced by the commands of `other` and its `pre` script before it. */
export function resolvedCommands(
  scripts: Readonly<Record<string, string>>,
  name: string,
  seen: ReadonlySet<string> = new Set(),
): ScriptCommand[] {
  if (seen.has(name)) return [];
  const inner = new Set([...seen, name]);
  return [`pre${name}`, name].flatMap((each) =>
    commandsIn(scripts[each] ?? '').flatMap((command) => resolveCommand(command, scripts, inner)),
  );
}

/** A command, or the commands of the scripts of the same package that it runs. */
export function resolveCommand(
  command: ScriptCommand,
  scripts: Readonly<Record<string, string>>,
  seen: ReadonlySet<string> = new Set(),
): ScriptCommand[] {
  const called = calledScripts(command).filter((other) => scripts[other] !== undefined);
  if (called.length === 0) return [command];
  return called.filter((other) => !seen.has(other)).flatMap((other) => resolvedCommands(scripts, other, seen));
}

/** Whether a command hands over to the workspaces' own scripts. */
export function isDelegation(command: ScriptCommand): boolean {
  if (['turbo', 'nx', 'lerna', 'wsrun', 'ultra', 'moon', 'lage', 'rush'].includes(command.tool)) return true;
  return MANAGERS.has(command.tool) && command.args.some((arg) => WORKSPACE_FLAG.test(arg));
}

/** Names of scripts of the same package that a command runs. */
function calledScripts(command: ScriptCommand): string[] {
  if (MANY.has(command.tool)) return command.args.filter((arg) => !arg.startsWith('-'));
  if (!MANAGERS.has(command.tool) || isDelegation(command)) return [];
  const [first, second] = command.args.filter((arg) => !arg.startsWith('-'));
  if (first === 'run' || first === 'run-script') return second === undefined ? [] : [second];
  return first === undefined ? [] : [first === 't' || first === 'tst' ? 'test' : first];
}

function toCommand(words: readonly Word[]): ScriptCommand | null {
  const env: Record<string, string> = {};
  let at = 0;
  const skipStart = (): void => {
    for (; at < words.length; at += 1) {
      const text = words[at]?.text ?? '';
      const variable = /^([A-Za-z_]\w*)=(.*)$/s.exec(text);
      if (variable?.[1] !== undefined) env[variable[1]] = variable[2] ?? '';
      else if (!STARTERS.has(text)) return;
    }
  };
  skipStart();
  if (RUNNERS.has(words[at]?.text ?? '')) at = skipFlags(words, at + 1);
  else if (MANAGERS.has(words[at]?.text ?? '') && ['exec', 'dlx', 'x'].includes(words[at + 1]?.text ?? '')) at = skipFlags(words, at + 2);
  skipStart();
  const name = words[at]?.text;
  if (name === undefined) return null;
  const rest = words.slice(at + 1).map((word) => word.text);
  const plain = words.every((word) => word.plain);
  const nodeFlags: string[] = [];
  if (toolName(name) === 'node') {
    const script = rest.findIndex((arg) => !arg.startsWith('-'));
    const target = rest[script];
    if (target?.includes('node_modules/') === true && !rest.includes('--test')) {
      nodeFlags.push(...rest.slice(0, script));
      return { tool: toolName(target), args: rest.slice(script + 1), env, nodeFlags, plain };
    }
  }
  return { tool: toolName(name), args: rest, env, nodeFlags, plain };
}

/** The command that these words make, as if they were a script of their own; null when they name none. */
export function commandOfWords(words: readonly string[]): ScriptCommand | null {
  return toCommand(words.map((text) => ({ text, plain: true })));
}

function skipFlags(words: readonly Word[], from: number): number {
  let at = from;
  while (words[at]?.text.startsWith('-') === true) at += ['-p', '--package'].includes(words[at]?.text ?? '') ? 2 : 1;
  return at;
}

/** `./node_modules/.bin/jest` and `node_modules/jest/bin/jest.js` are `jest`; so is `jest`. */
function toolName(path: string): string {
  const name = path.split(/[\\/]/).pop() ?? path;
  return name.replace(/\.(js|cjs|mjs|cmd)$/, '').replace(/^_mocha$/, 'mocha');
}

/** Divides a script at `&&`, `||`, `;`, `|` and `&`, and each part into words as a shell would. */
function splitCommands(script: string): Word[][] {
  const commands: Word[][] = [[]];
  let text = '';
  let plain = true;
  let inWord = false;
  const endWord = (): void => {
    if (inWord) commands.at(-1)?.push({ text, plain });
    text = '';
    plain = true;
    inWord = false;
  };
  for (let at = 0; at < script.length; at += 1) {
    const char = script.charAt(at);
    if (/\s/.test(char)) endWord();
    else if (/[&|;]/.test(char)) {
      endWord();
      commands.push([]);
    } else if (char === "'" || char === '"') {
      const quoted = readQuoted(script, at);
      text += quoted.text;
      plain &&= quoted.plain;
      inWord = true;
      at = quoted.end;
    } else {
      if (char === '\\') at += 1;
      else if (/[$`<>()]/.test(char)) plain = false;
      text += script.charAt(at);
      inWord = true;
    }
  }
  endWord();
  return commands.filter((words) => words.length > 0);
}

function readQuoted(script: string, start: number): { text: string; plain: boolean; end: number } {
  const quote = script.charAt(start);
  let text = '';
  let plain = true;
  let at = start + 1;
  for (; at < script.length && script.charAt(at) !== quote; at += 1) {
    if (quote === '"' && script.charAt(at) === '\\' && /["\\$`]/.test(script.charAt(at + 1))) at += 1;
    else if (quote === '"' && /[$`]/.test(script.charAt(at))) plain = false;
    text += script.charAt(at);
  }
  return { text, plain, end: at };
}
