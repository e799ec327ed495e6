import { Agent, type ClientRequest, type IncomingMessage, request as startRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, fail } from '../kernel/index.ts';
import {
  type AdapterRequest,
  type AdapterResponse,
  type AdapterSettings,
  adapterRequest,
  adapterResult,
  adapterSettings,
  inRanges,
} from '../model/index.ts';
import { MAX_RESPONSE } from './frames.ts';
import type { InitRequest, InitResult, LinkEvents, RuntimeCall, RuntimeLink } from './link.ts';

/** Connects to a port inside; undefined when nothing listens there. */
export type OpenPort = (port: number) => Promise<Duplex | undefined>;

const PROBE_MS = 5000;
const MOST_PAUSE_MS = 25;
/** A connection is used again so soon after an answer only that no server has thought of closing it. */
const REUSE_MS = 500;
/** As AWS's adapter: before the init phase is over. */
const ASYNC_INIT_MS = 9800;
/** A server that ends says so by closing its connections first; how it ended says more. */
const LAST_CHANCE_MS = 300;

/** A plain HTTP server inside: the platform waits until it is ready, and turns each event into a request to it and its answer into a result. */
export class AdapterLink implements RuntimeLink {
  readonly ready: Promise<void> = Promise.resolve();
  readonly drained: Promise<void> = Promise.resolve();
  readonly connected = true;
  /** Servers are used to SIGTERM, and may have something to finish. */
  readonly wantsNotice = true;
  readonly #open: OpenPort;
  readonly #clock: Clock;
  readonly #agent: Agent;
  #events: LinkEvents | undefined;
  #settings: AdapterSettings | undefined;
  #variables: InitRequest['variables'] = {};
  #serving: Promise<void> = Promise.resolve();
  #running: ClientRequest | undefined;
  #closed = false;

  constructor(open: OpenPort, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
    this.#agent = agentOver(open);
  }

  connect(_listener: 'channel' | 'runtime', socket: Duplex): void {
    socket.destroy(); // the Runtime API is the platform's part here
  }

  init(request: InitRequest, events: LinkEvents): Promise<InitResult> {
    const settings = adapterSettings(request.variables);
    if (typeof settings === 'string') {
      const errorType = 'Runtime.InvalidAdapterSettings';
      return Promise.resolve({ ok: false, errorType, payload: failure(errorType, settings) });
    }
    this.#settings = settings;
    this.#variables = request.variables;
    this.#events = events;
    this.#serving = this.#untilReady(settings);
    return new Promise((resolve) => {
      const cancel = settings.asyncInit ? this.#clock.after(ASYNC_INIT_MS, () => resolve({ ok: true })) : () => {};
      void this.#serving.then(cancel).then(() => resolve({ ok: true }));
    });
  }

  invoke(call: RuntimeCall): void {
    void this.#serve(call, this.#settings!);
  }

  offer(): undefined {
    return undefined;
  }

  begin(): void {}

  takeBack(): ReadonlySet<number> {
    return new Set();
  }

  close(): void {
    this.#closed = true;
    this.#events = undefined;
    this.#running?.destroy();
    this.#agent.destroy();
  }

  async #untilReady({ readiness }: AdapterSettings): Promise<void> {
    for (let pause = 1; !this.#closed; pause = Math.min(pause * 2, MOST_PAUSE_MS)) {
      if (await this.#probe(readiness).catch(() => false)) return;
      await new Promise<void>((resolve) => this.#clock.after(pause, resolve));
    }
  }

  async #probe({ port, path, protocol, healthy }: AdapterSettings['readiness']): Promise<boolean> {
    if (protocol === 'tcp') {
      const socket = await this.#open(port);
      socket?.destroy();
      return socket !== undefined;
    }
    const asked = this.#ask(port, { method: 'GET', target: path, headers: {}, body: Buffer.alloc(0) });
    const probe = this.#running;
    const cancel = this.#clock.after(PROBE_MS, () => probe?.destroy());
    const response = await asked.finally(cancel);
    return response !== undefined && inRanges(response.status, healthy);
  }

