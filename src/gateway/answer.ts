import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Logger } from '../kernel/index.ts';
import type { WireResponse } from '../wire/index.ts';
import type { Exchange } from './exchange.ts';
import { endWithTurn, thisTurn } from './together.ts';

/**
 * Writes an answer: in one piece, or a stream at the client's pace that ends when the client goes. A stream that breaks cuts the
 * connection, so that half an answer is never taken for a whole one. Undefined when there is nothing to wait for. Never rejects, never throws.
 */
export function send(exchange: Exchange, response: WireResponse, logger: Logger): Promise<void> | undefined {
  const { res } = exchange;
  const body = response.body;
  const failed = (error: unknown) => {
    logger.error('an answer could not be written', { requestId: exchange.requestId, error });
    if (!res.headersSent) res.writeHead(500, { 'content-length': '0', 'x-amzn-requestid': exchange.requestId });
    discard(body);
    res.destroy();
  };
  try {
    if (res.destroyed || res.headersSent) discard(body);
    else if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) sendWhole(exchange, response);
    else return sendStream(exchange, response, body).catch(failed);
  } catch (error) {
    failed(error);
  }
  return undefined;
}

/** Bytes up to here go out as latin1 text: head and body are then one piece of text. */
const SMALL = 16 * 1024;

const isHttp1 = ({ req }: Exchange) => req.httpVersionMajor === 1;

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

function sendWhole(exchange: Exchange, response: WireResponse): void {
  const { res, req } = exchange;
  const body = response.body as Uint8Array | string | undefined;
  const { status, headers } = response;
  if (headers['content-length'] === undefined && headers['Content-Length'] === undefined && status !== 204 && status !== 304)
    headers['content-length'] = body === undefined ? '0' : String(Buffer.byteLength(body));
  closeIfUnread(exchange, headers);
  res.writeHead(status, headers);
  const content = req.method === 'HEAD' ? undefined : body;
  const small = isHttp1(exchange) && content instanceof Uint8Array && content.byteLength <= SMALL;
  // What waited for a sync leaves together with all that it covered as it is.
  const end = isHttp1(exchange) && exchange.turn === thisTurn() ? endWithTurn : endAtOnce;
  if (small) end(res, latin1(content), 'latin1');
  else end(res, content, 'utf8');
}

function endAtOnce(res: ServerResponse, content: Uint8Array | string | undefined, encoding: BufferEncoding): void {
  res.end(content, encoding);
}

/** A client that waits for 100 Continue and gets an answer instead never sends its body: the connection cannot be used again. */
function closeIfUnread(exchange: Exchange, headers: Record<string, string>): void {
  if (exchange.headers.expect !== undefined && !exchange.req.complete && isHttp1(exchange)) headers.connection = 'close';
}

async function sendStream(exchange: Exchange, response: WireResponse, body: AsyncIterable<Uint8Array>): Promise<void> {
  const { res, req } = exchange;
  res.writeHead(response.status, response.headers);
  if (req.method === 'HEAD') {
    discard(body);
    res.end();
    return;
  }
  const gone = () => discard(body);
  res.once('close', gone);
  if (response.endless) {
    (res as Endless)[endless] = true;
    res.flushHeaders();
  }
  try {
    for await (const chunk of body) {
      if (res.destroyed || res.writableEnded) return;
      if (!res.write(chunk)) await writable(res);
    }
    res.end();
  } catch (error) {
    if (!res.destroyed) throw error;
  } finally {
    res.off('close', gone);
  }
}

/** Marks answers that end only with their client, or with us. */
const endless = Symbol('endless');
type Endless = ServerResponse & { [endless]?: true };

/** Ends an answer that would hold up the end of everything; between two pieces, so that the client takes it for a whole one. */
export function endIfEndless(res: ServerResponse): void {
  if ((res as Endless)[endless]) res.end();
}

function writable(res: ServerResponse): Promise<void> {
  if (res.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.on('drain', done).on('close', done);
  });
}

function discard(body: WireResponse['body']): void {
  if (body instanceof Readable) {
    body.on('error', () => {});
    body.destroy();
  } else if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)) {
    body[Symbol.asyncIterator]()
      .return?.()
      .catch(() => {});
  }
}
