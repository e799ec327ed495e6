import type { Logger } from '../kernel/index.ts';
import { send } from './answer.ts';
import type { Exchange } from './exchange.ts';

const PAGE = `dalamb is running here.

It speaks AWS's protocols: point the AWS CLI or an SDK to this address with --endpoint-url or AWS_ENDPOINT_URL.
How to begin: README.md and docs/ of dalamb. State: /_dalamb/health, figures: /_dalamb/metrics.
`;

/**
 * Somebody typed the bare address into a browser: no signature, and HTML is wanted. Programs that list buckets without a signature do not
 * ask for HTML. Pages of others are told nothing that they did not link to themselves: the answer is the same for all.
 */
export function isHomeVisit({ path, url, method, headers, host }: Exchange): boolean {
  if (path !== '/' || url !== '/' || host.kind !== 'own' || (method !== 'GET' && method !== 'HEAD')) return false;
  return headers.authorization === undefined && headers.accept !== undefined && headers.accept.includes('text/html');
}

/** Sends them on to home, or tells what this is. Never rejects. */
export async function showHome(exchange: Exchange, home: string | undefined, logger: Logger): Promise<void> {
  const headers: Record<string, string> = { 'x-amzn-requestid': exchange.requestId, 'cache-control': 'no-store' };
  if (home !== undefined) {
    await send(exchange, { status: 302, headers: { ...headers, location: home } }, logger);
    return;
  }
  const text = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  await send(exchange, { status: 200, headers: { ...headers, ...text }, body: PAGE }, logger);
}
