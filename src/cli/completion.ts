import { Argument, type Command } from 'commander';
import type { Stage } from './stage.ts';

/** The scripts are made from the commands themselves, so they never lag behind. */
export function addCompletion(program: Command, stage: Stage): void {
  program
    .command('completion')
    .description('a completion script: source <(dalamb completion bash)')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action((shell: 'bash' | 'zsh' | 'fish') => stage.io.out(scripts[shell](wordsOf(program))));
}

interface Words {
  readonly name: string;
  readonly description: string;
  readonly words: readonly string[];
}

function wordsOf(program: Command): Words[] {
  const global = program.options.map((option) => option.long ?? '').filter((word) => word !== '');
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    words: [
      ...command.commands.map((child) => child.name()),
      ...command.options.map((option) => option.long ?? ''),
      ...command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
      ...global,
    ].filter((word) => word !== ''),
  }));
}

const scripts = {
  bash: (commands: readonly Words[]) => `_dalamb() {
  local word=\${COMP_WORDS[COMP_CWORD]} command=\${COMP_WORDS[1]} words
  if [ "$COMP_CWORD" -eq 1 ]; then words="${commands.map(({ name }) => name).join(' ')}"; else
    case $command in
${commands.map(({ name, words }) => `      ${name}) words="${words.join(' ')}" ;;`).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _dalamb dalamb
`,
  zsh: (commands: readonly Words[]) => `autoload -U +X bashcompinit && bashcompinit
${scripts.bash(commands)}`,
  fish: (commands: readonly Words[]) =>
    commands
      .map(({ name, description, words }) =>
        [
          `complete -c dalamb -n __fish_use_subcommand -f -a ${name} -d '${description.replaceAll("'", "\\'")}'`,
          `complete -c dalamb -n '__fish_seen_subcommand_from ${name}' -a '${words.join(' ')}'`,
          '',
        ].join('\n'),
      )
      .join(''),
};
