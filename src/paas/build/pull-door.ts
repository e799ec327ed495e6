import http from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { imageRepository, type Place, type PullImage } from '../../model/index.ts';

/** Where builders find this platform's registry: `ACCOUNT/REGION` are the first parts of what they ask for. */
export const PULL_ADDRESS = '127.0.0.1:4566';
const PATH = /^\/v2\/(\d{12})\/([a-z0-9-]{1,32})\/(.*)$/;

export interface PullDoor {
  /** Takes a connection of the builder. */
  readonly take: (socket: Duplex) => void;
  readonly close: () => void;
}

/** Answers what a builder pulls of this platform's own registry, as its account; images that were built for other applications are theirs. */
export function openPullDoor(
  pullImage: PullImage,
  { app, account }: { readonly app: string; readonly account: string },
): PullDoor {
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    request.resume();
    const { url = '', method = '' } = request;
    const [, owner, region, rest = ''] = PATH.exec(url) ?? [];
    if (url !== '/v2/' && (owner === undefined || region === undefined || isOthers(rest, app))) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"errors":[{"code":"NAME_UNKNOWN","message":"there is no such repository for this build"}]}');
      return;
    }
    const from: Place = { account: owner ?? account, region: region ?? '' };
    const { range } = request.headers;
    const { status, headers, body } = await pullImage(account, from, { path: owner ? `/v2/${rest}` : url, method, range });
    response.writeHead(status, headers);
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) response.end(body);
    else await pipeline(Readable.from(body, { objectMode: false }), response);
  };
  return {
    take: (socket) => void server.emit('connection', socket),
    close: () => server.closeAllConnections(),
  };
}

function isOthers(rest: string, app: string): boolean {
  return rest.startsWith('apps/') && !rest.startsWith(`${imageRepository(app)}/`);
}
