import type { Command } from 'commander';
import { type Failure, fail } from '../kernel/index.ts';
import type { EventAccepted, FunctionList, FunctionSummary, InvokeResult } from '../model/index.ts';
import { jsonOf, textOf } from './given.ts';
import type { Stage } from './stage.ts';
import { printable, table } from './table.ts';

export function addFunctions(program: Command, stage: Stage, fails: () => void): void {
  program
    .command('functions')
    .description('functions of the environment')
    .action(async () => stage.answer({ functions: await allFunctions(stage) }, functionsText));
  program
    .command('invoke')
    .description('run a function and print what it answers')
    .argument('<name>', 'name, or ARN')
    .option('--payload <json>', 'the event, as JSON; - reads standard input')
    .option('--file <path>', 'the event, from a file')
    .option('--event <name>', 'a ready-made event: hello, s3, sqs, http')
    .option('--qualifier <version>', 'version or alias')
    .option('--async', 'accept the event and run it later')
    .option('--tail', "print the end of the function's log, too")
    .action((name: string, options: InvokeOptions) => invoke(stage, name, options, fails));
}

/** Pages are 50 functions; an environment that has more than this many pages is listed in part, and says so. */
const MOST_PAGES = 1000;

async function allFunctions(stage: Stage): Promise<FunctionSummary[]> {
  const api = stage.api();
  const all: FunctionSummary[] = [];
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { functions, next } = await api.get<FunctionList>('/functions', { after });
    all.push(...functions);
    if (next === undefined) return all;
    after = next;
  }
  stage.io.error(`dalamb: only the first ${all.length} functions are listed\n`);
  return all;
}

function functionsText({ functions }: { functions: readonly FunctionSummary[] }): string {
  if (functions.length === 0) return 'no functions here yet; create one with: aws lambda create-function …\n';
  return table(
    ['NAME', 'RUNTIME', 'MEMORY', 'TIMEOUT', 'STATE', 'MODIFIED'],
    functions.map((f) => [
      f.name,
      f.runtime,
      `${f.memoryMiB} MB`,
      `${f.timeoutMs / 1000} s`,
      f.state,
      new Date(f.modified).toISOString(),
    ]),
  );
}

interface InvokeOptions {
  readonly payload?: string;
  readonly file?: string;
  readonly event?: string;
  readonly qualifier?: string;
  readonly async?: boolean;
  readonly tail?: boolean;
}

async function invoke(stage: Stage, name: string, options: InvokeOptions, fails: () => void): Promise<void> {
  if (options.async && options.tail) throw usage('--tail needs an answer: leave out --async');
  const payload = await eventOf(stage, options);
  const path = `/functions/${encodeURIComponent(name)}`;
  const { qualifier } = options;
  if (options.async) {
    const accepted = await stage.api().post<EventAccepted>(`${path}/events`, { payload, qualifier });
    return stage.answer(accepted, ({ requestId }) => `accepted as ${requestId}; follow it with: dalamb logs ${name} -f\n`);
  }
  const result = await stage.api().post<InvokeResult>(`${path}/invoke`, { payload, qualifier, tail: options.tail });
  if (result.functionError !== undefined) fails();
  stage.answer(result, resultText);
}

function resultText(result: InvokeResult): string {
  const log = result.log === undefined ? '' : `${result.log.split('\n').map(printable).join('\n').trimEnd()}\n\n`;
  return `${log}${JSON.stringify(result.payload, null, 2)}\n`;
}

async function eventOf(stage: Stage, { payload, file, event }: InvokeOptions): Promise<unknown> {
  const given = [payload, file, event].filter((option) => option !== undefined);
  if (given.length > 1) throw usage('give one of --payload, --file and --event');
  if (event !== undefined) return readyMade(event);
  if (file !== undefined) return jsonOf(file, await textOf(stage, file));
  if (payload === '-') return jsonOf('standard input', await textOf(stage, payload));
  return payload === undefined ? {} : jsonOf('--payload', payload);
}

function usage(message: string): Failure {
  return fail('WrongUsage', message, { fields: { next: 'see: dalamb invoke --help' } });
}

const events: Readonly<Record<string, unknown>> = {
  hello: { hello: 'world' },
  s3: {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: '2026-01-01T00:00:00.000Z',
        eventName: 'ObjectCreated:Put',
        s3: {
          s3SchemaVersion: '1.0',
          bucket: { name: 'example', arn: 'arn:aws:s3:::example' },
          object: { key: 'photo.jpg', size: 1024 },
        },
      },
    ],
  },
  sqs: {
    Records: [
      { messageId: '1', body: 'hello', attributes: {}, messageAttributes: {}, eventSource: 'aws:sqs', awsRegion: 'us-east-1' },
    ],
  },
  http: {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/',
    rawQueryString: '',
    headers: {},
    requestContext: {
      http: { method: 'GET', path: '/', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'dalamb' },
      stage: '$default',
    },
    isBase64Encoded: false,
  },
};

function readyMade(name: string): unknown {
  if (!Object.hasOwn(events, name)) throw usage(`there is no event ${name}; there are ${Object.keys(events).join(', ')}`);
  return events[name];
}
