import type { EventInput } from '../kernel/index.ts';

/** Body of an event in the topic `events.bus`: one event on one bus, with all that rules and targets need to know. */
export interface BusEvent {
  /** As PutEvents answered it; an event that is passed on to another bus or replayed keeps it. */
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  /** Who put it first, and where. */
  readonly account: string;
  readonly region: string;
  /** `2026-01-01T00:00:00Z`. */
  readonly time: string;
  readonly resources: readonly string[];
  /** JSON text of an object, as it was given: numbers keep all their digits. */
  readonly detail: string;
  /** ARN of the bus. */
  readonly bus: string;
  /** Epoch ms. */
  readonly ingested: number;
  /** Value of the X-Ray header. */
  readonly traceId?: string;
  /** It comes from an archive; for these rules only (ARNs), where it says so. */
  readonly replay?: { readonly name: string; readonly rules?: readonly string[] };
  /** It is for this rule (ARN) and no other: a schedule was due. */
  readonly rule?: string;
  /** Buses that passed it on. */
  readonly hops?: number;
}

/** More often an event is not passed on from bus to bus: rules that form a ring end there. */
export const MOST_HOPS = 16;

export function busArn(region: string, account: string, name: string): string {
  return `arn:aws:events:${region}:${account}:event-bus/${name}`;
}

/** An event as it is looked at on its way: parsed for patterns and paths, its text made when it is first asked for. */
export interface SeenEvent {
  readonly event: BusEvent;
  /** As targets get it: `version` to `detail` (spec/event-sources.md §3). */
  readonly value: Readonly<Record<string, unknown>>;
  /** The same as JSON text; the detail is as it was given. */
  readonly text: () => string;
}

export function seeBusEvent(event: BusEvent): SeenEvent {
  const { id, source, detailType, account, time, region, resources, replay } = event;
  const head = { version: '0', id, 'detail-type': detailType, source, account, time, region };
  const envelope = { ...head, ...(replay ? { 'replay-name': replay.name } : {}), resources };
  let text: string | undefined;
  return {
    event,
    value: { ...envelope, detail: JSON.parse(event.detail) },
    text: () => {
      text ??= `${JSON.stringify(envelope).slice(0, -1)},"detail":${event.detail}}`;
      return text;
    },
  };
}

/** How it is appended to the topic of buses; place is the bus's own. storedId is unique: that of a replayed event is not its own. */
export function busEventInput(event: BusEvent, storedId: string, cause: string | undefined): EventInput {
  const [, , , region = '', account = ''] = event.bus.split(':');
  return {
    id: storedId,
    type: event.detailType,
    source: event.source,
    subject: event.bus,
    account,
    region,
    time: event.ingested,
    ...(cause === undefined ? {} : { cause }),
    body: event,
  };
}

/** Epoch ms as events say it: whole seconds. */
export function eventTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
