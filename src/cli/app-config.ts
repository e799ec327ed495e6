import type { Command } from 'commander';
import { fail } from '../kernel/index.ts';
import { appPath, textOf } from './given.ts';
import { type Released, releasedText } from './releases.ts';
import type { Stage } from './stage.ts';
import { printable, table } from './table.ts';

type Config = Readonly<Record<string, string>>;

export function addAppConfig(program: Command, stage: Stage): void {
  const path = () => appPath(stage, '/config');
  const read = async () => (await stage.api().get<{ config: Config }>(await path())).config;
  const change = async (body: object) => stage.answer(await stage.api().put<Released>(await path(), body), releasedText);
  program
    .command('config')
    .description('variables of an application in the environment')
    .action(async () => stage.answer(await read(), configText));
  program
    .command('config:get')
    .description('the value of one variable, as it is')
    .argument('<name>')
    .action(async (name: string) => {
      const value = (await read())[name];
      if (value === undefined)
        throw fail('NoSuchThing', `no variable ${name} is set`, { fields: { next: 'see them with: dalamb config' } });
      stage.answer({ [name]: value }, () => `${value}\n`);
    });
  program
    .command('config:set')
    .description('set variables: one release')
    .argument('[pairs...]', 'NAME=value: others on this machine can read it while the command runs, and shells keep it')
    .option('--from <file>', 'read lines of NAME=value from a file; - reads what comes in')
    .action(async (pairs: readonly string[], { from }: { from?: string }) => {
      const lines = from === undefined ? [] : pairLines(await textOf(stage, from));
      if (pairs.length + lines.length === 0) throw fail('WrongUsage', 'say NAME=value, or --from FILE');
      return change({ set: Object.fromEntries([...lines, ...pairs.map(pairOf)]) });
    });
  program
    .command('config:unset')
    .description('remove variables: one release')
    .argument('<names...>')
    .action((unset: readonly string[]) => change({ unset }));
  program
    .command('config:clear')
    .description('remove all variables')
    .action(async () => stage.answer(await stage.api().remove<Released>(await path()), releasedText));
}

/** Empty lines and lines that begin with # say nothing; the rest of a line is its value, as it is. Errors name lines, never what is in them. */
function pairLines(text: string): readonly (readonly [string, string])[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    if (/^\s*(#|$)/.test(line)) return [];
    const found = /^\s*(?:export\s+)?([A-Za-z]\w*)=(.*)$/.exec(line);
    if (!found) throw fail('WrongUsage', `line ${i + 1} is not NAME=value`);
    return [[found[1]!, found[2]!] as const];
  });
}

function pairOf(pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  if (at < 1) throw fail('WrongUsage', `${pair} is not NAME=value`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function configText(config: Config): string {
  const rows = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  if (rows.length === 0) return 'no variables; set one with: dalamb config:set NAME=value\n';
  return table(
    ['NAME', 'VALUE'],
    rows.map(([name, value]) => [name, printable(value)]),
  );
}
