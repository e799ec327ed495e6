import type { Command } from 'commander';
import { fail } from '../kernel/index.ts';
import type { AcceptedEvents, DeliveryList, EventBooks } from '../model/index.ts';
import type { Api } from './api.ts';
import { errorText } from './error-text.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

const STATES = ['in-flight', 'delivered', 'failed', 'expired', 'dropped', 'dead-lettered'] as const;
type State = (typeof STATES)[number];

export function addEvents(program: Command, stage: Stage): void {
  const command = program.command('events').description('accepted events, what is in flight, and how deliveries ended');
  for (const state of STATES) command.option(`--${state}`, `list deliveries: ${state}`);
  command.option('--source <source>', 'accepted events of one source, newest first: s3, sqs, sns, kinesis, dynamodb, events, …');
  command.option('--limit <n>', 'how many', '100').action((options: Record<string, unknown>) => events(stage, options));
}

async function events(stage: Stage, options: Record<string, unknown>): Promise<void> {
  const asked = STATES.filter((state) => options[camel(state)] === true);
  if (asked.length > 1) throw fail('WrongUsage', `give one of ${STATES.map((state) => `--${state}`).join(', ')}`);
  const state = asked[0];
  if (typeof options.source === 'string' && state === undefined) return accepted(stage, options.source, String(options.limit));
  if (state === undefined) return stage.answer(await stage.api().get<EventBooks>('/events'), booksText);
  const list = await stage.api().get<DeliveryList>('/events/deliveries', { state, limit: String(options.limit) });
  stage.answer(list, (value) => deliveriesText(value, state));
}

async function accepted(stage: Stage, source: string, limit: string): Promise<void> {
  const api = stage.api();
  const list = await api.get<AcceptedEvents>('/events/accepted', { topic: await sourceOf(api, source), limit });
  stage.answer(list, ({ events: found, next }) => {
    if (found.length === 0) return `no events of ${source}\n`;
    const rows = found.map((one) => [new Date(one.time).toISOString(), one.type, one.subject, one.id, one.cause ?? '']);
    return `${table(['TIME', 'TYPE', 'SUBJECT', 'ID', 'CAUSE'], rows)}${next === undefined ? '' : '(there are more: --limit)\n'}`;
  });
}

/** What a word means: a topic's name, its first word (also as `dalamb on` writes it), or what mappings poll. */
async function sourceOf(api: Api, word: string): Promise<string> {
  const { topics, sources = topics.map(({ topic }) => topic) } = await api.get<EventBooks>('/events');
  const found = sources.find((name) => name === word || [word, `${word}s`].includes(name.split('.')[0]!));
  if (found !== undefined) return found;
  throw fail('WrongUsage', `${word} is no source; there are ${sources.join(', ')}`);
}

const camel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function booksText({ topics, mappings = [] }: EventBooks): string {
  const head = [
    'TOPIC',
    'ROUTED',
    'UNMATCHED',
    'DELIVERIES',
    'IN FLIGHT',
    'DELIVERED',
    'FAILED',
    'EXPIRED',
    'DROPPED',
    'DEAD-LETTERED',
  ];
  return table(
    head,
    [...topics, ...mappings].map((sums) =>
      [
        sums.topic,
        sums.routed,
        sums.unmatched,
        sums.deliveries,
        sums.inFlight,
        sums.delivered,
        sums.failed,
        sums.expired,
        sums.dropped,
        sums['dead-lettered'],
      ].map(String),
    ),
  );
}

function deliveriesText({ deliveries, next }: DeliveryList, state: State): string {
  if (deliveries.length === 0) return `no deliveries ${state}\n`;
  const rows = deliveries.map((one) => [
    one.id,
    one.subscriber ?? '',
    one.target,
    String(one.attempts ?? 0),
    new Date(one.time ?? one.acceptedAt ?? 0).toISOString(),
    errorText(one.reason ?? one.lastError ?? ''),
  ]);
  return `${table(['ID', 'SUBSCRIBER', 'TARGET', 'ATTEMPTS', 'TIME', 'REASON'], rows)}${next === undefined ? '' : '(there are more: --limit)\n'}`;
}
