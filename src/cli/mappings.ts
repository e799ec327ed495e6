import type { Command } from 'commander';
import type { Stage } from './stage.ts';
import { printable, table } from './table.ts';

interface Books {
  readonly accepted: number;
  readonly filtered: number;
  readonly delivered: number;
  readonly failed: number;
  readonly expired: number;
  readonly 'dead-lettered': number;
}

interface Mapping {
  readonly uuid: string;
  readonly sourceArn: string;
  readonly functionArn: string;
  readonly state: string;
  readonly books: Books;
  readonly blocked?: readonly Blocked[];
}

interface Blocked {
  readonly shardId: string;
  readonly slice: number;
  readonly attempts: number;
  readonly error?: string;
  /** Only with one mapping. */
  readonly records?: readonly { readonly sequenceNumber: string }[];
}

interface Options {
  readonly retry?: boolean;
  readonly skip?: boolean;
  readonly to?: string;
  readonly shard?: string;
  readonly slice?: string;
}

export function addMappings(program: Command, stage: Stage): void {
  program
    .command('mappings')
    .description('event source mappings, and what to do with a lane that a record blocks')
    .argument('[uuid]', 'one of them, with what is blocked')
    .option('--retry', 'try blocked lanes now')
    .option('--skip', 'give up the first record of a blocked lane')
    .option('--to <arn>', 'with --skip: keep it in this queue, topic or bucket')
    .option('--shard <id>', 'only this shard')
    .option('--slice <n>', 'only this slice of it')
    .action((uuid: string | undefined, options: Options) => mappings(stage, uuid, options));
}

async function mappings(stage: Stage, uuid: string | undefined, options: Options): Promise<void> {
  const api = stage.api();
  if (uuid === undefined)
    return stage.answer(await api.get<{ mappings: readonly Mapping[] }>('/mappings', { limit: 1000 }), listText);
  const path = `/mappings/${encodeURIComponent(uuid)}`;
  const { shard: shardId, slice, to } = options;
  const lane = { shardId, slice: slice === undefined ? undefined : Number(slice) };
  if (options.skip) {
    const answer = await api.post<{ skipped?: string }>(`${path}/skip`, { ...lane, to });
    return stage.answer(answer, ({ skipped }) => `skipped ${skipped}${to === undefined ? '' : `, kept in ${to}`}\n`);
  }
  if (options.retry) {
    const answer = await api.post<{ lanes: number }>(`${path}/retry`, lane);
    return stage.answer(answer, ({ lanes }) => `trying ${lanes} ${lanes === 1 ? 'lane' : 'lanes'} again\n`);
  }
  stage.answer(await api.get<Mapping>(path), shownText);
}

function rowOf({ uuid, sourceArn, functionArn, state, books }: Mapping): string[] {
  const { accepted, filtered, delivered, failed, expired } = books;
  const sums = [accepted, filtered, delivered, failed, expired, books['dead-lettered']].map(String);
  return [uuid, sourceArn, functionArn, state, ...sums];
}

const HEAD = ['UUID', 'SOURCE', 'FUNCTION', 'STATE', 'ACCEPTED', 'FILTERED', 'DELIVERED', 'FAILED', 'EXPIRED', 'DEAD-LETTERED'];

function listText({ mappings: all }: { mappings: readonly Mapping[] }): string {
  if (all.length === 0) return 'no mappings yet; make one with: dalamb on sqs:QUEUE run FUNCTION\n';
  const blocked = all.flatMap(({ uuid, blocked: lanes = [] }) => lanes.map((lane) => `${uuid} ${blockedText(lane)}`));
  const next = blocked.length === 0 ? '' : 'next: dalamb mappings UUID\n';
  return `${table(HEAD, all.map(rowOf))}${blocked.join('')}${next}`;
}

function blockedText({ shardId, slice, attempts, error, records }: Blocked): string {
  const at = records?.[0] ? ` at ${records[0].sequenceNumber}` : '';
  const why = error === undefined || error === '' ? '' : `: ${printable(error)}`;
  return `blocked: ${shardId} slice ${slice}${at}, ${attempts} attempts${why}\n`;
}

function shownText(mapping: Mapping): string {
  const blocked = (mapping.blocked ?? []).map(blockedText);
  const next = blocked.length === 0 ? '' : `next: dalamb mappings ${mapping.uuid} --retry, or --skip [--to ARN]\n`;
  return `${table(HEAD, [rowOf(mapping)])}${blocked.join('')}${next}`;
}
