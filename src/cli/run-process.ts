import type { Command } from 'commander';
import { fail } from '../kernel/index.ts';
import type { InvokeResult } from '../model/index.ts';
import { jsonOf, textOf } from './given.ts';
import type { Stage } from './stage.ts';
import { printable } from './table.ts';

/** What the control API answers of a log at most, in bytes; as on AWS. */
const LOG_TAIL = 4096;

export function addRunProcess(program: Command, stage: Stage, fails: () => void): void {
  program
    .command('run')
    .description('run a process of the application once, on one event: its answer on stdout, its log on stderr')
    .argument('<process>', 'a line of the Procfile')
    .argument('[event]', 'JSON; - reads standard input')
    .option('--sample <source>', 'a sample event instead: dalamb sample')
    .action((process: string, event: string | undefined, options: { sample?: string }) =>
      runProcess(stage, { process, event, ...options }, fails),
    );
  program
    .command('sample')
    .description('an event of a source in its real shape: s3, sqs, sns, dynamodb, kinesis, events, schedule, http, http-v1')
    .argument('[source]', 'without it, what there is')
    .action(async (source: string | undefined) => {
      if (source !== undefined)
        return stage.answer(await sample(stage, source), (event) => `${JSON.stringify(event, null, 2)}\n`);
      const found = await stage.api().get<{ sources: readonly string[] }>('/samples');
      stage.answer(found, ({ sources }) => sources.map((one) => `${one}\n`).join(''));
    });
}

interface RunOptions {
  readonly process: string;
  readonly event: string | undefined;
  readonly sample?: string;
}

async function runProcess(stage: Stage, { process, event, sample: source }: RunOptions, fails: () => void): Promise<void> {
  if (event !== undefined && source !== undefined) throw fail('WrongUsage', 'give an event or --sample, not both');
  const app = await stage.app();
  const payload = source === undefined ? await given(stage, event) : await sample(stage, source);
  const name = `${app}-${process}`;
  const body = { payload, qualifier: 'live', tail: true };
  const result = await stage.api().post<InvokeResult>(`/functions/${encodeURIComponent(name)}/invoke`, body);
  if (result.functionError !== undefined) fails();
  if (!stage.json()) stage.io.error(aboutText(result, name));
  stage.answer(result, ({ payload: answer }) => `${JSON.stringify(answer, null, 2)}\n`);
}

/** An event of a source as functions get it; a whole document, so that its text can be given to run. Rejects with NoSuchThing. */
async function sample(stage: Stage, source: string): Promise<unknown> {
  return (await stage.api().get<{ event: unknown }>(`/samples/${encodeURIComponent(source)}`)).event;
}

async function given(stage: Stage, event: string | undefined): Promise<unknown> {
  if (event === undefined) return {};
  return jsonOf('the event', event === '-' ? await textOf(stage, event) : event);
}

function aboutText({ log = '', durationMs, initMs, maxMemoryMiB, version, functionError }: InvokeResult, name: string): string {
  const cut = Buffer.byteLength(log) >= LOG_TAIL ? `(only the end of the log; all of it: dalamb logs ${name})\n` : '';
  const lines = log.split('\n').filter((line) => !/^(?:START|END|REPORT) RequestId: /.test(line));
  const said = lines.map(printable).join('\n').trimEnd();
  const start = initMs === undefined ? '' : `, init ${initMs.toFixed(0)} ms`;
  const how = functionError === undefined ? 'answered' : `failed (${functionError})`;
  const end = `${name} version ${version} ${how} in ${durationMs.toFixed(2)} ms${start}, ${maxMemoryMiB} MB\n`;
  return `${cut}${said === '' ? '' : `${said}\n`}${end}`;
}
