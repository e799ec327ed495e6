import type { Command } from 'commander';
import type { EventSource } from '../model/index.ts';
import { appPath, jsonOf, wholeNumber } from './given.ts';
import { type Released, type ReleaseShown, releasedText } from './releases.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

interface AppShown {
  readonly release?: ReleaseShown;
}

export function addAppProcesses(program: Command, stage: Stage): void {
  const path = (rest: string) => appPath(stage, rest);
  const resource = (name: string, what: string, body: (value: number) => object) =>
    program
      .command(`resource:${name}`)
      .description(`set ${what} of a function: one release`)
      .argument('<function>', 'process, or the name of its function')
      .argument('<value>', 'a whole number', wholeNumber)
      .action(async (process: string, value: number) => {
        const answer = await stage.api().put<Released>(await path(`/processes/${encodeURIComponent(process)}`), body(value));
        stage.answer(answer, releasedText);
      });
  resource('memory', 'the memory (MiB)', (memoryMiB) => ({ memoryMiB }));
  resource('timeout', 'the timeout (seconds)', (timeoutSeconds) => ({ timeoutSeconds }));
  resource('concurrency', 'the reserved concurrency', (concurrency) => ({ concurrency }));
  program
    .command('event-sources')
    .description('what runs the functions of an application')
    .action(async () => stage.answer(await stage.api().get<AppShown>(await path('')), sourcesText));
  program
    .command('event-sources:add')
    .description('run a function on the events of a source: one release')
    .argument('<function>', 'process, or the name of its function')
    .argument(
      '<source>',
      's3:BUCKET[/PREFIX*SUFFIX], sqs:QUEUE, dynamodb:TABLE, kinesis:STREAM, sns:TOPIC, "schedule:rate(5 minutes)", "http:GET /path", "events:NAME.*"',
    )
    .option('--where <json>', 'what the events must look like, in the pattern language')
    .option('--settings <json>', 'settings of a mapping: \'{"BatchSize":100}\'')
    .action(async (process: string, source: string, { where, settings }: { where?: string; settings?: string }) => {
      const body = { process, source, where: given('--where', where), settings: given('--settings', settings) };
      stage.answer(await stage.api().post<Released>(await path('/event-sources'), body), releasedText);
    });
  const remove = async (process: string, source?: string) =>
    stage.answer(await stage.api().remove<Released>(await path('/event-sources'), { process, source }), releasedText);
  program
    .command('event-sources:remove')
    .description('take away an event source that was added by command')
    .argument('<function>', 'process, or the name of its function')
    .argument('<source>')
    .action(remove);
  program
    .command('event-sources:clear')
    .description('take away all event sources of a function that were added by command')
    .argument('<function>', 'process, or the name of its function')
    .action((process: string) => remove(process));
}

const given = (option: string, text: string | undefined) => (text === undefined ? undefined : jsonOf(option, text));

function sourcesText({ release }: AppShown): string {
  const rows = (release?.processes ?? []).flatMap(({ function: name, sources }) =>
    sources.map(({ source, where }: EventSource) => [name, source, where === undefined ? '' : JSON.stringify(where)]),
  );
  if (rows.length === 0) return 'no event sources; add one with: dalamb event-sources:add FUNCTION SOURCE\n';
  return table(['FUNCTION', 'SOURCE', 'WHERE'], rows);
}
