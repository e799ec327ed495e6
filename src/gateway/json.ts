import type { Exchange } from './exchange.ts';

/** Answers one JSON document; never to be framed, sniffed or cached by a browser. */
export function sendJson(
  exchange: Exchange,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const { res } = exchange;
  if (res.destroyed || res.headersSent) return;
  const text = JSON.stringify(value);
  const unread = exchange.headers.expect !== undefined && !exchange.req.complete;
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-amzn-requestid': exchange.requestId,
    ...(unread ? { connection: 'close' } : {}),
    ...headers,
  });
  res.end(exchange.method === 'HEAD' ? undefined : text);
}
