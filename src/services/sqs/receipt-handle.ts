import { crc32 } from 'node:zlib';
import type { Queue } from './queue.ts';
import { receiptHandleIsInvalid } from './refusals.ts';

/** What a receipt handle says: which message, as of which of its receives. */
export interface Receipt {
  readonly queue: string;
  readonly era: number;
  readonly receives: number;
  /** Message id in a standard queue, sequence number in a FIFO queue. */
  readonly key: string;
  /** FIFO only. */
  readonly group?: string;
}

const SEPARATOR = '\n';

/** Opaque text with a checksum: `base64(crc ⏎ queue ⏎ era ⏎ receives ⏎ key [⏎ group])`. */
export function writeReceipt({ queue, era, receives, key, group }: Receipt): string {
  const text = `${queue}\n${era}\n${receives}\n${key}${group === undefined ? '' : SEPARATOR + group}`;
  return Buffer.from(`${checksum(text)}\n${text}`).toString('base64');
}

/** Throws ReceiptHandleIsInvalid 404 for what no receive of this queue gave. */
export function readReceipt(handle: string, queue: Pick<Queue, 'id' | 'fifo'>): Receipt {
  const receipt = parseReceipt(handle);
  if (!receipt || receipt.queue !== queue.id || (receipt.group !== undefined) !== queue.fifo)
    throw receiptHandleIsInvalid(handle);
  return receipt;
}

/** Undefined for what is no handle. */
export function parseReceipt(handle: string): Receipt | undefined {
  const text = Buffer.from(handle, 'base64').toString();
  const [sum, queue, era, receives, key, group, ...rest] = text.split(SEPARATOR);
  if (key === undefined || rest.length > 0 || text.slice(9) === '' || checksum(text.slice(9)) !== sum) return undefined;
  return { queue: queue!, era: Number(era), receives: Number(receives), key, ...(group === undefined ? {} : { group }) };
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
