import type { Command } from 'commander';
import type { Trace, TraceDelivery, TraceEvent } from '../model/index.ts';
import { errorText } from './error-text.ts';
import type { Stage } from './stage.ts';
import { printable } from './table.ts';

export function addTrace(program: Command, stage: Stage): void {
  program
    .command('trace')
    .description('cause and effect, both ways, of a delivery, an invocation, an event, a message or a record')
    .argument('<id>', 'request id, delivery id, message id, sequence number, or the id that a publisher was told')
    .action(async (id: string) =>
      stage.answer(await stage.api().get<Trace>(`/events/trace/${encodeURIComponent(id)}`), (trace) => traceText(trace)),
    );
}

function traceText(trace: Trace): string {
  const from = trace.invocation === undefined ? [] : [`invocation ${trace.invocation}`];
  const lines = [...from, ...trace.events.flatMap((event) => eventLines(event, from.length, trace.id))];
  return `${[...lines, ...(trace.truncated ? ['(there is more)'] : [])].join('\n')}\n`;
}

function eventLines(event: TraceEvent, depth: number, asked: string): string[] {
  const kind = event.type ?? (event.topic === 'sqs' ? 'message' : '(no longer kept)');
  const what = [kind, event.subject ?? ''].filter((word) => word !== '').join(' ');
  const line = `${new Date(event.time).toISOString()} ${event.topic} ${what}  ${event.id}`;
  return [marked(line, depth, event.id === asked), ...event.deliveries.flatMap((one) => deliveryLines(one, depth + 1, asked))];
}

function deliveryLines(one: TraceDelivery, depth: number, asked: string): string[] {
  const tries = one.attempts === 1 ? '' : ` after ${one.attempts} attempts`;
  const why = one.reason ?? (one.state === 'in-flight' ? one.error : undefined);
  const reason = why === undefined || one.state === 'delivered' ? '' : ` (${errorText(why)})`;
  const size = one.size === undefined || one.size === 1 ? '' : ` in a batch of ${one.size}`;
  const kept = one.deadLetter === undefined ? '' : ` in ${one.deadLetter}`;
  const replay = one.replay === undefined ? '' : ` [replay ${one.replay}]`;
  const line = `→ ${one.target} ${one.state}${size}${kept}${tries}${reason}${replay}  ${one.id}`;
  return [marked(line, depth, one.id === asked), ...one.caused.flatMap((event) => eventLines(event, depth + 1, asked))];
}

function marked(line: string, depth: number, asked: boolean): string {
  return `${asked ? '* ' : '  '}${'  '.repeat(depth)}${printable(line)}`;
}
