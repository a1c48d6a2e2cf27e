/** Which lines of a shell script end in a text that it prints or hands on. */

/** Lines (1-based) that end inside quotes, heredocs or expansions; null where that cannot be told. */
export function textLines(script: string): ReadonlySet<number> | null {
  const scanner = new Scanner(script);
  return scanner.scan() ? scanner.lines : null;
}

/** What the place is in, from outside in. */
type Context = 'paren' | 'command' | 'backtick' | 'double' | 'single' | 'escaped' | 'expansion' | 'sum';

const CODE: ReadonlySet<Context | undefined> = new Set<Context | undefined>([undefined, 'paren', 'command', 'backtick']);
/** A line may be changed in these. */
const PLAIN: ReadonlySet<Context> = new Set<Context>(['paren', 'command']);
const HEREDOC = /<<(-?)[ \t]*(?:'([^'\n]*)'|"([^"\n]*)"|\\?([^\s;&|<>()'"`$\\]+))/y;

class Scanner {
  readonly lines = new Set<number>();
  readonly #text: string;
  readonly #stack: Context[] = [];
  #at = 0;
  #line = 1;
  /** Heredocs whose text begins on the next line. */
  #heredocs: { readonly end: string; readonly tabs: boolean }[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether everything that was opened is closed. */
  scan(): boolean {
    while (this.#at < this.#text.length) {
      if (this.#text.charAt(this.#at) === '\n') {
        if (!this.#endLine()) return false;
      } else if (!this.#step(this.#stack.at(-1))) return false;
    }
    return this.#heredocs.length === 0 && this.#isPlain();
  }

  #isPlain(): boolean {
    return this.#stack.every((context) => PLAIN.has(context));
  }

  #endLine(): boolean {
    // Sums over several lines are too rare to be told from groups of groups.
    if (this.#stack.includes('sum')) return false;
    if (!this.#isPlain()) this.lines.add(this.#line);
    this.#at += 1;
    this.#line += 1;
    if (CODE.has(this.#stack.at(-1))) {
      for (const { end, tabs } of this.#heredocs) if (!this.#skipHeredoc(end, tabs)) return false;
      this.#heredocs = [];
    }
    return true;
  }

  #skipHeredoc(end: string, tabs: boolean): boolean {
    while (this.#at < this.#text.length) {
      const newline = this.#text.indexOf('\n', this.#at);
      const stop = newline === -1 ? this.#text.length : newline;
      const line = this.#text.slice(this.#at, stop);
      this.lines.add(this.#line);
      this.#at = Math.min(this.#text.length, stop + 1);
      if (newline !== -1) this.#line += 1;
      if ((tabs ? line.replace(/^\t+/, '') : line) === end) return true;
    }
    return false;
  }

  /** One sign, or a few that belong together. */
  #step(context: Context | undefined): boolean {
    if (context === 'single') return this.#closeOr("'");
    const char = this.#text.charAt(this.#at);
    if (char === '\\') return this.#skip(this.#text.charAt(this.#at + 1) === '\n' ? 1 : 2);
    if (context === 'escaped') return this.#closeOr("'");
    if (char === '"') return context === 'double' ? this.#close() : this.#open('double', 1);
    if (char === '`') return context === 'backtick' ? this.#close() : this.#open('backtick', 1);
    if (char === '$') return this.#dollar(context);
    if (context === 'expansion' && char === '}') return this.#close();
    // Within double quotes it is a sign like any other.
    if (char === "'" && context !== 'double' && !this.#stack.includes('double')) return this.#open('single', 1);
    if (char === "'" && CODE.has(context)) return this.#open('single', 1);
    if (context === 'sum') return this.#text.startsWith('))', this.#at) ? this.#close(2) : this.#skip(1);
    return CODE.has(context) ? this.#code(char) : this.#skip(1);
  }

  #dollar(context: Context | undefined): boolean {
    const after = this.#text.slice(this.#at + 1, this.#at + 3);
    if (after === '((') return this.#open('sum', 3);
    if (after.startsWith('(')) return this.#open('command', 2);
    if (after.startsWith('{')) return this.#open('expansion', 2);
    if (after.startsWith("'") && CODE.has(context)) return this.#open('escaped', 2);
    return this.#skip(/^[#$!?*@-]/.test(after) ? 2 : 1);
  }

  #code(char: string): boolean {
    const before = this.#at === 0 ? '\n' : this.#text.charAt(this.#at - 1);
    if (char === '#' && /[\s;&|()`]/.test(before)) return this.#skip(Math.max(1, this.#restOfLine()));
    if (this.#text.startsWith('((', this.#at)) return this.#open('sum', 2);
    if (char === '(') return this.#open('paren', 1);
    if (char === ')') return PLAIN.has(this.#stack.at(-1) ?? 'double') ? this.#closeParen() : this.#skip(1);
    if (this.#text.startsWith('<<<', this.#at)) return this.#skip(3);
    return this.#text.startsWith('<<', this.#at) ? this.#openHeredoc() : this.#skip(1);
  }

  /** In a command within quotes, a pattern of `case` would close it too early. */
  #closeParen(): boolean {
    const isQuoted = this.#stack.includes('double') || this.#stack.includes('expansion');
    return !(isQuoted && /\bcase\b/.test(this.#text)) && this.#close();
  }

  #openHeredoc(): boolean {
    HEREDOC.lastIndex = this.#at;
    const [whole, dash, ...ends] = HEREDOC.exec(this.#text) ?? [];
    if (whole === undefined) return false;
    this.#heredocs.push({ end: ends.find((end) => end !== undefined) ?? '', tabs: dash === '-' });
    return this.#skip(whole.length);
  }

  #restOfLine(): number {
    const newline = this.#text.indexOf('\n', this.#at);
    return (newline === -1 ? this.#text.length : newline) - this.#at;
  }

  #closeOr(sign: string): boolean {
    return this.#text.charAt(this.#at) === sign ? this.#close() : this.#skip(1);
  }

  #open(context: Context, length: number): boolean {
    this.#stack.push(context);
    return this.#skip(length);
  }

  #close(length = 1): boolean {
    this.#stack.pop();
    return this.#skip(length);
  }

  #skip(length: number): boolean {
    this.#at += length;
    return true;
  }
}
