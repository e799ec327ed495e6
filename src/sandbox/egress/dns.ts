/** The few parts of DNS messages (RFC 1035 §4) that judging them needs. Parsers give undefined for what is malformed. */
export interface Question {
  readonly id: number;
  /** Lower case, without the final dot; empty for the root. */
  readonly name: string;
  readonly type: number;
  /** Recursion desired bit. */
  readonly flags: number;
  /** Offset behind the question. */
  readonly end: number;
}

export const TYPE = { A: 1, AAAA: 28, SVCB: 64, HTTPS: 65, ANY: 255 } as const;
export const RCODE = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;
const HEADER = 12;
const IN = 1;

/** A query with exactly one question of class IN. */
export function parseQuestion(message: Buffer): Question | undefined {
  if (message.length < HEADER + 5 || message.readUInt16BE(4) !== 1) return undefined;
  const name = readName(message, HEADER);
  if (!name || name.end + 4 > message.length || message.readUInt16BE(name.end + 2) !== IN) return undefined;
  const flags = message.readUInt16BE(2);
  return { id: message.readUInt16BE(0), name: name.text, type: message.readUInt16BE(name.end), flags, end: name.end + 4 };
}

/** Labels of letters, digits, `-` and `_`; at most 16 jumps, backwards only. */
function readName(message: Buffer, start: number): { text: string; end: number } | undefined {
  const labels: string[] = [];
  let end: number | undefined;
  let at = start;
  for (let size = 0, jumps = 0; at < message.length; ) {
    const length = message[at]!;
    if (length === 0) return { text: labels.join('.').toLowerCase(), end: end ?? at + 1 };
    if (length >= 0xc0) {
      if (at + 1 >= message.length) return undefined;
      const to = message.readUInt16BE(at) & 0x3fff;
      end ??= at + 2;
      if (to < HEADER || to >= at || ++jumps > 16) return undefined;
      at = to;
      continue;
    }
    size += length + 1;
    if (length > 63 || size > 254 || at + 1 + length > message.length) return undefined;
    const label = message.toString('latin1', at + 1, at + 1 + length);
    if (!/^[A-Za-z0-9_-]+$/.test(label)) return undefined;
    labels.push(label);
    at += length + 1;
  }
  return undefined;
}

export interface Address {
  readonly address: string;
  /** Seconds. */
  readonly ttl: number;
}

/** The IPv4 addresses of a reply, whatever chain of aliases led to them, and its code. */
export function parseReply(
  message: Buffer,
): { readonly rcode: number; readonly truncated: boolean; readonly addresses: Address[] } | undefined {
  const question = parseQuestion(message);
  if (!question || (question.flags & 0x8000) === 0) return undefined;
  const addresses: Address[] = [];
  let at = question.end;
  for (let left = Math.min(message.readUInt16BE(6), 256); left > 0; left--) {
    const name = readName(message, at);
    if (!name || name.end + 10 > message.length) return undefined;
    const size = message.readUInt16BE(name.end + 8);
    const data = name.end + 10;
    if (data + size > message.length) return undefined;
    if (message.readUInt16BE(name.end) === TYPE.A && size === 4) {
      addresses.push({ address: [...message.subarray(data, data + 4)].join('.'), ttl: message.readUInt32BE(name.end + 4) });
    }
    at = data + size;
  }
  return { rcode: question.flags & 0xf, truncated: (question.flags & 0x200) !== 0, addresses };
}

/** Our own reply to a query: its question, and these addresses. */
export function reply(query: Buffer, question: Question, rcode: number, addresses: readonly Address[] = []): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(question.id, 0);
  header.writeUInt16BE(0x8080 | (question.flags & 0x100) | rcode, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const records = addresses.map(({ address, ttl }) => {
    const record = Buffer.alloc(16);
    record.writeUInt16BE(0xc000 | HEADER, 0);
    record.writeUInt16BE(TYPE.A, 2);
    record.writeUInt16BE(IN, 4);
    record.writeUInt32BE(ttl, 6);
    record.writeUInt16BE(4, 10);
    record.set(address.split('.').map(Number), 12);
    return record;
  });
  return Buffer.concat([header, query.subarray(HEADER, question.end), ...records]);
}
