import http from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Uint8Array;
}

/** One request exactly as given: path unnormalized, any Host, any header. */
export function raw(url: string, { method = 'GET', path, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    // Kept alive, so that a refusal that comes before the body is sent can be read.
    const agent = new http.Agent({ keepAlive: true });
    const request = http.request({ hostname, port, method, path, headers, agent }, async (response) => {
      const bytes = await buffer(response);
      agent.destroy();
      resolve({ status: response.statusCode!, headers: response.headers, bytes, text: bytes.toString() });
    });
    request.on('error', reject);
    request.setTimeout(10_000, () => request.destroy(new Error('no answer in 10 s')));
    request.end(body);
  });
}