  async #serve(call: RuntimeCall, settings: AdapterSettings): Promise<void> {
    await this.#serving;
    try {
      const request = adapterRequest(call.payload, this.#context(call), settings);
      const response = await this.#ask(settings.port, request);
      if (!response) return this.#end((events) => events.tooLarge());
      const result = adapterResult(response, request.shape, settings);
      if (!result.ok) return this.#fail('Function.HttpStatus', result.text);
      if (result.payload.length > MAX_RESPONSE) return this.#end((events) => events.tooLarge());
      this.#end((events) => events.result(result.payload, 'application/json'));
    } catch (error) {
      const text = `the server at port ${settings.port} gave no answer: ${(error as Error).message}`;
      this.#clock.after(LAST_CHANCE_MS, () => this.#fail('Runtime.ServerUnreachable', text));
    }
  }

  /** undefined: the answer was too large. Rejects when the connection ends before the answer does, and for what is no HTTP. */
  #ask(port: number, { method, target, headers, body }: Omit<AdapterRequest, 'shape'>): Promise<AdapterResponse | undefined> {
    return new Promise((resolve, reject) => {
      const length = body.length > 0 || method === 'POST' || method === 'PUT' ? { 'content-length': String(body.length) } : {};
      const request = startRequest({
        agent: this.#agent,
        host: HOST,
        port,
        method,
        path: target,
        headers: { host: `${HOST}:${port}`, ...(headers as Record<string, string | string[]>), ...length },
      });
      this.#running = request;
      request.once('error', reject);
      request.once('upgrade', (_response, socket) => socket.destroy());
      const closed = () => reject(fail('ServerUnreachable', 'the connection was closed'));
      request.once('close', closed);
      request.once('response', (response) => {
        request.off('close', closed); // from here on the response says whether it is whole
        collect(response).then(resolve, reject);
      });
      request.end(body);
    });
  }

  #context(call: RuntimeCall): Readonly<Record<string, unknown>> {
    const variables = this.#variables;
    return {
      request_id: call.requestId,
      deadline: call.deadline,
      invoked_function_arn: call.arn,
      ...(call.traceId === undefined ? {} : { xray_trace_id: call.traceId }),
      ...(call.clientContext === undefined ? {} : { client_context: call.clientContext }),
      env_config: {
        function_name: variables.AWS_LAMBDA_FUNCTION_NAME,
        memory: Number(variables.AWS_LAMBDA_FUNCTION_MEMORY_SIZE),
        version: variables.AWS_LAMBDA_FUNCTION_VERSION,
        log_stream: variables.AWS_LAMBDA_LOG_STREAM_NAME,
        log_group: variables.AWS_LAMBDA_LOG_GROUP_NAME,
      },
    };
  }

  #fail(errorType: string, text: string): void {
    this.#end((events) => events.error(failure(errorType, text), errorType, 'application/json'));
  }

  #end(say: (events: LinkEvents) => void): void {
    const events = this.#events;
    if (!events) return;
    say(events);
    events.done();
  }
}

const HOST = '127.0.0.1';

/** Opens connections into the sandbox, and keeps the last one for the next request. */
function agentOver(open: OpenPort): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: REUSE_MS });
  agent.createConnection = (options, made) => {
    open(Number(options.port)).then(
      (socket) =>
        socket ? made?.(null, socket) : made?.(fail('ServerUnreachable', 'nothing listens there'), undefined as never),
      (error) => made?.(error, undefined as never),
    );
    return undefined;
  };
  return agent;
}

async function collect(response: IncomingMessage): Promise<AdapterResponse | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > MAX_RESPONSE) return undefined; // leaving the loop ends the connection
    chunks.push(chunk);
  }
  const { statusCode = 0, statusMessage = '', rawHeaders } = response;
  return { status: statusCode, statusText: statusMessage, rawHeaders, body: Buffer.concat(chunks, size) };
}

function failure(errorType: string, errorMessage: string): Buffer {
  return Buffer.from(JSON.stringify({ errorType, errorMessage }));
}
