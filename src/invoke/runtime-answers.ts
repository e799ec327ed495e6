import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from './runtime-session.ts';

/** The whole body; undefined when it is longer than limit (it is still read to its end, so that the answer arrives). */
export async function read(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size <= limit) chunks.push(chunk);
  }
  return size <= limit ? Buffer.concat(chunks, size) : undefined;
}

export function accept(response: ServerResponse): void {
  json(response, 202, { status: 'OK' });
}

export function refuse(response: ServerResponse, { status, errorMessage, errorType }: Refusal): void {
  json(response, status, { errorMessage, errorType });
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers });
  response.end(text);
}
