import type { Command } from 'commander';
import { fail } from '../kernel/index.ts';
import { jsonOf } from './given.ts';
import type { Stage } from './stage.ts';

interface Link {
  readonly source: string;
  readonly function: string;
  readonly made: string;
  readonly url?: string;
}

export function addOn(program: Command, stage: Stage): void {
  program
    .command('on')
    .description("run a function on the events of a source: dalamb on 'order.*' run notify")
    .argument(
      '<source>',
      'order.*, schedule:rate(5 minutes), s3:BUCKET/PREFIX*SUFFIX, sqs:QUEUE, dynamodb:TABLE, kinesis:STREAM, sns:TOPIC, http:GET /path, or an ARN',
    )
    .argument('<run>', 'the word run')
    .argument('<function>', 'name, or ARN with a version or alias')
    .option(
      '--where <json>',
      'what the event must look like, in the pattern language: \'{"detail":{"total":[{"numeric":[">",100]}]}}\'',
    )
    .action((source: string, run: string, name: string, options: { where?: string }) =>
      link(stage, source, run, name, options.where),
    );
}

async function link(stage: Stage, source: string, run: string, name: string, where?: string): Promise<void> {
  if (run !== 'run') throw fail('WrongUsage', `dalamb on '${source}' run FUNCTION`);
  const body = { source, function: name, where: where === undefined ? undefined : jsonOf('--where', where) };
  const answer = await stage.api().post<Link>('/event-sources', body);
  stage.answer(answer, ({ made, url }) => `${source} runs ${name}: ${made}${url === undefined ? '' : `\n${url}`}\n`);
}
