import { crc32 } from 'node:zlib';
import { type Failure, isFailure, platformFailure } from '../kernel/index.ts';
import type { Codec } from './codecs.ts';
import type { WireResponse } from './contract.ts';
import { tell } from './failures.ts';
import type { Operation } from './operation.ts';
import type { Answering } from './protocol.ts';

/**
 * Messages of `application/vnd.amazon.eventstream`, big-endian:
 * `total length u32 · headers length u32 · CRC-32 of both u32 · headers · payload · CRC-32 of all before u32`;
 * a header is `name length u8 · name · 7 (string) u8 · value length u16 · value`.
 */
export function eventMessage(headers: Readonly<Record<string, string>>, payload: Uint8Array | string): Buffer {
  const head = Buffer.concat(Object.entries(headers).flatMap(([name, value]) => header(name, value)));
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const message = Buffer.alloc(head.length + body.length + 16);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(head.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  message.set(head, 12);
  message.set(body, 12 + head.length);
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4);
  return message;
}

function header(name: string, value: string): readonly Buffer[] {
  const text = Buffer.from(value);
  return [Buffer.from([name.length]), Buffer.from(name), Buffer.from([7, text.length >> 8, text.length & 255]), text];
}

/** How a protocol writes what is inside of the messages. */
export interface EventForm {
  readonly codec: Codec;
  readonly contentType: string;
  readonly headers: Record<string, string>;
}

/** Members of the output's event stream, one each: `{ Name: value }`. */
type Events = AsyncIterable<Readonly<Record<string, unknown>>>;

/** An answer that is a stream of events, for protocols without members in headers: an initial response, then the events as they come. */
export function eventResponse(
  output: Record<string, unknown>,
  answering: Answering & { readonly operation: Operation },
  form: EventForm,
): WireResponse {
  const headers = { ...form.headers, 'content-type': 'application/vnd.amazon.eventstream' };
  return { status: 200, headers, body: messages(output, answering, form), endless: true };
}

async function* messages(
  output: Record<string, unknown>,
  answering: Answering & { readonly operation: Operation },
  { codec, contentType }: EventForm,
): AsyncGenerator<Uint8Array> {
  const { operation } = answering;
  const told = (type: string, payload: Uint8Array | string) =>
    eventMessage({ ':event-type': type, ':content-type': contentType, ':message-type': 'event' }, payload);
  const { [operation.outEvents]: events, ...rest } = output;
  yield told('initial-response', codec.write(operation.output, rest));
  const union = operation.output.getMemberSchema(operation.outEvents);
  try {
    for await (const event of events as Events) {
      const [name, value] = Object.entries(event)[0]!;
      yield told(name, codec.write(union.getMemberSchema(name), value));
    }
  } catch (error) {
    yield exception(isFailure(error) ? error : platformFailure('InternalError'), answering, { codec, contentType });
  }
}

/** A failure behind the first bytes: the last message. */
function exception(
  failure: Failure,
  { match }: Answering,
  { codec, contentType }: Pick<EventForm, 'codec' | 'contentType'>,
): Buffer {
  const { code, message, shape } = tell(failure, match.service, 'awsJson1_1');
  const headers = { ':exception-type': code, ':content-type': contentType, ':message-type': 'exception' };
  const payload = shape
    ? codec.write(shape.schema, { [shape.messageMember ?? 'message']: message })
    : JSON.stringify({ message });
  return eventMessage(headers, payload);
}
