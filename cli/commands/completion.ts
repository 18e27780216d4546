/** `drey completion`: a script for the shell that completes commands, flags, and the names of jobs. */
import type { Command } from 'commander';
import { usageError } from '../errors.ts';

const shells = ['bash', 'zsh'];

/** The script for a shell, made from the commands that there are. zsh runs bash's by its own emulation. */
export function completionScript(program: Command, shell: string): string {
  if (!shells.includes(shell)) throw usageError(`no completion for "${shell}"`, `Use one of ${shells.join(', ')}.`);
  const shared = flagsOf(program);
  const commands = program.commands.map((command) => command.name());
  const cases = program.commands.map((command) => caseOf(command, shared));
  const script = bashScript(commands, shared, cases);
  return shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${script}` : script;
}

/** A command of commands takes the name of one of them first, and is completed with the flags of all. */
function caseOf(command: Command, shared: readonly string[]): string {
  const flags = new Set([command, ...command.commands].flatMap(flagsOf));
  const inner = command.commands.map((one) => one.name());
  const words = inner.length === 0 ? '' : ` inner="${inner.join(' ')}"`;
  return `    ${command.name()}) flags="${[...flags, ...shared].join(' ')}"${words} ;;`;
}

function flagsOf(command: Command): string[] {
  return command.options.flatMap(({ long }) => (typeof long === 'string' ? [long] : []));
}

function bashScript(commands: readonly string[], shared: readonly string[], cases: readonly string[]): string {
  return `_drey() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" flags inner= words
  flags="${shared.join(' ')}"
  case "$command" in
${cases.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${commands.join(' ')}"
  elif [ "$before" = -f ] || [ "$before" = --filename ]; then COMPREPLY=($(compgen -f -- "$word")); return
  elif [ "\${word#-}" != "$word" ]; then words="$flags"
  elif [ "$COMP_CWORD" -eq 2 ] && [ -n "$inner" ]; then words="$inner"
  elif [ "$COMP_CWORD" -eq 2 ] && [ "$command" = get ]; then words="jobs clusters"
  elif [ "$COMP_CWORD" -eq 2 ]; then words="job"
  else words="$(drey get jobs -o name --request-timeout 2s 2>/dev/null | sed 's|.*/||')"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _drey drey
`;
}
