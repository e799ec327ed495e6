import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { fail } from '../kernel/index.ts';
import type { WireRequest } from './contract.ts';

const unzip = promisify(gunzip);

export function isCompressed({ headers }: WireRequest): boolean {
  return headers['content-encoding']?.trim().toLowerCase() === 'gzip';
}

/** The content of a body that a client compressed, which signatures cover as it was sent; refuse says that it is larger than limit bytes. */
export async function uncompressed(bytes: Buffer, limit: number, refuse: () => unknown): Promise<Buffer> {
  try {
    return await unzip(bytes, { maxOutputLength: limit });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw refuse();
    throw fail('SerializationException', 'The body is not what its Content-Encoding says.', { status: 400 });
  }
}
