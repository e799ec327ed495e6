import type { Exchange } from './exchange.ts';
import type { UrlAnswer } from './url-answer.ts';

/** Writes the answer of a function URL or an HTTP API in one piece. */
export function writeAnswer(exchange: Exchange, answer: UrlAnswer): void {
  const { res } = exchange;
  if (res.destroyed) return;
  const bodiless = answer.status === 204 || answer.status === 304;
  const length =
    bodiless || answer.headers['content-length'] !== undefined ? {} : { 'content-length': Buffer.byteLength(answer.body) };
  if (exchange.headers.expect !== undefined && !exchange.req.complete) answer.headers.connection = 'close';
  res.writeHead(answer.status, { ...answer.headers, ...length });
  res.end(bodiless || exchange.method === 'HEAD' ? undefined : answer.body);
}
