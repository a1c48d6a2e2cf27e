/** Completion scripts for shells, generated whole: pressing the tab key starts no process of ours. */
import type { CommandWords, OptionWords } from './command-words.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** The script for a shell; `names` are the programs that it completes. */
export function completionScript(shell: Shell, commands: readonly CommandWords[], names: readonly string[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands, names);
}

function bashScript(commands: readonly CommandWords[], names: readonly string[]): string {
  const cases = commands.map(({ path, subcommands, options, values }) => {
    const words = [...subcommands.map(({ name }) => name), ...values, ...options.flatMap(({ flags }) => flags)];
    return `    ${quote(path)}) words=${quote(words.join(' '))} ;;`;
  });
  const nested = commands
    .filter(({ path }) => path !== '')
    .map(({ path }) => quote(path))
    .join('|');
  const after = optionCases(commands, (option) => {
    if (option.takes === 'file') return 'COMPREPLY=($(compgen -f -- "$current")); return';
    if (option.takes === 'folder') return 'COMPREPLY=($(compgen -d -- "$current")); return';
    return option.takes === 'text'
      ? 'return'
      : `COMPREPLY=($(compgen -W ${quote((option.takes as readonly string[]).join(' '))} -- "$current")); return`;
  });
  return `# bash completion for ${names.join(' and ')}
_upkeep_complete() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' words='' index candidate
  for ((index = 1; index < COMP_CWORD; index++)); do
    candidate="\${path:+$path }\${COMP_WORDS[index]}"
    case "$candidate" in ${nested}) path=$candidate ;; esac
  done
  COMPREPLY=()
  case "$path $previous" in
${after}
  esac
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _upkeep_complete ${names.join(' ')}
`;
}

function optionCases(commands: readonly CommandWords[], action: (option: OptionWords) => string): string {
  return commands
    .flatMap(({ path, options }) =>
      options
        .filter(({ takes }) => takes !== 'nothing')
        .map((option) => `    ${option.flags.map((flag) => quote(`${path} ${flag}`)).join('|')}) ${action(option)} ;;`),
    )
    .join('\n');
}

function zshScript(commands: readonly CommandWords[], names: readonly string[]): string {
  const cases = commands.map(({ path, subcommands, options, values }) => {
    const words = [
      ...subcommands.map(({ name, summary }) => `${name}:${summary}`),
      ...values.map((value) => `${value}:`),
      ...options.flatMap(({ flags, summary }) => flags.map((flag) => `${flag}:${summary}`)),
    ];
    return `    ${quote(path)}) candidates=(${words.map((word) => quote(word)).join(' ')}) ;;`;
  });
  const nested = commands
    .filter(({ path }) => path !== '')
    .map(({ path }) => quote(path))
    .join('|');
  const after = optionCases(commands, (option) => {
    if (option.takes === 'file') return '_files; return';
    if (option.takes === 'folder') return '_files -/; return';
    return option.takes === 'text' ? 'return' : `compadd -- ${(option.takes as readonly string[]).map(quote).join(' ')}; return`;
  });
  return `#compdef ${names.join(' ')}
_upkeep_complete() {
  local path_here='' previous=\${words[CURRENT-1]} index candidate
  local -a candidates
  for ((index = 2; index < CURRENT; index++)); do
    candidate="\${path_here:+$path_here }\${words[index]}"
    case "$candidate" in ${nested}) path_here=$candidate ;; esac
  done
  case "$path_here $previous" in
${after}
  esac
  case "$path_here" in
${cases.join('\n')}
  esac
  _describe 'agent' candidates
}
# Loaded by name from fpath it is called at once, sourced it is only registered.
if [[ \${funcstack[1]} == _${names[0] ?? ''} ]]; then _upkeep_complete "$@"; else compdef _upkeep_complete ${names.join(' ')}; fi
`;
}

function fishScript(commands: readonly CommandWords[], names: readonly string[]): string {
  const lines = names.flatMap((name) => [
    `complete -c ${name} -f`,
    ...commands.flatMap(({ path, subcommands, options, values }) => {
      const words = path === '' ? [] : path.split(' ');
      const others = subcommands.map((child) => child.name).join(' ');
      const when = [
        ...words.map((word) => `__fish_seen_subcommand_from ${word}`),
        ...(others === '' ? [] : [`not __fish_seen_subcommand_from ${others}`]),
      ];
      const condition = when.length === 0 ? '' : ` -n ${fishQuote(when.join('; and '))}`;
      const inside =
        words.length === 0 ? '' : ` -n ${fishQuote(words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and '))}`;
      return [
        ...subcommands.map((child) => `complete -c ${name}${condition} -a ${child.name} -d ${fishQuote(child.summary)}`),
        ...values.map((value) => `complete -c ${name}${condition} -a ${value}`),
        ...options.map((option) => `complete -c ${name}${inside}${fishFlags(option)} -d ${fishQuote(option.summary)}`),
      ];
    }),
  ]);
  return `# fish completion for ${names.join(' and ')}\n${lines.join('\n')}\n`;
}

function fishFlags({ flags, takes }: OptionWords): string {
  const written = flags.map((flag) => (flag.startsWith('--') ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`)).join('');
  if (takes === 'nothing') return written;
  if (takes === 'file' || takes === 'folder') return `${written} -r -F`;
  return takes === 'text' ? `${written} -x` : `${written} -x -a ${fishQuote(takes.join(' '))}`;
}

/** In bash and zsh nothing is read inside single quotes. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
